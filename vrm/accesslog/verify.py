"""Verifying an export from the file alone.

What the file alone shows: the entries are exactly those of the tree the checkpoint signs (kind ``all``), or are
each in that tree at their index (kind ``selection``); nothing was changed, dropped, inserted, moved or doubled
since. Every line has one spelling and everything in it is tied to the signature, so one changed byte is found
and named: line, part, leaf index.

What it cannot show, whoever wrote the verifier:

* that the key is the log's own. Anybody can sign a tree of their own making. Pin the key: ``vkey``.
* that the operator, who holds the key, did not rewrite the log and sign it again, or roll it back. An older
  ``checkpoint``, kept where the operator cannot reach it, shows it: the tree must still begin with that one.
* that a selection left nothing out, or that it continues an older tree. Export everything for that.
* that what happened was logged at all. The tree holds what was entered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from vrm.accesslog.exported import MOST_LINE, Header, Malformed, read_header
from vrm.accesslog.findings import Finding, Findings
from vrm.accesslog.proofcheck import AllLeaves, ChosenLeaves, Show
from vrm.tlog import checkpoint as checkpoints
from vrm.tlog import note as notes
from vrm.tlog.canonical import b64
from vrm.tlog.checkpoint import Checkpoint
from vrm.tlog.errors import BadCheckpoint, BadNote


class Lines(Protocol):
    """What an export is read from: a file, or a part of one."""

    def readline(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Report:
    """What verifying found. ``ok`` means that nothing was wrong in what could be checked.

    ``findings`` holds the first ones, ``more`` counts the rest. ``size`` and ``root`` are the checkpoint's;
    ``entries`` is the number of lines read. ``pinned`` and ``older`` tell whether the key and an older
    checkpoint came from the caller; without them see the module's docstring. Where ``ok`` and ``older``, the log was
    shown to continue that checkpoint. ``behind`` tells that all that is
    wrong is that this checkpoint is newer than the export: that is so after a roll-back, but also of an old file.
    ``key`` is the one that the file was checked with: one of the caller's, or where it brought none, the file's own.
    """

    kind: Literal["all", "selection"] | None
    origin: str | None
    size: int | None
    root: str | None
    entries: int
    findings: tuple[Finding, ...]
    more: int
    pinned: bool
    older: bool
    behind: bool = False
    key: notes.Verifier | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify_export(
    file: Lines,
    *,
    vkey: str | Sequence[str] | None = None,
    checkpoint: bytes | None = None,
    progress: Callable[[int], None] | None = None,
    most: int = 20,
    show: Show | None = None,
) -> Report:
    """Verify an export. ``progress`` hears how many bytes are done; at most ``most`` findings are kept.

    ``show`` is given the line, leaf and entry of each line as it passes; then the file is read as a selection.

    ``vkey`` is the log's key, or several that it has had: any of them may have signed the file, or ``checkpoint``.
    Never raises for what the file holds. Raises ``BadNote`` or ``BadCheckpoint`` if the caller's own ``vkey``
    or ``checkpoint`` cannot be used.
    """
    pinned = pinned_keys(vkey)
    older = None if checkpoint is None else checkpoints.parse_body(notes.parse(checkpoint).text)
    findings = Findings(most)
    first, done = file.readline(MOST_LINE + 1), 0
    header, signed, entries, behind = None, None, 0, False
    key = pinned[0] if pinned else None
    try:
        header = read_header(first)
    except Malformed as fault:
        findings.add(1, fault.part, None, fault.problem)
    if header is not None:
        key = _check_key(header, pinned, findings)
        signed = None if key is None else _check_header(header, key, findings)
        behind = _check_older(header, older, checkpoint, pinned, findings)
        leaves: AllLeaves | ChosenLeaves
        if header.kind == "all" and show is None:
            leaves = AllLeaves(signed, older, findings)
        else:
            leaves = ChosenLeaves(header, signed, older, findings, show)
        done, number = len(first), 1
        while raw := file.readline(MOST_LINE + 1):
            number += 1
            leaves.take(number, raw)
            done += len(raw)
            if progress is not None and number % 256 == 0:
                progress(done)
            if len(raw) > MOST_LINE:
                break  # no line of ours is that long; the rest of the file cannot be told apart
        entries = number - 1
        leaves.finish(number)
        if entries != header.count and (signed is None or header.kind == "selection"):
            findings.add(1, "count", None, f"says {header.count} entries; the file holds {entries}")
    if progress is not None:
        progress(done)
    kept = findings.kept()
    return Report(
        kind=header.kind if header else None,
        origin=header.origin if header else None,
        size=signed.size if signed else None,
        root=b64(signed.root) if signed else None,
        entries=entries,
        findings=kept,
        more=findings.more,
        pinned=bool(pinned),
        older=older is not None,
        behind=behind and len(kept) + findings.more == 1,
        key=key,
    )


def pinned_keys(vkey: str | Sequence[str] | None) -> tuple[notes.Verifier, ...]:
    """The keys that the caller brings; none where it brings none. Raises ``BadNote`` for one that is no vkey."""
    vkeys = (vkey,) if isinstance(vkey, str) else tuple(vkey or ())
    return tuple(notes.Verifier.parse(one) for one in vkeys)


def verify_older(raw: bytes, keys: Sequence[notes.Verifier]) -> None:
    """Pass if one of the log's keys signed a checkpoint that the caller kept; else ``BadNote`` or ``BadCheckpoint``."""
    fault: BadNote | BadCheckpoint = BadNote("there is no key to check it with")
    for key in keys:
        try:
            checkpoints.verify(raw, key)
            return
        except (BadNote, BadCheckpoint) as wrong:
            fault = wrong
    raise fault


