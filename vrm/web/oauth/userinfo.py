"""UserInfo (OpenID Connect Core 1.0, section 5.3): a disclosure like any other, in that standard's names and shapes.

It is asked with the token of a consent and goes through the one door: what is given is in the log before it leaves. Only
the keys that the token's scopes stand for are read, for the purpose that scopes had when the person allowed them.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify
from sqlalchemy.orm import Session

from vrm import clock, consents
from vrm.catalogue import PLAIN, Catalogue
from vrm.disclosures import Answer, Reader, Refusal
from vrm.tlog.canonical import b64
from vrm.web import problems, protector
from vrm.web.asking import scopes
from vrm.web.audiences import audience
from vrm.web.oauth.server import AuthorizationServer
from vrm.web.refusals import STATUS, detail
from vrm.web.rooms import door, house

ADDRESS = ("street_address", "locality", "region", "postal_code", "country")
"""What of an address the standard has a name for (section 5.1.1). Our country is its code (ISO 3166-1)."""

_OF_NOTHING = ("keys_not_permitted", "purpose_required", "purpose_not_permitted", "consent_ended")
"""What the door says of an ask for nothing, where the client may read. It hears that its token is not for this at all."""


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``GET`` and ``POST /oauth/userinfo``."""

    @blueprint.route("/oauth/userinfo", methods=["GET", "POST"])
    @audience("token")
    def userinfo() -> Response:
        with protector.reading() as token:
            consent, revision = house().database.read(lambda db: _stands_on(db, token))
            names = scopes.granted(token.scope.split(), revision).split()
            # A token that is over hears that it is, from the door, rather than what it would need besides.
            over = consent.epoch != token.epoch or not consent.is_active(clock.now())
            suffices = scopes.SIGN_IN in (token.scope.split() if over else names)
            catalogue = house().catalogue
            # What does not suffice is refused by the door as well, by asking it for nothing: the person sees that it
            # was tried.
            outcome = door().read(
                Reader(token.client_id, token.epoch, recognises=suffices, shown=token.shown),
                consent_id=token.consent_id,
                purpose=revision.terms.scope_purpose,
                keys=scopes.keys_of(names, catalogue) if suffices else (),
            )
        if isinstance(outcome, Refusal):
            return _refused(outcome, suffices=suffices)
        response = jsonify(claims(catalogue, outcome))
        response.headers["VRM-Event-Id"], response.headers["VRM-Leaf-Hash"] = (
            outcome.event_id,
            b64(outcome.leaf_hash),
        )
        return response


def _stands_on(db: Session, token: protector.ConsentToken) -> tuple[consents.Consent, consents.Revision]:
    return consents.get_granted(db.connection(), consumer_id=token.consumer_id, consent_id=token.consent_id)


def claims(catalogue: Catalogue, answer: Answer) -> dict[str, Any]:
    """The claims of an answer. What was not granted, or has no value, is left out (section 5.3.2)."""
    profile = dict(answer.profile)
    addresses = profile.pop("address", None)
    if isinstance(addresses, list) and addresses:
        profile["address"] = _address(catalogue, addresses[0])
    return {"sub": answer.subject, **profile}


def _address(catalogue: Catalogue, value: Mapping[str, Any]) -> dict[str, Any]:
    """The one address that the standard has room for: the first of those allowed."""
    kept = {name: value[name] for name in ADDRESS if name in value}
    return {"formatted": catalogue.show("address", kept, voice=PLAIN), **kept}


def _refused(refusal: Refusal, *, suffices: bool) -> Response:
    status, code, says = STATUS[refusal.code], refusal.code, detail(refusal)
    if not suffices and code in _OF_NOTHING:
        status, code, says = 403, "insufficient_scope", "This needs a token with the scope openid."
    about = {"event_id": refusal.event_id, "leaf_hash": b64(refusal.leaf_hash)}
    response = problems.respond(status, code, says, **about)
    if status == 401 or code == "insufficient_scope":  # RFC 6750, section 3.1
        protector.challenge(response, status, code)
    return response
