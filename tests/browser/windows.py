"""The windows people look through, and which story shows what of the life of a consent.

A story is written once, for whatever ``page`` it is given. ``shows`` says what it shows and has it told in every window:
in one of them before each change, in all of them by ``make test-deep``.
"""

from collections import defaultdict
from enum import Enum
from typing import Any

import pytest

_SILENT: dict[str, Any] = {"java_script_enabled": False}

WINDOWS: dict[str, tuple[str, dict[str, Any]]] = {
    "desktop": ("desktop", {}),
    "phone": ("phone", {}),
    "desktop, no script": ("desktop", _SILENT),
    "phone, no script": ("phone", _SILENT),
}
"""Each size with its settings of a browser."""

SCRIPTED, SILENT = ("desktop", "phone"), ("desktop, no script", "phone, no script")


class Shown(Enum):
    """What a person can do, and see, from the day they allow something until after its end."""

    LISTS = (
        "Current and History with filters; each card with company, purpose, what, since, last read and end"
    )
    DETAIL = "one consent with its words and values, its revisions, and every read under it"
    ANSWERS = "answers are offered before raw data, and the very message can be seen"
    AMENDMENT = "of an amendment only what changes is asked"
    NARROW = "a line is taken out"
    EXTEND = "it ends later"
    SHORTEN = "it ends sooner"
    TRIM = "what they never read is taken out with one press"
    PAUSE = "pause and resume"
    PAUSE_ALL = "everything is paused together"
    REVOKE = "two presses from home end it, after its consequences were said"
    BULK_COMPANY = "all of a company is revoked at once"
    BULK_PURPOSE = "all of a purpose is revoked at once"
    BULK_KEY = "one line is taken back everywhere"
    BLOCK = "a company is blocked"
    EXPIRY = "what came to its end cannot be read"
    ONCE = "what was for once ends when it was read"
    WEEKLY = "what was for once a week is refused the second time, and that is told"
    LINK = "the link of a letter ends it without a password"
    MAIL = "an answer to a letter ends it"
    RECEIPT = "a receipt as a page, and as a file that is checked without us"
    RECEIPT_OF_NO = "a refusal has its receipt"
    REMINDER = "after ninety days it is brought to mind"
    ENDING = "its end is told ahead"
    UNUSUAL = "unusual reads are told"
    CHANGED = "a changed notice is told, and so is a new owner"
    DEVICE = "a sign-in from a new browser is told"
    PREFERENCES = "each kind of notice has its preference, and what was put off comes in a digest"
    DISCREET = "letters name nobody where a mailbox is shared"
    READS = "who read what: drawn, in a table, narrowed to a company, a line or a purpose, down to the entry in the log"
    HOME = "an end, a read, a refused read, a refused request and a blocked company stand one press from home"
    GROUPS = "a profile is filled in group by group, and saved"
    AUTOFILL = "a browser is told what each line is, and can fill it in"
    PHONE = "a phone number with a digit too few is told, and the right one written as people write it"
    COUNTRY = "an address has the parts that its country has"
    SENSITIVE = "what the law calls special is marked so"
    UNDO = "what was saved in the profile is taken back, now and from its history"
    SEEN = "of each line who can read it now, and until when"
    INBOX = "what a company proposes for the profile waits for its person alone"
    TASKS = "five things a newcomer does unaided, counted in presses"


SHOWING: dict[Shown, set[str]] = defaultdict(set)
"""The windows through which each is shown by some story."""


def shows(
    *what: Shown, quick: str | None = None, windows: tuple[str, ...] = tuple(WINDOWS)
) -> pytest.MarkDecorator:
    """The story shows this, in these windows; ``quick``: in which of them before each change, if in any.

    Its fixture ``page`` is the window.
    """
    for each in what:
        SHOWING[each].update(windows)
    marks = {name: [pytest.mark.browser, *([] if name == quick else [pytest.mark.deep])] for name in windows}
    return pytest.mark.parametrize(
        "page", [pytest.param(name, marks=marks[name]) for name in windows], indirect=True
    )
