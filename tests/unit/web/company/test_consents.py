"""A company's people see what they hold, and nothing of the people behind it but the company's own name for them."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest

from tests.support import seeds
from tests.unit.web.company.people import Desk
from vrm import accesslog, clock, companies, consents, worker
from vrm.accesslog.proving import verify_proof
from vrm.consents.holdings import HeldLine, HeldRevision
from vrm.disclosures import Door, Reader
from vrm.ids import new_id
from vrm.journeys import fields
from vrm.tlog import Verifier
from vrm.web.company import figures, words
from vrm.web.company.consent import versions
from vrm.web.company.export import tame

PATH = "/company/consents"


@pytest.fixture
def shop(house):
    """A company that may ask."""
    return seeds.shop(house)


@pytest.fixture
def mia(house):
    return seeds.person(house)


@pytest.fixture
def desk(app, house, shop):
    """``desk(role)``: the browser of one of the company's people."""

    def come(role="owner", company_id=None):
        found = Desk(app)
        session = seeds.colleague(house, company_id or shop.company.id, role).session
        found.client.set_cookie("vrm-company", session)
        return found

    return come


@pytest.fixture
def read(house, shop):
    """Read under a consent as the interface for programs would."""
    door = Door(house.database, house.keys, house.catalogue)

    def once(consent, keys=None, agent=None):
        return door.read(
            Reader(shop.client.id, 1, agent), consent_id=consent.id, purpose=seeds.PURPOSE, keys=keys
        )

    return once


def listed(page):
    return re.findall(r'href="/company/consents/([0-9a-f-]{36})"', page)


def test_what_is_held_is_counted_drawn_and_listed(house, shop, mia, desk, read):
    """Counts by state, charts with their tables, fields never read, and each consent by its pseudonym."""
    kept = seeds.grant(house, mia, shop, "name", "email")
    gone = seeds.grant(house, mia, shop, "birthdate")
    seeds.revoke(house, gone)
    read(kept, ["name"])
    read(kept, ["phone_number"])
    worker.run_once(house)
    browser = desk()
    browser.get(PATH)
    assert "One is active." in browser.page
    assert "1 revoked, 0 ran out" in browser.page
    assert "In 26 weeks: 2 granted, 1 ended." in browser.page
    assert "In 30 days: 1 answered, 1 refused." in browser.page
    assert "Never read: 1 of 2." in browser.page
    assert "Too few people yet. We show a figure from 20 on." in browser.page
    assert set(listed(browser.page)) == {kept.id, gone.id}
    for secret in (mia.consumer_id, mia.email, "Mia Tran"):
        assert secret not in browser.page


def test_reads_count_under_consents_that_are_held(house, shop, desk, read, monkeypatch):
    """What was read under consents that ended is never read under those that came after; all are told, or the newest."""
    for _ in range(3):
        ended = seeds.grant(house, seeds.person(house), shop, "email")
        read(ended, ["email"])
        seeds.revoke(house, ended)
    for _ in range(3):
        last = seeds.grant(house, seeds.person(house), shop, "email")
    seeds.catch_up(house)

    def email():
        (found,) = house.database.read(
            lambda db: figures.fields(db, house.catalogue, shop.company.id, None, clock.now())
        ).every
        return found.held, found.read

    monkeypatch.setattr(fields, "MIN_PEOPLE", 1)
    browser = desk()
    browser.get(PATH)
    assert "Never read: 1 of 1." in browser.page
    assert "Counted under the consents that are active." in browser.page
    assert email() == (3, 0)
    read(last, ["email"])
    seeds.catch_up(house)
    assert email() == (3, 1)
    monkeypatch.setattr(consents.holdings.held_threads, "__kwdefaults__", {"client_id": None, "newest": 2})
    browser.get(PATH)
    assert "Counted under the newest 2 consents that are active." in browser.page
    assert email() == (2, 1)


def test_the_list_is_narrowed(house, shop, mia, desk):
    """By client, state, field and end; what the query cannot say is left aside."""
    second = house.database.write(
        lambda db: companies.new_client(
            db, company_id=shop.company.id, name="<Second>", redirect_uris=[seeds.REDIRECT],
            jwks={"keys": [shop.key.as_dict(private=False)]}, now=clock.now(),
        )
    )  # fmt: skip
    long, short = seeds.grant(house, mia, shop, "name"), seeds.grant(house, mia, shop, "email", days=5)
    other = seeds.grant(house, mia, seeds.Shop(shop.company, second, shop.key), "name")
    seeds.revoke(house, long)
    browser = desk()

    def fits(**query):
        browser.get(PATH + "?" + "&".join(f"{name}={value}" for name, value in query.items()))
        return set(listed(browser.page))

    assert fits() == {long.id, short.id, other.id}
    assert fits(client=second.id) == {other.id}
    assert "One is active." in browser.page
    assert fits(state="revoked") == {long.id}
    assert fits(key="email", state="active") == {short.id}
    assert fits(ends=7) == {short.id}
    assert fits(ends=7, key="name") == set()
    assert "None that fits." in browser.page
    for odd in ({"client": new_id()}, {"state": "x'"}, {"ends": "soon"}, {"key": "<b>"}, {"before": "x"}):
        assert fits(**odd) == {long.id, short.id, other.id}


