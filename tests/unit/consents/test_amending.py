"""A consent that is changed: decided anew at once, and its old tokens good until the new code is redeemed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.seeds import PURPOSE, REDIRECT, grant, person, revoke, shop, terms
from vrm import accesslog, clock, consents
from vrm.consents import Amends, Choice, Line, Terms, holdings
from vrm.consents.models import ConsentKey
from vrm.errors import Conflict, Invalid, NotFound
from vrm.ids import new_id


@pytest.fixture
def mia(house):
    """Somebody who has granted."""
    return person(house, {})


@pytest.fixture
def nordlicht(house):
    """Who asks for a change."""
    return shop(house)


def ask_to_change(house, consent, wanted, *, revision=None):
    """An ask that names a consent, as it stands or stood."""
    amends = Amends(consent.id, revision or current(house, consent).revision)
    return house.database.write(
        lambda db: consents.open_ask(
            db, consumer_id=consent.consumer_id, client_id=consent.client_id, company_id=consent.company_id,
            terms=wanted, request={"state": new_id(), "redirect_uri": REDIRECT}, amends=amends, now=clock.now(),
        )
    )  # fmt: skip


def amend(house, consent, wanted, choices=None, *, days=None, ask_id=None, now=None):
    """Allow a change, in full or as chosen."""
    ask_id = ask_id or ask_to_change(house, consent, wanted)
    every = [Choice(number, line.key) for number, line in enumerate(wanted.lines)]
    return house.database.write(
        lambda db: consents.amend(
            db, house.keys, consumer_id=consent.consumer_id, ask_id=ask_id, choices=choices or every,
            duration_days=days or wanted.duration_days, versions=[{"field": "name", "item": "i", "version": 2}],
            notice={"version": 1}, notice_version=1, now=now or clock.now(),
        )
    )  # fmt: skip


def redeem(house, consent, epoch, notice_version=1):
    return house.database.write(
        lambda db: consents.redeem(
            db, consumer_id=consent.consumer_id, consent_id=consent.id, epoch=epoch,
            notice_version=notice_version, now=clock.now(),
        )
    )  # fmt: skip


def give_back(house, consent, client_id=None):
    return house.database.write(
        lambda db: consents.give_back(
            db, house.keys, client_id=client_id or consent.client_id, consent_id=consent.id, now=clock.now()
        )
    )


def current(house, consent):
    return house.database.read(
        lambda db: consents.get_consent(db, consumer_id=consent.consumer_id, consent_id=consent.id)
    )


def revisions(house, consent):
    return house.database.read(
        lambda db: consents.list_revisions(db, consumer_id=consent.consumer_id, consent_id=consent.id)
    )


def standing(house, consent):
    found = house.database.read(
        lambda db: consents.standings(db.connection(), client_id=consent.client_id, consent_ids=[consent.id])
    )
    return found[consent.id]


def keys_kept(house, consent):
    query = select(ConsentKey.key, ConsentKey.until).where(ConsentKey.consent_id == consent.id)
    return dict(house.database.read(lambda db: [tuple(row) for row in db.execute(query)]))


def test_an_amendment_is_a_revision_of_the_same_consent_and_its_event(house, mia, nordlicht):
    """Who holds it, its subject and its first revision stay; the new one has its own terms, notice and versions."""
    before = grant(house, mia, nordlicht, "name", "email")
    wanted = terms("name", "birthdate")
    after = amend(house, before, wanted)
    assert (after.id, after.subject, after.granted_at) == (before.id, before.subject, before.granted_at)
    first, second = revisions(house, before)
    assert (first.reason, second.reason, second.number) == ("granted", "amended", 2)
    assert [line.key for line in first.lines] == ["name", "email"]
    assert second.terms == wanted
    assert (second.notice, len(second.versions)) == ({"version": 1}, 1)
    events = house.database.read(
        lambda db: accesslog.list_for_consumer(db, consumer_id=mia.consumer_id, limit=10)
    )
    assert [event.type for event in events] == ["consent.amended", "consent.granted"]
    assert (events[0].entry["keys"], events[0].entry["revision"]) == (["birthdate", "name"], 2)
    assert events[0].detail["dropped"] == ["email"]
    assert events[0].entry["thread"] == events[1].entry["thread"]


def test_the_newest_revision_holds_at_once(house, mia, nordlicht):
    """What may be read is what was decided last, and a read weighed before is weighed again."""
    before = grant(house, mia, nordlicht, "name", "email")
    version = standing(house, before).version
    amend(house, before, terms("name"))
    now = standing(house, before)
    assert [line.key for line in now.lines] == ["name"]
    assert now.version > version
    assert now.epoch == before.epoch


def test_the_keys_that_are_counted_are_those_of_the_newest_revision(house, mia, nordlicht):
    """None of a line that went, one of a line that came, and all until the new end."""
    before = grant(house, mia, nordlicht, "name", "email", days=30)
    after = amend(house, before, terms("name", "birthdate", days=60))
    kept = keys_kept(house, before)
    assert set(kept) == {"name", "birthdate"}
    assert set(kept.values()) == {after.expires_at}
    held = house.database.read(
        lambda db: holdings.held_keys(db, company_id=nordlicht.company.id, now=clock.now())
    )
    assert held == {"birthdate": 1, "name": 1}


def test_the_epoch_rises_when_the_code_is_redeemed_and_not_before(house, mia, nordlicht):
    """Tokens of the first epoch are good until then, and worth nothing afterwards."""
    before = grant(house, mia, nordlicht, "name")
    after = amend(house, before, terms("name", "email"))
    assert (after.epoch, after.latest_epoch) == (1, 2)
    assert current(house, before).is_good(now=clock.now(), epoch=1, notice_version=1)
    version = standing(house, before).version
    assert redeem(house, before, 2).epoch == 2
    assert not current(house, before).is_good(now=clock.now(), epoch=1, notice_version=1)
    assert standing(house, before).version > version
    assert redeem(house, before, 2).epoch == 2


def test_only_the_newest_decision_can_be_redeemed(house, mia, nordlicht):
    """An older code, and one of an epoch that is to come, yield nothing and change nothing."""
    before = grant(house, mia, nordlicht, "name")
    assert redeem(house, before, 1).epoch == 1
    amend(house, before, terms("name", "email"))
    amend(house, before, terms("name", "birthdate"))
    for epoch in (0, 1, 2, 4):
        assert redeem(house, before, epoch) is None
    assert current(house, before).epoch == 1
    assert redeem(house, before, 3).epoch == 3


def test_nothing_is_redeemed_of_what_ended_or_is_nobodys(house, mia, nordlicht):
    """Revoked, on another notice, unknown: no consent stands behind the code."""
    before = grant(house, mia, nordlicht, "name")
    amend(house, before, terms("name", "email"))
    assert redeem(house, before, 2, notice_version=2) is None
    revoke(house, before)
    assert redeem(house, before, 2) is None
    missing = house.database.write(
        lambda db: consents.redeem(
            db, consumer_id=mia.consumer_id, consent_id=new_id(), epoch=1, notice_version=1, now=clock.now()
        )
    )
    assert missing is None


@pytest.mark.parametrize("days", [0, 91, 366])
def test_an_amendment_lasts_no_longer_than_was_asked(house, mia, nordlicht, days):
    """It counts from its own day, and nothing of a wrong choice stays."""
    before = grant(house, mia, nordlicht, "name")
    ask_id = ask_to_change(house, before, terms("name", days=90))
    with pytest.raises(Invalid):
        amend(house, before, terms("name", days=90), days=days or -1, ask_id=ask_id)
    assert current(house, before) == before
    later = clock.now() + timedelta(days=5)
    after = amend(house, before, terms("name", days=90), days=90, ask_id=ask_id, now=later)
    assert after.expires_at == later + timedelta(days=90)


def test_what_was_not_asked_is_not_granted(house, mia, nordlicht):
    """A needed line left out, and a key nobody asked for, change nothing."""
    before = grant(house, mia, nordlicht, "name")
    wanted = terms("name", "email?")
    for choices in ([Choice(1, "email")], [Choice(0, "birthdate")], [Choice(0, "name"), Choice(2, "name")]):
        with pytest.raises(Invalid):
            amend(house, before, wanted, choices)
    assert current(house, before) == before


def test_an_ask_that_names_a_consent_makes_no_other(house, mia, nordlicht):
    """Neither verb does the other's work, whatever a page sends."""
    before = grant(house, mia, nordlicht, "name")
    ask_id = ask_to_change(house, before, terms("name", "email"))
    new = house.database.write(
        lambda db: consents.open_ask(
            db, consumer_id=mia.consumer_id, client_id=before.client_id, company_id=before.company_id,
            terms=terms("name"), request={}, now=clock.now(),
        )
    )  # fmt: skip
    for verb, decided in ((consents.grant, ask_id), (consents.amend, new)):
        with pytest.raises(Conflict):
            house.database.write(
                lambda db, verb=verb, decided=decided: verb(
                    db, house.keys, consumer_id=mia.consumer_id, ask_id=decided, choices=[Choice(0, "name")],
                    duration_days=1, versions=[], notice={}, notice_version=1, now=clock.now(),
                )
            )  # fmt: skip
    assert current(house, before) == before


