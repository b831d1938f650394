"""Anomalies that were found: kept, never doubled, never taken back."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, insert, or_, select, update
from sqlalchemy.orm import Session

from vrm.errors import NotFound
from vrm.oversight.anomalies import Figures, Kind
from vrm.oversight.members import Filters
from vrm.oversight.models import AnomalyAnswerRow, LogAnomaly, table

_ANOMALIES, _ANSWERS = table(LogAnomaly), table(AnomalyAnswerRow)
_NAMESPACE = uuid.UUID("9c0d0e5b-7a2f-4a53-8a53-3f1f7b6f5a10")


@dataclass(frozen=True)
class Finding:
    """Something out of the ordinary, about to be kept. ``evidence`` finds the entries it rests on."""

    kind: Kind
    client_id: str
    company_id: str | None
    since: datetime
    until: datetime
    figures: Figures
    evidence: Filters

    @property
    def id(self) -> str:
        """The same for the same thing, whoever finds it and however often."""
        what = (self.kind, self.client_id, self.since.isoformat(), self.evidence.key, self.evidence.agent)
        return str(uuid.uuid5(_NAMESPACE, "|".join(part or "" for part in what)))


@dataclass(frozen=True)
class Anomaly:
    """A kept finding. It lies in the time from ``since`` to ``until``; ``evidence`` finds its entries.

    ``kind`` is one of ``KINDS``; what its figures count: reads in a day (``volume``), reads in an hour (``hours``),
    days (``unused_key``), refused reads in an hour (``refusals``), consents in a day (``agent``).
    """

    id: str
    kind: Kind
    company_id: str | None
    client_id: str
    since: datetime
    until: datetime
    figures: Figures
    evidence: Filters
    found_at: datetime


def list_anomalies(
    session: Session,
    *,
    kind: Kind | None = None,
    client_id: str | None = None,
    company_id: str | None = None,
    before: str | None = None,
    limit: int = 50,
    open_only: bool = False,
) -> list[Anomaly]:
    """Anomalies, or only those that are open, the newest first by when they began.

    ``before`` is the id of the last one of the page before.

    Raises ``NotFound`` for an unknown ``before``.
    """
    column = _ANOMALIES.c
    query = select(_ANOMALIES)
    wanted = {"kind": kind, "client_id": client_id, "company_id": company_id}
    query = query.where(*(column[name] == value for name, value in wanted.items() if value is not None))
    if open_only:
        answered = select(_ANSWERS.c.anomaly_id).where(_ANSWERS.c.reopened_at.is_(None))
        query = query.where(column.id.not_in(answered))
    if before is not None:
        last = get_anomaly(session, anomaly_id=before)
        earlier = or_(column.since < last.since, and_(column.since == last.since, column.id < last.id))
        query = query.where(earlier)
    query = query.order_by(column.since.desc(), column.id.desc()).limit(limit)
    return [_anomaly(line._mapping) for line in session.execute(query)]


def get_anomaly(session: Session, *, anomaly_id: str) -> Anomaly:
    """One anomaly; raises ``NotFound``."""
    line = session.execute(select(_ANOMALIES).where(_ANOMALIES.c.id == anomaly_id)).one_or_none()
    if line is None:
        raise NotFound("There is no such anomaly.", code="no_such_anomaly")
    return _anomaly(line._mapping)


def keep(connection: Connection, findings: Sequence[Finding], *, now: datetime) -> int:
    """Keep what was found; gives how many are new. The caller holds the state row, so that nobody else keeps.

    A day or hour that is not over may be found again with larger figures: those replace the smaller ones.
    """
    new = 0
    for one in findings:
        told = {"until": one.until, "figures": asdict(one.figures)}
        again = connection.execute(update(_ANOMALIES).where(_ANOMALIES.c.id == one.id).values(**told))
        if again.rowcount == 0:
            connection.execute(
                insert(_ANOMALIES).values(
                    id=one.id,
                    kind=one.kind,
                    company_id=one.company_id,
                    client_id=one.client_id,
                    since=one.since,
                    evidence=one.evidence.given(),
                    found_at=now,
                    **told,
                )
            )
            new += 1
    return new


def _anomaly(line: RowMapping) -> Anomaly:
    said: dict[str, Any] = dict(line)
    told = {"figures": Figures(**said["figures"]), "evidence": Filters.of(said["evidence"])}
    return Anomaly(**{**said, **told})
