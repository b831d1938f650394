"""What happened before a story begins: consents that were given long ago, and read since."""

from datetime import timedelta

from sqlalchemy.orm import Session
from time_machine import travel

from tests.browser.people import Resident
from tests.support.actors import DELIVERY, Company
from vrm import clock, consents, notices
from vrm.disclosures import Answer, Door, Reader


def given(
    mia: Resident, shop: Company, *keys: str, ago: float, days: int = 365, purpose: str = DELIVERY
) -> str:
    """The id of a consent for these keys that she gave some days ago, for some days."""
    house, wanted = mia.city.house, tuple(consents.Line(key, purpose, required=True) for key in keys)
    then = clock.now() - timedelta(days=ago)
    asked = house.database.write(
        lambda db: consents.open_ask(
            db, consumer_id=mia.consumer_id, client_id=shop.client_id, company_id=shop.company_id,
            terms=consents.Terms(wanted, days), request={"state": f"{keys}{ago}"}, now=then,
        )
    )  # fmt: skip
    return house.database.write(
        lambda db: consents.grant(
            db, house.keys, consumer_id=mia.consumer_id, ask_id=asked, duration_days=days, versions=[], notice={},
            notice_version=1, choices=[consents.Choice(number, key) for number, key in enumerate(keys)], now=then,
        )
    ).id  # fmt: skip


def read(
    mia: Resident, shop: Company, consent_id: str, *, ago: timedelta, keys: list[str] | None = None
) -> None:
    """The company read what it may read, some time ago."""
    house = mia.city.house
    door = Door(house.database, house.keys, house.catalogue)
    with travel(clock.now() - ago, tick=False):
        answer = door.read(Reader(shop.client_id), consent_id=consent_id, purpose=None, keys=keys)
    assert isinstance(answer, Answer)


def followed(mia: Resident, consent_id: str) -> None:
    """The worker has followed a consent since it was given, so that what is due by now is told."""

    def schedule(db: Session) -> None:
        of = {"consumer_id": mia.consumer_id, "consent_id": consent_id}
        consent = consents.get_consent(db, **of)
        began = consent.granted_at
        notices.schedule(db, **of, since=began, after=began, granted_at=began, expires_at=consent.expires_at)

    mia.city.house.database.write(schedule)
