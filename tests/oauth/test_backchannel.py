"""``POST /oauth/backchannel`` and its polls (CIBA Core 1.0): a company hears a yes, or nothing at all."""

import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from time_machine import travel

from tests.support import desk
from tests.support.actors import Asked, Company, Consumer, World, answer, details, line, needed, normal
from tests.support.forms import get_form
from vrm import accesslog, clock, companies, consents, tokens
from vrm.accesslog.models import EventLookup
from vrm.ids import new_id
from vrm.web.oauth import backchannel_message
from vrm.worker import tasks

ONE_ENGINE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PENDING, EXPIRED = "authorization_pending", "expired_token"
STRANGE = "BCDF 3GHJ"


def known(company: Company, person: Consumer) -> str:
    """The subject by which a company knows somebody who allowed it something before."""
    asked: Asked = company.ask(needed("name"))
    held = company.take_back(asked, person.grant(asked))
    return str(company.introspect(held.access_token).json()["sub"])


def at(start: datetime, seconds: float) -> travel:
    """So long after a moment, at which time stands still: how fast a test runs decides nothing."""
    return travel(start + timedelta(seconds=seconds), tick=False)


def test_a_desk(world: World):
    """The code is read out, the request stands in the portal with its message, a yes gives tokens that read."""
    company, mia = world.company(), world.consumer()
    code = desk.read_out(mia)
    assert re.fullmatch(r"[BCDFGHJKMNPQRTVWXZ3479]{4} [BCDFGHJKMNPQRTVWXZ3479]{4}", code)
    ask = details(needed("name"), line("email"))
    response = desk.request(company, code, authorization_details=ask, binding_message="Käse, Theke 4")
    assert response.status_code == 200
    assert {**response.json(), "auth_req_id": ""} == {"auth_req_id": "", "expires_in": 300, "interval": 5}
    auth_req_id = response.json()["auth_req_id"]
    assert desk.heard(company, auth_req_id) == PENDING
    (path,) = desk.waiting(mia)
    assert "Käse, Theke 4" in mia.http.get("/home").text and "Käse, Theke 4" in mia.http.get(path).text
    landed = mia.landed(desk.decide(mia, path, "grant"))
    assert re.fullmatch(r"/consents/[0-9a-f-]{36}\?done=granted", landed)
    body = desk.poll(company, auth_req_id).json()
    assert [each["key"] for each in body["authorization_details"][0]["lines"]] == ["name"]
    assert landed.startswith(f"/consents/{body['grant_id']}?")
    assert company.read(body["access_token"]).json()["profile"] == {"name": "Mia Tran"}
    assert company.refresh(body["refresh_token"]).json()["grant_id"] == body["grant_id"]


def test_tokens_are_bound_as_everywhere(world: World):
    """In a normal instance a poll brings a DPoP proof, and what it yields is bound to its key."""
    with normal(world.house) as strict:
        company, mia = strict.company(), strict.consumer()
        auth_req_id = desk.ask(company, desk.read_out(mia))
        bare = company.token(grant_type=desk.GRANT, auth_req_id=auth_req_id, dpop="")
        assert bare.json()["error"] == "invalid_dpop_proof"
        mia.landed(desk.decide(mia, desk.only(mia), "grant"))
        body = desk.poll(company, auth_req_id).json()
        assert body["token_type"] == "DPoP"
        assert "jkt" in company.introspect(body["access_token"]).json()["cnf"]


def test_a_sign_in_at_a_desk(world: World):
    """With the scope openid an ID token stands beside the tokens, and serves as the hint of the next request."""
    company, mia = world.company(), world.consumer()
    auth_req_id = desk.ask(company, desk.read_out(mia), authorization_details=None, scope="openid")
    page = mia.http.get(desk.only(mia)).text
    # That they are not asked again holds where they come by themselves.
    assert "at the desk they still ask you each time" in page and "not asked again" not in page
    mia.landed(desk.decide(mia, desk.only(mia), "grant"))
    body = desk.poll(company, auth_req_id).json()
    assert body["scope"] == "openid" and body["id_token"].count(".") == 2
    again = desk.ask(company, None, id_token_hint=body["id_token"])
    mia.landed(desk.decide(mia, desk.only(mia), "grant"))
    assert desk.heard(company, again) == "tokens"
    other = world.company(name="Other")
    for hint in (body["id_token"], body["id_token"][:-8] + "AAAAAAAA", "a.b.c"):
        refused = desk.request(other, None, id_token_hint=hint)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")


