"""People, companies and consents made through the services, for tests that begin where a story has got to."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from joserfc import jwk

from vrm import accesslog, accounts, clock, companies, consents, journeys, oversight, profiles, tokens
from vrm.house import House
from vrm.ids import new_id, new_secret

PURPOSE = "dpv:DeliveryOfGoods"
OTHER_PURPOSE = "dpv:Advertising"
REDIRECT = "http://localhost:9999/cb"
PASSWORD = "a long sentence of mine"
LOYALTY: Mapping[str, str] = {"programme": "Nordlicht Plus", "number": "NL-20-4417"}
PROFILE: Mapping[str, object] = {
    "name": "Mia Tran",
    "birthdate": "1991-06-17",
    "email": "mia@example.com",
    "phone_number": "+61 491 570 156",
}


@dataclass(frozen=True)
class Person:
    """A consumer who is signed in: ``session`` is the value of the cookie."""

    account_id: str
    consumer_id: str
    email: str
    session: str


@dataclass(frozen=True)
class Shop:
    """An approved company with one client; ``key`` signs its assertions."""

    company: companies.Company
    client: companies.Client
    key: jwk.ECKey


def person(house: House, profile: Mapping[str, object] = PROFILE, *, email: str | None = None) -> Person:
    """Somebody with a profile. A value may be a list, of a plural field's items."""
    email = email or f"{secrets.token_hex(6)}@people.example"
    newcomer = accounts.prepare_newcomer(house.keys, house.hasher, email=email, password=PASSWORD)
    account = house.database.write(lambda db: _signed_up(db, house, email, newcomer))
    for field, raw in profile.items():
        for each in raw if isinstance(raw, list) else [raw]:
            put(house, account.consumer_id, field, each)
    return Person(account.id, account.consumer_id, email, sign_in(house, account.id, account.consumer_id))


def sign_in(house: House, account_id: str, consumer_id: str) -> str:
    """A session of an account; the value of its cookie."""
    started = house.database.write(
        lambda db: accounts.start_session(db, account_id=account_id, now=clock.now())
    )
    return started.token


@dataclass(frozen=True)
class Auditor:
    """Someone who reviews the log, signed in with both factors; ``secret`` makes the codes (base 32)."""

    auditor_id: str
    account_id: str
    email: str
    session: str
    secret: str


def auditor(house: House, name: str = "R. Okafor", *, days: int = 30) -> Auditor:
    """An auditor with a mandate, an account, and a second factor in use."""
    email, now = f"{secrets.token_hex(6)}@auditors.example", clock.now()
    named = accounts.prepare_auditor(house.keys, name=name)
    until = now + timedelta(days=days)
    invitation = house.database.write(
        lambda db: accounts.grant_auditor(db, house.keys, auditor=named, email=email, until=until, now=now)
    )
    newcomer = accounts.prepare_newcomer(
        house.keys, house.hasher, email=email, password=PASSWORD, person_id=named.id
    )
    account = house.database.write(
        lambda db: accounts.complete_sign_up(db, token=invitation.token, newcomer=newcomer, now=now)
    )
    secret, started = second_factor(house, account.id)
    return Auditor(named.id, account.id, email, started.token, secret)


def auditor_token(
    house: House, auditor: Auditor, *, days: int = 30, now: datetime | None = None, name: str = "a program"
) -> str:
    """A token for a program of an auditor's, good for some days from now on, or from another moment."""
    made = now or clock.now()
    return house.database.write(
        lambda db: accounts.issue_auditor_token(
            db, house.keys, auditor_id=auditor.auditor_id, name=name, days=days, now=made
        )
    )


def catch_up(house: House) -> None:
    """Give every event its leaf, sign the tree, index it: what the worker does all the time."""
    accesslog.sequence(house.database)
    accesslog.publish(house.database, house.keys.log_signer, house.settings.log_origin)
    while oversight.index(house.database):
        pass


@dataclass(frozen=True)
class Colleague:
    """Someone who works for a company, signed in there: ``session`` is the value of the cookie ``vrm-company``."""

    account_id: str
    person_id: str
    email: str
    session: str


