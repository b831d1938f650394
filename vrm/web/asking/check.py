"""From a request's parameters to an ask that a person could be shown."""

from dataclasses import replace

from vrm import consents
from vrm.catalogue import Catalogue
from vrm.companies import Company
from vrm.web.asking import details, merging, scopes


def check_ask(
    catalogue: Catalogue,
    company: Company,
    raw: str | None,
    *,
    scope: str | None = None,
    scope_purpose: str | None = None,
    merged_with: consents.Revision | None = None,
) -> consents.Terms:
    """The terms a company asks for, in ``authorization_details`` (``raw``), in scopes, or in both.

    ``scope_purpose`` is what scopes of its client are for; ``merged_with`` is what was granted, where the ask adds to
    that. Raises ``InvalidAuthorizationDetails`` naming the member
    that is wrong, and ``InvalidScopeError``.
    """
    left_out = {} if merged_with is None else merging.left_as_they_are(merged_with)
    names = scopes.parse(scope)
    keys = scopes.keys_of(names, catalogue)
    sign_in = scopes.SIGN_IN in names
    if raw or not (keys or sign_in):
        terms = replace(details.parse(raw, left_out), sign_in=sign_in)
    else:
        terms = consents.Terms(
            (), **{"duration_days": scopes.USUAL_DAYS, **left_out}, sign_in=sign_in, keeps_end=bool(left_out)
        )
    if keys:
        terms = scopes.add_lines(terms, keys, scopes.purpose_of(company, scope_purpose))
    try:
        consents.check_terms(terms, catalogue=catalogue, purposes=company.purposes)
    except consents.InvalidAsk as fault:
        raise details.InvalidAuthorizationDetails(f"{fault.field}: {fault.message}") from fault
    if merged_with is not None:
        terms = merging.merge(terms, merged_with)
        _check_merged(terms, catalogue, company)
    standing = None if merged_with is None else merged_with.terms.retention_days
    return details.hold_to_retention(terms, company.retention_for, standing=standing)


def _check_merged(terms: consents.Terms, catalogue: Catalogue, company: Company) -> None:
    """What is asked for is right; with what was granted before it may still be what nobody can be asked."""
    try:
        consents.check_terms(terms, catalogue=catalogue, purposes=company.purposes)
    except consents.InvalidAsk as fault:
        raise details.InvalidAuthorizationDetails(
            f"Together with what was granted: {fault.message} The action replace asks for everything anew."
        ) from fault