def test_a_subject_is_a_hint_for_its_company_alone(world: World):
    """Who allowed something before can be asked again; by another company with the same subject they cannot."""
    company, other, mia = world.company(), world.company(name="Other"), world.consumer()
    subject = known(company, mia)
    stolen = desk.ask(other, subject)
    assert desk.waiting(mia) == []
    auth_req_id = desk.ask(company, subject.upper())
    mia.landed(desk.decide(mia, desk.only(mia), "grant"))
    assert desk.heard(company, auth_req_id) == "tokens"
    assert desk.heard(other, stolen) == PENDING


def test_no_is_never_told(world: World):
    """To its client a refused request goes on waiting until it expires; the person is told so, and stays.

    It is in the log once it is over, once, in the person's own thread.
    """
    company, mia = world.company(), world.consumer()
    auth_req_id = desk.ask(company, desk.read_out(mia))
    (path,) = desk.waiting(mia)
    assert "They hear nothing." in mia.http.get(path).text
    assert mia.landed(desk.decide(mia, path, "refuse")) == "/home?done=refused-quietly"
    assert desk.heard(company, auth_req_id) == PENDING
    with at(clock.now(), 301):
        assert tasks.close_desk_requests(world.house) == 0
        assert desk.heard(company, auth_req_id) == EXPIRED
    with at(clock.now(), 400):
        assert [tasks.close_desk_requests(world.house) for _ in range(2)] == [1, 0]
        assert desk.heard(company, auth_req_id) == EXPIRED
    told = select(EventLookup.outcome).where(
        EventLookup.consumer_id == mia.consumer_id, EventLookup.type == "consent.refused"
    )
    assert world.house.database.read(lambda db: list(db.scalars(told))) == ["refused"]


@ONE_ENGINE
def test_whatever_reaches_nobody_looks_alike(world: World):
    """Nobody's hint, ignored, refused, blocked, asked too often: each poll answers the same at each moment."""
    company, mia = world.company(), world.consumer()
    subject = known(company, mia)
    start = clock.now()
    with at(start, 0):
        ways = {"nobody's code": desk.ask(company, STRANGE), "nobody's subject": desk.ask(company, new_id())}
        ways["ignored"] = desk.ask(company, subject)
        ways["refused"] = desk.ask(company, subject)
        desk.decide(mia, desk.waiting(mia)[0], "refuse")
        ways |= {f"too many {number}": desk.ask(company, subject) for number in range(4)}
        assert len(desk.waiting(mia)) == 3
        block(mia, company)
        ways["blocked"] = desk.ask(company, subject)
        assert desk.waiting(mia) == []
    for seconds, comes in [(0, PENDING), (1, "slow_down"), (299, PENDING), (301, EXPIRED)]:
        with at(start, seconds):
            answers = {desk.poll(company, each).text for each in ways.values()}
        assert len(answers) == 1, (seconds, answers)
        assert comes in answers.pop(), seconds


@ONE_ENGINE
def test_whatever_reaches_nobody_takes_the_same_steps(world: World):
    """The same statements run for a request that reaches somebody and for one that does not."""
    company, mia = world.company(), world.consumer()
    subject = known(company, mia)
    other = world.consumer(email="ben@mail.example")
    found = statements(world, company, subject)
    assert len(desk.waiting(mia)) == 1
    assert statements(world, company, new_id()) == found
    block(mia, company)
    assert statements(world, company, subject) == found
    code = desk.read_out(other)
    right = statements(world, company, code)
    assert len(desk.waiting(other)) == 1
    assert statements(world, company, code) == right


