"""The programs to copy do what they say: each is run, as it stands, against a running server."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.actors import served
from tests.support.company import DELIVERY, Asked
from tests.support.server import RunningServer
from vrm import companies
from vrm.web import programs

ASK = [
    {
        "type": "vrm_profile",
        "duration_days": 90,
        "recipients": ["Kurier “Blitz”"],
        "lines": [
            {"key": "name", "purpose": DELIVERY, "required": True, "why": "It's for the $LABEL @ASK@"},
            {"key": "email", "purpose": DELIVERY, "required": False, "frequency": "once"},
        ],
    }
]
# A program finds the Python that runs the tests, with the libraries it names.
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture(params=["no", pytest.param("yes", marks=pytest.mark.deep)])
def running(tmp_path, request):
    """A served, empty instance for real people, which does without nonces in proofs, and one that wants them."""
    server = RunningServer(tmp_path / "home", environment={"VRM_DPOP_NONCE": request.param})
    server.initialise()
    server.start()
    yield server
    server.stop()


def run(program, grant, folder, **settings):
    """Start a program, take the person where it says, tell it where they came back to; what it prints then."""
    started = subprocess.Popen(
        program,
        cwd=folder,
        env=ENVIRONMENT | settings,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert started.stdout is not None and started.stderr is not None
    told = started.stdout.readline()
    assert told.startswith("Open"), told + started.stderr.read()
    said, wrong = started.communicate(grant(told.split()[-1]) + "\n", timeout=60)
    assert started.returncode == 0, wrong
    return said.removeprefix("Paste the address you were sent to: ")


def shell(text, folder):
    (folder / "ask.sh").write_text(text)
    return ["sh", "ask.sh"]


def test_each_program_asks_and_reads(running, tmp_path):
    """With Authlib and with curl the whole ask works, from the pushed request to the value; Authlib with nonces too.

    The key is where it was made, or where the environment says.
    """
    nonces = running.environment["VRM_DPOP_NONCE"] == "yes"
    with served(running) as world:
        shop, mia = world.company(), world.consumer()
        asker = programs.Client(running.url, shop.client_id, shop.redirect_uri)
        (tmp_path / programs.KEY_FILE).write_text(json.dumps(shop.key.as_dict(private=True)))

        def grant(address):
            return mia.grant(Asked({}, "", address))

        said = run([sys.executable, "-c", programs.authlib(asker, ASK)], grant, tmp_path)
        assert "'profile': {'name': 'Mia Tran'}" in said
        if shutil.which("curl") and shutil.which("openssl") and not nonces:
            moved = (tmp_path / programs.KEY_FILE).rename(tmp_path / "moved 'key'")
            place = {programs.KEY_VARIABLE: str(moved)}
            read = json.loads(run(shell(programs.curl(asker, ASK), tmp_path), grant, tmp_path, **place))
            assert read["profile"] == {"name": "Mia Tran"}


def test_a_program_with_a_secret(server, tmp_path):
    """In a sandbox ten lines of Authlib ask and read, with PKCE, a secret and a Bearer token."""
    with served(server) as world:
        shop, mia = world.company(secret=True), world.consumer()
        asker = programs.Client(server.url, shop.client_id, shop.redirect_uri, with_secret=True)
        program = programs.with_secret(asker, ASK)
        assert shop.secret is not None and shop.secret not in program

        def grant(address):
            return mia.grant(Asked({}, "", address))

        said = run([sys.executable, "-c", program], grant, tmp_path, CLIENT_SECRET=shop.secret)
        assert "'profile': {'name': 'Mia Tran'}" in said


def test_the_command_that_makes_a_pair(tmp_path):
    """It leaves the private key to its owner alone, prints a set that a client can register, and overwrites none."""
    command = ["sh", "-c", programs.MAKE_PAIR]
    done = subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    (public,) = companies.parse_jwks(json.loads(done.stdout))["keys"]
    kept = tmp_path / programs.KEY_FILE
    assert kept.stat().st_mode & 0o077 == 0
    private = json.loads(kept.read_text())
    assert private["d"] and (private["x"], private["kid"]) == (public["x"], public["kid"])
    assert subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True).returncode != 0


ASKER = programs.Client(
    "https://vrm.example", "7f8d5f5c-5a1b-4c43-9b1a-0f3f4f3b8a11", "https://n.example/b?c=d"
)


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node")
def test_node_can_parse_its_program(tmp_path):
    """What is for openid-client is a module that Node takes. It is not run: the library is not here."""
    program = tmp_path / "ask.mjs"
    program.write_text(programs.openid_client(ASKER, ASK))
    subprocess.run(["node", "--check", str(program)], check=True, capture_output=True)


def test_the_environment_file():
    """Every line is a name and a value that a shell reads as one word."""
    text = programs.environment(ASKER)
    script = text + 'printf "%s %s" "$VRM_REDIRECT_URI" "$VRM_PAR_ENDPOINT"'
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    assert said == "https://n.example/b?c=d https://vrm.example/oauth/par"
    simple = programs.environment(replace(ASKER, with_secret=True))
    assert "client_secret_basic" in simple and "KEY_FILE" not in simple and "DPOP" not in simple
