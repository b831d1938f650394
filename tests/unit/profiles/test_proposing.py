"""What companies propose waits for its person, who alone takes it over; nobody learns from it what they did."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support import seeds
from tests.support.seeds import LOYALTY, person, put
from vrm import accesslog, clock, consents, journeys, profiles
from vrm.catalogue import Catalogue
from vrm.errors import Conflict, Invalid, NotFound, Stale, TooMany
from vrm.profiles.models import ProposalRow
from vrm.profiles.proposing import KEPT, MOST_OPEN


@pytest.fixture
def mia(house):
    """Someone with an address."""
    return person(house, {"name": "Mia Tran"})


@pytest.fixture
def shop(house):
    return seeds.shop(house)


@pytest.fixture
def consent(house, mia, shop):
    return seeds.grant(house, mia, shop, "name")


def inbox(house, mia, now=None):
    blocked = house.database.read(lambda db: consents.list_blocked(db, consumer_id=mia.consumer_id))
    return house.database.read(
        lambda db: profiles.list_proposals(
            db, house.keys, consumer_id=mia.consumer_id, blocked=blocked, now=now or clock.now()
        )
    )


def accept(house, mia, proposal_id, item_id=None, seen_version=0, now=None):
    return house.database.write(
        lambda db: profiles.accept(
            db, house.keys, house.catalogue, consumer_id=mia.consumer_id, proposal_id=proposal_id,
            proposer_name="Nordlicht", item_id=item_id, seen_version=seen_version, now=now or clock.now(),
        )
    )  # fmt: skip


def decline(house, mia, proposal_id):
    house.database.write(
        lambda db: profiles.decline(db, consumer_id=mia.consumer_id, proposal_id=proposal_id, now=clock.now())
    )


def rows(house):
    return house.database.read(lambda db: db.scalars(select(ProposalRow)).all())


def refused(house, consent, now=None):
    wanted = profiles.check(house.catalogue, field="loyalty_number", raw=LOYALTY, why="So.")
    return house.database.write(
        lambda db: journeys.proposing.propose(
            db, house.keys, wanted, client_id=consent.client_id, consent_id=consent.id, epoch=consent.epoch,
            mark="m", now=now or clock.now(),
        )
    )  # fmt: skip


def test_accepted_it_says_who_proposed_and_vouches_for_it(house, mia, consent):
    """What a company issues becomes an item of the profile, once; what stays of the proposal says nothing."""
    received = seeds.proposal(house, consent)
    (waiting,) = inbox(house, mia)
    assert (waiting.value, waiting.why) == (LOYALTY, "You are a member now.")
    item = accept(house, mia, received.id)
    assert (item.value, item.source, item.verified_by) == (LOYALTY, "Nordlicht", "Nordlicht")
    assert inbox(house, mia) == [] and rows(house)[0].sealed is None
    with pytest.raises(NotFound):
        accept(house, mia, received.id)
    event = house.database.read(
        lambda db: accesslog.find_for_consumer(db, consumer_id=mia.consumer_id, event_id=received.event_id)
    )
    assert (event.type, event.entry["keys"]) == ("value.proposed", ["loyalty_number"])


def test_a_correction_is_a_version_over_the_one_seen(house, mia, consent):
    """It replaces what stood on the page, is nobody's to verify, and is not written over another edit."""
    first = seeds.proposal(house, consent, "name", "Mia Tran-Berg", "So it stands on your contract.")
    with pytest.raises(Stale):
        accept(house, mia, first.id)
    put(house, mia.consumer_id, "name", "Mia T.", seen_version=1)
    with pytest.raises(Stale):
        accept(house, mia, first.id, profiles.SINGLE, 1)
    item = accept(house, mia, first.id, profiles.SINGLE, 2)
    assert (item.version, item.value, item.verified_by) == (3, "Mia Tran-Berg", None)


def test_nobody_else_decides(house, mia, consent):
    """To another person the proposal is not there."""
    ben, received = person(house, {}), seeds.proposal(house, consent)
    with pytest.raises(NotFound):
        accept(house, ben, received.id)
    with pytest.raises(NotFound):
        decline(house, ben, received.id)
    assert len(inbox(house, mia)) == 1


