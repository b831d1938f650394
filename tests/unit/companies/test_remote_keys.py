"""Keys by address: at the company's own domain, read in time, trusted for a day and no longer."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.http import answer, serving
from vrm import companies
from vrm.companies import BadJwksUri, BadKeys
from vrm.errors import Conflict, Stale
from vrm.fetch import Fetcher

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
URI = "https://keys.acorn.example/jwks.json"


@pytest.fixture
def company(office):
    return office.approved()


@pytest.fixture
def client(office, company):
    return office.new_client(company, jwks=None, jwks_uri=URI)


def read(office, client, served, now=NOW, every=timedelta(minutes=1)):
    """What comes of reading the address while it gives this answer; and how often it was asked."""
    with serving({"/jwks.json": served}) as server:
        fetcher = Fetcher({"keys.acorn.example": server.address})
        found = companies.refresh_jwks(office.database, fetcher, client_id=client.id, now=now, every=every)
    return found, len(server.seen)


def served(jwks):
    return answer(json.dumps(jwks).encode(), content_type="application/jwk-set+json")


def kids(client, now):
    return [key["kid"] for key in client.jwks_at(now)["keys"]]


def test_a_set_is_read_and_its_keys_are_good_for_a_day(office, client):
    """They are the client's own until 24 hours after the address answered last."""
    assert client.keys == ()
    found, _ = read(office, client, served(office.jwks("a", "b")))
    assert (kids(found, NOW), found.jwks_fetched_at, found.jwks_failure) == (["a", "b"], NOW, None)
    assert kids(found, NOW + 24 * HOUR - timedelta(seconds=1)) == ["a", "b"]
    assert kids(found, NOW + 24 * HOUR) == []
    assert [entry["actor"] for entry in office.entries() if entry["type"] == "client.changed"] == ["system"]


def test_keys_of_no_use_to_us_are_passed_over_and_counted(office, client):
    """A set at an address is for others too (RFC 7517, section 5); private material still refuses the whole."""
    (good,) = office.jwks("a")["keys"]
    foreign = [
        {**good, "kid": "b", "use": "enc"},
        {**good, "kid": "c", "crv": "P-384"},
        {"kty": "AKP", "alg": "ML-DSA-44"},
        {**good, "kid": "d", "alg": "ES384"},
    ]
    found, _ = read(office, client, served({"keys": [*foreign, good]}))
    assert (kids(found, NOW), found.jwks_failure) == (["a"], None)
    assert found.jwks_skipped == {"use": 1, "kind": 2, "algorithm": 1}
    for hours, refused in enumerate([foreign, [good, {"kty": "oct", "k": "AAAA"}]], start=1):
        found, _ = read(office, client, served({"keys": refused}), NOW + hours * HOUR)
        assert (kids(found, NOW), found.jwks_failure, found.jwks_skipped) == (["a"], "bad_jwks", {})
    mended, _ = read(office, client, served({"keys": [good]}), NOW + 3 * HOUR)
    assert (mended.jwks_failure, mended.jwks_skipped) == (None, {})


def test_more_keys_than_we_take_are_passed_over(office, client):
    """The first twenty that are good count, each once, wherever others stand; a private one is found behind them too."""
    good = office.jwks(*map(str, range(22)))["keys"]
    enc = {**good[0], "kid": "e", "use": "enc"}
    found, _ = read(office, client, served({"keys": [enc, good[0], *good]}))
    assert (kids(found, NOW), found.jwks_skipped) == (
        [str(each) for each in range(20)],
        {"use": 1, "surplus": 2},
    )
    refused, _ = read(office, client, served({"keys": [*good, {"kty": "oct", "k": "AAAA"}]}), NOW + HOUR)
    assert refused.jwks_failure == "bad_jwks"


def test_what_left_the_set_is_worth_nothing_at_the_next_reading(office, client):
    """A set that is the same is no event; another is one."""
    first = office.jwks("a", "b")
    read(office, client, served(first))
    read(office, client, served(first), NOW + HOUR)
    found, _ = read(office, client, served({"keys": first["keys"][1:]}), NOW + 2 * HOUR)
    assert (kids(found, NOW + 2 * HOUR), found.keys[0].added_at) == (["b"], NOW)
    assert sum(entry["type"] == "client.changed" for entry in office.entries()) == 2


