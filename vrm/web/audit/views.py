"""Views of the log that an auditor keeps under a name: their own, and nobody else's to see."""

from flask import Blueprint, Response, request
from marshmallow import Schema
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, oversight
from vrm.errors import Conflict, Invalid
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.audit import filters, words
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import told
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.typed import N_, REFUSED, needed


class _View(Schema):
    name = needed(N_("Give the view a name."))


def add_routes(blueprint: Blueprint) -> None:
    """``/views``, ``/views/<id>/delete``."""
    blueprint.get("/views")(show_views)
    blueprint.post("/views")(save_view)
    blueprint.post("/views/<uuid:view_id>/delete")(delete_view)


@audience("auditor")
def show_views() -> Response:
    return _page(BLANK, filters.read(request.args))


@audience("auditor")
def save_view() -> BaseResponse:
    """Keep the filters of the page under a name; then the log again, narrowed by them."""
    form, typed = filled(_View()), filters.read(request.form)
    if form.errors or typed.errors:
        return _page(Form(form.values, {}, {**typed.errors, **form.errors}), typed, REFUSED)
    here, auditor_id, now = house(), session.auditor_id(), clock.now()
    try:
        here.database.write(
            lambda db: oversight.save_view(
                db, here.keys, auditor_id=auditor_id, name=form.data["name"], filters=typed.wanted, now=now
            )
        )
    except (Invalid, Conflict) as fault:
        wrong = {"name" if isinstance(fault, Invalid) else "": told(fault)}
        return _page(Form(form.values, {}, wrong), typed, problems.row(fault).status)
    return onward(typed.href(), "saved")


@audience("auditor")
def delete_view(view_id: object) -> BaseResponse:
    auditor_id = session.auditor_id()
    house().database.write(lambda db: oversight.delete_view(db, auditor_id=auditor_id, view_id=str(view_id)))
    return onward("/audit/views", "deleted")


def _page(form: Form, typed: filters.Typed, status: int = 200) -> Response:
    here, auditor_id = house(), session.auditor_id()
    kept, names = here.database.read(
        lambda db: (oversight.list_views(db, here.keys, auditor_id=auditor_id), words.names(db))
    )
    views = [
        (view, filters.read(view.filters).href(), words.filters(here.catalogue, names, view.filters))
        for view in kept
    ]
    return pages.render(
        "audit_views.html",
        status,
        form=form,
        typed=typed,
        said=words.filters(here.catalogue, names, typed.values),
        views=views,
        longest=oversight.LONGEST_NAME,
    )
