"""``docs/conformance.md`` is what the tests of this checkout write."""

import pytest

from tests.conformance.requirements import CHAPTERS, IDS
from tests.support.conformance import PLACE, collected, is_whole, name_of, render, result_of


def test_the_committed_page_is_the_one_a_run_writes(request: pytest.FixtureRequest) -> None:
    """Every requirement and every test that shows it stands there, as it would after a run in which all pass."""
    if not is_whole(request.config):
        pytest.skip("only a run of all tests knows what they show")
    assert render(collected(request.session.items)) == PLACE.read_text()


def test_every_requirement_is_shown() -> None:
    """The page says of each one that it passed, or what it lacks."""
    text = PLACE.read_text()
    for requirement in (each for chapter in CHAPTERS.values() for each in chapter):
        if requirement.lacks:
            assert f"\n### {requirement.id}: in part\n" in text and requirement.lacks in text
        else:
            assert f"\n### {requirement.id}: passed\n" in text


def test_each_id_stands_once() -> None:
    """A number names one requirement."""
    assert sum(len(chapter) for chapter in CHAPTERS.values()) == len(IDS)


@pytest.mark.parametrize(
    ("ends", "result"),
    [
        ([], "NOT SHOWN"),
        (["skipped"], "NOT SHOWN"),
        (["passed", "skipped"], "passed"),
        (["passed", "failed"], "FAILED"),
    ],
)
def test_what_cases_come_to(ends: list[str], result: str) -> None:
    """One failure is one too many, and a test that did not run shows nothing."""
    assert result_of({str(number): end for number, end in enumerate(ends)}) == result


def test_what_a_case_is_listed_under() -> None:
    """A test stands once, however many cases it has, and attacks by their guard."""
    assert name_of("tests/a/test_b.py::test_c[sqlite]") == "`tests/a/test_b.py::test_c`"
    case = "tests/attacks/test_attacks.py::test_attack[code once: a second later]"
    assert name_of(case) == "attack on *code once*"
    assert name_of(case.replace("once:", "once + one spelling:")) == "attack on *code once + one spelling*"
