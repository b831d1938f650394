"""What every endpoint asks of the parameters of a request, before it reads any of them.

Each is sent once (RFC 6749, sections 3.1 and 3.2) and holds printable ASCII (appendix A); only
``authorization_details`` is JSON and may hold more. Names and values end up in error descriptions, which may
hold even less (section 5.2), so a quotation mark or a backslash is taken in ``state`` alone, which nothing repeats
but the answer to the client.
"""

import re

from authlib.oauth2.rfc6749 import InvalidRequestError
from werkzeug.datastructures import MultiDict

from vrm.web.descriptions import PLAIN

KEPT = ("client_id", "redirect_uri", "response_type", "state", "code_challenge", "code_challenge_method")
"""What the client needs back with the decision."""
READ = (*KEPT, "scope", "authorization_details")
"""What an authorization request may say; anything else is not looked at and not kept (section 3.1)."""

MOST_STATE = 4096

_STATE = re.compile(rf"[ -~]{{0,{MOST_STATE}}}")


def check(sent: MultiDict[str, str]) -> None:
    """Raise ``InvalidRequestError`` for a parameter that is sent twice or holds what it cannot hold."""
    for name, values in sent.lists():
        if not PLAIN.fullmatch(name):
            raise InvalidRequestError("The name of a parameter holds a character that none may hold.")
        if len(values) > 1:
            raise InvalidRequestError("A parameter is sent more than once.")
        if name == "state" and not _STATE.fullmatch(values[0]):
            raise InvalidRequestError(f"state is printable ASCII of at most {MOST_STATE} characters.")
        if name not in {"state", "authorization_details"} and not PLAIN.fullmatch(values[0]):
            raise InvalidRequestError("A parameter holds a character that it may not hold.")
