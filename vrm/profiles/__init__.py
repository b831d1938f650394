"""What a person keeps about themselves: sealed values, each with its versions.

A value is ``(consumer, field, item, version)``. A field that is single has one item, ``SINGLE``; a plural field
(addresses, vehicles) has many. Correcting writes a new version, deleting leaves only an empty mark, so that a
version number is never used twice.

Called by the portal's pages and by ``disclosures``, which alone may hand a value to a company. This room never
knows who may read what.
"""

from vrm.profiles.service import (
    SINGLE,
    Item,
    Sealed,
    find_item,
    forget,
    list_items,
    open_value,
    put,
    remove,
    sealed_values,
)

__all__ = [
    "SINGLE",
    "Item",
    "Sealed",
    "find_item",
    "forget",
    "list_items",
    "open_value",
    "put",
    "remove",
    "sealed_values",
]
