"""Who was exposed through a client in a time, of what, under which consents: in one query."""

from datetime import timedelta
from itertools import groupby
from typing import Any

import pytest

from tests.support.databases import statements
from tests.unit.oversight.conftest import CLIENTS, COMPANIES, MONDAY, PURPOSES, granted, mixed, read, write
from tests.unit.oversight.test_searching import everything, thread
from vrm import oversight
from vrm.errors import Invalid

SPAN: dict[str, Any] = {"since": MONDAY + timedelta(hours=10), "until": MONDAY + timedelta(hours=80)}


def pages(database, limit, **what):
    """All pages; the totals must be the same on each."""
    found, after, totals = [], None, set()
    while True:
        page = database.read(
            lambda session, after=after: oversight.exposure(session, after=after, limit=limit, **what)
        )
        found += page.exposed
        totals.add((page.threads, page.reads, page.keys))
        if page.after is None:
            assert len(totals) == 1
            return found, totals.pop()
        after = page.after


@pytest.mark.parametrize(
    ("whose", "member"),
    [({"client_id": CLIENTS[1]}, "client_id"), ({"company_id": COMPANIES[1]}, "company_id")],
)
def test_exposure_is_what_the_log_says(database, whose, member):
    """Each consent with its keys, purposes, revisions, reads, times and leaves; totals over all; any page size."""
    write(database, mixed(400), each=50)
    (value,) = whose.values()
    rows = [
        row
        for row in everything(database)
        if getattr(row, member) == value
        and (row.type, row.outcome) == ("disclosure", "answered")
        and SPAN["since"] <= row.at < SPAN["until"]
    ]
    by_thread = {
        name: list(of) for name, of in groupby(sorted(rows, key=lambda r: r.thread), lambda r: r.thread)
    }
    for limit in (3, 100):
        found, (threads, reads, keys) = pages(database, limit, **whose, **SPAN)
        assert (threads, reads, set(keys)) == (len(by_thread), len(rows), {k for r in rows for k in r.keys})
        assert sorted(one.thread for one in found) == sorted(by_thread)
        for one in found:
            mine = by_thread[one.thread]
            assert set(one.keys) == {key for row in mine for key in row.keys}
            assert set(one.purposes) == {row.purpose for row in mine}
            assert set(one.revisions) == {row.revision for row in mine}
            assert (one.reads, one.first_at, one.last_at) == (
                len(mine), min(r.at for r in mine), max(r.at for r in mine),
            )  # fmt: skip
            leaves = [row.leaf_index for row in mine]
            assert (one.first_leaf, one.last_leaf) == (min(leaves), max(leaves))
    leaves = database.read(lambda session: list(oversight.exposed_leaves(session, **whose, **SPAN)))
    assert leaves == sorted(row.leaf_index for row in rows)


def test_only_answered_reads_expose(database):
    """A refusal gave nothing away, and neither did granting; nothing outside the time counts."""
    inside = SPAN["since"]
    write(
        database,
        [
            granted(inside), read(inside, code="consent_revoked"), read(SPAN["until"]),
            read(inside - timedelta(milliseconds=1)), read(inside, client=1),
        ],
    )  # fmt: skip
    page = database.read(lambda session: oversight.exposure(session, client_id=CLIENTS[0], **SPAN))
    assert (page.exposed, page.threads, page.reads, page.keys) == ([], 0, 0, ())


def test_the_answer_is_one_statement(database):
    """Page, totals and keys come from one statement, so they can never contradict each other."""
    write(database, mixed(50))
    with statements(database) as run:
        database.read(lambda session: oversight.exposure(session, client_id=CLIENTS[0], **SPAN))
    assert len([one for one in run if "SELECT" in one]) == 1


def test_a_key_is_itself_alone(database):
    """Only reads that gave this very key: no pattern, no other case, no part of a name."""
    write(
        database, [read(SPAN["since"], keys=("age_over_18", "email")), read(SPAN["since"], keys=("email",))]
    )

    def reads(key):
        return database.read(
            lambda session: oversight.exposure(session, client_id=CLIENTS[0], key=key, **SPAN)
        ).reads

    assert (reads("email"), reads("age_over_18")) == (2, 1)
    assert [reads(key) for key in ("EMAIL", "mail", "age", "age%", "age-over-18", "")] == [0] * 6


def test_whose_reads_must_be_said(database):
    """A client or a company, not both and not neither."""
    for whose in ({}, {"client_id": CLIENTS[0], "company_id": COMPANIES[0]}):
        with pytest.raises(Invalid):
            database.read(lambda session, whose=whose: oversight.exposure(session, **whose, **SPAN))


def test_keys_read(database, monkeypatch):
    """Per consent asked about, which keys were ever given under it, however many are asked about; of no other."""
    monkeypatch.setattr("vrm.oversight.exposures._BATCH", 2)
    hour = timedelta(hours=1)
    events = [
        read(MONDAY, consent=1, keys=("email",)),
        read(MONDAY + hour, consent=1, keys=("email", "name")),
        read(MONDAY + 2 * hour, consent=2, client=1, keys=("email",), purpose=PURPOSES[1]),
        read(MONDAY + 3 * hour, consent=3, client=2, keys=("birthdate",)),
        read(MONDAY + 4 * hour, consent=4, keys=("birthdate",), code="not_permitted"),
        granted(MONDAY + 5 * hour, keys=("age_over_18",)),
    ]
    write(database, events)
    ours = [thread(consent) for consent in (0, 1, 2, 4, 9)]
    assert database.read(lambda session: oversight.keys_read(session, threads=ours)) == {
        thread(1): {"email", "name"},
        thread(2): {"email"},
    }
    assert database.read(lambda session: oversight.keys_read(session, threads=[])) == {}