def statements(world: World, company: Company, hint: str) -> list[str]:
    """What a request does to the database, but for how it ends a step that it undoes."""
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    engine = world.house.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        desk.ask(company, hint)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return [each for each in seen if "SAVEPOINT" not in each]


def test_blocking_from_where_one_is(world: World):
    """A request and a consent lead to the page that blocks, and back; a path of another site is not gone to."""
    company, mia = world.company(), world.consumer()
    auth_req_id = desk.ask(company, known(company, mia))
    (ask,) = desk.waiting(mia)
    path = f"/companies/{company.company_id}/block"
    (consent,) = set(re.findall(r'href="(/consents/[0-9a-f-]{36})"', mia.http.get("/consents").text))
    for come_from in (ask, consent):
        assert f'href="{path}?next={come_from}"' in mia.http.get(come_from).text
    form = get_form(mia.http.get(f"{path}?next={ask}").text, path)
    assert mia.landed(mia.send(form, revoke="no")) == f"{ask}?done=blocked-reading"
    assert "You have blocked" in mia.http.get(ask).text and "Unblock them" in mia.http.get(consent).text
    lift = get_form(mia.http.get(f"{path}?next=https://n.example/").text, path.replace("block", "unblock"))
    assert mia.landed(mia.send(lift)) == f"/companies/{company.company_id}?done=unblocked"
    mia.landed(desk.decide(mia, ask, "grant"))
    assert desk.heard(company, auth_req_id) == "tokens"


def block(person: Consumer, company: Company, how: str = "block") -> None:
    """Block a company, or lift that."""
    page = person.http.get(f"/companies/{company.company_id}/block").text
    response = person.send(get_form(page, f"/companies/{company.company_id}/{how}"), revoke="no")
    assert person.landed(response).startswith(f"/companies/{company.company_id}?done={how}ed")


def test_polling_too_fast(world: World):
    """slow_down, and five seconds more to wait each time; who waits as told hears authorization_pending."""
    company, mia, start = world.company(), world.consumer(), clock.now()
    with at(start, 0):
        auth_req_id = desk.ask(company, desk.read_out(mia))
        assert [desk.heard(company, auth_req_id) for _ in range(3)] == [PENDING, "slow_down", "slow_down"]
    with at(start, 10):
        assert desk.heard(company, auth_req_id) == "slow_down"
    with at(start, 31):
        assert desk.heard(company, auth_req_id) == PENDING
    with at(start, 32):
        mia.landed(desk.decide(mia, desk.only(mia), "grant"))
        assert desk.heard(company, auth_req_id) == "tokens"


def test_another_client_polls(world: World):
    """Neither another company nor a sister client gets anything for an auth_req_id, and it stays good."""
    company, thief, mia = world.company(), world.company(name="Thief"), world.consumer()
    auth_req_id = desk.ask(company, desk.read_out(mia))
    mia.landed(desk.decide(mia, desk.only(mia), "grant"))
    assert desk.poll(thief, auth_req_id).json() == desk.poll(thief, "never-was").json()
    assert desk.heard(thief, auth_req_id) == "invalid_grant"
    assert desk.heard(company, auth_req_id) == "tokens"


def test_two_polls_at_once(world: World):
    """Of many polls at the same time one gets tokens, and the others nothing."""
    company, mia = world.company(), world.consumer()
    auth_req_id = desk.ask(company, desk.read_out(mia))
    mia.landed(desk.decide(mia, desk.only(mia), "grant"))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: desk.heard(company, auth_req_id), range(8)))
    assert sorted(answers) == ["invalid_grant"] * 7 + ["tokens"]


def test_a_code_serves_once_and_is_its_persons(world: World):
    """The first request uses a code up; a new one ends the one before; five minutes end any."""
    company, mia, ben = world.company(), world.consumer(), world.consumer(email="ben@mail.example")
    code = desk.read_out(mia)
    desk.ask(company, code.replace(" ", "-").lower())
    desk.ask(company, code)
    assert len(desk.waiting(mia)) == 1
    old, new = desk.read_out(ben), desk.read_out(ben)
    desk.ask(company, old)
    assert desk.waiting(ben) == []
    with at(clock.now(), 301):
        desk.ask(company, new)
    assert desk.waiting(ben) == []