def test_an_ask_made_from_an_older_revision_is_closed(house, mia, nordlicht):
    """Otherwise it would bring back what was dropped since."""
    before = grant(house, mia, nordlicht, "name", "email")
    stale = ask_to_change(house, before, terms("name", "email", "birthdate"))
    amend(house, before, terms("name"))
    with pytest.raises(Conflict) as refused:
        amend(house, before, terms("name", "email", "birthdate"), ask_id=stale)
    assert refused.value.code == "consent_changed"
    assert [line.key for line in standing(house, before).lines] == ["name"]


def test_an_ended_consent_is_not_brought_back(house, mia, nordlicht):
    """Neither one that was revoked, nor one whose time is over."""
    revoked, over = grant(house, mia, nordlicht, "name"), grant(house, mia, nordlicht, "name", days=1)
    late = clock.now() + timedelta(days=2)
    first, second = (ask_to_change(house, each, terms("email")) for each in (revoked, over))
    revoke(house, revoked)
    for consent, ask_id, now in ((revoked, first, None), (over, second, late)):
        with pytest.raises(Conflict):
            amend(house, consent, terms("email"), ask_id=ask_id, now=now)


def test_a_basis_is_only_what_its_client_may_read_under(house, mia, nordlicht):
    """Another client's, an ended one and one on another notice are not found."""
    mine, other = grant(house, mia, nordlicht, "name"), shop(house, "Other")

    def find(consent_id, client_id=mine.client_id, notice_version=1, days=0):
        now = clock.now() + timedelta(days=days)
        return house.database.read(
            lambda db: consents.find_basis(
                db, client_id=client_id, consent_id=consent_id, notice_version=notice_version, now=now
            )
        )

    assert find(mine.id).consent == mine
    assert find(mine.id).revision.number == 1
    assert find(mine.id, other.client.id) is None
    assert find(mine.id, notice_version=2) is None
    assert find(mine.id, days=91) is None
    assert find(new_id()) is None
    revoke(house, mine)
    assert find(mine.id) is None


