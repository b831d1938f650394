"""What a person filled in: read once, kept for showing again when something is wrong.

Schemas are marshmallow's; their messages are sentences that say how to put it right. Secrets are never shown
again: a field of that kind comes back empty.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError

from vrm.errors import Invalid
from vrm.web.language import gettext, told

_SECRET = frozenset({"password", "new_password", "current_password"})


@dataclass(frozen=True)
class Form:
    """``values`` as typed (no secrets), ``data`` as parsed, ``errors`` by name of field; "" is the whole form."""

    values: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def with_fault(self, fault: Invalid) -> "Form":
        """The same form with what a room found wrong beside the field it names."""
        return Form(self.values, self.data, {**self.errors, fault.field or "": told(fault)})


BLANK = Form()
"""For showing a form the first time."""


def filled(schema: Schema, *, lists: Collection[str] = ()) -> Form:
    """The form of this request. It never raises: what is wrong stands in ``errors``. ``lists``: may be given often."""
    typed = {name: value.strip() if name not in _SECRET else value for name, value in request.form.items()}
    typed.pop("csrf", None)
    shown = {name: value for name, value in typed.items() if name not in _SECRET}
    often = {name: request.form.getlist(name) for name in lists}
    try:
        return Form(shown, schema.load({**typed, **often}, unknown=EXCLUDE))
    except ValidationError as fault:
        found = fault.normalized_messages()  # type: ignore[no-untyped-call]
        return Form(shown, {}, {name: _first(messages) for name, messages in found.items()})


def _first(messages: Any) -> str:
    while isinstance(messages, (list, dict)):
        messages = next(iter(messages.values() if isinstance(messages, dict) else messages))
    return gettext(str(messages))
