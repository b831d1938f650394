"""Signed bundles: a case, or the answer to who was exposed, in one file that proves itself. ``bundled`` shows one.

    bundle = open_case_bundle(database, keys, origin=origin, case_id=case, auditor_id=me, now=now)
    database.write(lambda session: record_export(session, keys, bundle=bundle, now=now))
    for line in bundle: ...

In this order: the event is durable before the first byte leaves. Opening a bundle reads it through once, for its
hash; iterating reads it again, so memory does not grow with it. Leaves and a case's lines never change, so both
readings are the same; should they not be, the file breaks off unsigned.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import Protocol

from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import accesslog, accounts, clock
from vrm.accesslog.findings import Findings
from vrm.db import Database
from vrm.errors import Invalid, NotFound
from vrm.oversight.bundled import FORMAT, MOST_ENTRIES, Question, key_name, signed_text, tell
from vrm.oversight.case_lines import CaseLine, authors, is_text, marked_leaves, read_lines
from vrm.oversight.cases import LONGEST_TITLE, get_case, note_export
from vrm.oversight.contents import Answer
from vrm.oversight.exposures import exposed_leaves
from vrm.oversight.indexing import indexed
from vrm.tlog import canonical, note
from vrm.tlog.note import Verifier

_BATCH = 500
_Said = Mapping[str, object]


@dataclass(frozen=True)
class Bundle:
    """A bundle about to be written. Iterate for its lines, as bytes with their newline; more than once if need be.

    ``about`` is the case, or the question; ``entries`` counts the log entries in it, ``size`` is the tree's they
    are proved in; ``sha256`` is the whole file's.
    """

    kind: str
    about: _Said = field(repr=False)
    auditor_id: str
    entries: int
    size: int
    sha256: bytes
    signature: bytes = field(repr=False)
    unsigned: Callable[[], Iterator[bytes]] = field(repr=False)

    def __iter__(self) -> Iterator[bytes]:
        whole = sha256()
        for raw in self.unsigned():
            whole.update(raw)
            yield raw
        whole.update(self.signature)
        if whole.digest() != self.sha256:
            raise accesslog.Inconsistent(
                "What is stored changed while it was exported; the file is not signed."
            )
        yield self.signature


class _Contents(Protocol):
    """What is said of the entries once they have passed by."""

    def entry(self, number: int, leaf: int, entry: bytes) -> None: ...

    def rows(self) -> Iterator[_Said]: ...


def open_case_bundle(
    database: Database,
    keys: KeyStore,
    *,
    origin: str,
    case_id: str,
    auditor_id: str,
    now: datetime,
    older: int | None = None,
) -> Bundle:
    """Make ready the bundle of a case as it stands: its lines, and each marked entry with its proof.

    ``origin`` is the log's. With ``older``, a tree size, it also proves that the log continues that tree. Raises
    ``NotFound`` for no such case and before the first checkpoint, ``NoSuchLeaf`` for a size the log never had.
    """

    def look(session: Session) -> tuple[str, int, tuple[int, ...], set[str]]:
        case = get_case(session, keys, case_id=case_id)
        marked = marked_leaves(session, case_id=case_id)
        return case.title, case.lines, marked, authors(session, case_id=case_id)

    title, lines, leaves, by = database.read(look)
    head: dict[str, object] = {"kind": "case", "case": case_id, "title": title}
    head |= _signed_by(database, keys, by, auditor_id, now)

    def contents() -> _Contents:
        return _History(database, keys, case_id, lines)

    return _open(database, keys, origin, head, {"case": case_id}, leaves, contents, older)


def open_exposure_bundle(
    database: Database,
    keys: KeyStore,
    *,
    origin: str,
    title: str,
    since: datetime,
    until: datetime,
    auditor_id: str,
    now: datetime,
    client_id: str | None = None,
    company_id: str | None = None,
    older: int | None = None,
) -> Bundle:
    """Make ready the bundle of an exposure: the answer, consent by consent, and every read it rests on.

    Reads that the index has not seen yet are not in it; the question says up to which leaf was looked. Raises
    ``Invalid`` for a bad question or one that more than ``MOST_ENTRIES`` reads answer; the rest as for a case.
    """
    title = title.strip()
    if not is_text(title, LONGEST_TITLE, lines=False):
        raise Invalid(f"Give a title, at most {LONGEST_TITLE} letters on one line.", field="title")
    since, until = clock.trim(since), clock.trim(until)

    def look(session: Session) -> tuple[int, tuple[int, ...]]:
        newest = accesslog.latest_checkpoint(session)
        if newest is None:
            raise NotFound("The log has no checkpoint yet. Run: vrm log sequence", code="no_checkpoint")
        upto = min(newest.size, indexed(session))
        whose = {"client_id": client_id, "company_id": company_id}
        found = exposed_leaves(session, since=since, until=until, **whose)
        return upto, tuple(leaf for leaf in islice(found, MOST_ENTRIES + 1) if leaf < upto)

    upto, leaves = database.read(look)
    if len(leaves) > MOST_ENTRIES:
        raise Invalid(f"More than {MOST_ENTRIES} reads answer this. Ask for a shorter time.", field="until")
    question = Question(client_id, company_id, clock.rfc3339(since), clock.rfc3339(until), upto)
    head: dict[str, object] = {"kind": "exposure", "question": question.told(), "title": title}
    head |= _signed_by(database, keys, set(), auditor_id, now)

    def contents() -> _Contents:
        return Answer(question, Findings(0))

    return _open(database, keys, origin, head, {"question": question.told()}, leaves, contents, older)


def record_export(session: Session, keys: KeyStore, *, bundle: Bundle, now: datetime) -> None:
    """Log that a bundle leaves, with its SHA-256; a case keeps it too."""
    digest = bundle.sha256.hex()
    detail = {
        "auditor": bundle.auditor_id,
        "entries": bundle.entries,
        "sha256": digest,
        "size": bundle.size,
        **bundle.about,
    }
    accesslog.record(
        session, accesslog.Event("case.exported", now, "auditor", code=bundle.kind, detail=detail)
    )
    if bundle.kind == "case":
        case_id = str(bundle.about["case"])
        note_export(session, keys, case_id=case_id, sha256=digest, auditor_id=bundle.auditor_id, now=now)


class _History:
    """A case's first so many lines."""

    def __init__(self, database: Database, keys: KeyStore, case_id: str, lines: int) -> None:
        self._database, self._keys, self._case_id, self._lines = database, keys, case_id, lines

    def entry(self, number: int, leaf: int, entry: bytes) -> None:
        """The lines know which entries are marked."""

    def rows(self) -> Iterator[_Said]:
        """The lines, a batch in memory at a time."""
        for after in range(0, self._lines, _BATCH):
            limit = min(_BATCH, self._lines - after)
            yield from map(tell, self._database.read(partial(self._read, after, limit)))

    def _read(self, after: int, limit: int, session: Session) -> list[CaseLine]:
        return read_lines(session, self._keys, case_id=self._case_id, after=after, limit=limit)


