"""How requests that nobody allowed end in the log: one event each, whomever it reached, and none before its time is over.

Everybody sees how long the log is (``GET /log/checkpoint``). Were a refusal written down as it is made, a company that
asks in a quiet hour would see the log grow, and know that its hint is somebody's and that they said no.
"""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import accesslog, consents
from vrm.tokens.backchannel import REDEEMED_WITHIN
from vrm.tokens.models import BackchannelRequest


def close_backchannel(session: Session, keys: KeyStore, *, now: datetime, limit: int = 100) -> int:
    """Write down the requests that are over and that nobody allowed; how many.

    ``decided_at`` says from then on that it was done: no decision is as late as the end of its request.
    """
    row = BackchannelRequest
    over = session.scalars(
        select(row)
        .where(
            row.consent_id.is_(None),
            row.used_at.is_(None),  # that one was allowed, and its person was forgotten since
            row.expires_at <= now - REDEEMED_WITHIN,  # a decision of the last second is kept first
            or_(row.decided_at.is_(None), row.decided_at < row.expires_at),
        )
        .order_by(row.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for each in over:
        _write(session, keys, each, now)
        each.decided_at = now
    session.flush()
    return len(over)


def _write(session: Session, keys: KeyStore, row: BackchannelRequest, now: datetime) -> None:
    refused = None
    if row.consumer_id is not None and row.decided_at is not None:
        asks = consents.list_asks(session, consumer_id=row.consumer_id, now=now, states=("refused",))
        mark = row.request_hash.hex()
        refused = next((ask for ask in asks if ask.quiet and ask.request["backchannel"] == mark), None)
    if row.consumer_id is not None and refused is not None:
        consents.record_refusal(session, keys, consumer_id=row.consumer_id, ask=refused, now=now)
        return
    accesslog.record(
        session,
        accesslog.Event(
            type="ask.unanswered", at=now, actor="system", company=row.company_id, client=row.client_id
        ),
    )
