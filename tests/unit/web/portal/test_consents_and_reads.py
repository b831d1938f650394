"""What is allowed, ending it, and who read what, over HTTP."""

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from time_machine import travel

from tests.support.databases import statements
from tests.unit.web.portal.actors import found, make_shop
from vrm import clock, companies, consents, worker
from vrm.web.portal.home import ends_soon


def test_nothing_allowed_yet(mia):
    """Someone new sees empty pages that say so."""
    for path in ("/home", "/consents", "/consents?show=history", "/reads", "/profile"):
        mia.get(path)


def test_consent_in_full(named, mia_id, shop):
    """The page of a consent shows who, the very value, and until when."""
    consent_id = shop.granted(mia_id, "nickname")
    named.get("/consents")
    assert "Hawthorn Books" in named.page and f"/consents/{consent_id}" in named.page
    named.get(f"/consents/{consent_id}")
    assert "hawthorn.example" in named.page and "Mimi" in named.page and "30 days" in named.page


def test_revoke(named, mia_id, shop):
    """Revoking asks first, holds at once, moves the consent to the history, and twice is no fault."""
    consent_id = shop.granted(mia_id, "nickname")
    named.get(f"/consents/{consent_id}/revoke")
    assert "Hawthorn Books" in named.page
    assert named.post(f"/consents/{consent_id}/revoke").location == f"/consents/{consent_id}?done=revoked"
    assert shop.read(consent_id).code == "consent_ended"
    named.get(f"/consents/{consent_id}?done=revoked")
    assert "Revoked" in named.page and "They can read nothing now." in named.page
    named.get("/consents")
    assert consent_id not in named.page
    named.get("/consents?show=history")
    assert consent_id in named.page
    assert named.post(f"/consents/{consent_id}/revoke").location == f"/consents/{consent_id}"
    named.get(f"/consents/{consent_id}/revoke", 303)


def test_looking_at_the_revoke_page_revokes_nothing(named, mia_id, shop):
    """Only the form revokes, and only with its secret."""
    consent_id = shop.granted(mia_id, "nickname")
    named.get(f"/consents/{consent_id}/revoke")
    named.post(f"/consents/{consent_id}/revoke", 403, csrf="")
    assert shop.read(consent_id).profile == {"nickname": "Mimi"}


def test_somebody_elses_consent_is_not_found(named, mia_id, shop, newcomer):
    """Another person's consent looks like none, whatever is tried."""
    consent_id = shop.granted(mia_id, "nickname")
    eve = newcomer("eve@post.example")
    eve.get(f"/consents/{consent_id}", 404)
    eve.get(f"/consents/{consent_id}/revoke", 404)
    eve.post(f"/consents/{consent_id}/revoke", 404)
    eve.get("/consents/no-id", 404)
    assert shop.read(consent_id).profile == {"nickname": "Mimi"}


def test_list_is_narrowed(named, mia_id, house, shop):
    """By company, state, purpose and key; what does not exist narrows nothing."""
    other = make_shop(house, "Alder Travel Ltd", "alder.example")
    first = shop.granted(mia_id, "nickname")
    with travel(clock.now() - timedelta(days=3)):
        second = other.granted(mia_id, "given_name", days=3.5)
    for query, shown in [
        (f"company={shop.company_id}", {first}),
        ("state=ending", {second}),
        ("key=given_name", {second}),
        (f"key=given_name&company={shop.company_id}", set()),
        ("purpose=dpv:ServiceProvision", {first, second}),
        ("purpose=dpv:Advertising", set()),
        ("state=nonsense&purpose=nonsense&key=nonsense&company=nonsense&before=nonsense", {first, second}),
    ]:
        named.get(f"/consents?{query}")
        assert {id for id in (first, second) if f"/consents/{id}/revoke" in named.page} == shown, query


def test_every_read_is_shown(named, mia_id, shop, house):
    """Who, when, what, what for, with the event and its leaf; the very value is never in it."""
    consent_id = shop.granted(mia_id, "nickname")
    answer = shop.read(consent_id)
    named.get("/reads")
    assert answer.event_id in named.page and base64.b64encode(answer.leaf_hash).decode() in named.page
    assert "Hawthorn Books" in named.page and ">Mimi<" not in named.page
    assert "Not signed yet" in named.page
    worker.run_once(house)
    named.get("/reads")
    assert "Not signed yet" not in named.page
    named.get(f"/consents/{consent_id}")
    assert answer.event_id in named.page


