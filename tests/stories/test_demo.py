"""The demo is the first thing a stranger runs, so it is run here as they run it."""

import os
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.postgres import free_port
from vrm.config import Instance

DEMO = [sys.executable, "-u", "-m", "vrm.demo"]


def environment(**extra: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VRM_")}
    return kept | extra


@pytest.mark.timeout(300)
@pytest.mark.deep
def test_the_whole_story_plays_on_a_throw_away_home(tmp_path):
    """`make demo ARGS=--once` ends with every step held, exits with 0 and leaves nothing behind."""
    done = subprocess.run(
        [*DEMO, "--once"], env=environment(TMPDIR=str(tmp_path)), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every step held." in done.stdout
    assert done.stderr == ""
    assert not list(tmp_path.glob("vrm-demo-*/home"))


@pytest.mark.timeout(300)
@pytest.mark.deep
def test_it_plays_again_on_the_same_home(tmp_path):
    """A second run goes on with the instance of the first, a letter is answered as it says, and both stop when told."""
    env = environment(VRM_HOME=str(tmp_path / "home"), VRM_ISSUER=f"http://localhost:{free_port()}")
    answers: list[str] = []
    for _ in range(2):
        said: list[str] = []
        with subprocess.Popen(
            DEMO, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as demo:
            assert demo.stdout is not None
            for line in demo.stdout:
                said.append(line)
                if "python3 -c" in line:
                    answers.append(line.partition("python3 -c ")[2])
                    program = shlex.split(answers[-1])[0]
                    subprocess.run([sys.executable, "-c", program], check=True)
                if line.startswith("Ctrl-C"):
                    for _ in range(2):  # as make does, which passes on what the whole group has had
                        demo.send_signal(signal.SIGTERM)
            demo.wait(60)
        assert "Every step held.\n" in said, "".join(said)
        assert said[-1] == "Stopping.\n", "".join(said)
        assert demo.returncode == 0, "".join(said)
    assert len(answers) == 1, "Mia stopped what the letter was about, so nothing is left to be stopped"
    assert Instance.read(tmp_path / "home").sandbox, "people are invented here, and the console runs asks"
    for name in ("demo.json", "serve.log"):
        assert (tmp_path / "home" / name).stat().st_mode & 0o077 == 0


def test_a_taken_port_is_said_plainly(tmp_path):
    """Whoever has something at the port is told so in a sentence, and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        env = environment(VRM_HOME=str(tmp_path / "home"), VRM_ISSUER=f"http://localhost:{port}")
        done = subprocess.run(DEMO, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"port {port} is taken" in done.stderr
    assert "VRM_HOME=./var2 VRM_ISSUER=http://localhost:" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "home").exists()


def test_a_home_of_somebody_else_is_left_alone(tmp_path):
    """A real instance is never filled with invented people."""
    home = Path(tmp_path / "home")
    home.mkdir()
    done = subprocess.run(
        DEMO, env=environment(VRM_HOME=str(home)), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "was not made by the demo" in done.stderr
    assert not list(home.iterdir())
