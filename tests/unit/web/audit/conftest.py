"""A house with a log, and auditors at their desks."""

from dataclasses import dataclass

import pytest

from tests.support import seeds
from tests.unit.web.audit.desk import Desk, settle
from vrm.app import create_app
from vrm.consents import Consent
from vrm.disclosures import Door, Reader


@dataclass(frozen=True)
class World:
    """One person, one company that read them twice and was refused once."""

    shop: seeds.Shop
    consent: Consent
    size: int


@pytest.fixture
def app(house):
    return create_app(house)


@pytest.fixture
def desk(app, house):
    return Desk(app, seeds.auditor(house))


@pytest.fixture
def colleague(app, house):
    return Desk(app, seeds.auditor(house, "Ingrid Solheim"))


@pytest.fixture
def world(house):
    mia, shop = seeds.person(house), seeds.shop(house)
    consent = seeds.grant(house, mia, shop, "name", "email")
    door, reader = Door(house.database, house.keys, house.catalogue), Reader(shop.client.id)
    for keys in (None, ("email",), ("birthdate",)):  # the last is not in the consent
        door.read(reader, consent_id=consent.id, purpose=None, keys=keys)
    return World(shop, consent, settle(house))
