"""A verifier that is not ours takes the whole log: Go's ``golang.org/x/mod/sumdb``, which checks Go's own log of modules.

It reads what is served over HTTP, or the files of an archive, of a log with tiles of three levels, full ones and
partial ones. What it accepts is the truth; whatever of it is changed, it refuses.
"""

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from tests.support import go, seeds
from tests.support.houses import build_house
from tests.support.http import answer, serving
from tests.tamper.small_log import Signer, event
from vrm import accesslog
from vrm.accesslog import archiving
from vrm.app import create_app
from vrm.db import Database
from vrm.house import House
from vrm.tlog.canonical import b64

SIZE = 66_000
"""257 full tiles of leaves and a partial one; above them a full tile and a partial one; above these a partial one."""

SIZES = (1, 2, 255, 256, 257, 300, 511, 4096, 65_535, 65_536, 65_537, SIZE - 1, SIZE)
LEAVES = (0, 1, 255, 256, 257, 65_535, 65_536, SIZE - 1)


Proof = dict[str, object]


@pytest.fixture(scope="module")
def program() -> Path:
    """The program beside this file, built."""
    return go.built("whole_log", Path(__file__).with_name("whole_log.go").read_text())


@dataclass
class Log:
    """A log of ``SIZE`` events, its archive, and proofs of every kind, as the program takes them."""

    house: House
    files: dict[str, bytes]
    proofs: list[Proof]
    token: str

    @property
    def vkey(self) -> str:
        """The key that a stranger was told."""
        return self.house.log_verifiers()[0].vkey


@pytest.fixture(scope="module")
def log(
    tmp_path_factory: pytest.TempPathFactory, _sqlite_with_tables: Callable[[Path], str]
) -> Iterator[Log]:
    """It is filled once: most of the time goes into that."""
    folder = tmp_path_factory.mktemp("stock")
    with build_house(folder / "home", Database(_sqlite_with_tables(folder))) as house:
        token = seeds.auditor_token(house, seeds.auditor(house))
        before = house.database.read(accesslog.count_pending)
        for at in range(0, SIZE - before, 6000):
            prepared = [accesslog.prepare(event(n)) for n in range(at, min(at + 6000, SIZE - before))]
            house.database.write_group(partial(accesslog.append, prepared=prepared))
            while accesslog.sequence(house.database, limit=6000):
                pass
        published = house.publish_log()
        assert published.size == SIZE
        archive = folder / "archive"
        archiving.archive(house.database, archive, house.log_verifiers(), put=_put)
        files = {
            str(path.relative_to(archive)): path.read_bytes() for path in archive.rglob("*") if path.is_file()
        }
        yield Log(house, files, house.database.read(lambda db: list(_proofs(db))), token)


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _proofs(db: Session) -> Iterator[Proof]:
    """Of leaves at the edges of tiles, and of trees of every such size, as the log makes them."""
    for size in SIZES:
        for leaf in LEAVES:
            if leaf < size:
                given = accesslog.inclusion(db, leaf_index=leaf, size=size)
                yield {"Leaf": leaf, "Size": size, "Hashes": [b64(each) for each in given]}
        for old in SIZES:
            if old <= size:
                given = accesslog.consistency(db, old=old, new=size)
                yield {"Old": old, "Size": size, "Hashes": [b64(each) for each in given]}


@dataclass
class Stranger:
    """Runs the program, and keeps what it said."""

    program: Path
    folder: Path

    def looks(self, url: str, vkey: str, proofs: Sequence[Proof], token: str = "") -> tuple[int, str]:
        """What it ends with, and its last words."""
        given = self.folder / "proofs.json"
        given.write_text(json.dumps(proofs))
        environment = {**os.environ, "TOKEN": token}
        done = subprocess.run(
            [self.program, vkey, url, given], env=environment, capture_output=True, text=True, timeout=120
        )
        return done.returncode, (done.stdout + done.stderr).strip()

    def looks_at_files(self, log: Log, **lies: bytes | None) -> tuple[int, str]:
        """The same of files that anybody serves; a lie stands in place of a file, or takes it away."""
        files = {name: data for name, data in {**log.files, **lies}.items() if data is not None}
        with serving({f"/log/{name}": answer(data) for name, data in files.items()}) as server:
            return self.looks(
                f"http://{server.address}/log", log.vkey, log.proofs, "of an archive none is asked"
            )


@pytest.fixture
def stranger(program: Path, tmp_path: Path) -> Stranger:
    """Somebody with the program."""
    return Stranger(program, tmp_path)


@pytest.mark.deep
def test_it_takes_all_that_is_served(log: Log, stranger: Stranger):
    """Checkpoint, every tile of three levels, every bundle, every proof; it makes the very proofs that we make."""
    server = make_server("127.0.0.1", 0, create_app(log.house), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        code, said = stranger.looks(f"http://127.0.0.1:{server.port}/log", log.vkey, log.proofs, log.token)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert code == 0, said
    found = json.loads(said)
    assert (found["leaves"], found["entries"], found["proofs"]) == (SIZE, SIZE, len(log.proofs))
    assert (found["tiles"], found["partial"]) == ({"0": 258, "1": 2, "2": 1}, 3)
    published = log.house.database.read(accesslog.latest_checkpoint)
    assert published is not None and found["root"] == b64(published.root)
    assert stranger.looks_at_files(log) == (0, said)


@pytest.mark.deep
def test_it_refuses_what_is_changed(log: Log, stranger: Stranger):
    """One byte of a tile of any level, full or partial, of a bundle, of the checkpoint, of a proof; or a file less."""
    for name in (
        "tile/0/007", "tile/0/257.p/208", "tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1",
        "tile/entries/100", "tile/entries/257.p/208", "checkpoint",
    ):  # fmt: skip
        true = log.files[name]
        lie = true.replace(b"\n66000\n", b"\n65999\n") if name == "checkpoint" else _bent(true)
        code, said = stranger.looks_at_files(log, **{name: lie})
        assert (code, said[:12]) == (1, "NOT VERIFIED"), (name, said)
    assert stranger.looks_at_files(log, **{"tile/1/000": None})[0] == 1
    with serving({f"/log/{name}": answer(data) for name, data in log.files.items()}) as server:
        url = f"http://{server.address}/log"
        assert stranger.looks(url, Signer(8).verifier.vkey, [])[0] == 1
        for kind in ("Leaf", "Old"):
            proof = next(each for each in log.proofs[::-1] if kind in each and each["Hashes"])
            hashes = proof["Hashes"]
            assert isinstance(hashes, list)
            for false in (hashes[:-1], [*hashes[:-1], b64(bytes(32))]):
                assert stranger.looks(url, log.vkey, [{**proof, "Hashes": false}])[0] == 1, proof


def _bent(true: bytes) -> bytes:
    """Another last byte."""
    return true[:-1] + bytes([true[-1] ^ 1])
