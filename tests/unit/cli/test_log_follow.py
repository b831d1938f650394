"""``vrm log verify`` and ``watch`` on a log that is served or archived, with no instance anywhere."""

import json
from pathlib import Path

import pytest

from tests.support.http import Answer, LocalServer, answer, serving
from tests.tamper.served import Files, entries_of
from tests.tamper.small_log import Signer
from vrm.cli.log_http import Address
from vrm.errors import Invalid
from vrm.tlog.cosignature import Cosigner
from vrm.tlog.resources import Resource
from vrm.tlog.sources import Missing, Unreachable

VKEY = Signer().verifier.vkey
ENTRIES = entries_of(700)
POLICY = f"log {VKEY}\nwitness one {Cosigner('w.example/one', Signer(1).public).vkey}\nquorum one\n"
TOKEN = "an-auditors-token"


@pytest.fixture
def vrm(stranger):
    """Runs ``vrm log`` with these words; gives exit code, what it said as an object, and standard error."""

    def run(*words):
        code, said, err = stranger("log", *words, "--json")
        return code, json.loads(said or "null"), err

    return run


class Site:
    """A log served under ``/log``; entries only to whoever shows the token. ``serve`` another to lie."""

    server: LocalServer

    def __init__(self, count: int) -> None:
        self.answers: dict[str, Answer] = {}
        self.serve(Files(ENTRIES[:count]))

    @property
    def url(self) -> str:
        """Where the log is."""
        return f"http://{self.server.address}/log"

    def serve(self, source: Files) -> None:
        self.answers.clear()
        for name, data in source.files.items():
            self.answers[f"/log/{name}"] = self._guarded(data) if "entries" in name else answer(data)

    @staticmethod
    def _guarded(data: bytes):
        def give(request):
            shown = request.headers.get("Authorization") == f"Bearer {TOKEN}"
            answer(data if shown else b"no", status=200 if shown else 401)(request)

        return give


@pytest.fixture
def site():
    """A log of 600, and the address of its server."""
    site = Site(600)
    with serving(site.answers) as server:
        site.server = server
        yield site


def written(name: str, data: bytes | str) -> Path:
    """A file in the present folder."""
    path = Path(name)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def test_verify_from_the_last_time_on(vrm, site):
    """Hashes without a token, entries with one; the state goes on from there, and the old checkpoint is continued."""
    code, found, err = vrm("verify", site.url, "--vkey", VKEY, "--state", "state")
    assert (code, found["ok"], found["size"], found["entries_checked"]) == (0, True, 600, False)
    assert "verifying: 600/600" in err
    kept = written("kept", Files(ENTRIES[:600]).files["checkpoint"])
    site.serve(Files(ENTRIES))
    code, found, _ = vrm("verify", site.url, "--vkey", VKEY, "--state", "state", "--since", kept)
    assert (code, found["from_leaf"], found["continues"]) == (0, 600, [600, 600])
    token = written("token", TOKEN + "\n")
    code, found, _ = vrm("verify", site.url, "--vkey", VKEY, "--state", "state", "--token-file", token)
    assert (code, found["from_leaf"], found["entries_checked"]) == (0, 0, True)
    assert Path("state").stat().st_mode & 0o777 == 0o600
    shown = {path for path, headers in site.server.seen if "authorization" in headers}
    assert shown
    assert all("/entries/" in path for path in shown)


def test_verify_a_folder_and_a_file_beside_it(vrm, tmp_path):
    """A folder is a log with its entries; what is one file is still an export, and needs none of the new options."""
    for name, data in Files(ENTRIES).files.items():
        (tmp_path / "copy" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "copy" / name).write_bytes(data)
    code, found, _ = vrm("verify", "copy", "--vkey", VKEY)
    assert (code, found["size"], found["entries_checked"]) == (0, 700, True)
    (tmp_path / "copy/tile/entries/001").unlink()
    code, found, _ = vrm("verify", "copy", "--vkey", VKEY)
    assert (code, found["kind"]) == (1, "missing")
    assert vrm("verify", "copy")[0] == 2
    assert vrm("verify", "nothing-here")[0] == 2
    assert vrm("verify", written("export", "x"), "--state", "state")[0] == 2


def test_a_policy_names_keys_and_witnesses(vrm, site):
    """The log's key may stand in the policy; witnesses that it asks for are asked for, and a file has none."""
    free, strict = written("free", f"log {VKEY}\nquorum none\n"), written("strict", POLICY)
    assert vrm("verify", site.url, "--policy", free)[0] == 0
    code, found, _ = vrm("verify", site.url, "--policy", strict)
    assert (code, found["kind"], "witnesses" in found["problem"]) == (1, "checkpoint", True)
    code, found, _ = vrm("watch", site.url, "--policy", strict, "--state", "state", "--once")
    assert (code, found["kind"]) == (1, "checkpoint")
    assert not Path("state").exists()
    assert vrm("verify", written("export", "x"), "--policy", free)[0] == 2


