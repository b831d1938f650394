"""Lies told to the log itself: its database, or what lies beside it, was changed or put back. It signs none of them."""

from collections.abc import Callable

from sqlalchemy import Executable, delete, insert, select, update

from tests.support.witness import Town
from tests.tamper.small_log import Signer, write
from tests.tamper.stored import OLDER, PAST, SIZE, Alteration, Ledger
from tests.tamper.telling import Place
from vrm import accesslog, clock
from vrm.accesslog import Pin, exchange, witnessing
from vrm.accesslog.models import LogCheckpoint, LogEvent, LogLeaf, LogPending, LogTile, LogTree
from vrm.tlog import checkpoint, merkle
from vrm.tlog.checkpoint import Checkpoint

LIE = bytes(32)


def rows(*statements: Executable) -> Callable[[Ledger], None]:
    """Rows, changed."""
    return lambda ledger: ledger.run(*statements)


def put_back(*numbers: int) -> Callable[[Ledger], None]:
    """The older copy of the database, in which then other things happen."""

    def alter(ledger: Ledger) -> None:
        ledger.put_back(PAST)
        write(ledger.database, numbers)

    return alter


def under_its_feet(ledger: Ledger) -> None:
    """The process has signed before; then database and pin file are put back at once."""
    ledger.pin = Pin(ledger.home / "pin", every=3600)
    accesslog.publish(ledger.database, Signer(), ledger.origin, pin=ledger.pin)
    (ledger.home / "pin").unlink()
    ledger.put_back(PAST)


def witnessed(*numbers: int) -> Callable[[Ledger], None]:
    """A witness has cosigned all; then database and pin are put back, other things happen and are signed, and it is asked."""

    def alter(ledger: Ledger) -> None:
        town = Town(ledger.home / "town", 1, Signer().verifier.vkey)
        policy = town.policy()

        def ask() -> None:
            witnessing.enrol(ledger.database, policy, now=clock.now())
            exchange.ask(ledger.database, town.fetcher, policy.witnesses["w0"], policy, anyway=True)

        with town.open(0):
            ask()
            ledger.put_back(PAST)
            (ledger.home / "pin").unlink()
            if numbers:
                write(ledger.database, numbers)
                accesslog.sequence(ledger.database)
                accesslog.publish(ledger.database, Signer(), ledger.origin)
            ask()

    return alter


def rewritten(*, checkpoints: bool) -> Callable[[Ledger], None]:
    """One leaf, its tile and the root changed, all fitting together; ``checkpoints``: those in the database are gone too."""

    def alter(ledger: Ledger) -> None:
        tile = ledger.database.read(lambda session: session.execute(select(LogTile.hashes)).scalar_one())
        hashes = [tile[at : at + 32] for at in range(0, len(tile), 32)]
        hashes[3] = LIE
        ledger.run(
            update(LogTile).values(hashes=b"".join(hashes)),
            update(LogTree).values(root=merkle.root_of(hashes)),
            *([delete(LogCheckpoint)] if checkpoints else []),
        )

    return alter


def emptied(ledger: Ledger) -> None:
    """Nothing is left of the log in the database."""
    ledger.run(*(delete(model) for model in (LogCheckpoint, LogLeaf, LogPending, LogTile, LogTree)))


def of_another_log(ledger: Ledger) -> None:
    """The pin holds a checkpoint that this log never signed."""
    strange = checkpoint.sign(Checkpoint(ledger.origin, 3, LIE), Signer(9))
    (ledger.home / "pin").write_text(strange)


def waiting(ledger: Ledger) -> None:
    """An entry is changed between being written and having its leaf."""
    (one,) = write(ledger.database, [20])
    ledger.run(update(LogEvent).where(LogEvent.id == one.event_id).values(entry=b"{}"))


def renamed(ledger: Ledger) -> None:
    """The log goes on under another name, and what was pinned under the old one is out of the way."""
    (ledger.home / "pin").unlink()
    ledger.origin = "log.example/other"


