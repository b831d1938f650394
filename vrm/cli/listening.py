"""A server of ours on a port of this machine: plain HTTP/1.1, in processes that are started again when they die."""

import errno
import socket

from vrm.cli.edge import note
from vrm.errors import Conflict

GRACE = 10  # seconds a process gets to end before it is ended


def address_of(host: str, port: int) -> str:
    """Where it answers, as people write it."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def require_free(host: str, port: int, issuer: str | None = None) -> None:
    """Say it plainly when the port is taken. Workers share the port among themselves, and would not notice.

    ``issuer`` is where alone browsers knock, if that is a port of this machine: another port is then no cure.
    """
    family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as trial:
        trial.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # sockets that are merely closing do not count
        try:
            trial.bind(where)
        except OSError as fault:
            if fault.errno == errno.EADDRINUSE:
                other = "choose another: vrm serve --port"
                if issuer is not None:
                    other = f"put a proxy at {issuer}, the only address people reach this instance at"
                reason = f"port {port} at {host} is taken; stop what uses it, or {other}"
            else:
                reason = f"cannot listen at {host} port {port}: {fault.strerror}"
            raise Conflict(reason, code="port_taken") from None


def listen(app: str, host: str, port: int, *, workers: int, threads: int, started: str) -> None:
    """Serve what ``app`` names (``module:factory``, of WSGI) until told to stop; says ``started`` once it listens."""
    from granian import Granian  # here, so that no other command pays for it
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    server = Granian(
        app,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=workers,
        blocking_threads=threads,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
        log_access=False,  # its lines would hold query strings
        log_level=LogLevels.error,
        log_dictconfig={"loggers": {"_granian": {"propagate": True}}},  # in our form, on standard error
    )
    server.on_startup(lambda: note(started))
    server.serve()
