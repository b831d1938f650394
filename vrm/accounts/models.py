"""Tables of the accounts room. Look-ups are by keyed or plain hash; what can be read back is sealed."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from vrm.db import Base, Id


class AccountRow(Base):
    """Someone who may sign in. ``handle_hash`` is random once the account has ended, so the address is free.

    ``person_id`` owns the key that seals what is personal here; of a consumer it is the consumer's id.
    ``password_hash`` is empty where there is no password: no password matches it, and a mailed link sets one.
    """

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str]
    handle_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    password_hash: Mapped[str]
    person_id: Mapped[str] = mapped_column(Id, unique=True)
    sealed_email: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_name: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignUpRow(Base):
    """A link that was mailed: to sign up, or to set a new password. Its e-mail is sealed under the instance.

    ``person_id`` is set where the person was known before they came: an auditor, whom the operator named.
    """

    __tablename__ = "sign_ups"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    handle_hash: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    sealed_email: Mapped[bytes] = mapped_column(LargeBinary)
    purpose: Mapped[str]
    kind: Mapped[str]
    person_id: Mapped[str | None] = mapped_column(Id)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SessionRow(Base):
    """One browser in which someone is signed in. ``proved_at``: since when the second factor is proved there."""

    __tablename__ = "sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account_id: Mapped[str] = mapped_column(Id, ForeignKey("accounts.id"), index=True)
    created_at: Mapped[datetime]
    last_seen: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    proved_at: Mapped[datetime | None]


class SecondFactorRow(Base):
    """What makes an account's codes (RFC 6238). Not ``confirmed_at``: shown to its owner, not yet in use.

    ``began_in`` is the session that was shown it, by the hash of its token: it can be taken into use there alone.
    ``last_step`` is the newest time step whose code was taken, so that none is taken twice.
    """

    __tablename__ = "second_factors"

    account_id: Mapped[str] = mapped_column(Id, ForeignKey("accounts.id"), primary_key=True)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    began_in: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger)


class RecoveryCodeRow(Base):
    """A code that stands for the second factor once, for someone who lost their device."""

    __tablename__ = "recovery_codes"

    account_id: Mapped[str] = mapped_column(Id, ForeignKey("accounts.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)


class AttemptRow(Base):
    """How often something was tried in the window that ends then. ``bucket`` tells nothing of who or where."""

    __tablename__ = "attempts"

    bucket: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    count: Mapped[int]
    window_ends: Mapped[datetime] = mapped_column(index=True)


class AuditorRow(Base):
    """Someone the operator lets review the log, until a day. The name is sealed under the auditor's own key.

    The id is the ``person_id`` of the account with which they sign in, once they have made it.
    """

    __tablename__ = "auditors"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    sealed_name: Mapped[bytes] = mapped_column(LargeBinary)
    granted_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AuditorTokenRow(Base):
    """A token with which an auditor's own program reads what the auditor may read."""

    __tablename__ = "auditor_tokens"

    auditor_id: Mapped[str] = mapped_column(Id, ForeignKey("auditors.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    sealed_name: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
