"""What the person chose on a letter: read from its form, and carried along while they fill in what was missing.

``context`` is the letter's. Only what stands on the page counts, whatever was sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from vrm import clock, consents
from vrm.errors import Invalid
from vrm.web.language import gettext

Picked = MultiDict[str, str]
"""A form of the page, or the query that carries one."""

OFFERED_DAYS = (1, 7, 30, 90, 180, 365)
USUAL_DAYS = 30

_MOST_CARRIED = 3500
"""Characters: a longer address to come back to would not be followed."""


@dataclass(frozen=True)
class Option:
    """A key that would satisfy a line, with the very values it would send."""

    key: str
    label: str
    texts: list[str]
    chosen: bool
    special: bool
    items: list[dict[str, Any]]


def read_choices(context: Mapping[str, Any], form: Picked) -> list[consents.Choice]:
    """What the person ticked. Raises ``Invalid`` for what was not on the page."""
    taken = set(form.getlist("take"))
    choices = []
    for line in context["lines"]:
        number = line["index"]
        if line["missing"] or not (line["required"] or str(number) in taken):
            continue
        key = form.get(f"key-{number}", "")
        option = next((each for each in line["options"] if each.key == key and each.texts), None)
        if option is None:
            raise Invalid(gettext("Choose one of the values on the page."), field=f"line-{number}")
        # Asked twice, whether the company needs the line or not: one press may allow many lines at once.
        # What was allowed before, and is asked for again just as it was, has been asked twice already.
        allowed = line["stays"] and option.key == line["before"]
        if option.special and not allowed and form.get(f"sure-{number}") != "yes":
            raise Invalid(_unsure(line), field=f"sure-{number}")
        choices.append(consents.Choice(number, key, _read_item(line, option, form)))
    return choices


def read_days(context: Mapping[str, Any], form: Picked) -> int:
    """The chosen duration, one of those on the page."""
    offered = {str(choice["days"]): int(choice["days"]) for choice in context["durations"]}
    if form.get("days", "") not in offered:
        raise Invalid(gettext("Choose how long they may read it."), field="days")
    return offered[form["days"]]


def carried(context: Mapping[str, Any], form: Picked) -> str:
    """The choices as a query. Not the second yes to what is very sensitive: that is said where it is sent."""
    names = ["days", "take"]
    for line in context["lines"]:
        names += [f"key-{line['index']}", *(_item_name(line, option) for option in line["options"])]
    pairs = [(name, value) for name in names for value in form.getlist(name)]
    while len(urlencode(pairs)) > _MOST_CARRIED:
        pairs.pop()
    return urlencode(pairs)


def kept_line(line: dict[str, Any], picked: Picked) -> dict[str, Any]:
    """A line with what the person had chosen in it. Nothing else is ever chosen beyond what is needed."""
    number = str(line["index"])
    kept = {**line, "ticked": not line["required"] and number in picked.getlist("take")}
    key = picked.get(f"key-{number}")
    known = any(option.key == key and option.texts for option in line["options"])
    kept["options"] = [
        replace(
            option,
            chosen=option.key == key if known else option.chosen,
            items=_kept_items(option.items, picked.get(_item_name(line, option))),
        )
        for option in line["options"]
    ]
    kept["items"] = _kept_items(line["items"], picked.get(f"item-{number}"))
    return kept


def _kept_items(items: list[dict[str, Any]], item: str | None) -> list[dict[str, Any]]:
    if item != "all" and all(each["id"] != item for each in items):
        return items
    return [{**each, "chosen": each["id"] == item} for each in items]


def durations(terms: consents.Terms, stands_until: datetime | None = None) -> list[dict[str, Any]]:
    """For how long the person may allow it: never longer than was asked, and a month or so unless they choose.

    What ``stands_until`` a moment stays until then unless they choose anew, or ends as soon as is asked.
    """
    now = clock.now()
    left = None if stands_until is None else consents.days_left(stands_until, now)
    most = left if terms.keeps_end and left else terms.duration_days
    usual = USUAL_DAYS if left is None else min(left, most)
    days = sorted({most, *(days for days in OFFERED_DAYS if days < most), *([] if left is None else [usual])})
    chosen = next((each for each in days if each >= usual), most)
    return [
        {
            "days": each,
            "until": stands_until if each == left else now + timedelta(days=each),
            "chosen": each == chosen,
            "asked": each == most,
            "stands": each == left,
        }
        for each in days
    ]


def kept_days(durations: list[dict[str, Any]], picked: Picked) -> list[dict[str, Any]]:
    """The durations with the one chosen that the person had chosen."""
    days = picked.get("days")
    if all(str(each["days"]) != days for each in durations):
        return durations
    return [{**each, "chosen": str(each["days"]) == days} for each in durations]


def _unsure(line: Mapping[str, Any]) -> str:
    if not line["required"]:
        return gettext("Tick that they may read this very sensitive line, or take it out.")
    if line["sure"] == "some":
        return gettext("Tick that they may read this very sensitive line, or choose another value.")
    return gettext("Tick that they may read this very sensitive line, or refuse.")


def _read_item(line: Mapping[str, Any], option: Option, form: Picked) -> str | None:
    """The one item the person chose of a plural key, or None for all of them and those added later."""
    offered = [each["id"] for each in option.items]
    if len(offered) < 2:  # the one that was on the page, and none that is added to the profile later
        return next(iter(offered), None)
    item = form.get(_item_name(line, option))
    if item == "all":
        return None
    if item not in offered:
        raise Invalid(gettext("Choose which of them to send."), field=f"line-{line['index']}")
    return item


def _item_name(line: Mapping[str, Any], option: Option) -> str:
    """The field that says which item: an alternative has one of its own beside that of the key shown first."""
    name = f"item-{line['index']}"
    return name if option.key == line["items_of"] else f"{name}-{option.key}"
