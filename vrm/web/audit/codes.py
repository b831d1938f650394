"""What the codes of the log mean: of types of events, of refusals, of changes, and of what auditors look at."""

from collections.abc import Mapping

from vrm import consents, oversight
from vrm.web.language import N_, gettext

ACTIONS: Mapping[str, str] = {
    "disclosure": N_("A read"),
    "consent.granted": N_("Consent granted"),
    "consent.amended": N_("Consent changed"),
    "consent.narrowed": N_("Consent narrowed"),
    "consent.extended": N_("Consent runs longer"),
    "consent.shortened": N_("Consent ends sooner"),
    "consent.paused": N_("Consent paused"),
    "consent.resumed": N_("Consent resumed"),
    "consent.used": N_("Consent used up"),
    "consent.revoked": N_("Consent revoked"),
    "consent.returned": N_("Consent given back"),
    "consent.signed_in": N_("Signed in again"),
    "consent.expired": N_("Consent ran out"),
    "consent.refused": N_("Ask refused by the person"),
    "value.proposed": N_("Value proposed for a profile"),
    "ask.unanswered": N_("Nobody allowed a request at a desk"),
    "company.registered": N_("Company registered"),
    "company.domain_proved": N_("Domain proved"),
    "company.approved": N_("Company approved"),
    "company.suspended": N_("Company suspended"),
    "company.resumed": N_("Company resumed"),
    "company.changed": N_("Company changed"),
    "company.blocked": N_("Company blocked by a person"),
    "company.unblocked": N_("Block lifted"),
    "company.person_invited": N_("Colleague invited"),
    "company.invitation_withdrawn": N_("Invitation withdrawn"),
    "company.person_joined": N_("Colleague joined"),
    "company.person_role_changed": N_("Role changed"),
    "company.person_ended": N_("Colleague left"),
    "company.exported": N_("Company took an export"),
    "consumer.erased": N_("A person was erased"),
    "client.registered": N_("Client registered"),
    "client.changed": N_("Client changed"),
    "client.suspended": N_("Client suspended"),
    "client.resumed": N_("Client resumed"),
    "auditor.granted": N_("Auditor’s mandate given"),
    "auditor.ended": N_("Auditor’s mandate ended"),
    "auditor.invited_again": N_("Auditor’s link sent again"),
    "auditor.factor_reset": N_("Auditor’s second factor reset"),
    "auditor.signed_in": N_("Auditor signed in"),
    "auditor.token_made": N_("Auditor’s token made"),
    "auditor.token_ended": N_("Auditor’s token ended"),
    "audit.viewed": N_("An auditor looked"),
    "case.opened": N_("Case opened"),
    "case.changed": N_("Case changed"),
    "anomaly.changed": N_("Alarm looked into"),
    "case.exported": N_("Signed file taken out"),
    "exposure.traced": N_("Exposure traced"),
    "log.exported": N_("Log exported"),
    "log.begun_anew": N_("Log begun anew"),
    "keys.rotated": N_("Keys rotated"),
    "keys.retired": N_("Old KEK deleted"),
    "keys.signing_rotated": N_("Signing key published"),
    "keys.log_rotated": N_("The log’s key changes"),
    "backup.made": N_("Backup made"),
    "backup.restored": N_("Backup restored"),
}
"""What happened, by type, as short as a list needs it."""

CODES: Mapping[str, str] = {
    "client_suspended": N_("The client or its company may not read anybody"),
    "revoked": N_("The person had revoked the consent"),
    "returned": N_("The company had given the consent back"),
    "expired": N_("The consent had run out"),
    "used": N_("The consent was for once, and was read"),
    "paused": N_("The person had paused the consent"),
    "too_soon": N_("Read as often as the person allowed, for then"),
    "notice_changed": N_("Notice or owner of the company changed after the consent"),
    "superseded": N_("The token was from before the consent changed"),
    "erased": N_("The person was erased"),
    "purpose_required": N_("The consent has several purposes, and none was named"),
    "purpose_not_permitted": N_("Not granted for this purpose"),
    "keys_not_permitted": N_("None of these keys was granted"),
    "not_found": N_("There is no such consent for this client"),
    "unreadable": N_("A value could not be opened"),
    "legal_name": N_("Its legal name"),
    "address": N_("Its address"),
    "contact": N_("Its contact"),
    "domain": N_("Its domain"),
    "domain_token": N_("The token that proves its domain"),
    "notice": N_("Its privacy notice"),
    "owner": N_("Who owns it"),
    "purposes": N_("Its purposes"),
    "consents": N_("Consents"),
    "reads": N_("Reads"),
    "name": N_("Its name"),
    "redirect_uris": N_("Its redirect URIs"),
    "jwks": N_("Its keys"),
    "jwks_uri": N_("The address of its keys"),
    "scope_purpose": N_("What its scopes are for"),
    "post_logout_redirect_uris": N_("Where people go after signing out"),
    "key_added": N_("A key was added"),
    "at_once": N_("Every other key ended at once"),
    "receipts": N_("The key that signs receipts"),
    "unheard": N_("Signed on before its witnesses had answered"),
    "key_retired": N_("A key was given an end"),
    "key_removed": N_("A key was removed"),
    "marked": N_("An entry was marked"),
    "unmarked": N_("A mark was taken away"),
    "noted": N_("A note was written"),
    "closed": N_("It was closed"),
    "reopened": N_("It was reopened"),
    "looked_into": N_("It was looked into"),
    "exported": N_("It was exported"),
    "case": N_("A case"),
    "exposure": N_("An exposure"),
    "counted": N_("People were counted"),
    "notified": N_("People were written to"),
    "all": N_("The whole log"),
    "selection": N_("A selection"),
    "begun": N_("A second key signs too"),
    "finished": N_("The first key is gone"),
    "archive": N_("Copied into an archive"),
    "archive_moved": N_("Entries moved into an archive"),
}
"""What a code says in an entry that is about neither a role nor a look."""