def exchanged(ledger: Ledger) -> None:
    """Two leaves are those of each other's events."""
    there = select(LogLeaf.leaf_index, LogLeaf.event_id).where(LogLeaf.leaf_index.in_((3, 7)))
    rows = ledger.database.read(lambda session: session.execute(there).all())
    found = {row.leaf_index: row.event_id for row in rows}
    ledger.run(
        delete(LogLeaf).where(LogLeaf.leaf_index.in_((3, 7))),
        *(insert(LogLeaf).values(leaf_index=at, event_id=found[10 - at]) for at in (3, 7)),
    )


EDITED = {"entry": b'{"v":1}', "leaf_hash": merkle.leaf_hash(b'{"v":1}')}
ROOT = "log_inconsistent: The tiles do not give the stored root"
REWRITTEN = "log_inconsistent: The tree does not continue the newest checkpoint: the log was rewritten"


def signing(name: str, alter: Callable[[Ledger], None], found: str) -> Alteration:
    """What the log says where it does not sign."""
    return Alteration(name, alter, {Place.SIGNING: found})


LIES = [
    signing("the database is put back to an earlier day", put_back(), f"log_rolled_back: The log holds {OLDER} leaves, but one of {SIZE} was signed"),
    signing("the database is put back, and has grown again as far", put_back(*range(20, 26)), f"log_inconsistent: The log does not continue the {SIZE} leaves"),
    signing("the database is put back, and has grown beyond", put_back(*range(20, 30)), f"log_inconsistent: The log does not continue the {SIZE} leaves"),
    signing("database and pin are put back while a process runs", under_its_feet, f"log_rolled_back: The log holds {OLDER} leaves, but one of {SIZE}"),
    signing("database and pin are put back, and a witness has seen more", witnessed(), f"log_rolled_back: The witness witness.example/w0 has cosigned {SIZE} leaves"),
    signing("database and pin are put back, and a witness has seen another tree", witnessed(*range(20, 30)), "log_inconsistent: The witness witness.example/w0 has cosigned a tree"),
    signing("the log is emptied", emptied, f"log_rolled_back: The log holds 0 leaves, but one of {SIZE} was signed"),
    signing("history is rewritten in the database", rewritten(checkpoints=False), REWRITTEN),
    signing("history is rewritten in the database, its checkpoints too", rewritten(checkpoints=True), f"log_inconsistent: The log does not continue the {SIZE} leaves"),
    signing("a stored hash is changed", rows(update(LogTile).values(hashes=LIE * SIZE)), REWRITTEN),
    signing("the stored root is changed", rows(update(LogTree).values(root=LIE)), ROOT),
    signing("the stored tree is gone", rows(delete(LogTree)), "log_inconsistent: The log has leaves or checkpoints but no tree"),
    signing("a stored tile is gone", rows(delete(LogTile)), "log_inconsistent: The stored log is damaged"),
    signing("the stored tree is smaller than its checkpoint", rows(update(LogTree).values(size=OLDER)), f"log_rolled_back: The log holds {OLDER} leaves, but a checkpoint of {SIZE} was published"),
    signing("the root of a stored checkpoint is changed", rows(update(LogCheckpoint).values(root=LIE)), REWRITTEN),
    signing("an entry is changed before it has its leaf", waiting, "was altered before it reached the tree"),
    signing("the log goes on under another name", renamed, "log_inconsistent: The log's origin differs"),
    signing("the pin is another log's", of_another_log, "is not a checkpoint of this log"),
    Alteration(
        "a stored entry is changed, and its hash beside it",
        rows(update(LogEvent).where(LogEvent.id.in_(select(LogLeaf.event_id).where(LogLeaf.leaf_index == 3))).values(EDITED)),
        {Place.EXPORT: "entry 3: was changed: the tree holds another hash for it"},
    ),
    Alteration("two stored leaves change places", exchanged, {Place.EXPORT: "entry 3: was changed"}),
    Alteration("a stored leaf is gone", rows(delete(LogLeaf).where(LogLeaf.leaf_index == 3)), {Place.EXPORT: "index 3: is 4, not 3"}),
]  # fmt: skip