def colleague(
    house: House,
    company_id: str | None,
    role: companies.Role = "owner",
    *,
    name: str = "Jo Wood",
    email: str | None = None,
) -> Colleague:
    """Somebody with an account at the office for companies; without a company they have yet to register one."""
    email, now = email or f"{secrets.token_hex(6)}@work.example", clock.now()
    client = f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"
    newcomer = accounts.prepare_newcomer(house.keys, house.hasher, email=email, password=PASSWORD, name=name)

    def join(db: Any) -> accounts.Account:
        invitation = accounts.invite(db, house.keys, email=email, client=client, now=now, kind="company")
        account = accounts.complete_sign_up(db, token=invitation.token, newcomer=newcomer, now=now)
        if company_id is not None:
            invited = companies.invite_person(
                db, house.keys, company_id=company_id, email=email, role=role, by=None, now=now
            )
            companies.accept_invitation(db, token=invited.token, account_id=account.id, now=now)
        return account

    account = house.database.write(join)
    return Colleague(account.id, account.person_id, email, sign_in(house, account.id, account.person_id))


def second_factor(house: House, account_id: str) -> tuple[str, accounts.Started]:
    """Take a second factor into use; gives its secret and a session in which it is proved."""
    now = clock.now()
    enrolment = house.database.write(
        lambda db: accounts.begin_second_factor(
            db, house.keys, account_id=account_id, token="", issuer="VRM", label="localhost"
        )
    )
    # The code of the step before: the one of now stays good for the test's own sign-in.
    shown = code(enrolment.secret, now - timedelta(seconds=30))
    started, _ = house.database.write(
        lambda db: accounts.confirm_second_factor(
            db, house.keys, account_id=account_id, code=shown, token="", now=now
        )
    )
    return enrolment.secret, started


def code(secret: str, now: datetime) -> str:
    """What a device with this secret shows at that moment (RFC 6238)."""
    raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
    return TOTP(raw, 6, SHA1(), 30).generate(int(now.timestamp())).decode()


def wrong_code(secret: str, now: datetime) -> str:
    """Six digits that the device shows at no moment near this one."""
    near = {code(secret, now + timedelta(seconds=30 * step)) for step in range(-4, 5)}
    return next(digits for digits in map("{:06}".format, range(10)) if digits not in near)


def put(house: House, consumer_id: str, field: str, raw: object, **more: Any) -> profiles.Item:
    """Add a value to a profile, or correct one."""
    return house.database.write(
        lambda db: profiles.put(
            db, house.keys, house.catalogue,
            consumer_id=consumer_id, field=field, raw=raw, now=clock.now(), **more,
        )
    )  # fmt: skip


def shop(house: House, name: str = "Nordlicht", purposes: Sequence[str] = (PURPOSE, OTHER_PURPOSE)) -> Shop:
    """A company that may ask, and its client."""
    domain = f"{name.lower()}-{secrets.token_hex(4)}.example"
    key = jwk.ECKey.generate_key("P-256", auto_kid=True)
    company = house.database.write(
        lambda db: companies.register(
            db, legal_name=f"{name} GmbH", address="Berlin", contact=f"privacy@{domain}", domain=domain,
            privacy_notice_url=f"https://{domain}/privacy", purposes=dict.fromkeys(purposes, companies.Stated()),
            known_purposes=house.catalogue.purposes, now=clock.now(),
        )
    )  # fmt: skip
    house.database.write(
        lambda db: companies.prove_domain(
            db, company_id=company.id, domain=domain, token=company.domain_token, now=clock.now()
        )
    )
    company = house.database.write(lambda db: companies.approve(db, company_id=company.id, now=clock.now()))
    client = house.database.write(
        lambda db: companies.new_client(
            db, company_id=company.id, name=f"{name} shop", redirect_uris=[REDIRECT],
            jwks={"keys": [key.as_dict(private=False)]}, now=clock.now(),
        )
    )  # fmt: skip
    return Shop(company, client, key)


def terms(*keys: str, purpose: str = PURPOSE, days: int = 90) -> consents.Terms:
    """An ask for these keys; ``?`` behind a key makes it optional, ``birthdate|age_over_18`` offers either."""
    lines = []
    for key in keys:
        first, *others = key.rstrip("?").split("|")
        lines.append(consents.Line(first, purpose, not key.endswith("?"), any_of=tuple(others)))
    return consents.Terms(tuple(lines), days)


