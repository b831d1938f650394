"""Events are written with their change, shown to those they concern, and can be made nobody's."""

import dataclasses
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from tests.support.databases import statements
from tests.tamper.small_log import CLIENT, COMPANY, CONSENTS, CONSUMERS, START, event, fill, write
from vrm import accesslog, ids
from vrm.accesslog.models import EventLookup, LogEvent, LogPending
from vrm.tlog import merkle


def lines(database, consumer=0, limit=100, **more):
    return database.read(
        lambda session: accesslog.list_for_consumer(
            session, consumer_id=CONSUMERS[consumer], limit=limit, **more
        )
    )


def test_an_event_stands_or_falls_with_its_change(database):
    """A transaction that fails leaves no event; one that commits leaves the entry verbatim."""

    def change(session, fail):
        accesslog.record(session, event(2))
        if fail:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        database.write(lambda session: change(session, True))
    assert lines(database) == []
    prepared = database.write(lambda session: accesslog.record(session, event(2)))
    (line,) = lines(database)
    assert (line.event_id, line.leaf_hash, line.leaf_index) == (prepared.event_id, prepared.leaf_hash, None)
    assert database.read(lambda session: session.get_one(LogEvent, prepared.event_id)).entry == prepared.entry
    assert database.read(accesslog.count_pending) == 1


def test_writing_nothing_is_nothing(database):
    """An empty batch is no statement."""
    database.write(lambda session: accesslog.append(session.connection(), []))
    assert database.read(accesslog.count_pending) == 0


def test_a_line_tells_what_its_commitment_hides(database):
    """The person it concerns sees members and detail, and the leaf once there is one."""
    prepared = fill(database, 3)
    line = lines(database)[0]
    assert line.event_id == prepared[2].event_id
    assert line.at == START + timedelta(seconds=2)
    assert (line.type, line.outcome, line.consent_id) == ("disclosure", "answered", CONSENTS[0])
    assert line.entry["keys"] == ["age_over_18", "email"]
    assert line.detail["versions"] == {"email": [[1, "home"]]}
    assert line.leaf_index == 2


def test_pages_go_back_without_gap_or_double(database):
    """Page after page, newest first, gives each event once, though many share one moment."""
    same = [dataclasses.replace(event(2), at=START) for _ in range(7)]
    database.write(lambda session: [accesslog.record(session, one) for one in same])
    write(database, range(10))
    seen, before = [], None
    while page := lines(database, limit=3, before=before):
        seen += page
        before = page[-1].event_id
    assert [line.event_id for line in seen] == [line.event_id for line in lines(database)]
    assert len({line.event_id for line in seen}) == 11  # 7, and of ten the five even ones but the company's
    assert [line.at for line in seen] == sorted((line.at for line in seen), reverse=True)


def test_nobody_sees_anothers_lines(database):
    """A person's list has their own events only, and another's event id as a cursor gives nothing."""
    write(database, range(20))
    mine, others = lines(database, 0), lines(database, 1)
    assert not {line.event_id for line in mine} & {line.event_id for line in others}
    assert lines(database, 0, before=others[0].event_id) == []
    assert lines(database, 0, before=ids.new_id()) == []


def test_one_consents_history(database):
    """A consent's events can be listed alone."""
    write(database, range(10))
    assert lines(database, 0, consent_id=CONSENTS[1]) == []
    assert len(lines(database, 0, consent_id=CONSENTS[0])) == len(lines(database, 0))


def test_counts(database):
    """Reads and refusals are counted from a moment on; consent changes are neither."""
    write(database, range(20))

    def count(since):
        moments = (since, START + timedelta(days=2))
        (counts,) = database.read(
            lambda session: accesslog.count_in_spans(session, consumer_id=CONSUMERS[0], moments=moments)
        )
        return counts.reads, counts.refusals

    assert count(START) == (5, 1)  # of the even ones: 0 and 10 are grants, 4 and 14 a company's, 8 is refused
    assert count(START + timedelta(seconds=9)) == (3, 0)
    assert count(START + timedelta(days=1)) == (0, 0)


