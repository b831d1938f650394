"""What witnesses have done for the log: the public checkpoint with their cosignatures, and who objects to ours."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Row, select
from sqlalchemy.orm import Session

from vrm.accesslog.errors import Inconsistent, RolledBack
from vrm.accesslog.models import LogCheckpoint, LogCosignature, LogGathering, LogWitness, table
from vrm.accesslog.tree import Published, find_newest
from vrm.tlog import note
from vrm.tlog.cosignature import Cosigner

AHEAD, DIFFERS = "ahead", "differs"
"""Why a witness objects: it has seen more leaves than we hold, or a tree that ours does not continue."""

UNHEARD = "unheard"
"""In its place where the database may have been put back: it has not said yet what it has seen."""

WHAT_TO_DO = (
    "Nothing is signed. Put back a database or backup that holds at least {size} leaves of that tree (vrm restore);"
    " if there is none any more, see docs/witness.md: When the newest tree is lost."
)

_CHECKPOINTS, _COSIGNATURES = table(LogCheckpoint), table(LogCosignature)
_WITNESSES, _GATHERING = table(LogWitness), table(LogGathering)


@dataclass(frozen=True)
class WitnessState:
    """What is known of a witness. ``cosigned`` is the largest checkpoint of ours it cosigned, and ``at`` when."""

    cosigner: Cosigner
    seen: int
    cosigned: int | None
    at: datetime | None
    answered_at: datetime | None
    fault: str | None
    objection: str | None


def require_no_objection(connection: Connection) -> None:
    """Raise ``RolledBack`` or ``Inconsistent`` while a witness knows better than this database."""
    query = select(_WITNESSES.c.vkey, _WITNESSES.c.seen, _WITNESSES.c.objection)
    objecting = connection.execute(query.where(_WITNESSES.c.objection.is_not(None))).all()
    for row in sorted(objecting, key=lambda row: row.objection == UNHEARD):
        name = Cosigner.parse(row.vkey).name
        if row.objection == UNHEARD:
            raise Inconsistent(
                "This database was put back, or the file of VRM_LOG_PIN is gone, and too few witnesses of the log have"
                f" said since how much of it they have seen ({name} among others). Nothing is signed until they do; if"
                " they never will, see docs/witness.md: When witnesses are silent."
            )
        if row.objection == AHEAD:
            raise RolledBack(
                f"The witness {name} has cosigned {row.seen} leaves of this log, and this database holds fewer:"
                f" an old copy is in place. {WHAT_TO_DO.format(size=row.seen)}"
            )
        raise Inconsistent(
            f"The witness {name} has cosigned a tree that this database does not continue: another copy of the log"
            f" was in use. {WHAT_TO_DO.format(size=row.seen)}"
        )


def is_unheard(session: Session) -> bool:
    """Whether too few witnesses were heard since the database was put back."""
    query = select(_WITNESSES.c.vkey).where(_WITNESSES.c.objection == UNHEARD).limit(1)
    return session.connection().execute(query).first() is not None


def find_published(connection: Connection, size: int) -> Published:
    """The checkpoint of a size that rows name; ``Inconsistent`` if it is not there."""
    row = connection.execute(select(_CHECKPOINTS).where(_CHECKPOINTS.c.size == size)).one_or_none()
    if row is None:
        raise Inconsistent(f"The published checkpoint of {size} leaves is missing from the database.")
    return Published(row.size, row.root, row.note, row.at)


def public_checkpoint(session: Session) -> Published | None:
    """The checkpoint that everybody is given, with the cosignatures there are: ``GET /log/checkpoint``.

    The newest where no policy asks for cosignatures. Sizes never go back. None before the first.
    """
    connection = session.connection()
    size = connection.execute(select(_GATHERING.c.public)).scalar_one_or_none()
    found = find_newest(connection) if size is None else find_published(connection, size)
    return None if found is None else with_cosignatures(connection, found)


def with_cosignatures(connection: Connection, published: Published) -> Published:
    """A published checkpoint with every cosignature that was gathered for it."""
    query = select(_COSIGNATURES.c.line).where(_COSIGNATURES.c.size == published.size)
    lines = list(connection.execute(query.order_by(_COSIGNATURES.c.at, _COSIGNATURES.c.vkey)).scalars())
    return replace(published, note=note.add(published.note, lines)) if lines else published


@dataclass(frozen=True)
class Gathering:
    """How far witnesses are. ``public`` is what everybody is given, ``met`` whether that meets the quorum."""

    target: int
    public: int
    met: bool
    witnesses: tuple[WitnessState, ...]


def find_gathering(session: Session) -> Gathering | None:
    """How far witnesses are; None where no policy asks for any."""
    connection = session.connection()
    row = connection.execute(select(_GATHERING)).one_or_none()
    witnesses = tuple(
        _state(connection, one)
        for one in connection.execute(select(_WITNESSES).order_by(_WITNESSES.c.vkey)).all()
    )
    if row is None:
        return Gathering(0, 0, False, witnesses) if witnesses else None
    return Gathering(row.target, row.public, row.met, witnesses)


def _state(connection: Connection, row: Row[*tuple[object, ...]]) -> WitnessState:
    query = select(_COSIGNATURES.c.size, _COSIGNATURES.c.at).where(_COSIGNATURES.c.vkey == row.vkey)
    last = connection.execute(query.order_by(_COSIGNATURES.c.size.desc()).limit(1)).one_or_none()
    return WitnessState(
        cosigner=Cosigner.parse(row.vkey),
        seen=row.seen,
        cosigned=last.size if last else None,
        at=last.at if last else None,
        answered_at=row.answered_at,
        fault=row.fault,
        objection=row.objection,
    )
