"""From catalogue files to groups and keys. Our own files and an operator's are read by the same rules.

A file may hold ``[groups.NAME]``, ``[lists.NAME]`` (closed lists to share), ``[fields.NAME]`` and
``[answers.NAME]``. Files only ever add: a name that is taken is a fault, because consents were given for what
the name meant.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, cast

from vrm.catalogue.answers import RULES
from vrm.catalogue.errors import CatalogueFault, Fault
from vrm.catalogue.keys import (
    PROPOSABLE,
    SENSITIVITIES,
    SPECIAL_CATEGORIES,
    Group,
    Key,
    Kind,
    Proposable,
    Rule,
    Sensitivity,
)
from vrm.catalogue.shapes import Choice, Shape, Structured
from vrm.catalogue.shaping import AUTOFILL, Lists, shape_of
from vrm.catalogue.tables import Table, labelled, read_table

NAME = "[a-z][a-z0-9_]{1,47}"
CODE = "[a-z0-9][a-z0-9_]{0,31}"
LONGEST_LABEL = 48
LONGEST_HELP = 240


@dataclass(frozen=True, slots=True)
class Entries:
    """What has been read so far."""

    groups: dict[str, Group] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    lists: Lists = field(default_factory=dict)

    def copy(self) -> "Entries":
        return Entries(dict(self.groups), dict(self.keys), dict(self.lists))


def read(sources: Iterable[Path | Traversable], onto: Entries) -> Entries:
    """``onto`` with all that the files add, in their order. CatalogueFault lists every fault of every file."""
    entries, faults = onto.copy(), list[Fault]()
    tables = [table for source in sources if (table := read_table(source, faults)) is not None]
    # Answers may draw on a field of any file, and fields on a group or list of any: hence three rounds.
    for table in tables:
        _read_lists_and_groups(table, entries)
    for table in tables:
        _read_fields(table, entries)
    for table in tables:
        _read_answers(table, entries)
        table.done()
    if faults:
        raise CatalogueFault(faults)
    return entries


def _read_lists_and_groups(table: Table, entries: Entries) -> None:
    for name, inner in table.tables("lists", pattern=NAME):
        if name in entries.lists:
            inner.fault("This list exists already. Choose another name.")
        else:
            entries.lists[name] = labelled(inner, inner.raw, CODE)
    for name, inner in table.tables("groups", pattern=NAME):
        if name in entries.groups:
            inner.fault("This group exists already. Choose another name, or put keys into it as it is.")
            continue
        entries.groups[name] = Group(
            name,
            inner.text("label", longest=LONGEST_LABEL),
            inner.text("help", "", longest=LONGEST_HELP),
        )
        inner.done()


def _read_fields(table: Table, entries: Entries) -> None:
    for name, inner in table.tables("fields", pattern=NAME):
        shape = shape_of(inner, entries.lists)
        autocomplete = inner.text("autocomplete", "")
        if autocomplete and autocomplete not in AUTOFILL:
            inner.fault("Make `autocomplete` a token of the HTML standard (section “Autofill”).")
        key = _key(
            name,
            inner,
            entries,
            shape,
            plural=inner.take("plural", bool, False),
            autocomplete=autocomplete,
            proposable=cast(Proposable, inner.text("proposable", "", among=PROPOSABLE)),
        )
        if key.special and key.proposable:
            inner.fault("Leave out `proposable`: what is special (GDPR Art. 9) comes from the person alone.")
        _add(key, inner, entries)


def _read_answers(table: Table, entries: Entries) -> None:
    for name, inner in table.tables("answers", pattern=NAME):
        shape = shape_of(inner, entries.lists)
        named = inner.texts("from")
        sources = [entries.keys[source] for source in named if source in entries.keys]
        if not named or len(sources) < len(named) or any(source.kind == "answer" for source in sources):
            inner.fault("Make every entry of `from` a field.")
        may_replace = inner.texts("may_replace", [])
        if not set(may_replace) <= set(named):
            inner.fault("`may_replace` can only name fields that are in `from`.")
        key = _key(
            name,
            inner,
            entries,
            shape,
            kind="answer",
            answers_from=named,
            may_replace=may_replace,
            rule=_rule(inner, sources, shape),
        )
        # What is worked out from health data is health data.
        if any(source.special for source in sources) and not key.special:
            inner.fault("Make `sensitivity` special, like that of what it is worked out from.")
        _add(key, inner, entries)


def _key(
    name: str,
    table: Table,
    entries: Entries,
    shape: Shape,
    *,
    kind: Kind = "field",
    plural: bool = False,
    autocomplete: str = "",
    proposable: Proposable = "",
    answers_from: tuple[str, ...] = (),
    may_replace: tuple[str, ...] = (),
    rule: Rule | None = None,
) -> Key:
    sensitivity = table.text("sensitivity", "ordinary", among=SENSITIVITIES)
    special_category = table.text("special_category", "", among=SPECIAL_CATEGORIES)
    if (sensitivity == "special") != bool(special_category):
        table.fault('`sensitivity = "special"` and `special_category` (GDPR Art. 9) go together.')
    category = table.text("category", "")
    if category and not (category.startswith("pd:") and category[3:].isalnum()):
        table.fault("Make `category` a concept of the DPV personal-data extension, such as pd:BirthDate.")
    return Key(
        name=name,
        kind=kind,
        label=table.text("label", longest=LONGEST_LABEL),
        group=table.text("group", among=tuple(entries.groups)),
        shape=shape,
        help=table.text("help", "", longest=LONGEST_HELP),
        plural=plural,
        sensitivity=cast(Sensitivity, sensitivity),
        special_category=special_category,
        autocomplete=autocomplete,
        category=category,
        proposable=proposable,
        answers_from=answers_from,
        may_replace=may_replace,
        rule=rule,
    )


def _add(key: Key, table: Table, entries: Entries) -> None:
    table.done()
    if key.name in entries.keys:
        table.fault("This key exists already. Choose another name.")
    else:
        entries.keys[key.name] = key


def _rule(table: Table, sources: Sequence[Key], shape: Shape) -> Rule | None:
    name = table.text("rule", among=tuple(RULES))
    kind = RULES.get(name)
    if kind is None:
        return None
    params: dict[str, Any] = {
        param: table.texts(param) if type_ is list else table.take(param, type_)
        for param, type_ in kind.params.items()
    }
    if len(sources) != len(kind.takes) or not all(
        isinstance(source.shape, takes) for source, takes in zip(sources, kind.takes, strict=True)
    ):
        table.fault(f"The rule {name} takes `from` of: {', '.join(map(_word, kind.takes))}.")
        return None
    if not isinstance(shape, kind.gives):
        table.fault(f"The rule {name} cannot give an answer of the type {shape.name}.")
    _check_params(table, params, sources[0], shape)
    return kind.build(*(source.name for source in sources), **params)


def _check_params(table: Table, params: Mapping[str, Any], source: Key, shape: Shape) -> None:
    """What a parameter's type does not say: that it speaks of the field and of the answer at hand."""
    bands, parts, codes = params.get("bands"), params.get("parts"), params.get("values")
    if bands is not None and (
        set(bands) != _codes(shape) or not all(type(lowest) is int for lowest in bands.values())
    ):
        table.fault("Give every choice its lowest number in `bands`.")
    if codes is not None and not (codes and set(codes) <= _codes(source.shape)):
        table.fault("Make `values` some of the choices of the field in `from`.")
    if parts is not None:
        members = (
            tuple(member.name for member in shape.members) if isinstance(shape, Structured) else parts[:1]
        )
        if not parts or parts != members or not set(parts) <= {member.name for member in source.members}:
            table.fault("Make `parts` members of the field in `from`, the same as those of the answer.")


def _codes(shape: Shape) -> set[str]:
    return {code for code, _ in shape.choices} if isinstance(shape, Choice) else set()


def _word(takes: type) -> str:
    return "any type" if takes is object else takes.__name__.lower()