def test_refusals_are_shown_with_their_reason(named, mia_id, shop):
    """The person hears what really happened, which is more than the company was told."""
    consent_id = shop.granted(mia_id, "nickname")
    named.post(f"/consents/{consent_id}/revoke")
    refusal = shop.read(consent_id)
    named.get("/reads?outcome=refused")
    assert refusal.event_id in named.page and "You had revoked it." in named.page
    named.get("/home")
    assert refusal.event_id in named.page


def test_reads_are_filtered(named, mia_id, shop, house):
    """By company, by result and by consent; ids that are none narrow nothing."""
    other = make_shop(house, "Alder Travel Ltd", "alder.example")
    mine, theirs = shop.granted(mia_id, "nickname"), other.granted(mia_id, "given_name")
    first, second = shop.read(mine).event_id, other.read(theirs).event_id
    refused = shop.read(mine, keys=["birthdate"]).event_id
    for query, shown in [
        ("", {first, second, refused}),
        (f"company={shop.company_id}", {first, refused}),
        (f"company={shop.company_id}&outcome=refused", {refused}),
        (f"consent={theirs}", {second}),
        ("company=no-id&consent=no-id&before=no-id&days=5", {first, second, refused}),
    ]:
        named.get(f"/reads?{query}")
        assert {id for id in (first, second, refused) if id in named.page} == shown, query


def test_reads_page_by_page(named, mia_id, shop):
    """Every read is on exactly one page, newest first; a page's address leads to no one else's rows."""
    consent_id = shop.granted(mia_id, "nickname")
    events = [shop.read(consent_id).event_id for _ in range(53)]
    named.get("/reads")
    first = re.findall(r"<code>([0-9a-f-]{36})</code>", named.page)
    older = found(r'href="(/reads\?[^"]*before=[^"]+)"', named.page)
    named.get(older)
    second = re.findall(r"<code>([0-9a-f-]{36})</code>", named.page)
    assert (len(first), len(second)) == (50, 3) and set(first + second) == set(events)
    assert "Older reads" not in named.page


def test_nobody_sees_anothers_reads(named, mia_id, shop, newcomer):
    """Neither in the list, nor by a consent's id, nor by the cursor of a page."""
    consent_id = shop.granted(mia_id, "nickname")
    event_id = shop.read(consent_id).event_id
    eve = newcomer("eve@post.example")
    for query in ("", f"consent={consent_id}", f"company={shop.company_id}", f"before={event_id}"):
        eve.get(f"/reads?{query}")
        assert event_id not in eve.page.replace(f"before={event_id}", "")


def test_home_says_what_needs_the_person(named, mia_id, shop):
    """Asks that wait, consents that end soon, and this week's reads."""
    ask_id = shop.ask(mia_id, "given_name")
    consent_id = shop.granted(mia_id, "nickname", days=5)
    event_id = shop.read(consent_id).event_id
    named.get("/home")
    assert f"/asks/{ask_id}" in named.page and f"/consents/{consent_id}" in named.page
    assert "One thing needs your decision." in named.page and "Good to know" not in named.page
    assert event_id in named.page and "Hello, <bdi>Mimi</bdi>" in named.page
    named.get("/consents")
    assert f"/asks/{ask_id}" in named.page


def test_what_ends_soon_is_said_and_asks_for_nothing(named, mia_id, shop):
    """A consent that runs out is good to know; it is no decision, and one granted just now is not near its end."""
    with travel(clock.now() - timedelta(days=6)):
        shop.granted(mia_id, "nickname", days=7)
    named.get("/home")
    assert "One consent ends soon." in named.page and "your decision" not in named.page
    assert "Good to know" in named.page and "If you do nothing, it ends." in named.page


@pytest.mark.parametrize(
    ("granted", "left", "soon"),
    [(7, 7, False), (7, 2, False), (7, 1.75, True), (1, 0.2, True), (365, 15, False), (365, 14, True)],
)
def test_soon_is_the_last_quarter_and_two_weeks_at_most(granted, left, soon):
    """How near the end is depends on how long it was."""
    now = datetime(2026, 3, 12, tzinfo=UTC)
    ends = now + timedelta(days=left)
    assert ends_soon(ends - timedelta(days=granted), ends, now) is soon


def test_a_refusal_says_what_they_tried(named, mia_id, shop):
    """A try that was refused names the lines it was after; nothing of their values."""
    consent_id = shop.granted(mia_id, "nickname")
    shop.read(consent_id, keys=["birthdate"])
    named.get("/reads")
    assert "They tried: <bdi>Date of birth</bdi>" in named.page


