"""Across clients and people: codes, tokens, consents, subjects and desk requests that are somebody else's."""

import json
from collections.abc import Callable
from dataclasses import replace

from tests.attacks.grants import QUERY, REVOKE, grant, own, own_with
from tests.attacks.stage import Came, Row, Scene, Stage, holding, nothing
from tests.support import desk, seeds
from tests.support.actors import Company, needed
from vrm.ids import new_id

GRANT = "invalid_grant"


def _others_consent(scene: Scene) -> Came:
    """What one line of the stream says of another client's consent."""
    other = scene.stage.other
    response = other.read_many([scene.tokens.consent_id], token=scene.more["theirs"])
    (said,) = (json.loads(each) for each in response.text.splitlines())
    return response.status_code, str(said.get("refused", {}).get("code"))


def with_theirs(stage: Stage) -> Scene:
    """Tokens of the company, and another client's own token."""
    return replace(holding(stage), more={"theirs": stage.other.own_token()})


def _others_grant(method: str, scope: str) -> Callable[[Scene], Came]:
    def attack(scene: Scene) -> Came:
        other = replace(scene, company=scene.stage.other)
        return grant(replace(other, more={"own": own(other, scope)}), method)

    return attack


def _known_at_other(scene: Scene) -> Came:
    """Whether another company's token endpoint, introspection or revocation makes something of a stolen token."""
    return scene.stage.other.refresh(scene.tokens.refresh_token)


def _looked_at(scene: Scene) -> Came:
    body = scene.stage.other.introspect(scene.tokens.access_token).json()
    return 200, "alike" if body == {"active": False} else "told"


def _given_back(scene: Scene) -> Came:
    """Another client gives back the company's refresh token, which is then tried."""
    scene.stage.other.give_back(scene.tokens.refresh_token)
    return scene.company.introspect(scene.tokens.refresh_token).status_code, str(
        scene.company.introspect(scene.tokens.refresh_token).json()["active"]
    )


def _amending(by: str, **changes: str) -> Callable[[Scene], Came]:
    """Push a change of the consent, as this company."""

    def attack(scene: Scene) -> Came:
        company: Company = getattr(scene.stage, by)
        plain = company.request(needed("birthdate")).params
        grant = {"grant_management_action": "merge", "grant_id": scene.tokens.consent_id, **changes}
        return company.push({**plain, **grant})

    return attack


def _amended_by_another_person(scene: Scene) -> Came:
    """The right client, and somebody else at the browser."""
    grant = {"grant_management_action": "merge", "grant_id": scene.tokens.consent_id}
    asked = scene.company.pushed(scene.company.request(needed("birthdate")), **grant)
    return scene.stage.ben.http.get(asked.address)


def _logged_read(stage: Stage) -> Scene:
    """A read with its place in the log, and another client's own token."""
    scene = with_theirs(stage)
    event = stage.company.read(scene.tokens.access_token).json()["event_id"]
    seeds.catch_up(stage.house)
    return replace(scene, more={**scene.more, "event": event})


def _others_proof(scene: Scene) -> Came:
    return scene.stage.other.own(f"reads/{scene.more['event']}/proof", token=scene.more["theirs"])


def _another_persons_proof(scene: Scene) -> Came:
    return scene.stage.ben.http.get(f"/reads/{scene.more['event']}/proof")


def _desk(stage: Stage) -> Scene:
    """A request at a desk that waits for its person, of whom the company knows a subject."""
    known = stage.company.introspect(stage.held.access_token).json()["sub"]
    return replace(nothing(stage), more={"subject": known, "auth_req_id": desk.ask(stage.company, new_id())})


def _by_others_subject(scene: Scene) -> Came:
    """Another company names the subject. It is told nothing, and the person is not bothered."""
    before = len(desk.waiting(scene.person))
    response = desk.request(scene.stage.other, scene.more["subject"])
    return response.status_code, "asked" if len(desk.waiting(scene.person)) > before else "nobody"


def _allowed_at_desk(stage: Stage) -> Scene:
    """A request at a desk that its person allowed, and nobody has collected."""
    known = stage.company.introspect(stage.held.access_token).json()["sub"]
    company = stage.company
    fresh = replace(
        nothing(stage), more={"auth_req_id": desk.ask(company, desk.read_out(stage.mia)), "subject": known}
    )
    stage.mia.landed(desk.decide(stage.mia, desk.waiting(stage.mia)[0], "grant"))
    return fresh


