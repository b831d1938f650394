"""``prompt`` and ``max_age``: when a person must sign in again, or must not be shown anything (OpenID Connect Core 1.0,
section 3.1.2.1).

Whoever must sign in again has done so once their session began after ``since``: the moment at which that was first
asked of them. It is kept with the request while they do, so nobody is asked twice.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oidc.core.errors import ConsentRequiredError, LoginRequiredError

from vrm.web.site import Visitor

PROMPTS = ("none", "login", "consent", "select_account")
_AGAIN = {"login", "select_account"}
_MOST_AGE = 10 * 365 * 86400


def check(params: Mapping[str, str]) -> None:
    """Raise ``InvalidRequestError`` for what cannot be meant."""
    prompts = params.get("prompt", "").split()
    if any(each not in PROMPTS for each in prompts):
        raise InvalidRequestError(f"prompt is one or several of {', '.join(PROMPTS)}.")
    if "none" in prompts and len(prompts) > 1:
        raise InvalidRequestError("prompt none stands alone.")
    age = params.get("max_age")
    if age and not (age.isascii() and age.isdecimal() and len(age) <= 9):
        raise InvalidRequestError("max_age is a whole number of seconds.")


def since(params: Mapping[str, Any], now: datetime) -> float | None:
    """After which moment the session must have begun, in seconds; None where any will do."""
    if "since" in params:  # they have been sent to sign in: what counts is whether they did
        return float(params["since"])
    if _AGAIN & set(params.get("prompt", "").split()):
        return now.timestamp()
    if params.get("max_age"):
        return (now - timedelta(seconds=min(int(params["max_age"]), _MOST_AGE))).timestamp()
    return None


def is_recent(here: Visitor, since: float | None) -> bool:
    """Whether someone signed in late enough."""
    return since is None or here.signed_in_at >= datetime.fromtimestamp(since, UTC)


def require_page(params: Mapping[str, str], here: Visitor | None) -> None:
    """Raise the error that says why, where ``prompt=none`` forbids the page a person would have to see.

    Every ask is decided by its person, so even someone who is signed in would have to be shown a page.
    """
    if params.get("prompt") != "none":
        return
    if here is None or here.role != here.audience:  # a second factor is still to be proved
        raise LoginRequiredError(description="The person is not signed in. Ask without prompt=none.")
    raise ConsentRequiredError(description="The person decides on every request. Ask without prompt=none.")
