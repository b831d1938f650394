"""``POST /v1/disclosures``: many consents in one request, line by line."""

import json
from typing import Any

import pytest

from tests.support.actors import (
    DELIVERY,
    MARKETING,
    MIA,
    Company,
    Consumer,
    World,
    needed,
)
from vrm import accesslog, clock, companies, consents
from vrm.disclosures.door import FIRST
from vrm.ids import new_id


def lines(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text[:300]
    assert response.text.endswith("\n")
    return [json.loads(each) for each in response.text.splitlines()]


def granted(company: Company, person: Consumer, *asked_for: dict[str, object]) -> str:
    asked = company.ask(*(asked_for or (needed("name"),)))
    return company.take_back(asked, person.grant(asked)).consent_id


def grant_many(world: World, company: Company, person: Consumer, count: int) -> list[str]:
    """Many consents at once, through services: the page would take a while."""
    terms = consents.Terms((consents.Line("name", DELIVERY, required=True),), 30)

    def arrange(session: Any) -> list[str]:
        made = []
        for number in range(count):
            ask = consents.open_ask(
                session,
                consumer_id=person.consumer_id,
                client_id=company.client_id,
                company_id=company.company_id,
                terms=terms,
                request={"number": number},
                now=clock.now(),
            )
            consent = consents.grant(
                session,
                world.house.keys,
                consumer_id=person.consumer_id,
                ask_id=ask,
                choices=[consents.Choice(0, "name")],
                duration_days=30,
                versions=[],
                notice={},
                notice_version=1,
                now=clock.now(),
            )
            made.append(consent.id)
        return made

    return world.house.database.write(arrange)


def test_several_people_in_the_order_asked(world: World) -> None:
    """One line for each consent, in the order of the request, each with its own event."""
    company = world.company()
    people = [
        world.consumer(email=f"{name}@mail.example", values={"name": name.title()})
        for name in ("mia", "ben", "eve")
    ]
    ids = [granted(company, person) for person in people]
    wanted = [ids[2], ids[0], ids[1]]
    found = lines(company.read_many(wanted))
    assert [each["consent_id"] for each in found] == wanted
    assert [each["profile"]["name"] for each in found] == ["Eve", "Mia", "Ben"]
    assert len({each["event_id"] for each in found}) == 3


def test_a_consent_named_twice_is_read_once(world: World) -> None:
    """Doubles are answered and logged once."""
    company, mia = world.company(), world.consumer()
    consent_id = granted(company, mia)
    assert len(lines(company.read_many([consent_id] * 5))) == 1
    events = world.house.database.read(
        lambda session: accesslog.list_for_consumer(session, consumer_id=mia.consumer_id, limit=50)
    )
    assert [event.type for event in events].count("disclosure") == 1


def test_another_clients_consent_looks_unknown(world: World) -> None:
    """A consent of somebody else's and one that never was get the same refusal, and the person sees nothing of it."""
    company, mia = world.company(), world.consumer()
    other = world.company(name="Other")
    theirs, unknown = granted(company, mia), new_id()
    found = lines(other.read_many([theirs, unknown]))
    assert [each["refused"] for each in found] == [found[0]["refused"]] * 2
    assert found[0]["refused"]["code"] == "not_found"
    events = world.house.database.read(
        lambda session: accesslog.list_for_consumer(session, consumer_id=mia.consumer_id, limit=50)
    )
    assert "disclosure" not in [event.type for event in events]


def test_a_sister_clients_consent_looks_unknown(world: World) -> None:
    """A consent belongs to one client, not to its company."""
    company, mia = world.company(), world.consumer()
    consent_id = granted(company, mia)
    sister = world.house.database.write(
        lambda session: companies.new_client(
            session,
            company_id=company.company_id,
            name="Sister",
            redirect_uris=[company.redirect_uri],
            jwks={"keys": [company.key.as_dict(private=False)]},
            now=clock.now(),
        )
    )
    company.client_id = sister.id
    assert lines(company.read_many([consent_id]))[0]["refused"]["code"] == "not_found"


def test_each_line_stands_for_itself(world: World) -> None:
    """A refused line says its own code and spoils no other."""
    company, mia = world.company(), world.consumer()
    good, revoked = granted(company, mia), granted(company, mia)
    marketing = granted(company, mia, needed("email", MARKETING))
    both = granted(company, mia, needed("name", DELIVERY), needed("email", MARKETING))
    mia.revoke(revoked)
    found = lines(company.read_many([good, revoked, marketing, both, new_id()], purpose=DELIVERY))
    assert [each.get("refused", {}).get("code") for each in found] == [
        None,
        "consent_ended",
        "purpose_not_permitted",
        None,
        "not_found",
    ]
    found = lines(company.read_many([good, both]))
    assert [each.get("refused", {}).get("code") for each in found] == [None, "purpose_required"]


def test_keys_choose_among_the_permitted(world: World) -> None:
    """The chosen keys of each consent, and the reason for those that are not there."""
    company, mia = world.company(), world.consumer()
    full, narrow = granted(company, mia, needed("name"), needed("email")), granted(company, mia)
    found = lines(company.read_many([full, narrow], keys=["email", "name"]))
    assert found[0]["omitted"] == []
    assert found[1]["omitted"] == [{"key": "email", "reason": "not_granted"}]
    found = lines(company.read_many([full, narrow], keys=["email"]))
    assert found[0]["profile"] == {"email": "mia@mail.example"}
    assert found[1]["refused"]["code"] == "keys_not_permitted"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_thousand_consents(world: World) -> None:
    """A thousand are answered, each once, each logged; every event and leaf is a different one."""
    company, mia = world.company(), world.consumer()
    ids = grant_many(world, company, mia, 1000)
    found = lines(company.read_many(ids))
    assert [each["consent_id"] for each in found] == ids
    assert all(each["profile"] == {"name": "Mia Tran"} for each in found)
    assert len({each["event_id"] for each in found}) == len({each["leaf_hash"] for each in found}) == 1000


def test_the_first_line_does_not_wait_for_the_last(world: World) -> None:
    """The answer is a stream: a revoke between two batches is seen by the second."""
    company, mia = world.company(), world.consumer()
    ids = grant_many(world, company, mia, FIRST + 1)
    assert world.app is not None
    reply = world.app.test_client().post(
        "/v1/disclosures",
        json={"consent_ids": ids},
        headers=company.shown("POST", "/v1/disclosures", company.own_token()),
        base_url=company.issuer,
        buffered=False,
    )
    stream = reply.iter_encoded()
    first = [json.loads(next(stream)) for _ in range(FIRST)]
    assert all("profile" in each for each in first)
    mia.revoke(ids[FIRST])
    assert json.loads(next(stream))["refused"]["code"] == "consent_ended"


BODIES = [
    ("nothing", {}),
    ("no ids", {"consent_ids": []}),
    ("more than a thousand", {"consent_ids": [new_id() for _ in range(1001)]}),
    ("an id that is none", {"consent_ids": ["1"]}),
    ("an id in capitals", {"consent_ids": [new_id().upper()]}),
    ("an id that is a number", {"consent_ids": [1]}),
    ("ids that are text", {"consent_ids": new_id()}),
    ("ids that are null", {"consent_ids": None}),
    ("an unknown member", {"consent_ids": [new_id()], "purpose": DELIVERY}),
    ("no keys", {"consent_ids": [new_id()], "keys": []}),
    ("too many keys", {"consent_ids": [new_id()], "keys": ["name"] * 101}),
    ("a key that is a number", {"consent_ids": [new_id()], "keys": [1]}),
    ("a key that cannot be one", {"consent_ids": [new_id()], "keys": ["Name"]}),
    ("a key that is half a letter", {"consent_ids": [new_id()], "keys": ["name", "\ud800"]}),
    ("a key of many bytes", {"consent_ids": [new_id()], "keys": ["name", "x" * 10_000]}),
    ("a key with a NUL", {"consent_ids": [new_id()], "keys": ["name\0"]}),
    ("keys that are text", {"consent_ids": [new_id()], "keys": "name"}),
    ("a list", [new_id()]),
    ("a number", 7),
    ("null", None),
]


@pytest.mark.parametrize(("what", "body"), BODIES, ids=[row[0] for row in BODIES])
def test_a_body_that_is_not_as_described(town: World, what: str, body: object) -> None:
    """It is refused as a whole, before anything is read, and the answer says which member is wrong."""
    company = town.company()
    response = company.http.post(
        "/v1/disclosures",
        content=json.dumps(body),
        headers={
            **company.shown("POST", "/v1/disclosures", company.own_token()),
            "Content-Type": "application/json",
        },
    )
    assert (response.status_code, response.json()["code"]) == (400, "invalid"), what
    assert "\ud800" not in response.text


def test_a_body_that_is_no_json(town: World) -> None:
    """What cannot be read as JSON, or is not sent as JSON, is refused with a problem."""
    company = town.company()
    token = company.own_token()

    def post(content: bytes, kind: str = "application/json") -> tuple[int, str]:
        headers = {**company.shown("POST", "/v1/disclosures", token), "Content-Type": kind}
        response = company.http.post("/v1/disclosures", content=content, headers=headers)
        return response.status_code, response.json()["code"]

    assert post(b"") == (400, "bad_request")
    assert post(b"{") == (400, "bad_request")
    assert post(b"\xff") == (400, "bad_request")
    assert post(b"[" * 100_000) == (400, "bad_request")
    assert post(b'{"consent_ids": []}', "text/plain") == (415, "unsupported_media_type")
    assert post(b" " * ((1 << 20) + 1)) == (413, "request_entity_too_large")


def test_the_token_of_a_consent_does_not_do(world: World) -> None:
    """Many consents are read under the client's own token alone."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    got = company.take_back(asked, mia.grant(asked))
    response = company.read_many([got.consent_id], token=got.access_token)
    assert (response.status_code, response.json()["code"]) == (403, "insufficient_scope")


def test_a_suspended_client(world: World) -> None:
    """Every line is refused from the moment of the suspension, under a token that is good otherwise."""
    company, mia = world.company(), world.consumer()
    consent_id, token = granted(company, mia), company.own_token()
    world.house.database.write(
        lambda session: companies.suspend_company(session, company_id=company.company_id, now=clock.now())
    )
    assert lines(company.read_many([consent_id], token=token))[0]["refused"]["code"] == "client_suspended"


def test_nothing_of_another_person_slips_in(world: World) -> None:
    """Read in one batch, each person's line holds their own values and nobody else's."""
    company = world.company()
    people = [
        world.consumer(
            email=f"p{n}@mail.example", values={**MIA, "name": f"Person {n}", "email": f"p{n}@mail.example"}
        )
        for n in range(4)
    ]
    ids = {granted(company, person, needed("name"), needed("email")): person for person in people}
    for each in lines(company.read_many(list(ids))):
        assert each["profile"]["email"] == ids[each["consent_id"]].email
