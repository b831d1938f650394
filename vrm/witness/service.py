"""What a witness does: learn of logs, and cosign what continues what it has cosigned."""

from dataclasses import replace

from vrm.errors import Conflict, NotFound
from vrm.tlog import merkle, note, submission
from vrm.tlog.checkpoint import Checkpoint, parse_body
from vrm.tlog.cosignature import cosign as sign
from vrm.tlog.errors import BadCheckpoint, BadNote, BadSubmission
from vrm.tlog.note import Note, Verifier
from vrm.witness.book import Known, Page
from vrm.witness.errors import ForeignLog, NotThisSize, RootDiffers, Unproved, Unsigned
from vrm.witness.folder import Folder


def add_log(folder: Folder, *, vkey: str) -> Known:
    """Know a log from now on, or another key of one known: both are good until one is dropped.

    The key's name is the log's origin. Raises ``BadNote`` for what is no log's vkey.
    """
    origin = Verifier.parse(vkey).name
    with folder.book.write() as page:
        known = page.find(origin) or Known(origin, 0, merkle.EMPTY, b"", 0, ())
        if vkey not in known.vkeys:
            known = replace(known, vkeys=(*known.vkeys, vkey))
            page.put(known)
    return known


def drop_key(folder: Folder, *, vkey: str, even_last: bool = False) -> Known:
    """Believe a log's key no more. What was cosigned of that log stays known, even without any key.

    Raises ``NotFound`` for a key of no log, and ``Conflict`` for a log's last one unless ``even_last``.
    """
    with folder.book.write() as page:
        for known in page.all():
            if vkey in known.vkeys:
                if len(known.vkeys) == 1 and not even_last:
                    raise Conflict(
                        f"It is the only key known of {known.origin}: without it nothing of that log is cosigned any more. Add the"
                        " new key first (vrm witness add-log VKEY), or say --yes.",
                        code="last_key",
                    )
                known = replace(known, vkeys=tuple(other for other in known.vkeys if other != vkey))
                page.put(known)
                return known
    raise NotFound("This witness knows no such key. See: vrm witness status", code="unknown_key")


def list_logs(folder: Folder) -> list[Known]:
    """Every log this witness knows."""
    with folder.book.read() as page:
        return page.all()


def cosign(folder: Folder, raw: bytes, *, now: int) -> str:
    """The cosignature lines for a request (C2SP tlog-witness, add-checkpoint). ``now``: POSIX seconds.

    What was cosigned is durable before the lines are returned. Raises as ``errors`` says, and has then cosigned
    nothing.
    """
    asked = submission.parse(raw)
    try:
        signed = note.parse(asked.checkpoint)
        new = parse_body(signed.text)
    except (BadNote, BadCheckpoint) as fault:
        raise BadSubmission(fault.message) from None
    with folder.book.read() as page:  # strangers shall not make others wait for the lock
        _known(page, new, signed)
    with folder.book.write() as page:
        known = _known(page, new, signed)
        if asked.old > new.size:
            raise BadSubmission("the old size is above that of the checkpoint")
        _require_continued(asked, new, known)
        # A clock that was set back must not make a later statement look like an earlier one.
        at = max(now, known.at)
        page.put(replace(known, size=new.size, root=new.root, note=asked.checkpoint, at=at))
    return sign(signed.text, folder.name, folder.key, at)


def _known(page: Page, new: Checkpoint, signed: Note) -> Known:
    """The log whose checkpoint this is, if a key of it has signed and none of its lines is bad."""
    known = page.find(new.origin)
    if known is None or not known.vkeys:
        raise ForeignLog("This witness does not know that log.")
    good = 0
    for vkey in known.vkeys:
        key = Verifier.parse(vkey)
        if any((line.name, line.key_id) == (key.name, key.key_id) for line in signed.signatures):
            try:
                key.verify(signed)
            except BadNote as fault:
                raise Unsigned(fault.message) from None
            good += 1
    if not good:
        raise Unsigned("No key that this witness knows of the log has signed the checkpoint.")
    return known


def _require_continued(asked: submission.Submission, new: Checkpoint, known: Known) -> None:
    """The new tree begins with the one cosigned last, which is the one the request starts from."""
    if asked.old != known.size:
        raise NotThisSize(known.size)
    if new.size == known.size and new.root != known.root:
        raise RootDiffers("A tree of this size was cosigned with another root hash.")
    if not merkle.consistent(asked.proof, known.size, new.size, known.root, new.root):
        raise Unproved("The proof does not show that the tree continues the one cosigned last.")
