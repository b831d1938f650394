"""Counting attempts, by whom they are about and by where they come from.

A fixed window that starts with the first attempt. An attempt is charged before its outcome is known, so a
hundred guesses sent at once are a hundred attempts; a success is forgiven. What is refused is not counted and
does not prolong the window.

KNOWN GAP: someone who knows an address can use up its window and keep its owner waiting, at most its length.
Counting by client address alone would let a botnet guess without limit, which is worse.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import cast

from sqlalchemy import Table, case, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm.accounts.models import AttemptRow
from vrm.errors import TooMany

attempts = cast(Table, AttemptRow.__table__)


@dataclass(frozen=True)
class Limit:
    """At most ``most`` attempts of one kind in one window."""

    name: str
    most: int
    window: timedelta


SIGN_IN_HANDLE = Limit("sign_in.handle", 10, timedelta(minutes=15))
SIGN_IN_CLIENT = Limit("sign_in.client", 100, timedelta(minutes=15))
INVITE_HANDLE = Limit("invite.handle", 5, timedelta(hours=1))
INVITE_CLIENT = Limit("invite.client", 100, timedelta(hours=1))


@dataclass(frozen=True)
class Charge:
    """One counter: a limit, and the hash of what it is about."""

    limit: Limit
    about: bytes

    @property
    def bucket(self) -> bytes:
        return hashlib.sha256(self.limit.name.encode() + b"\0" + self.about).digest()


def client_hash(keys: KeyStore, client: str) -> bytes:
    """The keyed hash of a client's address. An IPv6 subscriber has a whole /64, so that is what counts."""
    try:
        address = ip_address(client)
    except ValueError:
        return keys.blind_index("client", "unknown")
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        address = mapped or ip_network((int(address), 64), strict=False).network_address
    return keys.blind_index("client", str(address))


def charge(session: Session, charges: Iterable[Charge], *, now: datetime) -> None:
    """Count one attempt on each, or raise ``TooMany``, after which the transaction must be rolled back."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    for item in charges:
        over = attempts.c.window_ends <= now
        fresh = make(attempts).values(bucket=item.bucket, count=1, window_ends=now + item.limit.window)
        count, ends = session.execute(
            fresh.on_conflict_do_update(
                index_elements=[attempts.c.bucket],
                set_={
                    "count": case((over, 1), else_=attempts.c.count + 1),
                    "window_ends": case((over, fresh.excluded.window_ends), else_=attempts.c.window_ends),
                },
            ).returning(attempts.c.count, attempts.c.window_ends)
        ).one()
        if count > item.limit.most:
            wait = max(1, ceil((ends - now).total_seconds()))
            raise TooMany("Too many attempts. Wait a little, then try again.", retry_after=wait)


def forgive(session: Session, charges: Iterable[Charge]) -> None:
    """Take one attempt back from each: it was a success."""
    buckets = [item.bucket for item in charges]
    session.execute(
        update(attempts)
        .where(attempts.c.bucket.in_(buckets), attempts.c.count > 0)
        .values(count=attempts.c.count - 1)
    )


def clear(session: Session, item: Charge) -> None:
    """Forget a counter."""
    session.execute(delete(attempts).where(attempts.c.bucket == item.bucket))
