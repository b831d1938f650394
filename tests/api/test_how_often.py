"""Paused, and read as often as was allowed, as a client hears of it."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session
from time_machine import travel

from tests.support.actors import DELIVERY, MARKETING, Company, Consumer, Held, World, line, needed
from vrm import clock, consents, profiles

HOUR = timedelta(hours=1)


def held(company: Company, person: Consumer, *lines: dict[str, object], **changes: str) -> Held:
    """What a client holds when everything it asked for was ticked."""
    asked = company.pushed(company.request(*lines), **changes)
    take = [str(number) for number, each in enumerate(lines) if not each.get("required")]
    return company.take_back(asked, person.grant(asked, take=take))


def set_paused(world: World, mia: Consumer, consent_id: str, verb: Callable[..., consents.Consent]) -> None:
    """Pause or resume, as its person."""
    facts = {"consumer_id": mia.consumer_id, "consent_id": consent_id}
    world.house.database.write(lambda db: verb(db, world.house.keys, now=clock.now(), **facts))


def test_paused_is_refused_everywhere_and_nothing_is_lost(world: World) -> None:
    """One read, a stream and an introspection say so; a refresh succeeds; resumed, its tokens read again."""
    company, mia = world.company(), world.consumer()
    got = held(company, mia, needed("name"))
    set_paused(world, mia, got.consent_id, consents.pause)
    refused = company.read(got.access_token)
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_paused")
    told = json.loads(company.read_many([got.consent_id]).text)
    assert told["refused"]["code"] == "consent_paused"
    assert company.introspect(got.access_token).json() == {"active": False}
    assert [each["state"] for each in company.consents(state="paused").json()["consents"]] == ["paused"]
    newer = company.refresh(got.refresh_token).json()["access_token"]
    assert company.read(newer).json()["code"] == "consent_paused"
    set_paused(world, mia, got.consent_id, consents.resume)
    assert [company.read(token).status_code for token in (got.access_token, newer)] == [200, 200]
    assert company.introspect(newer).json()["active"] is True


def test_too_soon_says_when(world: World) -> None:
    """429, with the moment at which the first of the lines may be read again, in both doors; what is not due is left out."""
    company, mia = world.company(), world.consumer()
    lines = [needed("name", frequency="weekly"), needed("email", frequency="daily")]
    got = held(company, mia, *lines, needed("birthdate", MARKETING))
    start = clock.now()
    with travel(start, tick=False):
        assert company.read(got.access_token, DELIVERY).is_success
    with travel(start + HOUR, tick=False):
        token = company.refresh(got.refresh_token).json()["access_token"]
        refused = company.read(token, DELIVERY)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_soon")
        assert refused.headers["Retry-After"] == str(22 * 3600)
        again = clock.rfc3339(start + 23 * HOUR)
        assert refused.json()["next_use_at"] == again
        told = json.loads(company.read_many([got.consent_id], purpose=DELIVERY).text)
        assert told["refused"]["next_use_at"] == again
    with travel(start + 23 * HOUR, tick=False):
        token = company.refresh(got.refresh_token).json()["access_token"]
        body = company.read(token, DELIVERY).json()
        assert (set(body["profile"]), body["omitted"]) == ({"email"}, [{"key": "name", "reason": "too_soon"}])


def test_once_says_no_moment(world: World) -> None:
    """What was for once comes to no next use: no header, and a sentence that says to ask the person."""
    company, mia = world.company(), world.consumer()
    got = held(company, mia, needed("name", frequency="once"), line("email"))
    assert company.read(got.access_token).is_success
    with travel(clock.now() + HOUR, tick=False):
        token = company.refresh(got.refresh_token).json()["access_token"]
        refused = company.read(token, keys="name")
        assert (refused.status_code, "Retry-After" in refused.headers) == (429, False)
        assert "next_use_at" not in refused.json() and "ask the person" in refused.json()["detail"]


@pytest.mark.parametrize(("named", "begins_anew"), [("name", True), ("birthdate", False)])
def test_a_new_decision_about_the_line_begins_anew(world: World, named: str, begins_anew: bool) -> None:
    """A change that names the line again lets it be read again; one by which it merely stays does not."""
    company, mia = world.company(), world.consumer()
    got = held(company, mia, needed("name", frequency="once"), needed("email"))
    assert company.read(got.access_token).is_success
    with travel(clock.now() + HOUR, tick=True):
        grant = {"grant_management_action": "merge", "grant_id": got.consent_id}
        newer = held(company, mia, needed(named, frequency="once"), **grant)
        profile = company.read(newer.access_token).json()["profile"]
    assert ("name" in profile) is begins_anew


def test_a_reply_that_is_asked_for_again_says_nothing_newer(world: World) -> None:
    """Not even what a person began to write before the read was durable, and which was saved after it: clocks mislead."""
    company, mia = world.company(), world.consumer()
    began = clock.now() - timedelta(seconds=1)
    got = held(company, mia, needed("name", frequency="once"))
    first = company.read(got.access_token).json()["profile"]
    assert company.read(got.access_token).json()["profile"] == first
    house = world.house

    def save(db: Session) -> None:
        (item,) = profiles.list_items(db, house.keys, consumer_id=mia.consumer_id, fields=["name"])["name"]
        profiles.put(
            db, house.keys, house.catalogue, consumer_id=mia.consumer_id, field="name",
            item_id=item.item_id, raw="Newer Name", seen_version=item.version, now=began,
        )  # fmt: skip

    house.database.write(save)
    refused = company.read(got.access_token)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_soon")


def test_a_reply_that_is_asked_for_again_is_whole(world: World) -> None:
    """Where one of several values was deleted meanwhile, it is not given without that one: that would tell of it."""
    company, mia, house = world.company(), world.consumer(), world.house
    owner, field = mia.consumer_id, "address"

    def add(db: Session) -> profiles.Item:
        (first,) = profiles.list_items(db, house.keys, consumer_id=owner, fields=[field])[field]
        return profiles.put(
            db, house.keys, house.catalogue, consumer_id=owner, field=field, raw=first.value, now=clock.now()
        )

    added = house.database.write(add)
    asked = company.pushed(company.request(needed(field, frequency="weekly")))
    got = company.take_back(asked, mia.grant(asked, **{"item-0": "all"}))
    answers = [company.read(got.access_token).json()["profile"][field] for _ in range(2)]
    assert answers[0] == answers[1] and len(answers[0]) == 2
    house.database.write(
        lambda db: profiles.remove(
            db, consumer_id=owner, field=field, item_id=added.item_id, seen_version=added.version,
            now=clock.now(),
        )
    )  # fmt: skip
    assert company.read(got.access_token).json()["code"] == "too_soon"
