"""Who may sign in: accounts, the links mailed to them, their sessions and second factors; and who may audit.

Called by the web's edges, the command line and ``journeys``. There are three kinds of account, each with a door of
its own: consumers, people of companies, and auditors. An account's id is never the consumer's id: the first signs
in, the second owns data, and only this room knows which belong together. E-mail addresses and names are sealed
under the person's own key and found by keyed hash. This room must never know what is in a profile or which company
someone works for, and never tell anybody whether a person exists.

Slow and durable steps stand outside transactions and are verbs of their own (``prepare_newcomer``,
``prepare_password``, ``prepare_auditor``); what goes into ``Database.write`` has no other effect.
"""

from vrm.accounts.auditor_tokens import (
    AuditorToken,
    end_auditor_token,
    find_auditor_by_token,
    issue_auditor_token,
    list_auditor_tokens,
)
from vrm.accounts.auditors import (
    Auditor,
    NewAuditor,
    end_auditor,
    extend_auditor,
    get_active_auditor,
    grant_auditor,
    holds_mandate,
    last_day,
    list_auditors,
    prepare_auditor,
    record_auditor_sign_in,
    renew_invitation,
    reset_auditor_factor,
)
from vrm.accounts.errors import (
    AccountExists,
    BadPassword,
    LinkExpired,
    WrongCode,
    WrongCredentials,
)
from vrm.accounts.handles import Kind
from vrm.accounts.invitations import (
    AUDITOR_LIFETIME,
    LIFETIME,
    Invitation,
    get_invitation,
    invite,
)
from vrm.accounts.passwords import (
    LONGEST,
    SHORTEST,
    Cost,
    Hasher,
)
from vrm.accounts.second_factor import (
    Enrolment,
    begin_second_factor,
    confirm_second_factor,
    count_recovery_codes,
    end_second_factor,
    prove_second_factor,
)
from vrm.accounts.service import (
    Person,
    end_account,
    forget,
    get_account,
    list_person_ids,
    open_people,
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
from vrm.accounts.sign_in import change_password, prove_password, sign_in
from vrm.accounts.sign_up import (
    Account,
    Newcomer,
    add_newcomers,
    complete_sign_up,
    find_people,
    prepare_newcomer,
    prepare_newcomers,
    prepare_password,
    reset_password,
)

__all__ = [
    "AUDITOR_LIFETIME",
    "LIFETIME",
    "LONGEST",
    "SHORTEST",
    "Account",
    "AccountExists",
    "Auditor",
    "AuditorToken",
    "BadPassword",
    "Cost",
    "Enrolment",
    "Hasher",
    "Invitation",
    "Kind",
    "LinkExpired",
    "NewAuditor",
    "Newcomer",
    "Person",
    "Present",
    "SignedIn",
    "Started",
    "WrongCode",
    "WrongCredentials",
    "add_newcomers",
    "begin_second_factor",
    "change_password",
    "complete_sign_up",
    "confirm_second_factor",
    "count_recovery_codes",
    "end_account",
    "end_auditor",
    "end_auditor_token",
    "end_second_factor",
    "end_session",
    "end_sessions",
    "extend_auditor",
    "find_auditor_by_token",
    "find_people",
    "find_session",
    "forget",
    "get_account",
    "get_active_auditor",
    "get_invitation",
    "grant_auditor",
    "holds_mandate",
    "invite",
    "issue_auditor_token",
    "last_day",
    "list_auditor_tokens",
    "list_auditors",
    "list_person_ids",
    "list_sessions",
    "open_people",
    "open_person",
    "prepare_auditor",
    "prepare_newcomer",
    "prepare_newcomers",
    "prepare_password",
    "prove_password",
    "prove_second_factor",
    "record_auditor_sign_in",
    "renew_invitation",
    "reset_auditor_factor",
    "reset_password",
    "sign_in",
    "start_session",
    "sweep",
    "touch_session",
]
