"""``GET /v1/profile``: the permitted lines of one consent, for one purpose, at this moment."""

from collections.abc import Mapping
from typing import Any

import pytest
from time_machine import travel

from tests.support.actors import (
    DELIVERY,
    MARKETING,
    MIA,
    Company,
    Consumer,
    Held,
    World,
    line,
    needed,
)
from tests.support.seeds import put
from vrm import accesslog, clock, companies, profiles
from vrm.disclosures import agent_pseudonym

DAY = 86400


def held(company: Company, person: Consumer, *lines: dict[str, object], **terms: object) -> Held:
    """What a client holds when everything it asked for was ticked."""
    asked = company.ask(*lines, **terms)
    take = [str(number) for number, each in enumerate(lines) if not each.get("required")]
    return company.take_back(asked, person.grant(asked, take=take))


def test_only_permitted_lines(world: World) -> None:
    """What was granted and nothing else, whatever else the profile holds."""
    company, mia = world.company(), world.consumer()
    body = company.read(held(company, mia, needed("name")).access_token).json()
    assert body["profile"] == {"name": "Mia Tran"}
    assert body["omitted"] == []
    assert body["purpose"] == DELIVERY


def test_a_value_is_as_it_is_now(world: World) -> None:
    """A correction is what the next read gets."""
    company, mia = world.company(), world.consumer()
    got = held(company, mia, needed("name"))
    put(world.house, mia.consumer_id, "name", "Mia Keller", seen_version=1)
    assert company.read(got.access_token).json()["profile"] == {"name": "Mia Keller"}


def test_a_value_that_was_deleted_is_omitted(world: World) -> None:
    """A permitted line without a value is left out, and the answer says why."""
    company, mia = world.company(), world.consumer()
    got = held(company, mia, needed("name"), needed("email"))
    world.house.database.write(
        lambda session: profiles.remove(
            session,
            consumer_id=mia.consumer_id,
            field="email",
            item_id=mia.items["email"][0],
            seen_version=1,
            now=clock.now(),
        )
    )
    body = company.read(got.access_token).json()
    assert body["profile"] == {"name": "Mia Tran"}
    assert body["omitted"] == [{"key": "email", "reason": "no_value"}]


def test_keys_choose_among_the_permitted(world: World) -> None:
    """Chosen keys are answered, the others are omitted as not granted, whether they exist or not."""
    company, mia = world.company(), world.consumer()
    token = held(company, mia, needed("name"), needed("email")).access_token
    body = company.read(token, keys="email,birthdate,email,soul").json()
    assert body["profile"] == {"email": "mia@mail.example"}
    assert body["omitted"] == [
        {"key": "birthdate", "reason": "not_granted"},
        {"key": "soul", "reason": "not_granted"},
    ]


def test_keys_that_are_not_permitted(world: World) -> None:
    """When none of the keys may be read, the read is refused; a key that exists and one that does not look alike."""
    company, mia = world.company(), world.consumer()
    token = held(company, mia, needed("name")).access_token
    for keys in ("birthdate", "soul", "birthdate,soul"):
        response = company.read(token, keys=keys)
        assert (response.status_code, response.json()["code"]) == (403, "keys_not_permitted")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_keys_that_cannot_be_keys(world: World) -> None:
    """What no catalogue could hold is refused before anything is weighed, and nothing of it is repeated."""
    company, mia = world.company(), world.consumer()
    token = held(company, mia, needed("name")).access_token
    for keys in (
        "",
        ",",
        "name,",
        "name, email",
        "Name",
        "a",
        "x" * 49,
        "na me",
        "name\0",
        "\N{SNOWMAN}",
        ",".join(["name"] * 101),
    ):
        response = company.read(token, keys=keys)
        assert (response.status_code, response.json()["code"]) == (400, "invalid"), keys
        assert response.json()["field"] == "keys"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_agent_may_be_named(world: World) -> None:
    """Each read says which agent it was, as a pseudonym, one consent or many; a name that is none is refused."""
    company, mia = world.company(), world.consumer()
    got = held(company, mia, needed("name"))
    pseudonym = agent_pseudonym(world.house.keys, company_id=company.company_id, agent="desk-7")

    def read(agent: str, token: str, many: bool = False) -> Any:
        method, path = ("POST", "/v1/disclosures") if many else ("GET", "/v1/profile")
        headers = {**company.shown(method, path, token), "VRM-Agent": agent}
        body = {"consent_ids": [got.consent_id]} if many else None
        return company.http.request(method, path, json=body, headers=headers)

    def entry(event_id: str) -> Mapping[str, object]:
        found = world.house.database.read(
            lambda db: accesslog.find_for_client(db, client_id=company.client_id, event_id=event_id)
        )
        assert found is not None
        return found.entry

    for response in (read("desk-7", got.access_token), read("desk-7", company.own_token(), many=True)):
        assert response.status_code == 200
        assert entry(response.json()["event_id"])["agent"] == pseudonym
    for name in ("", "two desks", "x" * 101):
        for response in (read(name, got.access_token), read(name, company.own_token(), many=True)):
            assert (response.status_code, response.json()["field"]) == (400, "VRM-Agent")
            assert response.json()["code"] == "invalid"
            assert not name or name not in response.text


