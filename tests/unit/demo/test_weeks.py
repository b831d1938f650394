"""Whoever signs in as Mia or Ada finds something real on each page."""

import pytest

from tests.support.forms import get_form
from tests.unit.web.portal.actors import Browser
from vrm import accesslog, clock, consents, notices, profiles
from vrm.app import create_app
from vrm.demo import seed, weeks

pytestmark = pytest.mark.deep


@pytest.fixture
def lived(house):
    """The house in which Mia and Ada have lived, and what they are known as there."""
    seed.sow(house)
    return weeks.live(house)


@pytest.fixture(params=[weeks.MIA, weeks.ADA], ids=["mia", "ada"])
def person(request, lived):
    """One of the two: their address, and their name for other rooms."""
    return request.param["email"], lived[request.param["email"]]


def test_consents_of_every_state_and_one_ask_waits(house, person):
    """One is read, one is paused, and one each was for once, ran out and was revoked; a company asks again."""
    _, id = person
    held = house.database.read(lambda db: consents.list_consents(db, consumer_id=id))
    assert sorted(each.state for each in held) == ["active", "active", "expired", "revoked", "used"]
    assert len({each.company_id for each in held}) == 5
    assert sum(each.paused is not None for each in held) == 1
    (ask,) = house.database.read(lambda db: consents.list_asks(db, consumer_id=id, now=clock.now()))
    assert ask.company_id in {each.company_id for each in held if each.state == "expired"}


def test_a_birth_date_was_read_and_elsewhere_an_answer_in_its_place(house, person):
    """Each in the log, with what was refused and why, and nothing is left to be sequenced."""
    _, id = person
    rows = house.database.read(lambda db: accesslog.list_for_consumer(db, consumer_id=id, limit=100))
    reads = [each.entry for each in rows if each.type == "disclosure"]
    read = [set(each.get("keys", ())) for each in reads if each["outcome"] == "answered"]
    assert {"name", "birthdate"} in read and {"age_over_18"} in read
    refused = {each["code"] for each in reads if each["outcome"] == "refused"}
    assert refused == {"purpose_not_permitted", "revoked", "paused", "expired"}


def test_they_were_told_on_the_days_it_happened(house, person):
    """Some of it they have read; a proposal waits."""
    _, id = person
    now = clock.now()
    told = house.database.read(lambda db: notices.list_notices(db, house.keys, consumer_id=id, limit=50))
    assert {each.kind for each in told} >= {"receipt", "ending", "unusual", "proposed"}
    assert {each.is_new for each in told} == {True, False}
    assert (now - told[-1].at).days > 30
    assert (
        house.database.read(
            lambda db: profiles.count_proposals(db, consumer_id=id, blocked=frozenset(), now=now)
        )
        == 1
    )


def test_what_waits_can_be_allowed(house, person):
    """The letter opens, and a yes leads back to the web sites that the demo serves."""
    email, id = person
    browser = Browser(create_app(house))
    browser.sign_in(email, seed.PASSWORD)
    (ask,) = house.database.read(lambda db: consents.list_asks(db, consumer_id=id, now=clock.now()))
    assert f"/asks/{ask.id}" in browser.get("/home").text
    form = get_form(browser.get(f"/asks/{ask.id}").text, f"/asks/{ask.id}")
    answer = browser.post(f"/asks/{ask.id}", **form.values | {"decision": "grant"})
    assert answer.headers["location"].startswith(ask.request["redirect_uri"] + "?code=")
