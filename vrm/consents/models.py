"""Tables of the consents room."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from vrm.db import Base, Id, Json

RUNS = text("state = 'active'")
"""That a consent has not ended, spelled as the index over those spells it: with a parameter it would not be used."""


class AskRow(Base):
    """What a client wanted of a person, and how it was decided.

    ``amends``: the consent it would change, as that stood in revision ``amends_revision``; None for a new one.
    ``quiet``: its company hears a yes and nothing else, so it is in no figure of theirs either. ``notice``: of a
    refused one, what the page said of the company; None where it was refused before that was kept.
    """

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
    amends: Mapped[str | None] = mapped_column(Id)
    amends_revision: Mapped[int | None]
    quiet: Mapped[bool]
    notice: Mapped[dict[str, Any] | None] = mapped_column(Json)

    __table_args__ = (
        Index(None, "consumer_id", "fingerprint", unique=True),
        Index(None, "company_id", "decided_at"),
        Index(None, "company_id", "created_at"),
    )


class ConsentRow(Base):
    """The one row that says how a consent stands. Every change raises ``version``.

    ``paused`` while its person holds it back: ``alone``, or ``with_all`` the others. Tokens of ``epoch`` are good; a decision raises ``latest_epoch``, and redeeming its code makes that the epoch.
    """

    __tablename__ = "consents"

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    client_id: Mapped[str] = mapped_column(Id)
    company_id: Mapped[str] = mapped_column(Id)
    subject: Mapped[str] = mapped_column(Id)
    state: Mapped[str]
    version: Mapped[int]
    epoch: Mapped[int]
    latest_epoch: Mapped[int]
    revision: Mapped[int]
    notice_version: Mapped[int]
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    paused: Mapped[str | None]

    # The first finds what runs out, whosever it is. It holds nothing else: SQLite, which keeps no statistics here, would
    # take an index on the state for what is asked of one person. The last three answer what a company counts and lists
    # without touching a row; that of when it was granted, which lists are in the order of, has all that narrows one.
    __table_args__ = (
        Index("ix_consents_running_out", "expires_at", sqlite_where=RUNS, postgresql_where=RUNS),
        Index(
            "ix_consents_held", "company_id", "state", "expires_at", "notice_version", "client_id", "paused"
        ),
        Index(
            "ix_consents_granted",
            "company_id",
            "granted_at",
            "id",
            "client_id",
            "state",
            "expires_at",
            "notice_version",
            "paused",
        ),
        Index("ix_consents_ended", "company_id", "ended_at", "client_id"),
    )


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


class ConsentKey(Base):
    """A key that the newest revision of a consent allows, until when: one row for each, to count and find by.

    Says nothing that consent and revision do not; ``until`` is when the consent runs out, or when it was ended.
    """

    __tablename__ = "consent_keys"

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    consent_id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    company_id: Mapped[str] = mapped_column(Id)
    client_id: Mapped[str] = mapped_column(Id)
    notice_version: Mapped[int]
    until: Mapped[datetime]

    __table_args__ = (
        Index("ix_consent_keys_held", "company_id", "until", "key", "notice_version", "client_id"),
    )


class ConsentUse(Base):
    """When a line that may not be read as often as one likes was last read anew, and in which versions of its values.

    ``closes_at``: when to see whether its consent ends by itself, since every line of it was for once and was read.
    """

    __tablename__ = "consent_uses"

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    consent_id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    used_at: Mapped[datetime]
    versions: Mapped[list[Any] | None] = mapped_column(Json)
    closes_at: Mapped[datetime | None] = mapped_column(index=True)


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

    __table_args__ = (Index(None, "company_id", "subject"),)


class DeskCode(Base):
    """The short code by which a company may reach a person once, by its keyed hash. A person has one at a time."""

    __tablename__ = "desk_codes"

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class DeskGuesses(Base):
    """How many codes that are nobody's were named in the window that ends then. ``about``: a client, or a company."""

    __tablename__ = "desk_guesses"

    about: Mapped[str] = mapped_column(Id, primary_key=True)
    count: Mapped[int]
    window_ends: Mapped[datetime] = mapped_column(index=True)


class CompanyBlock(Base):
    """A company that a person wants to hear nothing of. ``id`` ties its events together, and nothing else."""

    __tablename__ = "company_blocks"

    consumer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    company_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id)
    blocked_at: Mapped[datetime]
