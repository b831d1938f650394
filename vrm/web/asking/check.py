"""From a request's parameters to an ask that a person could be shown."""

from vrm import consents
from vrm.catalogue import Catalogue
from vrm.companies import Company
from vrm.web.asking import details


def check_ask(catalogue: Catalogue, company: Company, raw: str | None) -> consents.Terms:
    """The terms a company asks for. Raises ``InvalidAuthorizationDetails`` naming the member that is wrong."""
    terms = details.parse(raw)
    try:
        consents.check_terms(terms, catalogue=catalogue, purposes=company.purposes)
    except consents.InvalidAsk as fault:
        raise details.InvalidAuthorizationDetails(f"{fault.field}: {fault.message}") from fault
    return details.hold_to_retention(terms, company.retention_for)