def test_a_request_is_its_persons(world: World):
    """Another person finds no ask by its address, and a form of hers that they send decides nothing."""
    company, mia, ben = world.company(), world.consumer(), world.consumer(email="ben@mail.example")
    auth_req_id = desk.ask(company, desk.read_out(mia))
    (path,) = desk.waiting(mia)
    form = get_form(mia.http.get(path).text, path)
    theirs = get_form(ben.http.get("/desk").text, "/desk").values["csrf"]
    assert ben.http.get(path).status_code == 404
    assert ben.send(form, csrf=theirs, decision="grant").status_code == 404
    assert desk.heard(company, auth_req_id) == PENDING


def test_a_yes_comes_too_late(world: World):
    """A request that is over cannot be decided; a yes in the last second can still be collected for a minute."""
    company, mia, start = world.company(), world.consumer(), clock.now()
    with at(start, 0):
        first = desk.ask(company, desk.read_out(mia), requested_expiry="60")
        (path,) = desk.waiting(mia)
        form = get_form(mia.http.get(path).text, path)
    with at(start, 61):
        assert mia.send(form, decision="grant").status_code == 409
        assert desk.heard(company, first) == EXPIRED
        second = desk.ask(company, desk.read_out(mia), requested_expiry="60")
    with at(start, 120):
        mia.landed(desk.decide(mia, desk.only(mia), "grant"))
    with at(start, 179):
        assert desk.heard(company, second) == "tokens"


def test_a_consent_that_ended_before_the_poll(world: World):
    """Revoked means now, for what was not collected too."""
    company, mia = world.company(), world.consumer()
    auth_req_id = desk.ask(company, desk.read_out(mia))
    landed = mia.landed(desk.decide(mia, desk.only(mia), "grant"))
    mia.revoke(landed.split("/")[2].split("?")[0])
    assert desk.heard(company, auth_req_id) == "invalid_grant"


def test_the_person_was_erased(world: World):
    """To its client the request of somebody who was forgotten goes on waiting."""
    company, mia = world.company(), world.consumer()
    auth_req_id = desk.ask(company, desk.read_out(mia))
    world.house.database.write(lambda db: tokens.forget(db, consumer_id=mia.consumer_id))
    world.house.database.write(lambda db: consents.forget(db, consumer_id=mia.consumer_id))
    assert desk.heard(company, auth_req_id) == PENDING


def test_the_person_was_erased_afterwards(world: World):
    """A request that was allowed and collected is written down as unanswered by nobody, and goes with its day."""
    company, mia, house = world.company(), world.consumer(), world.house
    auth_req_id = desk.ask(company, desk.read_out(mia))
    desk.decide(mia, desk.only(mia), "grant")
    assert desk.heard(company, auth_req_id) == "tokens"
    house.database.write(lambda db: tokens.forget(db, consumer_id=mia.consumer_id))
    later = clock.now() + timedelta(days=2)
    assert house.database.write(lambda db: tokens.close_backchannel(db, house.keys, now=later)) == 0
    house.database.write(lambda db: tokens.sweep(db, now=later))
    rows = select(func.count()).select_from(tokens.BackchannelRequest)
    assert house.database.read(lambda db: db.scalar(rows)) == 0


def test_a_no_of_the_last_moment(world: World, monkeypatch: pytest.MonkeyPatch):
    """Said in time, and kept when the request was over already: it is in the log as what it was."""
    company, mia = world.company(), world.consumer()
    desk.ask(company, desk.read_out(mia))
    (path,) = desk.waiting(mia)
    with travel(clock.now() + timedelta(seconds=299), tick=False) as moved:
        form = get_form(mia.http.get(path).text, path)
        refuse = consents.refuse

        def slowly(*args: Any, **named: Any) -> consents.Ask:
            said = refuse(*args, **named)
            moved.shift(timedelta(seconds=2))
            return said

        monkeypatch.setattr(consents, "refuse", slowly)
        assert mia.send(form, decision="refuse").status_code == 303
    with travel(clock.now() + timedelta(seconds=500), tick=False):
        assert tasks.close_desk_requests(world.house) == 1
    events = world.house.database.read(
        lambda db: accesslog.list_for_consumer(db, consumer_id=mia.consumer_id, limit=50)
    )
    assert [event.type for event in events][:1] == ["consent.refused"]


