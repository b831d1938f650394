"""A key of the catalogue as a form: its inputs, what was typed into them, and what was wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import phonenumbers

from vrm.catalogue import InvalidValue, Key, Shape, Voice
from vrm.web.language import gettext

VALUE = "value"
FEW = 5
"""Up to so many choices are shown at once; more are a list to open."""

Typed = Mapping[str, str]

AUTOFILL = {"work_email": "work email", "mobile_number": "mobile tel", "work_phone_number": "work tel"}
"""Autofill tokens of the HTML standard that need a second word; the catalogue has those of one."""

_WRITING: Mapping[str, Mapping[str, str]] = {
    "email": {"dir": "ltr", "spellcheck": "false", "autocapitalize": "off"},
    "url": {"dir": "ltr", "spellcheck": "false", "autocapitalize": "off"},
    "phone": {"dir": "ltr"},
    "iban": {"dir": "ltr", "spellcheck": "false", "autocapitalize": "characters"},
    "name": {"dir": "auto", "spellcheck": "false", "autocapitalize": "words"},
    "text": {"dir": "auto"},
}
"""By shape: which way it is written, and what a phone's keyboard should leave alone."""


@dataclass(frozen=True)
class Input:
    """One input, as ``_inputs.html`` shows it.

    ``required`` holds a form back that lacks it; what is only ``wanted`` is not marked "if you like". ``more`` are
    further attributes. There is no ``maxlength``: a browser would cut what is pasted without a word, and our own
    message says why.
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
    wanted: bool = True
    example: str = ""
    more: Mapping[str, str] = field(default_factory=dict)
    maxlength: None = None


def inputs(key: Key, typed: Typed, voice: Voice, prefix: str = "", *, alone: bool = True) -> list[Input]:
    """The inputs of a key, filled with what was typed or kept.

    Where a form has several keys, their names begin with a ``prefix`` each, and none is ``alone``: nothing that is
    empty holds the others back.
    """
    if not key.members:
        name = prefix + VALUE
        autofill = AUTOFILL.get(key.name, key.autocomplete)
        # The page of one key says its help above.
        help_ = "" if alone else key.help
        return [
            _input(
                name, key.label, key.shape, typed.get(name, ""), voice, alone, autofill, help_, wanted=True
            )
        ]
    return [
        _input(
            name_of(member.name, prefix),
            member.label,
            member.shape,
            typed.get(name_of(member.name, prefix), ""),
            voice,
            member.required and alone,
            member.autocomplete,
            member.help,
            wanted=member.required,
        )
        for member in key.members
    ]


def typed_from(key: Key, value: object, voice: Voice, prefix: str = "") -> Typed:
    """A kept value as it would have been typed."""
    if not key.members:
        return {prefix + VALUE: _written(value, key.shape, voice)}
    assert isinstance(value, Mapping)
    shapes = {member.name: member.shape for member in key.members}
    return {
        name_of(name, prefix): _written(part, shapes[name], voice)
        for name, part in value.items()
        if name in shapes
    }


def raw_from(key: Key, typed: Typed, prefix: str = "", region: str = "") -> object:
    """What was typed, as the catalogue parses it. An empty part is no part.

    A phone number without a country code is one of ``region``, the person's own country, where that is known.
    """
    if not key.members:
        return _raw(key.shape, typed.get(prefix + VALUE, ""), region)
    parts = {
        member.name: _raw(member.shape, typed.get(name_of(member.name, prefix), ""), region)
        for member in key.members
    }
    return {name: part for name, part in parts.items() if part}


def errors_from(key: Key, fault: InvalidValue, prefix: str = "") -> dict[str, str]:
    """What is wrong, by name of input, in the language of the page; "" is the whole form."""
    if fault.parts:
        return {name_of(name, prefix): _said(part) for name, part in fault.parts.items()}
    if key.members:
        return {name_of(fault.field, prefix) if fault.field else "": _said(fault)}
    return {prefix + VALUE: _said(fault)}


def name_of(member: str, prefix: str = "") -> str:
    """The name of the input of a part."""
    # Never the bare name, so that no part of an operator's own key can take the place of ``next`` or ``csrf``.
    return f"{prefix}{VALUE}-{member}"


def _input(
    name: str,
    label: str,
    shape: Shape,
    value: str,
    voice: Voice,
    required: bool,
    autocomplete: str = "",
    hint: str = "",
    *,
    wanted: bool,
) -> Input:
    options = shape.options(voice)
    kind = shape.control
    if shape.name == "yes_no":
        options = (("true", gettext("Yes")), ("false", gettext("No")))
        kind = "yesno" if wanted else kind
    elif kind == "select":
        if value and value not in dict(options):
            # Written before the list was shortened, or a tag that the list leaves out: it must not be lost.
            options = (*options, (value, shape.show(value, voice)))
        if wanted and len(options) <= FEW:
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
        wanted=wanted,
        more=_WRITING.get(shape.name, {}),
    )


def _raw(shape: Shape, text: str, region: str) -> str:
    text = text.strip()
    if shape.name != "phone" or not region or not text or text.startswith(("+", "\uff0b", "00")):
        return text
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return text  # the catalogue says what is wrong with it
    if number.extension:
        return text
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _written(value: object, shape: Shape, voice: Voice) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return shape.show(value, voice) if shape.name == "phone" else str(value)


def _said(fault: InvalidValue) -> str:
    return gettext(fault.msgid, **fault.params)
