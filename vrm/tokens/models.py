"""Tables of the tokens room: small, global, keyed by a hash."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from vrm.db import Base, Id, Json


class AuthorizationCode(Base):
    """A code, used once (RFC 6749, section 4.1.2)."""

    __tablename__ = "authorization_codes"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    client_id: Mapped[str] = mapped_column(Id)
    consumer_id: Mapped[str] = mapped_column(Id)
    consent_id: Mapped[str] = mapped_column(Id)
    epoch: Mapped[int]
    redirect_uri: Mapped[str]
    code_challenge: Mapped[str]
    scope: Mapped[str]
    jkt: Mapped[str | None]
    nonce: Mapped[str | None]
    authenticated_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "consumer_id"), Index(None, "expires_at"))


class Token(Base):
    """An access or refresh token. Without a consent it is the client's own.

    ``jkt`` is the thumbprint of the key it is bound to (RFC 9449, section 6); None for one that whoever bears may use.
    """

    __tablename__ = "tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    kind: Mapped[str]
    client_id: Mapped[str] = mapped_column(Id)
    consumer_id: Mapped[str | None] = mapped_column(Id)
    consent_id: Mapped[str | None] = mapped_column(Id)
    epoch: Mapped[int | None]
    scope: Mapped[str]
    jkt: Mapped[str | None]
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "code_hash"), Index(None, "consumer_id"), Index(None, "expires_at"))


class PushedRequest(Base):
    """An authorization request that its client pushed (RFC 9126)."""

    __tablename__ = "pushed_requests"

    uri_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    client_id: Mapped[str] = mapped_column(Id)
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    expires_at: Mapped[datetime]

    __table_args__ = (Index(None, "expires_at"),)


class BackchannelRequest(Base):
    """A request that waits for somebody who is elsewhere (CIBA Core 1.0); without a consumer it waits for nobody.

    ``consent_id``, ``epoch``, ``scope`` and ``authenticated_at`` are set by a yes alone. ``interval`` is in seconds.
    """

    __tablename__ = "backchannel_requests"

    request_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    client_id: Mapped[str] = mapped_column(Id)
    company_id: Mapped[str] = mapped_column(Id)
    consumer_id: Mapped[str | None] = mapped_column(Id)
    sealed_message: Mapped[bytes] = mapped_column(LargeBinary)
    consent_id: Mapped[str | None] = mapped_column(Id)
    epoch: Mapped[int | None]
    scope: Mapped[str]
    authenticated_at: Mapped[datetime | None]
    interval: Mapped[int]
    next_poll_at: Mapped[datetime]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "consumer_id", "created_at"), Index(None, "expires_at"))


class SeenJti(Base):
    """What was shown and may be shown only once: see ``seen``."""

    __tablename__ = "seen_jti"

    jti_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[datetime]

    __table_args__ = (Index(None, "expires_at"),)
