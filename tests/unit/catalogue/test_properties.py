"""What holds for whatever anyone types, and for whatever anyone keeps."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from vrm.catalogue import PLAIN, Catalogue, InvalidValue
from vrm.catalogue.answers import age_on

CATALOGUE = Catalogue.load()
TODAY = date(2026, 11, 21)
FIELDS = [key for key in CATALOGUE.fields() if not key.members]
STRUCTURED = [key for key in CATALOGUE.fields() if key.members]
ANSWERS = list(CATALOGUE.answers())

DIGITS = st.text("0123456789 -", min_size=1, max_size=16)
DAYS = st.dates(date(1900, 1, 1), TODAY)
TYPED = st.one_of(
    st.text(max_size=60),
    DAYS.map(date.isoformat),
    DIGITS,
    DIGITS.map("+".__add__),
    st.emails(),
    st.from_regex(r"https?://[a-zA-Z0-9.]{1,20}(/[ -~]{0,20})?", fullmatch=True),
    st.from_regex(r"[a-zA-Z]{2,3}([-_][a-zA-Z]{2,4}){0,2}", fullmatch=True),
)
ANYTHING = st.one_of(
    TYPED, st.none(), st.booleans(), st.integers(), st.floats(), st.lists(st.text(), max_size=2)
)


def settle(key, raw):
    """What is stored for it, or None where it is refused."""
    try:
        return CATALOGUE.parse(key.name, raw, today=TODAY)
    except InvalidValue:
        return None


@given(st.sampled_from(FIELDS), ANYTHING)
def test_what_is_stored_is_accepted_unchanged(key, raw):
    """parse(parse(x)) is parse(x); nothing but InvalidValue is ever raised; what is stored can be shown."""
    stored = settle(key, raw)
    if stored is not None:
        assert settle(key, stored) == stored
        shown = CATALOGUE.show(key.name, stored)
        assert shown
        assert "\n" not in shown


@given(st.data())
def test_structured_values_are_accepted_unchanged_and_shown_whole(data):
    """The same of every structured field, and what is shown holds every part's own words."""
    key = data.draw(st.sampled_from(STRUCTURED))
    parts = {}
    for member in key.members:
        choices = [value for value, _ in member.shape.options(PLAIN)][:5]
        likely = {"phone": "+4930123456", "date": "1991-06-17", "integer": "1999"}.get(member.shape.name)
        written = st.sampled_from(choices) if choices else st.text("abcxyz 123", max_size=20)
        parts[member.name] = data.draw(st.one_of(st.just(likely), TYPED) if likely else written)
    stored = settle(key, parts)
    if stored is not None:
        assert settle(key, stored) == stored
        shown = CATALOGUE.show(key.name, stored)
        for member in key.members:
            if member.name in stored:
                assert " ".join(member.shape.show(stored[member.name], PLAIN).split()) in shown


ADDRESS = st.fixed_dictionaries(
    {"street_address": st.text("abc", min_size=1), "locality": st.sampled_from(["Berlin", "Lyon"])}
    | {"country": st.sampled_from(["DE", "FR"])},
    optional={
        "postal_code": st.text("0123456789AB ", max_size=8),
        "region": st.just("Rhône"),
        "label": st.sampled_from(["home", "work"]),
    },
)
DOCUMENT = st.fixed_dictionaries(
    {"kind": st.sampled_from(["passport", "driving_licence"]), "number": st.text("1X", min_size=1)},
    optional={"expires": st.dates().map(date.isoformat)},
)
PROFILE = st.fixed_dictionaries(
    {},
    optional={
        "birthdate": st.lists(DAYS.map(date.isoformat), max_size=1),
        "address": st.lists(ADDRESS, max_size=3),
        "identity_document": st.lists(DOCUMENT, max_size=3),
        "household_size": st.lists(st.integers(1, 40), max_size=1),
        "child_count": st.lists(st.integers(0, 9), max_size=1),
        "child_birth_year": st.lists(st.integers(1950, 2026), max_size=3),
        "iban": st.just(["DE89370400440532013000"]),
        "employment_status": st.just(["student"]),
        "housing_tenure": st.just(["owner"]),
        "name": st.just(["Mia Tran"]),
        "email": st.just(["mia@example.org"]),
    },
)


@given(st.sampled_from(ANSWERS), PROFILE)
def test_an_answer_says_no_more_than_it_declares(key, profile):
    """It is None or a value of its declared shape; it hangs on its declared fields and on nothing else."""
    answer = CATALOGUE.answer(key.name, profile, TODAY)
    alone = {name: items for name, items in profile.items() if name in key.answers_from}
    assert CATALOGUE.answer(key.name, alone, TODAY) == answer
    if answer is not None:
        assert alone
        assert key.shape.parse(answer, TODAY) == answer
        assert CATALOGUE.show(key.name, answer)


@given(DAYS, DAYS, st.sampled_from([key for key in ANSWERS if key.name.startswith("age_over_")]))
def test_two_people_on_one_side_of_a_threshold_look_alike(one, other, key):
    """A yes or no gives away the side of the threshold and nothing of the day."""
    threshold = int(key.name.rpartition("_")[2])
    says = [CATALOGUE.answer(key.name, {"birthdate": [day.isoformat()]}, TODAY) for day in (one, other)]
    sides = [age_on(day, TODAY) >= threshold for day in (one, other)]
    assert says == sides


@given(DAYS, st.integers(0, 40_000))
def test_nobody_grows_younger(birthdate, days):
    """Age never falls from one day to the next, and grows by one at most once a day."""
    today = birthdate + timedelta(days=days)
    assert 0 <= age_on(birthdate, today + timedelta(days=1)) - age_on(birthdate, today) <= 1
    assert age_on(birthdate, today) >= 0


@given(st.sampled_from(sorted(CATALOGUE.keys)), st.one_of(ANYTHING, st.dictionaries(st.text(), st.text())))
def test_showing_never_fails(name, value):
    """Whatever an older catalogue let in can be shown."""
    assert isinstance(CATALOGUE.show(name, value), str)
