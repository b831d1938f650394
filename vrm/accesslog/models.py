"""Tables of the log.

``log_events`` is what was written with the transaction it tells of; ``log_pending`` names those not yet in the
tree; ``log_leaves``, ``log_tiles``, ``log_tree`` and ``log_checkpoints`` are the tree; ``log_witnesses``,
``log_cosignatures`` and ``log_gathering`` are what witnesses do for it. ``event_lookups`` alone says whose event
something is, and can be erased.
"""

from datetime import datetime
from typing import cast

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
)
from sqlalchemy.orm import Mapped, mapped_column

from vrm.db import Base, Id


def table(model: type[Base]) -> Table:
    """The model's table, for writing without the ORM."""
    return cast(Table, model.__table__)


class LogEvent(Base):
    """An entry, verbatim. ``opening`` is kept here only where the event is about no person."""

    __tablename__ = "log_events"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    entry: Mapped[bytes] = mapped_column(LargeBinary)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)
    opening: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class LogPending(Base):
    """An event that no tree holds yet: written with the event, gone with the pass that gives it its leaf."""

    __tablename__ = "log_pending"

    event_id: Mapped[str] = mapped_column(Id, primary_key=True)


class LogLeaf(Base):
    """The place of an event in the tree."""

    __tablename__ = "log_leaves"

    leaf_index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[str] = mapped_column(Id, ForeignKey("log_events.id"), unique=True)


class LogTile(Base):
    """Up to 256 hashes side by side (C2SP tlog-tiles); only the last tile of a level is ever rewritten."""

    __tablename__ = "log_tiles"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    tile_index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class LogTree(Base):
    """The one row that every pass compares and swaps. ``epoch`` counts passes."""

    __tablename__ = "log_tree"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    epoch: Mapped[int] = mapped_column(BigInteger)


class LogCheckpoint(Base):
    """A signed checkpoint as it was published. One for a size, ever."""

    __tablename__ = "log_checkpoints"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str]
    at: Mapped[datetime]


class LogCosignature(Base):
    """A witness's signature line under a published checkpoint, checked before it was kept."""

    __tablename__ = "log_cosignatures"

    size: Mapped[int] = mapped_column(BigInteger, ForeignKey("log_checkpoints.size"), primary_key=True)
    vkey: Mapped[str] = mapped_column(String(2048), primary_key=True)
    line: Mapped[str]
    at: Mapped[datetime]


class LogWitness(Base):
    """What we know of a witness of the policy. ``seen`` is the size it last cosigned, as it told us.

    ``due_at`` is when to ask it again: whoever asks moves it first, so that one process asks at a time, and a fault
    moves it further each time. ``objection`` is why it refuses to cosign a tree of ours: nothing is signed meanwhile.
    """

    __tablename__ = "log_witnesses"

    vkey: Mapped[str] = mapped_column(String(2048), primary_key=True)
    seen: Mapped[int] = mapped_column(BigInteger)
    due_at: Mapped[datetime]
    failures: Mapped[int]
    fault: Mapped[str | None] = mapped_column(String(64))
    answered_at: Mapped[datetime | None]
    objection: Mapped[str | None] = mapped_column(String(64))


class LogGathering(Base):
    """The one row of a log that has a policy: what witnesses are asked for, and what is public.

    ``target`` is the size all of them are asked to cosign; ``since`` when it became so. ``public`` is the size of the
    checkpoint that everybody is given; it never goes back. ``met`` tells whether that one meets the quorum.
    """

    __tablename__ = "log_gathering"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    target: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[datetime]
    public: Mapped[int] = mapped_column(BigInteger)
    met: Mapped[bool]


class EventLookup(Base):
    """Whose event it is, and the opening of its commitment. Deleted when the person is forgotten."""

    __tablename__ = "event_lookups"
    __table_args__ = (
        Index("ix_event_lookups_consumer_id_at", "consumer_id", "at", "event_id"),
        Index("ix_event_lookups_consumer_id_consent_id_at", "consumer_id", "consent_id", "at", "event_id"),
        Index("ix_event_lookups_client_id", "client_id", "event_id"),
    )

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    event_id: Mapped[str] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    type: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str | None] = mapped_column(String(64))
    consent_id: Mapped[str | None] = mapped_column(Id)
    client_id: Mapped[str | None] = mapped_column(Id)
    company_id: Mapped[str | None] = mapped_column(Id)
    opening: Mapped[bytes] = mapped_column(LargeBinary)
