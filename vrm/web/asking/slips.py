"""A line of an ask as a slip of the letter: its values, what was chosen of it, what is new about it."""

from typing import Any

from vrm import consents
from vrm.catalogue import SENSITIVITIES, Catalogue
from vrm.web.asking import changes, less, shown
from vrm.web.asking.choices import Option
from vrm.web.asking.shown import Values


def write(
    catalogue: Catalogue,
    number: int,
    line: consents.Line,
    values: Values,
    changed: changes.Changes | None,
) -> dict[str, Any]:
    """What ``ask.html`` tells of a line, and whether it is ``folded``: nothing of it is new, or to be said yes to again."""
    # What gives least comes first, and is what leaves unless the person says otherwise.
    keys = less.least_first(catalogue, line.options)
    texts = {key: shown.texts(catalogue, key, values) for key in keys}
    chosen = next((key for key in keys if texts[key]), None)
    first = catalogue.get(chosen or line.key)
    options = [
        Option(
            key,
            found.label,
            texts[key],
            key == chosen,
            found.sensitivity == "special",
            shown.items(catalogue, found, values),
        )
        for key in keys
        for found in (catalogue.get(key),)
    ]
    was = changed.before.get(number) if changed else None
    there = was is not None and changes.is_there(was, options)
    stays = changed is not None and number in changed.stays and there
    before = was.key if was else None
    special = {option.special and not (stays and option.key == before) for option in options if option.texts}
    news = changed.news.get(number) if changed else None
    used_for = catalogue.purposes.get(changes.elsewhere(line, changed) or "") if changed and not was else None
    return {
        "index": number,
        "label": catalogue.get(line.key).label if len(keys) > 1 else first.label,
        "why": line.why,
        "purpose": catalogue.get_purpose(line.purpose).plain,
        "required": line.required,
        "sensitivity": max((catalogue.get(key).sensitivity for key in keys), key=SENSITIVITIES.index),
        "instead": less.could_have(catalogue, line, values),
        "frequency": line.frequency,
        "ticked": False,
        "sure": None if True not in special else "some" if False in special else "every",
        "options": options,
        "items_of": first.name,
        "items": shown.items(catalogue, first, values),
        "stays": stays,
        "folded": there and news is None and True not in special,
        "news": news,
        "gone": was is not None and not there,
        "used_for": used_for.plain if used_for else None,
        "before": before,
        "granted": changes.label(was, changed, catalogue) if changed and was else None,
        "missing": chosen is None,
        "fill": next((field for key in keys for field in shown.behind(catalogue, key)), line.key),
    }


def messages(
    catalogue: Catalogue, terms: consents.Terms, lines: list[dict[str, Any]], values: Values
) -> list[dict[str, Any]]:
    """What their program gets with what is chosen on the page: a message for each purpose, since a read is for one."""
    by_purpose = {
        purpose: [line for line in lines if terms.lines[line["index"]].purpose == purpose]
        for purpose in dict.fromkeys(line.purpose for line in terms.lines)
    }
    found = [(purpose, _profile(catalogue, mine, values)) for purpose, mine in by_purpose.items()]
    return [
        {
            "purpose": catalogue.get_purpose(purpose).plain,
            "message": {"purpose": purpose, "profile": profile},
        }
        for purpose, profile in found
        if profile
    ]


def _profile(catalogue: Catalogue, lines: list[dict[str, Any]], values: Values) -> dict[str, object]:
    profile: dict[str, object] = {}
    for line in lines:
        if line["missing"] or not (line["required"] or line["ticked"]):
            continue
        option = next(option for option in line["options"] if option.chosen)
        key, found = option.key, catalogue.get(option.key)
        if found.kind == "answer":
            profile[key] = shown.answer(catalogue, key, values)
        elif found.plural:
            items = line["items"] if key == line["items_of"] else option.items
            chosen = {item["id"] for item in items if item["chosen"]}
            profile[key] = [item.value for item in values[key] if not chosen or item.item_id in chosen]
        else:
            profile[key] = values[key][0].value
    return profile
