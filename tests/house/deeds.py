"""What can be done at pages and by programs, and which events of it the log holds: a row for every route that changes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from joserfc.jwk import ECKey

from tests.house.town import Town
from tests.support import seeds
from tests.unit.web.company.people import FORM
from vrm import clock, companies

Sent = Mapping[str, str]
Prepare = Callable[[Town, str], Sent | None]


@dataclass(frozen=True)
class Deed:
    """Somebody sends a form, and what of it is in the log. ``prepare`` is given the path, and may fill the form."""

    who: str | None
    events: str
    form: Sent | None = None
    prepare: Prepare | None = None
    rule: str = ""  # whose path is made first, where more than an id must be there


def _two_keys(town: Town, path: str) -> Sent:
    """One key of two may go."""
    town.request("POST", path.rpartition("/")[0], who="owner", form={"jwk": _key()})
    day = (clock.now() + timedelta(days=5)).date()
    return {"kid": str(town.shop.key.kid), "until": day.isoformat()}


def _key() -> str:
    return json.dumps(ECKey.generate_key("P-256", auto_kid=True).as_dict(private=False))


def _suspended(town: Town, path: str) -> None:
    town.request("POST", path.replace("resume", "suspend"), who="owner", form={})


def _closed(town: Town, path: str) -> None:
    town.request("POST", path.replace("reopen", "close"), who="auditor", form={})


def _paused(town: Town, path: str) -> None:
    town.request("POST", path.replace("resume", "pause"), who="mia", form={})


def _blocked(town: Town, path: str) -> None:
    town.request("POST", path.replace("unblock", "block"), who="ben", form={})


def _allowed(town: Town, path: str) -> Sent:
    """The person allows the shop something, and names it."""
    consent_id = town.places.path("/consents/<uuid:consent_id>").rpartition("/")[2]
    return {"company": town.shop.company.id, "consent": f"{consent_id}:1"}


def _all_paused(town: Town, path: str) -> None:
    _allowed(town, path)
    town.request("POST", "/consents/pause", who="mia", form={})


def _invited(town: Town, path: str) -> Sent:
    made = town.house.database.write(
        lambda db: companies.invite_person(
            db, town.house.keys, company_id=town.shop.company.id, email="new@work.example", role="agent",
            by=None, now=clock.now(),
        )
    )  # fmt: skip
    return {"token": made.token, "name": "Nia", "new_password": seeds.PASSWORD}


def _code(town: Town, path: str) -> Sent:
    return {"code": seeds.code(town.places.auditor.secret, clock.now())}


def _exposure(town: Town, path: str) -> Sent:
    now = clock.now()
    span = {"since": now - timedelta(days=1), "until": now + timedelta(hours=1)}
    said = {"client": town.shop.client.id, "title": "All of it", "file_title": "All of it"}
    return said | {name: f"{at:%Y-%m-%dT%H:%M}" for name, at in span.items()}


CONSOLE = {
    "key-0": "given_name", "purpose-0": seeds.PURPOSE, "required-0": "yes", "frequency-0": "once", "why-0": "",
    "any_of-0": "", "days": "90", "retention": "30", "recipients": "", "decision": "all", "do": "run",
}  # fmt: skip

DEEDS = {
    "/consents/<uuid:consent_id>/revoke": Deed("mia", "consent.revoked"),
    "/consents/<uuid:consent_id>/pause": Deed("mia", "consent.paused"),
    "/consents/<uuid:consent_id>/resume": Deed("mia", "consent.resumed", prepare=_paused),
    "/consents/<uuid:consent_id>/change": Deed(
        "mia",
        "consent.shortened",
        {"revision": "1", "line": f"name {seeds.PURPOSE}", "ends": "7"},
    ),
    "/stop/<code>": Deed(None, "consent.revoked", {"act": "stop"}),
    "/consents/pause": Deed("mia", "consent.paused", prepare=_allowed),
    "/consents/resume": Deed("mia", "consent.resumed", prepare=_all_paused),
    "/consents/revoke": Deed("mia", "consent.revoked", prepare=_allowed),
    "/companies/<uuid:company_id>/block": Deed("ben", "company.blocked"),
    "/companies/<uuid:company_id>/unblock": Deed("ben", "company.unblocked", prepare=_blocked),
    "/company/register": Deed("a newcomer", "company.registered company.person_joined", FORM),
    "/company/join": Deed(None, "company.person_joined", prepare=_invited),
    "/company/organisation/facts": Deed(
        "owner of B",
        "company.changed",
        {"legal_name": "Nordlicht SE", "address": "Bremen", "contact": "p@a.example"},
    ),
    "/company/organisation/notice": Deed(
        "owner of B", "company.changed", {"privacy_notice_url": "https://b.example/other"}
    ),
    "/company/organisation/owner": Deed("owner of B", "company.changed", {"owner": "Holding"}),
    "/company/organisation/purposes": Deed(
        "owner of B", "company.changed", {"purpose-0": seeds.PURPOSE, "why-0": "So.", "days-0": "9"}
    ),
    "/company/organisation/domain": Deed("owner of B", "company.changed", {"domain": "other.example"}),
    "/company/organisation/domain/token": Deed("owner of B", "company.changed"),
    "/company/people/invite": Deed(
        "owner", "company.person_invited", {"email": "k@a.example", "role": "agent"}
    ),
    "/company/people/invitations/<uuid:invitation_id>/withdraw": Deed(
        "owner", "company.invitation_withdrawn"
    ),
    "/company/people/<uuid:account_id>/role": Deed(
        "owner", "company.person_role_changed", {"role": "developer"}
    ),
    "/company/people/<uuid:account_id>/end": Deed("owner", "company.person_ended"),
    "/company/people/leave": Deed("agent", "company.person_ended"),
    "/company/clients/new": Deed(
        "owner",
        "client.registered",
        {"name": "Till", "redirect_uris": seeds.REDIRECT, "jwks": f'{{"keys": [{_key()}]}}'},
    ),
    "/company/clients/<uuid:client_id>/change": Deed(
        "owner", "client.changed", {"name": "Another", "redirect_uris": seeds.REDIRECT}
    ),
    "/company/clients/<uuid:client_id>/suspend": Deed("owner", "client.suspended"),
    "/company/clients/<uuid:client_id>/resume": Deed("owner", "client.resumed", prepare=_suspended),
    "/company/clients/<uuid:client_id>/sign-in": Deed(
        "owner", "client.changed", {"scope_purpose": seeds.PURPOSE}
    ),
    "/company/clients/<uuid:client_id>/keys": Deed("owner", "client.changed", {"jwk": _key()}),
    "/company/clients/<uuid:client_id>/keys/retire": Deed("owner", "client.changed", prepare=_two_keys),
    "/company/clients/<uuid:client_id>/keys/remove": Deed("owner", "client.changed", prepare=_two_keys),
    "/company/clients/<uuid:client_id>/keys/address": Deed(
        "owner", "client.changed", {"jwks_uri": "http://127.0.0.1:9/keys"}
    ),
    "/company/consents/export": Deed("owner", "company.exported", {"format": "csv"}),
    "/company/consents/<uuid:consent_id>/reads/export": Deed(
        "owner", "company.exported", rule="/company/consents/<uuid:consent_id>/reads/<uuid:event_id>"
    ),
    "/company/console/run": Deed(
        "owner",
        "client.registered client.changed consent.granted disclosure consent.revoked client.suspended",
        CONSOLE,
    ),
    "/audit/second-factor": Deed("an auditor, unproved", "auditor.signed_in", prepare=_code),
    "/audit/cases": Deed("auditor", "audit.viewed case.opened", {"title": "Nights"}),
    "/audit/cases/mark": Deed(
        "auditor", "audit.viewed case.opened case.changed", {"title": "Days", "leaf": "2"}
    ),
    "/audit/cases/<uuid:case_id>/marks": Deed("auditor", "audit.viewed case.changed", {"leaf": "4"}),
    "/audit/cases/<uuid:case_id>/unmark": Deed("auditor", "audit.viewed case.changed", {"leaf": "3"}),
    "/audit/cases/<uuid:case_id>/notes": Deed("auditor", "audit.viewed case.changed", {"text": "So."}),
    "/audit/cases/<uuid:case_id>/close": Deed("auditor", "audit.viewed case.changed"),
    "/audit/cases/<uuid:case_id>/reopen": Deed("auditor", "audit.viewed case.changed", prepare=_closed),
    "/audit/cases/<uuid:case_id>/bundle": Deed("auditor", "audit.viewed case.exported"),
    "/audit/anomalies/<uuid:anomaly_id>/mark": Deed(
        "auditor", "audit.viewed case.opened case.changed", {"title": "Refusals"}
    ),
    "/audit/anomalies/<uuid:anomaly_id>/looked-into": Deed(
        "auditor", "audit.viewed anomaly.changed", {"found": "A slip."}
    ),
    "/audit/anomalies/<uuid:anomaly_id>/reopen": Deed("auditor", "audit.viewed anomaly.changed"),
    "/audit/exposure/export": Deed("auditor", "audit.viewed case.exported", prepare=_exposure),
    "/audit/exposure/mark": Deed("auditor", "audit.viewed case.opened case.changed", prepare=_exposure),
    "/audit/checkpoints": Deed("auditor", "audit.viewed", {"checkpoint": "x"}),
    "/audit/views": Deed("auditor", "audit.viewed", {"name": "Mine", "outcome": "refused"}),
    "/audit/views/<uuid:view_id>/delete": Deed("auditor", "audit.viewed"),
    "/audit/tokens": Deed("auditor", "audit.viewed auditor.token_made", {"name": "Mine", "days": "7"}),
    "/audit/tokens/<uuid:token_id>/end": Deed("auditor", "audit.viewed auditor.token_ended"),
}
"""What people do at pages. A row is driven in its order, once; the log must hold exactly these types of events then."""

PROGRAMS = {
    "GET /v1/profile": "disclosure",
    "POST /v1/disclosures": "disclosure",
    "POST /v1/proposals": "value.proposed",
    "GET /oauth/userinfo": "disclosure",
    "POST /oauth/userinfo": "disclosure",
    "DELETE /oauth/grants/<grant_id>": "consent.returned",
    "GET /v1/audit/export": "audit.viewed log.exported",
    "GET /log/tile/entries/<path:place>": "audit.viewed",
    "POST /v1/audit/cases/<uuid:case_id>/bundle": "audit.viewed case.exported",
    "POST /v1/audit/exposure/bundle": "audit.viewed case.exported",
}
"""What programs do with a token, beside auditors' programs, each look of which is an event."""


