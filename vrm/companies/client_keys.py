"""A client's keys over time: a new one comes, the old one goes on for a while, then it is worth nothing.

So nothing stands still while the client changes over:

    add_client_key(…, jwk=new)                          # now both prove the client
    retire_client_key(…, kid="old", until=in a week)    # the old one does until then

These verbs are for keys given to us. A client that publishes its keys at an address adds and removes them there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete
from sqlalchemy.orm import Session

from vrm.companies.client_records import Client, client_of
from vrm.companies.errors import BadKeys
from vrm.companies.events import record_client
from vrm.companies.jwks import MOST_KEYS, identity, named_now, parse_jwks, thumbprint
from vrm.companies.models import ClientRow, KeyRow
from vrm.companies.reading import get_row
from vrm.errors import Conflict, Invalid, NotFound

MOST_OVERLAP = timedelta(days=30)
SOON = timedelta(days=14)
OLD = timedelta(days=365)
KEEP = timedelta(days=30)
MOST_ENDED = 200
"""So many keys that were ended are known as such: the last ones."""

WarningCode = Literal["no_key", "key_ends_soon", "only_key_ending", "key_old", "jwks_uri_failing"]


@dataclass(frozen=True)
class KeyWarning:
    """What a client's people should do something about. ``at`` is when the keys end, or since when one is there.

    * ``no_key``: none is good; the client cannot prove itself.
    * ``key_ends_soon``: within 14 days none will be good any more.
    * ``only_key_ending``: the same, later.
    * ``key_old``: in use for more than a year.
    * ``jwks_uri_failing``: the address did not answer with keys; those read there last are good until ``at``. None:
      none that was read there is good; with an address that never answered, those given before serve on.
    """

    code: WarningCode
    kid: str | None = None
    at: datetime | None = None


def add_client_key(
    session: Session,
    *,
    client_id: str,
    jwk: Mapping[str, object],
    now: datetime,
    actor: str = "operator",
    by: str | None = None,
) -> Client:
    """Take one more public key. Raises ``BadKeys``, and ``Conflict`` where its kid is in use, it was ended, or keys have an
    address.

    A key that is over frees its kid for its own kind, and its place where that is needed, and never comes back itself.
    """
    row = get_row(session, client_id)
    if row.jwks_uri is not None:
        raise Conflict("This client publishes its keys at an address. Add the key there.", code="keys_by_uri")
    (new,) = parse_jwks({"keys": [jwk]})["keys"]
    same = next((key for key in row.keys if identity(key.jwk) == identity(new)), None)
    if same is not None and _is_good(same, now):
        raise Conflict("A key with this kid is there already. Give each its own.", code="kid_taken")
    if thumbprint(new) in row.ended_keys:
        raise Conflict(
            "This key was retired or removed, and does not come back. Make a new one.", code="key_ended"
        )
    if same is not None:
        row.keys.remove(same)
    over = sorted((key for key in row.keys if not _is_good(key, now)), key=lambda key: key.until or now)
    while over and len(row.keys) >= MOST_KEYS:
        row.keys.remove(over.pop(0))
    if len(row.keys) >= MOST_KEYS:
        raise BadKeys("A client has no more than twenty keys. Remove one first.")
    session.flush()
    row.secret_hash = None  # whoever has a key is no longer proved by less
    row.keys.append(_row(row, new, "value", 0, now))
    return _changed(session, row, now, actor, by, "key_added")


def retire_client_key(
    session: Session,
    *,
    client_id: str,
    kid: str,
    until: datetime,
    now: datetime,
    actor: str = "operator",
    by: str | None = None,
) -> Client:
    """Let a key go on until a moment, at most 30 days from now; from then on it is worth nothing.

    The moment can be brought forward and not put off. Two keys of one kid end together. Raises ``Invalid`` and
    ``NotFound``, and ``Conflict`` for a key that was read at an address.
    """
    row = get_row(session, client_id)
    keys = _keys(row, kid, now)
    if not now < until <= now + MOST_OVERLAP:
        raise Invalid("Choose a moment within the next 30 days.", field="until")
    if all(key.until is not None and until > key.until for key in keys):
        raise Invalid("The end of this key can be brought forward, and not put off.", field="until")
    for key in keys:
        key.until = min(until, key.until or until)
    _note_ended(row, keys)
    return _changed(session, row, now, actor, by, "key_retired")


def remove_client_key(
    session: Session,
    *,
    client_id: str,
    kid: str,
    now: datetime,
    actor: str = "operator",
    by: str | None = None,
) -> Client:
    """End a key at once, be it the last: then the client cannot prove itself until it has another.

    Two keys of one kid end together, and neither comes back, whatever set still has it. Raises ``NotFound``, and ``Conflict`` for a key that was read at an address, where it would come
    from again.
    """
    row = get_row(session, client_id)
    ending = _keys(row, kid, now)
    _note_ended(row, ending)
    row.keys = [key for key in row.keys if key not in ending] + retired(ending, now)
    return _changed(session, row, now, actor, by, "key_removed")


def key_warnings(client: Client, now: datetime) -> list[KeyWarning]:
    """What to do something about, the most pressing first."""
    good, found = client.good_keys(now), list[KeyWarning]()
    ends = [key.until for key in good if key.until is not None]
    if not good and not client.has_secret:
        found.append(KeyWarning("no_key"))
    if client.jwks_failed_at is not None:
        read = [key.until for key in good if key.source == "uri" and key.until is not None]
        found.append(KeyWarning("jwks_uri_failing", at=max(read, default=None)))
    given = [key for key in good if key.source == "value"]
    if good and given == good and len(ends) == len(good):  # an address renews its keys' day by itself
        last = max(given, key=lambda key: key.until or now)
        code: WarningCode = "key_ends_soon" if max(ends) <= now + SOON else "only_key_ending"
        found.append(KeyWarning(code, last.kid, last.until))
    # One that has its end needs no reminder.
    old = [key for key in good if now - key.added_at > OLD and (key.source == "uri" or key.until is None)]
    return found + [KeyWarning("key_old", key.kid, key.added_at) for key in old]


def replace_keys(row: ClientRow, jwks: Mapping[str, Any], source: str, now: datetime) -> bool:
    """Make these parsed keys the only good ones; the same key under its kid keeps its age. Whether anything changed.

    A key that was retired or removed keeps its end, however often, by whichever way and under whatever kid it is sent
    again: a set may have it still, and it is passed over there. Another key under its kid is another key. One that had
    been retired and is left out ends now, and is listed as over until it is swept or its place is needed.
    """
    there, before, gone = {identity(key.jwk): key for key in row.keys}, _facts(row), row.ended_keys
    wanted = list[KeyRow]()
    for place, jwk in enumerate(jwks["keys"]):
        key, was = there.get(identity(jwk)), thumbprint(jwk)
        is_same = key is not None and thumbprint(key.jwk) == was
        if was in gone and not is_same:
            continue
        key = key or _row(row, jwk, source, place, now, [each.kid for each in wanted])
        if not is_same:
            key.until = None
        if named_now(key.jwk) != jwk:
            key.jwk, key.added_at = jwk, now
        key.source, key.place = source, place
        wanted.append(key)
    over = retired((key for key in row.keys if key not in wanted), now)
    over.sort(key=lambda key: key.until or now, reverse=True)
    row.keys = wanted + over[: MOST_KEYS - len(wanted)]
    return _facts(row) != before


def retired(left_out: Iterable[KeyRow], now: datetime) -> list[KeyRow]:
    """Of keys that are taken away, those that had been given an end: over now, and kept so that people see them."""
    kept = [key for key in left_out if key.until is not None]
    for key in kept:
        key.source, key.until = "value", min(key.until or now, now)
    return kept


def sweep_keys(session: Session, *, now: datetime) -> None:
    """Delete keys that have been worth nothing for 30 days. That they were ended stays known."""
    session.execute(delete(KeyRow).where(KeyRow.source == "value", KeyRow.until <= now - KEEP))


def _keys(row: ClientRow, kid: str, now: datetime) -> list[KeyRow]:
    found = [key for key in row.keys if key.jwk["kid"] == kid and _is_good(key, now)]
    if any(key.source == "uri" for key in found):
        raise Conflict("This key was read at the client's address. Take it away there.", code="keys_by_uri")
    if not found:
        raise NotFound("This client has no such key.")
    return found


def _note_ended(row: ClientRow, keys: Iterable[KeyRow]) -> None:
    ending = [thumbprint(key.jwk) for key in keys]
    row.ended_keys = [*(each for each in row.ended_keys if each not in ending), *ending][-MOST_ENDED:]


def _is_good(key: KeyRow, now: datetime) -> bool:
    return key.until is None or now < key.until


def _facts(row: ClientRow) -> dict[str, tuple[object, ...]]:
    return {key.kid: (key.jwk, key.source, key.until) for key in row.keys}


def _row(
    row: ClientRow,
    jwk: dict[str, Any],
    source: str,
    place: int,
    now: datetime,
    beside: Iterable[str] = (),
) -> KeyRow:
    """A new row. Its ``kid`` is the key's own unless a row goes by that, of a key of another kind."""
    kid, kty = identity(jwk)
    taken = {*beside, *(key.kid for key in row.keys)}
    name = f"{kid}\n{kty}" if kid in taken else kid  # no kid has a line break
    return KeyRow(client_id=row.id, kid=name, jwk=jwk, source=source, place=place, added_at=now, until=None)


def _changed(
    session: Session, row: ClientRow, now: datetime, actor: str, by: str | None, code: str
) -> Client:
    session.flush()
    record_client(session, "client.changed", row, now, actor, by, code)
    return client_of(row)