@pytest.mark.parametrize(
    ("served", "code"),
    [
        (answer(b"", status=404), "jwks_not_served"),
        (answer(b"", status=302, location="https://evil.example/"), "jwks_not_served"),
        (answer(b"<html>"), "jwks_not_served"),
        (answer(b"[" * 50_000), "jwks_not_served"),
        (answer(b"\xff\xfe"), "jwks_not_served"),
        (answer(b"{}"), "bad_jwks"),
        (answer(b" " * 70_000), "fetch_too_large"),
    ],
)
def test_a_failing_address_keeps_the_keys_for_a_day(office, client, served, code):
    """And is warned about; the day counts from the last good answer. An answer that comes again mends it."""
    good = office.jwks("a")
    with serving({"/jwks.json": answer(json.dumps(good).encode())}) as server:
        fetcher = Fetcher({"keys.acorn.example": server.address})
        companies.refresh_jwks(office.database, fetcher, client_id=client.id, now=NOW)
    found, _ = read(office, client, served, NOW + 23 * HOUR)
    assert (found.jwks_failure, found.jwks_fetched_at) == (code, NOW)
    assert kids(found, NOW + 23 * HOUR) == ["a"]
    (warning,) = companies.key_warnings(found, NOW + 23 * HOUR)
    assert (warning.code, warning.at) == ("jwks_uri_failing", NOW + 24 * HOUR)
    late = [each.code for each in companies.key_warnings(found, NOW + 24 * HOUR)]
    assert late == ["no_key", "jwks_uri_failing"]
    mended, _ = read(office, client, answer(json.dumps(good).encode()), NOW + 25 * HOUR)
    assert companies.key_warnings(mended, NOW + 25 * HOUR) == []


def test_an_address_is_not_asked_twice_at_once(office, client):
    """Whatever came of it; the worker leaves it alone for an hour."""
    assert read(office, client, answer(b"", status=500))[1] == 1
    assert read(office, client, served(office.jwks("a")), NOW + timedelta(seconds=59))[1] == 0
    assert read(office, client, served(office.jwks("a")), NOW + timedelta(seconds=60))[1] == 1
    assert read(office, client, served(office.jwks("a")), NOW + HOUR, every=HOUR)[1] == 0

    def due(now):
        return office.database.read(lambda s: companies.list_due(s, before=now - HOUR, limit=3))

    assert due(NOW + HOUR) == []
    assert due(NOW + HOUR + timedelta(seconds=60)) == [client.id]


def test_what_waits_longest_is_read_first(office, company, client):
    """Never read before all; clients whose keys we hold are not asked for."""
    read(office, client, served(office.jwks("a")))
    office.new_client(company)
    new = office.new_client(company, jwks=None, jwks_uri=URI, now=NOW + HOUR)
    found = office.database.read(lambda s: companies.list_due(s, before=NOW, limit=3))
    assert found == [new.id, client.id]


@pytest.mark.parametrize(
    "uri",
    [
        "http://acorn.example/jwks",
        "https://acorn.example:8443/jwks",
        "https://acorn.example.evil.example/jwks",
        "https://evilacorn.example/jwks",
        "https://acorn.example@evil.example/jwks",
        "https://evil.example/jwks#acorn.example",
        "https://example/jwks",
        "http://localhost:9000/jwks",
        "",
        "x" * 3000,
    ],
)
def test_only_the_companys_own_domain_supplies_keys(office, company, uri):
    """Below it will do; whoever else answers could be the client otherwise."""
    with pytest.raises(BadJwksUri):
        office.new_client(company, jwks=None, jwks_uri=uri)
    for own in ("https://acorn.example/jwks", "https://a.b.acorn.example/jwks?x=1"):
        assert office.new_client(company, jwks=None, jwks_uri=own).jwks_uri == own