def test_a_client_finds_its_own_events_only(database):
    """A client may look at its own disclosure; with another client's id it finds nothing."""
    prepared = fill(database, 3)[2]

    def find(client_id):
        return database.read(
            lambda session: accesslog.find_for_client(
                session, client_id=client_id, event_id=prepared.event_id
            )
        )

    assert find(CLIENT).leaf_hash == prepared.leaf_hash
    assert find(ids.new_id()) is None


def own_reads(database, consumer=0, consent=0, company=COMPANY, limit=100, before=None):
    return database.read(
        lambda session: accesslog.list_for_company(
            session, consumer_id=CONSUMERS[consumer], company_id=company, consent_id=CONSENTS[consent],
            limit=limit, before=before, told=str.upper,
        )
    )  # fmt: skip


def test_a_company_sees_its_own_reads_with_what_proves_them(database):
    """Reads and refusals under one consent, and nothing else of it; the entry of an answered one has its leaf."""
    fill(database, 20)
    mine = own_reads(database)
    assert [read.event_id for read in mine] == [line.event_id for line in lines(database, type="disclosure")]
    for read in mine:
        assert read.leaf_index is not None
        assert "code" not in read.members
        if read.answered:
            assert merkle.leaf_hash(read.entry) == read.leaf_hash
            assert read.told is None
        else:
            assert read.entry is None
            assert read.told and read.told.isupper()
    assert {read.answered for read in mine} == {True, False}
    assert not any(
        word in repr(mine) for word in (CONSUMERS[0], "versions", "'home'", '"home"', "consent_revoked")
    )


def test_a_company_sees_no_others_reads(database):
    """Another company, another consent, and a page that starts from anything else give nothing."""
    write(database, range(20))
    assert own_reads(database, company=ids.new_id()) == own_reads(database, consent=1) == []
    granted = lines(database, type="consent.granted")[0]
    for foreign in (lines(database, 1)[0].event_id, granted.event_id, ids.new_id()):
        assert own_reads(database, before=foreign) == []


def test_a_companys_pages_go_back_without_gap_or_double(database):
    """Page after page gives each of its reads once."""
    write(database, range(20))
    seen, before = [], None
    while page := own_reads(database, limit=2, before=before):
        seen += page
        before = page[-1].event_id
    assert seen == own_reads(database)


def test_a_company_sees_no_reads_of_a_forgotten_person(database):
    """What a company did under a consent goes with the look-ups of the person."""
    write(database, range(20))
    database.write(lambda session: accesslog.forget(session, consumer_id=CONSUMERS[0]))
    assert own_reads(database) == []
    assert own_reads(database, 1, 1) != []


def test_forgotten_is_forgotten(database):
    """After forget nothing stored says whose an event was; the others' lines and the tree stay."""
    prepared = fill(database, 10)
    others = lines(database, 1)
    gone = database.write(lambda session: accesslog.forget(session, consumer_id=CONSUMERS[0]))
    assert gone == 4
    assert lines(database, 0) == []
    assert lines(database, 1) == others
    openings = [
        one.opening for one in prepared if one.event.about and one.event.about.consumer_id == CONSUMERS[0]
    ]

    def leftovers(session):
        kept = set(session.scalars(select(LogEvent.opening))) | set(
            session.scalars(select(EventLookup.opening))
        )
        return kept & set(openings)

    assert database.read(leftovers) == set()
    assert database.read(lambda session: session.scalar(select(func.count()).select_from(LogEvent))) == 10
    assert database.write(lambda session: accesslog.forget(session, consumer_id=CONSUMERS[0])) == 0


def test_the_opening_of_nobodys_event_is_kept(database):
    """An event about no person keeps its opening with it, so that it can be opened to an auditor."""
    prepared = database.write(lambda session: accesslog.record(session, event(4)))
    stored = database.read(lambda session: session.get_one(LogEvent, prepared.event_id))
    assert accesslog.opens(stored.entry, stored.opening)


def test_every_event_waits_exactly_once(database):
    """Each event written is pending, and only those."""
    prepared = write(database, range(5))
    waiting = database.read(lambda session: set(session.scalars(select(LogPending.event_id))))
    assert waiting == {one.event_id for one in prepared}