def ask(house: House, person: Person, shop: Shop, wanted: consents.Terms) -> str:
    """An ask that waits for the person's decision; each call puts a new one."""
    return house.database.write(
        lambda db: consents.open_ask(
            db, consumer_id=person.consumer_id, client_id=shop.client.id, company_id=shop.company.id,
            terms=wanted, request={"state": secrets.token_hex(8), "redirect_uri": REDIRECT}, now=clock.now(),
        )
    )  # fmt: skip


def grant(
    house: House, person: Person, shop: Shop, *keys: str, purpose: str = PURPOSE, days: int = 90
) -> consents.Consent:
    """A consent to these keys for one purpose."""
    wanted = terms(*keys, purpose=purpose, days=days)
    return grant_terms(house, person, shop, wanted)


def grant_terms(
    house: House,
    person: Person,
    shop: Shop,
    wanted: consents.Terms,
    choices: Sequence[consents.Choice] | None = None,
) -> consents.Consent:
    """A consent to what was asked, or to what was chosen of it."""
    ask_id = ask(house, person, shop, wanted)
    every = [consents.Choice(number, line.key) for number, line in enumerate(wanted.lines)]
    return house.database.write(
        lambda db: consents.grant(
            db, house.keys, consumer_id=person.consumer_id, ask_id=ask_id,
            choices=every if choices is None else choices, duration_days=wanted.duration_days,
            versions=[], notice={}, notice_version=1, now=clock.now(),
        )
    )  # fmt: skip


def revoke(house: House, consent: consents.Consent) -> None:
    """End a consent, as its person."""
    house.database.write(
        lambda db: consents.revoke(
            db, house.keys, consumer_id=consent.consumer_id, consent_id=consent.id, now=clock.now()
        )
    )


def proposal(
    house: House,
    consent: consents.Consent,
    field: str = "loyalty_number",
    value: object = LOYALTY,
    why: str = "You are a member now.",
    mark: str = "",
) -> profiles.Received:
    """What the client of a consent proposes for its person's profile."""
    wanted = profiles.check(house.catalogue, field=field, raw=value, why=why)
    received = house.database.write(
        lambda db: journeys.proposing.propose(
            db,
            house.keys,
            wanted,
            client_id=consent.client_id,
            consent_id=consent.id,
            epoch=consent.epoch,
            mark=mark or new_id(),
            now=clock.now(),
        )
    )
    assert isinstance(received, profiles.Received), received
    return received


def access_token(house: House, consent: consents.Consent, scope: str = "") -> str:
    """A token that stands on a consent."""
    grantee = tokens.Grantee(consent.client_id, consent.consumer_id, consent.id, consent.epoch)
    return _token(house, grantee, scope)


def own_token(house: House, shop: Shop, scope: str = "") -> str:
    """The token of the client itself."""
    return _token(house, tokens.Grantee(shop.client.id), scope)


def push(db: Any, client_id: str, params: dict[str, str], now: datetime) -> str:
    """The ``request_uri`` of a pushed request."""
    request_uri = tokens.new_request_uri()
    tokens.push_request(db.connection(), request_uri=request_uri, client_id=client_id, params=params, now=now)
    return request_uri


def _token(house: House, grantee: tokens.Grantee, scope: str) -> str:
    secret, now = new_secret("vrm_at_"), clock.now()
    house.database.write(
        lambda db: tokens.issue_token(
            db.connection(),
            secret,
            kind="access",
            grantee=grantee,
            scope=scope,
            expires_at=now + tokens.TOKEN_LIFE,
            now=now,
        )
    )
    return secret


def _signed_up(db: Any, house: House, email: str, newcomer: accounts.Newcomer) -> accounts.Account:
    # Each from an address of its own, so that a test which makes many people is not throttled.
    client = f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"
    invitation = accounts.invite(db, house.keys, email=email, client=client, now=clock.now())
    return accounts.complete_sign_up(db, token=invitation.token, newcomer=newcomer, now=clock.now())
