"""Everyone tries every door: the matrix of actors and routes, made from what each route declares.

People come with a session to one of three offices, as a role there. Whom a route does not name is turned away, and
nobody reaches across: with somebody else's ids there is nothing. Machines are in ``test_machine_doors``.
"""

import re
from collections import Counter

import pytest
from werkzeug.test import TestResponse

from tests.house.town import COLLEAGUE, SECRET, Town, town
from tests.support import seeds
from tests.support.places import ID, unknown
from vrm import accounts, clock, consents, profiles
from vrm.web import audiences, offices
from vrm.web.audiences import MACHINES, PEOPLE, PUBLIC, Door
from vrm.web.offices import AUDITORS, COMPANIES, CONSUMERS, NEWCOMER, NO_MANDATE, UNPROVED

__all__ = ["town"]

ACTORS = [
    "mia",
    "ben",
    "a consumer, unproved",
    "owner",
    "developer",
    "agent",
    "privacy_officer",
    "an owner, unproved",
    "owner of a suspended company",
    "owner of B",
    "a newcomer",
    "someone invited",
    "someone off-boarded",
    "auditor",
    "lena",
    "an auditor, unproved",
    "an auditor whose mandate is over",
    "an auditor who was dismissed",
]
STATES = {
    CONSUMERS.audience: {"consumer", UNPROVED},
    COMPANIES.audience: {*offices.ROLES, NEWCOMER, UNPROVED},
    AUDITORS.audience: {"auditor", NO_MANDATE, UNPROVED},
}
"""What somebody can be, at each office."""


def way(town: Town, who: str | None, door: Door) -> str:
    """What becomes of somebody at a door, by what it declares: let ``in``, ``refused``, or the path they are led to."""
    if PUBLIC in door.audiences:
        return "in"
    office = offices.of(door.rule)
    if who is None or town.actors[who].office is not office:
        return office.sign_in
    role = town.actors[who].role
    return "in" if role in door.roles else office.steps.get(role, "refused")


def led(response: TestResponse) -> str | None:
    """The path that the guard leads to; a page that sends one there itself has something to tell, and says so."""
    path, _, query = response.headers.get("Location", "").partition("?")
    return None if response.status_code != 303 or not re.fullmatch(r"(next=.*)?", query) else path


def test_every_state_has_an_actor_and_every_route_one_kind_of_audience(
    town: Town, capsys: pytest.CaptureFixture[str]
):
    """No role, office or audience can be declared that the tests here would not try."""
    assert set(ACTORS) == set(town.actors)
    tried = {(actor.office.audience, actor.role) for actor in town.actors.values()}
    assert tried == {(office, state) for office, states in STATES.items() for state in states}
    assert set().union(*STATES.values()) == audiences.SIGNED_IN | {UNPROVED}
    doors = list(audiences.matrix(town.app))
    for door in doors:
        assert door.audiences == {PUBLIC} or door.audiences <= PEOPLE or door.audiences <= MACHINES, door.rule
        assert door.roles <= audiences.SIGNED_IN | {UNPROVED}, door.rule
        if door.audiences <= PEOPLE:  # somebody is let in
            assert any(way(town, who, door) == "in" for who in ACTORS), door.rule
    kinds = Counter("/".join(sorted(door.audiences)) for door in doors)
    with capsys.disabled():
        print(f"\n{len(ACTORS) + 1 + len(town.bearers)} actors at {len(doors)} routes: {dict(kinds)}")  # noqa: T201


CHANGES = {
    "owner": r"/company/(people|organisation|clients|console|consents)\b.*",
    "developer": r"/company/(clients|console|consents/<uuid:consent_id>/reads)\b.*",
    "privacy_officer": r"/company/(organisation/(notice|purposes)|console|consents\b.*)",
    "agent": r"/company/(console|consents/<uuid:consent_id>/reads/export)",
}
"""Whose forms are whose, in a company, beside those of one's own account and leaving. An agent only reads, and takes out proofs."""


def test_each_role_changes_what_is_its_own(town: Town):
    """What routes declare is what roles are meant to be: a role that slips into a form it has no business in fails."""
    for door in town.forms():
        if (
            door.audiences == {"company"}
            and "register" not in door.rule
            and door.rule != "/company/people/leave"
        ):
            for role, theirs in CHANGES.items():
                assert role not in door.roles or re.fullmatch(theirs, door.rule), (role, door.rule)


