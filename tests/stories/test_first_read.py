"""The guide for a company's developer, docs/first-read.md, is followed to the letter on a fresh instance.

Its commands run one after the other in a shell, its programs are run, and whoever reads it is at the pages it names.
Nothing is changed but the two ports, so that several can follow it at once.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support.forms import get_form
from tests.support.postgres import free_port

GUIDE = Path(__file__).parents[2] / "docs" / "first-read.md"
WHOEVER, PASSWORD = "me@first.example", "correct horse battery staple"
ONCE = ("make env",)
"""What the tests' own environment has done already."""
READ = "'profile': {'name': 'Mia Tran'}, 'purpose': 'dpv:ServiceProvision'"


class Reader:
    """Somebody who follows the guide in a folder, with a shell and a browser."""

    def __init__(self, folder: Path) -> None:
        text = GUIDE.read_text()
        self.port = free_port()
        for told, ours in ((8000, self.port), (8099, free_port())):
            text = text.replace(f":{told}", f":{ours}").replace(f" {told} ", f" {ours} ")
        self.blocks: list[str] = re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
        self.origin = f"http://localhost:{self.port}"
        assert f"{self.origin}/sign-up" in text and f"{self.origin}/profile/name" in text
        assert READ in text
        self._folder = folder
        self._http = httpx2.Client(base_url=self.origin, timeout=30, headers={"Accept-Language": "en"})
        self._served: list[subprocess.Popen[bytes]] = []
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VRM_")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
        # The issuer is fixed when the instance is made; the guide leaves it at port 8000.
        self._environment = {**kept, "PATH": path, "VRM_ISSUER": self.origin}
        (folder / ".exported").touch()

    def follow(self, block: str) -> str:
        """Type a block of commands; what they print. What is exported there holds for the next."""
        done = subprocess.run(
            ["sh", "-eu", "-c", f". ./.exported\n{block}\nexport -p > .exported"],
            cwd=self._folder, env=self._environment, text=True, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        return done.stdout

    def leave_running(self, block: str) -> None:
        """Type a command that ends in ``&``; it runs until the end, in a session of its own."""
        command = f". ./.exported\nexec {block.strip().removesuffix('&')}"
        with (self._folder / "served.log").open("ab") as log:
            started = subprocess.Popen(
                ["sh", "-c", command], cwd=self._folder, env=self._environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._served.append(started)

    def wait_until_served(self) -> None:
        """As long as a browser would be reloaded."""
        deadline = time.monotonic() + 60
        while True:
            try:
                if self._http.get("/health/ready").status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            said = (self._folder / "served.log").read_text()
            assert self._served[-1].poll() is None and time.monotonic() < deadline, said
            time.sleep(0.1)

    def sign_up(self) -> None:
        """Make a profile with a name in it, by the link in the letter."""
        self._send("/sign-up", email=WHOEVER)
        self._send(self._mailed_link(), new_password=PASSWORD)
        if "/sign-in" in str(self._open("/profile/name").url):
            self._send("/sign-in", email=WHOEVER, password=PASSWORD)
        self._send("/profile/name", value="Mia Tran", do="save")

    def converse(self, block: str) -> str:
        """Run a program of the guide, allow what it asks for, paste where the browser was sent; what it prints."""
        with subprocess.Popen(
            ["sh", "-c", f". ./.exported\nexec {block}"], cwd=self._folder, env=self._environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as program:  # fmt: skip
            assert program.stdout is not None and program.stderr is not None
            told = program.stdout.readline()
            assert told.startswith("Open"), told + program.stderr.read()
            landed = self._send(told.split()[-1], decision="grant").headers["location"]
            assert landed.startswith("http://localhost/back?"), landed
            said, wrong = program.communicate(landed + "\n", timeout=60)
            assert program.returncode == 0, wrong
        return said

    def sees(self, path: str) -> str:
        """A page as the person reads it."""
        return self._open(path).text

    def close(self) -> None:
        """End what was left running, by the sessions that are ours."""
        self._http.close()
        for process in self._served:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)

    def _open(self, address: str) -> httpx2.Response:
        return self._http.get(address.removeprefix(self.origin), follow_redirects=True)

    def _send(self, address: str, **typed: str) -> httpx2.Response:
        """Open a page, fill in its form and send it; the answer, not followed."""
        page = self._open(address)
        form = get_form(page.text, next((a for a in (page.url.path, "") if f'action="{a}"' in page.text), ""))
        answer = self._http.post(
            form.action or str(page.url), data={**form.values, **typed}, headers={"Origin": self.origin}
        )
        assert answer.status_code in (200, 303), f"{address}: {answer.status_code}\n{answer.text[:2000]}"
        return answer

    def _mailed_link(self) -> str:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for letter in (self._folder / "first" / "mail").glob("*.eml"):
                text = letter.read_text(errors="replace").replace("=\n", "").replace("=3D", "=")
                found = re.search(re.escape(self.origin) + r"(/\S*token=\S+)", text)
                if found:
                    return found[1]
            time.sleep(0.1)
        raise TimeoutError("no letter came")


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    made = Reader(tmp_path)
    yield made
    made.close()


@pytest.mark.deep
@pytest.mark.timeout(300)
def test_the_guide_is_followed_to_the_letter(reader: Reader) -> None:
    """From an empty folder to a value that was read, with a secret and with keys; then the person sees both reads."""
    first, *blocks = reader.blocks
    assert first.startswith(ONCE)
    read = []
    for block in blocks:
        if block.startswith("vrm serve"):
            reader.leave_running(block)
            reader.wait_until_served()
            reader.sign_up()
        elif block.rstrip().endswith("&"):
            reader.leave_running(block)
        elif re.fullmatch(r"python3 \w+\.py\n", block):
            read.append(reader.converse(block))
        else:
            reader.follow(block)
    assert len(read) == 2
    for said in read:
        assert READ in said
    assert "My shop" in reader.sees("/reads") and "My shop" in reader.sees("/consents")