OWN = "of an account alone: the log tells of people's data and of those who watch it, never who came when"
NO_DATA = "no data of anybody moves, and nothing of a company changes"

SILENT = {
    "/sign-in": OWN,
    "/sign-out": OWN,
    "/sign-up": OWN,
    "/reset": OWN,
    "/choose-password": OWN,
    "/second-factor": OWN,
    "/second-factor/remove": OWN,
    "/account/password": OWN,
    "/account/sign-out-elsewhere": OWN,
    "/account/sign-out-everywhere": OWN,
    "/signing-out": OWN,
    "/oauth/end-session": OWN,
    "/profile/<field>": "the person's own values: who reads one, and which version of it, is logged then",
    "/profile/<field>/<uuid:item>": "as of a field with one value",
    "/profile/<field>/<uuid:item>/restore": "as of a field with one value",
    "/profile/<field>/<uuid:item>/forget": "only versions that nobody can read any more go",
    "/profile/in/<group>": "as of a field with one value, for several at once",
    "/profile/proposed/<uuid:proposal_id>/accept": "as of a field with one value: an event would tell the company",
    "/profile/proposed/<uuid:proposal_id>/decline": "nothing is kept, and nobody is to learn that it was declined",
    "/notices/settings": "how the person wants to hear of what is logged: a letter discloses nothing to anybody",
    "/desk": "a code of the person's own; what comes of it is an ask, and its answer is logged",
    "/company/console": "shows what is in the form, and keeps nothing",
    "/receipts/check": "says what is in a file that whoever asks has: nothing is kept, and nothing looked up",
    "/oauth/par": "an ask is put by the person's browser; its answer is logged",
    "/oauth/introspect": f"tells a client of its own token: {NO_DATA}",
    "/oauth/revoke": f"the end of a token, not of the consent: {NO_DATA}",
    "/oauth/token": f"a token opens nothing that a read does not log: {NO_DATA}",
}
"""Forms of which nothing is in the log, and why not. Of an office's own, those of the three alike."""

ELSEWHERE = {
    "/company/organisation/domain/check": ("company.domain_proved", "unit/companies/test_domain_checks.py"),
    "/company/clients/<uuid:client_id>/keys/fetch": ("client.changed", "unit/companies/test_remote_keys.py"),
    "/asks/<uuid:ask_id>": ("consent.refused", "oauth/test_backchannel.py"),  # the yes: the console's run
    "/oauth/backchannel": ("consent.refused", "oauth/test_backchannel.py"),
    "/account/close": ("consumer.erased", "unit/journeys/test_closing.py"),  # and consent.revoked
    "/oauth/authorize": ("consent.signed_in", "oauth/test_openid_again.py"),
}
"""What takes a stranger's server, or time, and where its event is seen."""

TAKEN_OUT = {"/audit/log/export": {"log.exported"}}
"""Pages of auditors that are more than a look."""

SHOWN = {
    "/notices": {"notice_people"},  # up to when they have looked
    "/second-factor": {"second_factors", "recovery_codes"},  # those shown are in use once one is proved
}
"""Pages that write into tables, and into which; beside what each visit writes, and the look of an auditor."""
