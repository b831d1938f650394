"""``/asks/<id>``: what a person sees before deciding, and that nothing but their own decision counts."""

from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from time_machine import travel

from tests.support.actors import (
    DELIVERY,
    MARKETING,
    MIA,
    Asked,
    Company,
    Consumer,
    World,
    answer,
    line,
    needed,
)
from tests.support.forms import Form, get_form
from tests.support.seeds import put
from vrm import clock, companies, profiles

ONE_ENGINE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
HOMES = [
    MIA["address"],
    {"street_address": "3 Rue Verte", "locality": "Lyon", "postal_code": "69001", "country": "FR"},
]
DAY = 86400


def keys(world: World, company: Company, asked: Asked, landed: str) -> list[str]:
    return [granted["key"] for granted in company.take_back(asked, landed).granted]


@pytest.mark.requirement("AS-A7", "AS-A11", "AS-A10", "BCP-12")
def test_a_grant_comes_back_with_a_code(world: World):
    """The browser returns by 303, with a code, the client's state and the issuer (RFC 9207)."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    _, form = mia.look(asked)
    response = mia.send(form, decision="grant")
    assert response.status_code == 303
    said = answer(response.headers["location"])
    assert set(said) == {"code", "state", "iss"}
    assert (said["state"], said["iss"]) == (asked.state, company.issuer)


@pytest.mark.requirement("AS-A7")
def test_a_refusal_says_no_and_nothing_more(world: World):
    """The company hears access_denied, with its state and the issuer, and holds nothing."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"), line("email"))
    said = answer(mia.refuse(asked))
    assert (said.pop("error"), said.pop("state"), said.pop("iss")) == (
        "access_denied",
        asked.state,
        company.issuer,
    )
    assert set(said) <= {"error_description"}
    assert company.consents().json() == {"consents": []}


@pytest.mark.requirement("AS-A13")
def test_the_page_shows_the_very_values(world: World):
    """Each value that would leave stands on the page, and none that was not asked for."""
    company, mia = world.company(), world.consumer()
    page = mia.open(company.ask(needed("name"), line("address")).address).text
    assert "Mia Tran" in page and "14 Barkly Street" in page
    assert "17 June 1991" not in page


@ONE_ENGINE
def test_who_paused_everything_is_told_that_a_grant_is_not_paused(world: World):
    """The letter says so, and it is so: what was granted before stays paused, and what is granted now is read."""
    company, mia = world.company(), world.consumer()
    said = "You have paused everything."
    asked = company.ask(needed("name"))
    assert said not in mia.open(asked.address).text
    before = company.take_back(asked, mia.grant(asked))
    mia.send(get_form(mia.open("/consents/pause").text, "/consents/pause"))
    asked = company.ask(needed("address"))
    assert said in mia.open(asked.address).text
    after = company.take_back(asked, mia.grant(asked))
    codes = [company.read(held.access_token).status_code for held in (before, after)]
    assert codes == [403, 200]


@ONE_ENGINE
@pytest.mark.requirement("BCP-2")
def test_the_page_may_send_forms_to_this_client_alone(world: World):
    """``form-action`` is opened for the one validated redirect origin, on this page and on no other."""
    company, mia = world.company(), world.consumer()
    page = mia.open(company.ask(needed("name")).address)
    assert "form-action 'self' https://nordlicht.example" in page.headers["content-security-policy"]
    assert "nordlicht.example" not in mia.open("/home").headers["content-security-policy"]


