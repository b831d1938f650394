"""Somebody who never trusted us follows docs/verify-us.md: a program of their own, with a library that is not ours."""

import base64
import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.http import answer, serving
from tests.tamper.served import Files
from tests.tamper.small_log import CONSUMERS, ORIGIN, Signer, fill
from vrm import accesslog
from vrm.accesslog import proof_file
from vrm.tlog.checkpoint import Checkpoint, sign

PAGE = Path(__file__).parents[2] / "docs" / "verify-us.md"
LIBRARY = Path("/usr/share/gocode")
"""Where Debian's golang-golang-x-mod-dev puts it; .ci/install brings it, and Go."""
KEY = Signer().verifier.vkey


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The program as it stands on the page, built as the page says."""
    (text,) = re.findall(r"^```go\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(text.splitlines()) < 80
    folder = tmp_path_factory.mktemp("go")
    (folder / "verify.go").write_text(text)
    environment = {
        **os.environ,
        "GO111MODULE": "off",
        "GOPATH": str(LIBRARY),
        "GOCACHE": str(folder / "cache"),
    }
    assert "export GO111MODULE=off GOPATH=/usr/share/gocode" in PAGE.read_text()
    subprocess.run(
        ["go", "build", "-o", "verify", "verify.go"], cwd=folder, env=environment, check=True, timeout=240
    )
    return folder / "verify"


@pytest.fixture
def line(database):
    """A log of 300 events, and the proof of somebody's oldest read among them."""
    entries = [prepared.entry for prepared in fill(database, 300)]

    def find(db):
        own = accesslog.list_for_consumer(db, consumer_id=CONSUMERS[0], limit=300, type="disclosure")[-1]
        return accesslog.find_proof(db, own, opened=True)

    return entries, database.read(find)


@pytest.mark.deep  # most of it is building what Go brings
def test_the_program_on_the_page(program, line, tmp_path):
    """It verifies a true proof, offline and against a kept checkpoint either way round, and refuses each lie."""
    entries, proof = line
    whole, kept = Files(entries), tmp_path / "kept"

    def run(given, note=None, *, vkey=KEY, url=""):
        file = tmp_path / "read.tlog-proof"
        file.write_bytes(proof_file.dump(given))
        if note is not None:
            kept.write_bytes(note)
        words = [program, vkey, file, *([kept, url] if note is not None else [])]
        done = subprocess.run(words, capture_output=True, text=True, timeout=30)
        return done.returncode, done.stdout + done.stderr

    code, said = run(proof)
    assert (code, said.splitlines()[0]) == (0, f"Line {proof.index} of 300: {proof.entry.decode()}")
    assert proof.opening[32:].decode() in said

    bent = sign(Checkpoint(ORIGIN, 300, bytes(32)), Signer())
    refused = {
        "another line": (replace(proof, entry=proof.entry.replace(b'"v":1', b'"v":2')), KEY),
        "another place": (replace(proof, index=proof.index + 1), KEY),
        "another seal": (replace(proof, opening=b"x" * 32 + proof.opening[32:]), KEY),
        "another tree": (replace(proof, checkpoint=bent), KEY),
        "a changed text": (replace(proof, checkpoint=proof.checkpoint.replace("\n300\n", "\n299\n")), KEY),
        "another key": (proof, Signer(8).verifier.vkey),
    }
    for lie, (given, vkey) in refused.items():
        code, said = run(given, vkey=vkey)
        assert (code, "NOT VERIFIED" in said) == (1, True), lie

    with serving({f"/log/{name}": answer(data) for name, data in whole.files.items()}) as server:
        url = f"http://{server.address}/log"
        older = Files(entries[:100]).files["checkpoint"]
        code, said = run(proof, older, url=url)
        assert (code, "The log of 300 lines begins with the log of 100 lines." in said) == (0, True), said
        forked = Files([*entries[:99], b"{}"]).files["checkpoint"]
        code, said = run(proof, forked, url=url)
        assert (code, "two histories" in said) == (1, True)
        server_lies = base64.b64decode("AA==") * 32
        whole.files["tile/0/000"] = server_lies + whole.files["tile/0/000"][32:]
    with serving({f"/log/{name}": answer(data) for name, data in whole.files.items()}) as server:
        code, said = run(proof, older, url=f"http://{server.address}/log")
        assert (code, "NOT VERIFIED" in said) == (1, True)
