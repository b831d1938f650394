"""What stood in a database of an earlier version stands in this one, on both engines."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text

from vrm import companies, consents, migrations
from vrm.accounts import get_account
from vrm.db import Database

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENDED = datetime(2026, 4, 1, tzinfo=UTC)
UNTIL = datetime(2027, 1, 1, tzinfo=UTC)


def an_id(number: int) -> str:
    """An id that tells which it is."""
    return str(UUID(int=number))


COMPANY, CLIENT, CLOSED, ANNA, ACCOUNT, ACTIVE, REVOKED = map(an_id, range(1, 8))


@pytest.fixture
def revision():
    """Which the database is at before."""
    return "0001"


@pytest.fixture
def before(database_url, revision):
    """A database at an earlier revision, and a way to put rows into it as that version wrote them."""
    migrations.upgrade(database_url, to=revision)
    engine = create_engine(database_url)

    def put(table: str, **row: Any) -> None:
        sqlite = engine.dialect.name == "sqlite"
        stored = {
            name: json.dumps(value)
            if isinstance(value, (dict, list))
            else value.replace(tzinfo=None).isoformat(" ", "microseconds")
            if isinstance(value, datetime) and sqlite
            else UUID(value).hex
            if sqlite and isinstance(value, str) and len(value) == 36
            else value
            for name, value in row.items()
        }
        names = ", ".join(row)
        with engine.begin() as connection:
            connection.execute(
                text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(':' + name for name in row)})"),
                stored,
            )

    yield put
    engine.dispose()


def test_accounts_companies_and_consents_go_on(before, database_url):
    """A consumer's account, clients with their keys, and which keys a consent allows are what they were."""
    before(
        "accounts", id=ACCOUNT, kind="consumer", handle_hash=b"h", password_hash="p", consumer_id=ANNA,
        sealed_email=b"e", sealed_name=None, created_at=AT, ended_at=None,
    )  # fmt: skip
    before("sign_ups", token_hash=b"t", handle_hash=b"g", sealed_email=b"e", purpose="sign_up", expires_at=AT)
    before("sessions", token_hash=b"s", account_id=ACCOUNT, created_at=AT, last_seen=AT, expires_at=UNTIL)
    before(
        "companies", id=COMPANY, legal_name="Nordlicht", address="Kiel", contact="a@b.example",
        privacy_notice_url=None, notice_version=3, owner=None, domain="nordlicht.example", domain_token="d",
        domain_proved_at=AT, state="approved", approved_at=AT, created_at=AT,
    )  # fmt: skip
    before("company_purposes", company_id=COMPANY, purpose="dpv:ServiceProvision", why="Parcels")
    keys = [{"kty": "EC", "kid": kid, "crv": "P-256", "x": "x", "y": "y"} for kid in ("old", "new")]
    for client, state in ((CLIENT, "active"), (CLOSED, "suspended")):
        before(
            "clients", id=client, company_id=COMPANY, name="Shop", redirect_uris=["https://a.example/cb"],
            jwks={"keys": keys}, state=state, created_at=AT,
        )  # fmt: skip
    for consent, state, ended in ((ACTIVE, "active", None), (REVOKED, "revoked", ENDED)):
        before(
            "consents", consumer_id=ANNA, id=consent, client_id=CLIENT, company_id=COMPANY, subject=ANNA,
            state=state, version=1, epoch=1, revision=2, notice_version=3, granted_at=AT, expires_at=UNTIL,
            ended_at=ended,
        )  # fmt: skip
        for number, named in ((1, ["name", "email"]), (2, ["name", "name"])):
            before(
                "consent_revisions", consumer_id=ANNA, consent_id=consent, number=number, reason="granted",
                terms={}, lines=[{"key": key} for key in named], versions=[], notice={}, expires_at=UNTIL,
                created_at=AT,
            )  # fmt: skip

    migrations.upgrade(database_url)

    database = Database(database_url)
    try:
        assert database.read(lambda db: get_account(db, person_id=ANNA)).id == ACCOUNT
        clients = database.read(lambda db: companies.list_clients(db, company_id=COMPANY))
        assert {one.id: one.suspended_by for one in clients} == {CLIENT: None, CLOSED: "operator"}
        for one in clients:
            assert [(key.kid, key.jwk, key.added_at, key.until) for key in one.keys] == [
                ("old", keys[0], AT, None),
                ("new", keys[1], AT, None),
            ]
        company = database.read(lambda db: companies.get_company(db, company_id=COMPANY))
        assert company.purposes == {"dpv:ServiceProvision": companies.Stated("Parcels", None)}
        assert (company.domain_claimed_at, company.domain_checked_at) == (AT, None)
        held = database.read(
            lambda db: consents.holdings.held_keys(
                db, company_id=COMPANY, now=datetime(2026, 5, 1, tzinfo=UTC)
            )
        )
        assert held == {"name": 1}
        rows = database.read(
            lambda db: db.execute(
                text("SELECT consent_id, until FROM consent_keys ORDER BY consent_id")
            ).all()
        )
        assert [str(row.until)[:10] for row in rows] == ["2027-01-01", "2026-04-01"]
        assert database.read(lambda db: db.execute(text("SELECT kind FROM sign_ups")).scalar()) == "consumer"
    finally:
        database.close()


@pytest.mark.parametrize("revision", ["0004"])
def test_ended_keys_stay_known(before, database_url):
    """A key that was ended in an earlier version does not come back, and is no key in the list."""
    before(
        "companies", id=COMPANY, legal_name="Nordlicht", address="Kiel", contact="a@b.example",
        privacy_notice_url=None, notice_version=1, domain="nordlicht.example", domain_token="d", state="approved",
        domain_claimed_at=AT, approved_at=AT, created_at=AT,
    )  # fmt: skip
    jwk = {"kty": "EC", "kid": "old", "crv": "P-256", "x": "x", "y": "y"}
    before(
        "clients", id=CLIENT, company_id=COMPANY, name="Shop", redirect_uris=[], post_logout_redirect_uris=[],
        state="active", created_at=AT,
    )  # fmt: skip
    before("client_keys", client_id=CLIENT, kid="old", jwk=jwk, source="value", place=0, added_at=AT)
    listed = {"thumbprints": ["a-thumbprint"]}
    before(
        "client_keys", client_id=CLIENT, kid="\n", jwk=listed, source="ended", place=0, added_at=AT, until=AT
    )

    migrations.upgrade(database_url)

    database = Database(database_url)
    try:
        (client,) = database.read(lambda db: companies.list_clients(db, company_id=COMPANY))
        assert [key.kid for key in client.keys] == ["old"]
        kept = database.read(lambda db: db.execute(text("SELECT ended_keys FROM clients")).scalar())
        assert kept in (["a-thumbprint"], '["a-thumbprint"]')
    finally:
        database.close()
