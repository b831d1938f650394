"""Tables of the companies room. Nothing here is about a consumer."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vrm.db import Base, Id, Json


class PurposeRow(Base):
    """What a company says it needs data for: a DPV purpose, and why, in its own words."""

    __tablename__ = "company_purposes"

    company_id: Mapped[str] = mapped_column(Id, ForeignKey("companies.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    why: Mapped[str | None]


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
    domain_proved_at: Mapped[datetime | None]
    state: Mapped[str]
    approved_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    purposes: Mapped[list[PurposeRow]] = relationship(
        order_by=PurposeRow.purpose, cascade="all, delete-orphan", lazy="selectin"
    )


class ClientRow(Base):
    """Software of a company. The id is the OAuth ``client_id``; ``jwks`` holds public keys only."""

    __tablename__ = "clients"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    company_id: Mapped[str] = mapped_column(Id, ForeignKey("companies.id"), index=True)
    name: Mapped[str]
    redirect_uris: Mapped[list[str]] = mapped_column(Json)
    jwks: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str]
    created_at: Mapped[datetime]
