"""A refused read as every door of the web tells it: with which status, and what to do about it."""

from vrm.disclosures import Refusal

STATUS = {
    "consent_ended": 401,
    "not_found": 404,
    "purpose_required": 400,
    "purpose_not_permitted": 403,
    "keys_not_permitted": 403,
    "client_suspended": 403,
    "unavailable": 503,
}

DETAIL = {
    "consent_ended": "This consent has ended. Nothing more can be read under it; ask the person again.",
    "not_found": "There is no such consent for this client.",
    "purpose_required": "This consent has several purposes. Name one in the VRM-Purpose header.",
    "purpose_not_permitted": "The person did not consent to this purpose.",
    "keys_not_permitted": "The person did not allow any of these keys for this purpose.",
    "unavailable": "A value cannot be opened just now. Nothing left; the operator has to look at it.",
    "client_suspended": "This client or its company is suspended. Ask the operator of this service.",
}

REPLACED = (
    "A later decision took the place of the one behind this token. Use the tokens that your client got for the newest "
    "code; the grant_id is the same."
)


def detail(refusal: Refusal) -> str:
    """What to do about a refusal."""
    return REPLACED if refusal.replaced else DETAIL[refusal.code]
