"""Tables of the notices room. What is sealed is under the person's own key."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from vrm.db import Base, Id, Json


class NoticeRow(Base):
    """Something a person was told, once for all time: ``told`` is the keyed hash of the kind, what about, and when.

    ``waits`` for the next digest.
    """

    __tablename__ = "notices"

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    told: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
    waits: Mapped[bool]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        Index("ix_notices_consumer_id_at", "consumer_id", "at"),
        Index("ix_notices_consumer_id_waits", "consumer_id", "waits"),
    )


class NoticePerson(Base):
    """How a person wants to hear (``sealed``), up to when they have looked, and when their digest is due, if one is."""

    __tablename__ = "notice_people"

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    read_at: Mapped[datetime | None]
    digest_due: Mapped[datetime | None] = mapped_column(index=True)


class NoticeDevice(Base):
    """A browser in which a person signed in. No address and no kind of browser is kept.

    It is found by the hash of its cookie and of whom it is: two people who share one have nothing in common here.
    """

    __tablename__ = "notice_devices"

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    seen_at: Mapped[datetime]


class NoticeDue(Base):
    """When there is something to say next of a consent that stands. ``since``: its last decision, or reminder."""

    __tablename__ = "notice_due"

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    consent_id: Mapped[str] = mapped_column(Id, primary_key=True)
    since: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)


class NoticePattern(Base):
    """How a company reads a person, as far as it takes to see that it is unusual: counts, moments and names of keys.

    ``days`` are days on which it read (as in ``2026-11-22``) with how often, a month of them at most; ``refusals`` the
    moments of the last few refused tries.
    """

    __tablename__ = "notice_patterns"

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    company_id: Mapped[str] = mapped_column(Id, primary_key=True)
    last_at: Mapped[datetime | None]
    keys: Mapped[list[str]] = mapped_column(Json)
    days: Mapped[dict[str, int]] = mapped_column(Json)
    refusals: Mapped[list[str]] = mapped_column(Json)


class NoticeChange(Base):
    """A company that changed what it promises or who owns it, while those who had allowed it something are told.

    ``what`` is all that changed and the version of the notice with which it did, as in ``notice:3,owner:2``; ``after`` is
    the consent that was come to last, as its moment and id.
    """

    __tablename__ = "notice_changes"

    company_id: Mapped[str] = mapped_column(Id, primary_key=True)
    what: Mapped[str] = mapped_column(String(64))
    after: Mapped[list[Any] | None] = mapped_column(Json)


class NoticeState(Base):
    """The one row that says how far the log was followed: leaves below ``upto`` were."""

    __tablename__ = "notice_state"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    upto: Mapped[int] = mapped_column(BigInteger)
