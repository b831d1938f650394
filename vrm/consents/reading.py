"""The read path of the room: plain selects on a connection, many consents in one statement."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Select, Table, and_, bindparam, select

from vrm.consents.effective import Standing
from vrm.consents.models import ConsentPlace, ConsentRow, RevisionRow
from vrm.consents.often import is_limited
from vrm.consents.records import Consent, Revision
from vrm.consents.terms import GrantedLine
from vrm.consents.uses import uses_of
from vrm.db import Statement
from vrm.errors import NotFound

_places = cast(Table, ConsentPlace.__table__)
_consents = cast(Table, ConsentRow.__table__)
_revisions = cast(Table, RevisionRow.__table__)
_newest: Select[Any] = select(_consents, _revisions.c.lines).join(
    _revisions,
    and_(
        _revisions.c.consumer_id == _consents.c.consumer_id,
        _revisions.c.consent_id == _consents.c.id,
        _revisions.c.number == _consents.c.revision,
    ),
)
_OF_CLIENT = Statement(
    _newest.join(
        _places,
        and_(_places.c.consumer_id == _consents.c.consumer_id, _places.c.consent_id == _consents.c.id),
    ).where(_places.c.consent_id.in_(bindparam("consent_ids")), _places.c.client_id == bindparam("client_id"))
)
_OF_PERSON = Statement(
    _newest.where(
        _consents.c.consumer_id == bindparam("consumer_id"), _consents.c.id.in_(bindparam("consent_ids"))
    )
)
_CONSENT = Statement(
    select(_consents).where(
        _consents.c.consumer_id == bindparam("consumer_id"), _consents.c.id == bindparam("consent_id")
    )
)
_REVISION = Statement(
    select(_revisions).where(
        _revisions.c.consumer_id == bindparam("consumer_id"),
        _revisions.c.consent_id == bindparam("consent_id"),
        _revisions.c.number == bindparam("number"),
    )
)
_versions = (
    select(_consents.c.id, _consents.c.version, _consents.c.expires_at)
    .where(
        _consents.c.consumer_id.in_(bindparam("consumer_ids")),
        _consents.c.id.in_(bindparam("consent_ids")),
        _consents.c.state == "active",
    )
    .order_by(_consents.c.id)
)
_LOCK = Statement(_versions.with_for_update(read=True))
_LOCK_ALONE = Statement(_versions.with_for_update())


def get_granted(connection: Connection, *, consumer_id: str, consent_id: str) -> tuple[Consent, Revision]:
    """One consent of this person, and what it allows now, or allowed last. Raises ``NotFound`` for everybody else's."""
    whose = {"consumer_id": consumer_id, "consent_id": consent_id}
    row = _CONSENT.one(connection, **whose)
    if row is None:
        raise NotFound("There is no such consent.")
    return Consent.of(row), Revision.of(_REVISION.one(connection, **whose, number=row.revision))


def standings(connection: Connection, *, client_id: str, consent_ids: Sequence[str]) -> dict[str, Standing]:
    """How these consents stand, by id; those of another client are left out as if they did not exist."""
    rows = _OF_CLIENT.each(connection, client_id=client_id, consent_ids=list(consent_ids))
    return _with_uses(connection, _standings(rows))


def standings_of(
    connection: Connection, *, consumer_id: str, consent_ids: Sequence[str]
) -> dict[str, Standing]:
    """How these consents of one person stand, by id, whoever holds them; another person's are left out."""
    rows = _OF_PERSON.each(connection, consumer_id=consumer_id, consent_ids=list(consent_ids))
    return _with_uses(connection, _standings(rows))


def _standings(rows: Iterable[Any]) -> dict[str, Standing]:
    return {
        row.id: Standing(
            consumer_id=row.consumer_id,
            consent_id=row.id,
            client_id=row.client_id,
            company_id=row.company_id,
            subject=row.subject,
            state=row.state,
            version=row.version,
            epoch=row.epoch,
            revision=row.revision,
            notice_version=row.notice_version,
            expires_at=row.expires_at,
            paused=row.paused is not None,
            lines=tuple(GrantedLine(**line) for line in row.lines),
        )
        for row in rows
    }


def _with_uses(connection: Connection, found: dict[str, Standing]) -> dict[str, Standing]:
    """Most consents have no line that may not be read at will, and nothing more is asked for those."""
    limited = [
        (each.consumer_id, each.consent_id) for each in found.values() if any(map(is_limited, each.lines))
    ]
    if not limited:
        return found
    uses = uses_of(connection, limited)
    return {id: replace(each, uses=uses.get(id, {})) for id, each in found.items()}


def lock_versions(
    connection: Connection, *, places: Sequence[tuple[str, str]], alone: bool = False
) -> dict[str, tuple[int, datetime]]:
    """``version`` and ``expires_at`` of active consents by id, given ``(consumer_id, consent_id)``.

    The rows are share-locked until the transaction ends, so a revoke either came first and is seen here, or
    waits until what rests on this answer is committed; ``alone``: other reads wait as well. Those not active are
    left out.
    """
    rows = (_LOCK_ALONE if alone else _LOCK).each(
        connection,
        consumer_ids=list({consumer_id for consumer_id, _ in places}),
        consent_ids=list({consent_id for _, consent_id in places}),
    )
    return {row.id: (row.version, row.expires_at) for row in rows}
