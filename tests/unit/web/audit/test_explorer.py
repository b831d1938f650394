"""The log narrowed by its address: what is shown, what is counted, and what is said of a bad filter."""

import re
from datetime import timedelta

import pytest

from tests.unit.web.audit.desk import settle
from tests.unit.web.portal.actors import found
from vrm import accesslog, clock, oversight
from vrm.accesslog import Event
from vrm.ids import new_id
from vrm.oversight import Filters, tallies
from vrm.oversight.searching import MOST_ROWS
from vrm.web.audit.trend import short_of


def leaves(page):
    """The leaf indexes of the list, in its order."""
    return [
        int(leaf)
        for leaf in re.findall(
            r'<th scope="row" role="rowheader" class="n"><a href="/audit/log/(\d+)">', page
        )
    ]


def many(house, count, **members):
    """So many more entries of a company, a minute apart."""
    now = clock.now()
    for start in range(0, count, 500):
        batch = [
            accesslog.prepare(
                Event("company.approved", now - timedelta(minutes=count - n), "operator", **members)
            )
            for n in range(start, min(start + 500, count))
        ]
        house.database.write(lambda db, batch=batch: accesslog.append(db.connection(), batch))
    return settle(house)


def test_it_shows_every_entry_with_names(desk, world):
    """Newest first, companies and clients by name with their ids, times in UTC, refusals by their code."""
    desk.get("/audit/log")
    assert leaves(desk.page) == list(range(world.size - 1, -1, -1))
    assert f"<bdi>Nordlicht GmbH</bdi> <code>{world.shop.company.id[:8]}</code>" in desk.page
    assert f"<bdi>Nordlicht shop</bdi> <code>{world.shop.client.id[:8]}</code>" in desk.page
    assert "keys_not_permitted" in desk.page and 'class="no"' in desk.page


@pytest.mark.parametrize(
    ("name", "value", "count"),
    [
        ("outcome", "refused", 1), ("outcome", "answered", 2), ("type", "consent.granted", 1), ("key", "name", 2),
        ("key", "birthdate", 1), ("code", "keys_not_permitted", 1), ("actor", "consumer", 1),
        ("purpose", "dpv:Advertising", 0), ("thread", "A" * 43, 0), ("agent", "A" * 16, 0),
        ("since", "2999-01-01", 0), ("until", "1999-01-01", 0), ("since", "2020-01-01T00:00", None),
    ],
)  # fmt: skip
def test_each_filter_narrows(desk, world, name, value, count):
    """Every filter works from the address alone, and stays in the form."""
    desk.get(f"/audit/log?{name}={value}")
    assert len(leaves(desk.page)) == (world.size if count is None else count)
    assert re.search(rf'name="{name}"', desk.page)
    if count == 0:
        assert "No entry meets all of these." in desk.page


def test_company_and_client_are_chosen_by_name(desk, world):
    """The lists have names to choose from, and ids behind them."""
    company, client = world.shop.company.id, world.shop.client.id
    desk.get(f"/audit/log?company={company}&client={client}&outcome=answered")
    assert len(leaves(desk.page)) == 2
    assert f'<option value="{company}" selected>' in desk.page
    assert f'<option value="{client}" selected>' in desk.page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=yesterday", "From (UTC): Write a time as"),
        ("until=0001-01-01T00:00:00%2B14:00", "Until (UTC): Write a time as"),
        ("company=Nordlicht", "Company: Give the whole id"),
        ("client=1", "Client: Give the whole id"),
        ("thread=abc", "Thread: A thread has 43"),
        ("agent=Mia+Tran", "Agent: An agent’s pseudonym has 16"),
        ("code=Not+a+code", "Code: No entry can have this"),
        ("outcome=maybe", "Outcome: No entry can have this"),
        ("key=" + "x" * 65, "Key: No entry can have this"),
        ("since=2026-03-02&until=2026-03-01", "must be later than"),
    ],
)
def test_a_bad_filter_is_told_in_a_sentence(desk, world, query, words):
    """The filter is named, nothing is searched for, and the form is there to put it right."""
    desk.get(f"/audit/log?{query}", 400)
    assert words in desk.page and leaves(desk.page) == []
    assert 'role="search"' in desk.page


def test_pages_go_there_and_back(desk, world, house):
    """Older pages follow without gap or double; newer ones are the very same again."""
    size = many(house, 130, company=world.shop.company.id)
    pages, path = [], "/audit/log"
    while path:
        desk.get(path)
        pages.append(leaves(desk.page))
        older = re.search(r'<a class="btn" href="([^"]+)">Older</a>', desk.page)
        path = older[1] if older else ""
    assert [leaf for page in pages for leaf in page] == list(range(size - 1, -1, -1))
    desk.get(found(r'<a class="btn" href="([^"]+)">Newer</a>', desk.page))
    assert leaves(desk.page) == pages[-2]
    assert re.search(r'<a class="btn" href="/audit/log#each">Newest</a>', desk.page)


def test_looking_back_can_end_early(desk, world, house):
    """Where a page ends before all was looked through, it says how far it came and goes on from there."""
    morning = (clock.now() - timedelta(days=2)).replace(hour=10, minute=0, second=0)
    events = [Event("company.approved", morning, "operator", company=world.shop.company.id)]
    events += [
        Event("client.changed", morning + timedelta(minutes=30), "company", company=world.shop.company.id,
              client=world.shop.client.id)
    ] * (MOST_ROWS + 200)  # fmt: skip
    for event in (events[:1], events[1:]):
        batch = [accesslog.prepare(one) for one in event]
        house.database.write(lambda db, batch=batch: accesslog.append(db.connection(), batch))
        settle(house)
    desk.get(f"/audit/log?until={morning + timedelta(minutes=15):%Y-%m-%dT%H:%M}")
    assert "Nothing found so far." in desk.page and "Looked back to:" in desk.page
    desk.get(found(r'<a class="btn" href="([^"]+)">Go on</a>', desk.page))
    assert len(leaves(desk.page)) == 1 and "Go on" not in desk.page


