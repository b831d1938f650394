"""What an error description of OAuth may hold, and what of someone else's text may stand in it."""

import re

PLAIN = re.compile(r"[ !#-\[\]-~]*")
"""Printable ASCII without quotation mark and backslash (RFC 6749, section 5.2)."""


def said(text: str) -> str:
    """A text of someone else as an error description may repeat it: short, without what it may not hold."""
    return "".join(letter if PLAIN.fullmatch(letter) else "?" for letter in text[:80])
