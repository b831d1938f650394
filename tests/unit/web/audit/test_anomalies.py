"""Alarms: the reason in a sentence with its figures, the evidence, and all of it into a case with one button."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.support import seeds
from tests.unit.oversight.conftest import AGENTS, MONDAY, about, write
from tests.unit.web.audit.desk import Desk, settle
from tests.unit.web.portal.actors import found
from vrm import accesslog, oversight
from vrm.accesslog import Event
from vrm.web.audit import anomaly

DAYS = 30
TODAY = MONDAY + timedelta(days=DAYS)
NOW = TODAY + timedelta(hours=20)
MANY = 70


@dataclass(frozen=True)
class Month:
    """A client with a quiet past, and one night on which an agent read of many people; then a series of refusals."""

    shop: seeds.Shop
    anomalies: dict[str, oversight.Anomaly]


@pytest.fixture
def month(house):
    """Five findings, one of each kind."""
    shop = seeds.shop(house)

    def read(at, consent, agent=None, code=None):
        return Event(
            "disclosure", at, "client", company=shop.company.id, client=shop.client.id, purpose=seeds.PURPOSE,
            keys=("email",), outcome="refused" if code else "answered", code=code, revision=1, agent=agent,
            about=about(consent),
        )  # fmt: skip

    grant = Event(
        "consent.granted", MONDAY - timedelta(days=10), "consumer", company=shop.company.id, client=shop.client.id,
        keys=("birthdate",), revision=1, about=about(500),
    )  # fmt: skip
    usual = [
        read(MONDAY + timedelta(days=day, hours=9, minutes=40 * number), number % 4, AGENTS[number % 2])
        for day in range(DAYS)
        for number in range(12)
    ]
    night = TODAY + timedelta(hours=3)
    raid = [read(night + timedelta(seconds=number), 100 + number, AGENTS[0]) for number in range(MANY)]
    refused = [read(TODAY + timedelta(hours=9, seconds=number), 1, code="revoked") for number in range(30)]
    write(house.database, [grant, *usual, *raid, *refused])
    accesslog.publish(house.database, house.keys.log_signer, house.settings.log_origin)
    oversight.watch(house.database, now=NOW)
    kept = house.database.read(lambda db: oversight.list_anomalies(db))
    assert {one.kind for one in kept} == set(oversight.KINDS)
    return Month(shop, {one.kind: one for one in kept})


def marks(house, case_id):
    return house.database.read(lambda db: oversight.marked_leaves(db, case_id=case_id))


def test_the_list_says_why(desk, month):
    """Every kind stands there with its client and a sentence that holds the observed, the usual and the threshold."""
    page = desk.get("/audit/anomalies").text
    assert "Nordlicht shop" in page and "Nordlicht GmbH" in page
    for kind, heading in {
        "volume": "Far more reads than usual",
        "hours": "Reads at an unusual hour",
        "unused_key": "Granted and never read",
        "refusals": "A series of refusals",
        "agent": "One agent, many people",
    }.items():
        assert f'<a href="/audit/anomalies/{month.anomalies[kind].id}">{heading}</a>' in page
    assert "it read 70 times" in desk.page and "Usual for it are 12 reads a day; more than 50" in desk.page
    assert "30 of its reads were refused" in desk.page
    assert "was not read for 40 days. After 30 days" in desk.page


def test_the_list_is_narrowed(desk, month, house):
    """By kind, by company and by client; what cannot be is said in a sentence."""
    other = seeds.shop(house, "Suedwind")
    assert desk.get("/audit/anomalies?kind=volume").text.count("/audit/anomalies/") == 1
    assert desk.get(f"/audit/anomalies?client={month.shop.client.id}").text.count("/audit/anomalies/") == 5
    assert "There is none of these." in desk.get(f"/audit/anomalies?company={other.company.id}").text
    assert "Nothing was searched for" in desk.get("/audit/anomalies?kind=odd", 400).text
    assert "Nothing was searched for" in desk.get("/audit/anomalies?client=1", 400).text


def test_the_list_goes_on(desk, month):
    """A page goes on from the last alarm of the one before, and one that is unknown is no page."""
    newest = desk.get("/audit/anomalies").text
    first = found(r'/audit/anomalies/([0-9a-f-]{36})"', newest)
    page = desk.get(f"/audit/anomalies?before={first}").text
    assert first not in page.replace(f"before={first}", "") and page.count("/audit/anomalies/") == 4
    desk.get("/audit/anomalies?before=0c9b6a5e-3f1c-4c57-9a66-d3a80b53c5d7", 404)
    desk.get("/audit/anomalies?before=%00", 200)


@pytest.mark.parametrize("kind", oversight.KINDS)
def test_one_alarm(desk, month, kind):
    """Its reason, a drawing of the client's past with a table behind, its entries, and what it need not mean."""
    odd = month.anomalies[kind]
    page = desk.get(f"/audit/anomalies/{odd.id}").text
    assert "It may mean" in page and "It need not" in page
    assert "The figures as a table" in page and "<svg" in page
    assert ("unusual hour" in page) is (kind == "hours")
    link = found(r'<a class="btn" href="(/audit/log\?[^"]+)"', page).replace("&amp;", "&")
    shown = page.count('<th scope="row" class="n"><a href="/audit/log/')
    assert shown == {"refusals": 30, "unused_key": 1}.get(kind, MANY)
    assert desk.get(link).text.count(
        '<th scope="row" role="rowheader" class="n"><a href="/audit/log/'
    ) == min(shown, 50)