def test_a_domain_must_be_proved_first(office):
    """A pending company can give the keys themselves."""
    company = office.register()
    with pytest.raises(BadJwksUri, match="Prove"):
        office.new_client(company, jwks=None, jwks_uri="https://acorn.example/jwks")


def test_a_sandbox_takes_this_machine(office, company):
    """Only when the edge says so; the fetcher still asks there what the operator allowed and no more."""
    uri = "http://localhost:9000/jwks"
    client = office.new_client(company, jwks=None, jwks_uri=uri, loopback=True)
    found = companies.refresh_jwks(office.database, Fetcher(), client_id=client.id, now=NOW)
    assert found.jwks_failure == "url_refused"


@pytest.mark.parametrize("both", [False, True])
def test_keys_or_an_address(office, company, both):
    """One of the two (RFC 7591, section 2)."""
    given = {"jwks": office.jwks("a"), "jwks_uri": URI} if both else {"jwks": None}
    with pytest.raises(BadKeys):
        office.new_client(company, **given)


def test_moving_between_the_two(office, company):
    """Given keys serve until the address has answered once; given keys again end the address at once."""
    client = office.new_client(company)
    moved = office.do(companies.change_client, client_id=client.id, jwks_uri=URI, now=NOW)
    assert kids(moved, NOW) == ["one"]
    (more,) = office.jwks("more")["keys"]
    with pytest.raises(Conflict) as refusal:
        office.do(companies.add_client_key, client_id=client.id, jwk=more, now=NOW)
    assert refusal.value.code == "keys_by_uri"
    found, _ = read(office, client, served(office.jwks("a")))
    assert kids(found, NOW) == ["a"]
    for verb, rest in (
        (companies.remove_client_key, {}),
        (companies.retire_client_key, {"until": NOW + HOUR}),
    ):
        with pytest.raises(Conflict):
            office.do(verb, client_id=client.id, kid="a", now=NOW, **rest)
    back = office.do(companies.change_client, client_id=client.id, jwks=office.jwks("b"), now=NOW)
    assert (kids(back, NOW), back.jwks_uri) == (["b"], None)


def test_an_address_brings_no_retired_key_back(office, company):
    """Served there it ends when it was to end; taken away with the address it is over at once, and stays so."""
    (one,), (two,) = (office.jwks(kid)["keys"] for kid in ("one", "two"))
    client = office.new_client(company, jwks={"keys": [one, two]})
    until = NOW + HOUR
    office.do(companies.retire_client_key, client_id=client.id, kid="one", until=until, now=NOW)
    office.do(companies.change_client, client_id=client.id, jwks_uri=URI, now=NOW)
    found, _ = read(office, client, served({"keys": [one, two]}))
    assert (kids(found, NOW), kids(found, until)) == (["one", "two"], ["two"])
    given = {"jwks": {"keys": [one, two]}, "now": NOW}
    assert kids(office.do(companies.change_client, client_id=client.id, **given), NOW) == ["two"]


def test_an_answer_that_was_overtaken_is_not_kept(office, client):
    """The company gave another address while the old one was read."""
    office.do(companies.change_client, client_id=client.id, jwks_uri=URI + "?new", now=NOW)
    for verb, rest in (
        (companies.keep_jwks, {"found": companies.parse_published(office.jwks("a"))}),
        (companies.keep_jwks_failure, {"code": "fetch_failed"}),
    ):
        with pytest.raises(Stale):
            office.do(verb, client_id=client.id, uri=URI, now=NOW, **rest)


def test_another_domain_takes_address_and_keys_away(office, company, client):
    """Whoever gets the old domain must not become the client; keys we were given stay."""
    own = office.new_client(company)
    read(office, client, served(office.jwks("a")))
    office.do(companies.change_domain, company_id=company.id, domain="beech.example", now=NOW)
    found = office.database.read(lambda s: companies.get_clients(s, [client.id, own.id]))
    assert (found[client.id].jwks_uri, found[client.id].keys) == (None, ())
    assert kids(found[own.id], NOW) == ["one"]
