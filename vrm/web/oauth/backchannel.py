"""The backchannel authentication endpoint (CIBA Core 1.0, section 7): a company asks somebody who is elsewhere.

Whether the hint is anybody's, whether they blocked the company or were asked too often: every good request is answered
alike, and every one that reaches nobody takes the same steps as one that does, whose trace is then undone.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from authlib.oauth2.rfc6749 import Endpoint, EndpointRequest, InvalidRequestError, OAuth2Request
from flask import Blueprint, Response

from vrm import clock, consents, tokens
from vrm.ids import new_id
from vrm.web.asking import check_ask
from vrm.web.audiences import audience
from vrm.web.oauth import backchannel_message, hints, parameters
from vrm.web.oauth.clients import Client
from vrm.web.oauth.grants import AUTH_METHODS
from vrm.web.oauth.server import AuthorizationServer
from vrm.web.oauth.transaction import current_session

PATH = "/oauth/backchannel"
DELIVERY_MODES = ["poll"]

_NAME = "backchannel_authentication"
_REFUSED = {
    "request": "Send the parameters themselves, not a request object.",
    "client_notification_token": "This server delivers by poll alone; it notifies nobody.",
    "user_code": "This server knows no user codes. A desk code is a login_hint.",
    "grant_management_action": "A desk request makes a new grant. Change one through /oauth/par.",
    "grant_id": "A desk request makes a new grant. Change one through /oauth/par.",
}


@dataclass(frozen=True)
class Wish:
    """A request that is right, whoever it may be for."""

    hint: hints.Hint
    terms: consents.Terms
    scope: str
    message: str
    life: timedelta


class BackchannelEndpoint(Endpoint):  # type: ignore[misc]
    """Checks a request as the pushing endpoint would, then puts it before the person, if there is one."""

    ENDPOINT_NAME = _NAME

    def validate_request(self, request: OAuth2Request) -> EndpointRequest:
        client = self.server.authenticate_client(request, AUTH_METHODS, _NAME)
        sent, asker, house = request.form, client.asker, self.server.house
        for name, why in _REFUSED.items():
            if name in sent:
                raise InvalidRequestError(why)
        parameters.require_own_resource(sent, house.settings.issuer)
        terms = check_ask(
            house.catalogue,
            asker.company,
            sent.get("authorization_details"),
            scope=sent.get("scope"),
            scope_purpose=asker.client.scope_purpose,
        )
        checked = EndpointRequest(request=request, client=client)
        checked.wish = Wish(
            hint=hints.read(sent, asker, issuer=house.settings.issuer, keys=house.keys),
            terms=terms,
            scope=sent.get("scope", ""),
            message=backchannel_message.read(sent.get("binding_message", "")),
            life=_life(sent.get("requested_expiry")),
        )
        return checked

    def create_response(self, validated_request: EndpointRequest) -> tuple[int, dict[str, Any], Any]:
        wish = validated_request.wish
        body = {
            "auth_req_id": self._put(validated_request.client, wish),
            "expires_in": int(wish.life.total_seconds()),
            "interval": int(tokens.POLL_INTERVAL.total_seconds()),
        }
        return 200, body, [("Content-Type", "application/json"), ("Cache-Control", "no-store")]

    def _put(self, client: Client, wish: Wish) -> str:
        """Put the ask before its person, or before nobody; the id of the request, which tells nothing of that."""
        db, keys, now = current_session(), self.server.house.keys, clock.now()
        client_id, company_id = client.client_id, client.asker.company.id
        new = tokens.new_backchannel()
        found = wish.hint.find(db, keys, now)
        somebody = found or new_id()
        blocked = consents.blocked_since(db, consumer_id=somebody, company_id=company_id)
        may_reach = tokens.may_reach(
            db, consumer_id=somebody, company_id=company_id, by_code=wish.hint.is_code, now=now
        )
        reached = found is not None and blocked is None and may_reach
        with db.begin_nested() as step:
            consents.open_ask(
                db,
                consumer_id=somebody,
                client_id=client_id,
                company_id=company_id,
                terms=wish.terms,
                request={"client_id": client_id, "scope": wish.scope, "backchannel": new.mark},
                quiet=True,
                waits=wish.life,
                now=now,
            )
            if not reached:
                step.rollback()
        tokens.keep_backchannel(
            db,
            keys,
            new,
            client_id=client_id,
            company_id=company_id,
            consumer_id=found if reached else None,
            message=wish.message,
            life=wish.life,
            now=now,
        )
        return new.auth_req_id


def _life(requested: str | None) -> timedelta:
    """How long the request waits: what was asked for, and five minutes at most."""
    if not requested:
        return tokens.BACKCHANNEL_LIFE
    if not (requested.isdecimal() and len(requested) <= 9 and int(requested) > 0):
        raise InvalidRequestError("requested_expiry is a number of seconds, above 0.")
    return min(timedelta(seconds=int(requested)), tokens.BACKCHANNEL_LIFE)


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``POST /oauth/backchannel``."""

    @blueprint.post(PATH)
    @audience("client")
    def backchannel() -> Response:
        return server.answer(_NAME)
