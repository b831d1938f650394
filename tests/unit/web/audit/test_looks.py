"""Whatever an auditor opens is written down before it is shown, and every auditor sees it."""

import pytest
from sqlalchemy import text

from tests.unit.web.audit.desk import settle
from vrm import accesslog, oversight
from vrm.web import audiences
from vrm.web.audit import looks

VIEW, CASE = "aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"


def seen(house):
    """Every look so far, newest first."""
    settle(house)
    return house.database.read(lambda db: oversight.list_looks(db, house.keys, limit=100)).looks


def test_every_page_of_auditors_is_recorded(app, desk, world, house):
    """No route that is for auditors alone can be opened without a look: whoever adds one is in this test."""
    doors = [
        door for door in audiences.matrix(app) if door.audiences == {"auditor"} and "GET" in door.methods
    ]
    assert len(doors) >= 9
    for door in doors:
        path = door.rule.replace("<int:leaf_index>", "0").replace("<int:size>", str(world.size))
        for part in path.split("/"):
            if part.startswith("<"):
                path = path.replace(part, CASE)
        before = house.database.read(accesslog.count_pending)
        assert desk.client.get(path).status_code in (200, 303, 400, 404), path
        assert house.database.read(accesslog.count_pending) > before, path


def test_a_look_says_who_what_and_how(desk, world, house):
    """Filters and the place in the address are kept; the language of the page is not."""
    desk.get(f"/audit/log?outcome=refused&client={world.shop.client.id}&lang=de")
    desk.get("/audit/log/2")
    entry, search = seen(house)[:2]
    assert (search.name, search.auditor_id) == ("R. Okafor", desk.who.auditor_id)
    assert (search.what, search.query) == ("search", {"outcome": "refused", "client": world.shop.client.id})
    assert (entry.what, entry.query) == ("entry", {"leaf_index": "2"})


def test_the_account_is_nobody_elses_business(desk, world, house):
    """What auditors do with their own account is no look."""
    before = house.database.read(accesslog.count_pending)
    for path in ("/audit/account", "/audit/second-factor"):
        desk.get(path)
    assert house.database.read(accesslog.count_pending) == before


def test_a_stranger_leaves_no_look(app, world, house):
    """Who is sent to sign in has seen nothing."""
    before = house.database.read(accesslog.count_pending)
    assert app.test_client().get("/audit/log").status_code == 303
    assert house.database.read(accesslog.count_pending) == before


def test_what_cannot_be_recorded_is_not_shown(desk, world, house):
    """Where the look cannot be written, the page fails: nothing is seen unlogged."""
    house.database.write(lambda db: db.execute(text("ALTER TABLE log_pending RENAME TO log_waiting")))
    desk.get("/audit/log/0", 500)
    assert "Its proof" not in desk.page
    house.database.write(lambda db: db.execute(text("ALTER TABLE log_waiting RENAME TO log_pending")))
    desk.get("/audit/log/0")


def test_checking_a_checkpoint_is_a_look_too(desk, world, house):
    """A form that shows something is recorded as well."""
    desk.post("/audit/checkpoints", 200, checkpoint="x")
    assert seen(house)[0].what == "checkpoint"


def test_what_was_merely_typed_is_not_kept(desk, world, house):
    """The record holds no text that somebody typed: a person's name or address has no place in it."""
    desk.get("/audit/log?thread=Mia+Tran&code=mia%40post.example", 400)
    query = seen(house)[0].query
    assert set(query) == {"thread", "code"}
    assert not any("mia" in value.casefold() for value in query.values())


@pytest.mark.parametrize(
    "query", ["outcom=refused", "mia_tran=1", "code=mia", "type=mia", "key=mia_tran", "purpose=mia:Tran"]
)
def test_what_is_no_filter_is_refused_and_not_kept(desk, world, house, query):
    """A slip in a name, or somebody's name in the form of a code, gets an answer that says so and leaves no trace."""
    desk.get(f"/audit/log?{query}", 400)
    kept = seen(house)[0].query
    assert "mia" not in str(kept) and "outcom" not in kept


def test_filters_left_empty_leave_the_address(desk, world, house):
    """A form sends every field; the address keeps those that narrow, and only that page is a look."""
    before = house.database.read(accesslog.count_pending)
    sent = desk.client.get("/audit/log?since=&outcome=refused&code=&looks=")
    assert (sent.status_code, sent.headers["Location"]) == (303, "/audit/log?outcome=refused")
    assert house.database.read(accesslog.count_pending) == before


def test_an_export_says_of_what(desk, colleague, world, house):
    """Whose exposure was taken out stands with the look, by name with the id behind, and leads there."""
    client = world.shop.client.id
    asked = {"client": client, "since": "2026-03-01", "until": "2026-03-02"}
    colleague.post("/audit/exposure/export", 200, file_title="Mia Tran", older="", **asked)
    assert "Mia" not in str(seen(house)[0].query)
    desk.get("/audit/looks")
    assert (
        "An export: an exposure" in desk.page
        and f"<bdi>Nordlicht shop</bdi> <code>{client}</code>" in desk.page
    )
    assert 'href="/audit/exposure?since=2026-03-01' in desk.page


def test_every_auditor_sees_every_look(desk, colleague, world, house):
    """By name, newest first, one's own marked, with a link to the same where there is one."""
    colleague.get("/audit/log?outcome=refused")
    desk.get("/audit/log/1")
    settle(house)
    desk.get("/audit/looks")
    assert desk.page.index("Entry:</span> <bdi>1</bdi>") < desk.page.index(
        "Outcome:</span> <bdi>Refused</bdi>"
    )
    assert "<bdi>Ingrid Solheim</bdi></td>" in desk.page
    assert '<bdi>R. Okafor</bdi> <span class="tag">You</span>' in desk.page
    assert 'href="/audit/log/1"' in desk.page and 'href="/audit/log?outcome=refused"' in desk.page


def test_looks_go_back_page_by_page(desk, world, house):
    """Beyond one page there is an older one."""
    for _ in range(looks.PAGE + 3):
        desk.client.get("/audit/tokens")
    settle(house)
    desk.get("/audit/looks")
    older = desk.page.split('href="/audit/looks?before=')[1].split('"')[0]
    desk.get(f"/audit/looks?before={older}")
    assert desk.page.count("Their own tokens") == 3


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/audit", "overview"), ("/audit/log", "search"), ("/audit/log/7", "entry"), ("/audit/log/7/proof", "export"),
        ("/audit/cases", "case"), (f"/audit/cases/{CASE}", "case"), (f"/audit/cases/{CASE}/export", "export"),
        ("/audit/exposure", "exposure"), ("/audit/anomalies", "anomalies"), ("/audit/checkpoints/7", "checkpoint"),
        ("/audit/looks", "looks"), ("/audit/tokens", "tokens"), (f"/audit/views/{VIEW}/delete", "views"),
        ("/audit/something", "something"), ("/audit/S0-me", "overview"),
    ],
)  # fmt: skip
def test_a_page_has_its_code(path, code):
    """What is looked at goes by the address, also of pages that are not made yet."""
    assert looks.what_is(path) == code
