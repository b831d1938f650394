"""What a person keeps about themselves: sealed values, each with its versions.

A value is ``(consumer, field, item, version)``. A field that is single has one item, ``SINGLE``; a plural field
(addresses, vehicles) has many. Correcting writes a new version and keeps the one before for a while (``versions``),
for the person alone; deleting leaves only an empty mark, so that a version number is never used twice.

Beside them waits what companies propose (``proposing``, ``inbox``); only the person takes any of it over.

Called by the portal's pages, by ``journeys`` for a company that proposes, and by ``disclosures``, which alone may hand a value to a company. This room never
knows who may read what.
"""

from vrm.profiles.inbox import (
    Proposal,
    accept,
    count_proposals,
    decline,
    drop_proposals,
    get_proposal,
    is_waiting,
    list_proposals,
    sweep_proposals,
)
from vrm.profiles.proposing import Proposer, Received, Wanted, check, find_received, get_received, propose
from vrm.profiles.service import (
    SINGLE,
    find_item,
    forget,
    list_items,
    lock_current,
    put,
    remove,
    sealed_values,
)
from vrm.profiles.values import OWN, Item, Sealed, Version, open_value
from vrm.profiles.versions import (
    SITTING,
    find_version,
    forget_earlier,
    list_versions,
    restore,
    settle_typed,
    sweep,
)

__all__ = [
    "OWN",
    "SINGLE",
    "SITTING",
    "Item",
    "Proposal",
    "Proposer",
    "Received",
    "Sealed",
    "Version",
    "Wanted",
    "accept",
    "check",
    "count_proposals",
    "decline",
    "drop_proposals",
    "find_item",
    "find_received",
    "find_version",
    "forget",
    "forget_earlier",
    "get_proposal",
    "get_received",
    "is_waiting",
    "list_items",
    "list_proposals",
    "list_versions",
    "lock_current",
    "open_value",
    "propose",
    "put",
    "remove",
    "restore",
    "sealed_values",
    "settle_typed",
    "sweep",
    "sweep_proposals",
]
