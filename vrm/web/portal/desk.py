"""Being asked at a desk or on the phone: a short code to read out, and companies that may not ask that way."""

from flask import Blueprint, Response, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, companies, consents, journeys
from vrm.errors import Invalid, NotFound, Stale, VrmError
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.language import gettext
from vrm.web.onward import onward
from vrm.web.portal import asks, many, readers
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
    return _block_page(
        str(company_id), session.safe_next(request.args.get("next"), f"/companies/{company_id}")
    )


@audience("consumer")
def block(company_id: object) -> BaseResponse:
    """Block a company, and end what it may read where the person wants that too: both, or neither.

    What it asked meanwhile is gone as well. Where it may read something, the person says which of the two it is.
    """
    here, consumer_id, now, id = house(), session.consumer_id(), clock.now(), str(company_id)
    going, choice, part = _going(id), request.form.get("revoke"), consents.Part(id)
    here.database.read(lambda db: _company(db, id))
    if choice != "yes":
        taken = here.database.read(
            lambda db: many.taken(db, here, consumer_id=consumer_id, part=part, now=now)
        )
        if taken and choice != "no":
            wanting = gettext("Choose whether what you allowed them goes on, then block them.")
            return _block_page(id, going, Invalid(wanting))
        return _set(id, blocked=True)
    try:
        chosen = many.seen(request.form.getlist("consent"))
        here.database.write(
            lambda db: many.withdraw(
                db, here, consumer_id=consumer_id, part=part, chosen=chosen, blocking=id, now=now
            )
        )
    except Stale as fault:
        return _block_page(id, going, fault)
    return onward(going, "revoked-blocked")


@audience("consumer")
def unblock(company_id: object) -> BaseResponse:
    """Lift a block, on the company's page or on the way to what it asks."""
    return _set(str(company_id), blocked=False)


def _page(code: consents.NewDeskCode | None) -> Response:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    waiting = here.database.read(lambda db: asks.waiting(db, here, consumer_id=consumer_id, now=now))
    return pages.render("desk.html", code=code, asks=[ask for ask in waiting if ask.quiet])


def _block_page(id: str, going: str, fault: VrmError | None = None) -> Response:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    company, since, taken, waiting = here.database.read(
        lambda db: (
            _company(db, id),
            consents.blocked_since(db, consumer_id=consumer_id, company_id=id),
            many.taken(db, here, consumer_id=consumer_id, part=consents.Part(id), now=now),
            asks.waiting(db, here, consumer_id=consumer_id, now=now),
        )
    )
    return pages.render(
        "block.html",
        problems.row(fault).status if fault else 200,
        company=company,
        blocked_since=since,
        going=going,
        taken=taken,
        asking=any(ask.company_id == id for ask in waiting),
        fault=fault,
    )


def _going(id: str) -> str:
    """Where the person goes then: back to where they came from, or to the company's page."""
    return session.safe_next(request.form.get("next"), f"/companies/{id}")


def _company(db: Session, company_id: str) -> companies.Company:
    try:
        return companies.get_company(db, company_id=company_id)
    except NotFound:
        abort(404)


def _set(company_id: str, *, blocked: bool) -> BaseResponse:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    change = journeys.proposing.block if blocked else consents.unblock
    here.database.read(lambda db: _company(db, company_id))
    here.database.write(
        lambda db: change(db, here.keys, consumer_id=consumer_id, company_id=company_id, now=now)
    )
    readable = here.database.read(lambda db: readers.readable(db, consumer_id=consumer_id, now=now))
    reading = any(standing.company_id == company_id for standing in readable.values())
    done = ("blocked-reading" if reading else "blocked") if blocked else "unblocked"
    return onward(_going(company_id), done)