def _open(
    database: Database,
    keys: KeyStore,
    origin: str,
    head: _Said,
    about: _Said,
    leaves: tuple[int, ...],
    contents: Callable[[], _Contents],
    older: int | None,
) -> Bundle:
    verifier = Verifier(origin, keys.log_signer.public)
    selection = accesslog.Selection(leaves=leaves)
    export = accesslog.open_export(database, verifier=verifier, selection=selection)
    size = export.published.size
    if older is not None:
        proof = database.read(lambda session: accesslog.consistency(session, old=older, new=size))
        head = {**head, "consistency": {"old": older, "proof": [canonical.b64(one) for one in proof]}}
    first = canonical.dump({"format": FORMAT, **head}) + b"\n"

    def unsigned() -> Iterator[bytes]:
        yield first
        said = contents()
        for number, raw in enumerate(export):
            if number > 0:
                line = json.loads(raw)  # our own line: it need not be read as strictly as a stranger's
                said.entry(number, line["index"], line["entry"].encode())
            yield raw
        yield from (canonical.dump(row) + b"\n" for row in said.rows())

    digest, count = sha256(), 0
    for raw in unsigned():
        digest.update(raw)
        count += len(raw)
    text = signed_text(origin, count, digest.digest())
    signed = note.sign(text, key_name(origin), keys.log_signer)
    signature = canonical.dump({"signature": signed}) + b"\n"
    digest.update(signature)
    return Bundle(
        kind=str(head["kind"]),
        about=about,
        auditor_id=str(head["by"]),
        entries=export.count,
        size=size,
        sha256=digest.digest(),
        signature=signature,
        unsigned=unsigned,
    )


def _signed_by(
    database: Database, keys: KeyStore, others: Collection[str], auditor_id: str, now: datetime
) -> dict[str, object]:
    """Who takes it out and when, and the names of all who had a part in it."""
    parts = {*others, auditor_id}
    everyone = database.read(lambda session: accounts.list_auditors(session, keys))
    names = {auditor.id: auditor.name for auditor in everyone if auditor.id in parts}
    return {"at": clock.rfc3339(now), "by": auditor_id, "auditors": names}
