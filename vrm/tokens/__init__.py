"""What the authorization server hands out: codes, access and refresh tokens; pushed requests, and those that wait for
somebody who is elsewhere; what was shown once.

All are stored as hashes only. A token is worth token ∩ consent ∩ client ∩ purpose, worked out at use: this room
knows only the first part, and carries the consent's epoch for those who know the rest.

Called by the OAuth endpoints and by the protector of the API.
"""

from vrm.tokens.backchannel import (
    BACKCHANNEL_LIFE,
    POLL_INTERVAL,
    Allowed,
    NewBackchannelRequest,
    came_early,
    decide_backchannel,
    find_backchannel,
    keep_backchannel,
    may_reach,
    new_backchannel,
    open_messages,
    use_backchannel,
)
from vrm.tokens.closing import close_backchannel
from vrm.tokens.models import AuthorizationCode, BackchannelRequest, Token
from vrm.tokens.pushed import (
    PUSHED_LIFE,
    find_pushed,
    new_request_uri,
    park_request,
    push_request,
    use_pushed,
    was_answered,
    was_used,
)
from vrm.tokens.seen import Shown, ShownBefore, is_used_up, see_once, use_up
from vrm.tokens.service import (
    CODE_LIFE,
    TOKEN_LIFE,
    AccessToken,
    Grantee,
    bind_token,
    find_access_token,
    find_code,
    find_token,
    forget,
    issue_code,
    issue_token,
    revoke_of_code,
    revoke_token,
    spend_code,
    sweep,
)

__all__ = [
    "BACKCHANNEL_LIFE",
    "CODE_LIFE",
    "POLL_INTERVAL",
    "PUSHED_LIFE",
    "TOKEN_LIFE",
    "AccessToken",
    "Allowed",
    "AuthorizationCode",
    "BackchannelRequest",
    "Grantee",
    "NewBackchannelRequest",
    "Shown",
    "ShownBefore",
    "Token",
    "bind_token",
    "came_early",
    "close_backchannel",
    "decide_backchannel",
    "find_access_token",
    "find_backchannel",
    "find_code",
    "find_pushed",
    "find_token",
    "forget",
    "is_used_up",
    "issue_code",
    "issue_token",
    "keep_backchannel",
    "may_reach",
    "new_backchannel",
    "new_request_uri",
    "open_messages",
    "park_request",
    "push_request",
    "revoke_of_code",
    "revoke_token",
    "see_once",
    "spend_code",
    "sweep",
    "use_backchannel",
    "use_pushed",
    "use_up",
    "was_answered",
    "was_used",
]
