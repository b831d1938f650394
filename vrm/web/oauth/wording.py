"""What an error of the library means to whoever develops a client, and what they can do about it.

The codes are those of the standards (RFC 6749, sections 4.1.2.1 and 5.2; RFC 7636, section 4.6; RFC 7523, section
3.2), and raised by Authlib in the right places. Its sentences name a parameter and stop there, or are missing: these
stand in their place. What this house raises itself says so at once, and passes through here unchanged.
"""

import re

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE

from vrm.web.oauth.clients import GRANT_TYPES

_ITSELF = "The iss and sub of a client assertion are both the client_id of the client that signs it."
_FUTURE = "The iat and nbf of a client assertion lie in the past. Set your clock."

_SENTENCES = {
    # Client authentication
    r"Missing 'client_id' parameter\.": "Send the client_id.",
    r"The client cannot authenticate with .*": (
        "Prove who you are in the way this client is registered for: with a key, by a client_assertion of the "
        f"client_assertion_type {ASSERTION_TYPE}."
    ),
    r"(Missing|Invalid) claim: '(iss|sub)'|Claim '(iss|sub)' must be .*|Issuer and Subject MUST match\.": _ITSELF,
    r"(Missing|Invalid) claim: 'aud'": (
        "The aud of a client assertion is the issuer of this server, spelled as in its metadata."
    ),
    r"The token is expired": (
        "The client assertion has expired. Sign a new one for each request, good for a minute."
    ),
    r"The token (is not yet valid|was issued in the future)": _FUTURE,
    r"Claim '(iat|nbf)' must be .*": "The iat and nbf of a client assertion are numbers: seconds since 1970.",
    r"JWT ID is used before\.": (
        "This client assertion was used before. Sign a new one for each request, with a jti of its own."
    ),
    # Codes and refresh tokens
    r"Missing 'code' in request\.": "Send the code that the person brought back to your redirect_uri.",
    r"Invalid 'code' in request\.": (
        "This code is unknown, was used, is older than a minute, or is another client's. Send the person to the "
        "authorization endpoint again."
    ),
    r"Invalid 'redirect_uri' in request\.": (
        "Send the redirect_uri of the authorization request that this code came of, spelled the same."
    ),
    r"Missing 'code_verifier'": "Send the code_verifier that the code_challenge was made from.",
    r"Invalid 'code_verifier'": (
        "Send a code_verifier of 43 to 128 characters: letters, digits, and - . _ ~ (RFC 7636)."
    ),
    r"Code challenge failed\.": (
        "The code_verifier is not the one that the code_challenge was made from. Keep it beside the state of each "
        "request."
    ),
    r"Invalid 'code_challenge'": (
        "Send as code_challenge the SHA-256 hash of the code_verifier, in base64url without padding: 43 characters."
    ),
    r"Missing 'refresh_token' in request\.": "Send the refresh_token.",
}

_UNSAID = {
    "unsupported_grant_type": f"Send a grant_type that this server takes: {', '.join(GRANT_TYPES)}.",
    "unsupported_response_type": "Send response_type=code; nothing else is taken here.",
    "invalid_grant": (
        "This refresh_token is unknown, has expired, was revoked, or is another client's. Ask the person again."
    ),
    "invalid_scope": (
        "Ask for scopes that the refresh token has, or for none: then the new access token has all of them."
    ),
    "access_denied": "The person said no, and nothing was granted. Go on without it.",
}
"""For the errors that come without a sentence, or with one that only says their code in words."""

_NAMED = {"unsupported_grant_type", "unsupported_response_type"}
"""Whose description is the very value that was sent, where it is not missing."""

_COMPILED = [(re.compile(pattern), ours) for pattern, ours in _SENTENCES.items()]


def in_our_words(error: OAuth2Error) -> OAuth2Error:
    """The same error, described so that whoever reads it knows what to do."""
    theirs = error.description or ""
    if error.error in _NAMED or not theirs or theirs == type(error).description:
        error.description = _UNSAID.get(error.error, theirs)
    else:
        error.description = next((ours for known, ours in _COMPILED if known.fullmatch(theirs)), theirs)
    return error
