"""``vrm worker``: everything that happens without anybody asking."""

import signal
import threading

import click

from vrm.cli.edge import Command, open_house, say


@click.command(cls=Command)
@click.option("--parent", type=int, hidden=True, help="End when this process is no longer the parent.")
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
def worker(parent: int | None, once: bool) -> None:
    """Sign the log's checkpoints, send mail, end what has expired; until told to stop.

    vrm serve runs one itself unless VRM_WORKER is no. Several may run: each job is done by one.
    """
    from vrm.worker import run, run_once  # here, so that no other command pays for it

    house = open_house()
    if once:
        done = run_once(house)
        say(f"{done} done", done=done)
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(house, stop, parent=parent)
    say("stopped", stopped=True)
