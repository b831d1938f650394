"""Somebody who never trusted us follows docs/verify-us.md: a program of their own, with a library that is not ours."""

import base64
import subprocess
from dataclasses import replace

import pytest

from tests.support import go
from tests.support.http import answer, serving
from tests.tamper.served import Files
from tests.tamper.small_log import CONSUMERS, ORIGIN, Signer, fill
from vrm import accesslog
from vrm.accesslog import proof_file
from vrm.tlog.checkpoint import Checkpoint, parse_body, sign
from vrm.tlog.note import Verifier, parse
from vrm.web.assets import FOLDER

KEY = Signer().verifier.vkey
NEXT = Signer(8)


@pytest.fixture(scope="module")
def program():
    """The program as it stands on the page, built as the page says."""
    assert len(go.text_on_the_page().splitlines()) < 80
    assert go.text_on_the_page() == (FOLDER / "verify.go").read_text(), "the instance hands out the very same"
    assert "export GO111MODULE=off GOPATH=/usr/share/gocode" in go.PAGE.read_text()
    return go.verifier()


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

    done = subprocess.run([program], capture_output=True, text=True, timeout=30)
    assert (done.returncode, "usage: verify" in done.stderr, "NOT VERIFIED" in done.stderr) == (
        1,
        True,
        False,
    )
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
        "another key": (proof, NEXT.verifier.vkey),
    }
    for lie, (given, vkey) in refused.items():
        code, said = run(given, vkey=vkey)
        assert (code, "NOT VERIFIED" in said) == (1, True), lie

    with serving({f"/log/{name}": answer(data) for name, data in whole.files.items()}) as server:
        url = f"http://{server.address}/log"
        older = Files(entries[:100]).files["checkpoint"]
        code, said = run(proof, older, url=url)
        assert (code, "The log of 300 lines begins with the log of 100 lines." in said) == (0, True), said
        changed = replace(proof, checkpoint=sign(parse_body(parse(proof.checkpoint.encode()).text), NEXT))
        for vkeys, expected in ((f"{KEY} {NEXT.verifier.vkey}", 0), (KEY, 1), (NEXT.verifier.vkey, 1)):
            code, said = run(changed, older, vkey=vkeys, url=url)
            assert code == expected, "of a log that changed its key, both are needed, and will do"
        code, said = run(changed, older, vkey=f"{KEY} {Verifier('elsewhere', NEXT.public).vkey}", url=url)
        assert (code, "NOT VERIFIED" in said) == (1, True)
        forked = Files([*entries[:99], b"{}"]).files["checkpoint"]
        code, said = run(proof, forked, url=url)
        assert (code, "two histories" in said) == (1, True)
        server_lies = base64.b64decode("AA==") * 32
        whole.files["tile/0/000"] = server_lies + whole.files["tile/0/000"][32:]
    with serving({f"/log/{name}": answer(data) for name, data in whole.files.items()}) as server:
        code, said = run(proof, older, url=f"http://{server.address}/log")
        assert (code, "NOT VERIFIED" in said) == (1, True)
