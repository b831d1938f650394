"""One event of whoever it concerns, and the proof of it that they may keep."""

from sqlalchemy.orm import Session

from vrm.accesslog import canonical
from vrm.accesslog.models import EventLookup
from vrm.accesslog.proof_file import ProofFile
from vrm.accesslog.reading import LoggedEvent, find_one
from vrm.accesslog.tree import Published, inclusion, latest_checkpoint
from vrm.accesslog.witnessed import public_checkpoint


def find_for_consumer(session: Session, *, consumer_id: str, event_id: str) -> LoggedEvent | None:
    """One of a consumer's own events; None where it is another's, or there is none."""
    return find_one(session, EventLookup.consumer_id == consumer_id, EventLookup.event_id == event_id)


def find_for_client(session: Session, *, client_id: str, event_id: str) -> LoggedEvent | None:
    """One of a client's own events; None where it is another's, or nobody's any more."""
    return find_one(session, EventLookup.client_id == client_id, EventLookup.event_id == event_id)


def find_proof(session: Session, event: LoggedEvent, *, opened: bool) -> ProofFile | None:
    """The proof of an event, ``opened`` with its opening; None while no checkpoint covers it, which is a second or so.

    Under the checkpoint that everybody is given, since that is the one witnesses vouch for; under the newest where they
    are behind, because a line that is signed must be provable.
    """
    if event.leaf_index is None:
        return None
    published = _covering(session, event.leaf_index)
    if published is None:
        return None
    return ProofFile(
        index=event.leaf_index,
        hashes=inclusion(session, leaf_index=event.leaf_index, size=published.size),
        checkpoint=published.note,
        entry=canonical.dump(dict(event.entry)),  # an entry has one spelling
        opening=event.opening if opened else None,
    )


def _covering(session: Session, leaf_index: int) -> Published | None:
    for published in (public_checkpoint(session), latest_checkpoint(session)):
        if published is not None and leaf_index < published.size:
            return published
    return None
