"""What took weeks: whom Nordlicht asked, what it read of them, and one day that stands out.

Everything goes through the services, with the time it had. Only reading asks the clock, so that nobody can read
yesterday: a read of the past is written as the event it would have left. The log verifies all the same.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from sqlalchemy.orm import Session

from vrm import accesslog, clock, companies, consents, oversight, profiles
from vrm.accesslog import About, Event
from vrm.companies import Client
from vrm.consents import Consent, Line
from vrm.demo import seed
from vrm.demo.story import DELIVERY, MAIL, must
from vrm.disclosures import Door, Reader, agent_pseudonym
from vrm.house import House
from vrm.ids import new_id
from vrm.seeding import answered, approved_client, new_key, remember, shown

NAME, DOMAIN, ADDRESS = "Nordlicht Versand GmbH", "nordlicht.example", "Hafenstraße 12, 10999 Berlin"
STATED = {
    DELIVERY: companies.Stated("To bring you what you ordered", 90),
    MAIL: companies.Stated("To tell you what is new", 90),
}
LINES = (
    Line("name", DELIVERY, True, why="For the label on the parcel"),
    Line("address", DELIVERY, True, why="Where the parcel goes"),
    Line("phone_number", DELIVERY, False, why="So the driver can ring"),
    Line("email", MAIL, False, why="Our newsletter", frequency="monthly"),
)
PHONE, NEWS = 2, 3
PEOPLE = [
    f"{first} {last}"
    for last, first in product(
        ("Ahrens", "Brandt", "Conrad"),
        ("Ada", "Ben", "Clara", "David", "Emma", "Finn", "Greta", "Hanna", "Ivo", "Jule", "Karl", "Lotte"),
    )
]
KEYS_READ = ("address", "name")
MOVED_TO = {"street_address": "Am Kanal 8", "postal_code": "14467", "locality": "Potsdam", "country": "DE"}
DAYS = 40  # one of them is asked each day, from so many days ago on
RUSH = 60  # reads by one desk within a minute; ten a day are usual


def live(house: House, ada: str) -> None:
    """A shop with people who allow it something, its reads of forty days, and what there is to find in them.

    ``ada``: the first of these people, who has a profile already.
    """
    now = clock.now()
    client = approved_client(house, NAME, DOMAIN, ADDRESS, STATED, now=now - seed.LONG_AGO)
    lived = _ended(house, list(_decided(house, client, ada, now)), now)
    remember(house, _usual(house, client, lived, now))
    remember(house, _rush(house, client, [consent for consent, until in lived if until == now], now))
    _moves(house, lived[0][0].consumer_id)
    _refusals(house, _till(house, client, now))
    accesslog.sequence(house.database)
    house.publish_log()
    while oversight.index(house.database):
        pass
    oversight.watch(house.database, now=clock.now())


def email(name: str) -> str:
    """The address with which one of these people signs in."""
    return f"{name.replace(' ', '.').lower()}@people.example"


def values_of(number: int) -> dict[str, Any]:
    """What the profile of the person with this number holds."""
    return {
        "name": PEOPLE[number],
        "email": email(PEOPLE[number]),
        "phone_number": f"+49 30 23125 {number:03}",  # numbers kept free for stories
        "address": {"street_address": f"Gartenweg {number + 1}", "postal_code": "20095", "locality": "Hamburg",
                    "country": "DE"},
    }  # fmt: skip


def _decided(house: House, client: Client, ada: str, now: datetime) -> Iterator[Consent]:
    """One in twelve says no, the last has yet to decide; of the others most leave the newsletter out."""
    for number in range(len(PEOPLE)):
        at = now - timedelta(days=DAYS - number)
        consumer_id = seed.person(house, values_of(number), now=at) if number else ada
        terms = consents.Terms(LINES, 30 if number % 4 == 1 else 180, 90)
        if number % 12 == 6 or number == len(PEOPLE) - 1:
            _not_granted(house, consumer_id, client, terms, at, refused=number % 12 == 6)
        else:
            leaves_out = {line for line, out in ((PHONE, number % 5 == 2), (NEWS, number % 10 < 7)) if out}
            yield seed.granted(house, consumer_id, client, terms, leaves_out=leaves_out, now=at)
        seed.hear(house, at)


def _not_granted(
    house: House, consumer_id: str, client: Client, terms: consents.Terms, at: datetime, *, refused: bool
) -> None:
    def work(session: Session) -> None:
        ask_id = seed.asked(session, house, consumer_id, client, terms, now=at)
        if refused:
            consents.refuse(
                session, house.keys, consumer_id=consumer_id, ask_id=ask_id, now=at,
                notice=shown(session, house, client, terms),
            )  # fmt: skip

    house.database.write(work)


def _ended(house: House, held: list[Consent], now: datetime) -> list[tuple[Consent, datetime]]:
    """Each with the moment until which it could be read: some were revoked, some ran out, most go on until now."""
    revoked = {consent.id: consent.granted_at + timedelta(days=9) for consent in held[3::11]}

    def work(session: Session) -> None:
        for consent in held:
            if consent.id in revoked:
                consents.revoke(
                    session, house.keys, consumer_id=consent.consumer_id, consent_id=consent.id,
                    now=revoked[consent.id],
                )  # fmt: skip
            elif consent.expires_at <= now:
                consents.expire(session, house.keys, now=consent.expires_at)

    house.database.write(work)
    return [(consent, revoked.get(consent.id, min(consent.expires_at, now))) for consent in held]


def _usual(
    house: House, client: Client, lived: list[tuple[Consent, datetime]], now: datetime
) -> Iterator[Event]:
    """Eight to ten reads a day by two desks, in an hour of the day that is never the hour of now."""
    today = now.replace(hour=(now.hour + 12) % 24, minute=0, second=0, microsecond=0)
    for day in range(DAYS - 1, 0, -1):
        at = today - timedelta(days=day)
        open_then = [consent for consent, until in lived if consent.granted_at < at < until]
        for number in range(min(8 + day % 3, len(open_then))):
            consent = open_then[(3 * day + number) % len(open_then)]
            yield _read(house, client, consent, at + timedelta(minutes=5 * number), f"desk-{number % 2 + 1}")


def _rush(house: House, client: Client, active: list[Consent], now: datetime) -> Iterator[Event]:
    """One desk looks at everybody, again and again."""
    for number in range(RUSH):
        at = now - timedelta(seconds=RUSH - number)
        yield _read(house, client, active[number % len(active)], at, "desk-7")


def _read(house: House, client: Client, consent: Consent, at: datetime, desk: str) -> Event:
    secret = house.keys.log_secret(consent.consumer_id)
    about = About(consent.consumer_id, consent.id, secret, consent.id)
    agent = agent_pseudonym(house.keys, company_id=client.company_id, agent=desk)
    # Nobody has corrected anything yet: what they keep now is what was read on any of these days.
    kept = house.database.read(
        lambda db: profiles.sealed_values(
            db.connection(), consumer_ids=[consent.consumer_id], fields=KEYS_READ
        )
    )
    return answered(
        client, at, about, purpose=DELIVERY, keys=KEYS_READ, versions=kept[consent.consumer_id], agent=agent
    )


def _moves(house: House, consumer_id: str) -> None:
    """After all these reads the first of them moves house: what Nordlicht knows is no longer so."""

    def work(session: Session) -> None:
        kept = profiles.list_items(session, house.keys, consumer_id=consumer_id, fields=["address"])[
            "address"
        ]
        profiles.put(
            session, house.keys, house.catalogue, consumer_id=consumer_id, field="address",
            item_id=kept[0].item_id, seen_version=kept[0].version, raw=MOVED_TO, now=clock.now(),
        )  # fmt: skip

    house.database.write(work)


def _till(house: House, client: Client, now: datetime) -> Client:
    """A second client of the shop, whose only key ends soon."""
    key = new_key()

    def work(session: Session) -> Client:
        made = companies.new_client(
            session, company_id=client.company_id, name="Till",
            redirect_uris=[f"https://{DOMAIN}/till"], jwks={"keys": [key]}, now=now - seed.LONG_AGO,
        )  # fmt: skip
        until = now + timedelta(days=9)
        return companies.retire_client_key(session, client_id=made.id, kid=key["kid"], until=until, now=now)

    return house.database.write(work)


def _refusals(house: House, till: Client) -> None:
    """It tries consents that are not its own."""
    door = Door(house.database, house.keys, house.catalogue)
    tries = [new_id() for _ in range(25)]
    refused = list(door.read_many(Reader(till.id), consent_ids=tries, purpose=None, keys=None))
    must(len(refused) == len(tries), "a try was not answered")
