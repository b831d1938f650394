"""A real PostgreSQL, started by the tests in a folder of its own and stopped with them."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

MISSING = "PostgreSQL is not installed. Install it (Debian: apt-get install postgresql) or run .ci/install."


def find_program(name: str) -> str:
    """The newest program of that name: Debian keeps them out of the PATH, in a folder for each version."""

    def version(path: Path) -> tuple[int, ...]:
        return tuple(int(part) for part in path.parent.parent.name.split(".") if part.isdigit())

    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=version)
    program = str(found[-1]) if found else shutil.which(name)
    if program is None:
        pytest.fail(MISSING, pytrace=False)
    return program


_LEASES: list[socket.socket] = []
_PORTS = range(20_000, 32_000)
"""Below those that systems give to whoever connects (RFC 6056, section 2.1; Linux begins at 32768)."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens at, and that this gives to no other process while this one runs.

    Between the choice and the listening others choose too. So the same port of UDP, which no test uses, is bound and
    kept: it says that this one is taken.
    """
    for _ in range(1000):
        port = secrets.choice(_PORTS)
        lease = socket.socket(type=socket.SOCK_DGRAM)
        try:
            lease.bind(("127.0.0.1", port))
            with socket.socket() as probe:
                # A server that starts anew takes its port although old connections linger there.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            lease.close()
        else:
            _LEASES.append(lease)
            return port
    raise OSError(f"Of a thousand ports from {_PORTS.start} on none is free.")


class Cluster:
    """One server. ``create()`` gives the URL of a new database; ``folder`` holds everything it writes.

    ``settings`` are the server's own, beside what every test needs.
    """

    def __init__(self, **settings: str) -> None:
        self._settings = settings
        self._user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
        self._root = Path(tempfile.mkdtemp(prefix="vrm-postgres-"))
        self.folder = self._root / "data"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        if self._user is not None:
            try:
                account = pwd.getpwnam(self._user)
            except KeyError:
                pytest.fail(MISSING, pytrace=False)
            os.chown(self._root, account.pw_uid, account.pw_gid)

    def start(self) -> None:
        """Initialise and start; returns when it answers."""
        places = ["-D", str(self.folder), "-U", "postgres", "-A", "trust"]
        speed = ["--no-sync", "--no-instructions"]
        self._run([find_program("initdb"), *places, "-E", "UTF8", "--locale=C.UTF-8", *speed])
        self.port = free_port()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self._root,
            "max_connections": 200,
            "shared_buffers": "64MB",
            "fsync": "on",  # what is acknowledged is durable: some tests are about just that
            "max_wal_size": "256MB",
            "log_min_messages": "fatal",
            **self._settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log = (self._root / "log").open("wb")
        self._process = subprocess.Popen(
            [find_program("postgres"), "-D", str(self.folder), *options],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._root, start_new_session=True,
            user=self._user, group=self._user, extra_groups=[] if self._user else None,
        )  # fmt: skip
        log.close()
        self.wait()

    def create(self, template: str = "template1") -> str:
        """A new database, a copy of ``template``; its URL for SQLAlchemy."""
        name = "t" + secrets.token_hex(8)
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        name = sql.Identifier(url.rpartition("/")[2])
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def stop(self) -> None:
        """Stop by pid and remove the folder."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # "fast": ends sessions, writes a checkpoint
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self._root, ignore_errors=True)

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=self._root, check=False,
            user=self._user, group=self._user, extra_groups=[] if self._user else None,
        )  # fmt: skip
        if done.returncode:
            pytest.fail(f"{command[0]} failed:\n{done.stdout}{done.stderr}", pytrace=False)

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(statement)

    @property
    def _address(self) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres connect_timeout=30"

    def wait(self) -> None:
        """Return when it answers, be it after a crash of its own."""
        assert self._process is not None
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self._address).close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self._process.kill()
                    pytest.fail(
                        f"PostgreSQL did not start:\n{(self._root / 'log').read_text()}", pytrace=False
                    )
                time.sleep(0.02)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The one PostgreSQL server of this run."""
    cluster = Cluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def postgres_url(postgres: Cluster) -> Iterator[str]:
    """A new, empty PostgreSQL database."""
    url = postgres.create()
    yield url
    postgres.drop(url)
