"""Tables of the accounts room. Look-ups are by keyed or plain hash; what can be read back is sealed."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from vrm.db import Base, Id


class AccountRow(Base):
    """Someone who may sign in. ``handle_hash`` is random once the account has ended, so the address is free."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str]
    handle_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    password_hash: Mapped[str]
    consumer_id: Mapped[str] = mapped_column(Id, unique=True)
    sealed_email: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_name: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignUpRow(Base):
    """A link that was mailed: to sign up, or to set a new password. Its e-mail is sealed under the instance."""

    __tablename__ = "sign_ups"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    handle_hash: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    sealed_email: Mapped[bytes] = mapped_column(LargeBinary)
    purpose: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SessionRow(Base):
    """One browser in which someone is signed in."""

    __tablename__ = "sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account_id: Mapped[str] = mapped_column(Id, ForeignKey("accounts.id"), index=True)
    created_at: Mapped[datetime]
    last_seen: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AttemptRow(Base):
    """How often something was tried in the window that ends then. ``bucket`` tells nothing of who or where."""

    __tablename__ = "attempts"

    bucket: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    count: Mapped[int]
    window_ends: Mapped[datetime] = mapped_column(index=True)


class AuditorRow(Base):
    """Someone the operator lets review the log, until a day. The name is sealed under the auditor's own key."""

    __tablename__ = "auditors"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    sealed_name: Mapped[bytes] = mapped_column(LargeBinary)
    granted_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
