"""What the demo's instance looks like to whoever signs in there."""

import re
from datetime import timedelta

import pytest

from tests.unit.web.portal.actors import Browser
from vrm import accesslog, clock, companies, consents, oversight
from vrm.app import create_app
from vrm.demo import acts, offices, past, seed, weeks
from vrm.demo.story import Stage
from vrm.disclosures import Answer, Door, Reader
from vrm.seeding import approved_client

pytestmark = pytest.mark.deep


@pytest.fixture
def lived(house):
    """The house with everything the demo puts into it before its story begins."""
    seed.sow(house)
    past.live(house, weeks.live(house)[weeks.ADA["email"]])
    return house


def shop(house):
    return next(each for each in house.database.read(companies.list_companies) if each.domain == past.DOMAIN)


def test_the_shop_has_figures_to_show(lived):
    """Many consents are held, some ended, some end within a month, and a line that most leave out has its share."""
    company, now, read = shop(lived), clock.now(), lived.database.read
    counts = read(lambda db: consents.holdings.counts(db, company_id=company.id, now=now))
    assert counts.active >= 25 and counts.revoked and counts.expired
    ends = read(lambda db: consents.holdings.ends(db, company_id=company.id, now=now, months=2))
    assert sum(each.count for each in ends)
    trend = read(
        lambda db: consents.holdings.trend(
            db, company_id=company.id, since=now - timedelta(days=28), until=now
        )
    )
    assert len({each.granted for each in trend}) > 1 and any(each.ended for each in trend)
    worst = read(lambda db: consents.quality.lines(db, company_id=company.id))[0]
    assert worst.key == "email" and worst.reception and worst.reception.refused_share > 0.5


def test_an_auditor_has_something_of_every_kind_to_look_into(lived):
    """One finding of each kind at least, in a log that proves itself."""
    found = lived.database.read(lambda db: oversight.list_anomalies(db))
    assert {each.kind for each in found} == set(oversight.KINDS)
    assert accesslog.sequence(lived.database) == 0
    for each in found:
        assert lived.database.read(lambda db, each=each: oversight.search(db, each.evidence)).rows


def test_what_was_written_of_the_past_can_still_be_read(lived):
    """The consents are as good as any: what is active is answered now, with what the people keep."""
    held = lived.database.read(
        lambda db: consents.holdings.list_held(db, company_id=shop(lived).id, now=clock.now(), limit=50)
    )
    active = next(each for each in held if each.state == "active")
    door = Door(lived.database, lived.keys, lived.catalogue)
    answer = door.read(Reader(active.client_id), consent_id=active.id, purpose=None, keys=["name"])
    assert isinstance(answer, Answer) and str(answer.profile["name"]) in past.PEOPLE


def test_what_the_shop_knows_is_shown_as_it_was_read(lived):
    """Ada sees the address that was read, and that she lives elsewhere now; her name is what it was."""
    ada = Browser(create_app(lived))
    ada.sign_in(past.email(past.PEOPLE[0]), seed.PASSWORD)
    page = ada.get(f"/companies/{shop(lived).id}/known").text
    assert "Gartenweg 1" in page and "Am Kanal 8" in page and "no longer kept" not in page
    hers = re.findall(r'href="(/consents/[0-9a-f-]{36})"', ada.get("/consents").text)
    assert hers and not any("nothing filled in" in ada.get(path).text for path in hers)
    assert f"Your receipt: {past.NAME}" in ada.get("/notices").text


def test_every_company_has_somebody_who_signs_in(lived, tmp_path):
    """Each has an owner, told in the farewell, and the auditor finds a case begun; a second time nothing is doubled."""
    approved_client(lived, "Kiefernweg", acts.DOMAIN, "Freiburg", past.STATED, now=clock.now())
    told: list[str] = []
    stage = Stage("http://localhost:8000", tmp_path, {}, told.append)
    for _ in range(2):
        offices.open_offices(stage, lived)
    offices.tell_how(stage, told.append)
    for company in lived.database.read(companies.list_companies):
        members = lived.database.read(
            lambda db, company=company: companies.list_members(db, company_id=company.id)
        )
        assert "owner" in {each.role for each in members}
        assert f"@{company.domain} (owner)" in "\n".join(told)
    (case,) = lived.database.read(lambda db: oversight.list_cases(db, lived.keys))
    assert case.marks == 3
