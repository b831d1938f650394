"""Faults of the key room. No message holds key bytes, plaintext or an owner's id.

KeysError
├── CannotOpen     sealed bytes do not open: damaged, moved, another owner's, or their key was destroyed
├── NoKey          the owner has no key: none was created, or it was destroyed
├── CannotUnwrap   a wrapped key is damaged, or was moved from another place or instance
│   └── KekMissing     the KEK that wrapped it is not in the directory
├── NotReady       nothing was initialised here, or a part is missing
│   └── Exposed        group or world may reach a file that must be private
├── AlreadyExists  initialise found something; nothing was changed
├── KekInUse       the KEK is current or still wraps something, so it stays
├── KeyChanging    the log's key is changing already, or is not
└── StoreBusy      a destroyed key's bytes may linger in SQLite's write-ahead log; destroy again

``CannotOpen`` says the same whatever the cause, so it tells an attacker nothing. ``CannotUnwrap`` is apart from
it on purpose: a missing KEK file is the operator's to repair and must never be taken for an erasure.
"""


class KeysError(Exception):
    """A fault with a stable code and a sentence that says what to do."""

    code = "keys"


class CannotOpen(KeysError):
    """The sealed bytes do not open under this owner's keys and this aad."""

    code = "cannot_open"

    def __init__(self) -> None:
        super().__init__("These bytes cannot be opened here: damaged, moved, or their key was destroyed.")


class NoKey(KeysError):
    """The owner has no key."""

    code = "no_key"

    def __init__(self) -> None:
        super().__init__("This owner has no key. Create one first; a destroyed key does not come back.")


class CannotUnwrap(KeysError):
    """A wrapped key does not unwrap. Data under it stays sealed until the wrapped key is restored."""

    code = "cannot_unwrap"


class KekMissing(CannotUnwrap):
    """The KEK that wrapped a key is not in the directory."""

    code = "kek_missing"


class NotReady(KeysError):
    """The key store cannot be used as it is; the message says why."""

    code = "keys_not_ready"


class Exposed(NotReady):
    """Group or world may reach what only the owner of the process may."""

    code = "keys_exposed"


class AlreadyExists(KeysError):
    """There is something here already; nothing was changed."""

    code = "keys_exist"


class KekInUse(KeysError):
    """The KEK is current or still wraps something."""

    code = "kek_in_use"


class KeyChanging(KeysError):
    """The log's key is changing already, or there is no change to end."""

    code = "key_changing"


class StoreBusy(KeysError):
    """A long read keeps SQLite from clearing its write-ahead log. Safe to call destroy again."""

    code = "keys_busy"
