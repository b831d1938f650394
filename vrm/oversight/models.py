"""Tables of the index over the log. Nothing here is the only copy of anything: ``reindex`` makes all of it anew,
but for the findings, which are kept, and what auditors wrote: answers to them, case files and saved views.

Four views of the same entries, each for one kind of question:

* ``log_index``: a row for each entry, in the log's order. Answers: show me these.
* ``log_facets``: which leaves have a member, as bits. Answers: which leaves have all of these?
* ``log_tallies``: how many had a member, or two, in an hour or day. Answers: how many, and most of which?
* ``log_hours``: between which leaves the entries of an hour lie. Answers: where does this time begin and end?
"""

from datetime import datetime
from typing import cast

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from vrm.db import Base, Id, Json

_TIGHT = {"sqlite_with_rowid": False}  # the key is nearly the whole row: it need not be stored twice


def table(model: type[Base]) -> Table:
    """The model's table, for work without the ORM."""
    return cast(Table, model.__table__)


class LogIndexState(Base):
    """The one row that every pass compares and swaps: leaves below ``upto`` are indexed."""

    __tablename__ = "log_index_state"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    upto: Mapped[int] = mapped_column(BigInteger)
    watched_until: Mapped[datetime | None]


class LogIndex(Base):
    """What an entry says in clear. ``keys`` are joined by spaces, in the entry's order."""

    __tablename__ = "log_index"
    __table_args__ = (
        Index("ix_log_index_thread", "thread", "leaf_index"),
        Index("ix_log_index_agent", "agent", "leaf_index"),
        Index("ix_log_index_client_id", "client_id", "outcome", "at", "thread"),
        Index("ix_log_index_company_id", "company_id", "outcome", "at", "thread"),
    )

    leaf_index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[str] = mapped_column(Id)
    at: Mapped[datetime]
    type: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str | None] = mapped_column(String(64))
    company_id: Mapped[str | None] = mapped_column(Id)
    client_id: Mapped[str | None] = mapped_column(Id)
    purpose: Mapped[str | None] = mapped_column(String(64))
    keys: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(String(64))
    code: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[int | None] = mapped_column(Integer)
    thread: Mapped[str | None] = mapped_column(String(64))
    agent: Mapped[str | None] = mapped_column(String(64))


class LogFacet(Base):
    """Which leaves of a block have this member: bit *n* for leaf ``block * 65536 + n``. See ``facets``."""

    __tablename__ = "log_facets"
    __table_args__ = (_TIGHT,)

    facet: Mapped[str] = mapped_column(String(96), primary_key=True)
    block: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    bits: Mapped[bytes] = mapped_column(LargeBinary)


class LogTally(Base):
    """How many entries of an hour or day, or ever, have the member ``name`` = ``value`` and ``other`` = ``other_value``.

    An empty ``name`` or ``other`` asks for nothing. Hours are kept for single members only.
    """

    __tablename__ = "log_tallies"
    __table_args__ = (_TIGHT,)

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(String(64), primary_key=True)
    other: Mapped[str] = mapped_column(String(16), primary_key=True)
    grain: Mapped[str] = mapped_column(String(4), primary_key=True)
    start: Mapped[datetime] = mapped_column(primary_key=True)
    other_value: Mapped[str] = mapped_column(String(64), primary_key=True)
    type: Mapped[str] = mapped_column(String(64), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class LogHour(Base):
    """Entries at or after this hour have leaves from ``first_leaf`` on; those in or before it, up to ``last_leaf``.

    The log's order is not quite the clock's: an entry may come late. These two bounds hold all the same.
    """

    __tablename__ = "log_hours"

    start: Mapped[datetime] = mapped_column(primary_key=True)
    first_leaf: Mapped[int] = mapped_column(BigInteger)
    last_leaf: Mapped[int] = mapped_column(BigInteger)


class LogAgentDay(Base):
    """Of how many people (threads) one agent of a client read on a day."""

    __tablename__ = "log_agent_days"

    client_id: Mapped[str] = mapped_column(Id, primary_key=True)
    day: Mapped[datetime] = mapped_column(primary_key=True)
    agent: Mapped[str] = mapped_column(String(64), primary_key=True)
    threads: Mapped[int] = mapped_column(Integer)


class LogAnomaly(Base):
    """Something out of the ordinary that was found. ``id`` follows from what was found, so none is found twice."""

    __tablename__ = "log_anomalies"
    __table_args__ = (
        Index("ix_log_anomalies_since", "since", "id"),
        Index("ix_log_anomalies_client_id", "client_id", "since", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    company_id: Mapped[str | None] = mapped_column(Id)
    client_id: Mapped[str] = mapped_column(Id)
    since: Mapped[datetime]
    until: Mapped[datetime]
    figures: Mapped[dict[str, object]] = mapped_column(Json)
    evidence: Mapped[dict[str, str]] = mapped_column(Json)
    found_at: Mapped[datetime]


class AnomalyAnswerRow(Base):
    """What an auditor said of an anomaly last, at which figure; open again since ``reopened_at``, if that is given."""

    __tablename__ = "audit_anomaly_answers"

    anomaly_id: Mapped[str] = mapped_column(Id, ForeignKey("log_anomalies.id"), primary_key=True)
    at: Mapped[datetime]
    auditor_id: Mapped[str] = mapped_column(Id)
    sealed_note: Mapped[bytes] = mapped_column(LargeBinary)
    observed: Mapped[int] = mapped_column(Integer)
    reopened_at: Mapped[datetime | None]


class CaseRow(Base):
    """A case file. ``lines`` and ``marks`` count, and are what two auditors writing at once meet on."""

    __tablename__ = "audit_cases"
    __table_args__ = (Index("ix_audit_cases_opened_at", "opened_at", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    sealed_title: Mapped[bytes] = mapped_column(LargeBinary)
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(Id)
    closed_at: Mapped[datetime | None]
    lines: Mapped[int] = mapped_column(Integer)
    marks: Mapped[int] = mapped_column(Integer)


class CaseLineRow(Base):
    """One thing done in a case, from line 1. Lines are only ever added."""

    __tablename__ = "audit_case_lines"

    case_id: Mapped[str] = mapped_column(Id, ForeignKey("audit_cases.id"), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    auditor_id: Mapped[str] = mapped_column(Id)
    leaf_index: Mapped[int | None] = mapped_column(BigInteger)
    sealed_text: Mapped[bytes | None] = mapped_column(LargeBinary)


class CaseMarkRow(Base):
    """An entry that is marked in a case now, and the line that marked it."""

    __tablename__ = "audit_case_marks"
    __table_args__ = (Index("ix_audit_case_marks_leaf_index", "leaf_index", "case_id"),)

    case_id: Mapped[str] = mapped_column(Id, ForeignKey("audit_cases.id"), primary_key=True)
    leaf_index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(Integer)


class SavedViewRow(Base):
    """Conditions that one auditor keeps under a name of their own."""

    __tablename__ = "audit_views"

    auditor_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    sealed_name: Mapped[bytes] = mapped_column(LargeBinary)
    filters: Mapped[dict[str, str]] = mapped_column(Json)
    saved_at: Mapped[datetime]
