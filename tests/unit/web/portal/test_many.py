"""Many consents at once, over HTTP: the list in pages, what happened lately, pausing everything, revoking in bulk."""

import re
from datetime import timedelta

import pytest
from time_machine import travel

from tests.support import seeds
from tests.unit.web.portal.actors import found, make_shop
from vrm import clock, companies, consents, worker
from vrm.disclosures import Door, Reader
from vrm.web.portal import happened, listing

LINE = r'name="consent" value="([0-9a-f-]{36}:\d+)"'


@pytest.fixture
def eve(newcomer):
    return newcomer("eve@post.example")


@pytest.fixture
def other(house):
    return make_shop(house, "Alder Travel Ltd", "alder.example")


@pytest.fixture
def two(mia_id, shop, other):
    """One consent of nickname and given name, and one of another company, of the nickname alone."""
    return shop.granted(mia_id, "nickname", "given_name"), other.granted(mia_id, "nickname")


def end(house, mia_id, consent_id):
    house.database.write(
        lambda db: consents.revoke(db, house.keys, consumer_id=mia_id, consent_id=consent_id, now=clock.now())
    )


def ask_at_desk(house, shop, mia_id, at):
    """An ask whose company hears a yes and nothing else."""
    line = consents.Line("nickname", "dpv:ServiceProvision", required=True)
    return house.database.write(
        lambda db: consents.open_ask(
            db, consumer_id=mia_id, client_id=shop.client_id, company_id=shop.company_id,
            terms=consents.Terms((line,), 90, retention_days=30), request={}, quiet=True, now=at,
        )
    )  # fmt: skip


def refused(house, mia_id, ask_id, *, at):
    return house.database.write(
        lambda db: consents.refuse(db, house.keys, consumer_id=mia_id, ask_id=ask_id, now=at)
    )


def happenings(page):
    """The list of what happened at home: (address, sentence)."""
    part = page.partition("What happened</h2>")[2].partition("</section>")[0]
    rows = re.findall(r'<a href="([^"]+)"><b>(.*?)</b>', part)
    return [(href, re.sub(r"<[^>]+>", "", said)) for href, said in rows]


def test_everything_is_paused_and_resumed(named, shop, other, two):
    """From home: one page says what it does, one press does it, home says so, and one press undoes it."""
    named.get("/home")
    assert 'href="/consents/pause"' in named.page
    named.get("/consents/pause")
    assert "2 consents are not paused yet." in named.page and "stays paused" in named.page
    assert shop.read(two[0]).profile == {"nickname": "Mimi", "given_name": "Mia"}, "looking pauses nothing"
    named.post("/consents/pause", follow=True)
    assert "You have paused everything" in named.page and "0 active, 2 paused" in named.page
    assert [each.read(id).code for each, id in zip((shop, other), two, strict=True)] == ["consent_paused"] * 2
    named.get("/consents/pause")
    assert "Everything is paused already." in named.page
    named.get("/home")
    assert "2 consents are held back since you paused everything." in named.page
    named.post("/consents/resume", follow=True)
    assert "You have paused everything" not in named.page and "2 active" in named.page
    assert other.read(two[1]).profile == {"nickname": "Mimi"}


def test_what_was_paused_by_itself_stays_paused(named, mia_id, house, shop, other, two):
    """Resuming everything is not resuming what the person had paused before, and a second press does nothing."""
    house.database.write(
        lambda db: consents.pause(db, house.keys, consumer_id=mia_id, consent_id=two[0], now=clock.now())
    )
    named.post("/consents/pause")
    for _ in range(2):
        assert named.post("/consents/resume", next="/consents").location == "/consents?done=resumed-all"
    assert (shop.read(two[0]).code, other.read(two[1]).profile) == ("consent_paused", {"nickname": "Mimi"})
    named.get("/consents")
    assert "Resume what I paused together" not in named.page and "Pause everything" in named.page


def test_nothing_to_pause(mia):
    """Who allows nothing is told so."""
    mia.get("/consents/pause")
    assert "There is nothing to pause." in mia.page and "<form" not in mia.page.partition("<main")[2]


