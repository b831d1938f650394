"""Grant Management for OAuth 2.0, draft 03: changing a consent over the wire, looking at one, giving one back."""

import re
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from time_machine import travel

from tests.support.actors import (
    DELIVERY,
    MARKETING,
    Asked,
    Company,
    Consumer,
    Held,
    World,
    answer,
    line,
    needed,
)
from vrm import accesslog, clock, companies

DAY = 86400
QUERY, REVOKE = "grant_management_query", "grant_management_revoke"
NOBODYS = "f81d4fae-7dec-4d0a-a765-00a0c91e6bf6"


def asked_to(company: Company, action: str, grant_id: str | None, *lines: Any, **terms: object) -> Asked:
    """A pushed request that does something with a grant."""
    plain = company.request(*lines, **terms)
    changes = {"grant_management_action": action} | ({} if grant_id is None else {"grant_id": grant_id})
    return company.pushed(plain, **changes)


def pushed(company: Company, **changes: str) -> httpx2.Response:
    """The answer to a pushed request with these parameters."""
    return company.push({**company.request(needed("name")).params, **changes})


def held(
    company: Company, person: Consumer, *lines: Any, take: tuple[str, ...] = (), **terms: object
) -> Held:
    """A consent and its tokens."""
    asked = company.ask(*lines, **terms)
    return company.take_back(asked, person.grant(asked, take=take))


def amended(company: Company, person: Consumer, asked: Asked, **choices: Any) -> Held:
    """What a client gets when its person allows a change, as it is chosen on the page unless they choose otherwise."""
    _, form = person.look(asked)
    return company.take_back(asked, person.landed(person.send(form, decision="grant", **choices)))


def keys(held: Held) -> list[str]:
    return sorted(each["key"] for each in held.granted)


def own(company: Company, *scopes: str) -> str:
    """The client's own token with these scopes."""
    response = company.token(grant_type="client_credentials", scope=" ".join(scopes))
    assert response.status_code == 200, response.text
    assert response.json()["scope"] == " ".join(scopes)
    return str(response.json()["access_token"])


def grants(
    company: Company, method: str, grant_id: str, scope: str | None = None, *, token: str = ""
) -> httpx2.Response:
    """``GET`` or ``DELETE /oauth/grants/<id>``, with the client's own token."""
    path = f"/oauth/grants/{grant_id}"
    token = token or own(company, scope or (QUERY if method == "GET" else REVOKE))
    return company.http.request(method, path, headers=company.shown(method, path, token))


def events(world: World, person: Consumer) -> list[str]:
    listed = world.house.database.read(
        lambda db: accesslog.list_for_consumer(db, consumer_id=person.consumer_id, limit=50)
    )
    return [event.type for event in reversed(listed)]


def test_merging_adds_to_what_was_granted(world: World):
    """The consent keeps its id and its lines, has a new one, and the new tokens read both."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("name"), line("email"), take=("1",))
    after = amended(company, mia, asked_to(company, "merge", before.consent_id, needed("birthdate")))
    assert after.consent_id == before.consent_id
    assert keys(after) == ["birthdate", "email", "name"]
    assert set(company.read(after.access_token).json()["profile"]) == {"birthdate", "email", "name"}
    (listed,) = company.consents().json()["consents"]
    assert (listed["consent_id"], listed["revision"]) == (before.consent_id, 2)
    assert events(world, mia)[:2] == ["consent.granted", "consent.amended"]


def test_merging_takes_a_line_asked_again_as_it_is_asked_now(world: World):
    """The new definition counts, and what was granted of it before is chosen on the page."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("birthdate", any_of=["age_over_18"]))
    assert keys(before) == ["age_over_18"]
    asked = asked_to(
        company, "merge", before.consent_id, line("birthdate", any_of=["age_over_18"], why="Once more")
    )
    _, form = mia.look(asked)
    assert form.values["key-0"] == ["age_over_18"]
    assert form.values["take"] == ["0"]
    after = company.take_back(asked, mia.landed(mia.send(form, decision="grant")))
    assert [(each["key"], each["required"]) for each in after.granted] == [("age_over_18", False)]