def test_pages_of_the_list(house, shop, mia, desk, monkeypatch):
    """Older consents stand on the next page, narrowed in the same way."""
    monkeypatch.setattr("vrm.web.company.consents.PAGE", 2)
    every = [seeds.grant(house, mia, shop, "name").id for _ in range(5)]
    seen, path, browser = [], f"{PATH}?state=active", desk()
    while path:
        browser.get(path)
        seen += listed(browser.page)
        found = re.search(r'href="([^"]+)">Older', browser.page)
        path = found[1].removesuffix("#each") if found else ""
    assert sorted(seen) == sorted(every)


def test_one_consent_in_full(house, shop, mia, desk, read):
    """Pseudonym, lines, terms as asked, and our reads with their place in the log."""
    wanted = seeds.terms("name", "birthdate|age_over_18", "email?")
    chosen = [consents.Choice(0, "name"), consents.Choice(1, "age_over_18")]
    consent = seeds.grant_terms(house, mia, shop, wanted, chosen)
    answered, refused = read(consent, ["name"], "desk-7"), read(consent, ["email"])
    worker.run_once(house)
    browser = desk("agent")
    browser.get(f"{PATH}/{consent.id}")
    assert consent.subject in browser.page
    assert "in place of: <bdi>Date of birth</bdi>" in browser.page
    assert "or: <bdi>Over 18</bdi>" in browser.page
    for outcome in (answered, refused):
        assert f"<code>{outcome.event_id}</code>" in browser.page
    assert f"/reads/{answered.event_id}/proof" in browser.page
    assert f"/reads/{refused.event_id}/proof" not in browser.page
    assert re.search(r'<code class="nowrap">[\w-]{16}</code>', browser.page)
    assert "What your client was told" in browser.page and "keys_not_permitted" in browser.page
    withheld = browser.page.partition("Asked, not given")[2].partition("</table>")[0]
    assert "E-mail address" in withheld and "Full name" not in withheld and "Date of birth" not in withheld
    for secret in (mia.consumer_id, mia.email, "Mia", "desk-7"):
        assert secret not in browser.page


def test_revisions_stand_beside_each_other(app, house):
    """Of each revision what came, went and stayed, its terms, and its end where that is another."""
    at = clock.now()

    def revision(number, lines, days, retention):
        held = tuple(HeldLine(key, key, purpose, True, "", "once") for key, purpose in lines)
        asked = tuple(consents.Line(key, purpose, True) for key, purpose in lines)
        terms = consents.Terms(asked, days, retention)
        return HeldRevision(number, "granted", at, at + timedelta(days=days), terms, held)

    first = revision(1, [("name", seeds.PURPOSE), ("email", seeds.PURPOSE)], 30, None)
    second = revision(2, [("name", seeds.PURPOSE), ("name", seeds.OTHER_PURPOSE)], 30, 9)
    with app.test_request_context(PATH):
        before, after = versions(house.catalogue, [first, second])
        other = words.purpose(house.catalogue, seeds.OTHER_PURPOSE)
        same = words.purpose(house.catalogue, seeds.PURPOSE)
    assert (before.added, before.removed, before.kept) == (["Full name", "E-mail address"], [], [])
    assert (before.current, before.until, before.retention_days) == (False, first.expires_at, None)
    assert after.kept == [f"Full name ({same})"] and after.added == [f"Full name ({other})"]
    assert after.removed == ["E-mail address"]
    assert (after.current, after.until, after.retention_days) == (True, None, 9)


def test_how_a_consent_stands_is_said(house, shop, mia, desk):
    """Active, to be asked anew, revoked: each in a sentence of its own."""
    consent = seeds.grant(house, mia, shop, "name")
    browser = desk()

    def said():
        browser.get(f"{PATH}/{consent.id}")
        return browser.page

    assert "It runs out" in said()
    house.database.write(
        lambda db: companies.change_owner(
            db, company_id=shop.company.id, owner="Kavanagh", now=clock.now(), actor="operator"
        )
    )
    assert "Ask this person again." in said()
    seeds.revoke(house, consent)
    assert "The person revoked it on" in said()


