"""Clients: may ask only while they and their company are in good standing."""

from datetime import UTC, datetime

import pytest

from vrm import companies
from vrm.companies import BadKeys, BadRedirectUri, MayNotAsk
from vrm.errors import Conflict, Denied, Invalid, NotFound
from vrm.ids import new_id

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def why_not(office, client_id):
    with pytest.raises(MayNotAsk) as refusal:
        office.database.read(lambda s: companies.may_ask(s, client_id=client_id))
    return refusal.value.code


def standing(office, client_id, **more):
    return office.database.write_group(
        lambda c: companies.client_standings(c, client_ids=[client_id], **more)
    ).get(client_id)


def test_a_client_reads_back(office):
    """As registered; find gives None for what is unknown, get raises."""
    company = office.register()
    client = office.new_client(company)
    assert office.database.read(lambda s: companies.get_client(s, client_id=client.id)) == client
    assert office.database.read(lambda s: companies.list_clients(s, company_id=company.id)) == [client]
    assert client.accepts_redirect("https://acorn.example/callback")
    assert not client.accepts_redirect("https://acorn.example/callback/")
    for unknown in (new_id(), "nobody", "", "\0"):
        assert (
            office.database.read(lambda s, u=unknown: companies.find_client(s.connection(), client_id=u))
            is None
        )
        with pytest.raises(NotFound):
            office.database.read(lambda s, u=unknown: companies.get_client(s, client_id=u))


@pytest.mark.parametrize(
    ("fault", "given"),
    [
        (Invalid, {"name": ""}),
        (Invalid, {"name": "a\nb"}),
        (BadRedirectUri, {"redirect_uris": []}),
        (BadRedirectUri, {"redirect_uris": "https://acorn.example/callback"}),
        (BadRedirectUri, {"redirect_uris": ["http://acorn.example/callback"]}),
        (BadRedirectUri, {"redirect_uris": ["https://acorn.example/a"] * 2}),
        (BadRedirectUri, {"redirect_uris": [f"https://acorn.example/{n}" for n in range(21)]}),
        (BadKeys, {"jwks": {"keys": []}}),
    ],
)
def test_a_client_that_is_not_safe_is_not_registered(office, fault, given):
    """Neither at first nor by a later change; nothing is kept of it."""
    company = office.register()
    with pytest.raises(fault):
        office.new_client(company, **given)
    client = office.new_client(company)
    with pytest.raises(fault):
        office.do(companies.change_client, client_id=client.id, now=NOW, **given)
    assert office.database.read(companies.list_clients) == [client]


def test_a_client_belongs_to_a_company_that_exists(office):
    """There is no client of nobody."""
    with pytest.raises(NotFound):
        office.do(
            companies.new_client,
            company_id=new_id(),
            name="x",
            redirect_uris=["https://acorn.example/cb"],
            jwks=office.jwks("a"),
            now=NOW,
        )


def test_keys_and_addresses_are_replaced_whole(office):
    """A key left out is gone; what is not given stays."""
    client = office.new_client(office.register())
    changed = office.do(
        companies.change_client, client_id=client.id, jwks=office.jwks("two", "three"), now=NOW
    )
    assert [key["kid"] for key in changed.jwks["keys"]] == ["two", "three"]
    assert (changed.name, changed.redirect_uris) == (client.name, client.redirect_uris)


def test_nobody_asks_before_approval(office):
    """A registered client of a pending company may not ask, proved or not; approved it may."""
    company = office.register()
    client = office.new_client(company)
    assert why_not(office, client.id) == "company_not_approved"
    office.prove(company)
    assert why_not(office, client.id) == "company_not_approved"
    assert not standing(office, client.id).may_read
    office.do(companies.approve, company_id=company.id, now=NOW)
    asker = office.database.read(lambda s: companies.may_ask(s, client_id=client.id))
    assert (asker.client.id, asker.company.state) == (client.id, "approved")
    assert standing(office, client.id).may_read


@pytest.mark.parametrize("lock", [False, True])
def test_suspended_may_neither_ask_nor_read(office, lock):
    """One client, or all of a company's, at once; another client of the company is not touched."""
    company = office.approved()
    one, other = office.new_client(company), office.new_client(company)
    office.do(companies.suspend_client, client_id=one.id, now=NOW)
    assert why_not(office, one.id) == "client_suspended"
    assert not standing(office, one.id, lock=lock).may_read
    assert standing(office, other.id, lock=lock).may_read
    office.do(companies.suspend_company, company_id=company.id, now=NOW)
    assert why_not(office, other.id) == "company_suspended"
    assert not standing(office, other.id, lock=lock).may_read
    office.do(companies.resume_company, company_id=company.id, now=NOW)
    assert standing(office, other.id, lock=lock).may_read
    assert not standing(office, one.id, lock=lock).may_read
    office.do(companies.resume_client, client_id=one.id, now=NOW)
    assert standing(office, one.id, lock=lock).may_read
    with pytest.raises(Conflict):
        office.do(companies.resume_client, client_id=one.id, now=NOW)


def test_a_company_lifts_its_own_suspension_and_never_the_operators(office):
    """Whoever came first: once the operator has suspended it too, it is the operator's."""
    client = office.new_client(office.approved())

    def do(verb, actor):
        return office.do(verb, client_id=client.id, now=NOW, actor=actor)

    assert do(companies.suspend_client, "company").suspended_by == "company"
    assert why_not(office, client.id) == "client_suspended"
    assert do(companies.resume_client, "company").suspended_by is None
    for first in ("company", "operator"):
        do(companies.suspend_client, first)
        do(companies.suspend_client, "operator")
        do(companies.suspend_client, "company")
        with pytest.raises(Denied) as refusal:
            do(companies.resume_client, "company")
        assert refusal.value.code == "suspended_by_operator"
        assert do(companies.resume_client, "operator").state == "active"


def test_a_company_finds_its_own_clients_alone(office):
    """Another company's is not found, as if there were none."""
    client, other = office.new_client(office.register()), office.register()
    with pytest.raises(NotFound):
        office.do(companies.get_client, client_id=client.id, company_id=other.id)
    assert office.do(companies.get_client, client_id=client.id, company_id=client.company_id) == client


@pytest.mark.parametrize("client_id", [pytest.param(new_id(), id="unknown"), "nobody", ""])
def test_a_stranger_may_not_ask(office, client_id):
    """An unknown id has no standing and may not ask."""
    assert why_not(office, client_id) == "client_unknown"
    assert standing(office, client_id) is None
    assert office.database.write_group(lambda c: companies.client_standing(c, client_id=client_id)) is None


def test_standing_says_whose_the_client_is(office):
    """Company, states and the version of its notice in one look, for many clients."""
    company = office.approved()
    one, other = office.new_client(company), office.new_client(company)
    found = office.database.write_group(
        lambda c: companies.client_standings(c, client_ids=[one.id, other.id, new_id()])
    )
    assert found == {
        each.id: companies.ClientStanding(each.id, company.id, "active", "approved", 1)
        for each in (one, other)
    }
