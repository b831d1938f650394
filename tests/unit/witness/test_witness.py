"""A witness cosigns what continues what it has cosigned, and nothing else, however it is asked."""

import contextlib
import multiprocessing
from itertools import product

import pytest

from tests.support.witness import answering
from tests.tamper.small_log import ORIGIN, Signer
from vrm.errors import Invalid, NotFound, VrmError
from vrm.fetch import Fetcher
from vrm.tlog import merkle, note
from vrm.tlog.checkpoint import Checkpoint, parse_body, sign
from vrm.tlog.errors import BadSubmission
from vrm.tlog.submission import MOST_BYTES, Submission
from vrm.witness import Folder, add_log, cosign, drop_key, list_logs
from vrm.witness.book import Book

NOW = 1_700_000_000
LEAVES = [merkle.leaf_hash(bytes([n])) for n in range(40)]
FORK = [merkle.leaf_hash(b"another"), *LEAVES[1:]]


def nodes_of(leaves):
    return lambda level, index: merkle.root_of(leaves[index << level : (index + 1) << level])


def request(old, new, *, leaves=LEAVES, proof=None, signer=None, origin=ORIGIN, root=None):
    root = merkle.root_of(leaves[:new]) if root is None else root
    if proof is None:
        proof = merkle.consistency(nodes_of(leaves), min(old, new), new)
    signed = sign(Checkpoint(origin, new, root), signer or Signer())
    return Submission(old, tuple(proof), signed.encode())


@pytest.fixture(params=["ed25519", "ml-dsa-44"])
def folder(tmp_path, request):
    made = Folder.make(tmp_path / "w", "witness.example/w1", request.param)
    add_log(made, vkey=Signer().verifier.vkey)
    return made


def cosigned(folder, asked, *, now=NOW):
    """The time of the witness's good cosignature."""
    lines = note.parse_lines(cosign(folder, asked.encode(), now=now))
    return folder.cosigner.find(note.parse(asked.checkpoint).text, lines)


def test_a_log_grows_under_its_eyes(folder):
    """Each checkpoint that continues the one before is cosigned; the same one again, later; the state survives."""
    for old, new in ((0, 3), (3, 3), (3, 17), (17, 40)):
        assert cosigned(folder, request(old, new)) == NOW
    assert cosigned(Folder.open(folder.path), request(40, 40), now=NOW + 9) == NOW + 9
    assert cosigned(folder, request(40, 40), now=NOW - 9) == NOW + 9, "time does not go back"
    (known,) = list_logs(folder)
    assert (known.size, known.root) == (40, merkle.root_of(LEAVES))


LIES = {
    "a fork": (request(5, 9, leaves=FORK), "unproved"),
    "another root for the size": (request(5, 5, leaves=FORK), "root_differs"),
    "a roll-back": (request(3, 4), "not_this_size"),
    "a jump": (request(9, 12), "not_this_size"),
    "an old size above the new one": (request(5, 4, proof=()), "bad_submission"),
    "from nothing once more": (request(0, 9), "not_this_size"),
    "no proof": (request(5, 9, proof=()), "unproved"),
    "a proof too long": (request(5, 9, proof=[bytes(32)] * 63), "unproved"),
    "a proof where none belongs": (request(5, 5, proof=[bytes(32)]), "unproved"),
    "another log": (request(5, 9, origin="log.example/other"), "unknown_log"),
    "another key": (request(5, 9, signer=Signer(9)), "unsigned"),
}


@pytest.mark.parametrize(("asked", "code"), LIES.values(), ids=LIES)
def test_a_lie_is_refused_and_changes_nothing(folder, asked, code):
    """Each lie is told from the others, nothing is cosigned, and the truth is cosigned afterwards."""
    cosigned(folder, request(0, 5))
    with pytest.raises(VrmError) as fault:
        cosign(folder, asked.encode(), now=NOW)
    assert fault.value.code == code
    assert [known.size for known in list_logs(folder)] == [5]
    assert cosigned(folder, request(5, 9)) == NOW


