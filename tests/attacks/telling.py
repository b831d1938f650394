"""Enumeration: what answers would tell about who or what exists, by their content or by the work they take."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from tests.attacks.assertions import OWN
from tests.attacks.crossing import with_theirs
from tests.attacks.grants import QUERY
from tests.attacks.stage import Came, Row, Scene, Stage, holding, in_hand, nothing, opened, revoked
from tests.support import desk
from tests.support.actors import Company, needed
from tests.support.databases import statements
from tests.support.forms import get_form
from vrm import clock, companies
from vrm.ids import new_id, new_secret


def _alike(*responses: httpx2.Response) -> Came:
    """One answer for all: status, words and headers."""
    said = {(each.status_code, _words(each)) for each in responses}
    if len(said) == 1:
        return responses[0].status_code, "alike"
    lines = [set(words.splitlines()) for _, words in said]
    return 0, str([sorted(each - lines[0]) for each in lines[1:]])[:600]


def _words(response: httpx2.Response) -> str:
    """What an answer says, without what is drawn anew for each."""
    drawn = r'(name="csrf" value|"auth_req_id"|nonce)[=: ]*"[^"]*"|r-[0-9a-f]{8}|</code>, .*?, <code>|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
    return re.sub(drawn, "", response.text)


def _same_work(scene: Scene, *requests: Callable[[], Any]) -> Came:
    """Every request runs the same statements, in the same order."""
    found = []
    for request in requests:
        with statements(scene.stage.house.database) as run:
            request()
        found.append([each for each in run if "SAVEPOINT" not in each])  # how a step ends that is undone
    return (
        (200, "alike")
        if all(each == found[0] for each in found)
        else (200, str([set(each) ^ set(found[0]) for each in found]))
    )


def _stood(stage: Stage) -> Scene:
    """Clients that nobody knows, that were suspended, and that wait for approval."""
    suspended = stage.world.company(name="Suspended")
    waiting = stage.world.company(name="Waiting", approved=False)
    stage.house.database.write(
        lambda db: companies.suspend_client(db, client_id=suspended.client_id, now=clock.now())
    )
    unknown = replace(suspended, client_id=new_id())
    return replace(nothing(stage), more={"clients": (suspended, waiting, unknown)})


def _clients(ask: Callable[[Company], httpx2.Response]) -> Callable[[Scene], Came]:
    return lambda scene: _alike(*(ask(each) for each in scene.more["clients"]))


def _by_address(scene: Scene) -> Came:
    http = scene.person.http
    return _alike(*(http.get(each.request(needed("name")).address) for each in scene.more["clients"]))


def _signing_in(scene: Scene) -> list[Callable[[], httpx2.Response]]:
    """A wrong password of somebody, and of nobody."""

    def attempt(email: str) -> httpx2.Response:
        person = replace(scene.person, http=scene.stage.world.http())
        form = get_form(person.http.get("/sign-in").text, "/sign-in")
        return person.send(form, email=email, password="wrong horse battery staple")

    return [lambda: attempt("ben@mail.example"), lambda: attempt("bob@mail.example")]


def _sign_in_alike(scene: Scene) -> Came:
    first, second = (each() for each in _signing_in(scene))
    texts = {each.text.replace("bob@", "ben@") for each in (first, second)}
    kept = {re.sub(r'name="csrf" value="[^"]*"', "", each) for each in texts}
    same = len(kept) == 1 and first.status_code == second.status_code
    return first.status_code, "alike" if same else "told"


def _sign_in_work(scene: Scene) -> Came:
    """A password is weighed for nobody too, and the same is looked up: counted, since time depends on the machine."""
    work = []
    for attempt in _signing_in(scene):
        weighed: list[int] = []

        class Counting:
            @staticmethod
            def verify_phc_encoded(*given: Any, count: list[int] = weighed) -> None:
                count.append(1)
                Argon2id.verify_phc_encoded(*given)

        with pytest.MonkeyPatch.context() as patch, statements(scene.stage.house.database) as run:
            patch.setattr("vrm.accounts.passwords.Argon2id", Counting)
            attempt()
        work.append((len(weighed), [each for each in run if "SAVEPOINT" not in each]))
    return 200, "alike" if work[0] == work[1] else str([(each[0], len(each[1])) for each in work])


def _tokens_alike(scene: Scene) -> Came:
    """Another client's token, one that ended, and one that never was."""
    other = scene.stage.other
    ended = scene.tokens.access_token
    theirs = scene.stage.held.access_token
    return _alike(*(other.introspect(each) for each in (ended, theirs, new_secret("vrm_at_"))))


def _refreshes_alike(scene: Scene) -> Came:
    other = scene.stage.other
    return _alike(*(other.refresh(each) for each in (scene.tokens.refresh_token, new_secret("vrm_rt_"))))


def _codes_alike(scene: Scene) -> Came:
    other = scene.stage.other
    return _alike(*(other.redeem(scene.request, each) for each in (scene.code, new_secret())))


def _grants_alike(scene: Scene) -> Came:
    """Another client's consent, one of its own that ended, and one that never was."""
    other = scene.stage.other
    token = other.token(**OWN, scope=QUERY).json()["access_token"]

    def look(grant_id: str) -> httpx2.Response:
        path = f"/oauth/grants/{grant_id}"
        return other.http.get(path, headers=other.shown("GET", path, token))

    return _alike(*(look(each) for each in (scene.stage.held.consent_id, scene.tokens.consent_id, new_id())))


