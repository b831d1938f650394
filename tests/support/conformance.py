"""``docs/conformance.md``, written by the tests: which of them show which requirement, and how they ended.

A test says what it shows with ``@pytest.mark.requirement("AS-G1", …)``; see ``tests/conformance/requirements.py``. A
whole run of ``make test`` writes the document; a requirement that nothing shows, or that a test shows not to hold,
fails that run.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.requirements import CHAPTERS, IDS

PLACE = Path(__file__).parents[2] / "docs" / "conformance.md"
SHOWN = "requirement"

Shown = Mapping[str, Mapping[str, str]]
"""For each requirement the cases that show it, by the id of each, and how it ended."""

_HEAD = """\
# Conformance

What the standards ask of the authorization server and of the API, and which tests show it. `make test` writes this
page; it fails where a requirement is shown by no test that passes. What is met "in part" says what it lacks, and why;
its tests show the rest. The words are ours: read the standard where one matters. The numbers behind a test say how
many cases it has, for each database and each row of a table.

"Attack" rows are those of `tests/attacks`; `make test-deep` takes the guards that such a row is named after out of
the code, and holds that each row notices.
"""


def name_of(case: str) -> str:
    """What a case is listed under: its test; an attack's guard, or all of its guards."""
    test, _, parameters = case.partition("[")
    guard = re.match(r"[^:\]]+(?=: )", parameters) if test.endswith("::test_attack") else None
    return f"attack on *{guard.group()}*" if guard else f"`{test}`"


def render(shown: Shown) -> str:
    """The document. No dates and no durations: the same tests write the same page."""
    parts = [_HEAD]
    for chapter, requirements in CHAPTERS.items():
        parts.append(f"\n## {chapter}\n")
        for each in requirements:
            cases = shown.get(each.id, {})
            result = result_of(cases)
            heading = "in part" if each.lacks and result == "passed" else result
            parts.append(f"\n### {each.id}: {heading}\n\n{each.words}\n")
            parts += [f"\n{said}\n" for said in (each.note, each.lacks) if said]
            counts: dict[str, int] = {}
            for case in cases:
                counts[name_of(case)] = counts.get(name_of(case), 0) + 1
            parts.append("\n" + "".join(f"* {name} ({count})\n" for name, count in sorted(counts.items())))
    return "".join(parts)


def result_of(cases: Mapping[str, str]) -> str:
    """``passed`` where at least one case did and none failed."""
    ends = set(cases.values())
    if "failed" in ends:
        return "FAILED"
    return "passed" if "passed" in ends else "NOT SHOWN"


def requirements_of(item: pytest.Item) -> list[str]:
    """What a test shows. Raises ``UsageError`` for a requirement that nobody knows."""
    named = [name for mark in item.iter_markers(SHOWN) for name in mark.args]
    unknown = set(named) - IDS
    if unknown:
        raise pytest.UsageError(f"{item.nodeid} shows an unknown requirement: {', '.join(sorted(unknown))}")
    return list(dict.fromkeys(named))


def collected(items: Iterable[pytest.Item]) -> Shown:
    """What these tests show, were they all to pass."""
    shown: dict[str, dict[str, str]] = {}
    for item in items:
        for requirement in requirements_of(item):
            shown.setdefault(requirement, {})[item.nodeid] = "passed"
    return shown


def is_whole(config: pytest.Config) -> bool:
    """Whether this run is ``make test``: every test that is not deep, chosen by nothing else."""
    if hasattr(config, "workerinput"):  # it was told by the process that started it
        return bool(config.workerinput.get("whole"))
    option = config.option
    chosen = (
        option.keyword
        or option.collectonly
        or getattr(option, "lf", False)
        or option.deselect
        or option.maxfail
    )
    return (
        config.args_source is pytest.Config.ArgsSource.TESTPATHS
        and option.markexpr == "not deep"
        and not chosen
    )


@dataclass(eq=False)  # pytest keeps its plugins in sets
class Recorder:
    """How the cases ended, in the one process that hears of all."""

    config: pytest.Config
    shown: dict[str, dict[str, str]] = field(default_factory=dict)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell one of several processes what it cannot see itself (a hook of pytest-xdist)."""
        node.workerinput["whole"] = is_whole(self.config)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, requirement in report.user_properties:
            if name != SHOWN or not (report.when == "call" or report.failed):
                continue
            cases = self.shown.setdefault(str(requirement), {})
            if cases.get(report.nodeid) != "failed":
                cases[report.nodeid] = report.outcome

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not is_whole(self.config):
            return
        text = render(self.shown)
        if not PLACE.exists() or PLACE.read_text() != text:
            PLACE.write_text(text)
        unshown = sorted(each for each in IDS if result_of(self.shown.get(each, {})) != "passed")
        if unshown:
            writer = self.config.get_terminal_writer()
            writer.line(
                f"\nNot shown by a passing test: {', '.join(unshown)} (docs/conformance.md)", red=True
            )
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{SHOWN}(id, ...): shows a requirement of docs/conformance.md")
    if not hasattr(config, "workerinput"):  # with several processes, the one that starts them hears of all
        config.pluginmanager.register(Recorder(config), "conformance")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a test shows goes with its report, from whatever process."""
    for item in items:
        item.user_properties += [(SHOWN, each) for each in requirements_of(item)]
