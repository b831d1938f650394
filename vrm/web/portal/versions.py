"""What a value was before: seen by its person alone, taken back as a new version, or deleted early."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from keys import KeyStore
from vrm import clock, profiles
from vrm.catalogue import Key
from vrm.errors import Invalid, NotFound, Stale
from vrm.web import session
from vrm.web.audiences import audience
from vrm.web.forms import filled
from vrm.web.language import gettext
from vrm.web.onward import onward
from vrm.web.portal import values
from vrm.web.rooms import house


class _Restore(Schema):
    version = fields.Integer(required=True, validate=validate.Range(min=1, max=2**31 - 1))
    to = fields.Integer(required=True, validate=validate.Range(min=0, max=2**31 - 1))
    next = fields.String(load_default="")


@dataclass(frozen=True)
class Version:
    """One version as a row: ``source`` "" is the person, or else who proposed it."""

    version: int
    texts: list[str]
    at: datetime
    source: str
    verified_by: str | None
    current: bool


@dataclass(frozen=True)
class Undo:
    """The step back from what was just saved. ``to`` 0: to nothing, where nothing was before."""

    path: str
    version: int
    to: int


def add_routes(blueprint: Blueprint) -> None:
    """``/profile/<field>/<item>/restore``, ``/forget``."""
    blueprint.post("/profile/<field>/<uuid:item>/restore")(restore_version)
    blueprint.post("/profile/<field>/<uuid:item>/forget")(forget_versions)


@audience("consumer")
def restore_version(field: str, item: object) -> BaseResponse:
    """Write an earlier version again; to 0 is back to nothing, and nothing else than taking back what is new."""
    form = filled(_Restore())
    if form.errors:
        raise Invalid(gettext("We could not read what was sent. Go back, reload the page and try again."))
    place = values.get_place(field, item, form.data["next"])
    item_id, seen, to = place.item_id or profiles.SINGLE, form.data["version"], form.data["to"]
    here, consumer_id, now = house(), session.consumer_id(), clock.now()

    def back(db: Session) -> profiles.Item | None:
        if to == 0:
            profiles.remove(
                db, consumer_id=consumer_id, field=field, item_id=item_id, seen_version=seen, only_new=True,
                now=now,
            )  # fmt: skip
            return None
        return profiles.restore(
            db, here.keys, consumer_id=consumer_id, field=field, item_id=item_id, version=to,
            seen_version=seen, now=now,
        )  # fmt: skip

    try:
        restored = here.database.write(back)
    except (Stale, NotFound):
        if values.by_script():
            return values.answer(place, values.Met(values.find_kept(place)))
        raise
    if values.by_script():
        return values.answer(place, values.Saved(restored) if restored else values.Met(None))
    if restored is None:
        return onward(place.onward, "deleted")
    return onward(place.after(restored), "restored")


@audience("consumer")
def forget_versions(field: str, item: object) -> BaseResponse:
    """Delete every earlier version of a value."""
    place = values.get_place(field, item)
    consumer_id, item_id = session.consumer_id(), place.item_id or profiles.SINGLE
    house().database.write(
        lambda db: profiles.forget_earlier(db, consumer_id=consumer_id, field=field, item_id=item_id)
    )
    return onward(f"/profile/{field}/{item_id}", "deleted")


def listed(
    db: Session, keys: KeyStore, *, consumer_id: str, item: profiles.Item, now: datetime
) -> list[profiles.Item]:
    """Every version that is kept of an item, the current one first."""
    return profiles.list_versions(
        db, keys, consumer_id=consumer_id, field=item.field, item_id=item.item_id, now=now
    )


def rows(key: Key, kept: Sequence[profiles.Item]) -> list[Version]:
    """Versions as the page lists them; none where all there is to tell is that the person wrote it."""
    if len(kept) < 2 and all(item.source == profiles.OWN for item in kept):
        return []
    return [
        Version(
            item.version,
            values.texts(key, item.value),
            item.created_at,
            "" if item.source == profiles.OWN else item.source,
            item.verified_by,
            item is kept[0],
        )
        for item in kept
    ]


def undo(key: Key, kept: Sequence[profiles.Item]) -> Undo | None:
    """The step back from the newest of these versions; None where what was before is no longer kept."""
    if not kept or (len(kept) == 1 and not kept[0].new):
        return None
    to = kept[1].version if len(kept) > 1 else 0
    return Undo(f"/profile/{key.name}/{kept[0].item_id}/restore", kept[0].version, to)
