"""The real product as its own processes, reached over HTTP and stopped by its pid."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from tests.support.databases import ENGINES, new_database
from tests.support.postgres import free_port


class RunningServer:
    """One instance in ``home``: ``initialise()`` once, then ``start()`` and ``stop()`` as often as a test likes.

    ``prefix`` is put before the command that serves, ``strace`` say. What the product prints is kept in
    ``home``'s neighbour ``<home>.log``; ``vrm(...)`` runs the command line on the same instance.
    """

    def __init__(
        self,
        home: Path,
        *,
        database_url: str | None = None,
        keystore_url: str | None = None,
        workers: int = 2,
        environment: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
    ) -> None:
        self.home = home
        self.port = free_port()
        # localhost and not an address: passkeys refuse addresses, and the issuer is fixed at initialisation.
        self.url = f"http://localhost:{self.port}"
        self.log = home.with_name(home.name + ".log")
        self._workers = workers
        self._prefix = list(prefix)
        self._process: subprocess.Popen[bytes] | None = None
        # Settings of whoever runs the tests must not reach the product under test.
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("VRM_")}
        self.environment |= {"VRM_HOME": str(home), "VRM_ISSUER": self.url, "PYTHONUNBUFFERED": "1"}
        if database_url is not None:
            self.environment["VRM_DATABASE_URL"] = database_url
        if keystore_url is not None:
            self.environment["VRM_KEYSTORE_URL"] = keystore_url
        self.environment |= environment or {}

    @property
    def pid(self) -> int:
        """The process that was started; the server's workers are its children."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def vrm(
        self, *arguments: str, stdin: str | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run ``vrm`` with these arguments on this instance; fails the test when it fails, unless told not to."""
        done = subprocess.run(
            [sys.executable, "-m", "vrm", *arguments], input=stdin or "", env=self.environment,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        if check and done.returncode:
            said = f"{done.stdout}{done.stderr}"
            pytest.fail(f"vrm {' '.join(arguments)} ended with {done.returncode}:\n{said}", pytrace=False)
        return done

    def initialise(self, *arguments: str) -> None:
        """``vrm init``: keys, tables, the instance file."""
        self.vrm("init", *arguments)

    def launch(self) -> None:
        """Serve, and wait for nothing."""
        command = [sys.executable, "-m", "vrm", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._prefix, *command, "--workers", str(self._workers)], env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def start(self) -> None:
        """Serve; returns when ``/health/ready`` answers."""
        self.launch()
        assert self._process is not None
        deadline = time.monotonic() + 60
        while True:
            try:
                if httpx2.get(f"{self.url}/health/ready", timeout=10).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                pytest.fail(f"the server did not start:\n{self.log.read_text()[-4000:]}", pytrace=False)
            time.sleep(0.03)

    def stop(self) -> int:
        """Ask it to end, by pid, and wait; the exit status. Killed when it does not end within 20 seconds."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(20)
        except subprocess.TimeoutExpired:
            return -signal.SIGKILL
        finally:
            self.kill()

    def kill(self) -> None:
        """End it and its workers at once, as a crash would. The session it leads is ours alone."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


@contextmanager
def serving_instance(
    engine: str, request: pytest.FixtureRequest, *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[RunningServer]:
    """A served, empty instance of its own, made with ``vrm init`` and these arguments."""
    folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("server")
    with new_database(engine, folder, request) as url:
        running = RunningServer(folder / "home", database_url=url, environment=environment)
        running.initialise(*arguments)
        running.start()
        yield running
        running.stop()


@pytest.fixture(scope="module", params=ENGINES)
def server(request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    """A served sandbox instance with two workers, once for each engine; the tests of a module share it."""
    with serving_instance(request.param, request, "--sandbox") as running:
        yield running
