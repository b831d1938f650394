"""Times are told as they are where the reader is, each with its zone."""

import re
from datetime import UTC, datetime

import pytest
from time_machine import travel

from tests.unit.web.portal.actors import Browser
from vrm import clock, consents, notices
from vrm.web import zone

NOW = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)


def be_in(browser: Browser, name: str) -> None:
    """What the module of the page does."""
    browser.client.set_cookie(zone.COOKIE, name)


def told_in(browser: Browser) -> str:
    """What the page of letters says of their language and time."""
    browser.get("/notices/settings")
    (told,) = re.findall(r"saved this page: (.*?)\.<", browser.page)
    return re.sub("[\u2068\u2069]", "", told)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Europe/Berlin", "Today, 12:30\u202fam CEST"),
        ("America/New_York", "Today, 6:30\u202fpm EDT"),
        ("Asia/Kathmandu", "Today, 4:15\u202fam UTC+05:45"),
        ("UTC", "Today, 10:30\u202fpm UTC"),
        ("Europe", "Today, 10:30\u202fpm UTC"),
        ("../../etc/passwd", "Today, 10:30\u202fpm UTC"),
        ("Moon/Tycho", "Today, 10:30\u202fpm UTC"),
    ],
)
def test_a_page_tells_the_readers_time(newcomer, shop, owner, name, told):
    """What no zone is called is not believed: then it is UTC, and says so."""
    with travel(NOW, tick=False):
        mia = newcomer()
        consent_id = shop.granted(owner(mia), "nickname")
        shop.read(consent_id)
        be_in(mia, name)
        mia.get(f"/consents/{consent_id}")
    assert told in mia.page


def test_days_begin_where_the_reader_is(newcomer, shop, owner):
    """A read late in the evening in Greenwich is of the next day in Berlin, in the drawing and its links as well."""
    with travel(NOW, tick=False):
        mia = newcomer()
        shop.read(shop.granted(owner(mia), "nickname"))
        be_in(mia, "Europe/Berlin")
        mia.get("/reads?days=7&at=2026-07-02")
        assert "1 read, by one company." in mia.page
        mia.get("/reads?days=7&at=2026-07-01")
        assert "1 read, by one company." not in mia.page
        mia.get("/home")
        assert "at=2026-07-01" not in mia.page


def test_an_end_is_that_of_the_day_there(newcomer, shop, owner, house):
    """The day that was chosen is over when it is over where the person is."""
    with travel(NOW, tick=False):
        mia = newcomer()
        consent_id = shop.granted(owner(mia), "nickname")
        be_in(mia, "America/New_York")
        line = ["nickname dpv:ServiceProvision"]
        mia.post(f"/consents/{consent_id}/change", revision="1", line=line, ends="day", until="2026-08-01")
        whose = owner(mia)
        kept = house.database.read(
            lambda db: consents.get_consent(db, consumer_id=whose, consent_id=consent_id)
        )
    assert kept.expires_at == datetime(2026, 8, 2, 3, 59, 59, tzinfo=UTC)


def test_letters_tell_the_time_of_the_last_sign_in(newcomer, app, post):
    """Of the browser that signed in, or in which the wishes were saved; the other offices are told UTC."""
    with travel(NOW, tick=False):
        mia = newcomer()
        assert told_in(mia) == "English, UTC"
        post.deliver()
        other = Browser(app)
        be_in(other, "Asia/Tokyo")
        other.sign_in("mia@post.example")
        (letter,) = post.deliver()
        assert "2 July 2026, 7:30\u202fam JST" in letter.get_content()
        assert told_in(mia) == "English, Asia/Tokyo"
        be_in(mia, "America/New_York")
        mia.post("/notices/settings", hour="7")
        assert told_in(mia) == "English, America/New York"


def test_a_zone_that_was_taken_away_is_utc(newcomer, owner, house):
    """What a browser said years ago may be unknown to the machine of today: letters go out all the same."""
    mia = newcomer()
    house.database.write(
        lambda db: notices.keep_language_and_zone(
            db, house.keys, consumer_id=owner(mia), language="en", zone="Asia/Atlantis", now=clock.now()
        )
    )
    mia.post("/account/password", current_password="eleven grey herons", new_password="nine quiet otters")
    mia.get("/notices")
    assert "Your password was changed" in mia.page
