"""Drives a served instance until it breaks: kills its worker at a chosen system call, and keeps what was heard.

``strace`` injects the fault: it follows every thread of the worker, lets the calls before the chosen one pass, and
kills the worker on the way into it, so that call is never made. The client speaks over a bare socket and keeps
every byte: what it heard is what left.
"""

import http.client
import io
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest

from tests.support.server import RunningServer
from vrm.config import Settings
from vrm.house import House

MISSING = "strace is not installed. Install it (Debian: apt-get install strace) or run .ci/install."
FORBIDDEN = (
    "strace may not trace the server: {said}\n"
    "These tests need the right to trace their own processes: run them as root, or allow it "
    "(kernel.yama.ptrace_scope=0; in a container: --cap-add=SYS_PTRACE)."
)
CHEAP = {"VRM_WORKER": "no", "VRM_ARGON2": "m=64,t=1,p=1"}

UNDYING = (sys.executable, "-m", "tests.faults.undying")

CALLS = (
    "write", "writev", "pwrite64", "pwritev", "pwritev2", "sendto", "sendmsg", "fsync", "fdatasync",
    "ftruncate", "rename", "renameat", "renameat2", "unlink", "unlinkat",
)  # fmt: skip
"""Every call by which anything reaches a file, a disk or a socket."""


@dataclass(frozen=True)
class Point:
    """The n-th time that a thread of the worker comes to make this call."""

    call: str
    number: int

    def __str__(self) -> str:
        return f"{self.call} {self.number}"


@dataclass(frozen=True)
class Heard:
    """Every byte that came back. ``status`` is None unless the whole answer arrived."""

    raw: bytes
    status: int | None
    headers: Mapping[str, str]
    body: bytes

    @staticmethod
    def of(raw: bytes) -> "Heard":
        """Parse what was heard; an answer that breaks off is no answer."""
        response = http.client.HTTPResponse(_Tape(raw))  # type: ignore[arg-type]
        try:
            response.begin()
            body = response.read()
        except (http.client.HTTPException, OSError, ValueError):
            return Heard(raw, None, {}, b"")
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Heard(raw, response.status, headers, body)


class _Tape:
    """Bytes as the socket that ``http.client`` reads from."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._raw)


class Instance:
    """A served instance with one worker process, and its house as the next process would open it."""

    def __init__(self, home: Path, *, database_url: str | None = None) -> None:
        self.server = RunningServer(
            home, database_url=database_url, workers=1, environment=CHEAP, prefix=UNDYING
        )
        self.server.initialise("--sandbox")
        self.server.start()
        settings = Settings.load(
            {name: value for name, value in self.server.environment.items() if name.startswith("VRM_")}
        )
        self._house = House.open(settings)

    @contextmanager
    def house(self) -> Iterator[House]:
        """The house, with no connection kept after the block: whoever comes next must recover alone."""
        try:
            yield self._house
        finally:
            self._house.close()

    def stop(self) -> None:
        self._house.close()
        self.server.stop()

    def worker(self) -> int:
        """The one process that answers."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            children = _children(self.server.pid)
            if len(children) == 1:
                return children[0]
            time.sleep(0.02)
        pytest.fail("the server has no worker")

    def wait(self, ended: int) -> None:
        """Wait until another worker than the one that ended answers."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.worker() != ended:
                with suppress(httpx2.TransportError):
                    if httpx2.get(f"{self.server.url}/health/ready", timeout=5).status_code == 200:
                        return
            time.sleep(0.02)
        pytest.fail(f"the server did not come back:\n{self.server.log.read_text()[-4000:]}")

    def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Heard:
        """One request on a connection of its own; whatever comes back until it closes."""
        url = urlsplit(self.server.url)
        body = urlencode(form).encode() if form is not None else b""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {url.netloc}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if form is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        raw = b""
        connection = socket.create_connection(("127.0.0.1", url.port or 80), timeout=20)
        with connection, suppress(ConnectionError):
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
            while part := connection.recv(65536):
                raw += part
        return Heard.of(raw)

    def count(self, request: Callable[[], Heard]) -> dict[str, int]:
        """How often each call is made by the busiest thread while a request is answered: a run with no fault."""
        with tracing(self.worker()) as seen:
            assert request().status is not None
        return dict(seen())

    def killed_at(self, point: Point, request: Callable[[], Heard]) -> tuple[Heard, bool]:
        """Make the request and kill the worker at the point. What was heard, and whether it got that far."""
        worker = self.worker()
        with tracing(worker, f"inject={point.call}:signal=SIGKILL:when={point.number}") as seen:
            heard = request()
        died = "SIGKILL" in seen() or not _runs(worker)
        if died:
            self.wait(worker)
        return heard, died

    def failing_at(self, point: Point, error: str, request: Callable[[], Heard]) -> tuple[Heard, bool]:
        """Make the request and let one call fail with ``error``. What was heard, and whether it was made."""
        worker = self.worker()
        with tracing(worker, f"inject={point.call}:error={error}:when={point.number}") as seen:
            heard = request()
        if not _runs(worker):
            self.wait(worker)
        return heard, "INJECTED" in seen()


@contextmanager
def tracing(pid: int, *injections: str) -> Iterator[Callable[[], dict[str, int]]]:
    """Follow every thread of a process. What it yields counts each call of the busiest thread so far."""
    program = shutil.which("strace")
    if program is None:
        pytest.fail(MISSING, pytrace=False)
    log = tempfile.NamedTemporaryFile("r")  # noqa: SIM115  # a file, and no pipe: nobody reads while it runs
    command = [program, "-f", "-p", str(pid), "-s", "0", "-e", f"trace={','.join(CALLS)}", "-o", log.name]
    command += [part for injection in injections for part in ("-e", injection)]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    if "attached" not in said:
        said += process.communicate(timeout=60)[1]
        pytest.fail(FORBIDDEN.format(said=said.strip()), pytrace=False)

    def seen() -> dict[str, int]:
        log.seek(0)
        return _busiest(log.read())

    try:
        yield seen
    finally:
        _end(process, pid)


def _end(strace: subprocess.Popen[str], pid: int) -> None:
    """Let go of a process that lives; of one that dies, wait for the end.

    Told to stop while threads die around it, strace may wait for the first of them for ever. Its own death lets
    go of everything.
    """
    for patience in (0.0 if _runs(pid) else 5.0, 2.0):
        try:
            strace.communicate(timeout=patience)
            return
        except subprocess.TimeoutExpired:
            strace.terminate()
    strace.kill()
    strace.communicate()


def _busiest(lines: str) -> dict[str, int]:
    each: dict[tuple[str, str], int] = {}
    for thread, call in re.findall(r"^(\d+) +(\w+)\(", lines, re.MULTILINE):
        each[call, thread] = each.get((call, thread), 0) + 1
    counts: dict[str, int] = {}
    for (call, _), number in each.items():
        counts[call] = max(counts.get(call, 0), number)
    # What strace did, beside what the process did.
    return counts | {word: 1 for word in ("INJECTED", "SIGKILL", "stopped by") if word in lines}


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in task.read_text().split()]
    return [child for child in found if _runs(child)]


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"
