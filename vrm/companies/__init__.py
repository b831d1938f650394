"""Organisations that come asking, the web domains they proved, and their software: clients and public keys.

A company is pending until its domain is proved and the operator approves it; only then may its clients ask.
Suspending a company or one client works at once, everywhere, because ``may_ask`` and ``client_standings`` are
asked at every use and nothing is copied.

Called by the command line, the company pages, ``consents``, the OAuth edge and ``disclosures``. Every change is
written together with its event. This room must never know a consumer, nor hold a private key.
"""

from vrm.companies.addresses import origin, parse_domain, parse_notice_url, parse_redirect_uri
from vrm.companies.clients import (
    change_client,
    client_standing,
    client_standings,
    find_client,
    get_client,
    get_clients,
    list_clients,
    may_ask,
    new_client,
    resume_client,
    suspend_client,
)
from vrm.companies.domain_proof import check_domain, proof_url
from vrm.companies.errors import BadKeys, BadRedirectUri, DomainNotProved, MayNotAsk, NotApprovable
from vrm.companies.jwks import parse_jwks
from vrm.companies.records import Asker, Client, ClientStanding, Company
from vrm.companies.service import (
    approve,
    change_notice,
    change_owner,
    get_companies,
    get_company,
    list_companies,
    prove_domain,
    register,
    resume_company,
    set_purposes,
    suspend_company,
)

__all__ = [
    "Asker",
    "BadKeys",
    "BadRedirectUri",
    "Client",
    "ClientStanding",
    "Company",
    "DomainNotProved",
    "MayNotAsk",
    "NotApprovable",
    "approve",
    "change_client",
    "change_notice",
    "change_owner",
    "check_domain",
    "client_standing",
    "client_standings",
    "find_client",
    "get_client",
    "get_clients",
    "get_companies",
    "get_company",
    "list_clients",
    "list_companies",
    "may_ask",
    "new_client",
    "origin",
    "parse_domain",
    "parse_jwks",
    "parse_notice_url",
    "parse_redirect_uri",
    "proof_url",
    "prove_domain",
    "register",
    "resume_client",
    "resume_company",
    "set_purposes",
    "suspend_client",
    "suspend_company",
]
