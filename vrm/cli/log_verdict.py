"""What every verification of a file says alike, whatever the file holds."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from vrm.cli.edge import counted

CONTINUES = "The log continues the checkpoint you gave: nothing it signs was changed, dropped or moved since."
_NOT_PINNED = "The key came with the file. Give --vkey to know that it is the log's own."


class Verdict(Protocol):
    """What was found wrong, as far as it is listed, how much more there was, and whether the key was known before."""

    @property
    def findings(self) -> Sequence[object]: ...
    @property
    def more(self) -> int: ...
    @property
    def pinned(self) -> bool: ...


def not_verified(report: Verdict) -> str:
    """The sentence that says so."""
    return f"NOT VERIFIED: {counted(len(report.findings) + report.more, 'finding', 'findings')}."


def listed(report: Verdict) -> Iterator[str]:
    """Each finding on a line, and how many are not listed."""
    yield from (f"  {finding}" for finding in report.findings)
    if report.more:
        yield f"  and {report.more} more"


def unpinned(report: Verdict) -> Iterator[str]:
    """What a file cannot show whose key nobody knew before."""
    if not report.pinned:
        yield _NOT_PINNED