def test_how_it_ended_is_its_last_step(house, shop, mia, desk, read):
    """The revocation stands after the revisions; of a read after it, the code is the one the client was told."""
    consent = seeds.grant(house, mia, shop, "name")
    seeds.revoke(house, consent)
    refused = read(consent, ["name"])
    assert refused.code == "consent_ended"
    browser = desk()
    browser.get(f"{PATH}/{consent.id}")
    steps = browser.page.partition('<ol class="versions">')[2].partition("</ol>")[0]
    assert re.findall(r"<h3>(.*?)</h3>", steps) == ["Revision 1", "Revoked"]
    reads = browser.page.partition('id="reads"')[2].partition("</section>")[0]
    assert reads.count("<code>consent_ended</code>") == 2 and "Revoked" not in reads
    assert re.search(r"\d:\d\d:\d\d", reads)


def test_a_proof_is_checked_with_nothing_else(house, shop, mia, desk, read):
    """The file of one read, and that of all, verify under the log's key; each holds answered reads and no opening."""
    consent = seeds.grant(house, mia, shop, "name", "email")
    outcomes = [read(consent, ["name"]), read(consent, ["phone_number"]), read(consent, ["email"])]
    browser = desk()
    one = f"{PATH}/{consent.id}/reads/{outcomes[0].event_id}/proof"
    browser.get(one, 409)
    assert "This read is not signed yet." in browser.page
    browser.post(f"{PATH}/{consent.id}/reads/export", 409)
    worker.run_once(house)
    every = browser.post(f"{PATH}/{consent.id}/reads/export", 200)
    for response, count in ((browser.get(one), 1), (every, 2)):
        assert response.headers["Content-Disposition"].startswith("attachment")
        report = accesslog.verify_export(io.BytesIO(response.data), vkey=_vkey(house))
        assert report.ok and report.entries == count
        entries = [json.loads(json.loads(line)["entry"]) for line in response.data.splitlines()[1:]]
        assert {entry["outcome"] for entry in entries} == {"answered"}
        assert b"opening" not in response.data and mia.consumer_id.encode() not in response.data
    proved = verify_proof(browser.get(f"{one}/file").data, keys=house.log_verifiers())
    assert proved.faults == () and proved.opened is not None
    assert (proved.opened["event"], proved.opened["consent"]) == (outcomes[0].event_id, consent.id)
    assert mia.consumer_id not in repr(proved)


def test_a_refused_read_has_no_proof(house, shop, mia, desk, read):
    """Nor has an event that is no read of ours: both look like one that never was."""
    consent, rival = seeds.grant(house, mia, shop, "name"), seeds.shop(house, "Kavanagh")
    foreign = seeds.grant(house, mia, rival, "name")
    door = Door(house.database, house.keys, house.catalogue)
    theirs = door.read(Reader(rival.client.id), consent_id=foreign.id, purpose=None, keys=None)
    refused, another = read(consent, ["email"]), read(seeds.grant(house, mia, shop, "name"))
    worker.run_once(house)
    browser = desk()
    for event_id in (refused.event_id, theirs.event_id, another.event_id, new_id()):
        browser.get(f"{PATH}/{consent.id}/reads/{event_id}/proof", 404)
        browser.get(f"{PATH}/{consent.id}/reads/{event_id}/proof/file", 404)


def test_anothers_consent_is_as_one_that_never_was(house, shop, mia, desk):
    """Page, proof and export of a foreign consent answer like those of an unknown id."""
    rival = seeds.shop(house, "Kavanagh")
    foreign = seeds.grant(house, mia, rival, "name")
    browser = desk()

    def words(text):
        return re.sub(r"r-[0-9a-f]{8}|[0-9a-f-]{36}|datetime=\S+", "", text)

    answers = []
    for consent_id in (foreign.id, new_id()):
        pages = [
            browser.get(f"{PATH}/{consent_id}", 404).text,
            browser.get(f"{PATH}/{consent_id}/reads/{new_id()}/proof", 404).text,
            browser.post(f"{PATH}/{consent_id}/reads/export", 404).text,
        ]
        answers.append([words(page) for page in pages])
    assert answers[0] == answers[1]
    assert foreign.subject not in browser.get(PATH).text


