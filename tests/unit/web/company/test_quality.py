"""What people leave out is told to who asked, of many together and never of one, with what to do about it."""

import re
import secrets

import pytest

from tests.support import seeds
from tests.unit.web.company.people import Desk
from vrm import clock, companies, consents
from vrm.consents import Choice
from vrm.consents.quality import Decisions, LineQuality, Reception
from vrm.ids import new_id
from vrm.web.company.figures import Field
from vrm.web.company.quality import advise

TERMS = seeds.terms("name", "phone_number?")
KEPT = (Choice(0, "name"), Choice(1, "phone_number"))


@pytest.fixture
def shop(house):
    """Who asks."""
    return seeds.shop(house)


@pytest.fixture
def browser(app, house, shop):
    found = Desk(app)
    found.client.set_cookie("vrm-company", seeds.colleague(house, shop.company.id, "agent").session)
    return found


def decide(house, shop, *, granted=0, unticked=0, refused=0):
    """So many people, each with one ask, who decided so."""
    for number in range(granted + unticked + refused):
        consumer_id = new_id()
        house.keys.create(consumer_id)

        def write(db, consumer_id=consumer_id, number=number):
            now = clock.now()
            ask_id = consents.open_ask(
                db, consumer_id=consumer_id, client_id=shop.client.id, company_id=shop.company.id,
                terms=TERMS, request={"state": secrets.token_hex(8)}, now=now,
            )  # fmt: skip
            if number >= granted + unticked:
                consents.refuse(db, house.keys, consumer_id=consumer_id, ask_id=ask_id, now=now)
                return
            consents.grant(
                db, house.keys, consumer_id=consumer_id, ask_id=ask_id,
                choices=KEPT if number < granted else KEPT[:1], duration_days=90, versions=[], notice={},
                notice_version=1, now=now,
            )  # fmt: skip

        house.database.write(write)


def test_of_few_people_nothing_is_told(house, shop, browser):
    """Nineteen who all unticked a line give no figure and no advice; the twentieth does."""
    decide(house, shop, unticked=19)
    browser.get("/company/quality")
    assert browser.page.count("Too few people yet. We show a figure from 20 on.") == 2
    assert not re.search(r"<bdi>\d+%", browser.page) and "% untick" not in browser.page
    decide(house, shop, unticked=1)
    browser.get("/company/quality")
    assert "Too few people" not in browser.page
    assert "100% untick <bdi>Phone number</bdi>" in browser.page


def test_shares_and_advice(house, shop, browser):
    """Shares of who unticked and who refused, and what to do; one client's asks do not stand for another's."""
    decide(house, shop, granted=6, unticked=14, refused=5)
    browser.get("/company/quality")
    assert "70% untick <bdi>Phone number</bdi>" in browser.page
    assert "<bdi>70%</bdi>" in browser.page
    assert "<bdi>80%</bdi>" in browser.page and "<bdi>20%</bdi>" in browser.page
    assert "<bdi>Full name</bdi>: held under 20 consents, never read" in browser.page
    second = house.database.write(
        lambda db: companies.new_client(
            db, company_id=shop.company.id, name="Second", redirect_uris=[seeds.REDIRECT],
            jwks={"keys": [shop.key.as_dict(private=False)]}, now=clock.now(),
        )
    )  # fmt: skip
    browser.get(f"/company/quality?client={second.id}")
    assert "Too few people" in browser.page and "% untick" not in browser.page
    browser.get(f"/company/consents?client={shop.client.id}")
    assert "<bdi>76%</bdi>" in browser.page


def test_nothing_is_told_of_the_one_who_granted(house, shop, browser):
    """Where nineteen refused and one granted, the page has the share of refusals and none of what that one left out."""
    decide(house, shop, unticked=1, refused=19)
    browser.get("/company/quality")
    assert "<b>Unticked.</b>" in browser.page and browser.page.count("Too few people yet.") == 1
    assert "untick <bdi>" not in browser.page and "Nothing could be unticked" not in browser.page
    assert "95% refuse" in browser.page


def test_fields_held_under_few_consents_have_no_figure(house, shop, browser):
    """Nineteen consents: the field is named with whether it was ever read, on both pages; the twentieth counts them."""
    decide(house, shop, unticked=19)
    for path in ("/company/quality", "/company/consents"):
        browser.get(path)
        assert "Under fewer than 20 consents, so without a figure." in browser.page
        assert "Never read: <bdi>Full name</bdi>." in browser.page
        assert "0 of 19" not in browser.page
    assert "Never read: 1 of 1." in browser.page
    decide(house, shop, unticked=1)
    for path in ("/company/quality", "/company/consents"):
        browser.get(path)
        assert "0 of 20" in browser.page and "without a figure" not in browser.page


def test_every_role_reads_and_home_leads_here(app, house, shop):
    """All four, from the home page."""
    for role in ("owner", "developer", "agent", "privacy_officer"):
        found = Desk(app)
        found.client.set_cookie("vrm-company", seeds.colleague(house, shop.company.id, role).session)
        found.get("/company")
        assert 'href="/company/quality"' in found.page
        found.get("/company/quality")


LINE = LineQuality("phone_number", seeds.PURPOSE, False, Reception(offered=40, granted=30, kept=9))


@pytest.mark.parametrize(
    ("lines", "decisions", "fields", "told"),
    [
        pytest.param([LINE], None, [], [("unticked", "70%")], id="most untick"),
        pytest.param([LineQuality("name", seeds.PURPOSE, False, None)], None, [], [], id="too few people"),
        pytest.param(
            [LineQuality("name", seeds.PURPOSE, True, Reception(40, 12, 12))], None, [], [("refused", "70%")],
            id="a required line that most refuse",
        ),
        pytest.param(
            [LineQuality("name", seeds.PURPOSE, False, Reception(40, 39, 20))], None, [], [], id="fewer than half",
        ),
        pytest.param([], Decisions(10, 30, 10), [], [("refused_all", "60%")], id="most refuse"),
        pytest.param([], Decisions(5, 5, 90), [], [("unanswered", "90%")], id="hardly anybody answers"),
        pytest.param([], None, [Field("name", "Full name", 120, 0)], [("never_read", "")], id="never read"),
        pytest.param([], None, [Field("name", "Full name", 120, 3)], [("hardly_read", "")], id="hardly read"),
        pytest.param([], None, [Field("name", "Full name", 120, 6)], [], id="read often enough"),
        pytest.param([], None, [Field("name", "Full name", 19, 0)], [], id="held of few"),
    ],
)  # fmt: skip
def test_advice_follows_from_figures(lines, decisions, fields, told, house, app):
    """Each piece of advice has its threshold, and none is given without its figure."""
    with app.test_request_context("/company/quality"):
        found = list(advise(house.catalogue, lines, decisions, fields))
    assert [(each.kind, each.share) for each in found] == told