def test_one_company_ends_whole(named, shop, other, two):
    """By company each consent ends; the page shows the very values, and another company keeps what it has."""
    named.get(f"/companies/{shop.company_id}")
    assert f'href="/consents/revoke?company={shop.company_id}"' in named.page
    named.get(f"/consents/revoke?company={shop.company_id}")
    assert named.page.count("Nothing is left: this consent ends.") == 1 and "And block them" in named.page
    assert "<bdi>Mimi</bdi>" in named.page and "<bdi>Mia</bdi>" in named.page
    chosen = re.findall(LINE, named.page)
    assert [each.partition(":")[0] for each in chosen] == [two[0]]
    named.post("/consents/revoke", follow=True, company=shop.company_id, consent=chosen)
    assert "Revoked. What was ticked is refused" in named.page
    assert (shop.read(two[0]).code, other.read(two[1]).profile) == ("consent_ended", {"nickname": "Mimi"})


def test_one_key_is_taken_out_everywhere(named, shop, other, two):
    """By key its lines go; a consent of which nothing is left ends, and the page says which of the two it is."""
    named.get("/consents/revoke?key=nickname")
    assert "Let nobody read" in named.page
    assert "Nothing is left: this consent ends." in named.page
    assert "It goes on with: <bdi>Given name</bdi>." in named.page
    named.post("/consents/revoke", key="nickname", consent=re.findall(LINE, named.page))
    assert (shop.read(two[0]).profile, other.read(two[1]).code) == ({"given_name": "Mia"}, "consent_ended")
    named.get("/consents/revoke?key=nickname")
    assert "There is nothing to revoke." in named.page


def test_one_purpose_and_what_is_left_unticked(named, shop, other, two):
    """By purpose too; what is not ticked is left as it was."""
    named.get("/consents/revoke?purpose=dpv:ServiceProvision")
    (mine,) = (each for each in re.findall(LINE, named.page) if each.startswith(two[0]))
    named.post("/consents/revoke", purpose="dpv:ServiceProvision", consent=[mine])
    assert (shop.read(two[0]).code, other.read(two[1]).profile) == ("consent_ended", {"nickname": "Mimi"})


def test_a_sign_in_goes_on_without_its_line(named, mia_id, house):
    """Who also recognises the person goes on doing so when their last line is taken out; by company that ends, too."""
    shop = seeds.shop(house)
    person = seeds.Person("", mia_id, "", "")
    terms = consents.Terms(seeds.terms("nickname").lines, 90, sign_in=True)
    consent = seeds.grant_terms(house, person, shop, terms)
    named.get("/consents/revoke?key=nickname")
    assert "They still recognise you when you sign in there" in named.page
    named.post("/consents/revoke", key="nickname", consent=re.findall(LINE, named.page))
    now = clock.now()

    def state(db):
        return consents.get_consent(db, consumer_id=mia_id, consent_id=consent.id)

    held = house.database.read(state)
    assert held.is_active(now) and held.revision == 2
    named.get(f"/consents/revoke?company={shop.company.id}")
    assert "Nothing of your profile." in named.page
    named.post("/consents/revoke", company=shop.company.id, consent=re.findall(LINE, named.page))
    assert house.database.read(state).state == "revoked"


def narrowed(house, mia_id, consent_id):
    keep = [("given_name", "dpv:ServiceProvision")]
    house.database.write(
        lambda db: consents.change(
            db,
            house.keys,
            consumer_id=mia_id,
            consent_id=consent_id,
            keep=keep,
            notice_version=1,
            now=clock.now(),
        )
    )


@pytest.mark.parametrize("meanwhile", [end, narrowed])
def test_what_changed_meanwhile_stops_all_of_it(named, mia_id, house, shop, other, two, meanwhile):
    """If one of them is not what the page showed, a sentence says so, and of the others nothing is done either."""
    named.get("/consents/revoke?key=nickname")
    chosen = re.findall(LINE, named.page)
    meanwhile(house, mia_id, two[0])
    named.post("/consents/revoke", 409, key="nickname", consent=chosen)
    assert "Nothing was revoked" in named.page and "Something changed meanwhile." in named.page
    assert other.read(two[1]).profile == {"nickname": "Mimi"}
    assert two[1] in named.page and two[0] not in named.page


