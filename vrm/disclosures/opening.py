"""Opening just the values that were permitted, and working out answers from them."""

from collections.abc import Sequence
from dataclasses import dataclass

from keys import KeyStore
from vrm import clock, profiles
from vrm.catalogue import Catalogue, Value
from vrm.consents import GrantedLine, Permitted, Place, Uses
from vrm.disclosures.answers import Omitted


@dataclass(frozen=True)
class Filled:
    """The profile that leaves, and the versions of values behind each line of it."""

    profile: dict[str, object]
    omitted: tuple[Omitted, ...]
    behind: Sequence[tuple[GrantedLine, Sequence[profiles.Version]]]

    @property
    def versions(self) -> tuple[profiles.Version, ...]:
        """Those behind all of it, line by line."""
        return tuple(version for _, versions in self.behind for version in versions)


def fields_behind(catalogue: Catalogue, key: str) -> tuple[str, ...]:
    """The fields whose values a key is made of: itself, or what an answer is worked out from."""
    found = catalogue.keys.get(key)
    if found is None:  # the operator took a key of their own out of the catalogue
        return ()
    return (key,) if found.kind == "field" else found.answers_from


def changed_since(
    catalogue: Catalogue,
    lines: Sequence[GrantedLine],
    uses: Uses,
    sealed: Sequence[profiles.Sealed],
) -> set[Place]:
    """Which of these lines rest on another value than in their last use."""
    return {
        line.place
        for line in lines
        if line.place in uses and not uses[line.place].said(_versions(_behind(catalogue, line, sealed)))
    }


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
    lines: list[tuple[GrantedLine, Sequence[profiles.Version]]] = []
    for line in permitted.lines:
        behind = _behind(catalogue, line, sealed)
        opened: dict[str, list[Value]] = {}
        for value in behind:
            opened.setdefault(value.field, []).append(profiles.open_value(keys, consumer_id, value))
        answer = _value(catalogue, line.key, opened)
        if answer is None:
            omitted.append(Omitted(line.key, "no_value"))
            continue
        profile[line.key] = answer
        lines.append((line, _versions(behind)))
    return Filled(profile, tuple(omitted), lines)


def _behind(
    catalogue: Catalogue, line: GrantedLine, sealed: Sequence[profiles.Sealed]
) -> list[profiles.Sealed]:
    fields = fields_behind(catalogue, line.key)
    return [value for value in sealed if value.field in fields and line.item_id in (None, value.item_id)]


def _versions(values: Sequence[profiles.Sealed]) -> list[profiles.Version]:
    return [(value.field, value.item_id, value.version) for value in values]


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
