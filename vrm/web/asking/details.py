"""``authorization_details`` (RFC 9396) of the type ``vrm_profile``: an ask on the wire.

[{"type": "vrm_profile", "duration_days": 90, "retention_days": 30, "recipients": ["Parcel carrier"],
  "lines": [{"key": "birthdate", "purpose": "dpv:AgeVerification", "required": true,
             "why": "The parcel holds a knife", "any_of": ["age_over_18"], "frequency": "once"}]}]
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from authlib.oauth2 import OAuth2Error
from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate

from vrm import companies
from vrm.consents import FREQUENCIES, MOST_DAYS, Line, Revision, Terms, days_left
from vrm.web.descriptions import said

TYPE = "vrm_profile"
MOST_BYTES = 32768


class InvalidAuthorizationDetails(OAuth2Error):  # type: ignore[misc]
    """RFC 9396, section 5."""

    error = "invalid_authorization_details"


def _printable(text: str) -> None:
    if not (text.strip() and companies.is_readable(text)):
        raise ValidationError(
            "Write it on one line, in letters that can be seen, without marks that strike them out."
        )


class _LineSchema(Schema):
    class Meta:
        unknown = RAISE

    key = fields.String(required=True)
    purpose = fields.String(required=True)
    required = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    why = fields.String(load_default="")
    any_of = fields.List(fields.String(), load_default=[], validate=validate.Length(max=10))
    frequency = fields.String(load_default="when_needed", validate=validate.OneOf(FREQUENCIES))

    @post_load
    def _line(self, data: dict[str, Any], **_: Any) -> Line:
        return Line(**{**data, "any_of": tuple(data["any_of"])})


class _DetailsSchema(Schema):
    class Meta:
        unknown = RAISE

    type = fields.String(required=True, validate=validate.Equal(TYPE))
    lines = fields.List(fields.Nested(_LineSchema), required=True)
    duration_days = fields.Integer(load_default=MOST_DAYS, strict=True)
    retention_days = fields.Integer(load_default=None, strict=True, allow_none=True)
    recipients = fields.List(
        fields.String(validate=[validate.Length(1, 100), _printable]),
        load_default=[],
        validate=validate.Length(max=20),
    )

    @post_load
    def _terms(self, data: dict[str, Any], **_: Any) -> Terms:
        return Terms(
            tuple(data["lines"]), data["duration_days"], data["retention_days"], tuple(data["recipients"])
        )


_DETAILS = _DetailsSchema()


def parse(raw: str | None, left_out: Mapping[str, Any] | None = None) -> Terms:
    """The terms in the parameter. Raises ``InvalidAuthorizationDetails`` naming the member that is wrong.

    ``left_out`` are members that count where the parameter does not have them.
    """
    if not raw:
        raise InvalidAuthorizationDetails(
            f"Say in authorization_details, with the type {TYPE}, which lines you ask for, or ask for a scope."
        )
    if len(raw.encode()) > MOST_BYTES:
        raise InvalidAuthorizationDetails(f"authorization_details has at most {MOST_BYTES} bytes.")
    try:
        details = json.loads(raw, object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as fault:
        raise InvalidAuthorizationDetails("authorization_details is not JSON.") from fault
    if not isinstance(details, list) or len(details) != 1:
        raise InvalidAuthorizationDetails("authorization_details is a JSON array with one member.")
    try:
        given = details[0]
        terms = cast(
            Terms, _DETAILS.load({**(left_out or {}), **given} if isinstance(given, dict) else given)
        )
        return replace(terms, keeps_end=bool(left_out) and "duration_days" not in given)
    except ValidationError as fault:
        raise InvalidAuthorizationDetails(_first(fault.messages)) from fault


def hold_to_retention(
    terms: Terms, stated: Callable[[str], int | None], *, standing: int | None = None
) -> Terms:
    """The terms, held to how long the company publicly says it keeps what it reads for a purpose, in days.

    An ask that does not say gets the most that it could have said: the shortest of what is stated for its purposes. So
    does one that says no more than what is ``standing`` in the consent it adds to, where that is longer. Raises
    ``InvalidAuthorizationDetails`` for an ask that would keep longer than is stated for one of its purposes: the
    company's public page would be untrue.
    """
    days = {purpose: stated(purpose) for purpose in sorted({line.purpose for line in terms.lines})}
    known = {purpose: limit for purpose, limit in days.items() if limit is not None}
    if not known:
        return terms
    shortest, kept = min(known.values()), terms.retention_days
    if kept is None or kept == standing:
        return replace(terms, retention_days=shortest if kept is None else min(shortest, kept))
    for purpose, limit in known.items():
        if kept > limit:
            raise InvalidAuthorizationDetails(
                f"retention_days: your company states {limit} days for {purpose}. Ask for no more, or state more."
            )
    return terms


def granted_details(revision: Revision) -> list[dict[str, Any]]:
    """What was granted, in the shape of the ask (RFC 9396, section 7).

    ``retention_days`` is left out where the company keeps what it reads for as long as it holds the consent.
    """
    kept = revision.terms.retention_days
    return [
        {
            "type": TYPE,
            "lines": [
                {
                    "key": line.key,
                    "purpose": line.purpose,
                    "required": line.required,
                    "frequency": line.frequency,
                }
                for line in revision.lines
            ],
            "duration_days": days_left(revision.expires_at, revision.created_at),
            **({} if kept is None else {"retention_days": kept}),
            "recipients": list(revision.terms.recipients),
        }
    ]


def _once_each(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose members have names of their own: of two, each reader believes another (RFC 8259, section 4)."""
    found = dict(members)
    if len(found) < len(members):
        raise InvalidAuthorizationDetails("authorization_details: A member is named twice. Name it once.")
    return found


def _first(messages: Any, path: str = "authorization_details") -> str:
    """The first message of marshmallow's tree, with where it stands: ``lines[0].key: Missing data …``."""
    while isinstance(messages, dict | list):
        if isinstance(messages, list):
            messages = messages[0]
            continue
        name, messages = next(iter(messages.items()))
        if name != "_schema":
            path = f"{path}[{name}]" if isinstance(name, int) else f"{path}.{said(name)}"
    return f"{path}: {messages}"
