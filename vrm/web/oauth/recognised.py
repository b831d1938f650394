"""Signing in again: a person who has decided on the very same before is not asked, but sent on with a code.

Only where ``openid`` is asked for: whoever asks for lines alone has tokens for them, and a person who does not come to
sign in is shown what is wanted of them. ``grant_management_action=create`` asks for a page and a consent of its own;
``prompt=consent`` for the page, on which what stands is decided on anew.
"""

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Response

from vrm import clock, consents
from vrm.companies import Asker
from vrm.errors import Conflict
from vrm.web.asking import letter, scopes
from vrm.web.language import gettext
from vrm.web.oauth import prompts
from vrm.web.oauth.going_back import go_back, lead_on, use_up
from vrm.web.oauth.grant_actions import CREATE, GrantAction, replacing
from vrm.web.oauth.server import AuthorizationServer
from vrm.web.oauth.transaction import current_session
from vrm.web.site import Visitor


def find_consent(
    server: AuthorizationServer,
    here: Visitor,
    asker: Asker,
    params: Mapping[str, str],
    terms: consents.Terms,
    action: GrantAction,
) -> consents.Consent | None:
    """The consent on which the person is sent on, with its event; None where there is something to decide.

    ``here`` came in wholly, and late enough for this request.
    """
    if not _comes_to_sign_in(params) or prompts.asks_to_decide(params):
        return None
    coming = _coming(here, asker, terms, action)
    return consents.recognise(current_session(), server.house.keys, coming, now=clock.now())


def decided_anew(
    here: Visitor, asker: Asker, params: Mapping[str, str], terms: consents.Terms, action: GrantAction
) -> GrantAction:
    """The action of a request with ``prompt=consent``: what stands is decided on anew, and no second one made beside it."""
    if action.basis is not None or not _comes_to_sign_in(params) or not prompts.asks_to_decide(params):
        return action
    coming = _coming(here, asker, terms, action)
    consent = consents.find_decided(current_session(), coming, now=clock.now())
    return action if consent is None else replacing(asker, consent.id)


def _comes_to_sign_in(params: Mapping[str, str]) -> bool:
    if scopes.SIGN_IN not in scopes.parse(params.get("scope")):
        return False
    # Draft 03, section 5.1: that asks for a fresh one, in so many words.
    is_new = params.get("grant_management_action") == CREATE
    return not is_new


def _coming(here: Visitor, asker: Asker, terms: consents.Terms, action: GrantAction) -> consents.Coming:
    return consents.Coming(
        consumer_id=here.person_id,
        client_id=asker.client.id,
        terms=terms,
        notice=letter.words_of(asker.company, terms),
        notice_version=asker.company.notice_version,
        amends=action.amends,
    )


def go_on(
    server: AuthorizationServer,
    asker: Asker,
    params: Mapping[str, Any],
    consent: consents.Consent,
    *,
    waited: bool,
) -> Response:
    """The way back to the client, with a code on the consent.

    ``waited``: they come from signing in, see ``lead_on``. Raises ``Conflict``, so that nothing of this stays, where the request is answered.
    """
    if not use_up(asker.client.id, params.get("pushed")):
        raise Conflict(gettext("This request was answered already. Go back to the company and start again."))
    answer = go_back(server, params, consent)
    return lead_on(answer, asker.company, known=True) if waited else answer