def test_forms_that_no_page_has(named, two, other):
    """Nothing ticked, or something that is no consent of the page: nothing is done."""
    named.post("/consents/revoke", 400, key="nickname")
    assert "Nothing is ticked." in named.page
    for given in ("no-id:1", f"{two[1]}:x", two[1], f"{two[1]}:²", f"{two[1]}:1:1", f"{two[1]}:2"):
        named.post("/consents/revoke", 409, key="nickname", consent=[given])
        assert "Nothing was revoked" in named.page
    assert other.read(two[1]).profile == {"nickname": "Mimi"}


def test_only_ones_own(named, eve, two, shop, other):
    """Another person sees none of it, and cannot name it; nothing is done without the form's secret."""
    eve.get(f"/consents/revoke?company={shop.company_id}")
    assert two[0] not in eve.page and "There is nothing to revoke." in eve.page
    eve.post("/consents/revoke", 409, company=shop.company_id, consent=[f"{two[0]}:1"])
    for path in ("/consents/revoke", "/consents/pause", "/consents/resume"):
        named.post(path, 403, csrf="", company=shop.company_id, consent=[f"{two[0]}:1"])
    eve.post("/consents/pause")
    assert shop.read(two[0]).profile and other.read(two[1]).profile


def test_no_part_is_the_list(named):
    """An address that names nothing to revoke, or nothing that there is, leads to the list or to nothing."""
    for query in ("", "?key=nonsense", "?company=nonsense&purpose=nonsense"):
        assert named.get(f"/consents/revoke{query}", 303).location == "/consents"
    assert named.post("/consents/revoke").location == "/consents"
    named.get("/consents/revoke?company=00000000-0000-4000-8000-00000000abcd", 404)


def test_revoked_and_blocked_in_one_step(named, mia_id, house, shop, two):
    """From the page that revokes, and from the one that blocks: both happen, or neither."""
    named.get(f"/consents/revoke?company={shop.company_id}")
    chosen = re.findall(LINE, named.page)
    blocked = {"company_id": shop.company_id, "consumer_id": mia_id}
    named.post("/consents/revoke", 409, company=shop.company_id, consent=["no"], block="yes")
    assert house.database.read(lambda db: consents.blocked_since(db, **blocked)) is None
    named.post("/consents/revoke", follow=True, company=shop.company_id, consent=chosen, block="yes")
    assert "Revoked, and blocked." in named.page and "You have blocked them" in named.page
    assert shop.read(two[0]).code == "consent_ended"


def test_blocking_says_what_becomes_of_what_they_ask(named, mia_id, other):
    """What waits is put away with its company, which its page says, and is there again when the block is lifted."""
    page, away = f"/companies/{other.company_id}/block", "What they ask you now is put away"
    named.get(page)
    assert away not in named.page
    ask_id = other.ask(mia_id, "nickname")
    named.get(page)
    assert away in named.page
    for path, waits in (("block", False), ("unblock", True)):
        named.post(f"/companies/{other.company_id}/{path}")
        named.get("/consents")
        assert (ask_id in named.page) is waits


def test_blocking_offers_to_revoke(named, mia_id, shop, other, two):
    """The page that blocks says what stands with them, and the person says whether that goes on: neither is chosen before."""
    named.get("/consents")
    assert f'href="/companies/{shop.company_id}/block?next=/consents"' in named.page
    named.get(f"/companies/{shop.company_id}/block?next=/consents")
    assert "They have one consent to read you" in named.page and "<bdi>Mimi</bdi>" in named.page
    assert re.findall(r'<input type="radio" name="revoke" value="(\w+)" required>', named.page) == [
        "yes",
        "no",
    ]
    named.post(f"/companies/{shop.company_id}/block", 400, next="/consents")
    assert "Choose whether what you allowed them goes on" in named.page and "Block them" in named.page
    named.post(f"/companies/{shop.company_id}/block", follow=True, next="/consents", revoke="no")
    assert "What you allowed them they can still read" in named.page and "Unblock them" in named.page
    assert shop.read(two[0]).profile
    for path in (f"/companies/{shop.company_id}", f"/companies/{shop.company_id}/block"):
        named.get(path)
        assert "They can still read what you allowed them under one consent." in named.page
        assert named.page.count(f'href="/consents/revoke?company={shop.company_id}"') == 1
    named.post("/consents/pause")
    named.get(f"/companies/{shop.company_id}")
    assert "They can still read" not in named.page
    named.post("/consents/resume")
    named.post(f"/companies/{shop.company_id}/unblock")
    path = f"/companies/{other.company_id}/block"
    named.get(path)
    chosen = re.findall(LINE, named.page)
    shop.granted(mia_id, "nickname")
    named.post(path, 409, revoke="yes", consent=[f"{two[1]}:7"])
    assert "Nothing was done" in named.page and other.read(two[1]).profile
    assert named.post(path, revoke="yes", consent=chosen, next="/consents").location == (
        "/consents?done=revoked-blocked"
    )
    assert other.read(two[1]).code == "consent_ended"
    named.get(path)
    assert "You have blocked" in named.page


