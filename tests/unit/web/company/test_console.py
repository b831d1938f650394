"""The console: an ask built with a form, its picture, and a run of it."""

import html
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from joserfc.jwk import ECKey

from tests.support import seeds
from tests.unit.web.company.people import account, approve, signed_in
from tests.unit.web.portal.actors import found
from vrm import accounts, clock, companies, consents
from vrm.app import create_app
from vrm.errors import Conflict, TooMany
from vrm.web.company import console_client, invented

LINE = {
    "key-0": "given_name",
    "purpose-0": "dpv:DeliveryOfGoods",
    "required-0": "yes",
    "frequency-0": "once",
    "why-0": "To address you",
    "any_of-0": "",
}
SECOND = {
    "key-1": "birthdate",
    "purpose-1": "dpv:DeliveryOfGoods",
    "frequency-1": "when_needed",
    "why-1": "",
    "any_of-1": "age_over_18",
}
TERMS = {"days": "90", "retention": "30", "recipients": "Parcel carrier\r\nPrinter", "decision": "all"}
ASK = {**LINE, **SECOND, **TERMS}


def test_every_role_builds(colleague):
    """Whoever of the company's people is signed in builds an ask; only owners and developers run it."""
    for role in ("developer", "agent", "privacy_officer"):
        desk, _ = colleague(role)
        desk.get("/company/console")
        assert "What they see" in desk.page
        desk.post("/company/console", 200, **ASK, do="show")
        assert "Parcel carrier" in desk.page
        desk.post("/company/console/run", 400 if role == "developer" else 403, **ASK, do="run")


def test_the_ask_as_json(owner):
    """The JSON is what the form says, and the picture is the letter itself, with invented values, inert."""
    owner.post("/company/console", 200, **ASK, do="show")
    shown = re.search(r'aria-labelledby="c-details">(.*?)</pre>', owner.page, re.S)
    assert shown is not None
    assert json.loads(html.unescape(shown[1])) == [
        {
            "type": "vrm_profile",
            "duration_days": 90,
            "retention_days": 30,
            "recipients": ["Parcel carrier", "Printer"],
            "lines": [
                {
                    "key": "given_name",
                    "purpose": "dpv:DeliveryOfGoods",
                    "required": True,
                    "why": "To address you",
                    "frequency": "once",
                },
                {
                    "key": "birthdate",
                    "purpose": "dpv:DeliveryOfGoods",
                    "required": False,
                    "any_of": ["age_over_18"],
                    "frequency": "when_needed",
                },
            ],
        }
    ]
    picture = owner.page[owner.page.index('class="picture"') :]
    assert "inert" in picture[:200]
    assert "Nordlicht GmbH</bdi> asks to read your profile" in picture
    assert "Robin" in picture and "14 May 1988" in picture


def test_lines_come_and_go(owner):
    """A button adds a line and another takes one away, and what is typed elsewhere stays."""
    owner.post("/company/console", 200, **LINE, **TERMS, do="more")
    assert 'name="key-1"' in owner.page and 'value="To address you"' in owner.page
    owner.post("/company/console", 200, **ASK, do="drop-0")
    assert 'name="key-1"' not in owner.page
    assert re.search(r'value="birthdate" selected', owner.page)


FAULTS = {
    "days": ({"days": "400"}, "Choose between 1 and 365 days."),
    "retention": ({"retention": "91"}, "Your organisation states 90 days"),
    "purpose-0": ({"purpose-0": "dpv:Advertising"}, "Choose a purpose that your organisation states."),
    "key-1": ({"key-1": "nonsense"}, "Line 2: There is no key “\u2068nonsense\u2069” in the catalogue."),
    "any_of-0": (
        {"any_of-0": "nonsense"},
        "Line 1: There is no key “\u2068nonsense\u2069” in the catalogue.",
    ),
    "why-0": ({"why-0": "x" * 201}, "at most 200 characters"),
    "recipients": ({"recipients": "y" * 101}, "100"),
}


