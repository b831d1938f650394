"""What this room gives to others: frozen copies, never rows."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from vrm import clock
from vrm.companies.addresses import same_redirect
from vrm.companies.jwks import named_now
from vrm.companies.models import ClientRow, CompanyRow
from vrm.ids import secret_hash

CompanyState = Literal["pending", "approved", "suspended"]
ClientState = Literal["active", "suspended"]

WATCHED = timedelta(days=7)
"""How long after a domain was claimed the worker looks for its proof by itself."""

JWKS_TRUST = timedelta(hours=24)
"""How long keys read at an address are good after it answered last."""


@dataclass(frozen=True)
class Stated:
    """What a company says once of a purpose, for every ask.

    ``why`` is in its own words. ``retention_days`` tells how long it keeps what it read, 0 to 3650; None: while
    it is allowed to read.
    """

    why: str | None = None
    retention_days: int | None = None


@dataclass(frozen=True)
class Finding:
    """What was found at a domain instead of its proof: a stable code, and the status where one was answered.

    ``domain_status`` with ``status``, ``domain_no_token``, ``domain_taken``, or a code of the fetcher.
    """

    code: str
    status: int | None = None


@dataclass(frozen=True)
class Company:
    """An organisation. ``purposes`` maps DPV purposes to what it states of each.

    ``domain_finding`` is what the last look at its domain found, at ``domain_checked_at``; None where it was proved
    then, and where nobody has looked.
    """

    id: str
    legal_name: str
    address: str
    contact: str
    privacy_notice_url: str | None
    notice_version: int
    owner: str | None
    domain: str
    domain_token: str = field(repr=False)
    domain_claimed_at: datetime
    domain_proved_at: datetime | None
    domain_checked_at: datetime | None
    domain_finding: Finding | None
    state: CompanyState
    approved_at: datetime | None
    created_at: datetime
    purposes: Mapping[str, Stated]

    @property
    def watched_until(self) -> datetime:
        """Until when the worker looks for the proof of the domain by itself."""
        return self.domain_claimed_at + WATCHED

    def why_for(self, purpose: str) -> str | None:
        """Why it needs data for a purpose, in its own words, where it said so."""
        return self.purposes.get(purpose, Stated()).why

    def retention_for(self, purpose: str) -> int | None:
        """For how many days it keeps what it read for a purpose, where it said so."""
        return self.purposes.get(purpose, Stated()).retention_days


@dataclass(frozen=True)
class ClientKey:
    """A public key of a client. ``source`` is ``value`` (given to us) or ``uri`` (read at its address).

    Two of different kinds (kty) may go by one ``kid``.
    """

    kid: str
    jwk: Mapping[str, Any] = field(repr=False)
    source: str
    added_at: datetime
    until: datetime | None

    def is_good(self, now: datetime) -> bool:
        """Whether a signature by it proves anything at this moment."""
        return self.until is None or now < self.until


@dataclass(frozen=True)
class Client:
    """Software of a company; ``id`` is its OAuth ``client_id``.

    ``post_logout_redirect_uris`` are where a person may be led after signing out, ``scope_purpose`` is what scopes of
    OpenID Connect are for; None: the only purpose the company has.

    ``keys`` has those that are over as well, the oldest first. Of an address (``jwks_uri``), ``jwks_failure`` is
    the code of what went wrong when it was read last, at ``jwks_failed_at``; both are None when that went well, and
    ``jwks_skipped`` then counts the keys there that we do not take, by why (``UnusableKey.reason``, or ``surplus``:
    we have taken as many as we take).
    """

    id: str
    company_id: str
    name: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    scope_purpose: str | None
    keys: tuple[ClientKey, ...]
    secret_hash: bytes | None = field(repr=False)
    jwks_uri: str | None
    jwks_fetched_at: datetime | None
    jwks_failed_at: datetime | None
    jwks_failure: str | None
    jwks_skipped: Mapping[str, int]
    state: ClientState
    suspended_by: str | None
    created_at: datetime

    @property
    def has_secret(self) -> bool:
        """Whether it proves itself by a secret instead of a key: in a sandbox only."""
        return self.secret_hash is not None

    def is_secret(self, secret: str) -> bool:
        """Whether this is its secret."""
        return self.secret_hash is not None and hmac.compare_digest(self.secret_hash, secret_hash(secret))

    @property
    def jwks(self) -> dict[str, Any]:
        """The keys that are good now, as a JWK Set."""
        return self.jwks_at(clock.now())

    def jwks_at(self, now: datetime) -> dict[str, Any]:
        """The keys that are good at a moment, as a JWK Set."""
        return {"keys": [dict(key.jwk) for key in self.good_keys(now)]}

    def good_keys(self, now: datetime) -> list[ClientKey]:
        """The keys that are good at a moment."""
        return [key for key in self.keys if key.is_good(now)]

    def accepts_redirect(self, uri: str) -> bool:
        """Whether an answer may go to this address (RFC 9700, section 2.1)."""
        return any(same_redirect(registered, uri) for registered in self.redirect_uris)


@dataclass(frozen=True)
class Asker:
    """A client that may ask now, and the company it asks for."""

    client: Client
    company: Company


@dataclass(frozen=True)
class ClientStanding:
    """What a read needs to know of a client, in one look."""

    client_id: str
    company_id: str
    client_state: str
    company_state: str
    notice_version: int

    @property
    def may_read(self) -> bool:
        """Whether client and company are both in good standing."""
        return self.client_state == "active" and self.company_state == "approved"


def company_of(row: CompanyRow) -> Company:
    """A frozen copy of a row."""
    return Company(
        id=row.id,
        legal_name=row.legal_name,
        address=row.address,
        contact=row.contact,
        privacy_notice_url=row.privacy_notice_url,
        notice_version=row.notice_version,
        owner=row.owner,
        domain=row.domain,
        domain_token=row.domain_token,
        domain_claimed_at=row.domain_claimed_at,
        domain_proved_at=row.domain_proved_at,
        domain_checked_at=row.domain_checked_at,
        domain_finding=Finding(row.domain_finding, row.domain_finding_status) if row.domain_finding else None,
        state=row.state,  # type: ignore[arg-type]
        approved_at=row.approved_at,
        created_at=row.created_at,
        purposes={
            each.purpose: Stated(each.why, each.retention_days)
            for each in sorted(row.purposes, key=lambda each: each.purpose)
        },
    )


def client_of(row: ClientRow) -> Client:
    """A frozen copy of a row."""
    return Client(
        id=row.id,
        company_id=row.company_id,
        name=row.name,
        redirect_uris=tuple(row.redirect_uris),
        post_logout_redirect_uris=tuple(row.post_logout_redirect_uris),
        scope_purpose=row.scope_purpose,
        keys=tuple(
            ClientKey(
                kid=each.jwk["kid"],
                jwk=named_now(each.jwk),
                source=each.source,
                added_at=each.added_at,
                until=_until(row, each.source, each.until),
            )
            for each in sorted(row.keys, key=lambda each: (each.added_at, each.place, each.kid))
        ),
        secret_hash=row.secret_hash,
        jwks_uri=row.jwks_uri,
        jwks_fetched_at=row.jwks_fetched_at,
        jwks_failed_at=row.jwks_failed_at,
        jwks_failure=row.jwks_failure if row.jwks_failed_at else None,
        jwks_skipped={} if row.jwks_failed_at else _read_skipped(row.jwks_failure),
        state=row.state,  # type: ignore[arg-type]
        suspended_by=row.suspended_by,
        created_at=row.created_at,
    )


def written_skipped(skipped: Mapping[str, int]) -> str | None:
    """What a good reading passed over, as its row keeps it: ``kind:1 use:2``."""
    return " ".join(f"{reason}:{count}" for reason, count in sorted(skipped.items())) or None


def _read_skipped(written: str | None) -> dict[str, int]:
    parts = (part.partition(":") for part in (written or "").split())
    return {reason: int(count) for reason, _, count in parts}


def _until(row: ClientRow, source: str, until: datetime | None) -> datetime | None:
    """A key read at an address is good for a day after the address answered last, or until it was retired."""
    if source == "value":
        return until
    assert row.jwks_fetched_at is not None
    trusted = row.jwks_fetched_at + JWKS_TRUST
    return trusted if until is None else min(until, trusted)
