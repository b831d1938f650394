"""A log that is served is checked from its files alone, from the last time on; whatever is wrong is told by leaf."""

from datetime import timedelta

import pytest
from time_machine import travel

from tests.tamper.served import Files, entries_of
from tests.tamper.small_log import ORIGIN, Signer
from vrm import clock
from vrm.errors import Invalid
from vrm.tlog import note
from vrm.tlog.breach import Behind, Breach
from vrm.tlog.cosignature import Cosigner, cosign
from vrm.tlog.following import Kept, follow
from vrm.tlog.note import Verifier
from vrm.tlog.policy import parse
from vrm.tlog.sources import Unreachable
from vrm.tlog.watching import MOST_BEHIND, MOST_WAIT, Watch

KEYS = [Signer().verifier]
ENTRIES = entries_of(70_000)
SMALL = ENTRIES[:600]


def checked(source, **given):
    """What ``follow`` finds, and what it kept on the way."""
    kept: list[Kept] = []
    return follow(source, KEYS, keep=kept.append, **given), kept


def broken(source, **given):
    """The breach that ``follow`` finds."""
    with pytest.raises(Breach) as found:
        follow(source, KEYS, **given)
    assert found.value.evidence or found.value.kind == "missing"
    return found.value


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 600, 65_536, 65_537, 70_000])
def test_a_log_in_order_passes(size):
    """At every kind of size each tile and bundle is read, each once, and nothing else."""
    source = Files(ENTRIES[:size])
    found, kept = checked(source)
    assert (found.size, found.start, found.kept.position, found.kept.entries) == (size, 0, size, size)
    assert sorted(source.reads) == sorted(source.files)
    assert kept[-1] == found.kept


def test_without_entries_hashes_alone_are_looked_at():
    """Nobody's token: no bundle is asked for, and what is kept says that entries were not looked at."""
    source = Files(SMALL, has_entries=False)
    found, _ = checked(source)
    assert (found.entries, found.kept.position, found.kept.entries) == (False, 600, 0)
    assert not [name for name in source.reads if "entries" in name]
    source = Files(SMALL)
    again, _ = checked(source, kept=found.kept)
    assert (again.start, again.kept.entries) == (0, 600)
    back, _ = checked(Files(ENTRIES[:700], has_entries=False), kept=again.kept)
    assert (back.start, back.kept.position, back.kept.entries) == (600, 700, 600)


def test_it_goes_on_from_the_last_time():
    """What was looked at is not read again, and the larger tree is shown to begin with the smaller one."""
    first, _ = checked(Files(ENTRIES[:60_000]))
    source = Files(ENTRIES)
    found, _ = checked(source, kept=Kept.load(first.kept.dump()))
    assert (found.start, found.continued, found.kept.position) == (60_000, (60_000,), 70_000)
    assert len(source.reads) < 100
    since, _ = checked(Files(ENTRIES), since=Files(ENTRIES[:60_000]).files["checkpoint"])
    assert (since.start, since.continued) == (60_000, (60_000,))
    idle, _ = checked(Files(ENTRIES), kept=found.kept)
    assert idle.kept.moved == found.kept.moved


def test_an_interrupt_loses_little():
    """Wherever it stops, what it kept by then lets it go on to the same end, and nothing is skipped."""

    class Failing(Files):
        left = 150

        def read(self, named):
            self.left -= 1
            if self.left < 0:
                raise Unreachable("The line is down.")
            return super().read(named)

    kept: list[Kept] = []
    source, rounds = Failing(ENTRIES), 0
    while not kept or kept[-1].position < 70_000:
        source.left, rounds = 150, rounds + 1
        try:
            follow(source, KEYS, kept=kept[-1] if kept else None, keep=kept.append)
        except Unreachable:
            assert rounds < 20
    assert rounds > 1
    assert set(source.reads) == set(source.files)
    assert [each.position for each in kept] == sorted(each.position for each in kept)