@ONE_ENGINE
@pytest.mark.parametrize(
    ("picked", "told", "hidden"),
    [
        ({}, ["age_over_18", "14 Barkly"], ["birthdate", "1991-06-17", "Lyon", "@"]),
        ({"key-0": "birthdate"}, ["1991-06-17"], ["age_over_18"]),
        ({"key-0": "name"}, ["age_over_18"], ["Mia Tran"]),
        ({"item-1": "all"}, ["14 Barkly", "Lyon"], []),
        ({"take": "2", "key-2": "address", "item-2-address": "all"}, ["14 Barkly", "Lyon"], ["@"]),
    ],
)
def test_the_message_is_shown_as_it_was_chosen(world: World, picked, told, hidden):
    """Asking to see it shows the very message of what is chosen, offers nothing that was not, and decides nothing."""
    company, mia = world.company(), world.consumer(values={**MIA, "address": HOMES})
    ask = (
        needed("birthdate", any_of=["age_over_18"]),
        needed("address"),
        line("email", MARKETING, any_of=["address"]),
    )
    asked = company.ask(*ask)
    _, form = mia.look(asked)
    shown = mia.send(form, decision="show", **picked)
    assert shown.status_code == 200
    message = unescape(shown.text.partition('data-live="message">')[2].partition("</div>")[0])
    assert all(word in message for word in told) and not any(word in message for word in hidden), message
    assert company.consents().json() == {"consents": []}
    assert "code" in answer(mia.grant(asked))


@ONE_ENGINE
def test_a_line_that_asks_for_more_than_an_answer_says_so(world: World):
    """Where an answer would have told less and is not taken, the letter says which; where it is, that comes first."""
    company, mia = world.company(), world.consumer()
    page = mia.open(company.ask(needed("birthdate")).address).text
    assert "They could have asked only for less" in page and "allow all of it, or refuse" in page
    page = mia.open(company.ask(line("birthdate")).address).text
    assert "send all of it, or leave it out" in page
    page = mia.open(company.ask(needed("birthdate", any_of=["age_over_18"])).address).text
    assert "They could have asked only for less" not in page


@pytest.mark.requirement("AS-G13")
def test_optional_lines_are_off_until_ticked(world: World):
    """Nothing optional is ticked beforehand, and what is not ticked is not granted."""
    company, mia = world.company(), world.consumer()
    ask = (needed("name"), line("email"), line("birthdate"))
    asked = company.ask(*ask)
    _, form = mia.look(asked)
    assert "take" not in form.values
    assert keys(world, company, asked, mia.grant(asked)) == ["name"]
    asked = company.ask(*ask)
    assert keys(world, company, asked, mia.grant(asked, take=["1"])) == ["name", "email"]


def test_an_answer_goes_instead_of_the_value(world: World):
    """Where an answer would do, it is what is chosen, unless the person says otherwise."""
    company, mia = world.company(), world.consumer()
    lines = (needed("birthdate", any_of=["age_over_18"]),)
    asked = company.ask(*lines)
    held = company.take_back(asked, mia.grant(asked))
    assert company.read(held.access_token).json()["profile"] == {"age_over_18": True}
    asked = company.ask(*lines)
    held = company.take_back(asked, mia.grant(asked, **{"key-0": "birthdate"}))
    assert company.read(held.access_token).json()["profile"] == {"birthdate": "1991-06-17"}


def test_one_of_several_items(world: World):
    """Of several addresses the chosen one leaves; ``all`` sends all."""
    company = world.company()
    mia = world.consumer(values={**MIA, "address": HOMES})
    for choice, sent in [(mia.items["address"][1], [HOMES[1]]), ("all", HOMES)]:
        asked = company.ask(needed("address"))
        held = company.take_back(asked, mia.grant(asked, **{"item-0": choice}))
        assert company.read(held.access_token).json()["profile"] == {"address": sent}


def test_an_item_added_later_is_not_covered(world: World):
    """Who allowed the one address on the page has not allowed the next one they write down."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("address"))
    held = company.take_back(asked, mia.grant(asked))
    put(world.house, mia.consumer_id, "address", HOMES[1])
    assert company.read(held.access_token).json()["profile"] == {"address": [HOMES[0]]}


def test_the_duration_is_one_of_those_on_the_page(world: World):
    """At most what was asked for; anything else shows the page again and grants nothing."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"), duration_days=90)
    _, form = mia.look(asked)
    assert form.offered["days"] == ["1", "7", "30", "90"]
    for days in ("180", "365", "0", "-1", "31", "", "x", "3650"):
        assert mia.send(form, decision="grant", days=days).status_code == 400, days
    held = company.take_back(asked, mia.landed(mia.send(form, decision="grant", days="7")))
    listed = company.consents().json()["consents"]
    assert [each["consent_id"] for each in listed] == [held.consent_id]
    assert listed[0]["expires_at"] <= clock.rfc3339(clock.now() + timedelta(days=7))


