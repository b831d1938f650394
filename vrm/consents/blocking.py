"""Companies that a person wants to hear nothing of. What they allowed before is ended apart from that."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import accesslog
from vrm.consents.models import CompanyBlock
from vrm.ids import new_id


def block(session: Session, keys: KeyStore, *, consumer_id: str, company_id: str, now: datetime) -> None:
    """Let nothing this company asks by itself reach the person. Does nothing where it is blocked already."""
    if session.get(CompanyBlock, (consumer_id, company_id)) is None:
        row = CompanyBlock(consumer_id=consumer_id, company_id=company_id, id=new_id(), blocked_at=now)
        session.add(row)
        session.flush()
        _record(session, keys, row, "company.blocked", now)


def unblock(session: Session, keys: KeyStore, *, consumer_id: str, company_id: str, now: datetime) -> None:
    """Let a company ask again. Does nothing where it is not blocked."""
    row = session.get(CompanyBlock, (consumer_id, company_id))
    if row is not None:
        session.delete(row)
        session.flush()
        _record(session, keys, row, "company.unblocked", now)


def blocked_since(session: Session, *, consumer_id: str, company_id: str) -> datetime | None:
    """Since when the person has blocked a company; None where they have not."""
    return session.scalar(
        select(CompanyBlock.blocked_at).where(
            CompanyBlock.consumer_id == consumer_id, CompanyBlock.company_id == company_id
        )
    )


def list_blocked(session: Session, *, consumer_id: str) -> frozenset[str]:
    """The companies a person has blocked."""
    query = select(CompanyBlock.company_id).where(CompanyBlock.consumer_id == consumer_id)
    return frozenset(session.scalars(query))


def _record(session: Session, keys: KeyStore, row: CompanyBlock, kind: str, now: datetime) -> None:
    accesslog.record(
        session,
        accesslog.Event(
            type=kind,
            at=now,
            actor="consumer",
            company=row.company_id,
            about=accesslog.About(
                consumer_id=row.consumer_id,
                thread_id=row.id,
                log_secret=keys.log_secret(row.consumer_id),
                consent_id=None,
            ),
            detail={"block": row.id},
        ),
    )
