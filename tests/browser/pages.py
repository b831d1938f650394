"""Every page of every office, by who can reach it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from flask import Flask
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.browser.lives import blocked, lived, off_boarded, pending_company, without_device
from tests.browser.people import Resident
from tests.support import seeds
from tests.support.actors import Company
from tests.support.town import Town
from vrm import clock, consents
from vrm.house import House
from vrm.web import audiences
from vrm.web.audiences import MACHINES


@dataclass(frozen=True)
class Walk:
    """Pages that somebody can reach: who, their session by the name of its cookie, and the addresses."""

    who: str
    session: dict[str, str]
    addresses: list[str]


DOORS = Walk(
    "nobody",
    {},
    [
        "/",
        "/sign-in",
        "/sign-up",
        "/reset",
        "/choose-password?token=none",
        "/verify-us",
        "/receipts/check",
        "/api",
    ],
)
COMPANY_DOORS = Walk(
    "nobody",
    {},
    [
        f"/company{each}"
        for each in ("/sign-in", "/sign-up", "/reset", "/join?token=none", "/choose-password?token=none")
    ],
)
AUDIT_DOORS = Walk("nobody", {}, ["/audit/sign-in", "/audit/reset", "/audit/choose-password?token=none"])
"""Pages of somebody who is not signed in."""


def of_consumers(mia: Resident, shop: Company) -> list[Walk]:
    """Every page of the portal: of somebody with a life worth looking at, of a newcomer, of nobody in particular."""
    house = mia.city.house
    session = next(cookie["value"] for cookie in mia.page.context.cookies() if cookie["name"] == "vrm")
    held, addresses = lived(mia, shop)
    stop = consents.stop_code(house.keys, consumer_id=mia.consumer_id, consent_id=held.consent_id)
    unproved = seeds.person(house, {}).account_id
    seeds.second_factor(house, unproved)
    new = ["/home", "/profile", "/consents", "/consents?show=history", "/reads", "/notices", "/desk"]
    return [
        Walk("consumer", {"vrm": session}, [*addresses, *blocked(mia), "/"]),
        Walk("consumer, new", {"vrm": seeds.person(house, {}).session}, new),
        Walk("consumer, asked for a code", {"vrm": seeds.sign_in(house, unproved, "")}, ["/second-factor"]),
        DOORS,
        Walk("nobody", {}, [f"/stop/{stop}", "/stop/nowhere"]),
    ]


def of_company(house: House, town: Town) -> list[Walk]:
    """Every page of the office for companies."""
    till, shop, agent = town.till.id, town.shop.client.id, town.staff["agent"].account_id
    owner = [
        "", "/organisation", "/organisation/facts", "/organisation/notice", "/organisation/owner",
        "/organisation/purposes", "/organisation/domain", "/people", "/people/leave", f"/people/{agent}/end",
        "/clients", "/clients/new", f"/clients/{till}", f"/clients/{shop}", f"/clients/{shop}/change",
        f"/clients/{shop}/configuration", f"/clients/{shop}/sign-in", f"/clients/{shop}/suspend", "/console", "/consents", "/consents?state=revoked",
        f"/consents/{town.held.id}", f"/consents/{town.ended.id}", "/quality", "/account", "/second-factor",
        "/nowhere",
    ]  # fmt: skip
    agent_sees = ["", "/organisation", "/people", "/clients", f"/clients/{till}", "/console", "/consents"]
    developer_sees = ["", "/clients", f"/clients/{shop}", f"/clients/{shop}/change", "/console"]
    officer_sees = ["", "/organisation", "/organisation/notice", "/organisation/purposes", "/consents"]
    newcomer, pending = seeds.colleague(house, None), seeds.colleague(house, pending_company(house))
    public = f"/companies/{town.shop.company.id}"
    return [
        Walk("owner", {"vrm-company": town.staff["owner"].session}, _under("/company", owner)),
        Walk("agent", {"vrm-company": town.staff["agent"].session}, _under("/company", agent_sees)),
        Walk(
            "developer", {"vrm-company": town.staff["developer"].session}, _under("/company", developer_sees)
        ),
        Walk(
            "privacy officer",
            {"vrm-company": town.staff["privacy_officer"].session},
            _under("/company", officer_sees),
        ),
        Walk("newcomer", {"vrm-company": newcomer.session}, ["/company/register"]),
        Walk("off-boarded", {"vrm-company": off_boarded(house, town).session}, ["/company/register"]),
        Walk(
            "owner of a new company",
            {"vrm-company": pending.session},
            _under("/company", ["", "/organisation", "/console", "/consents"]),
        ),
        Walk("consumer", {"vrm": town.people[0].session}, ["/companies", public]),
        Walk("nobody", {}, [*COMPANY_DOORS.addresses, "/companies", "/companies?q=nowhere", public]),
    ]


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
        Walk("auditor", {"vrm-audit": town.auditor.session}, _under("/audit", auditor)),
        Walk("auditor, asked for a code", {"vrm-audit": asked_for_code}, ["/audit/second-factor"]),
        Walk("auditor, new", {"vrm-audit": without_device(house)}, ["/audit/second-factor"]),
        AUDIT_DOORS,
    ]


def _under(prefix: str, addresses: list[str]) -> list[str]:
    return [prefix + each for each in addresses]


FILES = {
    "/asks/<uuid:ask_id>/receipt/file", "/audit/checkpoints/<int:size>", "/audit/log/<int:leaf_index>/proof",
    "/audit/log/export", "/company/consents/<uuid:consent_id>/reads/<uuid:event_id>/proof",
    "/company/consents/<uuid:consent_id>/reads/<uuid:event_id>/proof/file",
    "/consents/<uuid:consent_id>/receipts/<int:number>/file", "/health/live", "/health/ready", "/log/checkpoint",
    "/log/tile/<level>/<path:place>", "/log/vkeys", "/oauth/jwks", "/openapi.yaml", "/reads/<uuid:event_id>/proof",
    "/receipts/keys", "/static/<mark>/<name>", "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource", "/.well-known/openid-configuration",
}  # fmt: skip
"""Routes that give a file, or words for programs."""

ALSO = {
    "/company/console/run": "the page of a run is the answer to a form; asked for by its address it is the console",
    "/oauth/authorize": "leads to the page of a request",
}
"""Routes whose pages stand at the address of another."""


def left_out(app: Flask, walks: Iterable[Walk]) -> list[str]:
    """The routes of pages to which no walk leads."""
    places, walked = app.url_map.bind("localhost"), set()
    for address in (address for each in walks for address in each.addresses):
        try:
            walked.add(places.match(urlsplit(address).path)[0])
        except (HTTPException, RequestRedirect):
            continue
    doors = (
        each for each in audiences.matrix(app) if "GET" in each.methods and not each.audiences <= MACHINES
    )
    return [
        each.rule
        for each in doors
        if each.endpoint not in walked and each.rule not in FILES and each.rule not in ALSO
    ]


def walk(page: Page, addresses: list[str]) -> Iterator[str]:
    """Open each page, with every fold open; the path it led to."""
    for address in addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        yield page.url
