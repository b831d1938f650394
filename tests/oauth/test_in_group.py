"""What rests on a client alone is answered on a snapshot; its commit sees whether the client is still the same."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import Connection

from tests.support.actors import Company, World
from vrm import clock, companies, tokens
from vrm.ids import new_secret
from vrm.tokens import Grantee, Shown
from vrm.web.oauth import transaction
from vrm.web.oauth.transaction import in_group, in_transaction, new_group

Meanwhile = Callable[[World, Company], object]


def _suspended(world: World, company: Company) -> None:
    world.house.database.write(
        lambda db: companies.suspend_client(db, client_id=company.client_id, now=clock.now())
    )


def _other_key(world: World, company: Company) -> None:
    jwks = {"keys": [ECKey.generate_key("P-256", {"kid": "another"}).as_dict(private=False)]}
    world.house.database.write(
        lambda db: companies.change_client(db, client_id=company.client_id, jwks=jwks, now=clock.now())
    )


def _company_suspended(world: World, company: Company) -> None:
    company_id = world.house.database.read(
        lambda db: companies.get_client(db, client_id=company.client_id).company_id
    )
    world.house.database.write(
        lambda db: companies.suspend_company(db, company_id=company_id, now=clock.now())
    )


def _nothing(world: World, company: Company) -> None: ...


@pytest.fixture
def inside(world: World) -> Iterator[None]:
    assert world.app is not None
    with world.app.test_request_context():
        yield


def _issue(world: World, company: Company, meanwhile: Meanwhile, secret: str, jti: str) -> str | None:
    """What the token endpoint does: rest on the client, use up what proves it, write a token."""
    now = clock.now()
    until = now + timedelta(minutes=1)

    def work() -> str:
        transaction.rest_on(companies.may_ask(transaction.current_session(), client_id=company.client_id))
        if not transaction.see_once(Shown("assertion", company.client_id, jti, until)):
            return "used"
        grantee = Grantee(company.client_id)
        transaction.write(
            partial(
                tokens.issue_token,
                secret=secret,
                kind="access",
                grantee=grantee,
                scope="",
                expires_at=until,
                now=now,
            )
        )
        meanwhile(world, company)
        return "issued"

    return in_group(world.house.database, new_group(world.house.database), work)


@pytest.mark.parametrize("meanwhile", [_suspended, _company_suspended, _other_key])
def test_a_client_that_changed_meanwhile(world: World, inside: None, meanwhile: Meanwhile):
    """Nothing is written, nor used up: it is asked again, and answered as the client is now."""
    company, secret, jti = world.company(), new_secret(), "one"
    assert _issue(world, company, meanwhile, secret, jti) is None
    shown = Shown("assertion", company.client_id, jti, clock.now())

    def left(connection: Connection) -> tuple[object, bool]:
        found = tokens.find_access_token(connection, secret, now=clock.now())
        return found, tokens.is_used_up(connection, shown)

    assert world.house.database.glance(left) == (None, False)


def test_what_was_shown_elsewhere_meanwhile(world: World, inside: None):
    """At the same moment another process used it up: it is asked again, and then it is known."""
    company, secret = world.company(), new_secret()
    until = clock.now() + timedelta(minutes=1)
    shown = Shown("assertion", company.client_id, "one", until)

    def elsewhere(world: World, company: Company) -> None:
        assert world.house.database.write_group(lambda connection: tokens.see_once(connection, shown))

    assert _issue(world, company, elsewhere, secret, "one") is None
    assert _issue(world, company, _nothing, secret, "one") == "used"
    assert in_transaction(world.house.database, lambda: transaction.see_once(shown)) is False
    assert _issue(world, company, _nothing, secret, "two") == "issued"
    found = world.house.database.glance(
        lambda connection: tokens.find_access_token(connection, secret, now=clock.now())
    )
    assert found is not None and found.client_id == company.client_id


def test_all_or_nothing(world: World, inside: None):
    """Where one thing that a request shows was shown before, it uses up none of them."""
    company, now = world.company(), clock.now()
    asker = world.house.database.read(lambda db: companies.may_ask(db, client_id=company.client_id))
    shown = Shown("proof", "somebody", "one", now + timedelta(minutes=1))
    other = Shown("proof", "somebody", "two", now + timedelta(minutes=1))
    group = new_group(world.house.database)
    assert group.submit(transaction.Writes([asker], [shown]))
    with pytest.raises(tokens.ShownBefore):
        group.submit(transaction.Writes([asker], [other, shown]))
    assert group.submit(transaction.Writes([asker], [other]))
