"""Being asked at a desk or on the phone: a short code to read out, and companies that may not ask that way."""

from flask import Blueprint, Response, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, companies, consents
from vrm.errors import NotFound
from vrm.web import pages, session
from vrm.web.audiences import audience
from vrm.web.onward import onward
from vrm.web.portal import asks
from vrm.web.rooms import house


def add_routes(blueprint: Blueprint) -> None:
    """``/desk``, ``/companies/<id>/block``, ``/companies/<id>/unblock``."""
    blueprint.get("/desk")(show_desk)
    blueprint.post("/desk")(new_code)
    blueprint.get("/companies/<uuid:company_id>/block")(show_block)
    blueprint.post("/companies/<uuid:company_id>/block")(block)
    blueprint.post("/companies/<uuid:company_id>/unblock")(unblock)


@audience("consumer")
def show_desk() -> Response:
    return _page(None)


@audience("consumer")
def new_code() -> Response:
    """Show a new code. It is kept nowhere in clear, so this one answer is all there is to see of it."""
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    return _page(
        here.database.write(
            lambda db: consents.issue_desk_code(db, here.keys, consumer_id=consumer_id, now=now)
        )
    )


@audience("consumer")
def show_block(company_id: object) -> Response:
    """Ask once more, and say what it does. ``next`` is where the person came from: a request, a consent."""
    id, consumer_id = str(company_id), session.consumer_id()
    company, since = house().database.read(
        lambda db: (
            _company(db, id),
            consents.blocked_since(db, consumer_id=consumer_id, company_id=id),
        )
    )
    going = session.safe_next(request.args.get("next"), f"/companies/{id}")
    return pages.render("block.html", company=company, blocked_since=since, going=going)


@audience("consumer")
def block(company_id: object) -> BaseResponse:
    """Block a company. What it asked meanwhile is gone as well."""
    return _set(str(company_id), blocked=True)


@audience("consumer")
def unblock(company_id: object) -> BaseResponse:
    """Lift a block, on the company's page or on the way to what it asks."""
    return _set(str(company_id), blocked=False)


def _page(code: consents.NewDeskCode | None) -> Response:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    waiting = here.database.read(lambda db: asks.waiting(db, here, consumer_id=consumer_id, now=now))
    return pages.render("desk.html", code=code, asks=[ask for ask in waiting if ask.quiet])


def _company(db: Session, company_id: str) -> companies.Company:
    try:
        return companies.get_company(db, company_id=company_id)
    except NotFound:
        abort(404)


def _set(company_id: str, *, blocked: bool) -> BaseResponse:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    change = consents.block if blocked else consents.unblock
    here.database.read(lambda db: _company(db, company_id))
    here.database.write(
        lambda db: change(db, here.keys, consumer_id=consumer_id, company_id=company_id, now=now)
    )
    going = session.safe_next(request.form.get("next"), f"/companies/{company_id}")
    return onward(going, "blocked" if blocked else "unblocked")
