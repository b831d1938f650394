"""``vrm log verify-proof``: one entry's proof file, checked with nothing but the file and what the caller knows."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from vrm.accesslog.entry import SALT
from vrm.accesslog.proof_file import FORMAT, MOST_BYTES
from vrm.accesslog.proving import Proved, verify_proof
from vrm.cli.edge import Command, say
from vrm.cli.log_follow import POLICY_HELP
from vrm.tlog.canonical import b64
from vrm.tlog.note import Verifier
from vrm.tlog.policy import parse as parse_policy

FAULTY, UNTOLD = 1, 2
"""Exit codes: something is wrong with the file; or a checkpoint was given that it cannot be compared with."""

_KIND = FORMAT.partition("@")[0].encode()
_UNSEEN = re.compile(r"[^ -~]")


def is_proof(first_line: bytes) -> bool:
    """Whether a file that begins so wants to be the proof of one entry, of whatever version."""
    return first_line.startswith(_KIND)


@click.command("verify-proof", cls=Command)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, exists=True))
@click.option(
    "--vkey",
    "vkeys",
    multiple=True,
    help="The log's key, as you were given it on another way than this file; of a log that changed it, each.",
)
@click.option(
    "--checkpoint",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint you kept: where it is of the same size, it must be the same.",
)
@click.option(
    "--policy", "policy_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=POLICY_HELP
)
def verify_one(file: str, vkeys: tuple[str, ...], checkpoint: Path | None, policy_file: Path | None) -> int:
    """Verify the proof of one entry; exit with 1 if anything is wrong with it.

    Needs no instance and no network. FILE is what Verify this gave a person, or a company of a read of its own (C2SP
    tlog-proof). Without --vkey it shows only that its parts belong together. A checkpoint of another size cannot be compared with
    a proof alone and exits with 2: check it against the log itself with vrm log verify.
    """
    policy = None if policy_file is None else parse_policy(policy_file.read_bytes())
    keys = [Verifier.parse(vkey) for vkey in vkeys] or (list(policy.logs) if policy else [])
    with click.open_file(file, "rb") as stream:
        raw = stream.read(MOST_BYTES + 1)
    kept = None if checkpoint is None else checkpoint.read_bytes()
    if raw.startswith(b"{"):
        raise click.UsageError(
            f"{file} is not the proof of one entry (C2SP tlog-proof); it looks like an export or a bundle."
            f" Use: vrm log verify {file} --vkey …"
        )
    found = verify_proof(raw, keys=keys, kept=kept, policy=policy)
    say("\n".join(_sentences(found)), **_facts(found))
    if found.faults:
        return FAULTY
    return UNTOLD if found.compared == "other_size" else 0


def _sentences(found: Proved) -> Iterator[str]:
    if found.faults:
        yield f"NOT VERIFIED: {found.faults[0]}."
        yield from (f"  also: {fault}." for fault in found.faults[1:])
        return
    assert found.proof is not None and found.checkpoint is not None
    place = (
        f"Entry {found.proof.index} is in the tree of {found.checkpoint.size} of {found.checkpoint.origin}"
    )
    if found.signed_by:
        yield f"Verified: {place}, signed by its key."
    else:
        yield f"Only the hashes were checked: {place}, if its key signed that. Give --vkey to check who signed."
    yield f"The entry: {_letter_for_letter(found.proof.entry)}"
    if found.opened is not None and found.proof.opening is not None:
        yield f"What its detail stands for: {_letter_for_letter(found.proof.opening[SALT:])}"
    match found.compared:
        case "same":
            yield "The checkpoint you kept signs the same tree."
        case "other_size":
            yield (
                "NOT COMPARED: the checkpoint you kept is of another size, and a proof does not hold the hashes between. Use:"
                " vrm log verify https://…/log --vkey … --since FILE"
            )


def _letter_for_letter(json: bytes) -> str:
    """As it was logged; only what a terminal could obey is written as JSON escapes: it is a stranger's until believed."""

    def escape(found: re.Match[str]) -> str:
        units = found[0].encode("utf-16-be").hex()
        return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))

    return _UNSEEN.sub(escape, json.decode())


def _facts(found: Proved) -> dict[str, object]:
    return {
        "ok": not found.faults,
        "faults": list(found.faults),
        "index": found.proof and found.proof.index,
        "origin": found.checkpoint and found.checkpoint.origin,
        "size": found.checkpoint and found.checkpoint.size,
        "root": found.checkpoint and b64(found.checkpoint.root),
        "signed_by": [key.vkey for key in found.signed_by],
        "entry": found.said and dict(found.said),
        "opened": found.opened and dict(found.opened),
        "compared": found.compared,
    }
