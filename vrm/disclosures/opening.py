"""Opening just the values that were permitted, and working out answers from them."""

from collections.abc import Sequence
from dataclasses import dataclass

from keys import KeyStore
from vrm import clock, profiles
from vrm.catalogue import Catalogue, Value
from vrm.consents import Permitted
from vrm.disclosures.answers import Omitted


@dataclass(frozen=True)
class Filled:
    """The profile that leaves. ``versions`` names the value versions behind it, ``[field, item, version]``."""

    profile: dict[str, object]
    omitted: tuple[Omitted, ...]
    versions: list[list[object]]


def fields_behind(catalogue: Catalogue, key: str) -> tuple[str, ...]:
    """The fields whose values a key is made of: itself, or what an answer is worked out from."""
    found = catalogue.keys.get(key)
    if found is None:  # the operator took a key of their own out of the catalogue
        return ()
    return (key,) if found.kind == "field" else found.answers_from


def fill(
    catalogue: Catalogue,
    keys: KeyStore,
    consumer_id: str,
    permitted: Permitted,
    sealed: Sequence[profiles.Sealed],
) -> Filled:
    """Open what the lines need and nothing else. A line without a value is omitted with its reason."""
    profile: dict[str, object] = {}
    omitted = [Omitted(key, "not_granted") for key in permitted.not_granted]
    omitted += [Omitted(key, "too_soon") for key in permitted.not_yet]
    versions: list[list[object]] = []
    for line in permitted.lines:
        fields = fields_behind(catalogue, line.key)
        behind = [
            value for value in sealed if value.field in fields and line.item_id in (None, value.item_id)
        ]
        opened: dict[str, list[Value]] = {}
        for value in behind:
            opened.setdefault(value.field, []).append(profiles.open_value(keys, consumer_id, value))
        answer = _value(catalogue, line.key, opened)
        if answer is None:
            omitted.append(Omitted(line.key, "no_value"))
            continue
        profile[line.key] = answer
        versions.extend([value.field, value.item_id, value.version] for value in behind)
    return Filled(profile, tuple(omitted), versions)


def _value(catalogue: Catalogue, key: str, opened: dict[str, list[Value]]) -> object | None:
    found = catalogue.keys.get(key)
    if found is None:
        return None
    if found.kind == "answer":
        return catalogue.answer(key, opened, today=clock.now().date())
    values = opened.get(key)
    if not values:
        return None
    return values if found.plural else values[0]
