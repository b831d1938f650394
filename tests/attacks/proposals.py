"""Proposing values: to whom nobody may, of what nobody may, and taking over what only its person may."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.attacks.stage import Came, Row, Scene, Stage, nothing
from tests.support.actors import needed
from tests.support.forms import get_form
from vrm import clock, journeys
from vrm.profiles.proposing import MOST_OPEN

PROPOSALS, INBOX = "/v1/proposals", "/profile/proposed"


def _standing(stage: Stage) -> Scene:
    """Somebody new, who lets the company read their name."""
    person = stage.world.consumer()
    asked = stage.company.ask(needed("name"))
    held = stage.company.take_back(asked, person.grant(asked))
    return replace(nothing(stage), person=person, held=held)


def _proposed(stage: Stage) -> Scene:
    """A loyalty number waits for them."""
    scene = _standing(stage)
    received = stage.company.propose(scene.tokens.access_token, "first")
    return replace(scene, more={"id": received.json()["proposal_id"]})


def _accepted(stage: Stage) -> Scene:
    """They took it over."""
    scene = _proposed(stage)
    assert _accept()(scene) == (303, "/profile")
    return scene


def _ended(stage: Stage) -> Scene:
    scene = _standing(stage)
    scene.person.revoke(scene.tokens.consent_id)
    return scene


def _blocked(stage: Stage) -> Scene:
    scene = _standing(stage)
    facts: dict[str, Any] = {"consumer_id": scene.person.consumer_id, "company_id": scene.company.company_id}
    stage.house.database.write(
        lambda db: journeys.proposing.block(db, stage.house.keys, now=clock.now(), **facts)
    )
    return scene


def _full(stage: Stage) -> Scene:
    scene = _standing(stage)
    for _ in range(MOST_OPEN):
        assert stage.company.propose(scene.tokens.access_token).is_success
    return scene


def _full_and_declined(stage: Stage) -> Scene:
    """There is no more room, and the person has let everything go."""
    scene = _full(stage)
    http = scene.person.http
    while "/decline" in (page := http.get(INBOX).text):
        path = page.partition('formaction="')[2].partition('"')[0]
        csrf = get_form(page, "/sign-out").values["csrf"]
        assert http.post(path, data={"csrf": csrf}).status_code == 303
    return scene


def _other_holds(stage: Stage) -> Scene:
    """Another company that the same person lets read something."""
    scene = _proposed(stage)
    asked = stage.other.ask(needed("name"))
    return replace(scene, held=stage.other.take_back(asked, scene.person.grant(asked)))


def _send(**changes: Any) -> Callable[[Scene], Came]:
    return lambda scene: scene.company.propose(scene.tokens.access_token, **changes)


def _accept(who: str = "person") -> Callable[[Scene], Came]:
    """The button of the inbox, pressed by this person."""

    def attack(scene: Scene) -> Came:
        http = (scene.person if who == "person" else scene.stage.ben).http
        csrf = get_form(http.get("/home").text, "/sign-out").values["csrf"]
        came = http.post(f"{INBOX}/{scene.more['id']}/accept", data={"csrf": csrf, "into": "new/0"})
        return came.status_code, came.headers.get("location", "page").partition("?")[0]

    return attack


def _company_accepts(scene: Scene) -> Came:
    """The company sends the form itself, with the token that it has."""
    path = f"{INBOX}/{scene.more['id']}/accept"
    headers = scene.company.shown("POST", path, scene.tokens.access_token)
    return scene.company.http.post(path, headers=headers, data={"into": "new/0"})


def _foreign(scene: Scene) -> Came:
    """A form of the company's own site, in the person's browser."""
    return scene.person.http.post(f"{INBOX}/{scene.more['id']}/accept", data={"into": "new/0"})


def _look(scene: Scene) -> Came:
    """Another company asks what became of it."""
    path, other = f"{PROPOSALS}/{scene.more['id']}", scene.stage.other
    return other.http.get(path, headers=other.shown("GET", path, scene.tokens.access_token))


def _again(scene: Scene) -> Came:
    """The same request again, as a client sends it that heard no answer."""
    again = scene.company.propose(scene.tokens.access_token, "first")
    return again.status_code, "same" if again.json()["proposal_id"] == scene.more["id"] else "another"


def _reaches(scene: Scene) -> Came:
    """What a blocked company proposes, and whether anything of it is before the person."""
    answer = scene.company.propose(scene.tokens.access_token)
    seen = "You are a member now." in scene.person.http.get(INBOX).text
    return answer.status_code, "seen" if seen else "nobody"


ROWS = [
    Row("who was revoked proposes", "proposal under a good consent", _ended, _send(), 401, "consent_ended"),
    Row("a birthday is proposed", "proposable alone", _standing, _send(key="birthdate", value="1991-06-17"), 400, "invalid"),
    Row("somebody is flooded", "proposals are few", _full, _send(), 429, "too_many"),
    Row("the room that is left tells what was declined", "room tells nothing", _full_and_declined, _send(), 429, "too_many"),
    Row("another company looks after it", "proposal of its client", _other_holds, _look, 404, "not_found"),
    Row("one request comes twice", "proposal once", _proposed, _again, 200, "same"),
    Row("another person takes it over", "proposal to its person", _proposed, _accept("ben"), 404, "page"),
    Row("it is accepted twice", "accepted once", _accepted, _accept(), 404, "page"),
    Row("the company accepts it itself", "form token", _proposed, _company_accepts, 403, "page"),
    Row("a form of another site accepts it", "form token", _proposed, _foreign, 403, "page"),
    Row("a blocked company proposes", "blocked proposes nothing", _blocked, _reaches, 200, "nobody"),
]  # fmt: skip