def test_merging_keeps_what_else_would_do(world: World):
    """A line that stays has its alternatives: asked for once more as it was at first, it says nothing new."""
    company, mia = world.company(), world.consumer()
    age = needed("birthdate", any_of=["age_over_18"])
    before = held(company, mia, age, duration_days=30)
    after = amended(company, mia, asked_to(company, "merge", before.consent_id, needed("name")))
    assert keys(after) == ["age_over_18", "name"]
    asked = asked_to(company, "replace", before.consent_id, age, needed("name"), duration_days=30)
    page = mia.open(asked.address).text
    assert "another value would do as well" not in page
    assert "Stays as you allowed it" in page
    apart = asked_to(company, "merge", before.consent_id, needed("birthdate"))
    assert keys(amended(company, mia, apart)) == ["age_over_18", "birthdate", "name"]


def test_replacing_drops_what_is_not_asked_for(world: World):
    """The person is told what goes, and it goes; what they had ticked is ticked."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("name"), line("email"), line("birthdate"), take=("1", "2"))
    asked = asked_to(company, "replace", before.consent_id, needed("name"), line("email"), line("address"))
    page = mia.open(asked.address).text
    assert "They will no longer read" in page
    _, form = mia.look(asked)
    assert form.values["take"] == ["1"]
    after = company.take_back(asked, mia.landed(mia.send(form, decision="grant")))
    assert keys(after) == ["email", "name"]
    assert company.read(after.access_token, keys="birthdate").json()["code"] == "keys_not_permitted"


def test_the_page_unfolds_only_what_changes(world: World):
    """What stays is one sentence, under which the lines are folded, and can be unticked."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("name"), line("email"), take=("1",))
    asked = asked_to(company, "merge", before.consent_id, line("birthdate"))
    page = mia.open(asked.address).text
    assert "asks to change what you allowed" in page
    folded = page.split("Stays as you allowed it")[1].split("</details>")[0]
    assert "mia@mail.example" in folded and "Mia Tran" in folded
    assert "17 June 1991" not in folded and "17 June 1991" in page
    after = amended(company, mia, asked, take=[])
    assert keys(after) == ["name"]


def test_a_merge_leaves_the_terms_it_does_not_name(world: World):
    """The end, how long kept and whom passed on to stay as they were; what is named is shown beside it."""
    company, mia = world.company(), world.consumer()
    terms: dict[str, Any] = {"duration_days": 60, "retention_days": 7, "recipients": ["Parcel carrier"]}
    before = held(company, mia, needed("name"), **terms)
    plain = mia.open(asked_to(company, "merge", before.consent_id, needed("email")).address).text
    assert "until now" not in plain and "asked for.</small>" not in plain and "365 days" not in plain
    assert plain.count("As it stands.") == 1
    longer = asked_to(company, "merge", before.consent_id, needed("email"), retention_days=30)
    page = mia.open(longer.address).text
    assert "keep what they read for 30 days; until now for 7 days" in page


def test_the_page_says_what_is_new(world: World):
    """Other terms are said once, and a line that says nothing new is folded; what is new of a line stands in it."""
    company, mia = world.company(), world.consumer()
    terms: dict[str, Any] = {"duration_days": 30, "retention_days": 7, "recipients": ["Parcel carrier"]}
    before = held(company, mia, needed("name"), line("email"), needed("birthdate"), **terms, take=("1",))
    wider = {"duration_days": 90, "retention_days": None, "recipients": ["Broker"]}
    asked = asked_to(
        company,
        "replace",
        before.consent_id,
        needed("name"),
        needed("email", why="To write."),
        needed("birthdate", MARKETING),
        **wider,
    )
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", mia.open(asked.address).text))
    for words in (
        "instead of",
        "for as long as you allow it; until now for 7 days",
        "Passed on to Broker, which was not so before.",
        "No longer passed on to Parcel carrier.",
        "Until now they gave no reason.",
        "Needed now; until now it was only if you liked.",
        "Delivering what you ordered (until now)",
    ):
        assert words in page, words
    changes, folded = page.split("What changes")[1].split(
        "The same lines as before, on these terms: Full name"
    )
    assert "mia@mail.example" in changes and "Mia Tran" not in changes
    assert "Mia Tran" in folded and page.count("If you allow") == 1