ROLES: Mapping[str, str] = {
    "owner": N_("as owner"),
    "developer": N_("as developer"),
    "agent": N_("as agent"),
    "privacy_officer": N_("as privacy officer"),
}

LOOKS: Mapping[str, str] = {
    "overview": N_("The home page"),
    "search": N_("The log"),
    "entry": N_("An entry"),
    "exposure": N_("Exposure"),
    "anomalies": N_("Alarms"),
    "case": N_("Cases"),
    "checkpoint": N_("Checkpoints"),
    "export": N_("An export"),
    "looks": N_("What auditors looked at"),
    "tokens": N_("Their own tokens"),
    "views": N_("Their own saved views"),
}
"""What an auditor can look at."""

_EXPORTS = {
    "leaf_index": N_("An export: an entry with its proof"),
    "case_id": N_("An export: a case"),
    "since": N_("An export: an exposure"),
}
_BY_PROGRAM = {
    "api_entries": LOOKS["search"],
    "api_entry": LOOKS["entry"],
    "api_tallies": N_("How many over time"),
    "api_rankings": N_("What most of them have"),
    "api_exposure": LOOKS["exposure"],
    "api_exposure_bundle": _EXPORTS["since"],
    "api_anomalies": LOOKS["anomalies"],
    "api_anomaly": N_("An alarm"),
    "api_checkpoints": LOOKS["checkpoint"],
    "api_newest_checkpoint": N_("The newest checkpoint"),
    "api_checkpoint": N_("A checkpoint"),
    "api_consistency": N_("A consistency proof"),
    "api_cases": LOOKS["case"],
    "api_case": CODES["case"],
    "api_case_lines": N_("The lines of a case"),
    "api_case_marks": N_("The marks of a case"),
    "api_case_bundle": _EXPORTS["case_id"],
    "api_export": N_("An export: the whole log"),
    "api_looks": LOOKS["looks"],
    "log_bundles": N_("Entries of the log, in order"),
}


def action(type: str) -> str:
    """What happened; the type itself where this version does not know it."""
    return gettext(ACTIONS[type]) if type in ACTIONS else type


def meaning(type: str, code: str) -> str:
    """What a code says in an entry of this type; "" where this version does not know it."""
    if type == oversight.LOOK:
        return look(code) if code != look(code) else ""
    found = (ROLES if type.startswith(("company.person", "company.inv")) else CODES).get(code)
    return gettext(found) if found else ""


def meanings(code: str) -> str:
    """What a code can say, whatever the type; "" where this version does not know it."""
    found = [meaning(type, code) for type, known in oversight.CODES.items() if code in known]
    return " / ".join(dict.fromkeys(filter(None, found)))


def told(type: str, code: str) -> str:
    """What the company was told instead of the code of a refused read; "" where it was told the very code."""
    public = consents.public_code(code) if type == "disclosure" else code
    return public if public != code else ""


def look(code: str, query: Mapping[str, str] | None = None) -> str:
    """What was looked at, in words, and of what an export was; the code itself where this version does not know it."""
    if code == "export":
        found = next((words for name, words in _EXPORTS.items() if name in (query or {})), LOOKS[code])
        return gettext(found)
    if code in _BY_PROGRAM:
        return gettext("%(what)s, by a program", what=gettext(_BY_PROGRAM[code]))
    return gettext(LOOKS[code]) if code in LOOKS else code
