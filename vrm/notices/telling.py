"""Telling a person something: once, in one transaction with the letter, and as they want to hear it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm import accounts, clock, work
from vrm.notices.due import next_digest
from vrm.notices.kinds import KINDS, Kind, Preferences
from vrm.notices.models import NoticeRow
from vrm.notices.preferences import person_row, preferences_of


def tell(
    session: Session,
    keys: KeyStore,
    *,
    consumer_id: str,
    kind: Kind,
    about: str,
    period: str,
    values: Mapping[str, Any],
    issuer: str,
    now: datetime,
    letter: str = "notice",
    letter_values: Mapping[str, str] | None = None,
    stop_code: str | None = None,
    language: str | None = None,
    late: bool = False,
) -> bool:
    """Tell a person of something, unless they were told: of the same ``kind``, ``about`` the same, in one ``period``.

    It stands on their page from the commit on, and goes out as they chose: as a letter now, in their next digest, or not
    by mail. ``values`` are JSON, and what its words are filled with. ``letter`` is one that the worker can write, with
    ``letter_values``; the usual one says what the page says. Whoever sends it asks who wants discretion then: to them
    the letter is another, which says nothing. ``stop_code``: of the consent it is about. ``language``: of the page they
    look at now, if they do. ``late``: what would go out at once waits for the digest. Raises ``NotFound`` where there is no such account, and ``keys.CannotOpen`` or ``keys.NoKey``
    where their key is gone; nothing is written then.
    """
    place = told_hash(keys, consumer_id, kind, about, period)
    if session.get(NoticeRow, (consumer_id, place)) is not None:
        return False
    to = accounts.open_person(session, keys, person_id=consumer_id).email
    wanted = preferences_of(session, keys, consumer_id=consumer_id)
    way = wanted.way(kind)
    if late and way == "at_once":
        way = "digest"
    sealed = keys.seal(consumer_id, json.dumps(dict(values)).encode(), notice_aad(consumer_id, place))
    session.add(
        NoticeRow(
            consumer_id=consumer_id, told=place, kind=kind, at=now, waits=way == "digest", sealed=sealed
        )
    )
    session.flush()
    if way == "digest":
        _await_digest(session, consumer_id, wanted, now)
    elif way == "at_once":
        said = letter_values if letter_values is not None else as_letter(kind, values)
        work.enqueue_letter(
            session,
            keys,
            letter=letter,
            to=to,
            values=said,
            language=language or wanted.language,
            zone=wanted.zone,
            issuer=issuer,
            now=now,
            stop_code=stop_code,
            reader=consumer_id if KINDS[kind].about_consents else None,
        )
    return True


def as_letter(kind: str, values: Mapping[str, Any]) -> dict[str, str]:
    """What a letter of the usual kind waits with: words are chosen when it is sent."""
    return {"kind": kind, "said": json.dumps(dict(values))}


def told_hash(keys: KeyStore, consumer_id: str, kind: str, about: str, period: str) -> bytes:
    """By what it is found again that somebody was told: nothing can be read from it."""
    return keys.blind_index("notice", "\n".join((consumer_id, kind, about, period)))


def notice_aad(consumer_id: str, place: bytes) -> Aad:
    """The place of a notice's values."""
    return Aad("notices", consumer_id, place.hex(), "values")


def _await_digest(session: Session, consumer_id: str, wanted: Preferences, now: datetime) -> None:
    row = person_row(session, consumer_id)
    if row.digest_due is None:
        row.digest_due = next_digest(
            every=wanted.every, hour=wanted.hour, zone=clock.zone(wanted.zone), now=now
        )
        session.flush()
