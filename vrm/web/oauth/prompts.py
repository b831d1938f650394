"""``prompt`` and ``max_age``: when a person must sign in again, or must not be shown anything (OpenID Connect Core 1.0,
section 3.1.2.1).

Whoever must sign in again has done so once their session began after ``since``: the moment at which they were sent to.
It is kept with the request while they do, so nobody is asked twice. ``max_age`` counts at the request and again at the
decision, which may come days later; who signed in for this very request has ``READING`` to decide, however small it is.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oidc.core.errors import ConsentRequiredError, LoginRequiredError

from vrm.web.site import Visitor

PROMPTS = ("none", "login", "consent", "select_account")
_AGAIN = {"login", "select_account"}

READING = timedelta(minutes=10)
"""For so long a sign-in that a request asked for is good for its decision: without it, no letter with ``max_age=0``
could be read and answered."""


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


def is_recent(
    here: Visitor, params: Mapping[str, Any], now: datetime, *, asked_at: datetime | None = None
) -> bool:
    """Whether someone signed in late enough for this request; ``asked_at``: when it was put before them, at a decision."""
    sent_at = datetime.fromtimestamp(float(params["since"]), UTC) if "since" in params else None
    if sent_at is None and asked_at is None and asks_anew(params):
        return False
    if sent_at is not None and here.signed_in_at < sent_at:
        return False
    if not params.get("max_age"):
        return True
    age, answered = timedelta(seconds=int(params["max_age"])), sent_at or asked_at
    if answered is not None and here.signed_in_at >= answered:
        age = max(age, READING)
    return now - here.signed_in_at <= age


def asks_anew(params: Mapping[str, Any]) -> bool:
    """Whether the person is to sign in for this request, whenever they did before."""
    return bool(_AGAIN & set(params.get("prompt", "").split()))


def asks_to_decide(params: Mapping[str, Any]) -> bool:
    """Whether the person is to be shown the page though they may have decided already."""
    return "consent" in params.get("prompt", "").split()


def is_silent(params: Mapping[str, Any]) -> bool:
    """Whether the person is to be shown nothing."""
    return "none" in params.get("prompt", "").split()


def require_page(params: Mapping[str, str], here: Visitor | None, *, again: bool) -> None:
    """Raise the error that says why, where ``prompt=none`` forbids the page a person would have to see.

    ``again``: somebody is signed in, for longer than ``max_age``.
    """
    if not is_silent(params):
        return
    if again:
        raise LoginRequiredError(
            description="The person has to sign in again: max_age is over. Ask without prompt=none."
        )
    if here is None or here.role != here.audience:  # a second factor is still to be proved
        raise LoginRequiredError(description="The person is not signed in. Ask without prompt=none.")
    raise ConsentRequiredError(description="The person has to decide on this. Ask without prompt=none.")