def changed(data, at=5):
    """The same bytes but for one."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("name", "at", "kind", "leaf"),
    [
        ("tile/entries/000", 5, "entry", 0),
        ("tile/entries/001", -3, "entry", 511),
        ("tile/entries/002.p/88", 5, "entry", 512),
        ("tile/entries/001", 1, "entry", 256),  # a length
        ("tile/0/000", 32 * 7, "tile", 7),
        ("tile/0/001", -1, "tile", 511),
        ("tile/0/002.p/88", 32 * 3, "tile", 515),
        ("tile/1/000.p/2", 0, "tile", None),
    ],
)
def test_one_changed_byte_is_named_by_its_leaf(name, at, kind, leaf):
    """An entry, its length, its hash or a hash above: told apart, with the leaf wherever there is one."""
    source = Files(SMALL)
    source.files[name] = changed(source.files[name], at % len(source.files[name]))
    found = broken(source)
    assert (found.kind, found.leaf) == (kind, leaf), found
    assert "checkpoint" in found.evidence


@pytest.mark.parametrize("name", sorted(set(Files(SMALL).files) - {"checkpoint"}))
def test_what_is_missing_cut_or_too_long_is_found(name):
    """Every file matters, and every one of its bytes."""
    for lie in (None, b"", Files(SMALL).files[name][:-1], Files(SMALL).files[name] + b"\0"):
        source = Files(SMALL)
        source.files.pop(name) if lie is None else source.files.update({name: lie})
        assert broken(source).kind == (
            "missing" if lie is None else "tile" if "entries" not in name else "entry"
        )


def test_a_partial_tile_that_became_full_will_do():
    """A log may drop partial tiles once they are full; the full one is read as far as the checkpoint goes."""
    source, longer = Files(SMALL), Files(ENTRIES[:1000])
    for name in [name for name in source.files if "002.p" in name]:
        del source.files[name]
    source.files |= {name: data for name, data in longer.files.items() if name.endswith("/002")}
    assert checked(source)[0].size == 600


def test_history_that_changed():
    """Rewritten, forked, rolled back: what is kept tells, and both checkpoints are the evidence.

    A checkpoint from elsewhere may be newer than what is public yet, so a smaller tree is told without accusing anybody.
    """
    first, _ = checked(Files(SMALL))
    mine = first.kept.checkpoint.encode()
    rewritten = [b'{"entry":"other"}', *ENTRIES[1:700]]
    for entries, kind in (
        (rewritten, "forked"),
        (rewritten[:600], "forked"),
        (SMALL[:599], "rolled_back"),
        ([], "rolled_back"),
    ):
        for given in ({"kept": first.kept}, {"since": mine}, {"kept": first.kept, "since": mine}):
            if kind == "rolled_back" and "kept" not in given:
                with pytest.raises(
                    Behind, match=f"shows {len(entries)} leaves, and you hold a checkpoint of 600"
                ):
                    checked(Files(entries), **given)
                continue
            found = broken(Files(entries), **given)
            assert (found.kind, found.evidence["checkpoint-kept"]) == (kind, mine)
            assert found.evidence["checkpoint"] == Files(entries).files["checkpoint"]


def test_a_checkpoint_that_is_not_to_be_believed():
    """Another key, another log, a changed byte, a page that says it is being mended: none passes for the log."""
    other = Files(SMALL, Signer(9)).files["checkpoint"]
    good = Files(SMALL).files["checkpoint"]
    for lie in (
        other,
        changed(good, 20),
        b"<html>",
        b"",
        good.replace(ORIGIN.encode(), b"log.example/other"),
    ):
        source = Files(SMALL)
        source.files["checkpoint"] = lie
        assert broken(source).kind == "checkpoint"
    # A false signature beside the good one: somebody signs two things.
    source.files["checkpoint"] = good + changed(good.splitlines(keepends=True)[-1], 80)
    assert broken(source).kind == "checkpoint"
    del source.files["checkpoint"]
    assert broken(source).kind == "missing"


def test_either_key_of_a_rotation_will_do():
    """Of two keys given, one signature is enough, and a false one by the other is not forgiven."""
    old, new = Signer(), Signer(9)
    both = [old.verifier, new.verifier]
    for signer in (old, new):
        assert follow(Files(SMALL, signer), both).size == 600
    source, foreign = Files(SMALL, old), Files(SMALL[:5], new).files["checkpoint"]
    source.files["checkpoint"] += foreign.splitlines(keepends=True)[-1]
    with pytest.raises(Breach):
        follow(source, both)
    assert follow(source, [old.verifier]).size == 600


def test_what_cannot_be_checked_against_is_no_accusation():
    """A kept checkpoint of a key that was not given, or a state that was not ours, says nothing about the log."""
    other = Files(SMALL, Signer(9)).files["checkpoint"]
    with pytest.raises(Invalid, match="older"):
        follow(Files(SMALL), KEYS, since=other)
    with pytest.raises(Invalid):
        follow(
            Files(SMALL), [Verifier("log.example/other", Signer().public)], since=Files(SMALL).checkpoint()
        )
    good = checked(Files(SMALL))[0].kept
    for lie in (b"", b"[]", b"{}", good.dump().replace(b"600", b'"600"'), good.dump().replace(b"Z", b"!")):
        with pytest.raises(Invalid):
            Kept.load(lie)
    with pytest.raises(Invalid):
        follow(Files(SMALL), KEYS, kept=Kept(good.checkpoint, 601, 601, good.moved))


def test_watching_waits_longer_for_a_log_that_is_down():
    """Each time twice as long, up to an hour; once it answers, as often as asked."""
    answers = [Unreachable("down")] * 9 + [None, Unreachable("down")]

    def look():
        fault = answers.pop(0)
        if fault:
            raise fault
        return follow(Files(SMALL), KEYS)

    watching = Watch(timedelta(seconds=60), look, None)
    waits = [watching.round().wait for _ in range(9)]
    assert waits[:3] == [timedelta(seconds=seconds) for seconds in (120, 240, 480)]
    assert waits[-1] == MOST_WAIT
    assert watching.is_stale(timedelta(days=-1))
    assert not watching.is_stale(timedelta(hours=1))
    found = watching.round()
    assert (found.wait, found.fault) == (timedelta(seconds=60), None)
    assert watching.round().wait == timedelta(seconds=120)


def test_watching_waits_for_a_log_that_is_behind():
    """For an hour it may show less than one holds, be it reached in between or not; then it was rolled back."""
    mine, answers = (
        Files(ENTRIES[:700]).files["checkpoint"],
        ["behind", "settled", "behind", "away", "behind", "behind"],
    )

    def look():
        answer = answers.pop(0)
        if answer == "away":
            raise Unreachable("down")
        return follow(Files(ENTRIES[:700] if answer == "settled" else SMALL), KEYS, since=mine)

    watching, found = Watch(timedelta(seconds=60), look, None), []
    with travel(clock.now(), tick=False) as clock_:
        for _ in range(5):
            found.append(watching.round())
            clock_.shift(MOST_BEHIND / 3)
        with pytest.raises(Breach, match="rolled back"):
            watching.round()
    assert [each.behind for each in found] == [True, False, True, False, True]
    assert found[0].wait == timedelta(seconds=60)


def test_a_checkpoint_that_does_not_move_is_stale():
    """Its age counts from when it was first seen, over restarts too."""
    kept = follow(Files(SMALL), KEYS).kept
    old = Kept(kept.checkpoint, 600, 600, clock.now() - timedelta(days=2))
    watching = Watch(timedelta(seconds=60), lambda: follow(Files(SMALL), KEYS, kept=old), old)
    watching.round()
    assert watching.is_stale(timedelta(days=1))
    assert not watching.is_stale(timedelta(days=3))
    assert not watching.is_stale(None)
    grown = Watch(timedelta(seconds=60), lambda: follow(Files(ENTRIES[:700]), KEYS, kept=old), old)
    grown.round()
    assert not grown.is_stale(timedelta(days=1))


def test_a_policy_asks_for_witnesses():
    """With a policy, the log's own signature is not enough: as many witnesses as it names must have cosigned."""
    witnesses = {"w.example/one": Signer(1), "w.example/two": Signer(2)}
    named = [(name, Cosigner(name, signer.public).vkey) for name, signer in witnesses.items()]
    lines = [f"witness w{number} {vkey}" for number, (_, vkey) in enumerate(named)]
    policies = {
        quorum: parse("\n".join([*lines, f"group some {quorum} w0 w1", "quorum some", ""]).encode())
        for quorum in ("any", "all")
    }
    source = Files(SMALL)
    for bear, passes in ((0, ()), (1, ("any",)), (2, ("any", "all"))):
        for quorum, policy in policies.items():
            if quorum in passes:
                assert follow(source, KEYS, policy=policy).size == 600
            else:
                assert broken(source, policy=policy).kind == "checkpoint"
        if bear < 2:
            name, signer = list(witnesses.items())[bear]
            body = note.parse(Files(SMALL).files["checkpoint"]).text
            source.files["checkpoint"] += cosign(body, name, signer, 1_780_000_000).encode()
    source.files["checkpoint"] = changed(source.files["checkpoint"], -40 % len(source.files["checkpoint"]))
    assert broken(source, policy=policies["all"]).kind == "checkpoint"
    assert follow(source, KEYS, policy=policies["any"]).size == 600