@pytest.mark.parametrize("field", FAULTS)
def test_faults_stand_beside_their_fields(owner, field):
    """What the authorization server would refuse is told beside its field, with no picture and nothing lost."""
    typed, told = FAULTS[field]
    owner.post("/company/console", 400, **{**ASK, **typed}, do="show")
    beside = re.search(rf'id="{field}-wrong".*?</p>', owner.page, re.S)
    assert beside is not None and told in beside[0]
    assert "What they see" not in owner.page
    assert 'value="To address you"' in owner.page or field == "why-0"


def test_a_key_asked_for_twice_is_named(owner):
    """The fault names the line and, in plain words, the key and the purpose that stand there twice."""
    owner.post("/company/console", 400, **{**ASK, "any_of-1": "given_name"}, do="show")
    beside = re.search(r'id="key-1-wrong".*?</p>', owner.page, re.S)
    assert beside is not None
    assert re.search(r"Line 2: .Given name. for .+ stands in more than one line", beside[0])


def test_other_keys_are_chosen(owner):
    """What else would do is chosen from the catalogue, and each answer makes room for one more."""
    owner.post("/company/console", 200, **ASK, do="show")
    chosen = re.findall(r'<select[^>]*name="any_of-1".*?</select>', owner.page, re.S)
    assert len(chosen) == 2
    assert '<option value="age_over_18" selected>' in chosen[0] and "selected" not in chosen[1]
    typed = {**ASK, "any_of-1": ["age_over_18", "age_over_16", ""]}
    owner.post("/company/console", 200, **typed, do="show")
    assert re.search(r'"any_of": \[\s*"age_over_18",\s*"age_over_16"\s*\]', owner.page)


def test_a_reason_goes_with_its_key(owner):
    """With another key in a line, the untouched reason and other keys of the old one go; what was typed stays."""
    shown = {"was-1": "birthdate age_over_18", "said-1": "For the pocket knife"}
    typed = {**ASK, "key-1": "email", "why-1": "For the pocket knife"}
    owner.post("/company/console", 200, **typed, **shown, do="show")
    assert "For the pocket knife" not in owner.page and '"age_over_18"\n' not in owner.page
    assert "The reason that stood here was for <code>birthdate</code>." in owner.page
    owner.post("/company/console", 200, **{**typed, "why-1": "To send the bill"}, **shown, do="show")
    assert 'value="To send the bill"' in owner.page and "The reason that stood here" not in owner.page
    owner.post("/company/console", 200, **{**typed, "key-1": "birthdate"}, **shown, do="show")
    assert 'value="For the pocket knife"' in owner.page


def test_each_button_leads_to_what_it_makes(owner, house, company):
    """Every button names the place on the next page that the reader wants to see, and that place is there."""
    approve(house, company)
    owner.get("/company/console")
    for action, do in (("console#picture", "show"), ("console#line-1", "more"), ("console/run#steps", "run")):
        assert f'action="/company/{action}"' in owner.page
        path, _, place = action.partition("#")
        owner.post(f"/company/{path}", 200, **(LINE | TERMS), do=do)
        assert f'id="{place}"' in owner.page
        owner.get("/company/console/run")


@pytest.mark.parametrize("days", ["", "ninety", "9" * 7, "१"])
def test_days_that_are_no_number(owner, days):
    """Anything but a whole number of days is told beside its field."""
    owner.post("/company/console", 400, **{**ASK, "days": days}, do="show")
    assert 'id="days-wrong"' in owner.page


def statuses(page):
    return re.findall(r"HTTP/1\.1 (\d+) ", page)


def test_a_whole_run(owner, house, company):
    """Each step is really done: the log has the consent, both reads, the revocation and the refused read."""
    approve(house, company)
    owner.post("/company/console/run", 200, **ASK, do="run")
    assert "Everything went as it should" in owner.page
    assert statuses(owner.page) == ["201", "303", "200", "303", "200", "200", "200", "200", "303", "401"]
    assert '"given_name": "Robin"' in owner.page and '"age_over_18": true' in owner.page
    assert "consent_ended" in owner.page
    client = house.database.read(lambda db: console_client.find(db, company_id=company.id))
    assert (client.state, client.suspended_by) == ("suspended", "company")
    counts = house.database.read(
        lambda db: consents.holdings.counts(db, company_id=company.id, now=clock.now())
    )
    assert counts.active == 0