@pytest.mark.parametrize("action", ["merge", "replace"])
def test_the_page_says_that_nothing_is_new(world: World, action: str):
    """Without a sign-in the person is shown even that, and reads it where it says why."""
    company, mia = world.company(), world.consumer()
    said = "They ask for nothing new."
    before = held(company, mia, needed("name"), duration_days=30)
    same = mia.open(asked_to(company, action, before.consent_id, needed("name"), duration_days=30).address)
    more = mia.open(asked_to(company, action, before.consent_id, needed("email"), duration_days=30).address)
    assert said in same.text.split("Why</h2>")[1].split("What changes")[0] and said not in more.text


def test_the_page_says_what_it_leaves_as_it_is(world: World):
    """A request for a consent of its own names those of the company that stand, and no others."""
    company, other, mia = world.company(), world.company(name="Other"), world.consumer()
    said = "what you decide here comes beside it"
    held(other, mia, needed("name"))
    assert said not in mia.open(company.ask(needed("email")).address).text
    kept, ended = held(company, mia, needed("name")), held(company, mia, needed("birthdate"))
    mia.revoke(ended.consent_id)
    page = mia.open(company.ask(needed("email")).address).text
    assert said in page and f'"/consents/{kept.consent_id}"' in page and ended.consent_id not in page
    held(company, mia, needed("email", MARKETING))  # told from the first by what they are for
    page = mia.open(company.ask(needed("email")).address).text
    links = re.findall(r'<a href="/consents/[^"]+">(.*?)</a>', page.split("You already allow")[1])
    words = [world.house.catalogue.get_purpose(each).plain for each in (MARKETING, DELIVERY)]
    assert [word in link for word, link in zip(words, links, strict=True)] == [True, True]
    changing = asked_to(company, "merge", kept.consent_id, needed("email"))
    assert said not in mia.open(changing.address).text


def test_old_tokens_live_until_the_new_code_is_redeemed(world: World):
    """The newest revision is what they read at once; then they are worth nothing, on every way in."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("name"), line("email"), take=("1",))
    asked = asked_to(company, "replace", before.consent_id, needed("name"), line("birthdate"))
    landed = mia.grant(asked, take=["1"])
    assert set(company.read(before.access_token).json()["profile"]) == {"name", "birthdate"}
    assert company.refresh(before.refresh_token).status_code == 200
    after = company.take_back(asked, landed)
    read, refreshed = company.read(before.access_token).json(), company.refresh(before.refresh_token).json()
    assert (read["code"], refreshed["error"]) == ("consent_ended", "invalid_grant")
    for told in (read["detail"], refreshed["error_description"]):
        assert "later decision" in told and "the grant_id is the same" in told
    assert company.introspect(before.access_token).json() == {"active": False}
    assert company.read(after.access_token).status_code == 200
    assert company.refresh(after.refresh_token).status_code == 200


def test_a_later_amendment_takes_the_place_of_an_unredeemed_code(world: World):
    """Of two decisions the code of the second is good, whichever is redeemed first."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("name"))
    first = asked_to(company, "merge", before.consent_id, needed("email"))
    early = answer(mia.grant(first))["code"]
    second = asked_to(company, "merge", before.consent_id, needed("birthdate"))
    late = answer(mia.grant(second))["code"]
    assert company.redeem(first, early).json()["error"] == "invalid_grant"
    assert company.read(before.access_token).status_code == 200
    assert company.redeem(second, late).status_code == 200
    assert company.redeem(first, early).json()["error"] == "invalid_grant"