def test_a_suspended_company(world: World):
    """It can neither ask nor collect what was allowed before."""
    company, mia = world.company(), world.consumer()
    auth_req_id = desk.ask(company, desk.read_out(mia))
    mia.landed(desk.decide(mia, desk.only(mia), "grant"))
    world.house.database.write(
        lambda db: companies.suspend_company(db, company_id=company.company_id, now=clock.now())
    )
    assert desk.heard(company, auth_req_id) == "invalid_client"
    assert desk.request(company, STRANGE).json()["error"] == "invalid_client"


WRONG = [
    ("no hint", {"login_hint": None}, "invalid_request"),
    ("two hints", {"id_token_hint": "a.b.c"}, "invalid_request"),
    ("a hint token", {"login_hint": None, "login_hint_token": "a.b.c"}, "invalid_request"),
    ("push or ping", {"client_notification_token": "t" * 43}, "invalid_request"),
    ("a user code", {"user_code": "1234"}, "invalid_request"),
    ("a request object", {"request": "a.b.c"}, "invalid_request"),
    ("changing a grant", {"grant_management_action": "merge", "grant_id": new_id()}, "invalid_request"),
    ("an endless expiry", {"requested_expiry": "-1"}, "invalid_request"),
    ("no expiry at all", {"requested_expiry": "0"}, "invalid_request"),
    ("an expiry in words", {"requested_expiry": "soon"}, "invalid_request"),
    ("an expiry in other digits", {"requested_expiry": "\N{ARABIC-INDIC DIGIT NINE}"}, "invalid_request"),
    ("no message", {"binding_message": None}, "invalid_binding_message"),
    ("a message of blanks and dots", {"binding_message": " ... "}, "invalid_binding_message"),
    ("a message with signs of its own", {"binding_message": "<b>4</b>"}, "invalid_binding_message"),
    ("a long message", {"binding_message": "m" * 65}, "invalid_binding_message"),
    ("a message of two lines", {"binding_message": "a\nb"}, "invalid_binding_message"),
    ("a message that turns round", {"binding_message": "a\u202eb"}, "invalid_binding_message"),
    *(
        (f"a message of {what}", {"binding_message": text}, "invalid_binding_message")
        for what, text in {
            "Hangul fillers": "\u3164\u115f\u1160\uffa0",
            "letters and one filler": "Counter 4\u1160",
            "the same mark twice": "\u00e0\u0300",
            "a mark alone": "\u0300a",
            "a mark of another script": "a\u094d",
            "Latin and Cyrillic in one word": "Count\u0435r",
            "Latin and Greek in one word": "C\u03bfunter",
            "Latin and Cyrillic on both sides of a dot": "A.\u0410",
            "a Latin alpha": "P\u0251rcel",
            "a Latin script g": "\u0261ate",
            "a click for an l": "p\u01c00",
            "a Chinese stroke for a dash": "4\u4e001",
            "a Japanese one after no kana": "A\u30fc1",
            "digits of two kinds in two words": "\u09ea 4",
            "digits of no letter's script": "\u0665",
            "letters in another spelling": "Ka\u0308se",
            "letters of mathematics": "\U0001d7dc",
            "digits that are raised": "\u00b2",
            "blank Braille": "4\u2800",
            "a blank that is another": "4\u00a04",
        }.items()
    ),
    ("a NUL in the message", {"binding_message": "a\0b"}, "invalid_binding_message"),
    ("a NUL in the hint", {"login_hint": "BCDF\0"}, "invalid_request"),
    ("nothing asked", {"authorization_details": None}, "invalid_authorization_details"),
    ("an unknown key", {"authorization_details": details(needed("soul"))}, "invalid_authorization_details"),
    ("an unknown scope", {"scope": "everything"}, "invalid_scope"),
    ("another API", {"resource": "https://other.example"}, "invalid_target"),
]