@pytest.fixture
def wishes(world: World) -> tuple[World, Company, Consumer]:
    values = {**MIA, "address": HOMES, "religious_diet": "halal"}
    return world, world.company(), world.consumer(values=values)


TWISTED = [
    ("neither yes nor no", {"decision": "later"}),
    ("no decision", {"decision": []}),
    ("what was seen is something else", {"seen": "0" * 64}),
    ("what was seen is missing", {"seen": []}),
    ("a key that was not offered", {"key-0": "email"}),
    ("a key that has no value", {"key-0": "nickname"}),
    ("no key", {"key-0": []}),
    ("an item that is not on the page", {"item-1": "f81d4fae-7dec-4d0a-a765-00a0c91e6bf6"}),
    ("an item that is no id", {"item-1": "../1"}),
    ("no item", {"item-1": []}),
    ("a very sensitive line that is not confirmed", {"sure-2": []}),
    ("a very sensitive line that is half confirmed", {"sure-2": "no"}),
]


@ONE_ENGINE
@pytest.mark.parametrize(("what", "changes"), TWISTED, ids=[row[0] for row in TWISTED])
def test_a_form_that_is_not_that_of_the_page(
    wishes: tuple[World, Company, Consumer], what: str, changes: dict
):
    """Whatever differs from what the page offered shows the page again; the ask stays open, nothing is granted."""
    _, company, mia = wishes
    asked = company.ask(needed("name", any_of=["nickname"]), needed("address"), needed("religious_diet"))
    _, form = mia.look(asked)
    good: dict = {"decision": "grant", "sure-2": "yes", "item-1": "all"}
    again = mia.send(form, **{**good, **changes})
    assert again.status_code == 400, what
    assert company.consents().json() == {"consents": []}
    form = get_form(again.text, form.action)
    assert mia.send(form, **good).status_code == 303


def test_another_persons_item(world: World):
    """An item of somebody else is no choice, and its value shows nowhere."""
    company = world.company()
    mia = world.consumer(values={**MIA, "address": HOMES})
    ben = world.consumer(email="ben@mail.example", values={"address": HOMES})
    _, form = mia.look(company.ask(needed("address")))
    assert mia.send(form, decision="grant", **{"item-0": ben.items["address"][0]}).status_code == 400


@ONE_ENGINE
def test_a_very_sensitive_alternative_is_marked_too(world: World):
    """An ordinary line that could be satisfied by a very sensitive key asks for the same explicit yes."""
    company, mia = world.company(), world.consumer(values={"religious_diet": "halal"})
    _, form = mia.look(company.ask(needed("nickname", any_of=["religious_diet"])))
    assert mia.send(form, decision="grant").status_code == 400
    assert mia.send(form, decision="grant", **{"sure-0": "yes"}).status_code == 303


@ONE_ENGINE
def test_a_very_sensitive_line_is_asked_twice_though_optional(world: World):
    """One tick takes the line, a second one says yes to what it is; without the second nothing is granted."""
    company, mia = world.company(), world.consumer(values={**MIA, "religious_diet": "halal"})
    asked = company.ask(needed("name"), line("religious_diet"))
    _, form = mia.look(asked)
    assert form.offered["sure-1"] == ["yes"] and "sure-1" not in form.values
    again = mia.send(form, decision="grant", take=["1"])
    assert again.status_code == 400 and "or take it out" in again.text
    assert company.consents().json() == {"consents": []}
    form = get_form(again.text, form.action)
    assert form.values["take"] == ["1"] and "sure-1" not in form.values
    landed = mia.landed(mia.send(form, decision="grant", **{"sure-1": "yes"}))
    assert keys(world, company, asked, landed) == ["name", "religious_diet"]


