"""What verifying finds, as values: bounded, so that a file of a million lies cannot fill the memory."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: the line (from 1), the part of it, the leaf index where known, and what it is."""

    line: int
    part: str
    leaf: int | None
    problem: str

    def __str__(self) -> str:
        leaf = "" if self.leaf is None else f" (leaf {self.leaf})"
        return f"line {self.line}{leaf}, {self.part}: {self.problem}"


class Findings:
    """Collects findings in the order they are made; keeps the first ``most`` and counts the rest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: list[Finding] = []
        self.more = 0

    def add(self, line: int, part: str, leaf: int | None, problem: str) -> None:
        """Note one thing that is wrong."""
        if len(self._kept) < self._most:
            self._kept.append(Finding(line, part, leaf, problem))
        else:
            self.more += 1

    def kept(self) -> tuple[Finding, ...]:
        """The findings kept, by line."""
        return tuple(sorted(self._kept, key=lambda finding: finding.line))