def test_all_of_it_goes_into_a_case(desk, month, house):
    """One button marks every entry shown, in a new case or an open one, with the reason as a note; none twice."""
    odd = month.anomalies["volume"]
    path = f"/audit/anomalies/{odd.id}"
    desk.post(f"{path}/mark", title="Night reads", note="At three o'clock.", follow=True)
    assert "Night reads" in desk.page and "70 entries are marked" in desk.page
    assert "observed 70, usual 12, threshold 50" in desk.page and "At three o'clock." in desk.page
    (case,) = house.database.read(lambda db: oversight.list_cases(db, house.keys))
    assert len(marks(house, case.id)) == MANY
    desk.get(path)
    assert "Night reads" in desk.page
    desk.post(f"{path}/mark", case=case.id)
    assert len(marks(house, case.id)) == MANY
    desk.post(
        f"{path}/mark", case=case.id, title="Another one"
    )  # a title means a new case, whatever is chosen
    assert {one.title for one in house.database.read(lambda db: oversight.list_cases(db, house.keys))} == {
        "Night reads",
        "Another one",
    }


def test_entries_of_other_pages_too(desk, month, house, monkeypatch):
    """The button marks every entry of the evidence, though the page shows a part of it."""
    monkeypatch.setattr(anomaly, "ENTRIES", 10)
    path = f"/audit/anomalies/{month.anomalies['volume'].id}"
    assert "those of the other pages too" in desk.get(path).text
    desk.post(f"{path}/mark", title="Night reads")
    (case,) = house.database.read(lambda db: oversight.list_cases(db, house.keys))
    assert case.marks == MANY


def test_it_knows_its_case(desk, month, house):
    """List and page say in which case how many of its entries are; so does that of another alarm about the same."""
    volume, refusals = month.anomalies["volume"], month.anomalies["refusals"]
    desk.post(f"/audit/anomalies/{volume.id}/mark", title="Night reads")
    for kind in ("volume", "hours", "agent"):
        assert "70 entries in the case" in desk.get(f"/audit/anomalies/{month.anomalies[kind].id}").text
    assert "entries in the case" not in desk.get(f"/audit/anomalies/{refusals.id}").text
    assert desk.get("/audit/anomalies").text.count("70 entries in the case") == 3


def test_it_is_set_as_looked_into(desk, colleague, month, house):
    """With a name and a note, for every auditor; logged without the note; and it can be opened again."""
    odd = month.anomalies["refusals"]
    path = f"/audit/anomalies/{odd.id}"
    desk.post(f"{path}/looked-into", 400)
    assert "Write what you found." in desk.page
    desk.post(f"{path}/looked-into", found="A retry loop.\nThey mended it.", follow=True)
    page = colleague.get(path).text
    assert "R. Okafor</bdi> looked into it" in page and "They mended it." in page
    assert "Looked into" in colleague.get("/audit/anomalies").text
    assert odd.id not in colleague.get("/audit/anomalies?state=open").text
    colleague.post(f"{path}/reopen", follow=True)
    assert "Open again" in colleague.page and "They mended it." in colleague.page
    assert odd.id in colleague.get("/audit/anomalies?state=open").text
    colleague.post(f"{path}/reopen", 409)
    settle(house)
    told = house.database.read(
        lambda db: oversight.search(db, oversight.Filters(type="anomaly.changed")).rows
    )
    assert [row.code for row in told] == ["reopened", "looked_into"]
    details = house.database.read(lambda db: accesslog.details(db, [row.event_id for row in told]))
    assert all(one["anomaly"] == odd.id for one in details.values()) and "retry" not in str(details)
    desk.post("/audit/anomalies/0c9b6a5e-3f1c-4c57-9a66-d3a80b53c5d7/looked-into", 404, found="x")