def test_a_revoke_between_decision_and_redemption(world: World):
    """The code of a consent that ended meanwhile yields nothing."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("name"))
    asked = asked_to(company, "merge", before.consent_id, needed("email"))
    code = answer(mia.grant(asked))["code"]
    mia.revoke(before.consent_id)
    assert company.redeem(asked, code).json()["error"] == "invalid_grant"


def test_a_refusal_changes_nothing(world: World):
    """The company hears access_denied, and holds what it held."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("name"))
    said = answer(mia.refuse(asked_to(company, "replace", before.consent_id, needed("email"))))
    assert said["error"] == "access_denied"
    assert set(company.read(before.access_token).json()["profile"]) == {"name"}


def test_the_end_is_counted_anew_and_never_beyond_twelve_months(world: World):
    """An amendment runs from its own day, for as long as the person chose."""
    company, mia = world.company(), world.consumer()
    start = int(clock.now().timestamp()) + 1
    with travel(start, tick=False):
        first = company.ask(needed("name"), duration_days=90)
        before = company.take_back(first, mia.grant(first, days="90"))
    with travel(start + 80 * DAY, tick=False):
        mia.sign_in()
        asked = asked_to(company, "merge", before.consent_id, needed("email"), duration_days=365)
        amended(company, mia, asked, days="365")
        told = grants(company, "GET", before.consent_id).json()
        assert told["expires_at"] == clock.rfc3339(clock.now() + timedelta(days=365))


@pytest.mark.parametrize(
    ("first", "later", "asked", "offered"),
    [
        (10, 0, 365, ["1", "7", "10", "30", "90", "180", "365"]),
        (10, 4, 365, ["1", "6", "7", "30", "90", "180", "365"]),
        (10, 4, 3, ["1", "3"]),
        (180, 4, 100, ["1", "7", "30", "90", "100"]),
    ],
)
def test_the_end_stays_unless_they_choose_anew(
    world: World, first: int, later: int, asked: int, offered: list[str]
):
    """The days that are left are offered and chosen, or as many of them as are asked for; never more."""
    company, mia = world.company(), world.consumer()
    start = int(clock.now().timestamp()) + 1
    with travel(start, tick=False):
        once = company.ask(needed("name"), duration_days=first)
        before = company.take_back(once, mia.grant(once, days=str(first)))
        ends = grants(company, "GET", before.consent_id).json()["expires_at"]
    with travel(start + later * DAY, tick=False):
        if later:
            mia.sign_in()
        again = asked_to(company, "replace", before.consent_id, needed("name"), duration_days=asked)
        _, form = mia.look(again)
        chosen = min(first - later, asked)
        assert (form.offered["days"], form.values["days"]) == (offered, [str(chosen)])
        amended(company, mia, again)
        told = grants(company, "GET", before.consent_id).json()
        assert told["authorization_details"][0]["duration_days"] == chosen
        assert told["expires_at"] < ends if asked < first - later else told["expires_at"] == ends


WRONG = [
    ("an unknown action", {"grant_management_action": "query"}, "invalid_request"),
    ("an id alone", {"grant_id": NOBODYS}, "invalid_request"),
    ("create with an id", {"grant_management_action": "create", "grant_id": NOBODYS}, "invalid_request"),
    ("merge without an id", {"grant_management_action": "merge"}, "invalid_request"),
    ("replace without an id", {"grant_management_action": "replace"}, "invalid_request"),
    ("a grant that never was", {"grant_management_action": "merge", "grant_id": NOBODYS}, "invalid_grant_id"),
    ("no id at all", {"grant_management_action": "merge", "grant_id": "1"}, "invalid_grant_id"),
    ("an empty id", {"grant_management_action": "replace", "grant_id": ""}, "invalid_request"),
]