def test_the_empty_tree_has_one_root(folder):
    """The first checkpoint may be of no leaf at all, with the root that has, and with no other."""
    with pytest.raises(VrmError):
        cosign(folder, request(0, 0, root=bytes(32)).encode(), now=NOW)
    assert cosigned(folder, request(0, 0)) == NOW


def test_a_bad_own_signature_beside_a_good_one_is_refused(folder):
    """A line that names the log's key and does not hold spoils the note; a stranger's line does not."""
    asked = request(0, 5)
    stranger = (
        note.sign(note.parse(asked.checkpoint).text, "log.example/other", Signer(9)).split("\n\n")[1].encode()
    )
    assert cosigned(folder, Submission(0, (), asked.checkpoint + stranger)) == NOW
    spoilt = sign(Checkpoint(ORIGIN, 6, bytes(32)), Signer()).split("\n\n")[1].encode()
    with pytest.raises(VrmError) as fault:
        cosign(folder, Submission(5, (), asked.checkpoint + spoilt).encode(), now=NOW)
    assert fault.value.code == "unsigned"


def test_a_log_changes_its_key(folder):
    """While both keys are known either will do; a key that was dropped does not, and the state stays."""
    add_log(folder, vkey=Signer(9).verifier.vkey)
    cosigned(folder, request(0, 5))
    cosigned(folder, request(5, 6, signer=Signer(9)))
    drop_key(folder, vkey=Signer().verifier.vkey)
    with pytest.raises(VrmError) as fault:
        cosign(folder, request(6, 7).encode(), now=NOW)
    assert fault.value.code == "unsigned"
    assert cosigned(folder, request(6, 7, signer=Signer(9))) == NOW
    with pytest.raises(NotFound):
        drop_key(folder, vkey=Signer().verifier.vkey)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"old 0\n",
        b"old 00\n\n",
        b"old -1\n\n",
        b"old 0\r\n\n",
        b"new 0\n\n",
        b"old 0\nAAAA\n\n",
        b"old 0\n" + b"A" * 43 + b"=\n" * 64 + b"\n",
        b"old 0\n\nno checkpoint\n",
        b"old 0\n\n" + b"x" * MOST_BYTES,
        b"\xff\xfe\n\n",
    ],
)
def test_what_is_no_request_is_refused(folder, raw):
    """Whatever is not spelt as the standard says is a bad request, and no other fault comes of it."""
    with pytest.raises(BadSubmission):
        cosign(folder, raw, now=NOW)


def test_the_statuses_are_the_standards(folder):
    """Over HTTP: 200 with lines, 400, 403, 404, 409 with the size, 422, and 404, 405 and 413 for other requests."""
    with answering(folder) as address:
        fetcher = Fetcher({"w.test": address})

        def post(asked, path="/add-checkpoint"):
            raw = asked.encode() if isinstance(asked, Submission) else asked
            return fetcher.post(f"http://w.test{path}", raw, content_type="text/plain")

        assert post(request(0, 5)).status == 200
        held = post(request(0, 9))
        assert (held.status, held.content_type, held.body) == (409, "text/x.tlog.size", b"5\n")
        fork = post(request(5, 5, leaves=FORK))
        assert (fork.status, fork.content_type) == (409, "text/plain")
        for asked, status in (
            (request(5, 9, leaves=FORK), 422),
            (request(5, 9, signer=Signer(9)), 403),
            (request(5, 9, origin="log.example/other"), 404),
            (request(5, 4, proof=()), 400),
            (b"x" * (MOST_BYTES + 1), 413),
        ):
            assert post(asked).status == status
        assert post(request(5, 9), "/other").status == 404
        assert fetcher.get("http://w.test/add-checkpoint").status == 405


def _race(path, sizes, outbox):
    folder = Folder.open(path)
    done = []
    for new, leaves in product(sizes, (LEAVES, FORK)):
        for old in range(new + 1):
            try:
                cosign(folder, request(old, new, leaves=leaves).encode(), now=NOW)
                done.append((new, merkle.root_of(leaves[:new])))
            except VrmError:
                continue
    outbox.put(done)


