"""Witnesses are asked, their cosignatures kept, and nothing is signed that they know better than."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from tests.support.http import answer, serving
from tests.support.witness import Town
from tests.tamper.small_log import ORIGIN, Signer, fill, write
from vrm import accesslog, clock
from vrm.accesslog import Inconsistent, RolledBack, WitnessState, exchange, witnessing
from vrm.accesslog.models import (
    LogCheckpoint,
    LogCosignature,
    LogEvent,
    LogGathering,
    LogLeaf,
    LogPending,
    LogTile,
    LogTree,
    LogWitness,
)
from vrm.db import Database
from vrm.fetch import Fetcher
from vrm.tlog import note

VKEY = Signer().verifier.vkey


class Log:
    """A log in a database, and the witnesses of a policy."""

    def __init__(self, database: Database, town: Town, quorum: str = "all") -> None:
        self.database, self.town, self.policy = database, town, town.policy(quorum)
        witnessing.enrol(database, self.policy, now=clock.now())

    def grow(self, count: int = 3) -> int:
        fill(self.database, count)
        return self.newest

    @property
    def newest(self) -> int:
        published = self.database.read(accesslog.latest_checkpoint)
        assert published is not None
        return published.size

    @property
    def public(self) -> tuple[int, int]:
        """Size of the public checkpoint, and how many witnesses of the policy have cosigned it."""
        published = self.database.read(accesslog.public_checkpoint)
        assert published is not None
        read = note.parse(published.note.encode())
        Signer().verifier.verify(read)
        return published.size, len(self.policy.cosigned_by(read))

    def ask(self, *numbers: int, anyway: bool = False, fetcher: Fetcher | None = None) -> list[bool]:
        """Ask these witnesses; whether each was asked."""
        return [
            exchange.ask(
                self.database,
                fetcher or self.town.fetcher,
                self.policy.witnesses[f"w{n}"],
                self.policy,
                anyway=anyway,
            )
            for n in numbers
        ]

    def state(self, number: int = 0) -> WitnessState:
        vkey = self.policy.witnesses[f"w{number}"].cosigner.vkey
        found = self.database.read(accesslog.find_gathering)
        assert found is not None
        return next(one for one in found.witnesses if one.cosigner.vkey == vkey)

    def change(self, *statements) -> None:
        self.database.write(lambda session: [session.execute(one) for one in statements])

    def wait(self, **values) -> None:
        """Let the time pass after which everybody may be asked again."""
        earlier = clock.now() - timedelta(hours=1)
        self.change(
            update(LogWitness).values(due_at=earlier, **values), update(LogGathering).values(since=earlier)
        )

    def put_back(self, size: int) -> None:
        """Put the database back to what it was when it had so many leaves, as an old backup does."""
        self.change(
            *(delete(model) for model in (LogCosignature, LogGathering, LogCheckpoint, LogLeaf, LogPending)),
            *(delete(model) for model in (LogTile, LogTree, LogEvent)),
            update(LogWitness).values(seen=0, objection=None),
        )
        if size:
            fill(self.database, size)


@pytest.fixture
def town(tmp_path):
    return Town(tmp_path / "town", 3, VKEY)


def test_what_is_public_meets_the_quorum(database, town):
    """The newest checkpoint that two of three have cosigned is public, with their lines; sizes never go back."""
    log = Log(database, town, "2")
    first = log.grow()
    assert log.public == (first, 0), "nothing has met the quorum yet, and nobody was asked"
    with town.open(0, 1):
        assert log.ask(0) == [True]
        log.grow()
        assert log.public == (first, 1), "all are asked for the same, while it waits"
        assert log.ask(1, 0) == [True, True], "its quorum is met, so the next one is asked for"
        assert log.public == (first, 2)
        assert log.ask(1) == [True]
        assert log.public == (log.newest, 2) and log.ask(0, 1) == [False, False]
    second = log.newest
    log.grow()
    with town.open(0):
        log.ask(0)
        assert log.public == (second, 2), "one is not enough"
    with town.open(2):
        log.ask(2)
    assert log.public == (log.newest, 2)


def test_one_that_is_down_waits_longer_each_time_and_delays_nobody(database, town):
    """Its fault is kept, the others cosign, and what waited long enough gives way to the newest."""
    log = Log(database, town, "all")
    log.grow()
    with town.open(0, 1):
        log.ask(0, 1, 2)
        assert (log.state(2).fault, log.state(2).answered_at) == ("url_refused", None)
        assert log.ask(2) == [False], "not at once again"
        newest = log.grow()
        assert log.ask(0) == [False]
        log.wait()
        assert log.ask(0, 1) == [True, True] and log.state(0).cosigned == newest
    with town.open(2):
        log.wait()
        log.ask(2)
        assert log.state(2).fault is None and log.public == (newest, 3)


def test_a_witness_is_caught_up_from_whatever_it_holds(database, town):
    """Where we do not know what it holds it says so, and gets the proof from there in the same round."""
    log = Log(database, town)
    log.grow()
    with town.open(0):
        log.ask(0)
        for wrong in (0, 1):
            log.grow()
            log.wait(seen=wrong)
            assert log.ask(0) == [True] and log.state().cosigned == log.newest
    with town.open(1):
        newest = log.grow()
        log.ask(1, anyway=True)
        assert log.state(1).cosigned == newest, "past what all are asked for"
        assert log.ask(1) == [False], "all are asked for that one now"


def test_nothing_is_signed_below_what_a_witness_has_seen(database, town):
    """A database put back signs nothing, says what to do, and goes on when a newer one is in place."""
    log = Log(database, town, "any")
    with town.open(0):
        for _ in range(2):
            log.grow(5)
            log.ask(0)
        log.put_back(5)
        log.ask(0, anyway=True)
        assert log.state().objection == "ahead"
        write(database, [1])
        accesslog.sequence(database)
        with pytest.raises(RolledBack, match=r"cosigned 10 leaves.*vrm restore.*docs/witness.md"):
            accesslog.publish(database, Signer(), ORIGIN, witnessed=True)
        assert log.newest == 5
        log.wait()
        log.ask(0)
        assert log.state().objection == "ahead", "asking again does not help"
        witnessing.enrol(database, None, now=clock.now())
        assert accesslog.publish(database, Signer(), ORIGIN, witnessed=True).size == 6, "a policy without it"


def test_nothing_is_signed_beside_what_a_witness_has_seen(database, town):
    """A log that went on from an old copy, past what was cosigned, is a fork: the witness refuses, so do we."""
    log = Log(database, town, "any")
    with town.open(0):
        log.grow(5)
        log.ask(0)
        log.put_back(0)
        write(database, [4, 3, 2, 1, 0, 6, 7])
        accesslog.sequence(database)
        accesslog.publish(database, Signer(), ORIGIN)
        log.ask(0, anyway=True)
        assert log.state().objection == "differs"
        with pytest.raises(Inconsistent, match="does not continue"):
            accesslog.publish(database, Signer(), ORIGIN, witnessed=True)


def conflict(body, content_type="text/x.tlog.size"):
    return answer(body, status=409, content_type=content_type)


@pytest.mark.parametrize(
    ("given", "seen", "fault", "objection"),
    [
        (answer(b"- no line\n"), 0, "bad_cosignature", None),
        (answer(b"\xff\n"), 0, "bad_cosignature", None),
        (answer(b"x" * 70_000), 0, "fetch_too_large", None),
        (conflict(b"5"), 0, "bad_submission", None),
        (conflict(b"007\n"), 0, "bad_submission", None),
        (conflict(b"+9\n"), 0, "bad_submission", None),
        (conflict(b"9223372036854775808\n"), 0, "bad_submission", None),
        (conflict(b"99999999999999999999\n"), 0, "bad_submission", None),
        (conflict(b"9223372036854775807\n"), 0, None, "ahead"),
        (conflict(b"999\n"), 0, None, "ahead"),
        (conflict(b"999\n", "text/html"), 0, "status_409", None),
        (conflict(b"0\n"), 0, "status_409", None),
        (conflict(b"3\n"), 3, None, "differs"),
        (conflict(b"no", "text/plain"), 3, None, "differs"),
        (conflict(b"no", "text/plain"), 2, "status_409", None),
        (conflict(b"<html>", "text/html"), 3, "status_409", None),
        (answer(b"no", status=422, content_type="text/plain"), 2, None, "differs"),
        (answer(b"no", status=422, content_type="text/plain"), 0, "status_422", None),
        (answer(b"<html>", status=422, content_type="text/html"), 2, "status_422", None),
        (answer(b"no", status=403), 0, "status_403", None),
        (answer(b"no", status=503), 0, "status_503", None),
    ],
)
def test_a_strange_answer_is_kept_as_what_it_is(database, town, given, seen, fault, objection):
    """Only a good line counts; refusals that the protocol has there object, soon asked again; all else is a fault."""
    log = Log(database, town)
    log.grow()
    log.wait(seen=seen)
    with serving({"/add-checkpoint": given}) as server:
        log.ask(0, fetcher=Fetcher({"w0.test": server.address}))
    assert (log.state().fault, log.state().objection, log.state().cosigned) == (fault, objection, None)
    assert log.ask(0) == [False], "not at once again"
    with town.open(0):
        log.wait(seen=0)
        assert log.ask(0) == [True] and log.state().objection is None


def test_a_cosignature_of_another_key_is_none(database, town):
    """A witness that signs with a key that the policy does not name has not cosigned."""
    log = Log(database, town)
    log.grow()
    with town.open(1):
        log.ask(0, fetcher=Fetcher({"w0.test": town.addresses["w1"]}))
    assert (log.state().fault, log.public) == ("no_cosignature", (log.newest, 0))


def test_a_policy_that_changes_is_followed(database, town):
    """Who left is forgotten; a stricter quorum is met anew, and until then what was public is not taken back."""
    log = Log(database, town, "any")
    with town.open(0, 1, 2):
        size = log.grow()
        log.ask(0)
        assert database.read(accesslog.find_gathering).met
        log.policy = town.policy("all")
        witnessing.enrol(database, log.policy, now=clock.now())
        found = database.read(accesslog.find_gathering)
        assert (found.public, found.met) == (size, False)
        log.ask(1, 2)
        assert log.public == (size, 3) and database.read(accesslog.find_gathering).met
    witnessing.enrol(database, None, now=clock.now())
    newest = log.grow()
    assert log.public[0] == newest and database.read(accesslog.find_gathering) is None


def test_post_quantum_witnesses_do_as_well(database, tmp_path):
    """Three ML-DSA-44 witnesses fill a note, and it still reads."""
    log = Log(database, Town(tmp_path / "town", 3, VKEY, kind="ml-dsa-44"))
    log.grow()
    with log.town.open(0, 1, 2):
        log.ask(0, 1, 2)
    assert log.public == (log.newest, 3)
