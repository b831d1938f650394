"""A hundred at once, to several processes: what counts once counts once, whoever is faster."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

import httpx2
import pytest

from tests.attacks.stage import came
from tests.support.actors import Company, Consumer, World, answer, needed, served
from tests.support.forms import get_form
from tests.support.server import RunningServer

TIMES, AT_ONCE = 100, 20
OWN = {"grant_type": "client_credentials"}


@dataclass
class Crowd:
    """Twenty connections to one house."""

    world: World
    connections: list[httpx2.Client]

    def all_at_once(self, send: Callable[[httpx2.Client], httpx2.Response]) -> Counter[tuple[int, str]]:
        """What came of sending the same a hundred times."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            sent = pool.map(lambda number: send(self.connections[number % AT_ONCE]), range(TIMES))
            return Counter(came(each) for each in sent)


@contextmanager
def gathered(world: World) -> Iterator[Crowd]:
    """A crowd for all races, made cheaply: no look at openapi.yaml, and no reading of all the machine trusts."""
    url = world.house.settings.issuer
    with ExitStack() as stack:
        made = [httpx2.Client(base_url=url, timeout=60, verify=False) for _ in range(AT_ONCE)]
        yield Crowd(world, [stack.enter_context(each) for each in made])


def code(crowd: Crowd, company: Company, mia: Consumer) -> None:
    """One yields tokens; and since the others were replays, those are worth nothing at the end."""
    asked = company.ask(needed("name"))
    got = answer(mia.grant(asked))["code"]
    tokens: list[str] = []

    def redeem(http: httpx2.Client) -> httpx2.Response:
        response = replace(company, http=http).redeem(asked, got)
        if response.is_success:
            tokens.append(response.json()["access_token"])
        return response

    counted = crowd.all_at_once(redeem)
    assert counted == {(200, ""): 1, (400, "invalid_grant"): TIMES - 1}
    assert len(tokens) == 1 and company.read(tokens[0]).json()["code"] == "invalid_token"


def proof(crowd: Crowd, company: Company) -> None:
    shown = company.possession("POST", "/oauth/token")
    counted = crowd.all_at_once(lambda http: replace(company, http=http).token(dpop=shown, **OWN))
    assert counted == {(200, ""): 1, (400, "invalid_dpop_proof"): TIMES - 1}


def proof_of_a_read(crowd: Crowd, company: Company, mia: Consumer) -> None:
    """It is used up in the read's own commit."""
    asked = company.ask(needed("name"))
    headers = company.shown("GET", "/v1/profile", company.take_back(asked, mia.grant(asked)).access_token)
    counted = crowd.all_at_once(lambda http: http.get("/v1/profile", headers=headers))
    assert counted == {(200, ""): 1, (401, "invalid_dpop_proof"): TIMES - 1}


def assertion(crowd: Crowd, company: Company) -> None:
    shown = company.proof()
    counted = crowd.all_at_once(lambda http: replace(company, http=http).token(shown, **OWN))
    assert counted == {(200, ""): 1, (400, "invalid_client"): TIMES - 1}


def decision(crowd: Crowd, company: Company, mia: Consumer) -> None:
    """One request, which its person decides on in a hundred windows: one consent, one code."""
    asked = company.ask(needed("name"))
    path, form = mia.look(asked)
    before = len(company.consents().json()["consents"])
    cookies = dict(mia.http.cookies)

    def decide(http: httpx2.Client) -> httpx2.Response:
        return replace(mia, http=http).send(form, {"Cookie": _header(cookies)}, decision="grant")

    counted = crowd.all_at_once(decide)
    assert counted == {(303, company.redirect_uri): 1, (409, "page"): TIMES - 1}
    assert len(company.consents().json()["consents"]) == before + 1
    assert get_form(mia.http.get("/home").text, "/sign-out") and path


def request_uri(crowd: Crowd, company: Company) -> None:
    """One request_uri, on whose page several people are at once: one of them decides."""
    asked = company.ask(needed("name"))
    people = [crowd.world.consumer(email=f"person{number}@mail.example") for number in range(5)]
    forms = [(person, person.look(asked)[1]) for person in people]
    with ThreadPoolExecutor(len(people)) as pool:
        sent = list(pool.map(lambda each: each[0].send(each[1], decision="grant"), forms))
    assert Counter(came(each) for each in sent) == {(303, company.redirect_uri): 1, (409, "page"): 4}


def _header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


@pytest.mark.requirement("AS-A9", "AS-A15", "AS-G5", "RS-5")
@pytest.mark.timeout(400)
def test_what_counts_once(server: RunningServer) -> None:
    """A code, a proof, an assertion, a decision and a request_uri: of all uses at once one succeeds at most."""
    with served(server) as world:
        company, mia = world.company(), world.consumer()
        with gathered(world) as crowd:
            code(crowd, company, mia)
            proof(crowd, company)
            proof_of_a_read(crowd, company, mia)
            assertion(crowd, company)
            decision(crowd, company, mia)
            request_uri(crowd, company)
