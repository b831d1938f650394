"""KEKs rotate with no stop and no loss, whatever breaks in between and whoever works meanwhile."""

import threading
import uuid
from contextlib import suppress

import pytest
from sqlalchemy import select

from keys import Aad, CannotUnwrap, KekInUse, KekMissing
from keys.tables import deks


class Stopped(Exception):
    """Stands for a kill."""


def place(owner):
    return Aad("value", owner, "item")


@pytest.fixture
def sealed(store):
    """Ten owners, each with something sealed."""
    owners = [str(uuid.uuid4()) for _ in range(10)]
    for owner in owners:
        store.create(owner)
    return {owner: store.seal(owner, owner.encode(), place(owner)) for owner in owners}


def assert_all_open(store, sealed):
    for owner, each in sealed.items():
        assert store.open(owner, each, place(owner)) == owner.encode()


def test_rewrap_moves_everything(store, another, sealed):
    """After rotate and rewrap the new KEK wraps all, what was sealed opens, and no secret has changed."""
    before = (store.blind_index("login", "a"), store.log_signer.public, store.log_secret(next(iter(sealed))))
    old = store.status()[0].kek_id
    new = store.rotate()
    steps = []
    assert store.rewrap(lambda done, total: steps.append((done, total)), batch=4) == 24
    assert [(kek.kek_id, kek.current, kek.wraps) for kek in store.status()] == [
        (new, True, 24),
        (old, False, 0),
    ]
    assert steps[0] == (0, 24) and steps[-1] == (24, 24) and steps == sorted(steps)
    fresh = another()
    assert_all_open(fresh, sealed)
    assert (fresh.blind_index("login", "a"), fresh.log_signer.public) == before[:2]
    assert fresh.log_secret(next(iter(sealed))) == before[2]


def test_rewrap_with_nothing_to_do(store, sealed):
    """Without a rotation nothing moves."""
    assert store.rewrap() == 0


def test_others_follow_a_rotation_without_restart(store, another, sealed, clock):
    """Before, between and after rotate and rewrap, another process reads and creates as ever."""
    elsewhere = another()
    for step in (store.rotate, store.rewrap, lambda: None):
        step()
        newcomer = str(uuid.uuid4())
        elsewhere.create(newcomer)
        assert elsewhere.status()[0].deks >= 1
        sealed[newcomer] = elsewhere.seal(newcomer, newcomer.encode(), place(newcomer))
        clock.now += 10  # so that keys are unwrapped anew
        assert_all_open(elsewhere, sealed)
        assert_all_open(store, sealed)
    assert [kek.wraps for kek in store.status()] == [24 + 6, 0]


@pytest.mark.parametrize("stop_after", range(12))
def test_rewrap_goes_on_after_a_kill_at_any_step(store, another, sealed, stop_after):
    """Stopped after any batch, nothing is lost; the next call moves exactly the rest."""
    store.rotate()
    done_before = []

    def stop(done, total):
        done_before.append(done)
        if len(done_before) > stop_after:
            raise Stopped

    with suppress(Stopped):
        store.rewrap(stop, batch=3)
    fresh = another()
    assert_all_open(fresh, sealed)
    assert fresh.rewrap(batch=3) == 24 - done_before[-1]
    assert [kek.wraps for kek in fresh.status()] == [24, 0]
    assert_all_open(another(), sealed)


@pytest.mark.parametrize("call", range(1, 25, 5))
def test_a_kill_inside_a_batch_undoes_the_batch(store, another, sealed, monkeypatch, call):
    """A batch is one transaction: killed within it, every row is wrapped by its old KEK, and opens."""
    store.rotate()
    wrap, calls = type(store._keyring).wrap, []

    def stop(*args):
        calls.append(1)
        if len(calls) == call:
            raise Stopped
        return wrap(*args)

    with monkeypatch.context() as broken:
        broken.setattr("keys.keyring.Keyring.wrap", stop)
        with pytest.raises(Stopped):
            store.rewrap(batch=4)
    fresh = another()
    assert_all_open(fresh, sealed)
    fresh.rewrap(batch=4)
    assert [kek.wraps for kek in fresh.status()] == [24, 0]


def test_rotation_under_load(store, another, sealed):
    """While others create and read without pause, two rotations lose nothing and leave nothing behind."""
    stores, made, faults = [another() for _ in range(3)], [], []

    def work(one):
        try:
            for _ in range(10):
                owner = str(uuid.uuid4())
                one.create(owner)
                made.append((owner, one.seal(owner, owner.encode(), place(owner))))
                assert_all_open(one, sealed)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(one,)) for one in stores]
    for thread in threads:
        thread.start()
    for _ in range(2):
        store.rotate()
        store.rewrap(batch=5)
    for thread in threads:
        thread.join()
    assert not faults
    store.rewrap()
    current, *old = store.status()
    assert current.deks == current.log_secrets == 10 + 30 + 1
    for kek in old:
        store.retire(kek.kek_id)
    assert_all_open(another(), sealed | dict(made))


def test_a_damaged_row_does_not_hold_up_the_rest(store, another, sealed):
    """What can be unwrapped is moved; the rest is counted, and its KEK is kept."""
    victim, *healthy = sealed
    with store._engine.begin() as connection:
        connection.execute(deks.update().where(deks.c.owner_id == victim).values(wrapped=b"damaged"))
    old = store.status()[0].kek_id
    store.rotate()
    with pytest.raises(CannotUnwrap, match="23 rewrapped; 1 cannot"):
        store.rewrap(batch=1)
    assert [kek.wraps for kek in store.status()] == [23, 1]
    with pytest.raises(KekInUse):
        store.retire(old)
    assert_all_open(another(), {owner: sealed[owner] for owner in healthy})


def test_a_kek_is_retired_only_when_it_wraps_nothing(store, another, sealed, directory):
    """Current or in use, it stays; then it goes, and everything still opens."""
    old = store.status()[0].kek_id
    with pytest.raises(KekInUse, match="current"):
        store.retire(old)
    new = store.rotate()
    with pytest.raises(KekInUse, match="24"):
        store.retire(old)
    store.rewrap()
    store.retire(old)
    assert [kek.kek_id for kek in store.status()] == [new]
    assert not (directory / f"{old}.kek").exists()
    with pytest.raises(KekMissing):
        store.retire(old)
    assert_all_open(another(), sealed)


def test_status_shows_a_lost_kek(store, sealed, directory):
    """A KEK that something needs and that has no file is listed as not present."""
    old = store.status()[0].kek_id
    store.rotate()
    (directory / f"{old}.kek").unlink()
    lost = store.status()[1]
    assert (lost.kek_id, lost.present, lost.deks, lost.log_secrets, lost.files) == (old, False, 11, 11, 2)


def test_a_retired_kek_makes_old_copies_unreadable(store, another, sealed):
    """A wrapped key copied before its destruction unwraps for nobody once its KEK is retired."""
    owner = next(iter(sealed))
    with store._engine.connect() as connection:
        copied = dict(connection.execute(select(deks).where(deks.c.owner_id == owner)).one()._mapping)
    store.destroy(owner)
    old = store.status()[0].kek_id
    store.rotate()
    store.rewrap()
    store.retire(old)
    with pytest.raises(KekMissing):
        another()._keyring.unwrap(copied["wrapped"], Aad("dek", owner, copied["dek_id"].hex()))