def test_the_same_change_asked_twice_is_one_ask_until_the_consent_changes(house, mia, nordlicht):
    """A page that is loaded again shows the ask that is there."""
    before = grant(house, mia, nordlicht, "name")
    request = {"state": "s"}

    def opened(revision):
        return house.database.write(
            lambda db: consents.open_ask(
                db, consumer_id=mia.consumer_id, client_id=before.client_id, company_id=before.company_id,
                terms=terms("email"), request=request, amends=Amends(before.id, revision), now=clock.now(),
            )
        )  # fmt: skip

    assert opened(1) == opened(1)
    assert opened(1) != opened(2)


def test_many_decisions_at_once_are_one_after_the_other(house, mia, nordlicht):
    """Of asks made from the same revision one is granted, and the others find the consent changed."""
    before = grant(house, mia, nordlicht, "name")
    wanted = [
        Terms((Line(key, PURPOSE, True),), 30) for key in ("email", "birthdate", "phone_number", "name")
    ]
    asks = [ask_to_change(house, before, each, revision=1) for each in wanted]

    def once(number):
        try:
            return amend(house, before, wanted[number], ask_id=asks[number]).revision
        except Conflict:
            return None

    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(once, range(4)))
    assert sorted(made, key=str) == [2, None, None, None]
    assert len(revisions(house, before)) == 2