def test_what_happened_is_told_at_home(named, mia_id, house, shop, other):
    """A read, a refusal, an end, a pause, a change: each in plain words, each a link to all there is of it."""
    with travel(clock.now() - timedelta(days=2), tick=False):
        over = other.granted(mia_id, "nickname", days=1)
    worker.run_once(house)
    held = shop.granted(mia_id, "nickname", "given_name")
    event = shop.read(held, keys=["nickname"]).event_id
    refused = [shop.read(held, keys=["birthdate"]).event_id for _ in range(2)][-1]
    narrowed(house, mia_id, held)
    named.post("/consents/pause")
    named.post("/consents/resume")
    end(house, mia_id, held)
    named.get("/home")
    told = {said: href for href, said in happenings(named.page)}
    assert told == {
        "You revoked what Hawthorn Books Ltd may read": f"/consents/{held}",
        "You let Hawthorn Books Ltd read again": f"/consents/{held}",
        "You paused Hawthorn Books Ltd": f"/consents/{held}",
        "You took back some of what Hawthorn Books Ltd may read": f"/consents/{held}",
        "Hawthorn Books Ltd was refused. \u2068You did not allow what they asked for.\u2069": (
            f"/reads?days=14&company={shop.company_id}&consent={held}&outcome=refused"
        ),
        "Hawthorn Books Ltd read: What people call you": f"/reads/{event}",
        "You allowed Hawthorn Books Ltd to read you": f"/consents/{held}",
        "Your consent to Alder Travel Ltd ended: its time was over": f"/consents/{over}",
        "You allowed Alder Travel Ltd to read you": f"/consents/{over}",
    }
    assert "2 times" in named.page and refused not in named.page


def test_what_companies_did_stands_above_what_the_person_did(named, mia_id, house, shop):
    """Deeds of one's own push no read off the first rows: it is among them after any number, and the rest below."""
    with travel(clock.now() - timedelta(hours=1), tick=False):
        held = shop.granted(mia_id, "nickname")
        shop.read(held, keys=["nickname"])
        shop.read(held, keys=["birthdate"])
    for _ in range(5):
        for deed in ("pause", "resume"):
            named.post(f"/consents/{held}/{deed}")
    named.get("/home")
    shown, _, below = named.page.partition("<summary>")
    first = [said.partition(":")[0].partition(".")[0] for _, said in happenings(shown + "</section>")]
    assert len(first) == 8
    assert set(first[-2:]) == {"Hawthorn Books Ltd was refused", "Hawthorn Books Ltd read"}
    assert "You allowed <bdi>Hawthorn Books Ltd</bdi> to read you" in below


def test_what_the_person_refused_or_blocked_is_told_at_home(named, mia_id, house, shop):
    """What was asked stands on its receipt; of a request at a desk it is told when it was refused, not when it was over."""
    before = clock.now() - timedelta(hours=1)
    quiet = refused(house, mia_id, ask_at_desk(house, shop, mia_id, before), at=before)
    asked = shop.ask(mia_id, "nickname")
    refused(house, mia_id, asked, at=clock.now())
    for deed in ("block", "unblock"):
        named.post(f"/companies/{shop.company_id}/{deed}")
    said = "You refused what Hawthorn Books Ltd asked"
    told = [
        ("You unblocked Hawthorn Books Ltd: they may ask you again", f"/companies/{shop.company_id}"),
        ("You blocked Hawthorn Books Ltd", f"/companies/{shop.company_id}"),
        (said, f"/asks/{asked}/receipt"),
    ]
    named.get("/home")
    assert [(words, href) for href, words in happenings(named.page)] == told
    house.database.write(
        lambda db: consents.record_refusal(db, house.keys, consumer_id=mia_id, ask=quiet, now=clock.now())
    )
    named.get("/home")
    assert [(words, href) for href, words in happenings(named.page)] == [
        *told,
        (said, f"/asks/{quiet.id}/receipt"),
    ]
    for path in {href for href, _ in happenings(named.page)}:
        named.get(path)


