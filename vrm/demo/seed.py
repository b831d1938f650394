"""Invented people, companies and consents, put in through the services, so the seeded log verifies."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from authlib.common.security import generate_token
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from sqlalchemy.orm import Session

from vrm import accesslog, accounts, clock, companies, consents, journeys, profiles
from vrm.companies import Client
from vrm.config import write_private
from vrm.demo import ports
from vrm.disclosures import Door, Reader
from vrm.house import House
from vrm.ids import new_id
from vrm.seeding import approved_client, shown
from vrm.web.portal import words

PASSWORD = "a quiet garden behind the house"  # noqa: S105  # of invented people, on this machine only
_CHEAP = accounts.Hasher(accounts.Cost(64, 1, 1))
"""A sandbox may hash so. The password is told to everybody: hashing it dearly would protect nobody."""
MARK = "demo.json"
"""The file in the home that says the demo made it, with the keys of the invented companies' clients."""

LONG_AGO = timedelta(days=45)
"""When the companies were taken in and these people made their profiles."""

PEOPLE: list[dict[str, Any]] = [
    {"name": "Jonas Weber", "birthdate": "1984-02-29", "email": "jonas@people.example",
     "address": {"street_address": "Am Markt 3", "postal_code": "28195", "locality": "Bremen", "country": "DE"}},
    {"name": "Aiko Sato", "birthdate": "2001-10-05", "email": "aiko@people.example", "phone_number": "+81 90 1234 5678"},
    {"name": "Lena Novak", "birthdate": "1959-07-30", "email": "lena@people.example"},
    {"name": "Omar Haddad", "birthdate": "1995-12-12", "email": "omar@people.example"},
]  # fmt: skip

COMPANIES: list[tuple[str, str, str, str, list[str]]] = [
    ("Kavanagh Insurance", "kavanagh.example", "1 Quay Street, Dublin", "dpv:ServiceProvision", ["name", "birthdate"]),
    ("Southern Grid Energy", "southerngrid.example", "80 Collins Street, Melbourne", "dpv:ServiceProvision", ["name", "address"]),
    ("Fjell & Fjord", "fjell.example", "Storgata 5, Bergen", "dpv:DirectMarketing", ["email"]),
    ("Union Lane Cinema", "unionlane.example", "9 Union Lane, Brunswick", "dpv:AgeVerification", ["age_over_18"]),
    ("Sydney Road Pharmacy", "roadpharmacy.example", "210 Sydney Road, Brunswick", "dpv:RequestedServiceProvision", ["name"]),
]  # fmt: skip
WHY = {
    "kavanagh.example": "To insure you when you travel",
    "southerngrid.example": "To bring power to your home",
    "fjell.example": "To send you our newsletter",
    "unionlane.example": "To let you in to films for adults",
    "roadpharmacy.example": "To have ready what you ordered",
}
KEPT = 30  # days, by each of them


def mark(home: Path, **facts: Any) -> None:
    """Write down what the next run of the demo needs."""
    write_private(home / MARK, json.dumps(recall(home) | facts, indent=1).encode())


def recall(home: Path) -> dict[str, Any]:
    """What an earlier run wrote down; empty in a home that no demo made."""
    path = home / MARK
    found: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    return found


def sow(house: House) -> None:
    """People who keep a profile, companies that were approved, consents of two people at least, reads and one refusal."""
    door = Door(house.database, house.keys, house.catalogue)
    now = clock.now()
    holders = [person(house, values, now=now - LONG_AGO) for values in PEOPLE]
    for number, (name, domain, address, purpose, keys) in enumerate(COMPANIES):
        stated = {purpose: companies.Stated(WHY[domain], KEPT)}
        client = approved_client(house, name, domain, address, stated, now=now - LONG_AGO)
        terms = consents.Terms(tuple(consents.Line(key, purpose, required=True) for key in keys), 180, KEPT)
        for consumer_id in holders[min(number, 2) :]:
            consent = granted(house, consumer_id, client, terms, now=now - timedelta(minutes=1))
            door.read(Reader(client.id), consent_id=consent.id, purpose=purpose, keys=None)
        door.read(
            Reader(client.id), consent_id=consent.id, purpose="dpv:FraudPreventionAndDetection", keys=None
        )


def person(house: House, values: dict[str, Any], *, now: datetime) -> str:
    """Somebody with an account and these values; gives the name by which other rooms know them."""
    email = values["email"]
    newcomer = accounts.prepare_newcomer(house.keys, _CHEAP, email=email, password=PASSWORD)

    def work(session: Session) -> None:
        link = accounts.invite(session, house.keys, email=email, client="127.0.0.1", now=now)
        accounts.complete_sign_up(session, token=link.token, newcomer=newcomer, now=now)
        for field, raw in values.items():
            profiles.put(
                session, house.keys, house.catalogue,
                consumer_id=newcomer.person_id, field=field, raw=raw, now=now,
            )  # fmt: skip

    house.database.write(work)
    return newcomer.person_id


def asked(
    session: Session, house: House, consumer_id: str, client: Client, terms: consents.Terms, *, now: datetime
) -> str:
    """An ask that waits for this person's decision, which leads them back to the companies' web sites."""
    back = f"http://localhost:{ports.sites(house.settings.issuer)}/back"
    request = {
        "client_id": client.id, "response_type": "code", "redirect_uri": back, "state": new_id(),
        "code_challenge": create_s256_code_challenge(generate_token(48)), "code_challenge_method": "S256",
    }  # fmt: skip
    return consents.open_ask(
        session, consumer_id=consumer_id, client_id=client.id, company_id=client.company_id,
        terms=terms, request=request, now=now,
    )  # fmt: skip


def granted(
    house: House,
    consumer_id: str,
    client: Client,
    terms: consents.Terms,
    *,
    leaves_out: Collection[int] = (),
    instead: Mapping[int, str] = MappingProxyType({}),
    now: datetime,
) -> consents.Consent:
    """Asked and allowed at once, but for the lines with these numbers; of some another key, ``instead`` of the one asked for."""
    choices = [
        consents.Choice(number, instead.get(number, line.key))
        for number, line in enumerate(terms.lines)
        if number not in leaves_out
    ]

    fields = {
        field
        for line in terms.lines
        for key in line.options
        for field in words.fields_behind(house.catalogue, key)
    }

    def work(session: Session) -> consents.Consent:
        kept = profiles.list_items(session, house.keys, consumer_id=consumer_id, fields=fields)
        return consents.grant(
            session, house.keys, consumer_id=consumer_id,
            ask_id=asked(session, house, consumer_id, client, terms, now=now),
            choices=choices, duration_days=terms.duration_days,
            versions=[
                {"field": each.field, "item": each.item_id, "version": each.version}
                for items in kept.values()
                for each in items
            ],
            notice=shown(session, house, client, terms), notice_version=1, now=now,
        )  # fmt: skip

    return house.database.write(work)


def hear(house: House, at: datetime) -> None:
    """What comes by itself until then, and what people are told of all that happened."""
    house.database.write(lambda db: consents.expire(db, house.keys, now=at))
    house.database.write(lambda db: consents.close_used(db, house.keys, now=at))
    accesslog.sequence(house.database)
    telling = journeys.Telling(house.keys, house.catalogue, house.settings.issuer, at)
    while journeys.noticing.follow(house.database, telling):
        pass
    journeys.reminding.remind(house.database, telling)
