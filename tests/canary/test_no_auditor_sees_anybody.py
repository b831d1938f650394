"""Nothing personal reaches an auditor: a person and a company's people live a story, then an auditor looks at it all.

Every value of theirs is a canary. Names of auditors, and what auditors wrote, are for auditors to see.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.canary.auditors import Everything, Seen
from tests.canary.planting import (
    AGENT,
    CANARIES,
    COLLEAGUE,
    COLLEAGUE_EMAIL,
    EMAIL,
    INVITED,
    OF_COMPANY_PEOPLE,
    WORD,
    fields,
)
from tests.canary.search import search
from tests.support import seeds
from tests.support.databases import Fill
from tests.support.houses import ISSUER, build_house
from tests.support.places import Places, hidden_field
from vrm import clock, companies, oversight
from vrm.app import create_app
from vrm.db import Database
from vrm.house import House

MOST_LINES = 60


@pytest.fixture
def places(tmp_path: Path, _sqlite_with_tables: Fill) -> Iterator[Places]:
    """A house in which somebody lived, and an auditor."""
    with build_house(tmp_path / "home", Database(_sqlite_with_tables(tmp_path))) as house:
        yield live(house)


def live(house: House) -> Places:
    """Every field filled in, granted, read, refused and revoked; a company's people come, invite, and go."""
    app = create_app(house)
    person = seeds.person(house, {}, email=EMAIL)
    browser = app.test_client()
    browser.set_cookie("vrm", person.session, domain="localhost")
    csrf = hidden_field(browser.get("/account", base_url=ISSUER).text)
    planted = fields(house.catalogue)
    for field, form in planted.items():
        sent = browser.post(f"/profile/{field}", base_url=ISSUER, data={**form, "csrf": csrf})
        assert sent.status_code == 303, field
    item = seeds.put(house, person.consumer_id, "gift_wish", f"{WORD} socks")
    shop, auditor = seeds.shop(house), seeds.auditor(house)
    own = {"Authorization": f"Bearer {seeds.own_token(house, shop)}", "VRM-Agent": AGENT}
    keys, consents, program = sorted(planted), [], app.test_client()
    for start in range(0, len(keys), MOST_LINES):
        consents.append(seeds.grant(house, person, shop, *keys[start : start + MOST_LINES]))
        token = {
            "Authorization": f"Bearer {seeds.access_token(house, consents[-1])}",
            "VRM-Agent": AGENT,
        }
        read = program.get("/v1/profile", base_url=ISSUER, headers=token)
        assert read.status_code == 200 and WORD.lower() in read.text.lower()
        for query, header in (({"keys": WORD.lower()}, {}), ({}, {"VRM-Purpose": f"dpv:{WORD}"})):
            refused = program.get(
                "/v1/profile", base_url=ISSUER, headers={**token, **header}, query_string=query
            )
            assert refused.status_code == 403, refused.text
    many = program.post("/v1/disclosures", base_url=ISSUER, headers=own, json={"consent_ids": [WORD]})
    assert many.status_code == 400
    seeds.revoke(house, consents[0])
    employ(house, shop)
    places = Places(house, app, person, shop, auditor, item.item_id)
    assert places.anomaly
    seeds.catch_up(house)
    return places


def employ(house: House, shop: seeds.Shop) -> None:
    """People with canaries for names and addresses: one stays, one goes, one is invited."""
    owner = seeds.colleague(house, shop.company.id, name=f"{COLLEAGUE} One", email=COLLEAGUE_EMAIL)
    gone = seeds.colleague(
        house, shop.company.id, "agent", name=f"{COLLEAGUE} Two", email=f"two-{COLLEAGUE_EMAIL}"
    )
    now, company_id = clock.now(), shop.company.id

    def work(db: Session) -> None:
        companies.invite_person(
            db, house.keys, company_id=company_id, email=f"{INVITED}@work.example", role="developer",
            by=owner.account_id, now=now,
        )  # fmt: skip
        companies.change_role(
            db,
            company_id=company_id,
            account_id=gone.account_id,
            role="developer",
            by=owner.account_id,
            now=now,
        )
        companies.end_member(
            db, company_id=company_id, account_id=gone.account_id, by=owner.account_id, now=now
        )

    house.database.write(work)


def look(places: Places) -> list[Seen]:
    """Everything, once; it must have been worth looking at."""
    seen = list(Everything(places))
    for each in seen:
        assert each.status < 500, each.place
        if each.place.startswith("GET") and "sign-in" not in each.place:
            assert each.status in {200, 303, 400, 404, 422}, (each.place, each.status)
    shown = [each for each in seen if each.status == 200]
    assert len(shown) > 0.8 * len(seen), [(each.place, each.status) for each in seen if each.status != 200]
    assert any(re.search(rb'lang="de"', each.raw) for each in shown)
    return seen


def places_of(seen: list[Seen], *canaries: str) -> list[str]:
    """Where one of these shows, in whatever form."""
    return [
        f"{found.canary} ({found.form}) in {each.place}"
        for each in seen
        for found in search(each.raw, canaries, each.place)
    ]


def test_no_page_and_no_answer_shows_anybody(places: Places) -> None:
    """Explorer, entries, exposure, anomalies, cases, exports, bundles, looks: no canary, in no form, in no language."""
    seen = look(places)
    ids = (places.person.consumer_id, places.person.account_id)
    assert places_of(seen, *CANARIES, *OF_COMPANY_PEOPLE, *ids) == []


def test_what_is_planted_on_purpose_is_found(places: Places) -> None:
    """An auditor writes one canary into a case, a client bears another as its name: pages, answers and files show it."""
    house = places.house
    me, now = places.auditor.auditor_id, clock.now()
    case = house.database.write(
        lambda db: oversight.open_case(db, house.keys, title=f"{WORD} again", auditor_id=me, now=now)
    )
    house.database.write(
        lambda db: companies.change_client(db, client_id=places.shop.client.id, name=COLLEAGUE, now=now)
    )
    hits = "\n".join(places_of(look(places), WORD, COLLEAGUE))
    for where in ("GET /audit/cases", "GET /v1/audit/cases", "GET /audit/log", "GET /audit/exposure"):
        assert f"in {where}" in hits, where
    program = places.app.test_client()
    token = seeds.auditor_token(house, places.auditor)
    taken = program.post(
        f"/v1/audit/cases/{case.id}/bundle", base_url=ISSUER, headers={"Authorization": f"Bearer {token}"}
    )
    assert search(taken.data, [WORD])
