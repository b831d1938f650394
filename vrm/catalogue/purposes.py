"""Purposes: why a company asks. The Data Privacy Vocabulary (DPV), in plain words where we have them.

The concepts are DPV's own file, unchanged; plain words and warnings are ours and stand beside it. A purpose
narrower than one we warn of is warned of too.
"""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

PREFIX = "https://w3id.org/dpv#"


@dataclass(frozen=True, slots=True)
class Purpose:
    """A DPV purpose, ``dpv:DeliveryOfGoods``.

    ``label`` and ``definition`` are DPV's; ``plain`` says it to the person and is DPV's label, written as one
    writes a sentence, where we have no better words. ``broader`` holds ids. ``cautions`` are sentences to show before a person agrees.
    """

    id: str
    label: str
    plain: str
    definition: str
    broader: tuple[str, ...]
    cautions: tuple[str, ...] = ()

    @property
    def caution(self) -> bool:
        """Whether this is marketing, profiling or the sale of data, or a kind of it."""
        return bool(self.cautions)


def load_purposes() -> Mapping[str, Purpose]:
    """All purposes by id, in the order of their plain words."""
    data = files("vrm.catalogue") / "data"
    words = tomllib.loads((data / "purposes.toml").read_text("utf-8"))
    table = (data / "dpv" / "purposes.csv").read_text("utf-8").splitlines(keepends=True)
    # The root itself is no reason to ask for anything, and the file also holds two properties and a class
    # of sectors.
    rows = [row for row in csv.DictReader(table) if row["dpvtype"] == f"{PREFIX}Purpose"]
    broader = {_id(row["iri"]): tuple(map(_id, row["hasbroader"].split(";"))) for row in rows}
    purposes = []
    for row in rows:
        name = _id(row["iri"])
        lineage = set(_lineage(name, broader))
        purposes.append(
            Purpose(
                id=name,
                label=row["label"],
                plain=words["plain"].get(name) or _sentence(row["label"]),
                definition=row["definition"],
                broader=tuple(parent for parent in broader[name] if parent in broader),
                cautions=tuple(sentence for root, sentence in words["cautions"].items() if root in lineage),
            )
        )
    return MappingProxyType({found.id: found for found in sorted(purposes, key=lambda found: found.plain)})


def _sentence(label: str) -> str:
    """``Improve Internal CRM Processes`` as ``Improve internal CRM processes``."""
    first, *rest = label.split(" ")
    return " ".join([first, *(word if word.isupper() else word.lower() for word in rest)])


def _id(iri: str) -> str:
    return "dpv:" + iri.removeprefix(PREFIX)


def _lineage(name: str, broader: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The purpose and everything broader than it. DPV's hierarchy has no loops; a test holds it to that."""
    yield name
    for parent in broader.get(name, ()):
        yield from _lineage(parent, broader)
