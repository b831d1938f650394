"""Browsers in which a person signed in before, so that they hear of another.

A browser is known by a random cookie and by nothing of what it is: no address, no kind, no fingerprint. Who clears their
cookies is told of a new browser, which they will recognise.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from vrm.ids import new_secret, secret_hash
from vrm.notices.models import NoticeDevice

MOST: Final = 20
"""Browsers of one person that are known at a time; the one that was not seen for longest goes first."""
EXACT: Final = timedelta(days=1)


def greet_device(session: Session, *, consumer_id: str, token: str | None, now: datetime) -> tuple[str, bool]:
    """Somebody signs in in the browser that holds ``token``: the token it is to hold from now on, and whether to tell.

    Not told of the first browser of a person that is ever known. A token of another person's is as good as of theirs.
    """
    token = token or new_secret("vrm-device-")
    place = (consumer_id, _hash(consumer_id, token))
    known = session.get(NoticeDevice, place)
    if known is not None:
        if now - known.seen_at >= EXACT:
            known.seen_at = now
            session.flush()
        return token, False
    query = select(NoticeDevice.token_hash).where(NoticeDevice.consumer_id == consumer_id)
    others = list(session.scalars(query.order_by(NoticeDevice.seen_at.desc(), NoticeDevice.token_hash)))
    for gone in others[MOST - 1 :]:
        session.execute(
            delete(NoticeDevice).where(
                NoticeDevice.consumer_id == consumer_id, NoticeDevice.token_hash == gone
            )
        )
    session.add(NoticeDevice(consumer_id=consumer_id, token_hash=place[1], seen_at=now))
    session.flush()
    return token, bool(others)


def _hash(consumer_id: str, token: str) -> bytes:
    return secret_hash(f"{consumer_id} {token}")