@pytest.mark.parametrize("who", [None, *ACTORS], ids=str)
def test_each_door_opens_to_whom_it_names_and_to_nobody_else(town: Town, who: str | None):
    """Everybody at every page and form: let in, led to the step that is missing, sent to sign in, or refused."""
    for door, method in town.doors(PUBLIC, *PEOPLE):
        expected = way(town, who, door)
        path = town.places.path(door.rule, fresh=expected == "in")
        response = town.visit(who, method, path)
        place = (who, method, path, expected, response.status_code, response.headers.get("Location"))
        assert response.status_code < 500, place
        if expected == "in":
            assert response.status_code not in {401, 403}, place
            if PUBLIC not in door.audiences:
                assert response.status_code != 404 or owner(town, who) != owner(town, door), place
                assert led(response) not in ends(door), place
        elif expected == "refused":
            assert response.status_code == 403, place
        else:
            assert (response.status_code, led(response)) == (303, expected), place
        if expected != "in":
            assert not {word for word in (SECRET, COLLEAGUE) if word.encode() in response.data}, place
            assert unknown_alike(town, who, method, path, response), place


def ends(door: Door) -> set[str]:
    """Where the guard of an office leads those whom it does not let in."""
    office = offices.of(door.rule)
    return {office.sign_in, *office.steps.values()} - {door.rule}


def owner(town: Town, what: str | Door | None) -> str:
    """Whose ids are in the paths of an office, and who of the actors may find them there."""
    if isinstance(what, Door):
        return {"consumer": "mia", "company": "A", "auditor": "auditor"}[offices.of(what.rule).audience]
    own = {"mia": "mia", "auditor": "auditor", **dict.fromkeys(offices.ROLES, "A")}
    return own.get(what or "", "nobody")


def unknown_alike(town: Town, who: str | None, method: str, path: str, response: TestResponse) -> bool:
    """Being turned away gives nothing away: ids that never were are turned away in the same words."""
    if not ID.search(path):
        return True
    other = town.visit(who, method, unknown(path))
    return (other.status_code, led(other), said(other)) == (
        response.status_code,
        led(response),
        said(response),
    )


def said(response: TestResponse) -> str:
    """The words of a page, without what differs each time."""
    text = re.sub(r"<[^>]+>", " ", response.text)
    return re.sub(r"r-[0-9a-f]{8}|[0-9a-f]{8}-[0-9a-f-]{27}|\s+", " ", text)


FORMS = {"decision": "grant", "version": "1", "value": "mine", "role": "owner", "title": "Mine", "leaf": "3",
         "text": "mine", "note": "mine", "name": "Mine", "redirect_uris": "https://mine.example/cb"}  # fmt: skip
"""Something for every form: refused for whose it is, and not for what is missing."""


@pytest.mark.parametrize("who", ["ben", "owner of B", "owner of a suspended company"])
def test_nobody_finds_anything_of_another(town: Town, who: str):
    """With Mia's ids Ben gets what he gets with ids that never were, with A's ids so does B; nothing of them shows."""
    office = town.actors[who].office
    for door, method in town.doors(office.audience, PUBLIC):
        if offices.of(door.rule) is not office:
            continue
        path = town.places.path(door.rule)
        form = FORMS if method == "POST" else None
        response = town.request(method, path, who=who, form=form)
        assert not {word for word in (SECRET, COLLEAGUE) if word.encode() in response.data}, (method, path)
        if not ID.search(path) or PUBLIC in door.audiences or "<uuid:company_id>" in door.rule:
            continue  # a company is nobody's secret, and whoever likes may block it
        other = town.request(method, unknown(path), who=who, form=form)
        assert 400 <= response.status_code < 500, (method, path, response.status_code)
        assert response.status_code == other.status_code, (method, path)
        assert said(response) == said(other), (method, path)


def test_an_auditors_own_things_are_nobody_elses(town: Town):
    """Cases are everybody's; tokens and saved views are not, and cannot be told from ones that never were."""
    own = [
        (door, method) for door, method in town.doors("auditor") if re.search("token_id|view_id", door.rule)
    ]
    assert len(own) >= 2
    for door, method in own:
        path = town.places.path(door.rule)
        response, other = (town.visit("lena", method, each) for each in (path, unknown(path)))
        assert response.status_code == other.status_code == 404, (method, path)
        assert said(response) == said(other), (method, path)
        assert town.visit("auditor", method, path).status_code != 404, (method, path)