def test_one_purpose_at_a_time(world: World) -> None:
    """A consent with two purposes is read for one of them, which must be named."""
    company, mia = world.company(), world.consumer()
    got = held(company, mia, needed("name", DELIVERY), needed("email", MARKETING))
    token = got.access_token
    assert company.read(token).json()["code"] == "purpose_required"
    assert company.read(token).status_code == 400
    assert company.read(token, DELIVERY).json()["profile"] == {"name": "Mia Tran"}
    assert company.read(token, MARKETING).json()["profile"] == {"email": "mia@mail.example"}
    assert company.read(token, MARKETING, "name").json()["code"] == "keys_not_permitted"


def test_a_purpose_that_was_not_consented_to(world: World) -> None:
    """A purpose of the company's that this consent does not have, and one that nobody knows, are refused alike."""
    company, mia = world.company(), world.consumer()
    token = held(company, mia, needed("name")).access_token
    for purpose in (MARKETING, "dpv:WorldDomination", "everything"):
        response = company.read(token, purpose)
        assert (response.status_code, response.json()["code"]) == (403, "purpose_not_permitted")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_purpose_the_company_gave_up(world: World) -> None:
    """It may not be asked for any more; who allowed it before allowed it until the consent ends."""
    company, mia = world.company(), world.consumer()
    token = held(company, mia, needed("email", MARKETING)).access_token
    world.house.database.write(
        lambda session: companies.set_purposes(
            session,
            company_id=company.company_id,
            purposes={DELIVERY: companies.Stated()},
            known_purposes=world.house.catalogue.purposes,
            now=clock.now(),
        )
    )
    refused = company.push(company.request(needed("email", MARKETING)).params).json()
    assert refused["error"] == "invalid_authorization_details"
    assert company.read(token, MARKETING).json()["profile"] == {"email": "mia@mail.example"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_purpose_that_cannot_be_one(world: World) -> None:
    """A header that holds no purpose is refused before anything is weighed."""
    company, mia = world.company(), world.consumer()
    token = held(company, mia, needed("name")).access_token
    for purpose in (" ", "p" * 201, "a\tb"):
        headers = company.shown("GET", "/v1/profile", token, purpose)
        response = company.http.get("/v1/profile", headers=headers)
        assert (response.status_code, response.json()["code"]) == (400, "invalid"), purpose


def test_an_answer_and_its_value_are_two_keys(world: World) -> None:
    """Who may know that a person is over 18 may not know when they were born, nor the other way round."""
    company, mia = world.company(), world.consumer()
    answer_only = held(company, mia, needed("age_over_18")).access_token
    value_only = held(company, mia, needed("birthdate")).access_token
    assert company.read(answer_only).json()["profile"] == {"age_over_18": True}
    assert company.read(answer_only, keys="birthdate").json()["code"] == "keys_not_permitted"
    assert company.read(value_only, keys="age_over_18").json()["code"] == "keys_not_permitted"


def test_each_answer_and_refusal_is_in_the_log(world: World) -> None:
    """The event id and leaf hash of every reply belong to an entry that its person can see."""
    company, mia = world.company(), world.consumer()
    got = held(company, mia, needed("name"))
    replies = [
        company.read(got.access_token).json(),
        company.read(got.access_token, MARKETING).json(),
        company.read(got.access_token, keys="email").json(),
    ]
    mia.revoke(got.consent_id)
    replies.append(company.read(got.access_token).json())
    events = world.house.database.read(
        lambda session: accesslog.list_for_consumer(session, consumer_id=mia.consumer_id, limit=50)
    )
    seen = [event.event_id for event in events if event.type == "disclosure"]
    assert seen == [reply["event_id"] for reply in reversed(replies)]


def test_revoked_means_now(world: World) -> None:
    """The read after the revoke is refused, and the company learns that the consent ended, not how."""
    company, mia = world.company(), world.consumer()
    got = held(company, mia, needed("name"))
    assert company.read(got.access_token).status_code == 200
    mia.revoke(got.consent_id)
    response = company.read(got.access_token)
    assert (response.status_code, response.json()["code"]) == (401, "consent_ended")
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


def test_a_consent_ends_by_the_clock(world: World) -> None:
    """When its last day is over a consent is worth nothing, though no job has written that down yet."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"), duration_days=1)
    got = company.take_back(asked, mia.grant(asked, days="1"))
    with travel(clock.now().timestamp() + DAY - 60):
        token = company.refresh(got.refresh_token).json()["access_token"]
        assert company.read(token).status_code == 200
    with travel(clock.now().timestamp() + DAY + 1):
        assert company.read(token).status_code == 401
        answer = company.read_many([got.consent_id]).text
        assert '"consent_ended"' in answer
        assert company.consents().json()["consents"][0]["state"] == "expired"


def test_an_access_token_ends_by_the_clock(world: World) -> None:
    """Ten minutes after it was made an access token is worth nothing."""
    company, mia = world.company(), world.consumer()
    before = clock.now().timestamp()
    got = held(company, mia, needed("name"))
    with travel(before + 599, tick=False):
        assert company.read(got.access_token).status_code == 200
    with travel(clock.now().timestamp() + 601):
        assert company.read(got.access_token).json()["code"] == "invalid_token"


def test_a_suspended_client_and_a_suspended_company(world: World) -> None:
    """A suspension stops reads at once under tokens that are good otherwise, and lifting it lets them go on."""
    company, mia = world.company(), world.consumer()
    token = held(company, mia, needed("name")).access_token
    database = world.house.database

    def expect(status: int) -> None:
        assert company.read(token).status_code == status

    expect(200)
    database.write(lambda s: companies.suspend_client(s, client_id=company.client_id, now=clock.now()))
    expect(403)
    assert company.read(token).json()["code"] == "client_suspended"
    database.write(lambda s: companies.resume_client(s, client_id=company.client_id, now=clock.now()))
    expect(200)
    database.write(lambda s: companies.suspend_company(s, company_id=company.company_id, now=clock.now()))
    expect(403)
    database.write(lambda s: companies.resume_company(s, company_id=company.company_id, now=clock.now()))
    expect(200)


def test_a_changed_notice_or_owner(world: World) -> None:
    """Who agreed to another notice, or to another owner, has not agreed to this: the consent has ended."""
    mia = world.consumer()
    for change in (
        lambda session, company_id: companies.change_notice(
            session,
            company_id=company_id,
            privacy_notice_url="https://nordlicht.example/new",
            now=clock.now(),
        ),
        lambda session, company_id: companies.change_owner(
            session, company_id=company_id, owner="Someone Else", now=clock.now()
        ),
    ):
        company = world.company()
        got = held(company, mia, needed("name"))
        world.house.database.write(lambda session, c=company, f=change: f(session, c.company_id))  # type: ignore[misc]
        response = company.read(got.access_token)
        assert (response.status_code, response.json()["code"]) == (401, "consent_ended")
        assert company.consents().json()["consents"][0]["state"] == "suspended"
        assert company.read(held(company, mia, needed("name")).access_token).status_code == 200


def test_the_subject_is_pairwise(world: World) -> None:
    """One company knows a person by one name in all their consents, two companies by two that share nothing."""
    mia = world.consumer()
    one, two = world.company(), world.company()
    first = one.read(held(one, mia, needed("name")).access_token).json()["subject"]
    again = one.read(held(one, mia, needed("email")).access_token).json()["subject"]
    other = two.read(held(two, mia, needed("name")).access_token).json()["subject"]
    assert first == again != other
    assert mia.consumer_id not in {first, other}


def test_plural_keys_give_arrays(world: World) -> None:
    """A key of which a person may keep several gives an array even when there is one."""
    company, mia = world.company(), world.consumer()
    body = company.read(held(company, mia, line("address")).access_token).json()
    assert body["profile"] == {"address": [MIA["address"]]}


TOKENS = [
    ("no header", {}, 401, "token_required"),
    ("another scheme", {"Authorization": "Basic dnJtOnZybQ=="}, 400, "invalid_request"),
    ("no token", {"Authorization": "DPoP "}, 400, "invalid_request"),
    ("no token of a bearer", {"Authorization": "Bearer "}, 400, "invalid_request"),
    ("a token nobody gave", {"Authorization": "DPoP vrm_at_none"}, 401, "invalid_token"),
    ("a bearer's token nobody gave", {"Authorization": "Bearer vrm_at_none"}, 401, "invalid_token"),
    ("two tokens", {"Authorization": "Bearer a, Bearer b"}, 401, "invalid_token"),
]


@pytest.mark.parametrize(("what", "headers", "status", "code"), TOKENS, ids=[row[0] for row in TOKENS])
@pytest.mark.parametrize("path", ["/v1/profile", "/v1/consents", "/v1/disclosures"])
def test_no_good_token(
    town: World, path: str, what: str, headers: dict[str, str], status: int, code: str
) -> None:
    """Without a good token nothing is read, on any endpoint, and a challenge for each way to show one says how to ask."""
    method = "POST" if path == "/v1/disclosures" else "GET"
    response = town.http().request(method, path, headers=headers, json={} if method == "POST" else None)
    assert (response.status_code, response.json()["code"]) == (status, code), what
    schemes = [each.partition(" ")[0] for each in response.headers.get_list("www-authenticate")]
    assert schemes == ["DPoP", "Bearer"]


def test_a_token_of_bytes_that_are_no_text(town: World) -> None:
    """It is a token nobody gave, like any other."""
    assert town.app is not None
    response = town.app.test_client().get(
        "/v1/profile", headers={"Authorization": "Bearer \xff\xfe"}, base_url=town.house.settings.issuer
    )
    assert (response.status_code, response.get_json()["code"]) == (401, "invalid_token")


def test_a_token_in_the_address_is_no_token(world: World) -> None:
    """Tokens stand in the header alone (FAPI 2.0, section 5.3.3): addresses end up in logs."""
    company, mia = world.company(), world.consumer()
    token = held(company, mia, needed("name")).access_token
    response = company.http.get("/v1/profile", params={"access_token": token})
    assert response.json()["code"] == "token_required"


def test_a_session_is_no_token(world: World) -> None:
    """A person's cookie opens nothing here."""
    assert world.consumer().http.get("/v1/profile").json()["code"] == "token_required"


def test_the_clients_own_token_reads_no_single_profile(world: World) -> None:
    """Under its own token a client names consents; here it would have none."""
    company = world.company()
    response = company.read(company.own_token())
    assert (response.status_code, response.json()["code"]) == (403, "insufficient_scope")
    assert 'error="insufficient_scope"' in response.headers["www-authenticate"]
