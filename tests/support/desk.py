"""A desk: an agent of a company with a terminal, and the person before it or on the phone."""

import json
import re
from typing import Any

import httpx2

from tests.support.company import Company, details, needed
from tests.support.consumer import Consumer
from tests.support.forms import get_form

GRANT = "urn:openid:params:grant-type:ciba"


def read_out(person: Consumer) -> str:
    """Make a desk code on its page, and read it."""
    page = person.send(get_form(person.http.get("/desk").text, "/desk"))
    found = re.search(r'class="token"><bdi dir="ltr">([^<]+)</bdi>', page.text)
    assert page.status_code == 200 and found is not None, page.text[:300]
    return found[1]


def request(company: Company, hint: str | None, /, **changes: str | None) -> httpx2.Response:
    """``POST /oauth/backchannel`` for the name; ``changes`` replace what a good request says, None leaves out."""
    good = {
        "login_hint": hint,
        "authorization_details": details(needed("name")),
        "binding_message": "Counter 4",
        **changes,
    }
    said = {name: value for name, value in good.items() if value is not None}
    return company.http.post("/oauth/backchannel", data={**said, **company.proof()})


def ask(company: Company, hint: str | None, /, **changes: str | None) -> str:
    """A request that must be taken, as every good one is; its ``auth_req_id``."""
    response = request(company, hint, **changes)
    assert response.status_code == 200, response.text
    return str(response.json()["auth_req_id"])


def poll(company: Company, auth_req_id: str) -> httpx2.Response:
    """``POST /oauth/token`` for a request that waits."""
    return company.token(grant_type=GRANT, auth_req_id=auth_req_id)


def heard(company: Company, auth_req_id: str) -> str:
    """What a poll comes to: the error, or ``tokens``."""
    body: dict[str, Any] = json.loads(poll(company, auth_req_id).text)
    return "tokens" if "access_token" in body else str(body["error"])


def waiting(person: Consumer) -> list[str]:
    """The paths of the asks on the person's home page."""
    return re.findall(r'href="(/asks/[0-9a-f-]{36})"', person.http.get("/home").text)


def only(person: Consumer) -> str:
    """The path of the one ask that waits for a person."""
    (path,) = waiting(person)
    return path


def decide(person: Consumer, path: str, decision: str, **changes: str) -> httpx2.Response:
    """Decide on an ask on its page; the response, not followed."""
    form = get_form(person.http.get(path).text, path)
    return person.send(form, decision=decision, **changes)