def test_a_session_is_of_one_office(town: Town):
    """Carried to another office under the name of its cookie, a session is nobody's."""
    for who in ("mia", "owner", "auditor"):
        for office in (CONSUMERS, COMPANIES, AUDITORS):
            if office is town.actors[who].office:
                continue
            client = town.app.test_client()
            client.set_cookie(office.cookie, town.session(who), domain="localhost")
            for path in (office.home, f"{office.prefix}/account"):
                response = client.get(path, base_url=town.house.settings.issuer)
                assert (response.status_code, led(response)) == (303, office.sign_in), (who, path)


def test_who_is_sent_away_is_out_at_once(town: Town):
    """With the owner's form, and with the operator's word, the very next request of an open browser is nobody's."""
    issuer = town.house.settings.issuer
    gone = town.places.path("<uuid:account_id>")
    client = town.app.test_client()
    session = seeds.sign_in(town.house, gone, "")
    client.set_cookie(COMPANIES.cookie, session, domain="localhost")
    assert client.get("/company", base_url=issuer).status_code == 200
    assert town.visit("owner", "POST", f"/company/people/{gone}/end").status_code == 303
    assert led(client.get("/company", base_url=issuer)) == COMPANIES.sign_in
    auditor = seeds.auditor(town.house)
    client.set_cookie(AUDITORS.cookie, auditor.session, domain="localhost")
    assert client.get("/audit", base_url=issuer).status_code == 200
    town.house.database.write(
        lambda db: accounts.end_auditor(db, auditor_id=auditor.auditor_id, now=clock.now())
    )
    assert led(client.get("/audit", base_url=issuer)) == AUDITORS.sign_in


@pytest.mark.parametrize("who", [None, "mia", "owner", "newcomer", "auditor", "unproved"], ids=str)
def test_no_form_is_taken_without_its_hidden_field(town: Town, who: str | None):
    """From somebody's own browser or a stranger's: a form that did not come from a page of ours is refused."""
    actor = {"newcomer": "a newcomer", "unproved": "an auditor, unproved"}.get(who or "", who)
    for door in town.forms():
        response = town.request(
            "POST", town.places.path(door.rule, fresh=False), who=actor, form={}, csrf=False
        )
        assert response.status_code == 403, (door.rule, who)


@pytest.mark.parametrize("who", ["mia", "owner", "auditor"])
def test_a_page_of_another_site_cannot_send_our_forms(town: Town, who: str):
    """The browser says where a form comes from, and that is believed, whatever the form holds."""
    for door in town.forms():
        if offices.of(door.rule) is town.actors[who].office:
            for header in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
                response = town.visit(who, "POST", town.places.path(door.rule, fresh=False), headers=header)
                assert response.status_code == 403, (door.rule, header)


def test_two_doors_take_forms_of_other_sites(town: Town):
    """They only lead to a page of ours, and do so for everybody alike: they read no cookie and set none."""
    rules = {door.rule for door in audiences.matrix(town.app) if town.takes_foreign_forms(door)}
    assert rules == {"/oauth/authorize", "/oauth/end-session"}
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    for rule in rules:
        for who in (None, "mia", "owner", "auditor"):
            response = town.request("POST", rule, who=who, form={}, csrf=False, headers=foreign)
            assert (response.status_code, response.headers["Location"].rstrip("?")) == (303, rule), who
            assert "Set-Cookie" not in response.headers, who


def test_nothing_of_mia_changed(town: Town):
    """After everybody tried every door, her profile is as it was and the consent she gave stands."""
    listed = town.house.database.read(
        lambda db: profiles.list_items(db, town.house.keys, consumer_id=town.mia.consumer_id)
    )
    assert {name: [item.value for item in items] for name, items in listed.items()} == {
        "name": [SECRET],
        "gift_wish": [f"{SECRET} socks"],
    }
    consent = town.house.database.read(
        lambda db: consents.get_consent(db, consumer_id=town.mia.consumer_id, consent_id=town.consent.id)
    )
    assert consent.state == "active"
