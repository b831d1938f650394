"""Serving begins with everything in order, and ends with nobody left behind."""

import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from tests.support.http import Answer, answer, serving
from tests.support.postgres import free_port
from tests.support.server import RunningServer
from vrm.cli.listening import require_free
from vrm.cli.serve import own_port
from vrm.config import Instance, Settings
from vrm.errors import Conflict


def children(pid: int) -> set[int]:
    """The processes a process started."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        if int(fields[1]) == pid:
            found.add(int(stat.parent.name))
    return found


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits to be noticed does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(true: Callable[[], bool]) -> bool:
    """Whether it becomes true within half a minute."""
    end = time.monotonic() + 30
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


@pytest.fixture
def instance(tmp_path: Path):
    """An instance of its own, not yet served."""
    server = RunningServer(tmp_path / "home")
    server.initialise("--sandbox")
    yield server
    server.kill()


def test_a_taken_port_is_said_plainly(instance: RunningServer) -> None:
    """Before anything starts, in one sentence."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", instance.port))
        taken.listen()
        done = instance.vrm("serve", "--port", str(instance.port), check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"vrm: port {instance.port} at 127.0.0.1 is taken")
    assert "--port" not in done.stderr  # browsers would still knock at the issuer's


def test_tables_of_another_version_are_not_served(instance: RunningServer) -> None:
    """The message says what to run."""
    (instance.home / "vrm.db").unlink()
    done = instance.vrm("serve", "--port", str(instance.port), check=False)
    assert (done.returncode, "run: vrm db upgrade" in done.stderr) == (1, True)


def test_everything_stops_with_the_server(instance: RunningServer) -> None:
    """Who works or takes mail is started again; a polite end takes all with it, and the log had its checkpoint."""
    mail = free_port()
    instance.environment |= {
        "VRM_REPLY_ADDRESS": "stop@n.example",
        "VRM_SMTP_LISTEN": f"127.0.0.1:{mail}",
    }
    instance.vrm(
        *(
            "company",
            "add",
            "--name",
            "N",
            "--address",
            "A",
            "--contact",
            "a@n.example",
            "--domain",
            "n.example",
        )
    )
    instance.start()
    assert until(lambda: instance.vrm("log", "checkpoint", check=False).returncode == 0)
    pid, first = instance.pid, children(instance.pid)
    assert len(first) == 4  # two that serve, one worker, one that takes mail
    assert until(lambda: takes_mail(mail))
    again = instance.vrm("mail", check=False)
    assert (again.returncode, "cannot listen" in again.stderr) == (1, True)
    for word in (b"worker", b"mail"):
        dying = next(one for one in first if word in Path(f"/proc/{one}/cmdline").read_bytes().split(b"\0"))
        os.kill(dying, signal.SIGKILL)
    assert until(lambda: len(children(pid) - first) == 2)
    assert until(lambda: takes_mail(mail))
    everyone = first | children(pid)
    assert instance.stop() == 0
    assert not any(map(is_alive, everyone))
    said = instance.log.read_text()
    assert "no mail server" in said
    assert "sandbox" in said
    require_free("127.0.0.1", instance.port)
    require_free("127.0.0.1", mail)


def takes_mail(port: int) -> bool:
    """Whether somebody greets who speaks SMTP."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            return client.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def test_mail_is_taken_where_it_is_said_to_be(instance: RunningServer) -> None:
    """Without a place to listen at, the command says which setting is missing."""
    done = instance.vrm("mail", check=False)
    assert (done.returncode, "VRM_SMTP_LISTEN" in done.stderr) == (1, True)


def test_the_printed_example_asks(instance: RunningServer, tmp_path: Path) -> None:
    """What ``vrm client new`` prints runs as it stands: it pushes its request, and the address it gives is good."""
    pages: dict[str, Answer] = {}
    with serving(pages) as site:
        instance.environment["VRM_FETCH_ALLOW"] = f"n.example={site.address}"
        words: tuple[str, ...] = (
            "--name",
            "N",
            "--address",
            "A",
            "--contact",
            "a@n.example",
            "--domain",
            "n.example",
        )
        words += ("--notice", "https://n.example/privacy", "--purpose", "dpv:ServiceProvision")
        proof = json.loads(instance.vrm("company", "add", *words, "--json").stdout)["proof"]
        pages["/.well-known/vrm-domain-proof"] = answer(proof.encode())
        instance.vrm("company", "prove-domain", "n.example")
    asker = ("--company", "n.example", "--redirect-uri", "https://n.example/back")
    said = instance.vrm("client", "new", *asker, "--key-file", str(tmp_path / "key")).stdout
    program = [sys.executable, "-c", said[said.index("import json") :]]
    instance.start()
    done = subprocess.run(program, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert "not approved yet" in done.stderr
    instance.vrm("company", "approve", "n.example")
    done = subprocess.run(program, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert "EOFError" in done.stderr  # it waits for the address that a person would come back with
    address = done.stdout.split()[4]
    assert "request_uri=" in address
    assert httpx2.get(address).headers["location"].startswith("/sign-in?")


@pytest.mark.parametrize("early", [False, True])
def test_nobody_serves_on_when_the_server_was_killed(instance: RunningServer, early: bool) -> None:
    """A killed server leaves no process that holds the port, however early it was killed."""
    if early:
        instance.launch()
        assert until(
            lambda: len(children(instance.pid)) == 3
        )  # two that serve, which still load, and the worker
    else:
        instance.start()
    everyone = children(instance.pid)
    os.kill(instance.pid, signal.SIGKILL)
    assert until(lambda: not any(map(is_alive, everyone)))


def test_a_closing_connection_is_no_taken_port() -> None:
    """A server can be started again at once."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Conflict):
            require_free("127.0.0.1", port)
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()
    require_free("127.0.0.1", port)


@pytest.mark.parametrize(
    ("issuer", "port"),
    [("http://localhost:8123", 8123), ("http://localhost", 80), ("https://vrm.example", None)],
)
def test_the_port_is_the_one_browsers_will_use(tmp_path: Path, issuer: str, port: int | None) -> None:
    """Where the issuer is this machine, its port is ours; behind a proxy none is."""
    settings = Settings.load({"VRM_HOME": str(tmp_path)}, instance=Instance.new(issuer, sandbox=True))
    assert own_port(settings) == port
