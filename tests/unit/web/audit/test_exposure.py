"""Who was exposed: a question in the address, an answer without a name, and a file that proves itself."""

import io
from datetime import timedelta

import pytest

from tests.support import seeds
from tests.unit.oversight.conftest import MONDAY, about, write
from tests.unit.web.audit.desk import Desk, settle
from tests.unit.web.portal.actors import found
from vrm import accesslog, oversight
from vrm.accesslog import Event
from vrm.tlog.note import Verifier

SPAN = "since=2026-03-02&until=2026-03-04"
PEOPLE = 60


@pytest.fixture
def shop(house):
    """A client that read of sixty people within a minute, their phone numbers too from the tenth on."""
    shop = seeds.shop(house)
    events = [
        Event(
            "disclosure", MONDAY + timedelta(hours=9, seconds=number), "client", company=shop.company.id,
            client=shop.client.id, purpose=seeds.PURPOSE, keys=("email", "phone_number")[: 1 + (number >= 10)],
            outcome="answered", revision=1, about=about(number),
        )
        for number in range(PEOPLE)
    ]  # fmt: skip
    write(house.database, events)
    accesslog.publish(house.database, house.keys.log_signer, house.settings.log_origin)
    return shop


def test_the_question_comes_first(desk, world):
    """Without a question there is a form with the last month in it, and no answer."""
    page = desk.get("/audit/exposure").text
    assert "Who was exposed through" in page and "The answer" not in page
    assert 'name="since" type="datetime-local" value="20' in page
    assert "What a thread is" in page


def test_the_form_opens_as_it_can_be_sent(desk, house, world):
    """The only company is chosen; of several one must be; that of the client asked about is."""

    def chosen(path):
        page = desk.get(path).text
        select = page.split('<select class="in" id="f-company" name="company" required>')[1].split(
            "</select>"
        )[0]
        return found(r'value="([^"]+)" selected', select) if " selected" in select else ""

    assert chosen("/audit/exposure") == world.shop.company.id
    other = seeds.shop(house, "Suedwind")
    assert chosen("/audit/exposure") == ""
    assert chosen(f"/audit/exposure?client={other.client.id}") == other.company.id


def test_the_answer(desk, shop):
    """Totals over all pages, each key with its reads, each thread with its keys, purposes, revisions and times."""
    page = desk.get(f"/audit/exposure?client={shop.client.id}&{SPAN}").text
    assert "60 consents were read from." in page
    assert "Reads that gave each key" in page and f"client={shop.client.id}" in page and "key=email" in page
    rows = page.split('<h2 id="each">')[1].split("</table>")[0]
    assert rows.count('<th scope="row"') == 50
    assert rows.count("&amp;thread=") == 50 and "&amp;outcome=answered" in rows
    following = page.split('<a class="btn" href="/audit/exposure?')[1].split("#")[0].replace("&amp;", "&")
    rest = desk.get(f"/audit/exposure?{following}").text.split('<h2 id="each">')[1].split("</table>")[0]
    assert rest.count('<th scope="row"') == 10
    of_company = desk.get(f"/audit/exposure?company={shop.company.id}&{SPAN}").text
    assert "60 consents were read from." in of_company and "Through \u2068Nordlicht GmbH" in of_company


def test_one_key(desk, shop):
    """Narrowed to a key, only reads that gave it count; a key that is part of another's name is another key."""
    path = f"/audit/exposure?client={shop.client.id}&{SPAN}&key="
    assert "50 consents were read from." in desk.get(path + "phone_number").text
    assert "0 consents were read from." in desk.get(path + "phone").text
    assert "0 consents were read from." in desk.get(path + "phoneXnumber".lower()).text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (SPAN, "Choose a company, or one client."),
        ("client=me", "Give the whole id"),
        ("client={client}&company={other}", "This client is not of that company."),
        ("client={client}&since=2026-03-04&until=2026-03-02", "must be later"),
        ("client={client}&since=soon", "Write a time as"),
        ("client={client}&key=%00", "No entry can have this."),
    ],
    ids=["nobody", "no id", "not theirs", "backwards", "no time", "no key"],
)
def test_a_question_that_cannot_be(desk, house, shop, query, sentence):
    """It says what to put right, and looks for nothing."""
    other = seeds.shop(house, "Suedwind")
    asked = query.format(client=shop.client.id, other=other.company.id)
    assert sentence in desk.get(f"/audit/exposure?{asked}", 400).text
    assert "The answer" not in desk.page


def test_any_place_in_the_pages(desk, shop):
    """Whatever stands in ``after``, the answer is a page."""
    for after in ("x", "%00", "~" * 200):
        desk.get(f"/audit/exposure?client={shop.client.id}&{SPAN}&after={after}")


