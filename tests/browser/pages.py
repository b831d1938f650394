"""Every page of every office, by who can reach it, and what is measured on each."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page
from sqlalchemy.orm import Session

from tests.browser.people import ADULT, NEEDED, TERMS, WISHED, Resident
from tests.support import seeds
from tests.support.actors import MARKETING, Company, needed
from tests.support.town import Town
from vrm import accounts, clock, companies, consents, tokens
from vrm.house import House

TOO_WIDE = """() => { const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 1
    || e.getBoundingClientRect().left < -1).filter(e => !e.closest('.skip, .rooms'))
    .slice(0, 4).map(e => e.outerHTML.slice(0, 120)); }"""
"""What leaves the page sideways."""

TOO_SMALL = """() => [...document.querySelectorAll('a,button,input,select,textarea,summary,label.pick')].filter(e => {
    const box = e.getBoundingClientRect();
    if (!box.width || e.closest('.sr') || e.matches('.skip') || e.type === 'hidden') return false;
    if (e.matches('input[type=checkbox],input[type=radio]')) return !e.closest('label');
    if (e.matches('a') && getComputedStyle(e).display === 'inline') return false;
    return box.height < 43.5; }).map(e => e.outerHTML.slice(0, 120))"""
"""What is lower than a finger needs: 44 px, links within a sentence apart (WCAG 2.2, 2.5.8)."""

UNREADABLE = """() => { const channels = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => channels(colour).slice(0, 3).map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = e => { for (; e; e = e.parentElement) { const colour = getComputedStyle(e).backgroundColor;
    if ((channels(colour)[3] ?? 1) === 1) return colour; } return 'rgb(255, 255, 255)'; };
  return [...document.querySelectorAll('body *')].filter(e => !e.closest('svg') && e.getClientRects().length
      && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
    .filter(e => { const [a, b] = [light(getComputedStyle(e).color), light(behind(e))];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5; })
    .slice(0, 4).map(e => e.outerHTML.slice(0, 120)); }"""
"""Text whose contrast with what is behind it is under 4.5 (WCAG 2.2, 1.4.3)."""


def lived(mia: Resident, shop: Company) -> list[str]:
    """Give somebody a life worth looking at; the addresses of every page of theirs."""
    held = mia.decide(shop, *NEEDED, ADULT)
    event = shop.read(held.access_token).json()["event_id"]
    shop.read(held.access_token, MARKETING)
    seeds.catch_up(mia.city.house)
    past = mia.decide(shop, *NEEDED)
    mia.open(f"/consents/{past.consent_id}/revoke")
    mia.page.get_by_role("button", name="Revoke", exact=True).click()
    letters = [
        shop.ask(*NEEDED, ADULT, *WISHED, **TERMS),
        shop.ask(needed("phone_number"), needed("food_allergy"), **TERMS),
    ]
    return [
        "/home", "/profile", "/profile/name", "/profile/address", "/profile/birthdate", "/profile/food_allergy",
        "/consents", "/consents?show=history", f"/consents/{held.consent_id}", f"/consents/{past.consent_id}",
        f"/consents/{held.consent_id}/revoke", "/reads", "/reads?outcome=refused", f"/reads/{event}", "/account",
        "/account/close", "/nowhere",
        *(letter.address for letter in letters), "/desk", at_desk(mia, shop),
        *blocked(mia),
    ]  # fmt: skip


def at_desk(mia: Resident, shop: Company) -> str:
    """The address of a request that came from a desk, and waits for as long as a slow walk may take."""
    house, now, new = mia.city.house, clock.now(), tokens.new_backchannel()

    def put(db: Session) -> str:
        asker: Any = {"client_id": shop.client_id, "company_id": shop.company_id}
        tokens.keep_backchannel(
            db, house.keys, new, **asker, consumer_id=mia.consumer_id, message="Counter 4, parcel 1207",
            life=timedelta(hours=1), now=now,
        )  # fmt: skip
        return consents.open_ask(
            db, **asker, consumer_id=mia.consumer_id, terms=seeds.terms("name"), quiet=True,
            request={"scope": "", "backchannel": new.mark}, now=now,
        )  # fmt: skip

    return f"/asks/{house.database.write(put)}"


def blocked(mia: Resident) -> list[str]:
    """A company that she has blocked, and what it asked before."""
    rude = seeds.shop(mia.city.house, "Rude")
    keys, company_id = mia.city.house.keys, rude.company.id
    resident = seeds.Person("", mia.consumer_id, mia.email, "")
    ask_id = seeds.ask(mia.city.house, resident, rude, seeds.terms("name"))
    mia.city.house.database.write(
        lambda db: consents.block(
            db, keys, consumer_id=mia.consumer_id, company_id=company_id, now=clock.now()
        )
    )
    return [f"/companies/{company_id}", f"/asks/{ask_id}"]


@dataclass(frozen=True)
class Walk:
    """Pages that somebody can reach: their session by the name of its cookie, and the addresses."""

    session: dict[str, str]
    addresses: list[str]


DOORS = Walk({}, ["/", "/sign-in", "/sign-up", "/reset", "/choose-password?token=none"])
COMPANY_DOORS = Walk(
    {}, [f"/company{each}" for each in ("/sign-in", "/sign-up", "/reset", "/join?token=none")]
)
AUDIT_DOORS = Walk({}, ["/audit/sign-in", "/audit/reset", "/audit/choose-password?token=none"])
"""Pages of somebody who is not signed in."""


def of_company(house: House, town: Town) -> list[Walk]:
    """Every page of the office for companies."""
    till, shop, agent = town.till.id, town.shop.client.id, town.staff["agent"].account_id
    owner = [
        "", "/organisation", "/organisation/facts", "/organisation/notice", "/organisation/owner",
        "/organisation/purposes", "/organisation/domain", "/people", f"/people/{agent}/end",
        "/clients", "/clients/new", f"/clients/{till}", f"/clients/{shop}", f"/clients/{shop}/change",
        f"/clients/{shop}/configuration", "/console", "/consents", "/consents?state=revoked",
        f"/consents/{town.held.id}", f"/consents/{town.ended.id}", "/quality", "/account", "/second-factor",
        "/nowhere",
    ]  # fmt: skip
    agent_sees = ["", "/organisation", "/people", "/clients", f"/clients/{till}", "/console", "/consents"]
    newcomer, pending = seeds.colleague(house, None), seeds.colleague(house, pending_company(house))
    public = f"/companies/{town.shop.company.id}"
    return [
        Walk({"vrm-company": town.staff["owner"].session}, _under("/company", owner)),
        Walk({"vrm-company": town.staff["agent"].session}, _under("/company", agent_sees)),
        Walk({"vrm-company": newcomer.session}, ["/company/register"]),
        Walk({"vrm-company": off_boarded(house, town).session}, ["/company/register"]),
        Walk(
            {"vrm-company": pending.session},
            _under("/company", ["", "/organisation", "/console", "/consents"]),
        ),
        Walk({"vrm": town.people[0].session}, ["/companies", public]),
        Walk({}, [*COMPANY_DOORS.addresses, "/companies", "/companies?q=nowhere", public]),
    ]


def off_boarded(house: House, town: Town) -> seeds.Colleague:
    """Somebody who worked there and was off-boarded."""
    gone = seeds.colleague(house, town.shop.company.id)
    house.database.write(
        lambda db: companies.end_member(
            db, company_id=town.shop.company.id, account_id=gone.account_id, by=None, now=clock.now()
        )
    )
    return gone


def of_auditors(house: House, town: Town) -> list[Walk]:
    """Every page of the office for auditors."""
    now, client = clock.now(), town.shop.client.id
    span = {"since": clock.rfc3339(now - timedelta(days=1)), "until": clock.rfc3339(now + timedelta(hours=1))}
    asked = urlencode({"client": client, **span})
    auditor = [
        "", "/log", f"/log?{asked}", "/log?thread=nobody", "/log?code=never_was", f"/log/{town.leaf}", "/log/0",
        "/views", "/views?outcome=refused", "/checkpoints", "/looks", "/tokens", "/exposure", f"/exposure?{asked}",
        "/exposure?since=never", "/anomalies", "/anomalies?kind=volume",
        *(f"/anomalies/{each}" for each in town.anomalies.values()), "/cases", f"/cases?leaf={town.leaf}", "/cases?leaf=1&leaf=2&leaf=3&leaf=300",
        f"/cases/{town.case}", "/account", "/second-factor", "/nowhere",
    ]  # fmt: skip
    asked_for_code = seeds.sign_in(house, town.auditor.account_id, "")
    return [
        Walk({"vrm-audit": town.auditor.session}, _under("/audit", auditor)),
        Walk({"vrm-audit": asked_for_code}, ["/audit/second-factor"]),
        Walk({"vrm-audit": without_device(house)}, ["/audit/second-factor"]),
        AUDIT_DOORS,
    ]


def pending_company(house: House) -> str:
    """The id of a company that was just registered, with nothing proved or stated."""
    domain = f"later-{secrets.token_hex(4)}.example"
    return house.database.write(
        lambda db: companies.register(
            db, legal_name="Later GmbH", address="Kiel", contact=f"privacy@{domain}", domain=domain,
            privacy_notice_url=None, purposes={}, known_purposes=house.catalogue.purposes, now=clock.now(),
        ).id
    )  # fmt: skip


def without_device(house: House) -> str:
    """The session of an auditor who has yet to set up a second factor."""
    who = seeds.auditor(house, "N. New")
    house.database.write(
        lambda db: accounts.reset_auditor_factor(db, auditor_id=who.auditor_id, now=clock.now())
    )
    return seeds.sign_in(house, who.account_id, "")


def _under(prefix: str, addresses: list[str]) -> list[str]:
    return [prefix + each for each in addresses]


def walk(page: Page, addresses: list[str]) -> Iterator[str]:
    """Open each page, with every fold open; the path it led to."""
    for address in addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        yield page.url
