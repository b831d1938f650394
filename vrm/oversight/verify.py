"""Verifying a bundle from the file alone.

What the file alone shows: every entry is in the tree the checkpoint signs, at its index, and byte for byte; what is
marked is exactly these entries; the history is one that can have happened, without a gap; an answer is what the
entries say; one key signed the checkpoint and, under another name, the whole file, so that nothing in it was
edited, dropped, inserted or moved since it was taken out.

What it cannot show:

* that the key is the log's own. Anybody can sign a tree and a bundle of their own making. Pin the key: ``vkey``.
* that the operator, who holds the key, did not rewrite the log, or the case, and sign again. Against the first
  helps an older ``checkpoint``, where the bundle was taken out to prove that the log continues it. Against the
  second: the SHA-256 of each bundle is in the log.
* that a bundle leaves nothing out. An exposure's entries are reads that happened; that there were no others shows
  only an export of everything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vrm.accesslog import Finding, Report, verify_export
from vrm.accesslog.exported import MOST_LINE, Malformed
from vrm.accesslog.findings import Findings
from vrm.accesslog.verify import Lines, pinned_keys, verify_older
from vrm.oversight.bundled import (
    FORMAT,
    SIGNATURE,
    Head,
    key_name,
    read_head,
    read_signature,
    signed_text,
)
from vrm.oversight.contents import Answer, Contents, Story
from vrm.oversight.passing import File, InnerExport
from vrm.tlog import merkle
from vrm.tlog import note as notes
from vrm.tlog.canonical import unb64
from vrm.tlog.checkpoint import Checkpoint, parse_body
from vrm.tlog.errors import BadCheckpoint, BadNote

_MARK = f'"format":"{FORMAT}"'.encode()


@dataclass(frozen=True)
class BundleReport:
    """What verifying found. ``ok`` means that nothing was wrong in what could be checked.

    ``head`` is what the bundle says of itself, to be believed only where ``ok``. ``entries`` counts the log entries,
    ``lines`` what is said of them; ``sha256`` is the whole file's. The rest is as in ``accesslog.Report``.
    """

    head: Head | None
    origin: str | None
    size: int | None
    root: str | None
    entries: int
    lines: int
    sha256: str
    findings: tuple[Finding, ...]
    more: int
    pinned: bool
    older: bool

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def is_bundle(first: bytes) -> bool:
    """Whether a file with this first line says that it is a bundle."""
    return _MARK in first


def verify_bundle(
    stream: Lines,
    *,
    vkey: str | Sequence[str] | None = None,
    checkpoint: bytes | None = None,
    progress: Callable[[int], None] | None = None,
    most: int = 20,
) -> BundleReport:
    """Verify a bundle. ``progress`` hears how many bytes are done; at most ``most`` findings are kept.

    Never raises for what the file holds. Raises ``BadNote`` or ``BadCheckpoint`` if the caller's own ``vkey`` or
    ``checkpoint`` cannot be used.
    """
    older = None if checkpoint is None else _Older(checkpoint)
    findings = Findings(most)
    file = File(stream, progress)
    head = _read_head(file, findings)
    contents = _contents(head, findings)

    def show(line: int, leaf: int, entry: bytes) -> None:
        if contents is not None:
            contents.entry(line + 1, leaf, entry)

    inner = verify_export(InnerExport(file), vkey=vkey, most=most, show=show)
    for one in inner.findings:  # its first line is this file's second
        findings.add(one.line + 1, one.part, one.leaf, one.problem)
    findings.more += inner.more
    if inner.kind == "all":
        findings.add(2, "kind", None, "is not selection")
    lines = 0
    while (raw := file.readline()) and not raw.startswith(SIGNATURE):
        lines += 1
        if contents is not None:
            contents.line(file.number, raw)
        if len(raw) > MOST_LINE:
            break
    if contents is not None:
        contents.finish(file.number)
    _check_signature(file, raw, inner.key, findings)
    if older is not None:
        keys = pinned_keys(vkey) or ((inner.key,) if inner.key is not None else ())
        older.check(head, inner, keys, findings)
    if progress is not None:
        progress(file.done)
    return BundleReport(
        head=head,
        origin=inner.origin,
        size=inner.size,
        root=inner.root,
        entries=inner.entries,
        lines=lines,
        sha256=file.whole.hexdigest(),
        findings=findings.kept(),
        more=findings.more,
        pinned=inner.pinned,
        older=older is not None,
    )


class _Older:
    """A checkpoint that the caller kept."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._kept: Checkpoint = parse_body(notes.parse(raw).text)

    def check(
        self, head: Head | None, inner: Report, keys: Sequence[notes.Verifier], findings: Findings
    ) -> None:
        """Whether the tree of this file continues it."""
        kept = self._kept
        try:
            if keys:
                verify_older(self._raw, keys)
        except (BadNote, BadCheckpoint) as fault:
            findings.add(2, "older checkpoint", None, f"is not of this log: {fault.message}")
            return
        if head is None or inner.size is None or inner.root is None:
            return
        root = unb64(inner.root)
        if kept.size > inner.size:
            findings.add(2, "size", None, f"is below the {kept.size} of your checkpoint, which is newer")
        elif kept.size == inner.size:
            if kept.root != root:
                findings.add(2, "checkpoint", None, "differs from the one you hold of the same size: a fork")
        elif head.consistency is None or head.consistency[0] != kept.size:
            what = f"holds no proof that the log continues your checkpoint of {kept.size}"
            findings.add(1, "consistency", None, what)
        elif not merkle.consistent(head.consistency[1], kept.size, inner.size, kept.root, root):
            what = "the log does not continue your checkpoint: it was rewritten"
            findings.add(1, "consistency", None, what)


def _read_head(file: File, findings: Findings) -> Head | None:
    try:
        return read_head(file.readline())
    except Malformed as fault:
        findings.add(1, fault.part, None, fault.problem)
        return None


def _contents(head: Head | None, findings: Findings) -> Contents | None:
    if head is None:
        return None
    return Story(head, findings) if head.question is None else Answer(head.question, findings)


def _check_signature(file: File, raw: bytes, verifier: notes.Verifier | None, findings: Findings) -> None:
    """The last line must sign every byte before it, and must be the last."""

    def wrong(problem: str, part: str = "signature") -> None:
        findings.add(file.number, part, None, problem)

    if not raw.startswith(SIGNATURE):
        wrong("is missing: the file was cut, or is not whole", "end")
        return
    try:
        signed = notes.parse(read_signature(raw).encode())
        if verifier is not None:
            named = notes.Verifier(key_name(verifier.name), verifier.public)
            named.verify(signed)
            if len(signed.signatures) != 1:
                wrong("bears a signature that this file cannot vouch for")
            if signed.text != signed_text(verifier.name, file.count_before, file.before.digest()):
                wrong("does not sign this file: something before it was changed")
    except Malformed as fault:
        wrong(fault.problem, fault.part)
    except BadNote as fault:
        wrong(fault.message)
    if file.readline():
        wrong("is not the end: something was added", "end")
