"""The lives find faults: a line of one function is changed, and a read, or what is kept, differs from the rules."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import NamedTuple

import pytest
from hypothesis import Phase

from tests.model.living import STEPS, Lived, live
from tests.model.reading import at_the_door
from vrm.consents import amending, effective, often, own, pausing, service, uses, withdrawing
from vrm.disclosures import drafts
from vrm.errors import Unavailable
from vrm.house import House
from vrm.web.asking import merging
from vrm.web.portal import unread

MOST_LIVES = 300


class Fault(NamedTuple):
    """What stands once in a function, and what stands there instead."""

    name: str
    function: object
    original: str
    replacement: str


FAULTS = [
    Fault("paused is read", effective.weigh, "if standing.paused:", "if False:"),
    Fault("ended is read", effective.weigh, 'if standing.state != "active":', "if False:"),
    Fault("a moment too long", effective.weigh, "standing.expires_at <= now", "standing.expires_at < now"),
    Fault("notice does not matter", effective.weigh, "if standing.notice_version != notice_version:", "if False:"),
    Fault("superseded is read", effective.weigh, "epoch != standing.epoch", "epoch > standing.epoch"),
    Fault("every purpose", effective.weigh, "if line.purpose == purpose", "if True"),
    Fault("a moment late", often.begins, "now >= then", "now > then"),
    Fault("a reply for ever", often.is_due, "now - last.at < USE", "now >= last.at"),
    Fault("use by key alone", uses.begin_anew, "ConsentUse.purpose == purpose", "ConsentUse.key == key"),
    Fault("once is over at once", uses.close, ">= USE", ">= 0 * USE"),
    Fault("one of all was read", uses.close, "all(", "any("),
    Fault("amended is not begun anew", amending.amend, "uses.begin_anew(session, row, anew)", "pass"),
    Fault("redeemed is not taken up", amending.redeem, "row.epoch = epoch", "pass"),
    Fault("an old code is redeemed", amending.redeem, "or epoch != row.latest_epoch", ""),
    Fault("merged forgets a line", merging.merge, "for line in granted.lines if", "for line in granted.lines[1:] if"),
    Fault("narrowed keeps a line", own.change, "before, reason, lines", "before, reason, before.lines[:len(lines)]"),
    Fault("narrowed is not looked at", own.change, "uses.look_again(session, row, now=now)", "pass"),
    Fault("narrowed is read all the same", own._revise, "row.version += 1", "pass"),
    Fault("changed meanwhile is read", drafts.commit, "version != draft.version", "False"),
    Fault("ended meanwhile is read", drafts.commit, "expires_at <= now", "False"),
    Fault("what is longer is not asked about", own._check_end, "if ends > latest_end(before.terms, now):", "if False:"),
    Fault("resumes all", pausing._set_all, "ConsentRow.paused == was", "ConsentRow.paused.is_not(None)"),
    Fault("pauses again", pausing._set_all, "ConsentRow.paused.is_(None) if was is None", "True if was is None"),
    Fault("resumes none", pausing.resume_all, '"with_all", None', '"alone", None'),
    Fault("too much is taken", withdrawing.Part.takes, "and self.key in", "or self.key in"),
    Fault("the second goes on", withdrawing.withdraw, "for id in chosen:", "for id in list(chosen)[:1]:"),
    Fault("unread is kept", unread.find, "if line not in never", "if True"),
    Fault("a pause counts", pausing.get_readable_since, "*(event.at for event in resumed)", ""),
    Fault("what left at the edge is unread", unread.find, "timedelta(days=days)", "timedelta(days=days - 1)"),
    Fault("what is young is unread", unread.find, ">= YOUNG", "> YOUNG"),
    Fault("others leave too", service.end_all, "ConsentRow.consumer_id == consumer_id", "True"),
    Fault("who signs in is used up", service.close_used, "and not revision.terms.sign_in", ""),
]  # fmt: skip


@contextmanager
def with_fault(fault: Fault) -> Iterator[None]:
    """Whoever has the function has it with the fault, for a while."""
    function = fault.function
    assert isinstance(function, FunctionType)
    source = inspect.cleandoc("\n" + inspect.getsource(function))
    assert source.count(fault.original) == 1, fault
    made: dict[str, FunctionType] = {}
    flags = function.__code__.co_flags & 0x01FFF0000  # what ``from __future__`` said
    exec(
        compile(source.replace(fault.original, fault.replacement), fault.name, "exec", flags),
        function.__globals__,
        made,
    )
    whole = function.__code__
    function.__code__ = made[function.__name__].__code__
    try:
        yield
    finally:
        function.__code__ = whole


@pytest.mark.deep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found(house: House, fault: Fault) -> None:
    """Lives as they are lived before every change notice it, or as many more at most."""
    with with_fault(fault), pytest.raises((AssertionError, Unavailable)):
        live(house, at_the_door(house), Lived(), lives=MOST_LIVES, steps=STEPS, phases=(Phase.generate,))
