"""Filling in a group of the profile: every field of it on one page, saved one by one as they are filled.

With our script a field is saved when somebody leaves it or stops typing. Without it one button saves the page: what
fits is kept, and what does not stands there still, with the reason beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, profiles
from vrm.catalogue import Group, Key
from vrm.errors import Invalid, NotFound
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.forms import Form
from vrm.web.language import gettext
from vrm.web.onward import onward
from vrm.web.portal import addresses, inputs, reach, readers, values, words
from vrm.web.portal.profile_item import form_inputs
from vrm.web.rooms import house

NEW = "new"
"""In the name of an input: of an item that is not there yet."""


@dataclass(frozen=True)
class Block:
    """One item of one field on the page. ``number``: of a plural field that has items; or 0. ``another``: a new one beside
    them.
    """

    key: Key
    item_id: str | None
    number: int
    another: bool
    prefix: str
    version: int
    fields: list[inputs.Input]
    reach: reach.Reach
    is_address: bool
    begun: bool

    @property
    def path(self) -> str:
        """Where our script saves it."""
        return f"/profile/{self.key.name}" + (f"/{self.item_id}" if self.item_id else "")


@dataclass(frozen=True)
class Sent:
    """What a form says of the page: what was typed, and the versions that the person saw."""

    typed: Mapping[str, str]
    versions: Mapping[str, int]
    errors: Mapping[str, str]


def add_routes(blueprint: Blueprint) -> None:
    """``/profile/in/<group>``."""
    blueprint.get("/profile/in/<group>")(show_group)
    blueprint.post("/profile/in/<group>")(save_group)


@audience("consumer")
def show_group(group: str) -> Response:
    return _page(_group(group), Sent({}, {}, {}))


@audience("consumer")
def save_group(group: str) -> BaseResponse:
    """Save every block that was changed, each by itself."""
    chosen = _group(group)
    typed = {name: value.strip() for name, value in request.form.items() if name != "csrf"}
    versions = {name: _number(value) for name, value in typed.items() if name.endswith(".version")}
    if typed.get("do") == "country":
        return _page(chosen, Sent(typed, versions, {}))
    errors: dict[str, str] = {}
    for block in _blocks(chosen, Sent({}, {}, {})):
        errors |= _save(block, typed, versions.get(block.prefix + "version", block.version), versions)
    if errors:
        return _page(chosen, Sent(typed, versions, errors), problems.row(Invalid("")).status)
    return onward(f"/profile#g-{chosen.name}", "saved")


def _save(block: Block, typed: inputs.Typed, seen: int, versions: dict[str, int]) -> dict[str, str]:
    """Save a block if it was changed; what is wrong with it, by name of input. ``versions`` learns the newest."""
    names = {each.name for each in block.fields} | {name for name in typed if name.startswith(block.prefix)}
    names.discard(block.prefix + "version")
    own = {name: _line(typed.get(name, "")) for name in names}
    shown = {each.name: _line(each.value) for each in block.fields}
    if not any(name in typed for name in names) or own == {name: shown.get(name, "") for name in names}:
        return {}
    place = values.Place(block.key, block.item_id if block.key.plural else profiles.SINGLE)
    if seen != block.version and _was(place, seen, block.prefix) == {n: v for n, v in own.items() if v}:
        return {}  # changed in another tab meanwhile, and not here
    outcome = values.save(place, own, seen_version=seen, prefix=block.prefix)
    if isinstance(outcome, values.Saved):
        return {}
    first = block.fields[0].name
    if isinstance(outcome, values.Wrong):
        return {name or first: sentence for name, sentence in outcome.errors.items()}
    # Saved again, it is meant: the person has now seen what stands there.
    versions[block.prefix + "version"] = outcome.kept.version if outcome.kept else 0
    if outcome.kept is None:
        return {
            first: gettext("You deleted this in another tab. Save it again, and what you wrote here is kept.")
        }
    there = values.texts(block.key, outcome.kept.value)[0]
    said = gettext(
        "You changed this in another tab. There it says: %(there)s. Save again to keep yours.", there=there
    )
    return {first: said}


def _was(place: values.Place, version: int, prefix: str) -> inputs.Typed | None:
    """What an earlier version looked like in the form; None where it is no longer kept."""
    here, consumer_id, now, item_id = house(), session.consumer_id(), clock.now(), place.item_id
    if item_id is None:
        return None
    found = here.database.read(
        lambda db: profiles.find_version(
            db,
            here.keys,
            consumer_id=consumer_id,
            field=place.key.name,
            item_id=item_id,
            version=version,
            now=now,
        )
    )
    if found is None:
        return None
    typed = inputs.typed_from(place.key, found.value, words.voice(), prefix)
    return {name: _line(text) for name, text in typed.items()}


def _group(name: str) -> Group:
    group = house().catalogue.groups.get(name)
    if group is None:
        raise NotFound(gettext("There is no such group in your profile."))
    return group


def _blocks(group: Group, sent: Sent) -> list[Block]:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    keys = [key for name in group.keys if (key := here.catalogue.get(name)).kind == "field"]

    def look(db: Session) -> tuple[words.Items, Mapping[str, list[readers.Seen]]]:
        kept = profiles.list_items(db, here.keys, consumer_id=consumer_id, fields=[key.name for key in keys])
        return kept, readers.seen(db, readers.readable_or_paused(db, consumer_id=consumer_id, now=now))

    kept, seen = here.database.read(look)
    country = values.home_country()
    blocks = []
    for key in keys:
        own = reach.of(here.catalogue, seen, key.name)
        items: Sequence[profiles.Item | None] = kept.get(key.name, [])
        if key.plural or not items:
            items = [*items, None]
        for number, item in enumerate(items, 1):
            several = number if key.plural and item is not None else 0
            blocks.append(_block(key, item, several, own, sent, country, another=item is None and number > 1))
    return blocks


def _block(
    key: Key,
    item: profiles.Item | None,
    number: int,
    own: reach.Reach,
    sent: Sent,
    country: str,
    *,
    another: bool,
) -> Block:
    prefix = f"{key.name}.{item.item_id if item else NEW}."
    typed = {} if item is None else inputs.typed_from(key, item.value, words.voice(), prefix)
    version = item.version if item else 0
    again = {name: text for name, text in sent.typed.items() if name.startswith(prefix)}
    return Block(
        key,
        item.item_id if item else None,
        number,
        another,
        prefix,
        sent.versions.get(prefix + "version", version),
        form_inputs(key, again or typed, prefix, country=country, alone=False),
        own,
        addresses.is_address(key),
        # The country of a new address is ours, as long as it is the one we guessed.
        begun=any(text and text != country for name, text in again.items() if not name.endswith(".version")),
    )


def _page(group: Group, sent: Sent, status: int = 200) -> Response:
    names = list(house().catalogue.groups)
    after = names[names.index(group.name) + 1 :]
    return pages.render(
        "profile_group.html",
        status,
        group=group,
        blocks=_blocks(group, sent),
        form=Form(sent.typed, {}, sent.errors),
        following=house().catalogue.groups[after[0]] if after else None,
    )


def _line(text: str) -> str:
    return text.strip().replace("\r\n", "\n")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
