"""One value of the profile: add it, correct it, delete it, see what it was. Two tabs that edit it lose nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, Response, request
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, profiles
from vrm.catalogue import Key
from vrm.errors import Invalid, NotFound, Stale
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import gettext
from vrm.web.onward import onward
from vrm.web.portal import addresses, inputs, reach, readers, values, versions, words
from vrm.web.portal.values import Met, Place, Saved, Wrong
from vrm.web.rooms import house

_A_VERSION = validate.Range(min=0, max=2**31 - 1)  # what a column holds


class _Edit(Schema):
    version = fields.Integer(load_default=0, validate=_A_VERSION)
    since = fields.Integer(load_default=None, validate=_A_VERSION)
    next = fields.String(load_default="")
    do = fields.String(load_default="save", validate=validate.OneOf(("save", "delete", "country")))
    keep = fields.String(load_default="", validate=validate.OneOf(("", "mine", "theirs")))


@dataclass(frozen=True)
class Conflict:
    """Two edits of one value: what is kept now, and what was just written."""

    theirs: list[str]
    mine: list[str]
    changed_at: datetime


def add_routes(blueprint: Blueprint) -> None:
    """``/profile/<field>``, ``/profile/<field>/<item>``."""
    for rule in ("/profile/<field>", "/profile/<field>/<uuid:item>"):
        blueprint.get(rule)(show_item)
        blueprint.post(rule)(change_item)


@audience("consumer")
def show_item(field: str, item: object = None) -> Response:
    place = values.get_place(field, item, request.args.get("next"))
    kept = values.find_kept(place)
    if kept is None and place.key.plural and place.item_id is not None:
        raise NotFound(gettext("There is no such entry in your profile."))
    return _page(place, kept, BLANK, _kept_as_typed(place, kept))


@audience("consumer")
def change_item(field: str, item: object = None) -> BaseResponse:
    form = filled(_Edit())
    if form.errors:
        raise Invalid(gettext("We could not read what was sent. Go back, reload the page and try again."))
    place = values.get_place(field, item, form.data["next"])
    match form.data["do"]:
        case "delete":
            return _delete(place, form)
        case "country":  # the same form again, with the parts of another country
            return _page(place, values.find_kept(place), form, form.values, version=form.data["version"])
    if form.data["keep"] == "theirs":
        return onward(place.onward)
    return _save(place, form)


def _save(place: Place, form: Form) -> BaseResponse:
    seen = form.data["version"]
    outcome = values.save(place, form.values, seen_version=seen, since=form.data["since"])
    if values.by_script():
        return values.answer(place, outcome)
    if isinstance(outcome, Saved):
        changed = outcome.item.version != seen
        return onward(place.after(outcome.item) if changed else place.onward, "saved")
    if isinstance(outcome, Wrong):
        wrong = Form(form.values, {}, outcome.errors)
        return _page(
            place, values.find_kept(place), wrong, form.values, problems.row(Invalid("")).status, seen
        )
    return _collided(place, form, outcome)


def _delete(place: Place, form: Form) -> BaseResponse:
    here, consumer_id, now, item_id = house(), session.consumer_id(), clock.now(), place.item_id
    if item_id is None:
        raise NotFound(gettext("There is nothing here to delete."))
    try:
        here.database.write(
            lambda db: profiles.remove(
                db,
                consumer_id=consumer_id,
                field=place.key.name,
                item_id=item_id,
                seen_version=form.data["version"],
                now=now,
            )
        )
    except NotFound:
        return onward(place.onward, "deleted")  # another tab was faster, and it is gone as wished
    except Stale as fault:
        kept = values.find_kept(place)
        typed = _kept_as_typed(place, kept)
        return _page(place, kept, Form(errors={"": fault.message}), typed, problems.row(fault).status)
    return onward(place.onward, "deleted")


def _collided(place: Place, form: Form, met: Met) -> BaseResponse:
    """Another tab was faster: show both, write neither."""
    status = problems.row(Stale("")).status
    if met.kept is None:
        gone = gettext("You deleted this in another tab. Save it again, and what you wrote here is kept.")
        return _page(place, None, Form(form.values, {}, {"": gone}), form.values, status)
    conflict = Conflict(values.texts(place.key, met.kept.value), met.mine, met.kept.created_at)
    return _page(place, met.kept, Form(form.values), form.values, status, conflict=conflict)


def _kept_as_typed(place: Place, kept: profiles.Item | None) -> inputs.Typed:
    return {} if kept is None else inputs.typed_from(place.key, kept.value, words.voice())


def form_inputs(
    key: Key, typed: inputs.Typed, prefix: str = "", *, country: str, alone: bool = True
) -> list[inputs.Input]:
    """The inputs of a key as a person fills them: an address as its country writes it."""
    rows = inputs.inputs(key, typed, words.voice(), prefix, alone=alone)
    if not addresses.is_address(key):
        return rows
    name = inputs.name_of("country", prefix)
    if not typed:  # a new one most likely lies where the others do
        rows = [replace(each, value=country) if each.name == name else each for each in rows]
    return addresses.laid_out(rows, typed, prefix)


def _page(
    place: Place,
    kept: profiles.Item | None,
    form: Form,
    typed: inputs.Typed,
    status: int = 200,
    version: int | None = None,
    conflict: Conflict | None = None,
) -> Response:
    """The form. ``version`` is what the person saw, where that is not what is kept now."""
    here, consumer_id, now, key = house(), session.consumer_id(), clock.now(), place.key

    def look(db: Session) -> tuple[reach.Reach, Sequence[profiles.Item]]:
        seen = readers.seen(db, readers.readable_or_paused(db, consumer_id=consumer_id, now=now))
        earlier = (
            []
            if kept is None
            else versions.listed(db, here.keys, consumer_id=consumer_id, item=kept, now=now)
        )
        return reach.of(here.catalogue, seen, key.name), earlier

    seen, earlier = here.database.read(look)
    country = values.home_country()
    return pages.render(
        "profile_edit.html",
        status,
        key=key,
        item_id=place.item_id if kept is not None else None,
        version=(kept.version if kept is not None else 0) if version is None else version,
        fields=form_inputs(key, typed, country=country),
        form=form,
        next=place.back,
        reach=seen,
        conflict=conflict,
        history=versions.rows(key, earlier),
        path=f"/profile/{key.name}" + (f"/{place.item_id}" if kept is not None and place.item_id else ""),
        country=addresses.country_name(country) if country and key.shape.name == "phone" else "",
        is_address=addresses.is_address(key),
    )
