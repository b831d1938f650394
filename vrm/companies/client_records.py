"""What this room gives to others of a client and its keys: frozen copies, never rows."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from vrm import clock
from vrm.companies.addresses import same_redirect
from vrm.companies.jwks import algorithm_of, named_now
from vrm.companies.models import ClientRow, KeyRow
from vrm.companies.records import Company
from vrm.ids import secret_hash

ClientState = Literal["active", "suspended"]

JWKS_TRUST = timedelta(hours=24)
"""How long keys read at an address are good after it answered last."""


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

    @property
    def alg(self) -> str:
        """The one algorithm that it signs with here (RFC 7518, section 3.1; RFC 9864)."""
        return algorithm_of(self.jwk)

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


def client_of(row: ClientRow, keys: Iterable[KeyRow] | None = None) -> Client:
    """A frozen copy of a row, and of the rows of its keys."""
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
            for each in sorted(
                row.keys if keys is None else keys, key=lambda each: (each.added_at, each.place, each.kid)
            )
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
