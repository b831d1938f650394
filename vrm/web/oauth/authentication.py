"""Client authentication (RFC 6749, section 2.3): by one way in a request, of the kind the client registered."""

import binascii
from base64 import b64decode
from typing import Any
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, OAuth2Request

from vrm.web.oauth.clients import ASSERTION, SECRETS, auth_methods

_BASIC, _POST = SECRETS
_PARTS = {"client_assertion": ASSERTION, "client_assertion_type": ASSERTION, "client_secret": _POST}
_WRONG = "This client is unknown, not approved yet, or suspended, or it has another secret."


class BasicRefused(InvalidClientError):  # type: ignore[misc]
    """Section 5.2: who came with an Authorization header is answered 401, with a challenge for its scheme."""

    def __init__(self, description: str) -> None:
        super().__init__(description=description, status_code=401)

    def get_headers(self) -> list[tuple[str, str]]:
        """RFC 7617, section 2: a challenge has a realm, which Authlib's own leaves out."""
        kept = [header for header in super().get_headers() if header[0] != "WWW-Authenticate"]
        return [*kept, ("WWW-Authenticate", 'Basic realm="vrm", charset="UTF-8"')]


def method_of(request: OAuth2Request, *, sandbox: bool) -> str:
    """The one way in which a request proves its client; whether it does is for Authlib to ask.

    Raises ``InvalidRequestError`` for two ways at once (section 5.2), ``InvalidClientError`` for none that is taken.
    """
    shown = {method for part, method in _PARTS.items() if part in request.form}
    if "Authorization" in request.headers:
        shown.add(_BASIC)
    if len(shown) > 1:
        raise InvalidRequestError("Prove who you are in one way; this request tries more than one.")
    offered = auth_methods(sandbox=sandbox)
    tried = shown.pop() if shown else None
    if tried in offered:
        return str(tried)
    takes = f"Prove who you are with {' or '.join(offered)}."
    raise BasicRefused(takes) if tried == _BASIC else InvalidClientError(description=takes)


def refusal(method: str, fault: InvalidClientError) -> InvalidClientError:
    """What to say of a proof that failed. An unknown client and a wrong secret look alike."""
    if method == _BASIC:
        return BasicRefused(_WRONG)
    return InvalidClientError(description=_WRONG) if method == _POST else fault


def by_basic(query_client: Any, request: OAuth2Request) -> Any:
    """``client_secret_basic`` (section 2.3.1). Authlib's own fails over what is no UTF-8."""
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    try:
        name, _, secret = b64decode(sent.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    if scheme.lower() != "basic" or not name:
        return None
    client = query_client(unquote_plus(name))
    return client if client.check_client_secret(unquote_plus(secret)) else None
