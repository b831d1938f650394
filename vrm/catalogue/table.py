"""Writes the tables in docs/catalogue.md: ``python -m vrm.catalogue.table [FILE]``.

What stands between the marks ``<!-- table: NAME -->`` and ``<!-- end -->`` is ours; the rest is written by hand.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from vrm.catalogue.catalogue import Catalogue
from vrm.catalogue.keys import Key

MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def groups(catalogue: Catalogue) -> str:
    rows = []
    for group in catalogue.groups.values():
        kinds = [catalogue.keys[name].kind for name in group.keys]
        rows.append((f"`{group.name}`", group.label, str(kinds.count("field")), str(kinds.count("answer"))))
    total = (
        "",
        "**all**",
        f"**{len(catalogue.fields())}**",
        f"**{len(catalogue.answers())}**",
    )
    return _table(("group", "label", "fields", "answers"), [*rows, total])


def keys(catalogue: Catalogue) -> str:
    head = ("key", "label", "kind", "type", "plural", "sensitivity", "companies may propose")
    return _table(
        head, [_row(catalogue.keys[name]) for group in catalogue.groups.values() for name in group.keys]
    )


def answers(catalogue: Catalogue) -> str:
    rows = [
        (f"`{key.name}`", _names(key.answers_from), _names(key.may_replace)) for key in catalogue.answers()
    ]
    return _table(("answer", "worked out from", "offered in place of"), rows)


def purposes(catalogue: Catalogue) -> str:
    known = [
        found
        for found in catalogue.purposes.values()
        if found.plain.casefold() != found.label.casefold() or found.caution
    ]
    rows = [(f"`{found.id}`", found.plain, " ".join(found.cautions)) for found in known]
    return _table(("purpose", "in plain words", "we warn"), rows)


TABLES: Mapping[str, Callable[[Catalogue], str]] = {
    "groups": groups,
    "keys": keys,
    "answers": answers,
    "purposes": purposes,
}


def filled(page: str, catalogue: Catalogue) -> str:
    """The page with every marked table as the catalogue has it now."""
    return MARKED.sub(lambda mark: f"{mark[1]}{TABLES[mark[2]](catalogue)}{mark[3]}", page)


def _row(key: Key) -> tuple[str, ...]:
    sensitivity: str = key.sensitivity
    if key.special_category:
        sensitivity = f"{sensitivity}: {key.special_category.replace('_', ' ')}"
    plural = "yes" if key.plural else ""
    return (f"`{key.name}`", key.label, key.kind, key.type, plural, sensitivity, key.proposable)


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


if __name__ == "__main__":
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/catalogue.md")
    path.write_text(filled(path.read_text("utf-8"), Catalogue.load()), "utf-8")
