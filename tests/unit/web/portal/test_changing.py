"""What a person changes of one consent by themselves, over HTTP."""

from datetime import timedelta

import pytest
from time_machine import travel

from vrm import clock, companies, consents
from vrm.web.portal import unread

PURPOSE = "dpv:ServiceProvision"


@pytest.fixture
def mia_id(mia, owner):
    return owner(mia)


@pytest.fixture
def named(mia):
    """Mia with a nickname and a given name in her profile."""
    for field, value in (("nickname", "Mimi"), ("given_name", "Mia")):
        mia.post(f"/profile/{field}", version="0", do="save", value=value)
    return mia


@pytest.fixture
def held(house, mia_id):
    """``held(consent_id)``: the consent as it stands."""
    return lambda id: house.database.read(
        lambda db: consents.get_consent(db, consumer_id=mia_id, consent_id=id)
    )


def place(*keys):
    return [f"{key} {PURPOSE}" for key in keys]


def test_pause_and_resume(named, mia_id, shop):
    """A pause is refused at once and says since when; resuming lets them read again; twice is no fault."""
    id = shop.granted(mia_id, "nickname")
    named.get(f"/consents/{id}")
    assert "Nothing ends, and the day on which it ends stays." in named.page
    for _ in range(2):
        assert named.post(f"/consents/{id}/pause").location == f"/consents/{id}?done=paused"
    refusal = shop.read(id)
    assert refusal.code == "consent_paused"
    named.get(f"/consents/{id}")
    assert "You paused it" in named.page and "Since: " in named.page and refusal.event_id in named.page
    for _ in range(2):
        assert named.post(f"/consents/{id}/resume").location == f"/consents/{id}?done=resumed"
    assert shop.read(id).profile == {"nickname": "Mimi"}


def test_narrow_and_shorten_in_one(named, mia_id, shop, held):
    """A needed line goes too, with a word of what may follow, and the end moves with the same press."""
    id = shop.granted(mia_id, "nickname", "given_name")
    named.get(f"/consents/{id}/change")
    assert "they may stop serving you" in named.page and "Mimi" in named.page
    answer = named.post(f"/consents/{id}/change", revision="1", line=place("nickname"), ends="7")
    assert answer.location == f"/consents/{id}?done=changed"
    assert shop.read(id).profile == {"nickname": "Mimi"}
    assert held(id).expires_at < clock.now() + timedelta(days=7, minutes=1)
    named.get(f"/consents/{id}")
    assert "Version 3, now" in named.page and "<del>Given name</del>" in named.page


def test_extend_as_long_as_was_asked(named, mia_id, shop, house, held):
    """It lasts at most as long as they asked, and not at all while their notice is another."""
    with travel(clock.now() - timedelta(days=60)):
        id = shop.granted(mia_id, "nickname")
    named.get(f"/consents/{id}/change")
    assert 'value="90"' in named.page and 'value="180"' not in named.page
    named.post(f"/consents/{id}/change", 400, revision="1", line=place("nickname"), ends="180")
    named.post(f"/consents/{id}/change", revision="1", line=place("nickname"), ends="90")
    assert held(id).expires_at > clock.now() + timedelta(days=89)
    house.database.write(
        lambda db: companies.change_notice(
            db, company_id=shop.company_id, privacy_notice_url="https://hawthorn.example/new", now=clock.now()
        )
    )
    named.get(f"/consents/{id}/change")
    assert "they must ask you again before it can last longer" in named.page


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"revision": "9", "line": place("nickname")}, 409),
        ({"line": place("nickname")}, 409),
        ({"revision": "1"}, 400),
        ({"revision": "1", "line": place("birthdate")}, 400),
        ({"revision": "1", "line": place("nickname"), "ends": "0"}, 400),
        ({"revision": "1", "line": place("nickname"), "ends": "-1"}, 400),
        ({"revision": "1", "line": place("nickname"), "ends": "99999"}, 400),
    ],
)
def test_nothing_is_changed_by_half(named, mia_id, shop, held, form, status):
    """What is not on the page, or was seen in another revision, changes nothing and is said."""
    id = shop.granted(mia_id, "nickname", "given_name")
    before = held(id)
    named.post(f"/consents/{id}/change", status, **form)
    assert "Nothing was changed" in named.page and held(id) == before


def test_trim_to_what_they_read(named, mia_id, shop):
    """After a week the page names what was never read and takes it out in one press; before, it says nothing."""
    with travel(clock.now() - timedelta(days=8)):
        id = shop.granted(mia_id, "nickname", "given_name")
        shop.read(id, keys=["nickname"])
        shop.read(id, keys=["birthdate"])
        named.get(f"/consents/{id}")
        assert "Trim to" not in named.page
    named.get(f"/consents/{id}")
    assert "Trim to the one they use" in named.page
    named.post(f"/consents/{id}/change", revision=named.hidden("revision"), line=named.hidden("line"))
    assert shop.read(id, keys=["given_name"]).code == "keys_not_permitted"
    assert shop.read(id).profile == {"nickname": "Mimi"}


@pytest.mark.parametrize("days", unread.SPANS)
def test_who_uses_nothing_is_offered_to_be_revoked(named, mia_id, shop, days):
    """Where nothing was read, there is nothing to trim to."""
    with travel(clock.now() - timedelta(days=8)):
        id = shop.granted(mia_id, "nickname")
    named.get(f"/consents/{id}?unread={days}")
    assert "They use none of it: revoke" in named.page and "Trim to" not in named.page


def test_ended_or_somebody_elses(named, mia_id, shop, newcomer):
    """What has ended is only looked at; another person's looks like none."""
    id, eve = shop.granted(mia_id, "nickname"), newcomer("eve@post.example")
    eve.get(f"/consents/{id}/change", 404)
    for deed in ("pause", "resume", "change"):
        eve.post(f"/consents/{id}/{deed}", 404)
    named.post(f"/consents/{id}/revoke")
    named.get(f"/consents/{id}/change", 303)
    for deed in ("pause", "resume", "change"):
        assert named.post(f"/consents/{id}/{deed}").location == f"/consents/{id}"
