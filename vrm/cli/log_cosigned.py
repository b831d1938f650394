"""``vrm log cosigned``: whether a checkpoint is believable by a policy, with nothing but the two files."""

from datetime import UTC, datetime
from pathlib import Path

import click

from vrm import clock
from vrm.cli.edge import Command, say, table
from vrm.tlog import judgement, policy
from vrm.tlog.canonical import b64
from vrm.tlog.policy import MOST_BYTES

_MOST = 128 * 1024


@click.command(cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--policy",
    "policy_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The logs and witnesses you trust, and how many of them (C2SP tlog-policy).",
)
def cosigned(file: str, policy_file: Path) -> int:
    """Tell whether the checkpoint in FILE is signed by the log and cosigned by enough witnesses; exit with 1 if not.

    Needs no instance: curl https://vrm.example/log/checkpoint | vrm log cosigned - --policy mine
    """
    with policy_file.open("rb") as stream:
        trusted = policy.parse(stream.read(MOST_BYTES + 1))
    with click.open_file(file, "rb") as opened:
        found = judgement.judge(trusted, opened.read(_MOST + 1))
    rows = [
        {
            "witness": name,
            "state": "does not hold" if name in found.bad else "cosigned" if name in found.cosigned else "-",
            "at": _when(found.cosigned.get(name)),
        }
        for name in trusted.witnesses
    ]
    log = {
        True: "signed by the log",
        False: "NOT SIGNED by a log of the policy",
        None: "the policy names no log",
    }
    said = "Believable" if found.good else "NOT BELIEVABLE"
    say(
        f"{said}: {found.checkpoint.origin}, {found.checkpoint.size} leaves; {log[found.signed]};"
        f" the quorum is {'met' if found.met else 'NOT MET'}.\n\n"
        + table(rows, {"witness": "witness", "state": "state", "at": "at"}, empty="no witnesses"),
        good=found.good,
        origin=found.checkpoint.origin,
        size=found.checkpoint.size,
        root=b64(found.checkpoint.root),
        signed=found.signed,
        quorum_met=found.met,
        witnesses=rows,
    )
    return 0 if found.good else 1


def _when(at: int | None) -> str | None:
    return None if at is None else clock.rfc3339(datetime.fromtimestamp(min(at, 253402300799), UTC))