@pytest.mark.parametrize(("field", "called"), [("given_name", "Mia"), ("name", "Mia Tran"), ("locale", None)])
def test_home_greets_by_what_there_is(mia, field, called):
    """The friendliest name that is filled in; the full name where there is no other."""
    mia.post(f"/profile/{field}", version="0", do="save", value=called or "de")
    mia.get("/home")
    assert (f"Hello, <bdi>{called}</bdi>." if called else "Hello.") in mia.page


def test_what_the_company_told_stays(named, mia_id, shop):
    """The words on which the person decided stand with the consent, and stay when it has ended."""
    consent_id = shop.granted(mia_id, "nickname")
    for _ in range(2):
        named.get(f"/consents/{consent_id}")
        for said in ("What they told you", "We send you books.", "Read whenever they need it",
                     "keep what they read for 30 days", "https://hawthorn.example/privacy", "9c41e07a52bd118f"):  # fmt: skip
            assert said in named.page, said
        named.post(f"/consents/{consent_id}/revoke")


def test_home_counts_companies_not_consents(named, mia_id, shop):
    """Two consents of one company are one company that may read, named once, with what and since when of each."""
    with travel(clock.now() - timedelta(days=3)):
        first = shop.granted(mia_id, "nickname")
    second = shop.granted(mia_id, "given_name", "nickname")
    named.get("/home")
    assert "One company can read part of your profile." in named.page and "2 active" in named.page
    listed = found(r'(?s)<ul class="register allowed">(.*?)</ul>', named.page)
    assert listed.count("<h3>") == 1 and listed.count("Since") == 2
    assert len(set(re.findall(r"Since ([^·]+)·", listed))) == 2
    for consent_id in (first, second):
        for deed in ("", "/change", "/pause", "/revoke"):
            assert f'"/consents/{consent_id}{deed}"' in listed


def test_what_is_paused_stays_in_sight(named, mia_id, shop):
    """At home with the way to resume it, and in the profile as what cannot be read while it is paused."""
    consent_id = shop.granted(mia_id, "nickname")
    for done, at_home, in_profile in (
        ("pause", "resume", "Cannot read it while paused"),
        ("resume", "pause", "Can read it now"),
    ):
        named.post(f"/consents/{consent_id}/{done}")
        named.get("/home")
        assert f'action="/consents/{consent_id}/{at_home}"' in named.page
        assert f'action="/consents/{consent_id}/{done}"' not in named.page
        for path in ("/profile", "/profile/nickname"):
            named.get(path)
            assert in_profile in named.page and f"/consents/{consent_id}" in named.page, path


def test_an_ask_that_amends_says_what_would_change(named, mia_id, shop):
    """What it adds and what it takes out, and nothing of what stays; wherever the ask waits."""
    held = shop.granted(mia_id, "nickname", "given_name")
    shop.ask(mia_id, "nickname", "email", amends=consents.Amends(held, 1))
    for path in ("/home", "/consents", f"/companies/{shop.company_id}"):
        named.get(path)
        assert "<bdi>Hawthorn Books Ltd</bdi> asks to change what you allowed" in named.page, path
        assert "New: <bdi>E-mail address</bdi>." in named.page, path
        assert "No longer: <bdi>Given name</bdi>." in named.page, path


@pytest.mark.parametrize(
    ("reads", "said", "drawn"), [(6, "Each mark is one read", "circle"), (7, "The longer the bar", "rect")]
)
def test_the_week_is_drawn_as_it_says(named, mia_id, shop, reads, said, drawn):
    """Marks to be counted, or bars to be compared: never both in one drawing."""
    consent_id = shop.granted(mia_id, "nickname")
    for _ in range(reads):
        shop.read(consent_id)
    shop.read(consent_id, keys=["birthdate"])
    named.get("/home")
    week = found(r'(?s)aria-labelledby="h-week">(.*?)</section>', named.page)
    assert said in week and set(re.findall(r"<(circle|rect)", week)) == {drawn}


@pytest.mark.parametrize("language", ["de", "en"])
def test_pages_in_every_language(named, mia_id, shop, language):
    """Each page renders in each language, with reads, refusals and an ask to show."""
    consent_id = shop.granted(mia_id, "nickname", "age_over_18")
    shop.ask(mia_id, "given_name")
    shop.read(consent_id)
    shop.read(consent_id, keys=["birthdate"])
    for path in (
        "/home",
        "/profile",
        "/profile/address",
        "/consents",
        f"/consents/{consent_id}",
        "/reads",
        "/account",
    ):
        named.get(f"{path}?lang={language}")


