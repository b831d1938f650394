"""What a program sends, read strictly: the parameters in its query, the JSON in its body.

A parameter that is not known is refused and never left aside: a filter with a slip in its name would find everything.
"""

import re
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import BadRequest

from vrm.errors import Invalid
from vrm.ids import is_id

MOST_LEAVES = 2**63
"""No leaf index reaches this (C2SP tlog-checkpoint)."""
PAGE = 50
MOST_ON_A_PAGE = 200


def check_names(*known: str) -> None:
    """Refuse what is not one of these, what is given twice, and what is empty. Raises ``Invalid``."""
    if not set(request.args) <= set(known):
        raise Invalid(f"This address takes no other parameters than {', '.join(known) or 'none'}.")
    for name in known:
        if len(request.args.getlist(name)) > 1:
            raise Invalid("Give each parameter once.", field=name)
        if request.args.get(name) == "":
            raise Invalid("Give this parameter a value, or leave it out.", field=name)


def find_number(name: str, *, most: int = MOST_LEAVES - 1) -> int | None:
    """A number from 0 to ``most``; None where none is given. Raises ``Invalid``."""
    text = request.args.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,19}", text, re.ASCII) or int(text) > most:
        raise Invalid(f"{name} is a number from 0 to {most}.", field=name)
    return int(text)


def read_limit() -> int:
    """How many to put on a page. Raises ``Invalid``."""
    limit = find_number("limit", most=MOST_ON_A_PAGE)
    if limit == 0:
        raise Invalid("limit is at least 1.", field="limit")
    return PAGE if limit is None else limit


def find_id(name: str) -> str | None:
    """An id; None where none is given. Raises ``Invalid``."""
    given = request.args.get(name)
    if given is not None and not is_id(given):
        raise Invalid("An id looks like f81d4fae-7dec-4d0a-a765-00a0c91e6bf6.", field=name)
    return given


def find_word(name: str, *words: str) -> str | None:
    """One of these words; None where none is given. Raises ``Invalid``."""
    given = request.args.get(name)
    if given is not None and given not in words:
        raise Invalid(f"{name} is one of {', '.join(words)}.", field=name)
    return given


def read_body(schema: Schema, members: str) -> dict[str, Any]:
    """The JSON object that was sent, as the schema has it. Raises ``Invalid``; ``members`` is what to send instead."""
    try:
        body: dict[str, Any] = schema.load(request.get_json())
    except RecursionError as fault:  # the parser's own word for what is nested too deeply
        raise BadRequest from fault
    except ValidationError as fault:
        field = next(iter(fault.normalized_messages()))  # type: ignore[no-untyped-call]
        if field == "_schema":
            raise Invalid(f"Send a JSON object with {members}.") from fault
        raise Invalid(f"{field} is not as described in the API.", field=str(field)) from fault
    return body
