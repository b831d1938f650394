"""A company proposes a value for somebody's profile: it has their consent to something, and they have not blocked it.

Both are decided in the transaction that keeps the proposal and writes its event. Somebody who has blocked the company
is not asked and not told, and the company cannot tell: it gets the same answer, and the log the same entry.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from keys import KeyStore, NoKey
from vrm import accesslog, companies, consents, profiles
from vrm.consents import Refused, Standing
from vrm.ids import new_id
from vrm.profiles import Proposer, Received, Wanted


def propose(
    session: Session,
    keys: KeyStore,
    wanted: Wanted,
    *,
    client_id: str,
    consent_id: str,
    epoch: int,
    mark: str,
    now: datetime,
) -> Received | Refused:
    """Receive what ``profiles.check`` let through, or refuse as a read under this consent would be refused.

    ``mark``: the company's own on this request; the same again gives the same proposal. Raises ``TooMany`` where too
    many of the company's stand, ``Conflict`` where the mark came with something else.
    """
    standing = _weigh(session, client_id, consent_id, epoch, now)
    if isinstance(standing, Refused):
        return standing
    proposer = Proposer(standing.company_id, client_id, consent_id)
    place: dict[str, Any] = {"consumer_id": standing.consumer_id, "proposer": proposer, "mark": mark}
    before = profiles.find_received(session, keys, wanted, **place, now=now)
    if before is not None:
        return before
    proposal_id = new_id()
    try:
        prepared = accesslog.record(
            session,
            accesslog.Event(
                type="value.proposed",
                at=now,
                actor="client",
                company=standing.company_id,
                client=client_id,
                keys=(wanted.field,),
                about=accesslog.About(
                    consumer_id=standing.consumer_id,
                    thread_id=consent_id,
                    log_secret=keys.log_secret(standing.consumer_id),
                    consent_id=consent_id,
                ),
                detail={"consent": consent_id, "proposal": proposal_id},
            ),
        )
    except NoKey:  # the person is being erased
        return Refused("erased")
    blocked = consents.blocked_since(
        session, consumer_id=standing.consumer_id, company_id=standing.company_id
    )
    return profiles.propose(
        session,
        keys,
        wanted,
        proposal_id=proposal_id,
        **place,
        event_id=prepared.event_id,
        leaf_hash=prepared.leaf_hash,
        reaches=blocked is None,
        now=now,
    )


def find_received(
    session: Session, *, client_id: str, consent_id: str, epoch: int, proposal_id: str, now: datetime
) -> Received | Refused:
    """What became known of a proposal to who made it: that it was received. Raises ``NotFound``."""
    standing = _weigh(session, client_id, consent_id, epoch, now)
    if isinstance(standing, Refused):
        return standing
    return profiles.get_received(
        session,
        consumer_id=standing.consumer_id,
        client_id=client_id,
        proposal_id=proposal_id,
        now=now,
    )


def block(session: Session, keys: KeyStore, *, consumer_id: str, company_id: str, now: datetime) -> None:
    """As ``consents.block``; what the company proposed before goes with it."""
    consents.block(session, keys, consumer_id=consumer_id, company_id=company_id, now=now)
    profiles.drop_proposals(session, consumer_id=consumer_id, company_id=company_id)


def _weigh(
    session: Session, client_id: str, consent_id: str, epoch: int, now: datetime
) -> Standing | Refused:
    """The consent, where it stands: whatever it lets be read, its person deals with this company."""
    connection = session.connection()
    client = companies.client_standings(connection, client_ids=[client_id])[client_id]
    found = consents.standings(connection, client_id=client_id, consent_ids=[consent_id])
    standing = found.get(consent_id)
    if standing is None:
        return Refused("erased")  # its person was, or the token would not be worth anything
    verdict = consents.weigh(
        standing,
        client_may_read=client.may_read,
        notice_version=client.notice_version,
        epoch=epoch,
        purpose=None,
        keys=(),
        now=now,
        recognise=True,
    )
    return verdict if isinstance(verdict, Refused) else standing
