"""When lines that may not be read at will were read: kept in the transaction in which the read becomes durable."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from vrm.consents.models import ConsentRow, ConsentUse
from vrm.consents.often import USE, Use, begins, is_due, is_limited
from vrm.consents.terms import GrantedLine, Place
from vrm.db import Statement

_uses = cast(Table, ConsentUse.__table__)
_USES = Statement(
    select(_uses).where(
        _uses.c.consumer_id.in_(bindparam("consumer_ids")), _uses.c.consent_id.in_(bindparam("consent_ids"))
    )
)
Uses = Mapping[Place, Use]
Versions = Collection[tuple[object, ...]]


def uses_of(connection: Connection, places: Sequence[tuple[str, str]]) -> dict[str, dict[Place, Use]]:
    """The last use of each limited line, by consent, given ``(consumer_id, consent_id)``."""
    found: dict[str, dict[Place, Use]] = {consent_id: {} for _, consent_id in places}
    consumer_ids, consent_ids = map(list, zip(*places, strict=True)) if places else ([], [])
    for row in _USES.each(connection, consumer_ids=consumer_ids, consent_ids=consent_ids):
        versions = None if row.versions is None else frozenset(map(tuple, row.versions))
        found[row.consent_id][row.key, row.purpose] = Use(row.used_at, versions)
    return found


def take(
    connection: Connection,
    *,
    consumer_id: str,
    consent_id: str,
    lines: Iterable[tuple[GrantedLine, Versions]],
    uses: Uses,
    now: datetime,
) -> dict[Place, Use] | None:
    """Keep that these lines are read now, each in the versions of values it rests on; gives the uses that begin with it.

    None, and nothing kept, where one of them may not be read any more, or says something else than in its last use.
    The caller holds the consent's lock, so ``uses`` stay what they are until the transaction ends.
    """
    limited = [(line, versions, uses.get(line.place)) for line, versions in lines if is_limited(line)]
    if not all(
        is_due(line, last, now, same=last is None or last.said(versions)) for line, versions, last in limited
    ):
        return None
    begun = {
        line.place: (line, Use(now, frozenset(versions)))
        for line, versions, last in limited
        if begins(line, last, now)
    }
    for line, use in begun.values():
        _keep(connection, consumer_id, consent_id, line, use)
    return {place: use for place, (_, use) in begun.items()}


def begin_anew(session: Session, row: ConsentRow, places: Iterable[Place]) -> None:
    """Forget when these lines were read: their person decided on them anew."""
    for key, purpose in places:
        session.execute(
            delete(ConsentUse).where(*_of(row), ConsentUse.key == key, ConsentUse.purpose == purpose)
        )


def look_again(session: Session, row: ConsentRow, *, now: datetime) -> None:
    """Have it looked at whether the consent is used up: lines that were not read yet may have been taken out of it."""
    session.execute(update(ConsentUse).where(*_of(row)).values(closes_at=now))


def list_closing(session: Session, *, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Consents of which a line for once was used up lately: ``(consumer_id, consent_id)``."""
    query = select(ConsentUse.consumer_id, ConsentUse.consent_id).where(ConsentUse.closes_at <= now)
    return [(row.consumer_id, row.consent_id) for row in session.execute(query.distinct().limit(limit))]


def close(session: Session, row: ConsentRow, lines: Sequence[GrantedLine], *, now: datetime) -> bool:
    """Whether nothing can ever be read under this consent again: each of its lines was for once, and was."""
    mine = _of(row)
    used = {
        (use.key, use.purpose)
        for use in session.scalars(select(ConsentUse).where(*mine))
        if now - use.used_at >= USE
    }
    looked_at = update(ConsentUse).where(*mine, ConsentUse.closes_at <= now, ConsentUse.used_at <= now - USE)
    session.execute(looked_at.values(closes_at=None))
    return all(line.frequency == "once" and line.place in used for line in lines)


def _of(row: ConsentRow) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ConsentUse.consumer_id == row.consumer_id, ConsentUse.consent_id == row.id


def _keep(connection: Connection, consumer_id: str, consent_id: str, line: GrantedLine, use: Use) -> None:
    place = {"consumer_id": consumer_id, "consent_id": consent_id, "key": line.key, "purpose": line.purpose}
    closes_at = use.at + USE if line.frequency == "once" else None
    said = {"used_at": use.at, "versions": sorted(use.versions or ()), "closes_at": closes_at}
    known = and_(*(_uses.c[name] == value for name, value in place.items()))
    if not connection.execute(update(_uses).where(known).values(said)).rowcount:
        connection.execute(insert(_uses).values({**place, **said}))