def _check_key(header: Header, pinned: Sequence[notes.Verifier], findings: Findings) -> notes.Verifier | None:
    """The key to believe: the header's, if it is one of the caller's or the caller brought none."""
    stated = None
    try:
        stated = notes.Verifier.parse(header.vkey)
    except BadNote as fault:
        findings.add(1, "vkey", None, fault.message)
    if not pinned or header.vkey in {key.vkey for key in pinned}:
        return stated
    what = "is not the key you expect; this is another log, or somebody else signed it"
    findings.add(1, "vkey", None, what)
    return pinned[0]


def _check_header(header: Header, key: notes.Verifier, findings: Findings) -> Checkpoint | None:
    """Tie every member of the header to the signature; the checkpoint, if it may be believed."""

    def wrong(part: str, problem: str) -> None:
        findings.add(1, part, None, problem)

    try:
        raw = header.checkpoint.encode()
        signed = checkpoints.verify(raw, key)
        if len(notes.parse(raw).signatures) != 1:
            wrong("checkpoint", "bears a signature that this file cannot vouch for")
    except (BadNote, BadCheckpoint) as fault:
        wrong("checkpoint", fault.message)
        return None
    if header.origin != signed.origin:
        wrong("origin", f"is not {signed.origin}, which the checkpoint signs")
    if header.size != signed.size:
        wrong("size", f"is not {signed.size}, which the checkpoint signs")
    if header.kind == "all" and header.count != signed.size:
        wrong("count", f"is not {signed.size}, the size of the whole tree")
    if header.count > signed.size:
        wrong("count", "is more than the tree holds")
    return signed


def _check_older(
    header: Header,
    older: Checkpoint | None,
    raw: bytes | None,
    pinned: Sequence[notes.Verifier],
    findings: Findings,
) -> bool:
    """Check the caller's older checkpoint as far as that can be done before the leaves are seen.

    Whether it is newer than the export, which is a finding like others but may have a harmless reason.
    """
    if older is None or raw is None:
        return False
    try:
        verify_older(raw, pinned or pinned_keys(header.vkey))
    except (BadNote, BadCheckpoint) as fault:
        findings.add(1, "older checkpoint", None, f"is not of this log: {fault.message}")
    if older.size > header.size:
        findings.add(
            1,
            "size",
            None,
            f"is below the {older.size} of your checkpoint: an old export, or a log rolled back",
        )
        return True
    if header.kind == "selection" and older.size not in (0, header.size):
        findings.add(
            1, "kind", None, "is a selection, which cannot show that the log continues your checkpoint"
        )
    return False
