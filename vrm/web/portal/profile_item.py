"""One value of the profile: add it, correct it, delete it. Two tabs that edit the same one lose nothing.

Each form carries the version the person saw. When another tab was faster, nothing is written: the page shows
both, and the person says which one stays.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, profiles
from vrm.catalogue import InvalidValue, Key
from vrm.errors import Invalid, NotFound, Stale
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import gettext
from vrm.web.onward import onward
from vrm.web.portal import inputs, readers, words
from vrm.web.rooms import house


class _Edit(Schema):
    version = fields.Integer(load_default=0, validate=validate.Range(min=0))
    next = fields.String(load_default="")
    do = fields.String(load_default="save", validate=validate.OneOf(("save", "delete")))
    keep = fields.String(load_default="", validate=validate.OneOf(("", "mine", "theirs")))


@dataclass(frozen=True)
class Conflict:
    """Two edits of one value: what is kept now, and what was just written."""

    theirs: list[str]
    mine: list[str]
    changed_at: datetime


@dataclass(frozen=True)
class Place:
    """What is being edited, and where the person goes afterwards. ``item_id`` None: a new item."""

    key: Key
    item_id: str | None
    back: str

    @property
    def onward(self) -> str:
        """Back to the request that sent the person here, or to the line of the profile."""
        return self.back or f"/profile#{self.key.name}"


def add_routes(blueprint: Blueprint) -> None:
    """``/profile/<field>``, ``/profile/<field>/<item>``."""
    for rule in ("/profile/<field>", "/profile/<field>/<uuid:item>"):
        blueprint.get(rule)(show_item)
        blueprint.post(rule)(change_item)


@audience("consumer")
def show_item(field: str, item: object = None) -> Response:
    place = _place(field, item, request.args.get("next"))
    kept = _kept(place)
    if kept is None and place.key.plural and place.item_id is not None:
        raise NotFound(gettext("There is no such entry in your profile."))
    return _page(place, kept, BLANK, {} if kept is None else inputs.typed_from(place.key, kept.value))


@audience("consumer")
def change_item(field: str, item: object = None) -> BaseResponse:
    form = filled(_Edit())
    if form.errors:
        raise Invalid(gettext("We could not read what was sent. Go back, reload the page and try again."))
    place = _place(field, item, form.data["next"])
    if form.data["do"] == "delete":
        return _delete(place, form)
    if form.data["keep"] == "theirs":
        return onward(place.onward)
    return _save(place, form)


def _save(place: Place, form: Form) -> BaseResponse:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    raw = inputs.raw_from(place.key, form.values)
    seen_version = form.data["version"]
    try:
        here.database.write(
            lambda db: profiles.put(
                db,
                here.keys,
                here.catalogue,
                consumer_id=consumer_id,
                field=place.key.name,
                raw=raw,
                # Nothing was there when the person looked: whatever the address says, it is a new item.
                item_id=place.item_id if seen_version else None,
                seen_version=seen_version,
                now=now,
            )
        )
    except InvalidValue as fault:
        wrong = Form(form.values, {}, inputs.errors_from(place.key, fault))
        return _page(place, _kept(place), wrong, form.values, problems.row(fault).status, seen_version)
    except Stale as fault:
        return _collided(place, form, raw, fault)
    return onward(place.onward, "saved")


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
        kept = _kept(place)
        typed = {} if kept is None else inputs.typed_from(place.key, kept.value)
        return _page(place, kept, Form(errors={"": fault.message}), typed, problems.row(fault).status)
    return onward(place.onward, "deleted")


def _collided(place: Place, form: Form, raw: object, fault: Stale) -> BaseResponse:
    """Another tab was faster: show both, write neither."""
    kept = _kept(place)
    status = problems.row(fault).status
    if kept is None:
        gone = gettext("You deleted this in another tab. Save it again, and what you wrote here is kept.")
        return _page(place, None, Form(form.values, {}, {"": gone}), form.values, status)
    catalogue = house().catalogue
    mine = catalogue.parse(place.key.name, raw)
    if mine == kept.value:
        return onward(place.onward, "saved")  # both tabs say the same
    voice = words.voice()
    conflict = Conflict(
        theirs=[catalogue.show(place.key.name, kept.value, voice=voice)],
        mine=[catalogue.show(place.key.name, mine, voice=voice)],
        changed_at=kept.created_at,
    )
    return _page(place, kept, Form(form.values), form.values, status, conflict=conflict)


def _place(field: str, item: object, back: str | None) -> Place:
    key = house().catalogue.keys.get(field)
    if (
        key is None
        or key.kind != "field"
        or (item is not None and not key.plural and str(item) != profiles.SINGLE)
    ):
        raise NotFound(gettext("There is no such line in your profile."))
    item_id = (None if item is None else str(item)) if key.plural else profiles.SINGLE
    return Place(key, item_id, session.safe_next(back, otherwise=""))


def _kept(place: Place) -> profiles.Item | None:
    here, consumer_id, item_id = house(), session.consumer_id(), place.item_id
    if item_id is None:
        return None
    return here.database.read(
        lambda db: profiles.find_item(
            db, here.keys, consumer_id=consumer_id, field=place.key.name, item_id=item_id
        )
    )


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
    here, consumer_id = house(), session.consumer_id()
    seen: dict[str, Any] = here.database.read(
        lambda db: readers.seen(db, readers.readable(db, consumer_id=consumer_id, now=clock.now()))
    )
    now_kept = kept.version if kept is not None else 0
    return pages.render(
        "profile_edit.html",
        status,
        key=place.key,
        item_id=place.item_id if kept is not None else None,
        version=now_kept if version is None else version,
        fields=inputs.inputs(place.key, typed, words.voice()),
        form=form,
        next=place.back,
        seen=seen.get(place.key.name, []),
        conflict=conflict,
    )
