"""Checking a log where it is served or archived: how it is opened, followed, and spoken of (``vrm log verify``)."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vrm import clock
from vrm.cli.edge import counted, progress, say
from vrm.config import write_private
from vrm.errors import Invalid
from vrm.tlog.breach import Behind, Breach
from vrm.tlog.canonical import b64
from vrm.tlog.following import Followed, Kept, follow
from vrm.tlog.note import Verifier
from vrm.tlog.policy import Policy
from vrm.tlog.policy import parse as parse_policy
from vrm.tlog.sources import Folder, Source, Unreachable

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

POLICY_HELP = "Whose cosignatures the checkpoint must bear (C2SP tlog-policy); it may name the log's key too."

INCONSISTENT, UNTOLD, BEHIND = 1, 2, 3
"""Exit codes: something is wrong with the log; whether it is could not be told; it shows less than what one holds, which
is wrong if it stays so."""


@dataclass(frozen=True)
class Asked:
    """What to check, and against what."""

    log: str
    vkeys: Sequence[str]
    since: Path | None
    state: Path | None
    token_file: Path | None
    policy_file: Path | None = None


def is_log(named: str) -> bool:
    """Whether this names a log that is served or archived, and not one file taken out of it."""
    return named.startswith(("https://", "http://")) or Path(named).is_dir()


def verify_log(asked: Asked) -> int:
    """Check once and say what was found; the exit code."""
    try:
        with open_log(asked) as opened:
            found = follow_log(asked, opened, progress("verifying"))
    except Breach as breach:
        tell(breach, asked)
        return INCONSISTENT
    except Behind as behind:
        say(f"NOT SETTLED: {behind.problem}.", ok=None, kind="behind", problem=behind.problem)
        return BEHIND
    except Unreachable as fault:
        say(f"NOT CHECKED: {fault.message}", ok=None, problem=fault.message)
        return UNTOLD
    say("\n".join(log_sentences(found)), **log_facts(found))
    return 0


@dataclass(frozen=True)
class Opened:
    """A log to be read, and what it is believed by."""

    source: Source
    verifiers: Sequence[Verifier]
    policy: Policy | None


@contextmanager
def open_log(asked: Asked) -> Iterator[Opened]:
    """Read what was given to check against, and open the log until the block ends; nothing is read of it yet."""
    policy = None if asked.policy_file is None else parse_policy(asked.policy_file.read_bytes())
    verifiers = [Verifier.parse(vkey) for vkey in asked.vkeys] or (list(policy.logs) if policy else [])
    if not verifiers:
        raise click.UsageError("Give --vkey: without the log's key nothing that it serves can be believed.")
    if len({each.name for each in verifiers}) > 1:
        raise Invalid("The keys are of different logs; give those of one.", field="vkey")
    found: AbstractContextManager[Source]
    if Path(asked.log).is_dir():
        found = nullcontext(Folder(Path(asked.log)))
    else:
        from vrm.cli.log_http import Address  # here, so that a folder needs no HTTP

        found = Address(asked.log, _find_token(asked.token_file))
    with found as source:
        yield Opened(source, verifiers, policy)


def _find_token(path: Path | None) -> str | None:
    token = None if path is None else path.read_text("ascii", "replace").strip()
    if token is not None and not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", token):  # RFC 6750, section 2.1
        raise Invalid(f"{path} holds no token.", field="token-file")
    return token


def follow_log(
    asked: Asked,
    opened: Opened,
    advance: Callable[[int, int], None] = lambda _done, _of: None,
) -> Followed:
    """Check it once, from what the state file keeps on; what is found goes into it on the way."""
    state = asked.state
    return follow(
        opened.source,
        opened.verifiers,
        policy=opened.policy,
        kept=find_kept(state),
        since=None if asked.since is None else asked.since.read_bytes(),
        keep=lambda kept: None if state is None else write_private(state, kept.dump()),
        progress=advance,
    )


def find_kept(state: Path | None) -> Kept | None:
    """What the state file keeps; None where there is none yet."""
    try:
        return None if state is None else Kept.load(state.read_bytes())
    except FileNotFoundError:
        return None


def tell(breach: Breach, asked: Asked) -> None:
    """Say what broke, and put what shows it in a file: a log that lies today may look well tomorrow."""
    evidence = {
        "at": clock.rfc3339(clock.now()), "log": asked.log, "vkeys": list(asked.vkeys), "kind": breach.kind,
        "leaf": breach.leaf, "problem": breach.problem,
        "files": {
            name: {"text": data.decode()} if name.startswith("checkpoint") and _is_text(data) else {"base64": b64(data)}
            for name, data in breach.evidence.items()
        },
    }  # fmt: skip
    beside = asked.state or Path("vrm-log")
    path = beside.with_name(f"{beside.name}.evidence-{clock.now():%Y%m%dT%H%M%S%fZ}.json")
    write_private(path, json.dumps(evidence, indent=1, ensure_ascii=False).encode() + b"\n")
    say(
        f"NOT VERIFIED: {breach}.\nWhat shows it is in {path}: keep it, and show it to others who watch this log.",
        ok=False, kind=breach.kind, leaf=breach.leaf, problem=breach.problem, evidence=str(path),
    )  # fmt: skip


def _is_text(data: bytes) -> bool:
    try:
        return data.decode().isprintable() or "\n" in data.decode()
    except UnicodeDecodeError:
        return False


def log_sentences(found: Followed) -> Iterator[str]:
    """What was found in order, for people."""
    leaves = counted(found.size - found.start, "leaf", "leaves")
    what = "entries and hashes" if found.entries else "hashes"
    yield f"Verified: {what} of {leaves} from leaf {found.start} on, in the tree of {found.size} signed by {found.origin}."
    for size in found.continued:
        yield f"The log continues the checkpoint of {size} you kept: nothing it signs was changed, dropped or moved since."
    if not found.entries:
        yield "Entries were not looked at. An auditor's token (--token-file) or an archive shows them."


def log_facts(found: Followed) -> dict[str, object]:
    """The same as one object."""
    return {
        "ok": True,
        "origin": found.origin,
        "size": found.size,
        "root": b64(found.root),
        "from_leaf": found.start,
        "entries_checked": found.entries,
        "continues": list(found.continued),
    }
