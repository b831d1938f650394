"""Who else can sign in: people of every company, and an auditor with a case begun. Made once for each home."""

import base64
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy.orm import Session

from vrm import accounts, clock, companies, oversight
from vrm.companies import Role
from vrm.demo import seed
from vrm.demo.story import Stage, Tell
from vrm.house import House

STAFF: tuple[tuple[str, str, Role], ...] = (
    ("ines@nordlicht.example", "Ines Albers", "owner"),
    ("tom@nordlicht.example", "Tom Birk", "developer"),
    ("sam@nordlicht.example", "Sam Reed", "agent"),
    ("ada@nordlicht.example", "Ada Hill", "privacy_officer"),
    ("nora@kiefernweg.example", "Nora Lang", "owner"),
    ("aoife@kavanagh.example", "Aoife Kavanagh", "owner"),
    ("ruby@southerngrid.example", "Ruby Chen", "owner"),
    ("sigrid@fjell.example", "Sigrid Dahl", "owner"),
    ("max@unionlane.example", "Max Doyle", "owner"),
    ("lin@roadpharmacy.example", "Lin Zhao", "owner"),
)
AUDITOR, NAME, MANDATE_DAYS = "okafor@auditors.example", "R. Okafor", 90
_MARKED = 3  # entries in the case
_SHOWN = 3  # recovery codes are told of, so that nobody needs a telephone to look around


def open_offices(stage: Stage, house: House) -> None:
    """An account for each of them, once for each home, where the company is that the address names."""
    at = {each.domain: each.id for each in house.database.read(companies.list_companies)}
    for email, name, role in STAFF:
        joined = seed.recall(stage.home).get("staff", [])
        company_id = at.get(
            email.partition("@")[2]
        )  # None in a home that was made before there was this company
        if company_id and email not in joined:
            _join(house, company_id, email, name, role)
            seed.mark(stage.home, staff=[*joined, email])
    if not seed.recall(stage.home).get("auditor"):
        seed.mark(stage.home, auditor=_auditor(house))
    stage.tell(
        f"   its owner, and people of {len(at) - 1} more companies, sign in at {stage.issuer}/company/sign-in"
    )
    stage.tell(
        f"   {NAME} reviews the log with a mandate of {MANDATE_DAYS} days: {stage.issuer}/audit/sign-in"
    )


def tell_how(stage: Stage, tell: Tell) -> None:
    """The doors for companies and auditors, and what to type there."""
    found = seed.recall(stage.home)["auditor"]
    tell(f"For companies: {stage.issuer}/company/sign-in (Nordlicht has a past, Kiefernweg asked Noa)")
    staff = [f"{email} ({role.replace('_', ' ')})" for email, _, role in STAFF]
    for first in range(0, len(staff), 2):
        tell(f"  {'' if first else 'sign in as':13}{', '.join(staff[first : first + 2])}")
    tell(f"For auditors: {stage.issuer}/audit/sign-in")
    tell(f"  sign in as   {AUDITOR}")
    tell(f"  second code  from an authenticator app with the secret {found['secret']},")
    tell(f"               or one of these, each good once: {', '.join(found['codes'][:_SHOWN])}")


def _join(house: House, company_id: str, email: str, name: str, role: Role) -> None:
    now = clock.now()
    newcomer = accounts.prepare_newcomer(
        house.keys, house.hasher, email=email, password=seed.PASSWORD, name=name
    )

    def join(session: Session) -> None:
        link = accounts.invite(session, house.keys, email=email, client="127.0.0.1", now=now, kind="company")
        account = accounts.complete_sign_up(session, token=link.token, newcomer=newcomer, now=now)
        invited = companies.invite_person(
            session, house.keys, company_id=company_id, email=email, role=role, by=None, now=now
        )
        companies.accept_invitation(session, token=invited.token, account_id=account.id, now=now)

    house.database.write(join)


def _auditor(house: House) -> dict[str, Any]:
    """A mandate, an account, and a second factor in use: its secret, and its recovery codes. A case is begun."""
    now = clock.now()
    named = accounts.prepare_auditor(house.keys, name=NAME)
    newcomer = accounts.prepare_newcomer(
        house.keys, house.hasher, email=AUDITOR, password=seed.PASSWORD, person_id=named.id
    )

    def let_in(session: Session) -> accounts.Account:
        until = now + timedelta(days=MANDATE_DAYS)
        link = accounts.grant_auditor(session, house.keys, auditor=named, email=AUDITOR, until=until, now=now)
        return accounts.complete_sign_up(session, token=link.token, newcomer=newcomer, now=now)

    account = house.database.write(let_in)
    enrolment = house.database.write(
        lambda session: accounts.begin_second_factor(
            session, house.keys, account_id=account.id, token="", issuer="VRM", label="demo"
        )
    )
    code = _code(enrolment.secret, now - timedelta(seconds=30))  # that of now is left for signing in
    _, codes = house.database.write(
        lambda session: accounts.confirm_second_factor(
            session, house.keys, account_id=account.id, code=code, token="", now=now
        )
    )
    _investigate(house, named.id, now)
    return {"secret": enrolment.secret, "codes": codes}


def _investigate(house: House, auditor_id: str, now: datetime) -> None:
    """A case about the desk that looked at everybody: what rests on the finding is marked, and a note is left."""

    def work(session: Session) -> None:
        found = oversight.list_anomalies(session, kind="agent", limit=1)
        if not found:
            return
        case = oversight.open_case(
            session, house.keys, title="One desk looked at everybody", auditor_id=auditor_id, now=now
        )
        here: dict[str, Any] = {"case_id": case.id, "auditor_id": auditor_id, "now": now}
        for row in oversight.search(session, found[0].evidence).rows[:_MARKED]:
            oversight.mark(session, house.keys, leaf_index=row.leaf_index, note="Within one minute", **here)
        oversight.add_note(session, house.keys, text="Nordlicht was asked who reads at this desk.", **here)

    house.database.write(work)


def _code(secret: str, at: datetime) -> str:
    """What a device with this secret shows at that moment (RFC 6238)."""
    raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
    return TOTP(raw, 6, SHA1(), 30).generate(int(at.timestamp())).decode()  # noqa: S303  # as authenticators do
