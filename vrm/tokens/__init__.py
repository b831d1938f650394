"""What the authorization server hands out: codes, access and refresh tokens, pushed requests, used assertion ids.

All are stored as hashes only. A token is worth token ∩ consent ∩ client ∩ purpose, worked out at use: this room
knows only the first part, and carries the consent's epoch for those who know the rest.

Called by the OAuth endpoints and by the protector of the API.
"""

from vrm.tokens.models import AuthorizationCode, Token
from vrm.tokens.service import (
    CODE_LIFE,
    PUSHED_LIFE,
    TOKEN_LIFE,
    Grantee,
    find_code,
    find_pushed,
    find_token,
    forget,
    issue_code,
    issue_token,
    push_request,
    revoke_of_code,
    revoke_token,
    spend_code,
    sweep,
    use_assertion,
)

__all__ = [
    "CODE_LIFE",
    "PUSHED_LIFE",
    "TOKEN_LIFE",
    "AuthorizationCode",
    "Grantee",
    "Token",
    "find_code",
    "find_pushed",
    "find_token",
    "forget",
    "issue_code",
    "issue_token",
    "push_request",
    "revoke_of_code",
    "revoke_token",
    "spend_code",
    "sweep",
    "use_assertion",
]
