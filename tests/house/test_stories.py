"""What the portal promises of the life of a consent is shown at a browser, in every window."""

from importlib import import_module
from pathlib import Path

from tests.browser.windows import SHOWING, WINDOWS, Shown

TESTS = Path(__file__).parents[1]


def test_each_promise_is_shown_in_every_window():
    """Each has stories that show it on a desktop and on a phone, with script and without."""
    for folder in ("browser", "stories"):
        for story in (TESTS / folder).glob("test_*.py"):
            if "tests.browser.windows" in story.read_text():
                import_module(f"tests.{folder}.{story.stem}")
    assert {each.name for each in Shown if SHOWING[each] != set(WINDOWS)} == set()
