"""Who read me, and what a company knows, over HTTP."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from time_machine import travel

from tests.support.databases import statements
from tests.unit.web.portal.actors import found, make_shop
from vrm import clock
from vrm.web.portal import narrowing, summed
from vrm.web.portal.narrowing import Filters

NOW = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")


@pytest.fixture
def filled(mia):
    """Mia with a name and a day of birth."""
    for field, value in (("nickname", "Mimi"), ("birthdate", "1991-06-17")):
        mia.post(f"/profile/{field}", version="0", do="save", value=value)
    return mia


def ids(page):
    return set(re.findall(r"<code>([0-9a-f-]{36})</code>", page))


def test_by_key_and_purpose(filled, mia_id, shop, house):
    """By a key come the reads of it and of what is worked out from it, told apart; by a purpose those for it."""
    other = make_shop(house, "Alder Travel Ltd", "alder.example")
    whole, answered = shop.granted(mia_id, "birthdate"), other.granted(mia_id, "age_over_18", "nickname")
    first, second = shop.read(whole).event_id, other.read(answered).event_id
    third, tried = other.read(answered, ["nickname"]).event_id, other.read(answered, ["birthdate"]).event_id
    for query, shown in [
        ("key=birthdate", {first, second, tried}),
        ("key=birthdate&outcome=answered", {first, second}),
        ("key=nickname", {second, third}),
        ("key=age_over_18", {second}),
        (f"key=birthdate&company={other.company_id}", {second, tried}),
        ("purpose=dpv%3AServiceProvision", {first, second, third}),
        ("purpose=dpv%3AMarketing", set()),
        ("key=%27%3B--", set()),
        ("at=2001-01-01&days=9999&key=&purpose=", {first, second, third, tried}),
    ]:
        filled.get(f"/reads?{query}")
        assert ids(filled.page) == shown, query
    filled.get("/reads?purpose=dpv%3AMarketing")
    assert '<option value="dpv:ServiceProvision"' in filled.page, "from one purpose one comes to the other"
    filled.get("/reads?key=birthdate")
    assert "One of the reads got only what is worked out from it." in filled.page
    assert "2 reads, by 2 companies. One try was refused." in filled.page
    filled.get("/reads")
    assert 'href="/reads?days=30&key=birthdate"' in filled.page  # by a bar, and so in two clicks from home


def test_a_column_is_a_link_to_its_time(filled, mia_id, shop):
    """What was read on another day stands in another column, whose link shows that alone."""
    consent_id = shop.granted(mia_id, "nickname")
    with travel(clock.now() - timedelta(days=3)):
        old = shop.read(consent_id).event_id
    new = shop.read(consent_id).event_id
    for query in ("", "&key=nickname"):
        filled.get(f"/reads?days=30{query}")
        assert ids(filled.page) == {old, new}
        columns = sorted(set(re.findall(r'href="(/reads\?[^"]*at=[0-9-]+)"', filled.page)))
        assert len(columns) == 2
        for column, event in zip(columns, (old, new), strict=True):
            filled.get(column)
            assert ids(filled.page) == {event} and "1 read, by one company." in filled.page
            # From there on to the other ones.
            assert all(f'href="{each}"' in filled.page for each in columns)


@pytest.mark.parametrize(
    ("days", "many", "first"),
    [(7, 7, "2026-03-26"), (30, 30, "2026-03-03"), (91, 14, "2025-12-29"), (365, 12, "2025-05-01")],
)
def test_columns_are_of_the_readers_calendar(days, many, first):
    """Days, weeks and months begin at the reader's midnight, also across a change of the clock; today is the last."""
    begins = narrowing.columns(Filters(days=days), NOW, ZONE)  # in Berlin it is 1 April already
    assert (len(begins), begins[0].date().isoformat()) == (many, first)
    assert all((at.hour, at.minute) == (0, 0) for at in begins)
    assert begins[-1] <= NOW < begins[-1] + timedelta(days=31)


def test_the_newest_are_looked_into_and_the_page_says_so(filled, mia_id, shop, house, monkeypatch):
    """Sums by company and time are of all reads; those by key and purpose of the newest alone, at one price."""
    monkeypatch.setattr(summed, "MOST", 3)
    consent_id = shop.granted(mia_id, "nickname")
    for _ in range(4):
        shop.read(consent_id)
    filled.get("/reads")
    with statements(house.database) as few:
        filled.get("/reads")
    assert "4 reads, by one company." in filled.page and "in the newest 3 entries" in filled.page
    assert "3 reads" in filled.page
    filled.get("/reads?key=nickname")
    assert len(ids(filled.page)) == 3 and "Older reads" in filled.page
    filled.get(found(r'href="(/reads[^"]*before=[^"]+)"', filled.page))
    assert len(ids(filled.page)) == 1
    for _ in range(4):
        shop.read(consent_id)
    with statements(house.database) as many:
        filled.get("/reads")
    assert len(many) == len(few)


def test_what_a_company_knows(filled, mia_id, shop, house):
    """Each key it got, as it got it last, and what is true now; an answer as it was; what it never read apart."""
    consent_id = shop.granted(mia_id, "nickname", "age_over_18", "birthdate")
    shop.read(consent_id, ["nickname", "age_over_18"])
    page = f"/companies/{shop.company_id}/known"
    filled.get(page)
    assert "They got 2 things from you. They may read all of it again." in filled.page
    assert 'They have: <span class="value"><bdi>Mimi</bdi>' in filled.page
    assert filled.page.count("It is still so in your profile.") == 2 and "1991" not in filled.page
    assert "May read, and never did" in filled.page and "Date of birth" in filled.page
    filled.get("/profile/nickname")
    filled.post("/profile/nickname", version=filled.hidden("version"), do="save", value="Mo")
    filled.post(f"/consents/{consent_id}/revoke")
    filled.get(page)
    assert "<bdi>Mimi</bdi>" in filled.page and "Yours now:" in filled.page and "<bdi>Mo</bdi>" in filled.page
    assert "They may read none of it again." in filled.page
    filled.get(f"{page}?lang=de")
    filled.get("/companies/00000000-0000-4000-8000-00000000abcd/known", 404)


def test_nobody_sees_what_a_company_knows_of_another(filled, mia_id, shop, newcomer):
    """The page is of the one who looks."""
    shop.read(shop.granted(mia_id, "nickname"))
    eve = newcomer("eve@post.example")
    eve.get(f"/companies/{shop.company_id}/known")
    assert "Nothing from here" in eve.page and "Mimi" not in eve.page


def test_refusals_that_tell_the_same_are_one_row(filled, mia_id, shop):
    """However often a company knocks in vain, it takes one row; every entry can be opened all the same."""
    with travel(clock.now() - timedelta(minutes=1), tick=False) as time:
        held = shop.granted(mia_id, "nickname")

        def read(keys=None):
            time.shift(1)  # what happens in one millisecond has no order
            return shop.read(held, keys).event_id

        before, tried, after = read(), [read(["birthdate"]) for _ in range(3)], read()
    for path in ("/reads", f"/consents/{held}"):
        filled.get(path)
        rows = [row for row in filled.page.split("<tr ")[1:] if "/reads/" in row]
        opened = [set(re.findall(r"/reads/([0-9a-f-]{36})", row)) for row in rows]
        assert opened == [{after}, set(tried), {before}]
        assert "2 more just like it" in rows[1]