def test_several_processes_never_sign_two_roots(tmp_path):
    """Three processes are sent a log and its fork at once: all they ever cosign lies in one of the two histories."""
    folder = Folder.make(tmp_path / "w", "witness.example/w1")
    add_log(folder, vkey=Signer().verifier.vkey)
    context = multiprocessing.get_context("spawn")
    outbox = context.Queue()
    racers = [context.Process(target=_race, args=(folder.path, range(1, 7), outbox)) for _ in range(3)]
    for racer in racers:
        racer.start()
    cosigned_by_any = {one for _ in racers for one in outbox.get(timeout=60)}
    for racer in racers:
        racer.join()
    histories = [{(n, merkle.root_of(leaves[:n])) for n in range(1, 7)} for leaves in (LEAVES, FORK)]
    assert cosigned_by_any and any(cosigned_by_any <= history for history in histories)
    (known,) = list_logs(folder)
    assert (known.size, known.root) == max(cosigned_by_any)


def _cosign_until_killed(path, pipe):
    folder = Folder.open(path)
    for size in range(1, len(LEAVES) + 1):
        cosign(folder, request(size - 1, size).encode(), now=NOW)
        pipe.send(size)


@pytest.mark.parametrize("after", [1, 4, 9])
def test_a_killed_witness_remembers_what_left(tmp_path, after):
    """Killed at any moment, it knows at least the last cosignature that left, and goes on from what it knows."""
    folder = Folder.make(tmp_path / "w", "witness.example/w1")
    add_log(folder, vkey=Signer().verifier.vkey)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_cosign_until_killed, args=(folder.path, theirs))
    process.start()
    theirs.close()
    left = [ours.recv() for _ in range(after)][-1]
    process.kill()
    process.join()
    with contextlib.suppress(EOFError):
        while True:
            left = ours.recv()
    (known,) = list_logs(Folder.open(folder.path))
    assert left <= known.size <= left + 1 and known.root == merkle.root_of(LEAVES[: known.size])
    assert cosigned(folder, request(known.size, len(LEAVES))) == NOW


def test_what_is_not_durable_is_not_cosigned(folder, monkeypatch):
    """If the state cannot be written, no line leaves."""
    folder.path.joinpath("witness.db").chmod(0o400)
    monkeypatch.setattr(Book, "_open", _read_only(Book._open))
    with pytest.raises(Exception, match="readonly"):
        cosign(folder, request(0, 5).encode(), now=NOW)


def _read_only(opened):
    return lambda self, mode: opened(self, "ro")


def test_a_folder_is_private_and_whole(tmp_path):
    """A witness is not made over another, nor opened when others may read its key or its book is gone."""
    made = Folder.make(tmp_path / "w", "witness.example/w1")
    assert ((made.path / "key").stat().st_mode & 0o777, made.path.stat().st_mode & 0o777) == (0o600, 0o700)
    assert "seed" not in repr(made) and repr(made.key).startswith("Key(public=")
    with pytest.raises(VrmError):
        Folder.make(tmp_path / "w", "witness.example/w2")
    with pytest.raises(Invalid):
        Folder.make(tmp_path / "v", "a name")
    (made.path / "key").chmod(0o640)
    with pytest.raises(Invalid, match="chmod 600"):
        Folder.open(made.path)
    (made.path / "key").chmod(0o600)
    (made.path / "witness.db").unlink()
    with pytest.raises(Invalid, match="starts anew"):
        Folder.open(made.path)
    with pytest.raises(NotFound):
        Folder.open(tmp_path / "nothing")


def test_the_requests_of_this_file_are_honest():
    """The trees made here are those the product makes: a request reads back as it was written."""
    asked = request(3, 17)
    assert parse_body(note.parse(asked.checkpoint).text).root == merkle.root_of(LEAVES[:17])
