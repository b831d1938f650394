"""What is wrong with a log that was looked at: a value to raise, to tell, and to keep as evidence."""

from collections.abc import Mapping
from typing import Literal

Kind = Literal["checkpoint", "rolled_back", "forked", "missing", "tile", "entry"]
"""What broke:

* ``checkpoint`` what was given as the newest checkpoint is none, the log's key did not sign it, or too few witnesses did
* ``rolled_back`` it is of a smaller tree than one that the same key signed before
* ``forked`` the tree does not begin with one that the same key signed before
* ``missing`` a file that the checkpoint signs for is not there
* ``tile`` hashes are not those of the signed tree
* ``entry`` an entry is not the one in the signed tree
"""


class Breach(Exception):
    """One inconsistency. ``leaf`` is the first leaf it concerns, where that is known; ``evidence`` the bytes that show
    it, by name: with them anybody can see it who knows the log's key.
    """

    def __init__(self, kind: Kind, problem: str, leaf: int | None, evidence: Mapping[str, bytes]) -> None:
        super().__init__(problem if leaf is None else f"leaf {leaf}: {problem}")
        self.kind = kind
        self.problem = problem
        self.leaf = leaf
        self.evidence = evidence


class Behind(Exception):
    """The log shows a smaller tree than one its key signed, and this alone does not tell why.

    Where witnesses are asked, the public checkpoint is behind the newest for some minutes; after that it was rolled back,
    or an old copy is served. ``breach`` is what it is then.
    """

    def __init__(self, problem: str, breach: Breach) -> None:
        super().__init__(problem)
        self.problem = problem
        self.breach = breach