def _collected_by_another(scene: Scene) -> Came:
    return desk.poll(scene.stage.other, scene.more["auth_req_id"])


def _collected(stage: Stage) -> Scene:
    scene = _allowed_at_desk(stage)
    assert desk.poll(stage.company, scene.more["auth_req_id"]).status_code == 200
    return scene


def _used_desk_code(stage: Stage) -> Scene:
    """A desk code that was used, and by whom it was read out."""
    code = desk.read_out(stage.ben)
    desk.ask(stage.company, code)
    return replace(nothing(stage), more={"code": code})


def _desk_code_again(scene: Scene) -> Came:
    before = len(desk.waiting(scene.stage.ben))
    response = desk.request(scene.company, scene.more["code"])
    return response.status_code, "asked" if len(desk.waiting(scene.stage.ben)) > before else "nobody"


def _others_receipt(scene: Scene) -> Came:
    what = f"consents/{scene.tokens.consent_id}/receipts/1"
    response = scene.stage.other.own(what, token=scene.more["theirs"])
    return response.status_code, str(response.json().get("code"))


def _another_persons_receipt(scene: Scene) -> Came:
    path = f"/consents/{scene.tokens.consent_id}/receipts/1/file"
    return scene.stage.ben.http.get(path).status_code, "page"


ROWS = [
    Row("another client refreshes", ("refresh token of its client", "refresh token of its key"), holding, _known_at_other, 400, GRANT),
    Row("another client looks at a token", "refresh token of its client", holding, _looked_at, 200, "alike"),
    Row("another client gives a token back", "refresh token of its client", holding, _given_back, 200, "True"),
    Row("another client reads a consent", "consent of its client", with_theirs, _others_consent, 200, "not_found"),
    Row("another client asks for the proof of a read", "read of its client", _logged_read, _others_proof, 404, "not_found"),
    Row("another client asks for a proof by its entry", "entry of its client", _logged_read, _others_proof, 404, "not_found"),
    Row("another person asks for the proof of a read", "read of its person", _logged_read, _another_persons_proof, 404, "page"),
    Row("another client asks for a receipt", "receipt of its client", with_theirs, _others_receipt, 404, "not_found"),
    Row("another person asks for a receipt", "receipt of its person", holding, _another_persons_receipt, 404, "page"),
    Row("another client looks at a grant", "grant of its client", own_with(""), _others_grant("GET", QUERY), 404, "not_found", ("token",)),
    Row("another client ends a grant", "grant ended by its client", own_with(""), _others_grant("DELETE", REVOKE), 404, "not_found", ("token",)),
    Row("another client changes a grant", "grant of its client", holding, _amending("other"), 400, "invalid_grant_id"),
    Row("a grant is replaced by another client", "grant of its client", holding, _amending("other", grant_management_action="replace"), 400, "invalid_grant_id"),
    Row("a grant whose id is no id", "grant id is an id", holding, _amending("company", grant_id="x"), 400, "invalid_grant_id"),
    Row("a new grant under a chosen id", "grant id with its action", holding, _amending("company", grant_management_action="create"), 400, "invalid_request"),
    Row("an unknown action", "grant action is known", holding, _amending("company", grant_management_action="steal"), 400, "invalid_request"),
    Row("another person allows a change", "grant of its person", holding, _amended_by_another_person, 303, "invalid_grant_id", ("pushed",)),
    Row("a subject of another company", "subject of its company", _desk, _by_others_subject, 200, "nobody"),
    Row("another client collects what was allowed at a desk", "desk request of its client", _allowed_at_desk, _collected_by_another, 400, GRANT),
    Row("what was allowed at a desk, a second time", "desk request once", _collected, lambda s: desk.poll(s.company, s.more["auth_req_id"]), 400, GRANT),
    Row("a desk request nobody has allowed", "desk request allowed", _desk, lambda s: desk.poll(s.company, s.more["auth_req_id"]), 400, "authorization_pending"),
    Row("a desk code a second time", "desk code once", _used_desk_code, _desk_code_again, 200, "nobody"),
]  # fmt: skip
