"""What may not stand in any file of this repository. The words are put together from pieces, to pass themselves."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Where packages come from is a matter of each machine's settings, and locks hold hashes, not addresses.
REGISTRIES = [
    "py" + "pi.org",
    "files.python" + "hosted.org",
    "registry.npm" + "js.org",
    "deb.deb" + "ian.org",
]
# A folder of one machine. `vrm/work/` is a room and no such folder, so only a path's beginning counts.
MACHINE = re.compile(r"(?<![\w.\-*$}])/(?:wo" + r"rk|ro" + r"ot|home/[a-z]\w*)/")
# What is not done is not hidden in a comment: a hole we know is a KNOWN GAP, with its reason.
UNDONE = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|NotImplemented" + r"Error)\b")


def files() -> list[Path]:
    """Everything that is committed or about to be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


def lines(path: Path) -> Iterator[tuple[str, str]]:
    content = path.read_bytes()
    if b"\0" not in content:
        for number, line in enumerate(content.decode(errors="replace").splitlines(), start=1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def forbidden(line: str, *, product: bool) -> str | None:
    """What in this line may not stand there."""
    for host in REGISTRIES:
        if host in line.lower():
            return host
    found = MACHINE.search(line) or (UNDONE.search(line) if product else None)
    return found.group() if found else None


def test_no_file_names_a_registry_or_a_machine_or_puts_work_off():
    """No committed file holds a package registry's host or a path of somebody's machine; the product no loose end."""
    found = [
        f"{where}: {what}"
        for path in files()
        for where, line in lines(path)
        if (what := forbidden(line, product=path.relative_to(ROOT).parts[0] in ("vrm", "keys")))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("line", "product", "caught"),
    [
        ("https://" + REGISTRIES[0] + "/simple", False, True),
        ("see /wo" + "rk/main", False, True),
        ('open("/ro' + 'ot/.config")', False, True),
        ("# TO" + "DO later", True, True),
        ("# TO" + "DO later", False, False),
        ("vrm/work/models.py and tests/unit/work/", True, False),
        ("a To" + "do list; the root/ of the tree", True, False),
    ],
)
def test_the_words_are_found(line: str, product: bool, caught: bool):
    """The rule above catches what it is meant to, and nothing beside."""
    assert (forbidden(line, product=product) is not None) == caught