def test_each_reason_of_a_refusal_stands_by_itself(named, mia_id, house, shop):
    """Two reasons in one row are two sentences, and what it was for is named."""
    held = shop.granted(mia_id, "nickname")
    door = Door(house.database, house.keys, house.catalogue)
    door.read(Reader(shop.client_id), consent_id=held, purpose="dpv:DirectMarketing", keys=None)
    shop.read(held, keys=["birthdate"])
    named.get("/home")
    why = "You did not allow what they asked for. You did not allow it for: Sending you advertising."
    assert any(f"was refused. \u2068{why}" in said for _, said in happenings(named.page)), named.page


def test_what_is_told_at_once_is_told_whole(named, mia_id, house, shop):
    """Reads and refusals of one consent share a row, which names all that left and every reason."""
    held = shop.granted(mia_id, "nickname", "given_name")
    for keys in (["given_name"], ["nickname"], ["birthdate"]):
        shop.read(held, keys=keys)
    end(house, mia_id, held)
    shop.read(held, keys=["nickname"])
    named.get("/home")
    told = [said for _, said in happenings(named.page)]
    assert any("read: What people call you, Given name" in said for said in told), told
    both = "You had revoked it. You did not allow what they asked for."
    assert any("was refused" in said and both in said for said in told), told


def test_whoever_reads_all_day_has_one_row(named, mia_id, shop, other, monkeypatch):
    """It hides nobody: who read once before it, or was refused, is told, too, and the count is right."""
    monkeypatch.setattr(happened, "LOOKED_AT", 2)
    first, second = other.granted(mia_id, "nickname"), shop.granted(mia_id, "given_name")
    other.read(first)
    other.read(first, keys=["birthdate"])
    for keys in (["birthdate"], None):
        for _ in range(5):
            shop.read(second, keys=keys)
    named.get("/home")
    told = [(said, href) for href, said in happenings(named.page) if not said.startswith("You allowed")]
    assert [said for said, _ in told] == [
        "Hawthorn Books Ltd read: Given name",
        "Hawthorn Books Ltd was refused. \u2068You did not allow what they asked for.\u2069",
        "Alder Travel Ltd tried to read you, and was refused",
        "Alder Travel Ltd recognised you, or read you",
    ]
    assert told[2][1].endswith(f"company={other.company_id}&consent={first}&outcome=refused")
    assert "5 times" in named.page


def test_a_changed_notice_is_told_at_home(named, mia_id, house, shop):
    """Until the company asks anew nothing is read, and home says so with the way to it."""
    held = shop.granted(mia_id, "nickname")
    url = "https://hawthorn.example/new"
    house.database.write(
        lambda db: companies.change_notice(
            db, company_id=shop.company_id, privacy_notice_url=url, now=clock.now()
        )
    )
    named.get("/home")
    assert "Hawthorn Books Ltd</bdi> changed who they are or what they promise" in named.page
    assert f'href="/consents/{held}"' in named.page


