"""Jobs: claimed by one at a time, done at least once, never lost, in the end given up."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from vrm import work
from vrm.ids import new_id
from vrm.work.backoff import Patience

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LEASE = timedelta(seconds=60)


def enqueue(database, *, kind="mail", payload=b"sealed", now=NOW, **more):
    return database.write(lambda s: work.enqueue(s, kind=kind, payload=payload, now=now, **more))


def claim(database, *, now=NOW, limit=10, kinds=("mail",), **more):
    return database.write(lambda s: work.claim(s, kinds=kinds, limit=limit, lease=LEASE, now=now, **more))


def test_a_claimed_job_carries_what_was_enqueued(database):
    """Kind, owner and payload come back byte for byte, and the first claim is attempt 1."""
    owner, payload = new_id(), bytes(range(256))
    job_id = enqueue(database, payload=payload, owner_id=owner)
    (job,) = claim(database)
    assert (job.id, job.kind, job.owner_id, job.payload, job.attempts) == (job_id, "mail", owner, payload, 1)
    assert job.claimed_until == NOW + LEASE
    assert repr(payload) not in repr(job)


def test_a_job_exists_only_if_its_transaction_commits(database):
    """A change that is rolled back leaves no job behind."""

    def fails(session):
        work.enqueue(session, kind="mail", payload=b"", now=NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.write(fails)
    assert claim(database) == []


def test_only_due_jobs_of_the_wanted_kinds_the_oldest_first(database):
    """Later jobs and other kinds stay; the limit holds; the longest due comes first."""
    second = enqueue(database, due=NOW - timedelta(seconds=1))
    first = enqueue(database, due=NOW - timedelta(seconds=2))
    enqueue(database, due=NOW + timedelta(seconds=1))
    enqueue(database, kind="signal")
    assert [job.id for job in claim(database, limit=1)] == [first]
    assert [job.id for job in claim(database)] == [second]
    assert claim(database) == []


def test_a_lease_that_ends_gives_the_job_to_another(database):
    """While the lease runs nobody gets the job; afterwards the next one does, and the first has lost it."""
    enqueue(database)
    (first,) = claim(database)
    assert claim(database, now=NOW + LEASE - timedelta(milliseconds=1)) == []
    (second,) = claim(database, now=NOW + LEASE)
    assert second.attempts == 2
    assert database.write(lambda s: work.finish(s, first)) is False
    assert database.write(lambda s: work.retry(s, first, now=NOW)) is False
    assert database.write(lambda s: work.finish(s, second)) is True
    assert database.write(lambda s: work.finish(s, second)) is False


def test_a_finished_job_is_gone(database):
    """Nothing of the payload stays behind in the table."""
    enqueue(database)
    (job,) = claim(database)
    database.write(lambda s: work.finish(s, job))
    assert database.read(lambda s: work.counts(s, now=NOW)) == []


def test_failing_waits_longer_each_time_and_ends(database):
    """Waits double up to the cap, then the job is dead and is not claimed again."""
    patience = Patience(first=timedelta(seconds=10), longest=timedelta(seconds=25), attempts=4)
    enqueue(database)
    now, waits = NOW, []
    while True:
        (job,) = claim(database, now=now, patience=patience)
        if not database.write(lambda s, job=job, now=now: work.retry(s, job, now=now, patience=patience)):
            break
        later = next(wait for wait in range(1, 100) if _is_ready(database, now + timedelta(seconds=wait)))
        waits.append(later)
        now += timedelta(seconds=later)
    assert waits == [10, 20, 25]
    assert claim(database, now=NOW + timedelta(days=9)) == []
    (count,) = database.read(lambda s: work.counts(s, now=NOW))
    assert (count.ready, count.dead) == (0, 1)


def _is_ready(database, now):
    return database.read(lambda s: work.counts(s, now=now))[0].ready == 1


def test_the_default_patience_never_overflows():
    """Any number of attempts has a wait, at most the cap."""
    waits = [work.PATIENCE.wait(attempts) for attempts in (0, 1, 2, 12, 10**6)]
    assert waits[0] == waits[1] == work.PATIENCE.first
    assert waits[-1] == work.PATIENCE.longest


def test_a_job_that_kills_its_workers_is_given_up(database):
    """A job that is claimed and never reported on dies after the same number of attempts."""
    patience = Patience(attempts=3)
    enqueue(database)
    for lives in range(3):
        assert len(claim(database, now=NOW + lives * LEASE, patience=patience)) == 1
    assert claim(database, now=NOW + 3 * LEASE, patience=patience) == []
    assert database.read(lambda s: work.counts(s, now=NOW))[0].dead == 1


def test_the_dead_are_counted_kept_and_discarded(database):
    """A buried job can be seen until it is old enough to be deleted."""
    enqueue(database)
    (job,) = claim(database)
    database.write(lambda s: work.bury(s, job))
    assert database.read(lambda s: work.counts(s, now=NOW)) == [work.Count("mail", 0, 0, 0, 1)]
    assert database.write(lambda s: work.discard_dead(s, before=NOW)) == 0
    assert database.write(lambda s: work.discard_dead(s, before=NOW + LEASE)) == 1


def test_counts_tell_ready_later_running(database):
    """Each living job is counted in exactly one way."""
    enqueue(database)
    claim(database)
    enqueue(database)
    enqueue(database, due=NOW + LEASE)
    enqueue(database, kind="signal")
    counts = database.read(lambda s: work.counts(s, now=NOW))
    assert counts == [work.Count("mail", 1, 1, 1, 0), work.Count("signal", 1, 0, 0, 0)]


def test_forgetting_an_owner_takes_their_jobs_only(database):
    """Jobs of others, and of nobody, stay."""
    gone, stays = new_id(), new_id()
    enqueue(database, owner_id=gone)
    kept = {enqueue(database, owner_id=stays), enqueue(database)}
    database.write(lambda s: work.forget(s, owner_id=gone))
    assert {job.id for job in claim(database)} == kept


def test_the_database_says_what_time_it_is(database):
    """Without a time of the caller's, due and lease are measured by the database."""
    enqueue(database)
    jobs = database.write(lambda s: work.claim(s, kinds=["mail"], limit=1, lease=LEASE))
    now = database.read(work.database_time)
    assert len(jobs) == 1
    assert timedelta(0) < jobs[0].claimed_until - now <= LEASE


@pytest.mark.parametrize("way", ["write", "write_group"])
def test_many_workers_never_share_a_job(database, way):
    """Workers that claim at the same time get every job exactly once."""
    expected = {enqueue(database, payload=b"%d" % number) for number in range(60)}
    claimed: list[str] = []
    start = threading.Barrier(4)

    def run():
        start.wait()
        while jobs := getattr(database, way)(
            lambda s: work.claim(s, kinds=["mail"], limit=7, lease=LEASE, now=NOW)
        ):
            claimed.extend(job.id for job in jobs)

    workers = [threading.Thread(target=run) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(claimed) == 60
    assert set(claimed) == expected
