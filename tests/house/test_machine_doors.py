"""Every token, session and proof at every door for machines; people's doors are in ``test_doors``."""

import json
from datetime import timedelta
from typing import Any

from werkzeug.test import TestResponse

from tests.house.town import COLLEAGUE, SECRET, Town, town
from tests.support import seeds
from vrm import clock, tokens
from vrm.ids import new_secret
from vrm.web.audiences import MACHINES, Door

__all__ = ["town"]

_WANTED = {
    "/v1/profile": "consent token",
    "/v1/disclosures": "own token",
    "/v1/proposals": "consent token",
    "/v1/proposals/<uuid:proposal_id>": "consent token",
    "/v1/consents": "own token",
    "/v1/consents/<uuid:consent_id>": "own token",
    "/v1/consents/<uuid:consent_id>/reads": "own token",
    "/v1/consents/<uuid:consent_id>/receipts/<int:number>": "own token",
    "/v1/reads/<uuid:event_id>/proof": "own token",
    "/v1/figures": "own token",
    "/v1/quality": "own token",
    "/v1/company": "own token",
    "/v1/client": "own token",
    "/oauth/grants/<grant_id>": "own token for grants",
    "/oauth/userinfo": "sign-in token",
}


def wanted(door: Door) -> str:
    """Whose token a route takes; one for access tokens says itself of which kind."""
    return "auditor's token" if "auditor_token" in door.audiences else _WANTED[door.rule]


_ALSO = {"sign-in token": "consent token"}
"""Whose token is good at the doors of another kind as well."""

NOTHING = {
    "anonymous",
    "a token that never was",
    "expired consent token",
    "expired own token",
    "expired auditor's token",
    "auditor's token, mandate ended",
    "auditor's token, mandate over",
    "auditor's session",
}
"""Who brings what is worth nothing at any door."""


def test_each_token_opens_its_own_doors_and_no_others(town: Town):
    """Every token at every route for tokens: only the right kind, of somebody in good standing, gets in."""
    for door, method in town.doors("token", "auditor_token"):
        for actor, headers in town.bearers.items():
            response = town.bring(method, door, headers)
            said = _said(response)
            place = (method, door.rule, actor, response.status_code, said[:300])
            if wanted(door) in (actor, _ALSO.get(actor)):
                assert response.status_code == (204 if method == "DELETE" else 200), place
                continue
            assert SECRET not in said, place
            if actor in NOTHING:
                assert response.status_code == 401, place
            elif actor == "token of an ended consent":
                assert response.status_code == (401 if wanted(door) == "consent token" else 403), place
            elif response.status_code == 200:  # their own door: then nothing of A's is behind it
                assert actor.startswith("own token") and wanted(door) == "own token", place
                assert town.consent.subject not in said, place
                assert "profile" not in said, place
            elif actor == wanted(door).replace(
                "own token", "own token of B"
            ):  # A's consents do not exist for B
                assert response.status_code == 404, place
            else:
                assert response.status_code == 403, place


def test_what_a_client_holds_names_nobody(town: Town):
    """Under its own token a client learns pseudonyms, lines and figures: no value, no name, nobody's account."""
    for door, method in town.doors("token"):
        if wanted(door) != "own token" or method != "GET":
            continue
        answer = town.bring(method, door, town.bearers["own token"]).text
        for personal in (SECRET, COLLEAGUE, town.mia.email, town.mia.consumer_id):
            assert personal not in answer, (door.rule, personal)
        for actor in town.actors.values():
            assert actor.account_id not in answer, door.rule


def test_nothing_of_a_person_is_behind_an_auditors_door(town: Town):
    """What the log says of Mia's reads is there; she is not, nor is any of A's people."""
    for door, method in town.doors("auditor_token"):
        answer = _said(town.bring(method, door, town.bearers["auditor's token"]))
        for personal in (SECRET, town.mia.email, town.mia.consumer_id, town.consent.subject, town.consent.id):
            assert personal not in answer, (door.rule, personal)
        for actor in town.actors.values():
            assert actor.account_id not in answer, door.rule


def test_a_session_is_worth_nothing_to_machines(town: Town):
    """No person's cookie opens a route for tokens or clients."""
    for door, method in town.doors(*MACHINES):
        for who in ("mia", "owner", "auditor"):
            response = town.visit(who, method, town.places.path(door.rule))
            assert response.status_code in {400, 401}, (method, door.rule, who, response.status_code)


def test_clients_prove_themselves_at_every_route_for_clients(town: Town):
    """No token stands for the proof; a suspended client's, or another's signature, is none."""
    form: dict[str, Any] = {"grant_type": "client_credentials", "token": "x"}
    for door, method in town.doors("client"):
        assert method == "POST"
        for actor, headers in town.bearers.items():
            response = town.request("POST", door.rule, headers=dict(headers))
            assert response.status_code in {400, 401}, (door.rule, actor, response.status_code)
        for shop, signer in ((town.closed, town.closed), (town.shop, town.rival)):
            refused = town.prove(shop, door.rule, signed_by=signer, **form)
            assert _error(refused) == "invalid_client", door.rule
        assert _error(town.prove(town.shop, door.rule, **form)) != "invalid_client", door.rule


def _said(response: TestResponse) -> str:
    """The body, be it text or, as entries of the log are, bytes with text in them."""
    body: bytes = response.data
    return body.decode("utf-8", "replace")


def _error(response: TestResponse) -> str | None:
    error: str | None = json.loads(response.text or "{}").get("error")
    return error


def test_a_client_reaches_nothing_of_another(town: Town):
    """With A's tokens, codes, pushed requests and consents in its hands, B gets nothing and spoils nothing."""
    secret = town.bearers["consent token"]["Authorization"].removeprefix("Bearer ")
    refresh = new_secret("vrm_rt_")
    grantee = tokens.Grantee(town.shop.client.id, town.mia.consumer_id, town.consent.id, 1)
    code = new_secret()

    def issue(db):
        now = clock.now()
        until = now + timedelta(days=1)
        tokens.issue_token(
            db.connection(), refresh, kind="refresh", grantee=grantee, scope="", expires_at=until, now=now
        )
        tokens.issue_code(
            db, code, grantee=grantee, redirect_uri=seeds.REDIRECT, code_challenge="x" * 43, scope="", now=now
        )
        return seeds.push(db, town.shop.client.id, {"state": "s"}, now)

    pushed = town.house.database.write(issue)
    for token in (secret, refresh):
        assert town.prove(town.rival, "/oauth/introspect", token=token).json == {"active": False}
        town.prove(town.rival, "/oauth/revoke", token=token)
    grants: tuple[dict[str, Any], ...] = (
        {"grant_type": "refresh_token", "refresh_token": refresh},
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": seeds.REDIRECT,
            "code_verifier": "y" * 43,
        },
    )
    for form in grants:
        assert town.prove(town.rival, "/oauth/token", **form).status_code == 400
    query = {"client_id": town.rival.client.id, "request_uri": pushed}
    assert town.request("GET", "/oauth/authorize", who="mia", query_string=query).status_code == 400
    ((disclosures, _),) = (pair for pair in town.doors("token") if pair[0].rule == "/v1/disclosures")
    line = town.bring("POST", disclosures, town.bearers["own token of B"])
    assert json.loads(line.text)["refused"]["code"] == "not_found"
    mine = town.prove(town.shop, "/oauth/introspect", token=secret)
    assert json.loads(mine.text)["active"] is True
    assert town.prove(town.shop, "/oauth/token", **grants[0]).status_code == 200
