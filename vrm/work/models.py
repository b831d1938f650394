"""Tables of the work room."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from vrm.db import Base, Id


class JobRow(Base):
    """One thing to do. ``payload`` is sealed by whoever asked for it; ``attempts`` counts claims, not failures."""

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str]
    owner_id: Mapped[str | None] = mapped_column(Id, index=True)
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    due: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int]
    dead: Mapped[bool]
    created_at: Mapped[datetime]

    __table_args__ = (Index(None, "dead", "due"),)
