"""What verifying a whole log costs, beside hashing the same bytes: as it is served, and as an export."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from bench.explorer import Clock
from bench.filled import ORIGIN, Log
from vrm import accesslog
from vrm.accesslog import archiving
from vrm.tlog import Verifier, following, merkle
from vrm.tlog.sources import Folder

VERIFYING = (
    "verify the files, an entry",
    "hash entries and tree",
    "hash entries alone",
    "verify an export, an entry",
    "hash lines and tree",
    "hash lines alone",
)


def export(log: Log) -> Path:
    """The whole log in a file."""
    path = log.folder / f"{log.size}.jsonl"
    verifier = Verifier(ORIGIN, log.signer.public)
    with path.open("wb") as file:
        file.writelines(accesslog.open_export(log.database, verifier=verifier))
    return path


def put(path: Path, content: bytes) -> None:
    """A file of an archive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def archived(log: Log) -> Path:
    """The whole log as the files that are served (C2SP tlog-tiles)."""
    path = log.folder / f"{log.size}-archive"
    archiving.archive(log.database, path, [Verifier(ORIGIN, log.signer.public)], put=put)
    return path


def follow(log: Log, path: Path) -> None:
    """What ``vrm log verify`` does with the files: every entry, every hash, up to the signed root."""
    done = following.follow(Folder(path), [Verifier(ORIGIN, log.signer.public)])
    if (done.size, done.entries) != (log.size, True):
        raise SystemExit("the archive does not verify")


def entries_in(path: Path) -> Iterator[bytes]:
    """What the leaves of these files are hashed from."""
    for bundle in sorted(path.glob("tile/entries/**/*")):
        content, at = (bundle.read_bytes() if bundle.is_file() else b""), 0
        while at < len(content):
            end = at + 2 + int.from_bytes(content[at : at + 2], "big")
            yield b"\0" + content[at + 2 : end]
            at = end


def lines_in(path: Path) -> Iterator[bytes]:
    """The lines of an export."""
    with path.open("rb") as file:
        yield from file


def verify(log: Log, path: Path) -> None:
    """All that an auditor's program does with the whole file of an export."""
    with path.open("rb") as file:
        report = accesslog.verify_export(file, vkey=Verifier(ORIGIN, log.signer.public).vkey)
    if not report.ok or report.entries != log.size:
        raise SystemExit(f"the log does not verify: {report.findings}")


def hash_alone(texts: Iterator[bytes]) -> None:
    """The least that anybody must do with them: read each and hash it."""
    for text in texts:
        hashlib.sha256(text).digest()


def hash_with_tree(texts: Iterator[bytes]) -> None:
    """The same, and the hashes above them up to the root."""
    frontier = merkle.Frontier()
    for text in texts:
        frontier.append(hashlib.sha256(text).digest())
    frontier.root()


def verifying(logs: Sequence[Log], rounds: int, clock: Clock) -> dict[str, list[float]]:
    """Microseconds for each entry: both forms of the log, each beside the least that must be done with it, in turns."""
    forms = [(export(log), archived(log)) for log in logs]
    taken: dict[str, list[list[float]]] = {name: [[] for _ in logs] for name in VERIFYING}
    for _ in range(rounds):
        for at, (log, (file, folder)) in enumerate(zip(logs, forms, strict=True)):
            works = (
                partial(follow, log, folder),
                partial(hash_with_tree, entries_in(folder)),
                partial(hash_alone, entries_in(folder)),
                partial(verify, log, file),
                partial(hash_with_tree, lines_in(file)),
                partial(hash_alone, lines_in(file)),
            )
            for name, work in zip(VERIFYING, works, strict=True):
                began = clock()
                work()
                taken[name][at].append(1e6 * (clock() - began) / log.size)
    return {name: [median(each) for each in every] for name, every in taken.items()}
