"""A refused read as every door of the web tells it: with which status, and what to do about it."""

from datetime import datetime
from math import ceil

from vrm import clock
from vrm.disclosures import Refusal

STATUS = {
    "consent_ended": 401,
    "consent_paused": 403,
    "too_soon": 429,
    "not_found": 404,
    "purpose_required": 400,
    "purpose_not_permitted": 403,
    "keys_not_permitted": 403,
    "client_suspended": 403,
    "unavailable": 503,
}

DETAIL = {
    "consent_ended": "This consent has ended. Nothing more can be read under it; ask the person again.",
    "consent_paused": (
        "The person paused this consent. It can be read again when they resume it; nothing else of it changed."
    ),
    "too_soon": "This was read as often as the person allows. It can be read again from next_use_at on.",
    "not_found": "There is no such consent for this client.",
    "purpose_required": "This consent has several purposes. Name one in the VRM-Purpose header.",
    "purpose_not_permitted": "The person did not consent to this purpose.",
    "keys_not_permitted": "The person did not allow any of these keys for this purpose.",
    "unavailable": "A value cannot be opened just now. Nothing left; the operator has to look at it.",
    "client_suspended": "This client or its company is suspended. Ask the operator of this service.",
}

USED = "This was read as often as the person allows, and it is not to be read again. To read it anew, ask the person."
REPLACED = (
    "A later decision took the place of the one behind this token. Use the tokens that your client got for the newest "
    "code; the grant_id is the same."
)


def detail(refusal: Refusal) -> str:
    """What to do about a refusal."""
    if refusal.code == "too_soon" and refusal.again is None:
        return USED
    return REPLACED if refusal.replaced else DETAIL[refusal.code]


def next_use(refusal: Refusal) -> dict[str, str]:
    """``next_use_at``, where something is refused now that will not be then."""
    return {} if refusal.again is None else {"next_use_at": clock.rfc3339(refusal.again)}


def retry_after(refusal: Refusal, now: datetime) -> dict[str, str]:
    """The header that says the same in seconds (RFC 9110, section 10.2.3), rounded up: who obeys it is not too soon."""
    if refusal.again is None:
        return {}
    return {"Retry-After": str(max(1, ceil((refusal.again - now).total_seconds())))}