def test_history_keeps_what_was_refused_and_what_was_never_answered(named, mia_id, shop, house):
    """A refused ask and one that closed stand there, once each, newest first; what waits does not."""
    other = make_shop(house, "Alder Travel Ltd", "alder.example")
    refused, waiting = shop.ask(mia_id, "given_name"), shop.ask(mia_id, "nickname")
    house.database.write(
        lambda db: consents.refuse(db, house.keys, consumer_id=mia_id, ask_id=refused, now=clock.now())
    )
    for days in (30, 20):  # the same ask twice, as a company's own sign-in page would put it
        other.ask(mia_id, "email", ago=timedelta(days=days))
    named.get("/consents")
    assert waiting in named.page and "Alder" not in named.page
    assert 'History <span class="num">2</span>' in named.page
    named.get("/consents?show=history")
    assert named.page.count('class="consent"') == 2 and waiting not in named.page
    assert 'History <span class="num">2</span>' in named.page
    assert named.page.rindex("Hawthorn Books") < named.page.rindex("Alder Travel")
    assert "You refused" in named.page and "Closed" in named.page
    for state, shown, hidden in (("refused", "Hawthorn", "Alder"), ("closed", "Alder", "Hawthorn")):
        named.get(f"/consents?show=history&state={state}")
        assert f"<bdi>{shown}" in named.page and f"<bdi>{hidden}" not in named.page


def test_an_ask_that_was_granted_in_the_end_is_not_called_closed(named, mia_id, shop):
    """Someone who came back and allowed it sees the consent, and no complaint about the first time."""
    shop.ask(mia_id, "nickname", ago=timedelta(days=20))
    shop.granted(mia_id, "nickname")
    named.get("/consents?show=history")
    assert "Closed" not in named.page


def change_notice(db, shop):
    url = "https://hawthorn.example/new"
    companies.change_notice(db, company_id=shop.company_id, privacy_notice_url=url, now=clock.now())


@pytest.mark.parametrize(
    ("end", "state", "word"),
    [
        (
            lambda db, shop: companies.suspend_company(db, company_id=shop.company_id, now=clock.now()),
            "suspended",
            "Suspended: nothing can be read",
        ),
        (
            lambda db, shop: companies.suspend_client(db, client_id=shop.client_id, now=clock.now()),
            "suspended",
            "Suspended: nothing can be read",
        ),
        (change_notice, "changed", "They must ask again: nothing can be read"),
    ],
)
def test_a_consent_that_is_worth_nothing_is_not_called_active(named, mia_id, house, shop, end, state, word):
    """Whoever looks sees the truth of this moment, can narrow the list by it, and can still revoke."""
    consent_id = shop.granted(mia_id, "nickname", days=5)
    house.database.write(lambda db: end(db, shop))
    named.get("/consents")
    assert word in named.page and "No company can read anything about you now." in named.page
    assert f'href="/consents/{consent_id}/revoke"' in named.page
    named.get(f"/consents?state={state}")
    assert consent_id in named.page
    for other in {"active", "ending", "suspended", "changed"} - {state}:
        named.get(f"/consents?state={other}")
        assert consent_id not in named.page
    named.get(f"/consents/{consent_id}")
    assert word in named.page and "What they could read" in named.page
    assert "They read the value as it is" not in named.page


@pytest.mark.parametrize("path", ["/consents", "/consents?show=history", "/home", "/reads", "/profile"])
def test_a_page_costs_the_same_however_much_is_allowed(named, mia_id, house, path):
    """The number of statements does not grow with consents, companies, clients, asks or reads."""
    shops = [make_shop(house, f"Shop {number}", f"shop{number}.example") for number in range(5)]

    def come(shop):
        consent_id = shop.granted(mia_id, "nickname", days=5)
        shop.granted(mia_id, "given_name")
        shop.read(consent_id)
        shop.read(consent_id, keys=["birthdate"])
        shop.ask(mia_id, "email")
        shop.ask(mia_id, "phone_number", ago=timedelta(days=20))

    def cost():
        with statements(house.database) as run:
            named.get(path)
        return run

    for shop in shops[:3]:  # from so many on the list can be narrowed, which has its own price
        come(shop)
    cost()  # the first page of a session may note that the session is in use
    one = cost()
    for shop in shops[3:]:
        come(shop)
    many = cost()
    assert len(many) == len(one), many