def _changes_alike(scene: Scene) -> Came:
    other = scene.stage.other
    plain = other.request(needed("name")).params
    ways = (scene.stage.held.consent_id, scene.tokens.consent_id, new_id(), "x")
    pushes = ({**plain, "grant_management_action": "merge", "grant_id": each} for each in ways)
    return _alike(*(other.push(each) for each in pushes))


def _asks_alike(scene: Scene) -> Came:
    """Somebody else's request, and one that never was."""
    ben = scene.stage.ben
    return _alike(*(ben.http.get(path) for path in (scene.page.action, f"/asks/{new_id()}")))


def _consents_alike(scene: Scene) -> Came:
    ben = scene.stage.ben
    ways = (scene.stage.held.consent_id, new_id())
    return _alike(*(ben.http.get(f"/consents/{each}") for each in ways))


def _subject(scene: Scene) -> str:
    return str(scene.company.introspect(scene.stage.held.access_token).json()["sub"])


def _hints_alike(scene: Scene) -> Came:
    """A hint that reaches somebody, another company's, and nobody's."""
    subject = _subject(scene)
    return _alike(
        desk.request(scene.company, subject),
        desk.request(scene.stage.other, subject),
        desk.request(scene.company, new_id()),
        desk.request(scene.company, "BCDF 3GHJ"),
    )


def _at_a_new_desk(stage: Stage) -> Scene:
    """A company that knows the person, and has no request waiting for them."""
    company = stage.world.company(name="Desk")
    asked = company.ask(needed("name"))
    held = company.take_back(asked, stage.mia.grant(asked))
    return Scene(
        stage, company, stage.mia, more={"subject": company.introspect(held.access_token).json()["sub"]}
    )


def _hints_work(scene: Scene) -> Came:
    subject = scene.more["subject"]
    return _same_work(scene, *(partial(desk.request, scene.company, each) for each in (subject, new_id())))


def _introspection_work(scene: Scene) -> Came:
    """Another client's token, one that ended and one that never was take the same steps."""
    other = scene.stage.other
    return _same_work(
        scene,
        *(
            partial(other.introspect, each)
            for each in (
                scene.tokens.access_token,
                scene.stage.held.access_token,
                new_secret("vrm_at_"),
            )
        ),
    )


def _sign_ups(scene: Scene) -> Came:
    """An address that has a profile, and one that has none."""

    def attempt(email: str) -> httpx2.Response:
        person = replace(scene.person, http=scene.stage.world.http())
        form = get_form(person.http.get("/sign-up").text, "/sign-up")
        return person.send(form, email=email)

    said = set()
    for email in (scene.stage.ben.email, "bea@mail.example"):
        answer = attempt(email)
        said.add((answer.status_code, answer.headers.get("location"), _words(answer).replace(email, "")))
    return 200, "alike" if len(said) == 1 else str(said)[:600]


def _suspended_reads(scene: Scene) -> Came:
    """A read of another client's consent and of none, in the stream."""
    other = scene.stage.other
    token = scene.more["theirs"]
    texts = set()
    for consent_id in (scene.stage.held.consent_id, new_id()):
        said = other.read_many([consent_id], token=token).text
        texts.add(re.sub(r'"(consent_id|event_id|leaf_hash)":"[^"]*"', "", said))
    return 200, "alike" if len(texts) == 1 else str(texts)


ROWS = [
    Row("clients that may not ask, at the token endpoint", "clients look alike", _stood, _clients(lambda c: c.token(**OWN)), 400, "alike"),
    Row("clients that may not ask, pushing", "clients look alike", _stood, _clients(lambda c: c.push(c.request().params)), 400, "alike"),
    Row("clients that may not ask, looking at a token", "clients look alike", _stood, _clients(lambda c: c.introspect("x")), 400, "alike"),
    Row("clients that may not ask, in a link", "clients look alike", _stood, _by_address, 400, "alike"),
    Row("who has a profile, by signing in", "sign-in looks alike", nothing, _sign_in_alike, 403, "alike"),
    Row("who has a profile, by the work of signing in", "people look alike", nothing, _sign_in_work, 200, "alike"),
    Row("who has a profile, by signing up", "sign-up looks alike", nothing, _sign_ups, 200, "alike"),
    Row("which tokens there are", "tokens look alike", revoked, _tokens_alike, 200, "alike"),
    Row("which refresh tokens there are", ("refresh token of its client", "refresh token of its key"), holding, _refreshes_alike, 400, "alike"),
    Row("which codes there are", "code of its client", in_hand, _codes_alike, 400, "alike"),
    Row("which grants there are", "grant of its client", revoked, _grants_alike, 404, "alike", ("token",)),
    Row("which grants can be changed", "grant of its client", revoked, _changes_alike, 400, "alike"),
    Row("which consents there are, in the stream", "consent of its client", with_theirs, _suspended_reads, 200, "alike"),
    Row("which requests there are", "ask of its person", opened, _asks_alike, 404, "alike"),
    Row("which consents there are", "consent of its person", holding, _consents_alike, 404, "alike"),
    Row("who is at the desk", "hints look alike", holding, _hints_alike, 200, "alike"),
    Row("who is at the desk, by the work it takes", "desk takes the same steps", _at_a_new_desk, _hints_work, 200, "alike"),
    Row("whose a token is, by the work it takes", "tokens look alike", revoked, _introspection_work, 200, "alike"),
]  # fmt: skip