@pytest.mark.parametrize(("what", "changes", "error"), WRONG, ids=[row[0] for row in WRONG])
def test_what_is_not_a_way_to_change_a_grant(town: World, what: str, changes: dict[str, str], error: str):
    """Each is refused when it is pushed, by the draft's own code."""
    response = pushed(town.company(), **changes)
    assert (response.status_code, response.json()["error"]) == (400, error), what


def test_create_is_what_a_request_does_anyway(world: World):
    """It makes another consent beside the one there is."""
    company, mia = world.company(), world.consumer()
    first = held(company, mia, needed("name"))
    second = amended(company, mia, asked_to(company, "create", None, needed("name")))
    assert first.consent_id != second.consent_id
    assert company.read(first.access_token).status_code == 200


def test_a_grant_that_cannot_be_changed_looks_like_none(world: World):
    """Another client's, an ended one and one on an older notice: the same answer, word for word."""
    company, other, mia = world.company(), world.company(name="Other"), world.consumer()
    ended, old = held(company, mia, needed("name")), held(company, mia, needed("email"))
    theirs = held(other, mia, needed("name"))
    mia.revoke(ended.consent_id)
    world.house.database.write(
        lambda db: companies.change_notice(
            db,
            company_id=company.company_id,
            privacy_notice_url="https://nordlicht.example/new",
            now=clock.now(),
        )
    )
    answers = [
        pushed(company, grant_management_action="merge", grant_id=grant_id).json()
        for grant_id in (NOBODYS, ended.consent_id, old.consent_id, theirs.consent_id)
    ]
    assert answers[0]["error"] == "invalid_grant_id"
    assert answers == answers[:1] * 4


def test_only_the_person_whose_consent_it_is_is_asked(world: World):
    """Whoever else is signed in goes back with the error that an unknown grant gets, and sees nothing."""
    company, mia = world.company(), world.consumer()
    ben = world.consumer(email="ben@mail.example")
    before = held(company, mia, needed("name"))
    asked = asked_to(company, "merge", before.consent_id, needed("email"))
    landed = ben.open(asked.address)
    said = answer(landed.headers["location"])
    unknown = pushed(company, grant_management_action="merge", grant_id=NOBODYS).json()
    assert said["error"] == "invalid_grant_id"
    assert said["error_description"] == unknown["error_description"]
    assert (said["state"], said["iss"]) == (asked.state, company.issuer)


def test_somebody_who_signs_in_first_is_held_to_it_too(world: World):
    """Signed out, the request waits; signed in as somebody else, it goes back."""
    company, mia = world.company(), world.consumer()
    ben = world.consumer(email="ben@mail.example")
    before = held(company, mia, needed("name"))
    asked = asked_to(company, "merge", before.consent_id, needed("email"))
    ben.http.cookies.clear()
    waiting = ben.http.get(asked.address)
    assert waiting.headers["location"].startswith("/sign-in?")
    going = dict(httpx2.URL(waiting.headers["location"]).params)["next"]
    landed = ben.open(ben.sign_in(going).headers["location"])
    assert answer(landed.headers["refresh"].removeprefix("0; url="))["error"] == "invalid_grant_id"


def test_an_ask_whose_consent_ended_can_be_refused_and_not_granted(world: World):
    """The page says that it is closed, it is not offered any more, and a no still reaches the company."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("name"))
    path, form = mia.look(asked_to(company, "merge", before.consent_id, needed("email")))
    assert path in mia.open("/consents").text
    mia.revoke(before.consent_id)
    assert mia.send(form, decision="grant").status_code == 409
    assert mia.open(path).status_code == 409
    assert path not in mia.open("/consents").text
    assert "access_denied" in mia.landed(mia.send(form, decision="refuse"))


def test_two_open_changes_of_one_consent(world: World):
    """The second was made from what the first has changed meanwhile, so it cannot bring back what was dropped."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("name"), line("email"), take=("1",))
    _, merge = mia.look(asked_to(company, "merge", before.consent_id, needed("birthdate")))
    _, replace = mia.look(asked_to(company, "replace", before.consent_id, needed("name")))
    assert mia.send(replace, decision="grant").status_code == 303
    assert mia.send(merge, decision="grant").status_code == 409
    assert keys_listed(company) == ["name"]