@pytest.mark.parametrize("tab", ["current", "history"])
def test_the_list_page_by_page(named, mia_id, house, shop, monkeypatch, tab):
    """Each consent, and each ask that came to nothing, is on exactly one page; from ten rows on they are short."""
    monkeypatch.setattr(listing, "PAGE", 4)
    start = clock.now() - timedelta(days=40)
    for number in range(11):
        with travel(start + timedelta(hours=number), tick=False):
            held = shop.granted(mia_id, "nickname", *["given_name"] * (number % 2), days=60 + number)
        if tab == "history":
            with travel(start + timedelta(days=1), tick=False):  # all at one moment
                end(house, mia_id, held)
    asked = [shop.ask(mia_id, "nickname", ago=timedelta(days=30), days=days) for days in (7, 8)]
    show = "show=history" if tab == "history" else "state="
    seen, path = list[list[str]](), f"/consents?{show}&key=nickname"
    while path:
        named.get(path)
        main = named.page.partition('class="consents"')[2]
        seen.append(re.findall(r"<h2>.*?</h2>", main))
        more = re.search(r'href="(/consents\?[^"]*before=[^"]+)"', named.page)
        assert more is None or len(seen[-1]) == 4
        path = more[1] if more else ""
    links = [found(r"/consents/([0-9a-f-]{36})", each) for page in seen for each in page if "href" in each]
    assert len(links) == len(set(links)) == 11 and len(asked) == 2
    assert sum(map(len, seen)) == (13 if tab == "history" else 11)


def test_ten_rows_are_short(named, mia_id, house):
    """From ten on a row is a line or two with the way to revoke; nine are cards."""
    for number in range(10):
        named.get("/consents")
        assert 'class="register brief"' not in named.page
        seller = make_shop(house, f"Shop {number}", f"shop{number}.example")
        seller.granted(mia_id, "nickname")
    named.get("/consents")
    assert 'class="register brief"' in named.page and named.page.count('/revoke"') == 10
    assert named.page.count("never read") == 10


def test_one_purpose_is_ended_everywhere_by_links_alone(named, mia_id, shop, other):
    """Where two consents have a purpose, the list and the page of each lead to taking all of it back; else neither."""
    way = 'href="/consents/revoke?purpose=dpv%3AServiceProvision"'
    first = shop.granted(mia_id, "nickname")
    for path in ("/consents", f"/consents/{first}"):
        named.get(path)
        assert way not in named.page, path
    other.granted(mia_id, "nickname")
    for path in ("/consents", f"/consents/{first}"):
        named.get(path)
        assert way in named.page, path
    named.get("/consents/revoke?purpose=dpv%3AServiceProvision")
    assert len(re.findall(LINE, named.page)) == 2


@pytest.mark.parametrize("path", ["/home", "/consents"])
def test_a_card_leads_to_changing_it_and_to_its_purpose(named, mia_id, shop, path):
    """Beside pausing and revoking stands changing; the purpose leads to all that is allowed for it."""
    held = shop.granted(mia_id, "nickname")
    named.get(path)
    assert f'href="/consents/{held}/change"' in named.page
    named.get(found(r'href="(/consents\?purpose=[^"]+)"', named.page))
    assert held in named.page and "Revoke these consents" in named.page


def test_the_list_is_narrowed_only_where_there_is_something_to_choose(named, mia_id, shop, other):
    """One row, or rows that are alike in all that a filter goes by, need none; one that runs and one that waits do."""
    named.get("/consents")
    assert "Filter consents" not in named.page
    for days in (30, 31):
        shop.granted(mia_id, "nickname", days=days)
        named.get("/consents")
        assert "Filter consents" not in named.page
    other.ask(mia_id, "nickname")
    named.get("/consents")
    assert "Filter consents" in named.page
    named.get("/consents?state=waiting")
    assert "Filter consents" in named.page and "Alder Travel" in named.page


def test_the_filtered_list_leads_to_revoking_just_those(named, shop, two):
    """Where what is shown is a part that can be named, and not a state it happens to be in."""
    for query, revoking in (
        ("key=nickname", True),
        (f"company={shop.company_id}&key=nickname", True),
        ("state=active&key=nickname", False),
        ("", False),
    ):
        named.get(f"/consents?{query}")
        assert (f'href="/consents/revoke?{query}"' in named.page) is revoking, query
        assert ("Revoke these consents" in named.page) is revoking


@pytest.mark.parametrize("language", ["de", "en"])
def test_pages_in_every_language(named, shop, two, language):
    """Each page renders in each language."""
    paths = ["/consents/pause", "/consents/revoke?key=nickname", "/home", "/consents?key=nickname"]
    for path in [
        *paths,
        f"/consents/revoke?company={shop.company_id}",
        f"/companies/{shop.company_id}/block",
    ]:
        named.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
