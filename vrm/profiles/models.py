"""Tables of the profiles room."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from vrm.db import Base, Id


class ValueRow(Base):
    """One version of one item of one field. ``sealed`` is empty where the person deleted it."""

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

    __table_args__ = (Index(None, "consumer_id", "current"),)