def test_the_chart_has_its_table_and_sums(desk, world):
    """Reads and refusals are drawn with a table behind, and the sentence has the sums."""
    desk.get("/audit/log?type=disclosure")
    assert "2 reads answered, 1 refused, 0 other entries." in desk.page
    assert "This finds 3 entries, of" in desk.page
    assert '<svg class="plot upright"' in desk.page and "The figures as a table" in desk.page
    desk.get(f"/audit/log?type=disclosure&since={clock.now() - timedelta(hours=5):%Y-%m-%dT%H:%M}")
    assert "Entries by the hour" in desk.page and "2 reads answered" in desk.page


def test_looks_do_not_crowd_the_log(desk, world, house):
    """What auditors looked at is left out and counted; one click shows it, another leaves it out again."""
    for _ in range(3):
        desk.get("/audit/log")
    size = settle(house)
    desk.get("/audit/log")
    assert len(leaves(desk.page)) == size - 3 and "An auditor looked" not in desk.page.split("<tbody")[-1]
    assert "Left out: what auditors looked at, 3 entries since" in desk.page
    desk.get(found(r'<a href="([^"]+)">Show them too</a>', desk.page))
    assert len(leaves(desk.page)) == size and "What auditors looked at is among these." in desk.page
    desk.get("/audit/log?type=audit.viewed")
    assert len(leaves(desk.page)) >= 3


def test_a_refused_ask_is_no_refused_read(desk, world, house):
    """A person who refuses an ask reads nothing: it is counted beside the reads, not among those refused."""
    shop = world.shop
    event = Event("consent.refused", clock.now(), "consumer", company=shop.company.id, client=shop.client.id,
                  keys=("name",), outcome="refused", about=accesslog.About(new_id(), new_id(), b"x" * 32))  # fmt: skip
    house.database.write(lambda db: accesslog.record(db, event))
    settle(house)
    desk.get(f"/audit/log?client={shop.client.id}")
    assert "2 reads answered, 1 refused, 1 ask refused by a person," in desk.page
    assert desk.page.count('class="no"') == 1


def test_codes_and_keys_are_offered_in_words(desk, world):
    """What the log holds comes first; each code has its words, and the code behind them."""
    desk.get("/audit/log")
    held, rest = (
        desk.page.split('id="f-code"')[1]
        .split("</select>")[0]
        .split('<optgroup label="Not in the log so far">')
    )
    assert "None of these keys was granted (keys_not_permitted)" in held
    assert "The person had revoked the consent (revoked)" in rest


def test_what_there_is_most_of_leads_on(desk, world):
    """Codes, keys and clients are ranked, each a link that narrows the log further; codes are those of refusals."""
    desk.get("/audit/log?type=disclosure")
    assert 'href="/audit/log?type=disclosure&code=keys_not_permitted"' in desk.page
    assert f"type=disclosure&client={world.shop.client.id}" in desk.page
    desk.get("/audit/log?key=name")
    assert 'id="by-key"' not in desk.page


def test_a_figure_that_does_not_reach_back_says_so(desk, world, house, monkeypatch):
    """Sums and ranks of which only the newest could be counted say from when on, each for itself."""
    words = "Counted back to: "
    (entry,) = house.database.read(lambda db: oversight.search(db, Filters(type="consent.granted"))).rows
    desk.get(f"/audit/log?thread={entry.thread}")
    assert words not in desk.page
    monkeypatch.setattr(tallies, "MOST_OF_ONE", 1)
    desk.get(f"/audit/log?thread={entry.thread}")
    assert desk.page.count(words) == 1 + 3  # the chart; clients, keys and codes
    assert "What lies before is not in it." in desk.page
    desk.get(f"/audit/log?thread={entry.thread}&outcome=answered")
    assert "Nothing found so far." in desk.page  # the newest entry of the thread is the refusal


def test_a_figure_that_reaches_back_has_nothing_missing():
    """What was counted to before the beginning of the time asked about is whole."""
    first = clock.now()
    assert short_of(first, first + timedelta(hours=1)) == first + timedelta(hours=1)
    for back in (None, first, first - timedelta(days=1)):
        assert short_of(first, back) is None


def test_a_long_time_is_drawn_in_part(desk, world):
    """A chart shows a year at most, and says so."""
    desk.get("/audit/log?since=2020-01-01")
    assert "the last year of it is drawn" in desk.page
    assert len(leaves(desk.page)) == world.size


def test_what_is_not_searchable_yet_is_said(desk, world, house):
    """The index is a moment behind the tree, and the page says by how much."""
    while accesslog.sequence(house.database):
        pass
    desk.get("/audit/log")
    while accesslog.sequence(house.database):
        pass
    accesslog.publish(house.database, house.keys.log_signer, house.settings.log_origin)
    desk.get("/audit/log")
    assert "cannot be searched for yet" in desk.page


def test_an_empty_log_is_a_page(desk):
    """Before anything happened there is a page, and nothing on it."""
    desk.get("/audit/log")
    assert leaves(desk.page) == []


@pytest.mark.parametrize(
    "query", ["before=-1", "before=x", f"before={2**90}", "trail=..%00.-1", "before=3&trail=a.1"]
)
def test_any_cursor_gives_a_page(desk, world, query):
    """What somebody typed into the address breaks nothing."""
    desk.get(f"/audit/log?{query}")
