"""Who has the code of a consent stops it, or pauses it, without signing in; the person hears of it at their own address.

The code came by letter, so this is what somebody can do who reads the person's mail, and all they can do.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import consents
from vrm.catalogue import Catalogue
from vrm.clock import rfc3339
from vrm.consents import Consent
from vrm.journeys.telling import Telling

Channel = Literal["mail", "link"]
Act = Literal["stop", "pause"]


@dataclass(frozen=True)
class ByCode:
    """The consent a code is of, and whether something of it was changed just now."""

    consent: Consent
    changed: bool


def find_by_code(session: Session, keys: KeyStore, *, code: str) -> Consent | None:
    """The consent with this code, ended or not; None where there is none."""
    found = consents.find_by_stop_code(session, keys, code=code)
    if found is None:
        return None
    consumer_id, consent_id = found
    return consents.get_consent(session, consumer_id=consumer_id, consent_id=consent_id)


def stop_by_code(
    session: Session,
    keys: KeyStore,
    catalogue: Catalogue,
    *,
    code: str,
    channel: Channel,
    act: Act = "stop",
    issuer: str,
    now: datetime,
) -> ByCode | None:
    """End the consent with this code, or pause it, and write to its person; None where there is none.

    Does nothing, and writes to nobody, where it has ended already, or is paused and would only be paused.
    """
    before = find_by_code(session, keys, code=code)
    if before is None:
        return None
    if not before.is_active(now) or (act == "pause" and before.paused is not None):
        return ByCode(before, changed=False)
    change = consents.revoke if act == "stop" else consents.pause
    after = change(
        session,
        keys,
        consumer_id=before.consumer_id,
        consent_id=before.id,
        now=now,
        channel=channel,
    )
    # To the address of their account, and not to where the answer came from: that may be anybody's.
    Telling(keys, catalogue, issuer, now).tell(
        session, after, "stopped", after.id, rfc3339(now), act=act, channel=channel
    )
    return ByCode(after, changed=True)
