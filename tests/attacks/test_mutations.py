"""Guards are taken out of a copy of the code in turn: their attacks then get through, and the rows say so."""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

import pytest

from tests.attacks.everything import ROWS
from tests.attacks.guards import GUARDS

ROOT = Path(__file__).parents[2]
COPIED = ("vrm", "keys", "tests", "pyproject.toml")
AT_ONCE = 2
TESTS = "tests/attacks/test_attacks.py"
_LEFT_OUT = shutil.ignore_patterns("__pycache__")
SETS = list(dict.fromkeys(frozenset(row.guards) for row in ROWS))
"""Guards that go together, since no attack gets through before all of them are gone. Most go alone."""


def copied(folder: Path) -> Path:
    """The code and its tests, in a folder of their own."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=_LEFT_OUT)
        else:
            shutil.copy2(ROOT / name, folder / name)
    return folder


@contextmanager
def without(names: frozenset[str], copy: Path) -> Iterator[None]:
    """These guards are gone from the copy, and back afterwards: as it was copied, whatever became of it here since."""
    cuts = [cut for guard in GUARDS if guard.name in names for cut in guard.cuts]
    whole = {path: (path.read_bytes(), path.stat()) for path in {copy / cut.file for cut in cuts}}
    try:
        for cut in cuts:
            path = copy / cut.file
            text = path.read_text()
            assert text.count(cut.original) == 1, cut
            path.write_text(text.replace(cut.original, cut.replacement))
            compile(path.read_text(), cut.file, "exec")
            # Python knows a compiled file by the second and the size of its source: each change gets a second.
            os.utime(path, (SETS.index(names), SETS.index(names)))
        yield
    finally:
        for path, (before, found) in whole.items():
            path.write_bytes(before)
            os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def attacked(copy: Path, ids: list[str]) -> tuple[list[str], list[str]]:
    """Run these rows against the copy: those that noticed, and those that failed in any other way."""
    report = copy / "report.xml"
    report.unlink(missing_ok=True)
    wanted = [f"{TESTS}::test_attack[{each}]" for each in ids]
    options = ["-q", "-n0", "-p", "no:cacheprovider", f"--junitxml={report}", "--timeout=120"]
    left_out = ("PYTEST_", "VRM_", "PYTHON")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *wanted],
        cwd=copy, env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    if not report.exists():
        return [], [done.stdout[-2000:] + done.stderr[-2000:]]
    noticed, broken = [], []
    for case in ElementTree.parse(report).iter("testcase"):
        name = str(case.get("name")).removeprefix("test_attack[").removesuffix("]")
        for fault in case:
            said = str(fault.get("message"))
            if fault.tag == "failure" and said.startswith(("AssertionError", "assert ")):
                noticed.append(name)
            elif fault.tag in ("failure", "error"):
                broken.append(f"{name}: {said[:300]}")
    return noticed, broken


@pytest.mark.deep
@pytest.mark.timeout(1800)
def test_every_attack_gets_through_without_its_guards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each row fails where the guards that it names are gone, by what came and not by an error of the test."""
    copies: SimpleQueue[Path] = SimpleQueue()
    for number in range(AT_ONCE):
        copies.put(copied(tmp_path / str(number)))

    rows = {names: [row.id for row in ROWS if set(row.guards) == names] for names in SETS}

    def play(names: frozenset[str]) -> tuple[list[str], list[str]]:
        copy = copies.get()
        try:
            with without(names, copy):
                return attacked(copy, rows[names])
        finally:
            copies.put(copy)

    clean = copies.get()
    assert attacked(clean, rows[SETS[0]]) == ([], [])
    copies.put(clean)
    unnoticed = {}
    with ThreadPoolExecutor(AT_ONCE) as pool, capsys.disabled():
        for names, (noticed, broken) in zip(SETS, pool.map(play, SETS), strict=True):
            missing = [each for each in rows[names] if each not in noticed]
            first = (missing or noticed)[0].partition(": ")[2]
            said = f"{len(noticed):3} of {len(rows[names]):3}  {'NOT: ' if missing else ''}{first}"
            sys.stdout.write(f"\n  {' + '.join(sorted(names)):36} {said}")
            sys.stdout.flush()
            if missing:
                unnoticed[" + ".join(sorted(names))] = (missing, broken)
    assert not unnoticed, unnoticed
