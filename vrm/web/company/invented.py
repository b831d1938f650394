"""A person nobody is: values for every field of the catalogue, and the account they have on a sandbox.

The picture of a letter shows these values. A run of the console needs more: somebody who really decides. On a
sandbox, where every person is invented, each company has one such person, made when it runs for the first time and
found again by an id that follows from the company's.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from vrm import accounts, profiles
from vrm.catalogue import Catalogue, InvalidValue
from vrm.catalogue.shapes import PLAIN, Shape, Structured
from vrm.errors import NotFound
from vrm.house import House
from vrm.ids import new_secret

EMAIL = "robin.sample@people.example"

_KNOWN: dict[str, object] = {
    "name": "Robin Sample",
    "given_name": "Robin",
    "middle_name": "Kim",
    "family_name": "Sample",
    "nickname": "Rob",
    "honorific_prefix": "Dr",
    "pronouns": "they/them",
    "preferred_username": "robin",
    "birthdate": "1988-05-14",
    "birth_place": "Springfield",
    "email": EMAIL,
    "work_email": "robin@work.example",
    "website": "https://robin.example/",
    "bank_account_holder": "Robin Sample",
    "employer": "Sample Works",
    "job_title": "Gardener",
    "address": {
        "street_address": "1 Sample Street",
        "locality": "Springfield",
        "postal_code": "12345",
        "country": "DE",
    },
}
_TYPED = (
    "Sample", "2", "90", "170", "2000", "2030-05-14", "1988-05-14", "robin@people.example", "+49 30 23125 000",
    "https://robin.example/", "DE02120300000000202051", "DE", "en", "Europe/Berlin",
)  # fmt: skip


def items(catalogue: Catalogue, fields: Collection[str], now: datetime) -> dict[str, list[profiles.Item]]:
    """One invented item for each of these fields, as a profile would give them. Nothing is kept."""
    found = {}
    for name in fields:
        raw = value(catalogue, name, now)
        if raw is not None:
            parsed = catalogue.parse(name, raw, today=now.date())
            found[name] = [profiles.Item(name, profiles.SINGLE, 1, parsed, "self", None, None, now)]
    return found


def value(catalogue: Catalogue, name: str, now: datetime) -> object | None:
    """What the invented person would type into a field; None where we cannot think of anything that fits."""
    return _KNOWN[name] if name in _KNOWN else _fitting(catalogue.get(name).shape, now)


def person(house: House, *, company_id: str, fields: Collection[str], now: datetime) -> tuple[str, str]:
    """The consumer and the account of a company's invented person, who has a value in each of these fields.

    No transaction may be open. Only on a sandbox: this makes an account that nobody signed up for.
    """
    consumer_id = _person_id(house, company_id)
    account_id = house.database.read(lambda db: _find(db, consumer_id))
    if account_id is None:
        account_id = _sign_up(house, consumer_id, now)

    def fill(db: Session) -> None:
        there = profiles.list_items(db, house.keys, consumer_id=consumer_id, fields=set(fields))
        for name in sorted(set(fields) - {field for field, kept in there.items() if kept}):
            raw = value(house.catalogue, name, now)
            if raw is not None:
                profiles.put(
                    db, house.keys, house.catalogue, consumer_id=consumer_id, field=name, raw=raw, now=now
                )

    house.database.write(fill)
    return consumer_id, account_id


def _person_id(house: House, company_id: str) -> str:
    return str(uuid.UUID(bytes=house.keys.blind_index("console.person", company_id)[:16], version=4))


def _find(db: Session, consumer_id: str) -> str | None:
    try:
        return accounts.get_account(db, person_id=consumer_id).id
    except NotFound:
        return None


def _sign_up(house: House, consumer_id: str, now: datetime) -> str:
    # Nobody knows the password, and nobody reads this address: the only way in is a run.
    email, password = f"{consumer_id}@people.example", new_secret()
    newcomer = accounts.prepare_newcomer(
        house.keys, house.hasher, email=email, password=password, name="Robin Sample", person_id=consumer_id
    )

    def write(db: Session) -> str:
        link = accounts.invite(db, house.keys, email=email, client=consumer_id, now=now)
        return accounts.complete_sign_up(db, token=link.token, newcomer=newcomer, now=now).id

    return house.database.write(write)


def _fitting(shape: Shape, now: datetime) -> object | None:
    if isinstance(shape, Structured):
        parts = {member.name: _fitting(member.shape, now) for member in shape.members}
        return {name: part for name, part in parts.items() if part is not None}
    options = [option for option, _ in shape.options(PLAIN)]
    for typed in (*_TYPED, *options[:1]):
        try:
            shape.parse(typed, now.date())
        except InvalidValue:
            continue
        return typed
    return None