@ONE_ENGINE
def test_a_very_sensitive_line_left_out_needs_no_second_tick(world: World):
    """Neither a line that is not taken, nor one of which something ordinary leaves, asks for the second yes."""
    company = world.company()
    mia = world.consumer(values={**MIA, "nickname": "Mimi", "religious_diet": "halal"})
    asked = company.ask(needed("nickname", any_of=["religious_diet"]), line("religious_diet", MARKETING))
    _, form = mia.look(asked)
    assert mia.send(form, decision="grant", **{"key-0": "religious_diet"}).status_code == 400
    assert keys(world, company, asked, mia.landed(mia.send(form, decision="grant"))) == ["nickname"]


def test_a_detour_to_the_profile_keeps_what_was_chosen(world: World):
    """Who fills in what was missing comes back to the duration and the ticks they had, and to nothing more."""
    company = world.company()
    mia = world.consumer(values={"name": "Mia Tran", "email": "mia@mail.example", "address": HOMES})
    asked = company.ask(
        needed("name"), needed("phone_number"), line("email"), line("address"), line("name", MARKETING)
    )
    _, form = mia.look(asked)
    assert form.values["days"] == ["30"]
    chosen: dict = {"days": "7", "take": ["3"], "item-3": "all", "sure-3": "yes"}
    away = mia.landed(mia.send(form, decision="fill-1", **chosen))
    assert urlsplit(away).path == "/profile/phone_number"
    fields = Form(away, get_form(mia.open(away).text, "").values)
    back = mia.landed(mia.send(fields, value="+61 491 570 156", do="save"))
    assert back.startswith(form.action) and "sure" not in back
    form = get_form(mia.open(back).text, form.action)
    assert (form.values["days"], form.values["take"], form.values["item-3"]) == (["7"], ["3"], ["all"])
    held = company.take_back(asked, mia.landed(mia.send(form, decision="grant")))
    assert [each["key"] for each in held.granted] == ["name", "phone_number", "address"]


@ONE_ENGINE
def test_a_query_chooses_nothing_that_is_not_on_the_page(world: World):
    """What is carried is held to the page: no other duration, item, key or line, and never the second yes."""
    company, mia = world.company(), world.consumer(values={**MIA, "religious_diet": "halal"})
    asked = company.ask(needed("name", any_of=["nickname"]), line("religious_diet"), duration_days=90)
    path, form = mia.look(asked)
    query = "?days=365&take=0&take=9&take=x&key-0=nickname&key-1=email&item-0=all&sure-1=yes"
    assert get_form(mia.open(path + query).text, path).values == form.values
    for place in ("0", "9", "x", ""):
        assert mia.send(form, decision=f"fill-{place}").status_code == 400  # nothing is missing there


def test_what_a_fault_shows_again_keeps_the_choices(world: World):
    """A page that comes back with a fault does not make the consent longer than was chosen."""
    company, mia = world.company(), world.consumer()
    _, form = mia.look(company.ask(needed("name"), line("email")))
    again = mia.send(form, decision="grant", days="1", take=["1"], seen="0" * 64)
    kept = get_form(again.text, form.action).values
    assert (again.status_code, kept["days"], kept["take"]) == (400, ["1"], ["1"])


@pytest.mark.requirement("AS-A13")
def test_the_companys_own_words_are_shown_and_kept(world: World):
    """Why, in its own words, how often by its own word, and who is deciding: on the letter, and after granting."""
    company, mia = world.company(purposes={DELIVERY: "We send what you buy."}), world.consumer()
    asked = company.ask(
        needed("name", why="For the label", frequency="monthly"),
        retention_days=30,
        recipients=["The parcel carrier"],
    )
    page = mia.open(asked.address).text
    held = company.take_back(asked, mia.grant(asked))
    kept = mia.open(f"/consents/{held.consent_id}").text
    for shown in (page, kept):
        for said in (
            "We send what you buy.",
            "For the label",
            "Read at most once a month",
            "The parcel carrier",
            "keep what they read for 30 days",
            "https://nordlicht.example/privacy",
        ):
            assert said in shown, said
    assert mia.email in page and get_form(page, "/sign-out")


