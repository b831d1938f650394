"""What can be wrong with an event, or with the log.

Invalid
├── BadEvent           the event breaks its type's rules; nothing was written
│   └── UnknownEventType
└── BadProof           not a proof file as we write it
Conflict
└── Inconsistent       what is stored contradicts itself, or what was published: the log signs nothing more
    └── RolledBack     the tree is smaller than a checkpoint already published
NotFound
└── NoSuchLeaf         no such leaf in a tree of that size
"""

from vrm.errors import Conflict, Invalid, NotFound


class BadEvent(Invalid):
    """The event breaks its type's rules. ``field`` names the member."""

    code = "bad_event"


class UnknownEventType(BadEvent):
    """No such type in ``types.TYPES``: add it there, and in the documentation, before writing it."""

    code = "unknown_event_type"


class BadProof(Invalid):
    """Not a proof file, or one that could be spelled otherwise."""

    code = "bad_proof"


class Inconsistent(Conflict):
    """The stored log contradicts itself or its checkpoints. A person must look; nothing more is signed."""

    code = "log_inconsistent"


class RolledBack(Inconsistent):
    """The stored tree is smaller than a published checkpoint: an old copy of the database is in place."""

    code = "log_rolled_back"


class NoSuchLeaf(NotFound):
    """No such leaf, or no such tree size, in this log."""

    code = "no_such_leaf"
