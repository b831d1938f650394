"""How a guard is taken out of the code: what stands there, and what stands there without it.

``original`` stands exactly once in its file. Where a guard has a second line behind it, ``also`` takes that away as
well: what is shown is that the attacks notice when nothing guards any more.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cut:
    """A place in a file, relative to the repository, and what stands there once the guard is gone."""

    file: str
    original: str
    replacement: str


@dataclass(frozen=True)
class Guard:
    """A guard, by the name under which rows attack it."""

    name: str
    cuts: tuple[Cut, ...]


def guard(name: str, file: str, original: str, replacement: str, *also: tuple[str, str, str]) -> Guard:
    """A guard of one line, and of those behind it."""
    return Guard(name, (Cut(file, original, replacement), *(Cut(*each) for each in also)))