def test_everything_is_taken_out(house, shop, mia, desk):
    """As objects and as a table: every consent, current and ended, by pseudonym; each export is logged."""
    kept, gone = seeds.grant(house, mia, shop, "name", "email"), seeds.grant(house, mia, shop, "name")
    seeds.revoke(house, gone)
    seeds.grant(house, mia, seeds.shop(house, "Kavanagh"), "name")
    browser = desk("privacy_officer")
    objects = browser.post(f"{PATH}/export", 200, format="ndjson").data
    rows = [json.loads(line) for line in objects.splitlines()]
    assert [(row["consent_id"], row["state"]) for row in rows] == [(kept.id, "active"), (gone.id, "revoked")]
    assert rows[0]["subject"] == kept.subject
    assert [line["key"] for line in rows[0]["lines"]] == ["name", "email"]
    table = browser.post(f"{PATH}/export", 200, format="csv").data
    cells = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert [(cell["consent_id"], cell["key"]) for cell in cells] == [
        (kept.id, "name"), (kept.id, "email"), (gone.id, "name"),
    ]  # fmt: skip
    for sent in (objects, table):
        assert mia.consumer_id.encode() not in sent and b"item" not in sent
    browser.post(f"{PATH}/export", 400, format="pdf")
    entries = house.database.read(lambda db: accesslog.count_pending(db))
    accesslog.sequence(house.database)
    logged = house.database.read(lambda db: list(accesslog.entries(db.connection(), 0, entries)))
    told = [json.loads(entry) for _, _, entry in logged]
    exports = [entry for entry in told if entry["type"] == "company.exported"]
    assert [(entry["code"], entry["company"]) for entry in exports] == [("consents", shop.company.id)] * 2


def test_no_cell_is_worked_out(house, shop, mia, desk):
    """What a company typed never begins a formula, in its cell or where the file is cut at other separators."""
    for text in ("=1+1", "+1", "-1", "@sum", "\uff1d1", "a;=1", 'a,"=1', "a\t=1", "a =1", " =1"):
        cells = re.split(r"[,;|\"'\s]", tame(text).replace("'=", "#").replace("'+", "#").replace("'-", "#"))
        assert not any(cell.startswith(("=", "+", "-", "@sum")) for cell in cells if cell != "@sum"), text
        assert tame(text) != text
    for text in ("Nordlicht shop", "2026-03-01T09:30:00Z", "dpv:DeliveryOfGoods", "a-b", "1+1=2", ""):
        assert tame(text) == text
    why = '=HYPERLINK("https://evil.example")'
    line = consents.Line("name", seeds.PURPOSE, True, why=why)
    seeds.grant_terms(house, mia, shop, consents.Terms((line,), 30))
    sent = desk().post(f"{PATH}/export", 200, format="csv").data.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(sent))
    assert row["why"].startswith("'=")


def test_roles(house, shop, mia, desk, read):
    """All read, and take out what was read under a consent; only owners and privacy officers export all that is held."""
    consent = seeds.grant(house, mia, shop, "name")
    outcome = read(consent)
    worker.run_once(house)
    for role in ("owner", "developer", "agent", "privacy_officer"):
        browser, exports = desk(role), role in ("owner", "privacy_officer")
        browser.get(PATH)
        assert ("Download CSV" in browser.page) == exports
        browser.get(f"{PATH}/{consent.id}")
        assert "Download all answered reads" in browser.page
        browser.get(f"{PATH}/{consent.id}/reads/{outcome.event_id}/proof")
        browser.post(f"{PATH}/export", 200 if exports else 403, format="csv")
        browser.post(f"{PATH}/{consent.id}/reads/export", 200)


def test_reads_in_pages(house, shop, mia, desk, read, monkeypatch):
    """Older reads stand on the next page."""
    monkeypatch.setattr("vrm.web.company.consent.PAGE", 2)
    consent = seeds.grant(house, mia, shop, "name")
    every = {read(consent).event_id for _ in range(3)}
    browser = desk()
    browser.get(f"{PATH}/{consent.id}")
    first = {each for each in every if f"<code>{each}</code>" in browser.page}
    older = re.search(r'href="([^"]+)#reads">Older', browser.page)
    assert older is not None and len(first) == 2
    browser.get(older[1])
    assert {each for each in every if f"<code>{each}</code>" in browser.page} == every - first


def test_once_forgotten_nothing_is_left(house, shop, mia, desk, read):
    """After a person is erased, their consent is as one that never was."""
    consent = seeds.grant(house, mia, shop, "name")
    read(consent)
    house.database.write(lambda db: consents.forget(db, consumer_id=mia.consumer_id))
    browser = desk()
    browser.get(f"{PATH}/{consent.id}", 404)
    assert listed(browser.get(PATH).text) == []


def _vkey(house):
    return Verifier(house.settings.log_origin, house.keys.log_signer.public).vkey