WRITTEN = (
    "Käse, Theke 4",
    "काउंटर ४, पार्सल",
    "น้ำ, ช่อง 4",
    "בְּרֵאשִׁית 4",
    "شَبَّاك ٤",
    "پیشخوان ۴",
    "Шалтер 4",
    "Θυρίδα 4",
    "カウンター4番",
    "Tシャツ々",
    "統一 4",
    "A.7/b (4)",
    "창구 4",
    "ကျွန်ုပ်တို့",
    "ស្ត្រី",
    "བསྒྲུབས",
    "Քարտ և 4",
    "ໜຶ່ງ",
    "ẹ́kọ́",
    "Counter Шалтер 4",
)


def test_a_message_in_any_script():
    """What most people write with, marks and all, may be compared; two scripts may stand in two words."""
    for text in WRITTEN:
        said = unicodedata.normalize("NFC", text)
        assert backchannel_message.read(said) == said


@pytest.fixture(scope="module")
def somebody(town: World) -> Company:
    return town.company()


@pytest.mark.parametrize(("what", "changes", "error"), WRONG, ids=[row[0] for row in WRONG])
def test_a_request_that_is_wrong(somebody: Company, what: str, changes: dict, error: str):
    """Every fault is told with the standard's own code, and uses no hint up."""
    response = desk.request(somebody, STRANGE, **changes)
    assert (response.status_code, response.json()["error"]) == (400, error), what
    assert ("too long to compare" in response.text) is (what == "a long message")


def test_requested_expiry_is_capped(somebody: Company):
    """A client may wait less than five minutes, and not more."""
    for wanted, given in [("30", 30), ("300", 300), ("999999999", 300)]:
        assert desk.request(somebody, STRANGE, requested_expiry=wanted).json()["expires_in"] == given


def test_a_poll_without_a_request(somebody: Company):
    """A poll names what it is for."""
    assert somebody.token(grant_type=desk.GRANT).json()["error"] == "invalid_request"
    assert desk.heard(somebody, "\N{SNOWMAN}") == "invalid_request"


def test_blocked_on_the_way_from_its_site(world: World):
    """Who comes from the company's own site is reminded; they go back with a no, or lift the block and decide."""
    company, mia = world.company(), world.consumer()
    block(mia, company)
    asked = company.ask(needed("name"))
    page = mia.open(asked.address)
    assert "You have blocked" in page.text and "Mia Tran" not in page.text
    form = get_form(page.text, page.url.path)
    assert mia.send(form, decision="grant").status_code == 409
    assert answer(mia.landed(mia.send(form, decision="refuse")))["error"] == "access_denied"
    asked = company.ask(needed("name"))
    page = mia.open(asked.address)
    lift = get_form(page.text, f"/companies/{company.company_id}/unblock")
    assert mia.landed(mia.send(lift)) == f"{page.url.path}?done=unblocked"
    assert company.take_back(asked, mia.grant(asked)).consent_id


def test_a_block_is_lifted(world: World):
    """Blocked, nothing arrives; lifted, the next request does; blocks are one person's and one company's."""
    company, other, mia = world.company(), world.company(name="Other"), world.consumer()
    ben = world.consumer(email="ben@mail.example")
    block(mia, company)
    for person, asking in ((mia, other), (ben, company)):
        desk.ask(asking, desk.read_out(person))
        assert len(desk.waiting(person)) == 1
        desk.decide(person, desk.only(person), "refuse")
    desk.ask(company, desk.read_out(mia))
    block(mia, company, "unblock")
    assert desk.waiting(mia) == []
    desk.ask(company, desk.read_out(mia))
    assert len(desk.waiting(mia)) == 1