def test_a_run_counts_in_no_figures(owner, app, house, company):
    """Neither for the company's people nor for the public; its client rests, and is not called suspended by anybody."""
    approve(house, company)
    owner.post("/company/console/run", 200, **ASK, do="run")
    assert "Everything went as it should" in owner.page
    seeds.catch_up(house)
    for path in ("/company", "/company/consents"):
        owner.get(path)
        assert not re.findall(r"<dd><bdi>[1-9]|[1-9]\d* (?:answered|granted)", owner.page)
    assert "First name" not in owner.page
    owner.get("/company/clients")
    assert "At rest until the next run" in owner.page and "Suspended by you" not in owner.page
    public = app.test_client().get(f"/companies/{company.id}").text
    assert "So far they asked nobody for it." in public and "So far they asked people for" not in public
    held = house.database.read(
        lambda db: (
            consents.quality.lines(db, company_id=company.id),
            consents.holdings.list_held(db, company_id=company.id, now=clock.now(), limit=9),
        )
    )
    assert held == ([], []) and not list(
        consents.holdings.export(house.database, company_id=company.id, now=clock.now())
    )


def test_an_ask_without_needed_lines_needs_nothing(owner):
    """The letter says that they need nothing, and how much they would like."""
    owner.post("/company/console", 200, **{**ASK, "required-0": ""}, do="show")
    assert "They need nothing. They would like 2 things." in owner.page
    owner.post("/company/console", 200, **{**LINE, **TERMS, "required-0": ""}, do="show")
    assert "They need nothing. They would like one thing." in owner.page


def test_what_is_not_proved_is_not_drawn_as_proved(owner, house, company):
    """A domain that is still to be proved stands as such on the picture, with the way to prove it above."""
    owner.post("/company/console", 200, **ASK, do="show")
    assert "Not proved" in owner.page and "Proved theirs on" not in owner.page
    assert owner.page.index("until it is nobody can be asked") < owner.page.index('class="sheet"')
    approve(house, company)
    owner.post("/company/console", 200, **ASK, do="show")
    assert "Proved theirs on" in owner.page and "Not proved" not in owner.page


def test_what_was_shown_is_worth_nothing(owner, app, house, company):
    """After a run neither the session nor the token nor the proofs that stand on the page open anything."""
    approve(house, company)
    owner.post("/company/console/run", 200, **ASK, do="run")
    token = found(r"DPoP (vrm_at_\S+)", owner.page)
    proof = found(r"DPoP: (\S+)", owner.page[owner.page.rindex("DPoP vrm_at_") :])
    cookie = found(r"Cookie: vrm=(\S+)", owner.page)
    browser = app.test_client()
    for shown in ({"Authorization": f"Bearer {token}"}, {"Authorization": f"DPoP {token}", "DPoP": proof}):
        assert browser.get("/v1/profile", headers=shown).status_code == 401
    browser.set_cookie("vrm", cookie)
    assert browser.get("/home").status_code == 303


def test_a_run_where_proofs_carry_nonces(house, company, jana):
    """On an instance that wants a nonce in each proof the run shows proofs that have one."""
    approve(house, company)
    strict = replace(house, settings=replace(house.settings, dpop_nonce=True))
    desk = signed_in(create_app(strict), strict, jana.id)
    desk.post("/company/console/run", 200, **ASK, do="run")
    assert "Everything went as it should" in desk.page


def test_whoever_is_signed_in_stays_so(owner, house, company):
    """A run's own browser leaves nothing behind in that of the company's person."""
    approve(house, company)
    before = owner.session_token()
    owner.post("/company/console/run", 200, **ASK, do="run")
    assert owner.session_token() == before
    assert "Jana Weiss" not in owner.page
    owner.get("/company/people")
    assert "Jana Weiss" in owner.page


