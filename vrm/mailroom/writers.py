"""Was a letter written by a person? Machines answer too, and no consent may end because somebody is on holiday.

The head is read leniently: every line of it that begins like a mark of a machine is one, whatever stands before it.
"""

import re
from collections.abc import Iterator
from typing import Final

MOST_HEAD: Final = 32 * 1024
"""Bytes of the head. No person's program writes as many, and what stands behind them is not looked at."""

MOST_LINE: Final = 998
"""Characters that are looked at of one field (RFC 5322, section 2.1.1, of a line)."""

_END = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]+")
_LINE = re.compile(r"\r\n|\r|\n")
_FIELD = re.compile(r"([!-9;-~]+)[ \t]*:(.*)")
_ADDRESS = re.compile(r"[^\s<>(),;:\"@]{1,320}@[^\s<>(),;:\"@]{1,255}")

_BULK = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
_MACHINES = frozenset({"mailer-daemon", "noreply", "no-reply", "donotreply", "do-not-reply"})
_AUTOMATIC = (
    "list-",
    "x-auto",
    "x-mail-auto",
    "x-ms-exchange-inbox-rules",
    "x-fc-machinegenerated",
    "x-post-messageclass",
    "x-vacation",
)
"""How the names of fields begin that only machines write."""


def is_by_a_person(content: bytes, *, sender: str, ours: frozenset[str]) -> bool:
    """Whether nothing says that a machine wrote this. ``sender``: of the envelope; ``ours``: what we write as.

    A letter that hides being a machine's counts as a person's: whoever sends it had the code. Takes time with the
    length of the head: not for an event loop.
    """
    sender = sender.strip("<>").lower()
    if not sender:  # a report that something was not delivered (RFC 5321, section 4.5.5)
        return False
    if _is_machine(sender, ours):
        return False
    text = b"\n" + content[: MOST_HEAD + 4]  # a letter without a head begins with an empty line
    end = _END.search(text)
    head = text[: end.start()] if end else text
    return not any(_tells(name, value, ours) for name, value in _fields(head))


def _fields(head: bytes) -> Iterator[tuple[str, str]]:
    """The fields of a head, unfolded (RFC 5322, section 2.2.3), by name in small letters. What is no field is passed."""
    for line in _LINE.split(_FOLD.sub(" ", head.decode("latin-1"))):
        found = _FIELD.match(line[:MOST_LINE])
        if found:
            yield found[1].lower(), found[2].strip()


def _tells(name: str, value: str, ours: frozenset[str]) -> bool:
    """Whether this field says that a machine wrote."""
    match name:
        case (
            "auto-submitted"
        ):  # RFC 3834, section 5: "no" is a person's; anything else, also what is to come, is not
            return _first_word(value) != "no"
        case "precedence":
            return _first_word(value) in _BULK
        case "content-type":  # RFC 6522: not delivered, delivered late, read
            return _first_word(value) == "multipart/report"
        case (
            "x-auto-response-suppress"
        ):  # a person's program may ask for no note of absence; a machine for no answer
            return any(word in value.lower() for word in ("all", "autoreply"))
        case "return-path":
            return value == "<>"
        case "delivered-to":
            return _first_word(value).startswith("autoresponder")
        case "from" | "sender":
            return any(_is_machine(each.lower(), ours) for each in _ADDRESS.findall(value))
    return name.startswith(_AUTOMATIC)


def _is_machine(address: str, ours: frozenset[str]) -> bool:
    """Nothing rests on who wrote but that no machine is answered, we ourselves least of all, by whatever code."""
    name, _, domain = address.partition("@")
    name = name.partition("+")[0]
    return f"{name}@{domain}" in ours or name in _MACHINES


def _first_word(value: str) -> str:
    return value.partition(";")[0].partition("(")[0].strip().lower()