def test_a_revoke_and_a_redemption_at_once(house, mia, nordlicht):
    """Whichever came first, afterwards the consent has ended and no token of it is good."""
    for _ in range(5):
        before = grant(house, mia, nordlicht, "name")
        amend(house, before, terms("name", "email"))
        with ThreadPoolExecutor(2) as threads:
            ended, redeemed = (
                threads.submit(revoke, house, before),
                threads.submit(redeem, house, before, 2),
            )
            ended.result(), redeemed.result()
        now = current(house, before)
        assert now.state == "revoked"
        assert not now.is_good(now=clock.now(), epoch=now.epoch, notice_version=1)
        assert redeem(house, before, 2) is None


def test_a_decision_and_a_redemption_at_once(house, mia, nordlicht):
    """The older code is redeemed before the new decision or not at all; the newer one is good either way."""
    for _ in range(5):
        before = grant(house, mia, nordlicht, "name")
        amend(house, before, terms("name", "email"))
        ask_id = ask_to_change(house, before, terms("name"))
        with ThreadPoolExecutor(2) as threads:
            older = threads.submit(redeem, house, before, 2)
            threads.submit(amend, house, before, terms("name"), ask_id=ask_id).result()
        assert current(house, before).epoch == (2 if older.result() else 1)
        assert redeem(house, before, 3).epoch == 3


def test_a_client_gives_a_consent_back_once(house, mia, nordlicht):
    """It ends as a revoke does, tells who ended it, and cannot be ended by anybody again."""
    before, other = grant(house, mia, nordlicht, "name", "email"), shop(house, "Other")
    with pytest.raises(NotFound):
        give_back(house, before, other.client.id)
    after = give_back(house, before)
    assert (after.state, after.is_active(clock.now())) == ("returned", False)
    assert set(keys_kept(house, before).values()) == {after.ended_at}
    (event, _) = house.database.read(
        lambda db: accesslog.list_for_consumer(db, consumer_id=mia.consumer_id, limit=10)
    )
    assert (event.type, event.entry["actor"]) == ("consent.returned", "client")
    assert event.entry["keys"] == ["email", "name"]
    with pytest.raises(NotFound):
        give_back(house, before)
    with pytest.raises(Conflict):
        revoke(house, before)


def test_what_was_given_back_is_a_state_of_its_own(house, mia, nordlicht):
    """It is counted, listed and narrowed to, and is no longer among what is held."""
    given, kept = grant(house, mia, nordlicht, "name"), grant(house, mia, nordlicht, "email")
    give_back(house, given)
    company_id, now = nordlicht.company.id, clock.now()
    counts = house.database.read(lambda db: holdings.counts(db, company_id=company_id, now=now))
    assert (counts.active, counts.returned, counts.revoked, counts.ended) == (1, 1, 0, 1)
    listed = {
        state: [
            each.id
            for each in house.database.read(
                lambda db, state=state: holdings.list_held(
                    db, company_id=company_id, now=now, limit=9, state=state
                )
            )
        ]
        for state in holdings.STATES
    }
    assert listed == {
        "active": [kept.id],
        "paused": [],
        "used": [],
        "returned": [given.id],
        "suspended": [],
        "revoked": [],
        "expired": [],
    }
