"""Back to the client with a code or with a no, at which the request is used up (RFC 6749, section 4.1.2)."""

from collections.abc import Mapping
from typing import Any, cast

from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from werkzeug.wrappers import Response

from vrm import clock, consents, tokens
from vrm.companies import Company
from vrm.web import pages
from vrm.web.oauth.server import AuthorizationServer
from vrm.web.oauth.transaction import current_session


def go_back(
    server: AuthorizationServer, params: Mapping[str, Any], consent: consents.Consent | None
) -> Response:
    """The redirect to the client: with a code on the consent, or with a no where there is none."""
    oauth_request = server.create_oauth2_request(None)
    oauth_request.payload = BasicOAuth2Payload(dict(params))
    grant = server.get_authorization_grant(oauth_request)
    return cast(
        Response, server.create_authorization_response(oauth_request, grant_user=consent, grant=grant)
    )


def lead_on(answer: Response, company: Company, *, known: bool) -> Response:
    """The same by a page in between, for who comes from signing in: the answer to a form may not lead to another site
    (``vrm.web.headers``). ``known``: they are recognised there; otherwise the client is told why not.
    """
    going = answer.headers["Location"]
    page = pages.render("recognised.html", company=company, going=going, known=known)
    page.headers["Refresh"] = f"0; url={going}"
    return page


def use_up(client_id: str, mark: str | None) -> bool:
    """The pushed request is used up by its answer, and by no look at it (FAPI 2.0, section 5.3.2.2, note 3).

    False where somebody else has answered it before.
    """
    return mark is None or tokens.use_pushed(
        current_session(), client_id=client_id, mark=mark, now=clock.now()
    )