def keys_listed(company: Company) -> list[str]:
    (listed,) = company.consents().json()["consents"]
    return sorted(each["key"] for each in listed["lines"])


def test_a_very_sensitive_line_that_stays_is_not_asked_twice(world: World):
    """It was confirmed when it was allowed; a new one has to be."""
    company = world.company()
    mia = world.consumer(values={"diet": "vegan", "email": "mia@mail.example"})
    assert world.house.catalogue.get("diet").sensitivity == "special"
    asked = company.ask(needed("diet"))
    before = company.take_back(asked, mia.grant(asked, **{"sure-0": "yes"}))
    after = amended(company, mia, asked_to(company, "merge", before.consent_id, needed("email")))
    assert keys(after) == ["diet", "email"]
    anew = asked_to(company, "replace", before.consent_id, needed("diet", why="For the cook"))
    _, form = mia.look(anew)
    assert mia.send(form, decision="grant").status_code == 400


def test_what_a_client_sees_of_its_grant(world: World):
    """The lines, the scopes and claims among them, and when: of the newest revision."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("name"), duration_days=30)
    body = grants(company, "GET", before.consent_id).json()
    assert set(body) == {
        "scopes", "claims", "authorization_details", "created_at", "last_updated_at", "expires_at",
    }  # fmt: skip
    assert (body["scopes"], body["claims"]) == ([], [])
    assert body["authorization_details"][0]["lines"] == before.granted
    assert body["created_at"] == body["last_updated_at"]
    amended(company, mia, asked_to(company, "merge", before.consent_id, needed("email")))
    later = grants(company, "GET", before.consent_id).json()
    assert later["created_at"] == body["created_at"] < later["last_updated_at"]
    assert [each["key"] for each in later["authorization_details"][0]["lines"]] == ["name", "email"]


def test_a_client_gives_a_grant_back(world: World):
    """204; every token is worth nothing at once; the person reads who ended it, and the log says so."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("name"))
    response = grants(company, "DELETE", before.consent_id)
    assert (response.status_code, response.content) == (204, b"")
    assert company.read(before.access_token).json()["code"] == "consent_ended"
    assert company.introspect(before.refresh_token).json() == {"active": False}
    assert company.refresh(before.refresh_token).json()["error"] == "invalid_grant"
    assert [each["state"] for each in company.consents().json()["consents"]] == ["returned"]
    assert "consent.returned" in events(world, mia)
    assert "The company gave it back" in mia.open(f"/consents/{before.consent_id}").text
    assert "Given back" in mia.open("/consents?show=history&state=returned").text


def test_a_code_of_a_grant_that_was_given_back(world: World):
    """It yields nothing."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("name"))
    asked = asked_to(company, "merge", before.consent_id, needed("email"))
    code = answer(mia.grant(asked))["code"]
    assert grants(company, "DELETE", before.consent_id).status_code == 204
    assert company.redeem(asked, code).json()["error"] == "invalid_grant"


def test_grants_that_are_not_there_look_alike(world: World):
    """Unknown, another's, ended, no id at all: 404, in the same words, and nothing of another's is touched."""
    company, other, mia = world.company(), world.company(name="Other"), world.consumer()
    theirs, ended = held(other, mia, needed("name")), held(company, mia, needed("name"))
    mia.revoke(ended.consent_id)
    for method in ("GET", "DELETE"):
        named = (NOBODYS, theirs.consent_id, ended.consent_id, "1", NOBODYS.upper(), "a.b")
        answers = [grants(company, method, each) for each in named]
        assert {each.status_code for each in answers} == {404}
        assert len({each.text for each in answers}) == 1
    assert other.read(theirs.access_token).status_code == 200


def test_a_scope_opens_what_it_says_and_nothing_else(world: World):
    """A token to look with gives nothing back, one to give back shows nothing, neither reads, and no other opens this."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("name"))
    for token in (own(company, REVOKE), company.own_token(), before.access_token):
        refused = grants(company, "GET", before.consent_id, token=token)
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert (
        QUERY
        in grants(company, "GET", before.consent_id, token=own(company, REVOKE)).headers["www-authenticate"]
    )
    for token in (own(company, QUERY), company.own_token(), before.access_token):
        assert grants(company, "DELETE", before.consent_id, token=token).status_code == 403
    assert company.consents(token=own(company, QUERY, REVOKE)).status_code == 403
    assert company.read_many([before.consent_id], token=own(company, QUERY, REVOKE)).status_code == 403
    assert company.read(before.access_token).status_code == 200


