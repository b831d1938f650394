"""What the portal's forms have in common."""

from flask import request
from marshmallow import fields, validate

from vrm.errors import Invalid
from vrm.web import problems
from vrm.web.forms import Form

REFUSED = problems.row(Invalid("")).status
"""The status of a form shown again because something in it is wrong."""


def N_(message: str) -> str:  # the name gettext's extractors look for
    """Mark a sentence for translation where it is written; it is translated where it is shown."""
    return message


def needed(sentence: str) -> fields.String:
    """Text that must be there; ``sentence`` asks for it."""
    return fields.String(
        required=True,
        validate=validate.Length(min=1, error=sentence),
        error_messages={"required": sentence, "invalid": sentence},
    )


def renamed(form: Form, old: str, new: str) -> Form:
    """The form with a fault moved from the room's name of a field to the page's."""
    errors = {new if name == old else name: told for name, told in form.errors.items()}
    return Form(form.values, form.data, errors)


def network_address() -> str:
    """Where the request comes from, for counting attempts. Behind proxies the app has seen to it."""
    return request.remote_addr or ""
