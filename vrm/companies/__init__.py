"""Organisations that come asking: their people, the web domains they proved, their software and its public keys.

A company is pending until its domain is proved and the operator approves it; only then may its clients ask.
Suspending a company or one client, ending a key and off-boarding a person work at once, everywhere, because
``may_ask``, ``client_standings`` and ``find_member`` are asked at every use and nothing is copied.

Called by the command line, the company pages, ``consents``, the OAuth edge, ``disclosures`` and the worker. Every
change is written together with its event; ``actor`` says whose hand it was, ``by`` which account's. Whether that
account's role allows it is the edge's question. This room must never know a consumer, nor hold a private key, nor
open an account; the one address it keeps of a person, in an invitation, is sealed.
"""

from vrm.companies.addresses import (
    origin,
    parse_domain,
    parse_notice_url,
    parse_redirect_uri,
)
from vrm.companies.client_keys import (
    MOST_OVERLAP,
    KeyWarning,
    add_client_key,
    key_warnings,
    remove_client_key,
    retire_client_key,
)
from vrm.companies.client_records import Asker, Client, ClientKey, ClientStanding
from vrm.companies.clients import change_client, new_client, resume_client, suspend_client
from vrm.companies.console import console_client_id
from vrm.companies.domain_checks import (
    Claim,
    keep_finding,
    list_unproved,
    look_for_proof,
)
from vrm.companies.domain_proof import check_domain, proof_url
from vrm.companies.domains import change_domain, new_domain_token, prove_domain
from vrm.companies.errors import (
    BadJwksUri,
    BadKeys,
    BadRedirectUri,
    CheckedJustNow,
    DomainNotProved,
    InvitationOver,
    InvitedEnough,
    JwksNotServed,
    MayNotAsk,
    NotApprovable,
)
from vrm.companies.facts import change_facts, change_notice, change_owner, set_purposes
from vrm.companies.invitations import (
    NewInvitation,
    PersonInvitation,
    accept_invitation,
    get_invitation,
    invite_person,
    list_invitations,
    withdraw_invitation,
    withdraw_invitations_to,
)
from vrm.companies.jwks import parse_jwks, parse_published
from vrm.companies.listing import list_approved
from vrm.companies.people import (
    ROLES,
    Member,
    Role,
    add_owner,
    change_role,
    end_member,
    find_former,
    find_member,
    list_members,
)
from vrm.companies.reading import find_client, get_client, get_clients, list_clients, list_due
from vrm.companies.records import Company, Finding, Stated
from vrm.companies.remote_keys import (
    USUAL,
    is_jwks_due,
    keep_jwks,
    keep_jwks_failure,
    refresh_jwks,
)
from vrm.companies.service import (
    approve,
    get_companies,
    get_company,
    list_companies,
    register,
    resume_company,
    suspend_company,
    sweep,
)
from vrm.companies.standing import client_standing, client_standings, lock_askers, may_ask
from vrm.companies.wording import MOST_MARKS, is_marked_well, is_readable, is_seen

__all__ = [
    "MOST_MARKS",
    "MOST_OVERLAP",
    "ROLES",
    "USUAL",
    "Asker",
    "BadJwksUri",
    "BadKeys",
    "BadRedirectUri",
    "CheckedJustNow",
    "Claim",
    "Client",
    "ClientKey",
    "ClientStanding",
    "Company",
    "DomainNotProved",
    "Finding",
    "InvitationOver",
    "InvitedEnough",
    "JwksNotServed",
    "KeyWarning",
    "MayNotAsk",
    "Member",
    "NewInvitation",
    "NotApprovable",
    "PersonInvitation",
    "Role",
    "Stated",
    "accept_invitation",
    "add_client_key",
    "add_owner",
    "approve",
    "change_client",
    "change_domain",
    "change_facts",
    "change_notice",
    "change_owner",
    "change_role",
    "check_domain",
    "client_standing",
    "client_standings",
    "console_client_id",
    "end_member",
    "find_client",
    "find_former",
    "find_member",
    "get_client",
    "get_clients",
    "get_companies",
    "get_company",
    "get_invitation",
    "invite_person",
    "is_jwks_due",
    "is_marked_well",
    "is_readable",
    "is_seen",
    "keep_finding",
    "keep_jwks",
    "keep_jwks_failure",
    "key_warnings",
    "list_approved",
    "list_clients",
    "list_companies",
    "list_due",
    "list_invitations",
    "list_members",
    "list_unproved",
    "lock_askers",
    "look_for_proof",
    "may_ask",
    "new_client",
    "new_domain_token",
    "origin",
    "parse_domain",
    "parse_jwks",
    "parse_notice_url",
    "parse_published",
    "parse_redirect_uri",
    "proof_url",
    "prove_domain",
    "refresh_jwks",
    "register",
    "remove_client_key",
    "resume_client",
    "resume_company",
    "retire_client_key",
    "set_purposes",
    "suspend_client",
    "suspend_company",
    "sweep",
    "withdraw_invitation",
    "withdraw_invitations_to",
]