def test_scopes_of_a_clients_own_token(town: World):
    """Those two, in any order, and no other: what people are asked for is not had without them."""
    company = town.company()
    own(company, REVOKE, QUERY)
    for scope in ("openid", "email", f"{QUERY} openid", "grant_management", QUERY.upper()):
        refused = company.token(grant_type="client_credentials", scope=scope)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope"), scope


def test_the_scopes_are_not_asked_of_a_person(town: World):
    """They are the client's own: in an authorization request nobody knows them."""
    assert pushed(town.company(), scope=QUERY).json()["error"] == "invalid_scope"


def test_a_suspended_client_manages_nothing(world: World):
    """Its own token, got before, neither shows nor ends a grant."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("name"))
    token = own(company, QUERY, REVOKE)
    world.house.database.write(
        lambda db: companies.suspend_company(db, company_id=company.company_id, now=clock.now())
    )
    for method in ("GET", "DELETE"):
        refused = grants(company, method, before.consent_id, token=token)
        assert (refused.status_code, refused.json()["code"]) == (403, "client_suspended")


def test_a_proof_is_needed_here_as_everywhere(world: World):
    """A bound token without its key opens no grant."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("name"))
    path, token = f"/oauth/grants/{before.consent_id}", own(company, REVOKE)
    assert company.http.delete(path).status_code == 401
    assert company.http.delete(path, headers={"Authorization": f"Bearer {token}"}).status_code == 401
    wrong = company.shown("GET", path, token)
    assert company.http.delete(path, headers=wrong).status_code == 401
    assert company.read(before.access_token).status_code == 200


def test_two_purposes_of_one_key_are_two_lines(world: World):
    """Merging a key for another purpose leaves the one that is there."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("email", DELIVERY))
    after = amended(
        company, mia, asked_to(company, "merge", before.consent_id, line("email", MARKETING)), take=["1"]
    )
    assert [(each["key"], each["purpose"]) for each in after.granted] == [
        ("email", DELIVERY), ("email", MARKETING),
    ]  # fmt: skip


def test_a_purpose_the_company_has_dropped_stands_in_the_way_of_a_merge(world: World):
    """What was granted for it cannot be granted anew; the answer says what to do."""
    company, mia = world.company(), world.consumer()
    before = held(company, mia, needed("email", MARKETING))
    world.house.database.write(
        lambda db: companies.set_purposes(
            db, company_id=company.company_id, purposes={DELIVERY: companies.Stated()},
            known_purposes=world.house.catalogue.purposes, now=clock.now(),
        )
    )  # fmt: skip
    plain = company.request(needed("name")).params
    refused = company.push(
        {**plain, "grant_management_action": "merge", "grant_id": before.consent_id}
    ).json()
    assert refused["error"] == "invalid_authorization_details"
    assert "replace" in refused["error_description"]
    assert asked_to(company, "replace", before.consent_id, needed("name"))


def test_what_the_server_says_it_can_do(town: World):
    """Draft 03, section 7.1."""
    told = town.http().get("/.well-known/oauth-authorization-server").json()
    assert told["grant_management_actions_supported"] == ["query", "revoke", "create", "merge", "replace"]
    assert told["grant_management_endpoint"] == told["issuer"] + "/oauth/grants"
    assert told["grant_management_action_required"] is False
