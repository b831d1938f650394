"""Tables of the companies room. Nothing here is about a consumer."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vrm.db import Base, Id, Json


class PurposeRow(Base):
    """What a company says it needs data for: a DPV purpose, why, in its own words, and how long it keeps it."""

    __tablename__ = "company_purposes"

    company_id: Mapped[str] = mapped_column(Id, ForeignKey("companies.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    why: Mapped[str | None]
    retention_days: Mapped[int | None]


class CompanyRow(Base):
    """An organisation. ``notice_version`` rises when the notice or the owner changes, which forces new asks."""

    __tablename__ = "companies"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    legal_name: Mapped[str]
    address: Mapped[str]
    contact: Mapped[str]
    privacy_notice_url: Mapped[str | None]
    notice_version: Mapped[int]
    owner: Mapped[str | None]
    domain: Mapped[str] = mapped_column(index=True)
    domain_token: Mapped[str]
    domain_claimed_at: Mapped[datetime]  # when the domain or its token was given
    domain_proved_at: Mapped[datetime | None]
    domain_tried_at: Mapped[datetime | None]
    domain_checked_at: Mapped[datetime | None]
    domain_finding: Mapped[str | None]
    domain_finding_status: Mapped[int | None]
    state: Mapped[str]
    approved_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    purposes: Mapped[list[PurposeRow]] = relationship(
        order_by=PurposeRow.purpose, cascade="all, delete-orphan", lazy="selectin"
    )


class PersonRow(Base):
    """A membership. An account that comes back gets a row of its own; it has one at a time that has not ended."""

    __tablename__ = "company_people"
    __table_args__ = (
        Index(
            "ix_company_people_active",
            "account_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    company_id: Mapped[str] = mapped_column(Id, ForeignKey("companies.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    account_id: Mapped[str] = mapped_column(Id)
    role: Mapped[str]
    joined_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class InvitationRow(Base):
    """Somebody is asked to join. The address is sealed; the token in the link is kept as its hash."""

    __tablename__ = "company_invitations"

    company_id: Mapped[str] = mapped_column(Id, ForeignKey("companies.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    role: Mapped[str]
    sealed_email: Mapped[bytes] = mapped_column(LargeBinary)
    invited_by: Mapped[str | None] = mapped_column(Id)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    taken_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class KeyRow(Base):
    """A public key of a client, given to us (``value``) or read at the client's address (``uri``).

    ``kid`` is the key's own, and has a line break and the kind (kty) after it where another kind came before under it.
    """

    __tablename__ = "client_keys"

    client_id: Mapped[str] = mapped_column(Id, ForeignKey("clients.id"), primary_key=True)
    kid: Mapped[str] = mapped_column(primary_key=True)
    jwk: Mapped[dict[str, Any]] = mapped_column(Json)
    source: Mapped[str]
    place: Mapped[int]  # in the set it came in, whose order is the client's
    added_at: Mapped[datetime]
    until: Mapped[datetime | None]


class ClientRow(Base):
    """Software of a company. The id is the OAuth ``client_id``.

    ``ended_keys`` are the thumbprints (RFC 7638) of keys that were given an end or removed, the first one first: they do
    not come back, under whatever kid, though their rows go after a while.
    """

    __tablename__ = "clients"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    company_id: Mapped[str] = mapped_column(Id, ForeignKey("companies.id"), index=True)
    name: Mapped[str]
    redirect_uris: Mapped[list[str]] = mapped_column(Json)
    post_logout_redirect_uris: Mapped[list[str]] = mapped_column(Json, default=list)
    scope_purpose: Mapped[str | None]
    secret_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    jwks_uri: Mapped[str | None]
    jwks_tried_at: Mapped[datetime | None]
    jwks_fetched_at: Mapped[datetime | None]
    jwks_failed_at: Mapped[datetime | None]
    jwks_failure: Mapped[str | None]  # a code; without ``jwks_failed_at``, what a good reading passed over
    state: Mapped[str]
    suspended_by: Mapped[str | None]
    created_at: Mapped[datetime]
    ended_keys: Mapped[list[str]] = mapped_column(Json)

    keys: Mapped[list[KeyRow]] = relationship(
        order_by=(KeyRow.added_at, KeyRow.place, KeyRow.kid), cascade="all, delete-orphan", lazy="selectin"
    )