def test_what_changed_meanwhile_is_shown_again(world: World):
    """When a value on the page is corrected in another tab, the decision waits for another look."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    _, form = mia.look(asked)
    house = world.house
    house.database.write(
        lambda session: profiles.put(
            session,
            house.keys,
            house.catalogue,
            consumer_id=mia.consumer_id,
            field="name",
            raw="Mia Tran-Keller",
            seen_version=1,
            now=clock.now(),
        )
    )
    again = mia.send(form, decision="grant")
    assert again.status_code == 400
    assert "Mia Tran-Keller" in again.text
    assert mia.send(get_form(again.text, form.action), decision="grant").status_code == 303


def test_a_notice_that_changed_meanwhile_is_shown_again(world: World):
    """What the company says of itself is part of what the person saw."""
    company, mia = world.company(), world.consumer()
    _, form = mia.look(company.ask(needed("name")))
    world.house.database.write(
        lambda session: companies.change_notice(
            session,
            company_id=company.company_id,
            privacy_notice_url="https://nordlicht.example/privacy2",
            now=clock.now(),
        )
    )
    again = mia.send(form, decision="grant")
    assert again.status_code == 400
    assert "privacy2" in again.text


def test_a_needed_line_without_a_value(world: World):
    """What is not filled in cannot be granted; refusing works all the same."""
    company, mia = world.company(), world.consumer(values={"name": "Mia Tran"})
    asked = company.ask(needed("name"), needed("email"))
    _, form = mia.look(asked)
    assert mia.send(form, decision="grant").status_code == 400
    assert answer(mia.refuse(asked))["error"] == "access_denied"


@ONE_ENGINE
def test_nothing_ticked_is_no_grant(world: World):
    """An ask of optional lines alone, with none ticked, grants nothing."""
    company, mia = world.company(), world.consumer()
    _, form = mia.look(company.ask(line("name"), line("email")))
    assert mia.send(form, decision="grant").status_code == 400


def test_an_ask_is_decided_once(world: World):
    """A second decision, either way, is too late; the first one stands."""
    company, mia = world.company(), world.consumer()
    for first, second in [("grant", "grant"), ("grant", "refuse"), ("refuse", "grant")]:
        _, form = mia.look(company.ask(needed("name")))
        assert mia.send(form, decision=first).status_code == 303
        assert mia.send(form, decision=second).status_code == 409
        assert mia.http.get(form.action).status_code == 409
    states = [each["state"] for each in company.consents().json()["consents"]]
    assert states == ["active", "active"]


def test_an_ask_closes_after_a_week(world: World):
    """A request nobody decided is closed; nothing can be granted on it."""
    company, mia = world.company(), world.consumer()
    _, form = mia.look(company.ask(needed("name")))
    with travel(clock.now().timestamp() + 7 * DAY + 60):
        mia.sign_in()
        fresh = get_form(mia.open("/account").text, "/sign-out")
        form.values["csrf"] = fresh.values["csrf"]
        assert mia.send(form, decision="grant").status_code == 409


def test_somebody_elses_ask(world: World):
    """Another person's ask looks like none at all, to look at and to decide."""
    company, mia = world.company(), world.consumer()
    ben = world.consumer(email="ben@mail.example")
    _, form = mia.look(company.ask(needed("name")))
    own = get_form(ben.open("/account").text, "/sign-out")
    forged = Form(form.action, {**form.values, "csrf": own.values["csrf"]})
    unknown = "/asks/f81d4fae-7dec-4d0a-a765-00a0c91e6bf6"
    for decision in ("grant", "refuse"):
        assert ben.send(forged, decision=decision).status_code == 404
    assert ben.http.get(form.action).status_code == ben.http.get(unknown).status_code == 404
    assert mia.send(form, decision="grant").status_code == 303


FORGED = [
    ("no token", {"csrf": []}, {}),
    ("another's token", {"csrf": "x" * 43}, {}),
    ("another site", {}, {"Origin": "https://evil.example"}),
    ("the company's own site", {}, {"Origin": "https://nordlicht.example"}),
    ("a hidden origin", {}, {"Origin": "null"}),
    ("another site by the browser's word", {}, {"Sec-Fetch-Site": "cross-site"}),
    ("a sub-domain", {}, {"Sec-Fetch-Site": "same-site"}),
]


