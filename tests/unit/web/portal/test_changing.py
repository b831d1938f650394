"""What a person changes of one consent by themselves, over HTTP."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from time_machine import travel

from tests.support import seeds
from vrm import clock, companies, consents
from vrm.web.portal import unread

PURPOSE = "dpv:ServiceProvision"


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
    assert named.page.count("<h3>Version") == 2
    assert (
        "Version 2, now" in named.page
        and "you took something back, you let it end sooner" in named.page
        and "<del>Given name</del>" in named.page
    )


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


def test_it_ends_on_any_day_until_the_last_they_asked_for(named, mia_id, shop, held):
    """A day of one's own holds to its end, the last one no longer than was asked; the page says between which."""
    with travel(clock.now() - timedelta(days=60)):
        id = shop.granted(mia_id, "nickname")
    today, form = clock.now().date(), {"line": place("nickname"), "ends": "day"}
    for revision, days in ((1, 11), (2, 1), (3, 90)):
        day = today + timedelta(days=days)
        named.post(f"/consents/{id}/change", revision=str(revision), until=f"{day}", **form)
        assert (held(id).revision, held(id).expires_at.date()) == (revision + 1, day)
    assert held(id).expires_at <= clock.now() + timedelta(days=90)
    for ends, days, said in (
        ("day", 0, "Choose a day from"),
        ("day", 92, "Choose a day from"),
        ("", 9, "press again"),
    ):
        named.post(
            f"/consents/{id}/change", 400, revision="4", line=place("nickname"), ends=ends,
            until=f"{today + timedelta(days=days)}",
        )  # fmt: skip
        assert said in named.page and 'value="day" checked' in named.page
    assert held(id).revision == 4


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"revision": "1", "line": place("nickname"), "ends": "day"}, 400),
        ({"revision": "1", "line": place("nickname"), "ends": "day", "until": "tomorrow"}, 400),
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
    assert "Trim to the one they use" in named.page and "they must ask you again" in named.page
    allowed, other = named.page.partition("The words you decided on")[2].split("</q>")[:2]
    assert "We send you books." in allowed and "Not allowed" not in allowed
    assert "New books, twice a year." in other and "Not allowed" in other
    named.post(f"/consents/{id}/change", revision=named.hidden("revision"), line=named.hidden("line"))
    assert shop.read(id, keys=["given_name"]).code == "keys_not_permitted"
    assert shop.read(id).profile == {"nickname": "Mimi"}


def test_what_was_read_since_the_page_was_drawn_is_not_trimmed(named, mia_id, shop):
    """An old tab takes out what is unused at the moment of the press, and never more than it named."""
    with travel(clock.now() - timedelta(days=8)):
        id = shop.granted(mia_id, "nickname", "given_name", "email")
        shop.read(id, keys=["nickname"])
    named.get(f"/consents/{id}")
    old = {name: named.hidden(name) for name in ("revision", "line", "trim")}
    shop.read(id, keys=["given_name"])
    named.post(f"/consents/{id}/change", **old)
    assert shop.read(id).profile == {"nickname": "Mimi", "given_name": "Mia"}
    assert shop.read(id, keys=["email"]).code == "keys_not_permitted"


def test_days_of_a_pause_are_not_counted_as_unread(named, mia_id, shop):
    """What nobody could read is not unused: neither while it rests, nor of the time before it was resumed."""
    start = clock.now() - timedelta(days=40)
    with travel(start):
        id = shop.granted(mia_id, "nickname", "given_name")
        shop.read(id, keys=["nickname"])
        named.post(f"/consents/{id}/pause")
    with travel(start + timedelta(days=30)):
        named.get(f"/consents/{id}")
        assert "never read" not in named.page
        named.post(f"/consents/{id}/resume")
        named.get(f"/consents/{id}")
        assert "never read" not in named.page
    named.get(f"/consents/{id}")
    resumed = start + timedelta(days=30)
    assert re.search(rf'Since <time datetime="{resumed:%Y-%m-%d}', named.page)


@pytest.mark.parametrize("days", unread.SPANS)
def test_who_uses_nothing_is_offered_to_be_revoked(named, mia_id, shop, days):
    """Where nothing was read, there is nothing to trim to."""
    with travel(clock.now() - timedelta(days=8)):
        id = shop.granted(mia_id, "nickname")
    named.get(f"/consents/{id}?unread={days}")
    assert "They use none of it: revoke" in named.page and "Trim to" not in named.page


@pytest.mark.parametrize("sign_in", [False, True])
def test_the_page_says_once_and_what_was_not_allowed(named, mia_id, shop, house, sign_in):
    """A line for once that is fetched again is counted as that; what was asked and not allowed stands there; only who
    is signed in by it is told that this may stop; what the company knows is one click away.
    """
    asked = (
        consents.Line("nickname", PURPOSE, True, frequency="once"),
        consents.Line("email", PURPOSE, False, why="Our letter"),
        consents.Line("given_name", PURPOSE, False),
    )
    choices = [consents.Choice(n, asked[n].key) for n in (0, 2)]
    mia: Any = SimpleNamespace(consumer_id=mia_id)
    client: Any = SimpleNamespace(
        client=SimpleNamespace(id=shop.client_id), company=SimpleNamespace(id=shop.company_id)
    )
    id = seeds.grant_terms(house, mia, client, consents.Terms(asked, 90, sign_in=sign_in), choices).id
    for _ in range(3):
        assert shop.read(id, keys=["nickname"]).profile == {"nickname": "Mimi"}
    named.post(f"/consents/{id}/change", revision="1", line=place("nickname"))
    named.get(f"/consents/{id}")
    for said in (
        "2 of them fetched again what was for once", "1 + 2 again", "Within ten minutes of the first read",
        "You did not allow it", "Our letter", "You took it back", f'href="/companies/{shop.company_id}/known"',
    ):  # fmt: skip
        assert said in named.page, said
    assert ("so may signing in there" in named.page) == sign_in


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
