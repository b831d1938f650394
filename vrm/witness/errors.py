"""Why a witness does not cosign, each with the status that C2SP tlog-witness gives it.

Invalid
└── BadSubmission (of the log)   400  not a request, not a checkpoint, or an old size above the new one
NotFound
└── ForeignLog                   404  the origin is of no log that this witness knows
Denied
└── Unsigned                     403  no good signature by a key known for that log, or a bad one
Conflict
├── NotThisSize                  409  another size was cosigned last; ``size`` says which
├── RootDiffers                  409  the size was cosigned, with another root hash
└── Unproved                     422  the proof does not show that the tree continues the one cosigned last
"""

from vrm.errors import Conflict, Denied, NotFound


class ForeignLog(NotFound):
    """No log of this origin is known here."""

    code = "unknown_log"


class Unsigned(Denied):
    """No key known for the log signed it."""

    code = "unsigned"


class NotThisSize(Conflict):
    """The witness holds another size than the request says. ``size`` is the one it holds."""

    code = "not_this_size"

    def __init__(self, size: int) -> None:
        super().__init__(f"The checkpoint cosigned last is of {size} leaves.")
        self.size = size


class RootDiffers(Conflict):
    """A tree of this size was cosigned with another root hash: there are two histories."""

    code = "root_differs"


class Unproved(Conflict):
    """The consistency proof does not hold."""

    code = "unproved"
