"""What became of an anomaly: that an auditor looked into it, with what they found, and which cases hold its entries.

The first is written, sealed under the instance's own key since every auditor may read it, and the log hears that it
was, without the note. The second is written nowhere: it follows from what is marked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm import accesslog
from vrm.errors import Conflict, Invalid
from vrm.oversight.case_lines import plain_note
from vrm.oversight.exposures import names_key
from vrm.oversight.findings import Anomaly, get_anomaly
from vrm.oversight.models import AnomalyAnswerRow, CaseMarkRow, LogIndex, table

_ANSWERS, _MARKS, _INDEX = table(AnomalyAnswerRow), table(CaseMarkRow), table(LogIndex)


@dataclass(frozen=True)
class Answer:
    """That somebody looked into an anomaly when it was at ``observed``. Open again since ``reopened_at``, if given:
    an auditor reopened it, or what was observed has grown since.
    """

    anomaly_id: str
    at: datetime
    auditor_id: str
    note: str = field(repr=False)
    observed: int
    reopened_at: datetime | None


def answer_anomaly(
    session: Session, keys: KeyStore, *, anomaly_id: str, note: str, auditor_id: str, now: datetime
) -> Answer:
    """Set an anomaly as looked into, with what was found; in place of what was said before.

    Raises ``Invalid`` without a note, ``NotFound``.
    """
    text, found = plain_note(note), get_anomaly(session, anomaly_id=anomaly_id)
    if text is None:
        raise Invalid("Write what you found.", field="found")
    one = Answer(found.id, now, auditor_id, text, int(found.figures.observed), None)
    session.execute(delete(_ANSWERS).where(_ANSWERS.c.anomaly_id == found.id))
    session.execute(
        insert(_ANSWERS).values(
            anomaly_id=found.id,
            at=now,
            auditor_id=auditor_id,
            sealed_note=keys.seal(keys.INSTANCE_OWNER, text.encode(), _aad(found.id)),
            observed=one.observed,
            reopened_at=None,
        )
    )
    accesslog.record(session, _event("auditor", "looked_into", now, anomaly=found.id, auditor=auditor_id))
    return one


def reopen_anomaly(session: Session, *, anomaly_id: str, auditor_id: str, now: datetime) -> None:
    """Set an anomaly as open again; what was said of it stays. Raises ``NotFound``, and ``Conflict`` when it is open."""
    found = get_anomaly(session, anomaly_id=anomaly_id)
    gone = update(_ANSWERS).where(_ANSWERS.c.anomaly_id == found.id, _ANSWERS.c.reopened_at.is_(None))
    again = session.execute(gone.values(reopened_at=now).returning(_ANSWERS.c.anomaly_id))
    if again.one_or_none() is None:
        raise Conflict("This alarm is open.", code="anomaly_open")
    accesslog.record(session, _event("auditor", "reopened", now, anomaly=found.id, auditor=auditor_id))


def list_answers(session: Session, keys: KeyStore, *, anomaly_ids: Sequence[str]) -> dict[str, Answer]:
    """What was said of these anomalies, by id; of most of them nothing."""
    rows = session.execute(select(_ANSWERS).where(_ANSWERS.c.anomaly_id.in_(anomaly_ids)))
    return {row.anomaly_id: _answer(keys, row) for row in rows}


def cases_holding(session: Session, *, anomaly: Anomaly) -> dict[str, int]:
    """The ids of the cases in which entries of its evidence are marked, and how many of them each has."""
    held = _MARKS.join(_INDEX, _INDEX.c.leaf_index == _MARKS.c.leaf_index)
    counted = select(_MARKS.c.case_id, func.count()).select_from(held).where(*_rests_on(anomaly))
    return {case_id: int(count) for case_id, count in session.execute(counted.group_by(_MARKS.c.case_id))}


def reopen_grown(connection: Connection, *, anomaly_id: str, observed: float, now: datetime) -> None:
    """Open an anomaly again that has grown since it was looked into: nobody looked into what came then."""
    column = _ANSWERS.c
    grown = update(_ANSWERS).where(
        column.anomaly_id == anomaly_id, column.reopened_at.is_(None), column.observed < int(observed)
    )
    if connection.execute(grown.values(reopened_at=now)).rowcount:
        event = _event("system", "reopened", now, anomaly=anomaly_id)
        accesslog.append(connection, [accesslog.prepare(event)])


def _rests_on(anomaly: Anomaly) -> list[ColumnElement[bool]]:
    """Its evidence, as conditions on the index; ``search`` finds the same."""
    evidence = anomaly.evidence
    given = evidence.members()
    key = given.pop("key", None)
    columns = {name: _INDEX.c[f"{name}_id" if name in ("client", "company") else name] for name in given}
    wanted = [column == given[name] for name, column in columns.items()]
    if evidence.since is not None:
        wanted.append(_INDEX.c.at >= evidence.since)
    if evidence.until is not None:
        wanted.append(_INDEX.c.at < evidence.until)
    return wanted if key is None else [*wanted, names_key(key)]


def _event(actor: Any, code: str, now: datetime, **detail: object) -> accesslog.Event:
    return accesslog.Event("anomaly.changed", now, actor, code=code, detail=detail)


def _answer(keys: KeyStore, row: Row[Any]) -> Answer:
    note = keys.open(keys.INSTANCE_OWNER, row.sealed_note, _aad(row.anomaly_id)).decode()
    return Answer(row.anomaly_id, row.at, row.auditor_id, note, row.observed, row.reopened_at)


def _aad(anomaly_id: str) -> Aad:
    return Aad("anomaly", KeyStore.INSTANCE_OWNER, anomaly_id, "note")
