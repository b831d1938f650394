"""Tables of the profiles room."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vrm.db import Base, Id


class ValueRow(Base):
    """One version of one item of one field. ``sealed`` is empty where the person deleted it.

    ``kept_until``: when an earlier version goes; None of the current one.
    """

    __tablename__ = "profile_values"

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    current: Mapped[bool]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    source: Mapped[str]
    verified_by: Mapped[str | None]
    verified_at: Mapped[datetime | None]
    added_at: Mapped[datetime]
    created_at: Mapped[datetime]
    kept_until: Mapped[datetime | None] = mapped_column(index=True)

    __table_args__ = (Index(None, "consumer_id", "current"),)


class ProposalRow(Base):
    """A value that a company proposes. ``sealed`` is empty once it was decided, and where it never reached the person.

    ``once`` and ``said`` are keyed hashes: of the company's own mark on its request, and of what the request said.
    """

    __tablename__ = "profile_proposals"

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    company_id: Mapped[str] = mapped_column(Id)
    client_id: Mapped[str] = mapped_column(Id)
    consent_id: Mapped[str] = mapped_column(Id)
    field: Mapped[str]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    once: Mapped[bytes] = mapped_column(LargeBinary)
    said: Mapped[bytes] = mapped_column(LargeBinary)
    event_id: Mapped[str] = mapped_column(Id)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("consumer_id", "once"),)