def test_it_is_open_again_when_it_has_grown(desk, month, house):
    """What came after somebody looked into it, nobody has looked into."""
    odd = month.anomalies["refusals"]
    path = f"/audit/anomalies/{odd.id}"
    desk.post(f"{path}/looked-into", found="A retry loop.")
    oversight.watch(house.database, now=NOW)
    assert "Open again" not in desk.get(path).text
    more = Event(
        "disclosure", TODAY + timedelta(hours=9, minutes=5), "client", company=month.shop.company.id,
        client=month.shop.client.id, keys=("email",), outcome="refused", code="revoked", revision=1, about=about(1),
    )  # fmt: skip
    write(house.database, [more])
    oversight.watch(house.database, now=NOW)
    assert "It has grown from 30 to 31." in desk.get(path).text
    assert odd.id in desk.get("/audit/anomalies?state=open").text


def test_an_agent_is_counted_by_consents(desk, month):
    """Reason, figures and drawing count the same, its colleagues beside it; and one click asks whom it exposed."""
    odd = month.anomalies["agent"]
    page = desk.get(f"/audit/anomalies/{odd.id}").text
    assert "read from 70 consents, so of at most 70 people" in page
    assert "Consents read from in a day" in page and "The busiest other agent" in page
    assert '<td class="n">70</td><td class="n">' in page
    link = found(r'<a class="btn" href="(/audit/exposure\?[^"]+)"', page).replace("&amp;", "&")
    assert "agent=AgentAgentAgent1" in link and "70 consents were read from." in desk.get(link).text


def test_what_cannot_go_into_a_case_says_so(desk, month, house):
    """No title, a closed case, no such case, no such alarm: nothing is marked, nothing is opened."""
    path = f"/audit/anomalies/{month.anomalies['agent'].id}/mark"
    desk.post(path, 400)
    assert "Give a title" in desk.page and "Nothing was marked" in desk.page
    who = {"auditor_id": desk.who.auditor_id, "now": NOW}
    case = house.database.write(lambda db: oversight.open_case(db, house.keys, title="Over", **who))
    house.database.write(lambda db: oversight.close_case(db, house.keys, case_id=case.id, **who))
    desk.post(path, 409, case=case.id)
    assert "This case is closed" in desk.page
    desk.post(path, 404, case="no case")
    desk.post(path, 400, title="New", note="x\x00")
    desk.post("/audit/anomalies/0c9b6a5e-3f1c-4c57-9a66-d3a80b53c5d7/mark", 404, title="New")
    assert marks(house, case.id) == ()
    assert len(house.database.read(lambda db: oversight.list_cases(db, house.keys))) == 1


def test_without_alarms(desk, world):
    """A log in order has an empty list, and says what is looked for."""
    page = desk.get("/audit/anomalies").text
    assert "Nothing out of the ordinary was found." in page and "What is looked for" in page
    desk.get("/audit/anomalies/0c9b6a5e-3f1c-4c57-9a66-d3a80b53c5d7", 404)


def test_in_german(app, house, month):
    """The whole family is there in German."""
    desk = Desk(app, seeds.auditor(house))
    assert "Wonach gesucht wird" in desk.get("/audit/anomalies?lang=de").text
    assert "40 Tage lang nicht abgerufen" in desk.page
    assert "Was es bedeuten kann" in desk.get(f"/audit/anomalies/{month.anomalies['hours'].id}").text


def test_looks_are_recorded(desk, month, house):
    """Opening an alarm is a look that other auditors see."""
    desk.get(f"/audit/anomalies/{month.anomalies['hours'].id}")
    settle(house)
    page = house.database.read(lambda db: oversight.list_looks(db, house.keys, what="anomalies"))
    assert page.looks[0].query["anomaly_id"] == month.anomalies["hours"].id
