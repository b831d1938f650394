"""Was a letter written by a person? Machines answer too, and no consent may end because somebody is on holiday."""

import re
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_ADDRESS = re.compile(r"[^\s<>(),;:\"]+@[^\s<>(),;:\"]+")
_AUTOMATIC = ("x-autoreply", "x-autorespond", "x-autoresponse")


def is_by_a_person(content: bytes, *, sender: str, ours: frozenset[str]) -> bool:
    """Whether nothing says that a machine wrote this. ``sender``: of the envelope; ``ours``: what we write as.

    A letter that hides being a machine's counts as a person's: whoever sends it had the code.
    """
    if sender in ("", "<>"):  # a report that something was not delivered (RFC 5321, section 4.5.5)
        return False
    head = BytesParser(policy=compat32).parsebytes(content, headersonly=True)
    return not (
        _says_automatic(head) or _is_report(head) or _names(head, "From") & ours or sender.lower() in ours
    )


def _says_automatic(head: Message) -> bool:
    # RFC 3834, section 5: "no" is a person's; anything else, and what is yet to be defined, is not.
    if any(_first_word(value) != "no" for value in _all(head, "Auto-Submitted")):
        return True
    if any(_first_word(value) in _BULK for value in _all(head, "Precedence")):
        return True
    names = [name.lower() for name in head]
    return any(name.startswith("list-") or name in _AUTOMATIC for name in names)


def _is_report(head: Message) -> bool:
    """RFC 6522: not delivered, delivered late, read."""
    return any(_first_word(value) == "multipart/report" for value in _all(head, "Content-Type"))


def _names(head: Message, field: str) -> set[str]:
    """Whatever looks like an address in a field: nothing rests on it but that we do not answer ourselves."""
    return {each.lower() for value in _all(head, field) for each in _ADDRESS.findall(value)}


def _all(head: Message, field: str) -> list[str]:
    return [str(value) for value in head.get_all(field, [])]  # a value of raw bytes is no str


def _first_word(value: str) -> str:
    return value.partition(";")[0].partition("(")[0].strip().lower()