@pytest.mark.parametrize("deed", ["leave", "accept", "decline", "block"])
def test_a_company_learns_that_it_was_received_and_no_more(house, mia, shop, consent, deed):
    """Whatever the person did, asking for it, sending it again and the room that is left are the same."""
    if deed == "block":
        house.database.write(
            lambda db: journeys.proposing.block(
                db, house.keys, consumer_id=mia.consumer_id, company_id=shop.company.id, now=clock.now()
            )
        )
    received = seeds.proposal(house, consent, mark="m")
    if deed == "accept":
        accept(house, mia, received.id)
    elif deed == "decline":
        decline(house, mia, received.id)
    assert len(inbox(house, mia)) == (deed == "leave")
    place = {"client_id": consent.client_id, "consent_id": consent.id, "epoch": consent.epoch}
    again = house.database.read(
        lambda db: journeys.proposing.find_received(db, proposal_id=received.id, now=clock.now(), **place)
    )
    assert again == seeds.proposal(house, consent, mark="m") == received
    for _ in range(MOST_OPEN - 1):
        seeds.proposal(house, consent)
    with pytest.raises(TooMany):
        seeds.proposal(house, consent)
    with pytest.raises(Conflict):
        seeds.proposal(house, consent, why="Something else.", mark="m")


def test_blocking_takes_what_waits(house, mia, shop, consent):
    """What a company proposed before goes with the block, and does not come back when it is lifted."""
    seeds.proposal(house, consent)
    facts = {"consumer_id": mia.consumer_id, "company_id": shop.company.id, "now": clock.now()}
    house.database.write(lambda db: journeys.proposing.block(db, house.keys, **facts))
    house.database.write(lambda db: consents.unblock(db, house.keys, **facts))
    assert inbox(house, mia) == [] and rows(house)[0].sealed is None


def test_its_time_ends(house, mia, consent):
    """After 30 days nobody accepts it, nobody finds it, its place is free, and the sweep deletes it."""
    received = seeds.proposal(house, consent)
    later = clock.now() + KEPT + timedelta(seconds=1)
    assert inbox(house, mia, later) == []
    with pytest.raises(NotFound):
        accept(house, mia, received.id, now=later)
    assert house.database.write(lambda db: profiles.sweep_proposals(db, now=clock.now())) == 0
    assert house.database.write(lambda db: profiles.sweep_proposals(db, now=later)) == 1
    assert rows(house) == []


def test_a_consent_that_lets_nothing_be_read_lets_nothing_be_proposed(house, mia, consent):
    """Paused and revoked it is refused as a read would be, and nothing is written."""
    place = {"consumer_id": mia.consumer_id, "consent_id": consent.id, "now": clock.now()}
    house.database.write(lambda db: consents.pause(db, house.keys, **place))
    assert refused(house, consent).public == "consent_paused"
    house.database.write(lambda db: consents.revoke(db, house.keys, **place))
    assert refused(house, consent).public == "consent_ended"
    assert rows(house) == []


@pytest.mark.parametrize(
    ("field", "raw", "why", "wrong"),
    [
        ("birthdate", "1991-06-17", "So.", "key"),
        ("age_over_18", True, "So.", "key"),
        ("loyalty_number", {"programme": "P"}, "So.", "number"),
        ("loyalty_number", LOYALTY, "", "why"),
        ("loyalty_number", LOYALTY, "So\x00.", "why"),
        ("loyalty_number", LOYALTY, "x" * 301, "why"),
        ("loyalty_number", LOYALTY, "\u202eSo.", "why"),
    ],
)
def test_only_what_the_catalogue_lets_be_proposed(field, raw, why, wrong):
    """A key that is marked, a value that fits, a reason that can be read."""
    with pytest.raises(Invalid) as fault:
        profiles.check(Catalogue.load(), field=field, raw=raw, why=why)
    assert fault.value.field == wrong
