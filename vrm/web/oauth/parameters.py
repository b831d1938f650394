"""What every endpoint asks of the parameters of a request, before it reads any of them.

Each is sent once (RFC 6749, sections 3.1 and 3.2) and holds printable ASCII (appendix A); only
``authorization_details`` is JSON and may hold more. Names and values end up in error descriptions, which may
hold even less (section 5.2), so a quotation mark or a backslash is taken in ``state`` and ``nonce`` alone, which
nothing repeats but the answer to the client.
"""

import re

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from vrm.web.descriptions import PLAIN

KEPT = (
    "client_id", "redirect_uri", "response_type", "state", "code_challenge", "code_challenge_method", "dpop_jkt",
    "scope", "nonce", "grant_management_action",
)  # fmt: skip
"""What the client needs back with the decision."""
READ = (*KEPT, "authorization_details", "grant_id", "prompt", "max_age", "id_token_hint")
"""What an authorization request may say; anything else is not looked at and not kept (section 3.1)."""

MOST_STATE = 4096
MOST_NONCE = 512  # FAPI 2.0, section 5.3.2.2, asks for 64

_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
_STATE = re.compile(rf"[ -~]{{0,{MOST_STATE}}}")
_NONCE = re.compile(rf"[ -~]{{0,{MOST_NONCE}}}")

_ANYTHING = frozenset({"state", "nonce", "authorization_details", "claims", "binding_message"})
"""``claims`` is JSON as well, which is not read (OpenID Connect Core 1.0, section 5.5); a ``binding_message`` is shown to
a person in their own letters, and never repeated to its client."""


class InvalidTarget(OAuth2Error):  # type: ignore[misc]
    """RFC 8707, section 2."""

    error = "invalid_target"


def require_own_resource(sent: MultiDict[str, str], issuer: str, redirect_uri: str | None = None) -> None:
    """Raise ``InvalidTarget`` where a token is wanted for another API than ours (RFC 8707, section 2).

    Ours goes by the name that its metadata gives it (RFC 9728, section 2), however often that is said. An issuer has
    no path, and no path is the same as ``/`` (RFC 3986, section 6.2.3), which many URL libraries write.
    """
    if not {issuer, f"{issuer}/"}.issuperset(sent.getlist("resource")):
        raise InvalidTarget(
            f"Tokens of this server are for {issuer} alone. Send that as the resource, or leave it out.",
            redirect_uri=redirect_uri,
        )


def without_empty(sent: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    """What was sent, less what has no value, which counts as left out (RFC 6749, sections 3.1 and 3.2).

    What is sent twice stays, so that ``check`` refuses it, whatever it holds.
    """
    return ImmutableMultiDict(
        (name, value) for name, values in sent.lists() for value in values if value or len(values) > 1
    )


def check(sent: MultiDict[str, str]) -> None:
    """Raise ``InvalidRequestError`` for a parameter that is sent twice or holds what it cannot hold."""
    for name, values in sent.lists():
        if not PLAIN.fullmatch(name):
            raise InvalidRequestError("The name of a parameter holds a character that none may hold.")
        if len(values) > 1 and name != "resource":  # RFC 8707, section 2, lets that one be repeated
            raise InvalidRequestError("A parameter is sent more than once.")
        if name == "response_mode" and values[0] != "query":
            raise InvalidRequestError("response_mode is query, or left out.")
        if name == "state" and not _STATE.fullmatch(values[0]):
            raise InvalidRequestError(f"state is printable ASCII of at most {MOST_STATE} characters.")
        if name == "nonce" and not _NONCE.fullmatch(values[0]):
            raise InvalidRequestError(f"nonce is printable ASCII of at most {MOST_NONCE} characters.")
        if name == "dpop_jkt" and not _THUMBPRINT.fullmatch(values[0]):  # RFC 9449, section 10
            raise InvalidRequestError(
                "dpop_jkt is the SHA-256 thumbprint of a key (RFC 7638): 43 characters."
            )
        if name not in _ANYTHING and not PLAIN.fullmatch(values[0]):
            raise InvalidRequestError("A parameter holds a character that it may not hold.")