def test_the_file_proves_itself(desk, colleague, house, shop):
    """It verifies offline against the log's key, its SHA-256 is logged, and every auditor sees that it left."""
    asked = {"client": shop.client.id, "since": "2026-03-02", "until": "2026-03-04"}
    answer = desk.post("/audit/exposure/export", 200, file_title="The breach of March", **asked)
    raw = answer.data
    vkey = Verifier(house.settings.log_origin, house.keys.log_signer.public).vkey
    report = oversight.verify_bundle(io.BytesIO(raw), vkey=vkey)
    assert report.ok and report.pinned and (report.entries, report.lines) == (PEOPLE, PEOPLE)
    assert report.head is not None and report.head.question is not None
    assert report.head.title == "The breach of March" and report.head.question.client == shop.client.id
    assert f'filename="exposure-{report.sha256[:12]}.ndjson"' in answer.headers["Content-Disposition"]
    bent = raw.replace(b"email", b"phone", 1)
    assert not oversight.verify_bundle(io.BytesIO(bent), vkey=vkey).ok
    settle(house)
    page = colleague.get(f"/audit/exposure?client={shop.client.id}&{SPAN}").text
    assert report.sha256 in page and "R. Okafor" in page
    assert f"vrm log verify exposure-{report.sha256[:12]}.ndjson --vkey" in page
    looks = house.database.read(lambda db: oversight.list_looks(db, house.keys, what="export"))
    assert len(looks.looks) == 1


def test_a_file_needs_a_title_and_a_question(desk, house, shop):
    """Otherwise the page comes again with what to put right, and nothing leaves."""
    desk.post("/audit/exposure/export", 400, client=shop.client.id, since="2026-03-02", until="2026-03-04")
    assert "Give the file a title." in desk.page and "60 consents" in desk.page
    desk.post("/audit/exposure/export", 400, file_title="x" * 201, client=shop.client.id)
    assert "at most 200 letters" in desk.page or "The answer" in desk.page
    desk.post("/audit/exposure/export", 400, file_title="Everybody")
    settle(house)
    assert not house.database.read(
        lambda db: oversight.search(db, oversight.Filters(type="case.exported"))
    ).rows


def test_nothing_personal(app, house, world):
    """A read of a real person shows their thread and none of their words."""
    desk = Desk(app, seeds.auditor(house))
    page = desk.get(f"/audit/exposure?company={world.shop.company.id}").text
    assert "one consent was read from." in page
    for secret in (
        "Mia Tran",
        "mia@example.com",
        "1991-06-17",
        "17 June 1991",
        world.consent.id,
        world.consent.consumer_id,
    ):
        assert secret not in page


def test_the_file_continues_a_checkpoint_that_its_reader_holds(desk, shop, house):
    """An older tree's size is proved in the file; one that never was is told at its field, and nothing leaves."""
    asked = {
        "client": shop.client.id,
        "since": "2026-03-02",
        "until": "2026-03-04",
        "file_title": "The breach",
    }
    desk.post("/audit/exposure/export", 404, older="999999", **asked)
    assert "older-wrong" in desk.page
    desk.post("/audit/exposure/export", 400, older="many", **asked)
    raw = desk.post("/audit/exposure/export", 200, older="1", **asked).data
    report = oversight.verify_bundle(io.BytesIO(raw))
    assert report.ok and report.head is not None and report.head.consistency is not None
    assert report.head.consistency[0] == 1


def test_one_agent(desk, house, shop):
    """Narrowed to an agent, only what it read counts; an alarm about one asks just that."""
    read = Event(
        "disclosure", MONDAY + timedelta(hours=10), "client", company=shop.company.id, client=shop.client.id,
        keys=("email",), outcome="answered", revision=1, agent="AgentAgentAgent1", about=about(3),
    )  # fmt: skip
    write(house.database, [read])
    path = f"/audit/exposure?client={shop.client.id}&{SPAN}&agent="
    page = desk.get(path + "AgentAgentAgent1").text
    assert "one consent was read from." in page and "Only reads by the agent" in page
    assert "0 consents were read from." in desk.get(path + "AgentAgentAgent2").text


def test_the_whole_answer_goes_into_a_case(desk, house, shop):
    """One button marks every read of the answer, not only those of the page, with the question as a note; none twice."""
    asked = {"client": shop.client.id, "since": "2026-03-02", "until": "2026-03-04"}
    page = desk.get(f"/audit/exposure?client={shop.client.id}&{SPAN}").text
    assert "It marks all 60 reads of the answer" in page
    desk.post("/audit/exposure/mark", title="The breach", note="Ask them.", follow=True, **asked)
    assert "60 entries are marked" in desk.page and "Ask them." in desk.page
    assert "Exposure through Nordlicht shop (Nordlicht GmbH), from 2026-03-02" in desk.page
    (case,) = house.database.read(lambda db: oversight.list_cases(db, house.keys))
    desk.post("/audit/exposure/mark", case=case.id, key="phone_number", **asked)
    (again,) = house.database.read(lambda db: oversight.list_cases(db, house.keys))
    assert again.marks == PEOPLE
    desk.post("/audit/exposure/mark", 400, **asked)
    assert "Nothing was marked" in desk.page and "Give a title" in desk.page
    desk.post("/audit/exposure/mark", 400, title="Nobody")


def test_evidence_has_its_second_and_its_date(desk, shop):
    """First and last of a thread stand there to the second."""
    page = desk.get(f"/audit/exposure?client={shop.client.id}&{SPAN}").text
    assert "2 March 2026, 9:00:07" in page.replace("\u202f", " ")
