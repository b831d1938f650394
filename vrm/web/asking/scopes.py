"""Scopes of OpenID Connect (Core 1.0, section 5.4): optional lines of the same ask, for the client's one purpose.

``openid`` asks for no line: it is a sign-in, by which the company learns a number that stands for the person there and
nowhere else. ``offline_access`` asks for nothing we do not do anyway: a refresh token is good while the consent is.
"""

from collections.abc import Collection
from dataclasses import replace

from authlib.oauth2.rfc6749 import InvalidScopeError

from vrm.catalogue import Catalogue
from vrm.companies import Company
from vrm.consents import Line, Revision, Terms
from vrm.web.descriptions import said

SIGN_IN = "openid"
CLAIMS = {
    "profile": (
        "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile",
        "picture", "website", "gender", "birthdate", "zoneinfo", "locale",
    ),
    "email": ("email",),
    "phone": ("phone_number",),
    "address": ("address",),
}  # fmt: skip
"""What each scope asks for. A claim and its key in the catalogue have the same name."""

SCOPES = (SIGN_IN, *CLAIMS, "offline_access")

USUAL_DAYS = 90
"""For how long is asked where nothing but scopes is sent: they cannot say it."""


def parse(raw: str | None) -> tuple[str, ...]:
    """The scopes of a request, each once. Raises ``InvalidScopeError`` naming one that nobody knows."""
    names = tuple(dict.fromkeys((raw or "").split()))
    unknown = next((name for name in names if name not in SCOPES), None)
    if unknown is not None:
        raise InvalidScopeError(
            f"There is no scope {said(unknown)}. Known are {', '.join(SCOPES)}; "
            "ask for anything else in authorization_details."
        )
    return names


def keys_of(names: Collection[str], catalogue: Catalogue) -> list[str]:
    """The keys that scopes stand for, of those the catalogue has: an operator may have taken some out."""
    return [
        key for scope, claims in CLAIMS.items() if scope in names for key in claims if key in catalogue.keys
    ]


def purpose_of(company: Company, chosen: str | None) -> str:
    """What scopes are for: what the client's registration says, or the only purpose its company has.

    Raises ``InvalidScopeError`` where that is not clear, and says what to do.
    """
    if chosen is None and len(company.purposes) == 1:
        return next(iter(company.purposes))
    if chosen is None:
        raise InvalidScopeError(
            "A scope does not say what for. Choose the purpose of scopes in the registration of this client, "
            "or ask in authorization_details."
        )
    if chosen not in company.purposes:
        raise InvalidScopeError(
            f"Scopes of this client are for {said(chosen)}, which your company has not registered. "
            "Choose another purpose in the registration of this client."
        )
    return chosen


def add_lines(terms: Terms, keys: Collection[str], purpose: str) -> Terms:
    """The terms with an optional line for each key, but for what they ask for already."""
    asked = {(option, line.purpose) for line in terms.lines for option in line.options}
    more = [Line(key=key, purpose=purpose, required=False) for key in keys if (key, purpose) not in asked]
    return replace(terms, lines=(*terms.lines, *more), scope_purpose=purpose)


def granted(names: Collection[str], revision: Revision, *, merged: bool = False) -> str:
    """What of these scopes is worth something under a revision, and what stands for no line.

    A scope of which no line is allowed is not in it: not when the code is made, and not when a token is used, be it
    that a later decision took the line away. ``merged``: those from before are, asked again or not.
    """
    allowed, _ = of_revision(revision)
    kept = [name for name in allowed if merged or name in names]
    return " ".join([*kept, *(name for name in names if name not in (SIGN_IN, *CLAIMS))])


def told(names: str, revision: Revision) -> dict[str, str]:
    """The ``scope`` of an answer about a token with these scopes: what is left of them under a revision.

    Where some were asked for and none is left, it is empty, though the grammar of RFC 6749, section 3.3, has no such
    value: left out, it would mean all that was asked for (section 5.1).
    """
    asked = names or revision.terms.scope_purpose is not None
    return {"scope": granted(names.split(), revision)} if asked else {}


def of_revision(revision: Revision) -> tuple[list[str], list[str]]:
    """The scopes a consent stands for, and the claims behind them: what may be read at the UserInfo endpoint."""
    purpose = revision.terms.scope_purpose
    keys = {line.key for line in revision.lines if line.purpose == purpose}
    names = [name for name, claims in CLAIMS.items() if keys.intersection(claims)]
    claims = [claim for name in names for claim in CLAIMS[name] if claim in keys]
    return [*([SIGN_IN] if revision.terms.sign_in else []), *names], claims
