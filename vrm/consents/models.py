"""Tables of the consents room."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from vrm.db import Base, Id, Json


class AskRow(Base):
    """What a client wanted of a person, and how it was decided."""

    __tablename__ = "asks"

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    client_id: Mapped[str] = mapped_column(Id)
    company_id: Mapped[str] = mapped_column(Id)
    terms: Mapped[dict[str, Any]] = mapped_column(Json)
    request: Mapped[dict[str, Any]] = mapped_column(Json)
    fingerprint: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "consumer_id", "fingerprint", unique=True),)


class ConsentRow(Base):
    """The one row that says how a consent stands. Every change raises ``version``."""

    __tablename__ = "consents"

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    client_id: Mapped[str] = mapped_column(Id)
    company_id: Mapped[str] = mapped_column(Id)
    subject: Mapped[str] = mapped_column(Id)
    state: Mapped[str]
    version: Mapped[int]
    epoch: Mapped[int]
    revision: Mapped[int]
    notice_version: Mapped[int]
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "state", "expires_at"),)


class RevisionRow(Base):
    """What a consent allowed from a moment on; never changed."""

    __tablename__ = "consent_revisions"

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    consent_id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str]
    terms: Mapped[dict[str, Any]] = mapped_column(Json)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    versions: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    notice: Mapped[dict[str, Any]] = mapped_column(Json)
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]


class ConsentPlace(Base):
    """Where a consent lives: the small table that finds its owner by its id, and a client's consents in order."""

    __tablename__ = "consent_places"

    consent_id: Mapped[str] = mapped_column(Id, primary_key=True)
    client_id: Mapped[str] = mapped_column(Id)
    consumer_id: Mapped[str] = mapped_column(Id)

    __table_args__ = (Index(None, "client_id", "consent_id"), Index(None, "consumer_id"))


class SubjectRow(Base):
    """The random name by which one company knows one person."""

    __tablename__ = "subjects"

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    company_id: Mapped[str] = mapped_column(Id, primary_key=True)
    subject: Mapped[str] = mapped_column(Id)
