"""The authorization endpoint (RFC 6749, section 3.1): check the request, then put the ask before the person.

A person who comes back to sign in, and has decided on the very same before, is sent on at once: see ``recognised``.

The address holds a long request only until it was read once. What was asked waits on a page of its own, so it can
be reloaded, prefetched or decided later; it is used up when the person decides (FAPI 2.0, section 5.3.2.2).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Request
from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from vrm import clock, consents, tokens
from vrm.companies import Asker
from vrm.errors import Invalid
from vrm.house import House
from vrm.web import session
from vrm.web.asking import check_ask
from vrm.web.audiences import audience, takes_foreign_forms
from vrm.web.language import gettext
from vrm.web.oauth import grant_actions, hints, parameters, parked, prompts, recognised, wording
from vrm.web.oauth.going_back import lead_on
from vrm.web.oauth.server import Answered, AuthorizationServer
from vrm.web.oauth.transaction import current_session, in_transaction
from vrm.web.offices import office
from vrm.web.site import Visitor

PATH = "/oauth/authorize"
MOST_ADDRESS = 8000
"""Characters that every server and proxy on the way takes as an address (RFC 9110, section 4.1)."""

PARKED_LIFE = timedelta(hours=1)
"""How long a request waits for its person to sign in, or to make a profile first."""

_NOTED = ("pushed", "since")
_PURPOSES = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
"""Where a browser says that nobody has followed the link yet. All but the first are older browsers'."""


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``GET`` and ``POST /oauth/authorize``."""

    @blueprint.get(PATH)
    @audience("public")
    def authorize() -> Response:
        # A sign-in that is recognised is answered by being loaded, so only a person's own load counts as one. A browser
        # keeps what it fetched ahead, and shows it for the click, unless that is an error (WICG nav-speculation, "ok").
        if request.method == "HEAD":
            return Response(status=204)
        said = " ".join(request.headers.get(name, "").lower() for name in _PURPOSES)
        if "prefetch" in said or "preview" in said:
            return Response(
                "Not ahead of the person who follows this link.\n", 503, content_type="text/plain"
            )
        here = session.visitor()  # which notes that the session is in use: a write of its own
        return in_transaction(server.house.database, lambda: _authorize(server, here))

    @blueprint.post(PATH)
    @audience("public")
    @takes_foreign_forms
    def authorize_by_form() -> Response:
        """OpenID Connect Core 1.0, section 3.1.2.1, has it both ways. A form from elsewhere comes without cookies, so it
        is asked for anew, as it was sent."""
        asked = f"{PATH}?" + urlencode(list(request.form.items(multi=True)))
        if len(asked) > MOST_ADDRESS:
            raise _astray(
                "This is too long for an address. Push the request to /oauth/par.", "invalid_request"
            )
        return redirect(asked, 303)


def _authorize(server: AuthorizationServer, here: Visitor | None) -> Response:
    oauth_request = server.create_oauth2_request(None)
    try:
        parameters.check(request.args)
        if "request" in request.args:  # RFC 9101, section 6.3
            raise InvalidRequestError("Push the parameters themselves, not a request object.")
        _require_pushed(server)
        grant = server.get_authorization_grant(oauth_request)
        redirect_uri = grant.validate_authorization_request()
        if "request_uri" not in request.args:  # what was pushed is what is asked (RFC 9126, section 4)
            parameters.require_own_resource(request.args, server.house.settings.issuer, redirect_uri)
    except OAuth2Error as error:
        return refer_back(server, oauth_request, error, error.redirect_uri)
    sent = oauth_request.payload.data
    params = {name: sent[name] for name in parameters.READ if name in sent}
    # What we noted ourselves when the request was kept; nobody else can set it.
    mark = {name: sent[name] for name in _NOTED if name in sent} if "request_uri" in request.args else {}
    waits = "request_uri" in request.args and sent["parked"]  # and waits no longer for being read
    asker = oauth_request.client.asker
    now = clock.now()
    try:
        action = grant_actions.read(params, asker)
        terms, subject = check_request(server.house, asker, params, action)
        again = here is not None and not prompts.is_recent(here, params | mark, now)
        # A second factor that is still to be proved is proved before anything is decided, or is known as decided.
        step = None if here is None or again else office().steps.get(here.role)
        here = None if again or step else here
        if here is not None:
            if subject is not None:
                silent = prompts.is_silent(params)
                hints.require_named(
                    current_session(), subject, asker, person_id=here.person_id, silent=silent
                )
            action.require_of(here.person_id)
            consent = recognised.find_consent(server, here, asker, params, terms, action)
            if consent is not None:
                return recognised.go_on(server, asker, params | mark, consent, waited=waits)
            action = recognised.decided_anew(here, asker, params, terms, action)
        prompts.require_page(params, here, again=again)
    except OAuth2Error as error:
        answer = refer_back(server, oauth_request, error, redirect_uri)
        return lead_on(answer, asker.company, known=False) if waits else answer

    if here is None:
        uri = request.args["request_uri"] if waits else _park(server, asker, params, mark, now)
        back = f"{PATH}?" + urlencode({"client_id": asker.client.id, "request_uri": uri})
        return redirect(
            (step or "/sign-in") + "?" + urlencode({"next": back} | ({"again": 1} if again else {})), 303
        )
    ask_id = consents.open_ask(
        current_session(),
        consumer_id=here.person_id,
        client_id=asker.client.id,
        company_id=asker.company.id,
        terms=terms,
        request={name: params[name] for name in (*parameters.KEPT, "max_age") if name in params} | mark,
        amends=action.amends,
        now=now,
    )
    return redirect(f"/asks/{ask_id}", 303)


def _park(
    server: AuthorizationServer, asker: Asker, params: dict[str, str], mark: dict[str, Any], now: datetime
) -> str:
    """Where the request waits for its person, in this browser."""
    waiting = tokens.park_request(
        current_session(),
        client_id=asker.client.id,
        params=params | mark,
        came_by=_keyed(server, request.args.get("request_uri")),
        now=now,
        life=PARKED_LIFE,
    )
    since = now.timestamp() if prompts.asks_anew(params) or params.get("max_age") else None
    return parked.address(server.house.keys, waiting, since, session.browser())


def _keyed(server: AuthorizationServer, request_uri: str | None) -> str | None:
    """What only we can make of a ``request_uri``: who merely holds the link must not find where the request waits."""
    return None if request_uri is None else server.house.keys.blind_index("parked", request_uri).hex()


def check_request(
    house: House, asker: Asker, params: Mapping[str, str], action: grant_actions.GrantAction
) -> tuple[consents.Terms, str | None]:
    """The terms of a request, and the subject it names by an ID token, where its parameters could all be meant.

    Raises an ``OAuth2Error`` that says what is wrong.
    """
    prompts.check(params)
    hint = params.get("id_token_hint")
    subject = hint and hints.subject_in(hint, asker, issuer=house.settings.issuer, keys=house.keys)
    terms = check_ask(
        house.catalogue,
        asker.company,
        params.get("authorization_details"),
        scope=params.get("scope"),
        scope_purpose=asker.client.scope_purpose,
        merged_with=action.merged_with,
    )
    return terms, subject or None


def _require_pushed(server: AuthorizationServer) -> None:
    """FAPI 2.0, section 5.3.2.2: what was not pushed is refused, unless the client is of a sandbox's simple kind."""
    if "request_uri" in request.args or not request.args.get("client_id"):
        return  # Authlib says that the client is missing
    if not server.query_client(request.args["client_id"]).is_simple:
        raise InvalidRequestError("Push the request to /oauth/par first, and send its request_uri here.")


def refer_back(
    server: AuthorizationServer, oauth_request: OAuth2Request, error: OAuth2Error, redirect_uri: str | None
) -> Response:
    """Send an error to the client, or show it here where the address to send it to is not proved.

    RFC 6749, section 4.1.2.1: an invalid client or redirect URI is told to the person and to nobody else.
    """
    wording.in_our_words(error)
    if isinstance(error, Answered):
        raise Invalid(
            gettext("This request was answered already. Go back to the company and start again."),
            code=error.error,
        )
    if redirect_uri is None:
        raise _astray(error.description or error.error, error.error)
    params = {"error": error.error, "iss": server.house.settings.issuer}
    if error.description:
        params["error_description"] = error.description
    if oauth_request.payload.state:
        params["state"] = oauth_request.payload.state
    return redirect(add_params_to_uri(redirect_uri, list(params.items())), 303)


def _astray(detail: str, code: str) -> Invalid:
    return Invalid(
        "The company's link is not right, so nothing was asked and nothing left your profile. "
        f"If you are its developer: {detail}",
        code=code,
    )