@pytest.mark.parametrize(
    ("decision", "told", "count"),
    [("needed", "Everything went as it should", 10), ("refuse", "The person refused", 4)],
)
def test_other_decisions(owner, house, company, decision, told, count):
    """A person who allows less, or nothing, is shown as far as that leads."""
    approve(house, company)
    owner.post("/company/console/run", 200, **{**ASK, "decision": decision}, do="run")
    assert told in owner.page
    assert len(statuses(owner.page)) == count
    assert "age_over_18&quot;: true" not in owner.page and '"age_over_18": true' not in owner.page


def test_very_sensitive_lines_are_run_too(owner, house, company):
    """The second yes that a very sensitive line needs is given by the invented person as well."""
    approve(house, company)
    owner.post("/company/console/run", 200, **{**ASK, "key-0": "blood_type"}, do="run")
    assert "Everything went as it should" in owner.page


def test_two_purposes_are_run(owner, house, company):
    """A consent for several purposes is read for one of them."""
    approve(house, company)
    stated = {id: companies.Stated() for id in ("dpv:DeliveryOfGoods", "dpv:Advertising")}
    house.database.write(
        lambda db: companies.set_purposes(
            db,
            company_id=company.id,
            purposes=stated,
            known_purposes=house.catalogue.purposes,
            now=clock.now(),
        )
    )
    owner.post("/company/console/run", 200, **{**ASK, "purpose-1": "dpv:Advertising"}, do="run")
    assert "Everything went as it should" in owner.page


def test_only_needed_lines_where_none_is(owner, house, company):
    """An ask without a needed line cannot be run with a person who allows only needed ones; the form says so."""
    approve(house, company)
    typed = {**ASK, "decision": "needed"}
    del typed["required-0"]
    owner.post("/company/console/run", 400, **typed, do="run")
    assert "nothing would be allowed" in owner.page


def test_a_run_again(owner, house, company):
    """The second run finds the same person and the same client, and corrects nothing in between."""
    approve(house, company)
    for _ in range(2):
        owner.post("/company/console/run", 200, **ASK, do="run")
        assert "Everything went as it should" in owner.page
    clients = house.database.read(lambda db: companies.list_clients(db, company_id=company.id))
    assert [client.name for client in clients] == ["Console"]


def test_a_companys_own_client_is_never_taken(owner, house, company):
    """Not even one that answers at the console's address: it goes on with its keys, and the run has its own."""
    approve(house, company)
    public = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True).as_dict(private=False)
    mine = house.database.write(
        lambda db: companies.new_client(
            db, company_id=company.id, name="Shop", redirect_uris=[console_client.REDIRECT_URI],
            jwks={"keys": [public]}, now=clock.now() - timedelta(hours=2),
        )
    )  # fmt: skip
    owner.post("/company/console/run", 200, **ASK, do="run")
    assert "Everything went as it should" in owner.page
    clients = house.database.read(lambda db: companies.list_clients(db, company_id=company.id))
    assert mine in clients and [console_client.is_ours(each) for each in clients] == [False, True]


def test_runs_are_counted(house, company, jana):
    """A company has no more than twenty runs in an hour, and not two at once."""
    approve(house, company)
    now = clock.now()

    def once(at):
        key = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)
        return house.database.write(
            lambda db: console_client.take(db, company_id=company.id, key=key, by=jana.id, now=at)
        )

    client = once(now)
    with pytest.raises(Conflict):
        once(now)
    for n in range(1, 20):
        once(now + timedelta(minutes=2 * n))
    with pytest.raises(TooMany):
        once(now + timedelta(minutes=59))
    house.database.write(lambda db: console_client.give_back(db, client_id=client.id, by=jana.id, now=now))
    once(now + timedelta(hours=2))