def test_what_is_wrong_is_named_and_kept(vrm, site):
    """Exit code 1, the first bad leaf, and a file with what shows it."""
    lying = Files(ENTRIES[:600])
    lying.files["tile/entries/001"] = lying.files["tile/entries/001"].replace(b'"entry":300', b'"entry":301')
    site.serve(lying)
    token = written("token", TOKEN)
    code, found, _ = vrm("verify", site.url, "--vkey", VKEY, "--token-file", token)
    assert (code, found["kind"], found["leaf"]) == (1, "entry", 300)
    evidence = json.loads(Path(found["evidence"]).read_text())
    assert evidence["files"]["checkpoint"]["text"] == lying.files["checkpoint"].decode()
    assert evidence["vkeys"] == [VKEY]


def test_what_cannot_be_read_is_not_wrong(vrm, site):
    """No network, a refused token, an address that is none: 2 or a usage fault, never a verdict."""
    code, found, _ = vrm("verify", "http://127.0.0.1:1/log", "--vkey", VKEY)
    assert (code, found["ok"]) == (2, None)
    code, found, _ = vrm("verify", site.url, "--vkey", VKEY, "--token-file", written("token", "other"))
    assert (code, "401" in found["problem"]) == (2, True)
    assert (
        vrm("verify", site.url, "--vkey", VKEY, "--token-file", written("token", "\n"))[1]["error"]["code"]
        == "invalid"
    )
    code, found, _ = vrm("verify", "http://vrm.example/log", "--vkey", VKEY)
    assert found["error"]["code"] == "invalid"


def test_watching(vrm, site):
    """In order, it looks and goes on; a fork ends it with 1 and both checkpoints; a log that is away ends no watch."""
    words = ("watch", site.url, "--vkey", VKEY, "--state", "state", "--once")
    assert vrm(*words)[0] == 0
    code, found, _ = vrm(*words)
    assert (code, found["from_leaf"], found["continues"]) == (0, 600, [600])
    site.serve(Files([b'{"other":0}', *ENTRIES[1:]]))
    code, found, _ = vrm(*words)
    assert (code, found["kind"]) == (1, "forked")
    files = json.loads(Path(found["evidence"]).read_text())["files"]
    assert files["checkpoint-kept"]["text"] == Files(ENTRIES[:600]).files["checkpoint"].decode()
    assert files["checkpoint"]["text"] != files["checkpoint-kept"]["text"]
    site.serve(Files(ENTRIES[:300]))
    assert vrm(*words)[1]["kind"] == "rolled_back"
    newer = written("newer", Files(ENTRIES[:700]).files["checkpoint"].decode())
    for verb in (
        ("verify", site.url, "--vkey", VKEY),
        ("watch", site.url, "--vkey", VKEY, "--state", "new", "--once"),
    ):
        code, found, _ = vrm(*verb, "--since", newer)
        assert code == 3 and (verb[0] == "watch" or found["kind"] == "behind")
    site.answers["/log/checkpoint"] = answer(b"", status=503)
    code, _, err = vrm(*words)
    assert (code, "503" in err, "last moved" in err) == (2, True, True)
    state = json.loads(Path("state").read_text())
    Path("state").write_text(json.dumps(state | {"moved": "2026-01-01T00:00:00.000Z"}))
    code, found, _ = vrm(*words, "--max-age", 3600)
    assert (code, found["kind"]) == (1, "stale")


def endless(request):
    """An answer that does not stop."""
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(b"x" * 65536)


@pytest.mark.parametrize(
    ("reply", "raised"),
    [
        (answer(b"", status=404), Missing),
        (answer(b"", status=410), Missing),
        (answer(b"", status=302, location="/log/checkpoint"), Unreachable),
        (answer(b"", status=500), Unreachable),
        (answer(b"x", content_encoding="gzip"), Unreachable),
    ],
)
def test_only_what_is_not_there_is_missing(reply, raised):
    """Every other answer says nothing about the log."""
    with serving({"/log/checkpoint": reply}) as server, pytest.raises(raised):
        Address(f"http://{server.address}/log/").checkpoint()


def test_every_answer_has_a_greatest_length_and_an_end():
    """A server that never stops is left: by length, and by time."""
    answers = {"/log/tile/0/000": endless, "/log/tile/entries/000": endless}
    with serving(answers) as server, Address(f"http://{server.address}/log") as address:
        assert 8192 < len(address.read(Resource(0, 0))) < 8192 + 10**6
    with serving(answers) as server, pytest.raises(Unreachable, match="slowly"):
        Address(f"http://{server.address}/log", whole=-1.0).read(Resource(None, 0))


@pytest.mark.parametrize(
    "url",
    ["http://vrm.example/log", "ftp://vrm.example", "https://", "vrm.example/log", "https://a:b@vrm.example/log",
     "https://vrm.example/log?x=1", "http://127.0.0.1.vrm.example/log"],
)  # fmt: skip
def test_an_address_is_https_or_this_machine(url):
    """A token must not leave in clear, nor a question be asked of whoever stands between."""
    with pytest.raises(Invalid):
        Address(url)
