"""One event of whoever it concerns, and the proof of it that they may keep."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from vrm.accesslog.entry import read
from vrm.accesslog.models import EventLookup, LogEvent, LogLeaf
from vrm.accesslog.moved import whole
from vrm.accesslog.proof_file import ProofFile
from vrm.accesslog.reading import LoggedEvent, find_one
from vrm.accesslog.tree import Published, inclusion, latest_checkpoint
from vrm.accesslog.types import ANSWERED
from vrm.accesslog.witnessed import public_checkpoint
from vrm.tlog import canonical


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
    entry = canonical.dump(dict(event.entry))  # an entry has one spelling
    return _proof(session, event.leaf_index, entry, event.opening if opened else None)


def find_bare_proof(session: Session, *, client_id: str, event_id: str) -> ProofFile | None:
    """The proof of an answered read of a client, without its opening, though nobody knows any more whose it was.

    When a person is forgotten, what tied the event to them goes; the entry stays, and says itself which client read.
    """
    query = select(LogEvent.entry, LogEvent.leaf_hash, LogLeaf.leaf_index).join(
        LogLeaf, LogLeaf.event_id == LogEvent.id
    )
    row = session.execute(query.where(LogEvent.id == event_id)).one_or_none()
    if row is None:
        return None
    entry = whole(session.connection(), row.entry, row.leaf_index, row.leaf_hash)
    members = read(entry)
    if (members.get("type"), members.get("client"), members.get("outcome")) != (
        "disclosure",
        client_id,
        ANSWERED,
    ):
        return None
    return _proof(session, row.leaf_index, entry, None)


def _proof(session: Session, leaf_index: int, entry: bytes, opening: bytes | None) -> ProofFile | None:
    published = _covering(session, leaf_index)
    if published is None:
        return None
    hashes = inclusion(session, leaf_index=leaf_index, size=published.size)
    return ProofFile(leaf_index, hashes, published.note, entry, opening)


def _covering(session: Session, leaf_index: int) -> Published | None:
    for published in (public_checkpoint(session), latest_checkpoint(session)):
        if published is not None and leaf_index < published.size:
            return published
    return None