def test_lines_are_narrowed(database):
    """By type, outcome, company and moment, alone and together; what fits none gives none."""
    write(database, range(20))
    every = lines(database)

    def fit(**conditions):
        return [line.event_id for line in lines(database, **conditions)]

    def where(fits):
        return [line.event_id for line in every if fits(line)]

    refused = where(lambda line: line.outcome == "refused")
    since = START + timedelta(seconds=8)
    assert refused
    assert fit(type="disclosure") == where(lambda line: line.type == "disclosure")
    assert fit(type="disclosure", outcome="refused") == fit(outcome="refused") == refused
    assert fit(since=since) == where(lambda line: line.at >= since)
    assert fit(company_id=COMPANY) == where(lambda line: True)
    assert fit(company_id=ids.new_id()) == fit(type="consent.revoked") == []
    assert fit(type="disclosure", limit=2, before=fit(type="disclosure")[0]) == fit(type="disclosure")[1:3]


def test_reads_add_up_by_consent(database):
    """Reads, refusals and the last read of each consent; another's are never among them."""
    write(database, range(20))

    def tally(**more):
        return database.read(
            lambda session: accesslog.tally_for_consumer(session, consumer_id=CONSUMERS[0], **more)
        )

    (one,) = tally()
    last = max(line.at for line in lines(database, outcome="answered"))
    tried = max(line.at for line in lines(database, outcome="refused"))
    assert one == accesslog.Tally(
        COMPANY, CONSENTS[0], reads=5, refusals=1, last_read_at=last, last_refused_at=tried
    )
    (later,) = tally(since=START + timedelta(seconds=9))
    assert (later.reads, later.refusals, later.last_read_at) == (3, 0, last)
    assert tally(consent_id=CONSENTS[0]) == [one]
    assert tally(consent_id=CONSENTS[1]) == tally(since=START + timedelta(days=1)) == []


def test_the_last_read_is_looked_up_by_consent(database):
    """Of each consent that was read; the plan goes by consent in the order of time, so other reads are not touched."""
    write(database, range(20))
    last = max(line.at for line in lines(database, outcome="answered"))
    with statements(database) as run:
        found = database.read(
            lambda session: accesslog.last_reads(
                session, consumer_id=CONSUMERS[0], consent_ids=[CONSENTS[0], CONSENTS[1], ids.new_id()]
            )
        )
    assert found == {CONSENTS[0]: last}
    assert database.read(lambda db: accesslog.last_reads(db, consumer_id=CONSUMERS[0], consent_ids=[])) == {}
    (query,) = (statement for statement in run if statement.startswith("SELECT"))
    assert query.count("LIMIT") == query.count("ORDER BY") == 3
    if database.engine.dialect.name == "sqlite":
        with database.engine.connect() as connection:
            unnamed = ("",) * query.count("?")
            steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", unnamed)]
        searched = [step for step in steps if "event_lookups" in step]
        assert len(searched) == 3 and all(
            "ix_event_lookups_consumer_id_consent_id_at (consumer_id=? AND consent_id=?)" in step
            for step in searched
        )
        assert not any("TEMP B-TREE" in step for step in steps)


def test_reads_are_counted_by_span(database):
    """Each read falls into exactly one span; the spans together count what the whole counts."""
    write(database, range(20))
    moments = [START + timedelta(seconds=seconds) for seconds in (0, 5, 8, 9, 100)]

    def spans(given):
        return database.read(
            lambda session: accesslog.count_in_spans(session, consumer_id=CONSUMERS[0], moments=given)
        )

    found = [(one.reads, one.refusals) for one in spans(moments)]
    whole = lines(database, type="disclosure")
    assert found == [
        tuple(
            sum(start <= line.at < end and line.outcome == outcome for line in whole)
            for outcome in ("answered", "refused")
        )
        for start, end in pairwise(moments)
    ]
    assert tuple(map(sum, zip(*found, strict=True))) == (5, 1)
    assert spans(moments[:1]) == spans([]) == []
