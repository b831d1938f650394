"""Who may sign in: accounts, the links mailed to them, their sessions; and who may audit.

Called by the web's edges, the command line and ``journeys``. An account's id is never the consumer's id: the
first signs in, the second owns data, and only this room knows which belong together. E-mail addresses and names
are sealed under the person's own key and found by keyed hash. This room must never know what is in a profile,
and never tell anybody whether a person exists.

Slow and durable steps stand outside transactions and are verbs of their own (``prepare_newcomer``,
``prepare_password``, ``prepare_auditor``); what goes into ``Database.write`` has no other effect.
"""

from vrm.accounts.auditors import (
    Auditor,
    NewAuditor,
    end_auditor,
    get_active_auditor,
    grant_auditor,
    list_auditors,
    prepare_auditor,
)
from vrm.accounts.errors import AccountExists, BadPassword, LinkExpired, WrongCredentials
from vrm.accounts.passwords import LONGEST, SHORTEST, Cost, Hasher
from vrm.accounts.service import (
    Person,
    end_account,
    forget,
    get_account,
    list_consumer_ids,
    open_person,
    sweep,
)
from vrm.accounts.sessions import (
    Present,
    SignedIn,
    Started,
    end_session,
    end_sessions,
    find_session,
    list_sessions,
    start_session,
    touch_session,
)
from vrm.accounts.sign_in import change_password, sign_in
from vrm.accounts.sign_up import (
    LIFETIME,
    Account,
    Invitation,
    Newcomer,
    complete_sign_up,
    get_invitation,
    invite,
    prepare_newcomer,
    prepare_password,
    reset_password,
)

__all__ = [
    "LIFETIME",
    "LONGEST",
    "SHORTEST",
    "Account",
    "AccountExists",
    "Auditor",
    "BadPassword",
    "Cost",
    "Hasher",
    "Invitation",
    "LinkExpired",
    "NewAuditor",
    "Newcomer",
    "Person",
    "Present",
    "SignedIn",
    "Started",
    "WrongCredentials",
    "change_password",
    "complete_sign_up",
    "end_account",
    "end_auditor",
    "end_session",
    "end_sessions",
    "find_session",
    "forget",
    "get_account",
    "get_active_auditor",
    "get_invitation",
    "grant_auditor",
    "invite",
    "list_auditors",
    "list_consumer_ids",
    "list_sessions",
    "open_person",
    "prepare_auditor",
    "prepare_newcomer",
    "prepare_password",
    "reset_password",
    "sign_in",
    "start_session",
    "sweep",
    "touch_session",
]
