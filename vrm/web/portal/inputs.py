"""A key of the catalogue as a form: its inputs, what was typed into them, and what was wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from vrm.catalogue import InvalidValue, Key, Shape, Voice
from vrm.web.language import gettext

VALUE = "value"
FEW = 5
"""Up to so many choices are shown at once; more are a list to open."""

Typed = Mapping[str, str]


@dataclass(frozen=True)
class Input:
    """One input, as ``_inputs.html`` shows it.

    There is no ``maxlength``: a browser would cut what is pasted without a word, and our own message says why.
    """

    name: str
    label: str
    type: str
    value: str
    options: tuple[tuple[str, str], ...]
    autocomplete: str | None
    inputmode: str | None
    hint: str | None
    required: bool
    maxlength: None = None


def inputs(key: Key, typed: Typed, voice: Voice) -> list[Input]:
    """The inputs of a key, filled with what was typed or kept."""
    if not key.members:
        return [_input(VALUE, key.label, key.shape, typed.get(VALUE, ""), voice, True, key.autocomplete)]
    return [
        _input(
            _name(member.name),
            member.label,
            member.shape,
            typed.get(_name(member.name), ""),
            voice,
            member.required,
            member.autocomplete,
            member.help,
        )
        for member in key.members
    ]


def typed_from(key: Key, value: object) -> Typed:
    """A kept value as it would have been typed."""
    if not key.members:
        return {VALUE: _written(value)}
    assert isinstance(value, Mapping)
    return {_name(name): _written(part) for name, part in value.items()}


def raw_from(key: Key, typed: Typed) -> object:
    """What was typed, as the catalogue parses it. An empty part is no part."""
    if not key.members:
        return typed.get(VALUE, "")
    parts = {member.name: typed.get(_name(member.name), "") for member in key.members}
    return {name: part for name, part in parts.items() if part}


def errors_from(key: Key, fault: InvalidValue) -> dict[str, str]:
    """What is wrong, by name of input, in the language of the page; "" is the whole form."""
    if fault.parts:
        return {_name(name): _said(part) for name, part in fault.parts.items()}
    if key.members:
        return {_name(fault.field) if fault.field else "": _said(fault)}
    return {VALUE: _said(fault)}


def _input(
    name: str,
    label: str,
    shape: Shape,
    value: str,
    voice: Voice,
    required: bool,
    autocomplete: str = "",
    hint: str = "",
) -> Input:
    options = shape.options(voice)
    kind = shape.control
    if shape.name == "yes_no":
        options = (("true", gettext("Yes")), ("false", gettext("No")))
        kind = "yesno" if required else kind
    elif kind == "select":
        if value and value not in dict(options):
            # Written before the list was shortened, or a tag that the list leaves out: it must not be lost.
            options = (*options, (value, shape.show(value, voice)))
        if required and len(options) <= FEW:
            kind = "radio"
    return Input(
        name=name,
        label=label,
        type=kind,
        value=value,
        options=options,
        autocomplete=autocomplete or None,
        inputmode="numeric" if kind == "number" else None,
        hint=hint or None,
        required=required,
    )


def _name(member: str) -> str:
    # Prefixed, so that no part of an operator's own key can take the place of ``next`` or ``csrf``.
    return f"{VALUE}-{member}"


def _written(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _said(fault: InvalidValue) -> str:
    return gettext(fault.msgid, **fault.params)