@ONE_ENGINE
@pytest.mark.parametrize(("what", "changes", "headers"), FORGED, ids=[row[0] for row in FORGED])
@pytest.mark.requirement("BCP-14")
def test_a_forged_decision(world: World, what: str, changes: dict, headers: dict):
    """A decision that did not come from the page, in this browser, is refused."""
    company, mia = world.company(), world.consumer()
    _, form = mia.look(company.ask(needed("name")))
    assert mia.send(form, headers, **{"decision": "grant", **changes}).status_code == 403, what
    assert company.consents().json() == {"consents": []}


@ONE_ENGINE
def test_signed_out_nobody_decides(world: World):
    """Without a session the decision leads to the sign-in page and changes nothing."""
    company, mia = world.company(), world.consumer()
    _, form = mia.look(company.ask(needed("name")))
    response = world.http().post(form.action, data={**form.values, "decision": "grant"})
    assert response.status_code in {303, 403}
    assert company.consents().json() == {"consents": []}


def test_a_company_suspended_before_the_decision(world: World):
    """Who may not ask any more gets no consent, even by a page that is open already."""
    company, mia = world.company(), world.consumer()
    _, form = mia.look(company.ask(needed("name")))
    world.house.database.write(
        lambda session: companies.suspend_company(session, company_id=company.company_id, now=clock.now())
    )
    assert mia.send(form, decision="grant").status_code == 403


def test_the_page_tells_two_purposes_apart(world: World):
    """The same key for two purposes is two lines, and each is a choice of its own."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("email", DELIVERY), line("email", MARKETING))
    held = company.take_back(asked, mia.grant(asked))
    assert [(each["key"], each["purpose"]) for each in held.granted] == [("email", DELIVERY)]
    assert company.read(held.access_token, MARKETING).json()["code"] == "purpose_not_permitted"


SECOND = {
    "street_address": "9 Other Street",
    "locality": "Fitzroy",
    "postal_code": "3065",
    "country": "AU",
}


def test_a_plural_alternative_sends_the_item_that_was_on_the_page(world: World):
    """Choosing the raw address where an answer would do binds the one address shown, and none added later."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("address", any_of=["country"]))
    held = company.take_back(asked, mia.grant(asked, **{"key-0": "address"}))
    put(world.house, mia.consumer_id, "address", SECOND)
    (only,) = company.read(held.access_token).json()["profile"]["address"]
    assert only["street_address"] == "14 Barkly Street"


def test_a_plural_alternative_with_several_items_asks_which(world: World):
    """Two addresses behind an alternative: the person says which one leaves, and only that one does."""
    company, mia = world.company(), world.consumer()
    put(world.house, mia.consumer_id, "address", SECOND)
    asked = company.ask(needed("address", any_of=["country"]))
    _, form = mia.look(asked)
    offered = form.values["item-0-address"]
    assert len(offered) == 1
    held = company.take_back(asked, mia.grant(asked, **{"key-0": "address"}))
    assert len(company.read(held.access_token).json()["profile"]["address"]) == 1
    again = company.ask(needed("address", any_of=["country"]), duration_days=60)
    _, form = mia.look(again)
    refused = mia.send(form, decision="grant", **{"key-0": "address", "item-0-address": "all-of-it"})
    assert refused.status_code == 400


def test_a_purpose_that_was_dropped_cannot_be_granted(world: World):
    """What the company no longer registers can be refused and not allowed, though it was asked before."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    _, form = mia.look(asked)
    world.house.database.write(
        lambda db: companies.set_purposes(
            db,
            company_id=company.company_id,
            purposes={"dpv:Marketing": companies.Stated()},
            known_purposes=world.house.catalogue.purposes,
            now=clock.now(),
        )
    )
    assert mia.send(form, decision="grant").status_code == 400
    assert "access_denied" in mia.landed(mia.send(form, decision="refuse"))
