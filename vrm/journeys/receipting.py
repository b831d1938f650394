"""Who gets a receipt, and when: the person, after each decision and at the end of what they allowed.

The event is in the log by the time it is heard of here, so the receipt that goes out carries its proof. Its letter is
enqueued in the transaction in which the log is followed, as every notice is: none is lost, and none comes twice.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import accesslog, companies, notices
from vrm.accesslog import LoggedEvent
from vrm.receipts import ENDS

DECIDED: Final = frozenset({"granted", "amended", "narrowed", "extended", "shortened", "refused"})
OWED: Final = timedelta(days=14)
"""For so long a receipt that could not be sent is made up for; what a worker finds later than that stands on its page."""

RECEIPTED: Final[Collection[str]] = frozenset(f"consent.{change}" for change in DECIDED.union(ENDS))
"""The types of events that may have a receipt."""


def send_receipt(
    session: Session, keys: KeyStore, *, consumer_id: str, event_id: str, issuer: str, now: datetime
) -> bool:
    """Have the receipt of what this event of a person tells sent, as they want to hear; False where it has none.

    A decision from before receipts were kept has none.
    """
    event = accesslog.find_for_consumer(session, consumer_id=consumer_id, event_id=event_id)
    change = "" if event is None else event.type.partition(".")[2]
    if event is None or event.type not in RECEIPTED or "record" not in event.detail:
        return False
    values = _values(session, consumer_id, event, change)
    letter = {name: str(values[name] or "") for name in ("consent", "ask", "revision", "change", "path")}
    return notices.tell(
        session,
        keys,
        consumer_id=consumer_id,
        kind="receipt",
        about=values["consent"] or values["ask"],
        period=event_id,
        values=values,
        letter="receipt",
        letter_values={"consumer": consumer_id, **letter},
        issuer=issuer,
        now=now,
    )


def _values(session: Session, consumer_id: str, event: LoggedEvent, change: str) -> dict[str, Any]:
    """What the notice is filled with, and what its letter needs to find the receipt: ids, and the company's name."""
    consent_id = event.consent_id
    number, ask_id = event.entry.get("revision"), event.detail.get("ask")
    company_id = str(event.entry["company"])
    path = f"/asks/{ask_id}/receipt" if consent_id is None else f"/consents/{consent_id}/receipts/{number}"
    return {
        "company": companies.get_company(session, company_id=company_id).legal_name,
        "company_id": company_id,
        "consent_id": consent_id,
        "consent": consent_id,
        "ask": ask_id,
        "revision": number,
        "change": change,
        "path": path,
    }
