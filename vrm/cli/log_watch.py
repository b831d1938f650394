"""``vrm log watch``: checking a log again and again."""

import signal
import threading
from datetime import timedelta
from pathlib import Path

import click

from vrm.cli.edge import Command, counted, note, say
from vrm.cli.log_follow import (
    BEHIND,
    INCONSISTENT,
    POLICY_HELP,
    UNTOLD,
    Asked,
    find_kept,
    follow_log,
    log_facts,
    log_sentences,
    open_log,
    tell,
)
from vrm.tlog.breach import Breach
from vrm.tlog.watching import Watch


@click.command(cls=Command)
@click.argument("log")
@click.option("--vkey", "vkeys", multiple=True, help="The log's key; more than one if it changed.")
@click.option(
    "--state",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="What is kept between looks.",
)
@click.option(
    "--since", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A checkpoint you kept."
)
@click.option(
    "--every", type=click.IntRange(1, 86400), default=60, show_default=True, help="Seconds between looks."
)
@click.option(
    "--max-age", type=click.IntRange(1), help="Alarm when the checkpoint has not moved for so many seconds."
)
@click.option("--once", is_flag=True, help="Look once, then end.")
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An auditor's token: entries too.",
)
@click.option(
    "--policy", "policy_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=POLICY_HELP
)
def watch(
    log: str, vkeys: tuple[str, ...], state: Path, since: Path | None, every: int, max_age: int | None,
    once: bool, token_file: Path | None, policy_file: Path | None,
) -> int:  # fmt: skip
    """Check the log at LOG, a URL or a folder, again and again; end with 1 at the first inconsistency.

    A log that forks, shrinks, is rewritten, lacks a tile or is signed by another key is told in a sentence, and what
    shows it is written beside the state file. When the log cannot be reached, the waits grow and watching goes on; with
    --max-age, a checkpoint that does not move for longer ends it with 1 as well. A log that shows less than --since signs
    may wait for its witnesses: that is told, and ends it with 1 after an hour. Needs no instance.
    """
    asked, stop = Asked(log, vkeys, since, state, token_file, policy_file), threading.Event()
    for number in () if once else (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        with open_log(asked) as opened:
            watching = Watch(timedelta(seconds=every), lambda: follow_log(asked, opened), find_kept(state))
            size: int | None = None
            while True:
                looked = watching.round()
                if looked.followed is not None and looked.followed.size != size:
                    size = looked.followed.size
                    say("\n".join(log_sentences(looked.followed)), **log_facts(looked.followed))
                elif looked.fault is not None:
                    note(f"not checked: {looked.fault} {_idle(looked.idle)}")
                if watching.is_stale(timedelta(seconds=max_age) if max_age else None):
                    problem = f"the checkpoint has not moved for longer than {max_age} seconds"
                    say(f"ALARM: {problem}. {_idle(looked.idle)}", ok=False, kind="stale", problem=problem)
                    return INCONSISTENT
                if once:
                    return 0 if looked.followed is not None else BEHIND if looked.behind else UNTOLD
                if stop.wait(looked.wait.total_seconds()):
                    return 0
    except Breach as breach:
        tell(breach, asked)
        return INCONSISTENT


def _idle(idle: timedelta | None) -> str:
    if idle is None:
        return "No checkpoint was seen yet."
    return f"Its checkpoint last moved {counted(int(idle.total_seconds()), 'second', 'seconds')} ago."
