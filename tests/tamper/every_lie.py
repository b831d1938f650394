"""Every lie there is, and the table of them in ``docs/log.md``: ``python -m tests.tamper.every_lie`` writes it."""

import re
import sys
from collections import Counter
from collections.abc import Container
from pathlib import Path

from tests.tamper import lies_checkpoint, lies_files, lies_history, lies_proof, lies_stored
from tests.tamper.stored import Alteration
from tests.tamper.telling import Lie, Place

PAGE = Path(__file__).parents[2] / "docs" / "log.md"
BLOCK = re.compile(r"(?<=\n)\| lie \| .*?\n(?!\|)", re.DOTALL)

TOLD: list[Lie] = [*lies_files.LIES, *lies_history.LIES, *lies_checkpoint.LIES, *lies_proof.LIES]
STORED: list[Alteration] = lies_stored.LIES
LIES: list[Lie | Alteration] = [*TOLD, *STORED]


_KINDS = {
    "files": {Place.FILES: "alone", Place.SINCE: "older", Place.WATCH: "newest", Place.POLICY: "witnesses"},
    "export": {Place.EXPORT: "alone", Place.EXPORT_OLDER: "older", Place.EXPORT_NEWEST: "newest"},
    "proof": {Place.PROOF: "alone", Place.PROOF_NEWEST: "newest", Place.PROOF_POLICY: "witnesses"},
    "browser": {Place.BROWSER: "alone", Place.BROWSER_AGAIN: "newest"},
    **{place.value: {place: ""} for place in (Place.GO, Place.WITNESS, Place.SIGNING)},
}
"""What is checked, and what whoever checks it knows besides the log's key."""


def table() -> str:
    """The table, a row for each lie."""
    rows = ["| lie | with the key | found | passes for the truth |", "|---|---|---|---|"]
    for lie in LIES:
        signed = "yes" if lie.operator else "-"
        rows.append(f"| {lie.name} | {signed} | {_named(lie.found)} | {_named(lie.missed) or '-'} |")
    return "".join(row + "\n" for row in rows)


def summary() -> str:
    """How many lies are told, where, and what became of them."""
    found = Counter(place for lie in LIES for place in lie.found)
    missed = Counter(place for lie in LIES for place in lie.missed)
    places = ", ".join(f"{place.value} {found[place]}" for place in Place)
    return (
        f"{len(LIES)} lies told at {len(found)} places: {found.total()} tellings, all refused ({places});"
        f" {missed.total()} more, by the log's own key, are not found where nothing else is known"
    )


def _named(places: Container[Place]) -> str:
    told = []
    for kind, knowing in _KINDS.items():
        here = [words for place, words in knowing.items() if place in places]
        if here:
            told.append(kind if len(here) == len(knowing) else f"{kind} ({', '.join(here)})")
    return "; ".join(told)


if __name__ == "__main__":
    PAGE.write_text(BLOCK.sub(lambda _: table(), PAGE.read_text()))
    sys.stdout.write(f"{PAGE.name} is written\n{summary()}\n")
