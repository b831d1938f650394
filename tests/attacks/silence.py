"""A request at a desk that somebody refuses, ignores or has blocked, and one that is nobody's: all a company sees after it."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import httpx2
from time_machine import travel

from tests.attacks.grants import QUERY
from tests.attacks.stage import Came, Row, Scene, Stage
from tests.support import desk, seeds
from tests.support.actors import details, needed
from tests.support.forms import get_form
from vrm import clock
from vrm.ids import new_id
from vrm.worker import log_tasks, tasks

OVER = 400
"""Seconds, after which every request is over and written down."""

Look = Callable[[Scene, str], Iterator[str]]


def _at_a_desk(stage: Stage) -> Scene:
    """A company with its office open, to which two people once allowed something; one of them has blocked it since."""
    company = stage.world.company(name="Silence")
    subjects = []
    for person in (stage.mia, stage.ben):
        asked = company.ask(needed("name"))
        held = company.take_back(asked, person.grant(asked))
        subjects.append(company.introspect(held.access_token).json()["sub"])
    path = f"/companies/{company.company_id}/block"
    stage.ben.landed(stage.ben.send(get_form(stage.ben.http.get(path).text, path), revoke="no"))
    office = stage.world.http()
    office.cookies.set("vrm-company", seeds.colleague(stage.house, company.company_id).session)
    known, blocked = subjects
    more = {
        "hints": {"nobody": new_id(), "refused": known, "ignored": known, "blocked": blocked},
        "office": office,
        "consent": held.consent_id,
        "reading": company.own_token(),
        "asking": company.token(grant_type="client_credentials", scope=QUERY).json()["access_token"],
    }
    return Scene(stage, company, stage.mia, more=more)


def _alike(look: Look) -> Callable[[Scene], Came]:
    """Play each way from the same moment, time standing still; what the company sees is the same, word by word."""

    def attack(scene: Scene) -> Came:
        start, seen = clock.now(), {}
        with travel(start + timedelta(seconds=OVER), tick=False):
            # What waits of other attacks is no part of this.
            tasks.close_desk_requests(scene.stage.house)
            _log_size(scene)
        for way, hint in scene.more["hints"].items():
            seen[way] = list(_play(scene, look, start, hint, refuse=way == "refused"))
        told = {way: [each for each in lines if each not in seen["nobody"]] for way, lines in seen.items()}
        same = all(lines == seen["nobody"] for lines in seen.values())
        return 200, "alike" if same else str(told)[:2000]

    return attack


def _play(scene: Scene, look: Look, start: datetime, hint: str, *, refuse: bool) -> Iterator[str]:
    """What is seen when the request was made, when the person was there, and when it was over."""
    with travel(start, tick=False):
        _log_size(scene)
        before = desk.waiting(scene.person)
        made = desk.request(scene.company, hint, authorization_details=details(needed("birthdate")))
        yield _said(made)
        request = made.json()["auth_req_id"]
        if refuse:
            (path,) = set(desk.waiting(scene.person)) - set(before)
            desk.decide(scene.person, path, "refuse")
        yield from look(scene, request)
    with travel(start + timedelta(seconds=OVER), tick=False):
        tasks.close_desk_requests(scene.stage.house)
        yield from look(scene, request)


def _pages(scene: Scene, request: str) -> Iterator[str]:
    """Every page of the office and every machine answer, with their headers."""
    app, company = scene.stage.world.app, scene.company
    assert app is not None
    known = {
        "client_id": company.client_id,
        "company_id": company.company_id,
        "consent_id": scene.more["consent"],
    }
    for rule in app.url_map.iter_rules():
        of_company = rule.rule.startswith(("/company", "/companies", "/v1/")) and "/audit/" not in rule.rule
        if of_company and "GET" in (rule.methods or ()) and rule.arguments <= known.keys():
            path = re.sub(r"<uuid:(\w+)>", lambda found: known[found[1]], rule.rule)
            shown = company.shown("GET", path, scene.more["reading"]) if path.startswith("/v1/") else {}
            yield f"{path}: {_said(scene.more['office'].get(path, headers=shown))}"
    grant = f"/oauth/grants/{scene.more['consent']}"
    yield _said(company.http.get(grant, headers=company.shown("GET", grant, scene.more["asking"])))
    yield _said(desk.poll(company, request))


def _sizes(scene: Scene, request: str) -> Iterator[str]:
    """By how much the log has grown, as everybody can see."""
    before = _newest(scene)
    yield str(_log_size(scene) - before)


def _log_size(scene: Scene) -> int:
    log_tasks.sequence_log(scene.stage.house)
    return _newest(scene)


def _newest(scene: Scene) -> int:
    return int(scene.company.http.get("/log/checkpoint").text.splitlines()[1])


def _said(response: httpx2.Response) -> str:
    """A whole answer, without what is drawn anew for each, and without the size of the log: see ``_sizes``."""
    drawn = r'(name="csrf" value|"auth_req_id"|nonce)[=: ]*"[^"]*"|r-[0-9a-f]{8}'
    size, never = r'"checkpoint":"[^"]*"|"size":\d+', ("date", "dpop-nonce", "content-length")
    headers = [each for each in response.headers.items() if each[0] not in never]
    return re.sub(f"{drawn}|{size}", "", f"{response.status_code} {headers} {response.text}")


ROWS = [
    Row("what becomes of a request at a desk, on every page", "desk asks are in no figure", _at_a_desk, _alike(_pages), 200, "alike"),
    Row("what becomes of a request at a desk, by the size of the log", "refusals at a desk wait", _at_a_desk, _alike(_sizes), 200, "alike"),
    Row("whether a request at a desk reached somebody, by the size of the log", "each desk request ends alike", _at_a_desk, _alike(_sizes), 200, "alike"),
]  # fmt: skip
