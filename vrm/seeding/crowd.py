"""A crowd of invented people, some hundreds in each transaction: their profiles, their consents, and reads of them.

Everything happened at a moment of the past, the log in its order, and so long ago that nobody is owed a letter. A
transaction holds all there is of its people, so one that is cut off leaves nothing, and a second run goes on where the
first one stopped: whoever is there already is left as they are.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy.orm import Session

from vrm import accesslog, accounts, clock, consents, journeys, oversight, profiles
from vrm.accesslog import About, Event
from vrm.accesslog.tree import find_head
from vrm.consents import Consent, Offer
from vrm.house import House
from vrm.seeding import people
from vrm.seeding.companies import offer
from vrm.seeding.reads import answered

TOGETHER = 500
"""People in one transaction, at most: some ten thousand rows of the database, and a second of its only writer."""

BEGAN, ENDED = timedelta(days=75), timedelta(days=15)
"""How long ago the first consent was given, and the last."""

_STEPS = 60  # at least so many moments of that time, however few people there are
_INDEXED = 20_000  # leaves in one pass of the index

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Plan:
    """How many people there are to be in the end; of each, how many consents and reads; and how many companies."""

    consumers: int
    consents_each: int = 10
    reads_each: int = 1
    companies: int = 50


@dataclass(frozen=True)
class Sown:
    """What was added, how many were there already, and what the log holds."""

    consumers: int
    known: int
    consents: int
    reads: int
    log_size: int


def sow(house: House, plan: Plan, *, progress: Progress, indexing: Progress) -> Sown:
    """Add whoever is missing, give every event its leaf, sign, and index the log. May be cut off, and called again."""
    now = clock.now()

    @cache
    def offers() -> list[Offer]:  # where nobody is missing, no company is
        return [offer(house, number, now=now - BEGAN) for number in range(plan.companies)]

    catch_up(house)
    added = 0
    step = max(1, min(TOGETHER, plan.consumers // _STEPS))
    for start in range(0, plan.consumers, step):
        progress(start, plan.consumers)
        numbers = range(start, min(start + step, plan.consumers))
        at = now - BEGAN + (BEGAN - ENDED) * start / plan.consumers
        added += _add(house, plan, offers, numbers, at)
    progress(plan.consumers, plan.consumers)
    size = house.publish_log().size
    indexed = house.database.read(oversight.indexed)
    while taken := oversight.index(house.database, limit=_INDEXED):
        indexed += taken
        indexing(indexed, size)
    known = plan.consumers - added
    return Sown(added, known, added * plan.consents_each, added * plan.reads_each, size)


def _add(
    house: House, plan: Plan, offers: Callable[[], Sequence[Offer]], numbers: Sequence[int], at: datetime
) -> int:
    """Add those of these people who are not there yet; how many."""
    wanted = {people.email(number): number for number in numbers}
    there = house.database.read(lambda db: accounts.find_people(db, house.keys, wanted))
    emails = [email for email in wanted if email not in there]
    if not emails:
        return 0
    asking = offers()
    # The keys first, in their own database: a row without its key could never be opened.
    newcomers = dict(zip(emails, accounts.prepare_newcomers(house.keys, emails), strict=True))
    who = [(newcomers[email].person_id, wanted[email]) for email in emails]

    def work(db: Session) -> list[Consent]:
        accounts.add_newcomers(db, house.keys, newcomers, now=at)
        values = (
            (consumer_id, field, raw) for consumer_id, number in who for field, raw in people.values(number)
        )
        profiles.fill_in(db, house.keys, house.catalogue, values=values, now=at)
        given = [
            (consumer_id, asking[(number + each) % len(asking)])
            for consumer_id, number in who
            for each in range(plan.consents_each)
        ]
        made = consents.grant_all(db, house.keys, granted=given, now=at)
        reads = _reads(db, house, plan, given, made, at + timedelta(minutes=1))
        accesslog.append(db.connection(), [accesslog.prepare(event) for event in reads])
        return made

    before = _size(house)
    made = house.database.write(work)
    while accesslog.sequence(house.database, limit=len(made) + len(who) * plan.reads_each):
        pass
    _follow(house, before, made, len(who) * plan.reads_each)
    return len(who)


def _reads(
    db: Session,
    house: House,
    plan: Plan,
    given: Sequence[tuple[str, Offer]],
    made: Sequence[Consent],
    at: datetime,
) -> Iterator[Event]:
    """Of each person so many, of one consent after the other."""
    everybody = list({consumer_id for consumer_id, _ in given})
    fields = {line.key for _, offer in given for line in offer.terms.lines}
    kept = profiles.sealed_values(db.connection(), consumer_ids=everybody, fields=fields)
    for number in range(plan.reads_each):
        first = number % plan.consents_each
        for place in range(first, len(made), plan.consents_each):
            consent, (consumer_id, offer) = made[place], given[place]
            keys = [line.key for line in offer.terms.lines]
            yield answered(
                offer.client,
                at + number * timedelta(minutes=1),
                About(consumer_id, consent.id, house.keys.log_secret(consumer_id), consent.id),
                purpose=offer.terms.lines[0].purpose,
                keys=keys,
                versions=[each for key in keys for each in kept[consumer_id] if each.field == key],
            )


def _follow(house: House, before: int, made: Sequence[Consent], reads: int) -> None:
    """Have what follows the log follow it: at once where nothing else was written meanwhile, else leaf by leaf."""
    if _size(house) == before + len(made) + reads:
        journeys.noticing.follow_granted(house.database, _telling(house), start=before, granted=made)
    catch_up(house)


def catch_up(house: House) -> None:
    """Give every event its leaf, and let people be told of what they are owed."""
    while accesslog.sequence(house.database):
        pass
    while journeys.noticing.follow(house.database, _telling(house)):
        pass


def _telling(house: House) -> journeys.Telling:
    return journeys.Telling(house.keys, house.catalogue, house.settings.issuer, clock.now())


def _size(house: House) -> int:
    head = house.database.read(lambda db: find_head(db.connection()))
    return 0 if head is None else head.size