def test_an_operators_suspension_holds(owner, house, company):
    """Where the operator suspended the console's client, the run says so and does nothing."""
    approve(house, company)
    owner.post("/company/console/run", 200, **ASK, do="run")
    client = house.database.read(lambda db: console_client.find(db, company_id=company.id))
    house.database.write(lambda db: companies.suspend_client(db, client_id=client.id, now=clock.now()))
    owner.post("/company/console/run", 403, **ASK, do="run")
    assert "only the operator can resume it" in owner.page


def test_every_field_has_an_invented_value(house):
    """Whatever a company asks for, the invented person has something the catalogue takes."""
    now = clock.now()
    names = [key.name for key in house.catalogue.fields()]
    assert sorted(invented.items(house.catalogue, names, now)) == sorted(names)


def test_keys_are_offered_by_group(owner, house):
    """Every key of the catalogue stands under its group."""
    owner.get("/company/console")
    first = re.search(r'<select[^>]*name="key-0".*?</select>', owner.page, re.S)
    assert first is not None
    groups = re.findall(r"<optgroup.*?</optgroup>", first[0], re.S)
    assert len(groups) == len(house.catalogue.groups)
    assert (
        sum(group.count("<option") for group in groups)
        == first[0].count("<option")
        == len(house.catalogue.keys)
    )


def test_how_a_line_was_taken(app, house):
    """From twenty people on the form says how a line like this was taken, with the figure of the page about quality."""
    shop = seeds.shop(house)
    ida, _ = account(house)
    house.database.write(
        lambda db: companies.add_owner(db, company_id=shop.company.id, account_id=ida.id, now=clock.now())
    )
    desk = signed_in(app, house, ida.id)
    for n in range(consents.quality.MIN_PEOPLE):
        mia = seeds.person(house, {})
        choices = [consents.Choice(0, "given_name")] + ([consents.Choice(1, "email")] if n % 4 == 0 else [])
        seeds.grant_terms(house, mia, shop, seeds.terms("given_name", "email?"), choices)
    typed = {
        **LINE, **TERMS, "purpose-0": seeds.PURPOSE, "key-1": "email", "purpose-1": seeds.PURPOSE,
        "frequency-1": "once", "why-1": "", "any_of-1": "",
    }  # fmt: skip
    desk.post("/company/console", 200, **typed, do="show")
    assert "75% of the 20 who lately granted a request with this line left it out." in desk.page
    assert "0% of the 20 who lately decided did not allow this line." in desk.page
    desk.get("/company/quality")
    assert "75% untick <bdi>E-mail address" in desk.page and "<bdi>75%</bdi>" in desk.page


def test_where_people_are_real_nothing_is_run(owner, app, house, company):
    """On an instance that is no sandbox the console builds and shows, says why nothing is run, and runs nothing."""
    approve(house, company)
    app.extensions["vrm"] = replace(app.extensions["vrm"], sandbox=False)
    owner.get("/company/console")
    assert "This place is for real people, so nothing is run here." in owner.page
    assert "vrm init --sandbox" in owner.page
    assert "What they see" in owner.page and 'formaction="/company/console/run' not in owner.page
    owner.post("/company/console/run", 400, **ASK, do="run")
    assert "HTTP/1.1" not in owner.page
    assert house.database.read(lambda db: companies.list_clients(db, company_id=company.id)) == []


def test_a_failure_is_shown_at_its_step(owner, house, company):
    """Where a run breaks off, that step says so and what to do; the rest is not reached, and nothing stays open."""
    approve(house, company)
    owner.post("/company/console/run", 200, **ASK, do="run")
    _, ended = invented.person(house, company_id=company.id, fields=[], now=clock.now())
    house.database.write(lambda db: accounts.end_account(db, account_id=ended, now=clock.now()))
    owner.post("/company/console/run", 200, **ASK, do="run")
    assert "One step failed." in owner.page
    assert statuses(owner.page) == ["201", "303"]
    assert owner.page.count("Failed here") == 1 and owner.page.count("Not reached") == 8
    assert "Push the request again" in owner.page
    client = house.database.read(lambda db: console_client.find(db, company_id=company.id))
    assert client.state == "suspended"
