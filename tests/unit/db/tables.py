"""Two tables of the tests' own, on a base of their own, and what other processes do with them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from vrm.db import Base, Database, Id, Json
from vrm.ids import new_id

START = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


class Local(DeclarativeBase):
    type_annotation_map = Base.type_annotation_map


class Note(Local):
    __tablename__ = "note"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    text: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(default=lambda: START)
    until: Mapped[datetime | None]
    body: Mapped[Any] = mapped_column(Json, default=None, nullable=True)


class Counter(Local):
    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


def count_up(session: Session) -> int:
    """Read, add one in Python, write: loses an update wherever two of these may overlap."""
    counter = session.get_one(Counter, "c")
    counter.value += 1
    session.flush()
    return counter.value


def count_up_often(url: str, times: int) -> None:
    """The work of one of several processes."""
    database = Database(url)
    for _ in range(times):
        database.write(count_up)
        database.read(lambda session: session.get_one(Counter, "c").value)
        database.write(lambda session: session.add(Note(text=new_id())))
    database.close()
