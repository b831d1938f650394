"""``vrm serve``: the web, in several processes, and beside it the worker, and who takes mail."""

import os
import subprocess
import sys
import threading
from urllib.parse import urlsplit

import click

from vrm.cli.edge import Command, load_settings, note, require_schema, say
from vrm.cli.listening import GRACE, address_of, listen, require_free
from vrm.config import Settings
from vrm.house import House, warnings

PORT = 8000  # behind a proxy, unless told otherwise
THREADS = 8  # for each process: enough that some read while one waits for its commit


@click.command(cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port; the issuer's, where that is this machine, else 8000."
)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes.")
@click.option(
    "--threads", type=click.IntRange(1, 256), default=THREADS, show_default=True, help="Threads in each."
)
@click.option("--no-worker", is_flag=True, help="Run no worker here; run vrm worker elsewhere.")
def serve(host: str, port: int | None, workers: int, threads: int, no_worker: bool) -> None:
    """Serve people and companies until told to stop (SIGTERM or Ctrl-C).

    Put a reverse proxy that speaks TLS in front (and set VRM_TRUSTED_PROXIES); this server speaks plain HTTP.
    """
    settings = load_settings()
    own = own_port(settings)
    port = port or own or PORT
    require_schema(settings)
    require_free(host, port, settings.issuer if own else None)
    rehearse(settings)
    for warning in warnings(settings):
        note(f"warning: {warning}")
    if own and own != port:
        note(f"warning: people reach this instance only at {settings.issuer}")
    beside = [Beside("worker")] if settings.worker and not no_worker else []
    if settings.smtp_listen is not None:
        beside.append(Beside("mail"))
    try:
        listen(
            "vrm.wsgi:app",
            host,
            port,
            workers=workers,
            threads=threads,
            started=f"serving {settings.issuer} at {address_of(host, port)}",
        )
    finally:
        for each in beside:
            each.stop()
    say("stopped", stopped=True)


def own_port(settings: Settings) -> int | None:
    """The port people's browsers will knock at, where the issuer is this machine in plain http."""
    issuer = urlsplit(settings.issuer)
    return (issuer.port or 80) if issuer.scheme == "http" else None


def rehearse(settings: Settings) -> None:
    """Build everything once, so that what is wrong is said here and not by each process in turn."""
    from vrm.app import create_app  # here, so that no other command pays for the web

    with House.open(settings) as house:
        create_app(house)


class Beside:
    """A command in a process beside the server: started again when it dies, ended with us, however we end."""

    PAUSE = 1.0  # seconds before one that died is started again

    def __init__(self, command: str) -> None:
        self._command = command
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"{command}-keeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it; it gets some time to finish what it does."""
        self._stop.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._stop.is_set():
            process = _start(self._command)
            while process.poll() is None and not self._stop.wait(0.2):
                pass
            if self._stop.is_set():
                _end(process)
            else:
                note(f"vrm {self._command} ended with {process.returncode}; starting it again")
                self._stop.wait(self.PAUSE)


def _start(command: str) -> subprocess.Popen[bytes]:
    # It watches its parent's id, so it ends even when we are killed and cannot tell it.
    return subprocess.Popen(  # noqa: S603  # ourselves
        [sys.executable, "-m", "vrm", command, "--parent", str(os.getpid())], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
