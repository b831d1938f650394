"""One value of the profile, from what was typed: saved, refused with a reason, or met by another edit.

Each form carries the version the person saw. When another tab was faster, nothing is written, and the page shows
both. The person's own script sends the same forms and reads the same outcomes as JSON (``answer``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeAlias

from flask import Response, jsonify, request
from sqlalchemy.orm import Session

from vrm import accesslog, clock, profiles
from vrm.catalogue import InvalidValue, Key
from vrm.errors import Conflict, NotFound, Stale
from vrm.web import session
from vrm.web.language import gettext, told
from vrm.web.onward import onward
from vrm.web.portal import addresses, inputs, words
from vrm.web.rooms import house


@dataclass(frozen=True)
class Place:
    """What is being edited, and where the person goes afterwards. ``item_id`` None: a new item."""

    key: Key
    item_id: str | None
    back: str = ""

    @property
    def onward(self) -> str:
        """Back to the page that sent the person here, or to the line of the profile."""
        return self.back or f"/profile#{self.key.name}"

    def after(self, item: profiles.Item) -> str:
        """Where a change is told of: on the profile, beside the line, with a way to undo it."""
        if self.back:
            return self.back
        name = f"{self.key.name}/{item.item_id}" if self.key.plural else self.key.name
        return f"/profile?changed={name}#{self.key.name}"


@dataclass(frozen=True)
class Saved:
    """It is kept now."""

    item: profiles.Item


@dataclass(frozen=True)
class Wrong:
    """It does not fit; nothing was written. ``errors`` by name of input, in the language of the page."""

    errors: Mapping[str, str]


@dataclass(frozen=True)
class Met:
    """Another edit came first; nothing was written. ``kept`` None: there it was deleted."""

    kept: profiles.Item | None
    mine: list[str] = field(default_factory=list)


Outcome: TypeAlias = Saved | Wrong | Met


def get_place(name: str, item: object, back: str | None = None) -> Place:
    """A field of the catalogue, and one item of it. Raises ``NotFound``."""
    key = house().catalogue.keys.get(name)
    if (
        key is None
        or key.kind != "field"
        or (item is not None and not key.plural and str(item) != profiles.SINGLE)
    ):
        raise NotFound(gettext("There is no such line in your profile."))
    item_id = (None if item is None else str(item)) if key.plural else profiles.SINGLE
    return Place(key, item_id, session.safe_next(back, otherwise=""))


def find_kept(place: Place) -> profiles.Item | None:
    """What is kept at a place now."""
    here, consumer_id, item_id = house(), session.consumer_id(), place.item_id
    if item_id is None:
        return None
    return here.database.read(
        lambda db: profiles.find_item(
            db, here.keys, consumer_id=consumer_id, field=place.key.name, item_id=item_id
        )
    )


def home_country() -> str:
    """The country that the person's addresses name, or their browser: for what is typed without one."""
    here, consumer_id = house(), session.consumer_id()
    kept = here.database.read(
        lambda db: profiles.list_items(db, here.keys, consumer_id=consumer_id, fields=["address"])
    )
    values = (item.value for item in kept.get("address", []))
    countries = (
        str(value["country"]) for value in values if isinstance(value, Mapping) and "country" in value
    )
    return addresses.usual_country(countries)


def save(
    place: Place,
    typed: inputs.Typed,
    *,
    seen_version: int,
    since: int | None = None,
    prefix: str = "",
) -> Outcome:
    """Write what was typed, if it fits and nothing came before it."""
    here, consumer_id, now, key = house(), session.consumer_id(), clock.now(), place.key
    region = home_country() if _has_phone(key) else ""
    raw = inputs.raw_from(key, typed, prefix, region)
    if not raw and seen_version:
        name = inputs.errors_from(key, InvalidValue("", field=key.members[0].name if key.members else None))
        emptied = gettext("This is empty, so what was kept stays. To delete it, choose Delete.")
        return Wrong({prefix + next(iter(name)): emptied})

    def put(db: Session) -> profiles.Item:
        return profiles.put(
            db,
            here.keys,
            here.catalogue,
            consumer_id=consumer_id,
            field=key.name,
            raw=raw,
            # Nothing was there when the person looked: whatever the address says, it is a new item.
            item_id=place.item_id if seen_version else None,
            seen_version=seen_version,
            now=now,
        )

    try:
        if addresses.is_address(key):
            raw = addresses.checked(raw)
        item = here.database.write(put)
        if since is not None:
            item = here.database.write(
                partial(_settle, item=item, consumer_id=consumer_id, since=since, now=now)
            )
    except InvalidValue as fault:
        return Wrong(inputs.errors_from(key, fault, prefix))
    except Stale:
        return _met(place, raw)
    except Conflict as fault:
        return Wrong({"": told(fault)})
    return Saved(item)


def texts(key: Key, value: object) -> list[str]:
    """A value in plain words."""
    return [house().catalogue.show(key.name, value, voice=words.voice())]


def by_script() -> bool:
    """Whether our script asks, which reads JSON, and not a browser that follows a form."""
    return request.headers.get("Accept") == "application/json"


def answer(place: Place, outcome: Outcome) -> Response:
    """The outcome for our script. Always 200: what was not saved is an answer too, with what to do."""
    if isinstance(outcome, Wrong):
        return jsonify(state="wrong", errors=outcome.errors)
    item = outcome.item if isinstance(outcome, Saved) else outcome.kept
    if item is None:
        return jsonify(state="gone")
    return jsonify(
        state="saved" if isinstance(outcome, Saved) else "changed",
        version=item.version,
        path=f"/profile/{place.key.name}/{item.item_id}",
        new=item.new,
        onward=onward(place.after(item), "saved").location,
        typed=inputs.typed_from(place.key, item.value, words.voice()),
        texts=texts(place.key, item.value),
    )


def _settle(
    db: Session, *, item: profiles.Item, consumer_id: str, since: int, now: datetime
) -> profiles.Item:
    """Drop what was saved while they typed, but for what somebody may have read meanwhile."""
    tallies = accesslog.tally_for_consumer(db, consumer_id=consumer_id, since=now - profiles.SITTING)
    last_read = max((each.last_read_at for each in tallies if each.last_read_at), default=None)
    return profiles.settle_typed(db, item, consumer_id=consumer_id, since=since, last_read=last_read, now=now)


def _met(place: Place, raw: object) -> Outcome:
    kept = find_kept(place)
    if kept is None:
        return Met(None)
    mine = house().catalogue.parse(place.key.name, raw)
    # Both tabs may say the same.
    return Saved(kept) if mine == kept.value else Met(kept, texts(place.key, mine))


def _has_phone(key: Key) -> bool:
    return "phone" in {key.shape.name, *(member.shape.name for member in key.members)}
