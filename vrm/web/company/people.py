"""The people of an organisation: who they are, inviting, other roles, off-boarding at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import accounts, clock, companies
from vrm.companies import Member
from vrm.errors import Conflict, Invalid, NotFound, TooMany
from vrm.house import House
from vrm.web import letters, pages, problems, session
from vrm.web.audiences import audience
from vrm.web.company import words
from vrm.web.company.organisation import OWNER
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import told
from vrm.web.offices import COMPANIES
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.site import site
from vrm.web.typed import N_, REFUSED, needed

PAGE = "/company/people"


class _Invitation(Schema):
    email = needed(N_("Type the e-mail address of your colleague."))
    role = needed(N_("Choose a role."))


class _Role(Schema):
    role = needed(N_("Choose a role."))


@dataclass(frozen=True)
class Colleague:
    """One of the people, opened for their colleagues. ``name`` None: they gave none."""

    account_id: str
    name: str | None
    email: str
    role: str
    joined_at: datetime
    self: bool
    last_owner: bool


def add_routes(blueprint: Blueprint) -> None:
    """``/company/people``: ``/invite``, ``/<account>/role``, ``/<account>/end``, ``/leave``, ``/invitations/<id>/withdraw``."""
    blueprint.get("/people")(show_people)
    blueprint.post("/people/invite")(invite)
    blueprint.post("/people/invitations/<uuid:invitation_id>/withdraw")(withdraw)
    blueprint.post("/people/<uuid:account_id>/role")(change_role)
    blueprint.get("/people/<uuid:account_id>/end")(show_end)
    blueprint.post("/people/<uuid:account_id>/end")(end)
    blueprint.get("/people/leave")(show_leave)
    blueprint.post("/people/leave")(leave)


@audience("company")
def show_people() -> Response:
    return _page(BLANK)


@audience("company", roles=OWNER)
def invite() -> BaseResponse:
    """Mail a link that lets one person in. The letter goes exactly if the invitation is kept."""
    here, present, company_id, now = house(), session.present(), session.company_id(), clock.now()
    form = filled(_Invitation())
    if form.errors:
        return _page(form, REFUSED)

    def write(db: Session) -> None:
        made = companies.invite_person(
            db, here.keys, company_id=company_id, **form.data, by=present.account_id, now=now
        )
        if any(made.email.casefold() == each.email.casefold() for each in _people(db, here, company_id)):
            raise Conflict(N_("This person belongs to your organisation already."), code="is_member")
        company = companies.get_company(db, company_id=company_id)
        link = f"{site().issuer}{COMPANIES.prefix}/join?{urlencode({'token': made.token})}"
        inviter = accounts.open_people(db, here.keys, account_ids=[present.account_id])[present.account_id]
        values = {
            "company": company.legal_name,
            "link": link,
            "inviter": inviter.name or inviter.email,
            "role": words.role(made.role),
        }
        # Anybody can register under any name: until the operator has looked, the letter says that nobody has.
        letter = "company_invitation" if company.state == "approved" else "company_invitation_unchecked"
        letters.enqueue(db, here.keys, letter=letter, to=made.email, values=values, now=now)

    try:
        here.database.write(write)
    except Invalid as fault:
        return _page(form.with_fault(fault), problems.row(fault).status)
    except (Conflict, TooMany) as fault:
        return _page(Form(form.values, {}, {"": told(fault)}), problems.row(fault).status)
    return onward(PAGE, "invited")


@audience("company", roles=OWNER)
def withdraw(invitation_id: object) -> BaseResponse:
    company_id, account_id = session.company_id(), session.present().account_id
    house().database.write(
        lambda db: companies.withdraw_invitation(
            db, company_id=company_id, invitation_id=str(invitation_id), by=account_id, now=clock.now()
        )
    )
    return onward(PAGE, "withdrawn")


@audience("company", roles=OWNER)
def change_role(account_id: object) -> BaseResponse:
    """Another role, which holds from that person's next request on."""
    company_id, by, form = session.company_id(), session.present().account_id, filled(_Role())
    if form.errors:
        raise Invalid(form.errors["role"], field="role")
    house().database.write(
        lambda db: companies.change_role(
            db,
            company_id=company_id,
            account_id=str(account_id),
            role=form.data["role"],
            by=by,
            now=clock.now(),
        )
    )
    return onward(PAGE, "saved")


@audience("company", roles=OWNER)
def show_end(account_id: object) -> Response:
    return _end_page(str(account_id))


@audience("company", roles=OWNER)
def end(account_id: object) -> BaseResponse:
    """Off-board somebody, at once."""
    return _end(str(account_id))


@audience("company")
def show_leave() -> Response:
    return _end_page(session.present().account_id)


@audience("company")
def leave() -> BaseResponse:
    """Whoever is here ends their own membership, whatever their role; the last owner cannot."""
    return _end(session.present().account_id)


def _end_page(account_id: str) -> Response:
    here, company_id = house(), session.company_id()
    people = here.database.read(lambda db: _people(db, here, company_id))
    found = next((each for each in people if each.account_id == account_id), None)
    if found is None:
        raise NotFound("There is nobody like that in this company.")
    return pages.render("company_person_end.html", person=found)


def _end(gone: str) -> BaseResponse:
    """Membership, sessions and invitations to them end in one transaction, so nothing stays open behind them."""
    here, company_id, present = house(), session.company_id(), session.present()

    def write(db: Session) -> None:
        ours: dict[str, Any] = {"company_id": company_id, "by": present.account_id, "now": clock.now()}
        companies.end_member(db, account_id=gone, **ours)
        accounts.end_sessions(db, account_id=gone)
        for person in accounts.open_people(db, here.keys, account_ids=[gone]).values():
            companies.withdraw_invitations_to(db, here.keys, email=person.email, **ours)
            if gone != present.account_id:
                values = {"company": companies.get_company(db, company_id=company_id).legal_name}
                letters.enqueue(
                    db,
                    here.keys,
                    letter="company_person_ended",
                    to=person.email,
                    values=values,
                    now=ours["now"],
                )

    here.database.write(write)
    if gone != present.account_id:
        return onward(PAGE, "person-ended")
    response = onward(COMPANIES.start, "left")
    session.forget(response)
    return response


def _people(db: Session, here: House, company_id: str) -> list[Colleague]:
    members = companies.list_members(db, company_id=company_id)
    opened = accounts.open_people(db, here.keys, account_ids=[each.account_id for each in members])
    owners = sum(each.role == "owner" for each in members)
    return [_colleague(each, opened, owners) for each in members if each.account_id in opened]


def _colleague(member: Member, opened: dict[str, accounts.Person], owners: int) -> Colleague:
    person = opened[member.account_id]
    return Colleague(
        member.account_id,
        person.name,
        person.email,
        member.role,
        member.joined_at,
        self=member.account_id == session.present().account_id,
        last_owner=member.role == "owner" and owners == 1,
    )


def _page(form: Form, status: int = 200) -> Response:
    here, present, company_id, now = house(), session.present(), session.company_id(), clock.now()
    owns = present.role in OWNER

    def look(db: Session) -> dict[str, Any]:
        waiting = companies.list_invitations(db, here.keys, company_id=company_id, now=now) if owns else []
        return {"people": _people(db, here, company_id), "invitations": waiting}

    return pages.render(
        "company_people.html",
        status,
        form=form,
        owns=owns,
        roles=words.roles(),
        role_name=words.ROLES,
        **here.database.read(look),
    )
