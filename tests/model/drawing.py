"""What is drawn at random: what is asked for, what is chosen, how time goes on, what is read."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.support.seeds import OTHER_PURPOSE, PURPOSE

DAY = timedelta(days=1)
STEP = timedelta(milliseconds=1)
"""The smallest by which two moments differ: see ``vrm.clock``."""
PURPOSES = (PURPOSE, OTHER_PURPOSE)
KEYS = ("name", "email", "birthdate", "age_over_18", "phone_number")
MENU = (("name",), ("email",), ("birthdate", "age_over_18"), ("phone_number",))
JUMPS = [
    STEP, timedelta(minutes=1), timedelta(minutes=9), timedelta(minutes=10), timedelta(minutes=10), timedelta(hours=22),
    timedelta(hours=23), timedelta(hours=23), DAY, timedelta(days=6, hours=23), timedelta(days=27, hours=22),
    timedelta(days=27, hours=23), 90 * DAY,
]  # fmt: skip


class Wanted(NamedTuple):
    """What a company asks for: lines (its options, purpose, whether it is required, how often), or to sign in, or both."""

    lines: list[tuple[tuple[str, ...], str, bool, str]]
    sign_in: bool


def _wanted(*frequencies: str) -> st.SearchStrategy[Wanted]:
    line = st.tuples(
        st.sampled_from(MENU), st.sampled_from(PURPOSES), st.booleans(), st.sampled_from(frequencies)
    )
    lines = st.lists(line, min_size=1, max_size=4, unique_by=lambda each: each[:2])
    return st.builds(
        lambda lines, sign_in: Wanted(lines if sign_in != "alone" else [], bool(sign_in)),
        lines,
        st.sampled_from(("", "", "", "", "", "", "beside", "alone")),
    )


wanted = st.one_of(_wanted("when_needed", "once", "once", "daily", "weekly", "monthly"), _wanted("once"))
how_long = st.sampled_from((1, 7, 30, 90, 365, 365))
picks = st.lists(st.integers(0, 4), min_size=9, max_size=9)
"""Of each line in turn: which of its keys, or that it is left out."""
mostly = st.sampled_from((True, True, True, False))
some = st.integers(0, 10_000)
"""One of those there are."""


a_read = st.tuples(
    some,
    some,
    st.sampled_from((None, None, 0, 0, 1)),
    st.sampled_from((None, *PURPOSES, *PURPOSES)),
    st.one_of(st.none(), st.lists(st.sampled_from(KEYS), min_size=1, max_size=3)),
)
"""Which consent, by whom, under a token of which epoch (None: the client's own; 1: one before), what for, which keys."""


def deed(**strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Any]:
    """A rule that is followed by reads, since it is by them that it must show: of what it touched, mostly."""

    def wrap(verb: Callable[..., None]) -> Any:
        @wraps(verb)
        def done(self: Any, then: list[Any], **drawn: Any) -> None:
            self.touched.clear()
            verb(self, **drawn)
            for each in then:
                self.read(*each)
            self.look_into_the_log()

        drawn: dict[str, Any] = {"then": st.lists(a_read, min_size=1, max_size=3), **strategies}
        made: Any = rule(**drawn)
        return made(done)

    return wrap
