"""How far a key reaches: who can read it now, and who can learn something of it through an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vrm.catalogue import Catalogue
from vrm.web.portal.readers import Seen
from vrm.web.portal.words import label

SeenBy = Mapping[str, Sequence[Seen]]


@dataclass(frozen=True)
class Through:
    """A company that can learn an answer and not what stands behind it. ``answer``: what it is called."""

    seen: Seen
    key: str
    answer: str


@dataclass(frozen=True)
class Reach:
    """Of one key. ``whole``: who reads the very value; ``paused``: who would, were it not paused."""

    key: str
    whole: Sequence[Seen]
    paused: Sequence[Seen]
    through: Sequence[Through]


def of(catalogue: Catalogue, seen: SeenBy, key: str) -> Reach:
    """Who can see a key under what is allowed now, and who cannot while it is paused, for longest first."""
    through = [
        Through(each, answer.name, label(catalogue, answer.name))
        for answer in catalogue.answers()
        if key in answer.answers_from
        for each in seen.get(answer.name, ())
    ]
    return replace(alone(seen, key), through=through)


def alone(seen: SeenBy, key: str) -> Reach:
    """As ``of``, for an answer: nothing else is worked out from it."""
    whole = seen.get(key, ())
    return Reach(
        key, [each for each in whole if not each.paused], [each for each in whole if each.paused], ()
    )
