"""Keys: code, never key bytes. Seals each owner's data under the owner's own key, and can destroy that key.

It keeps, outside the repository and apart from the data: KEKs in a private directory, and in a database of its
own the DEKs and log secrets that they wrap. Any room may ask it to seal, open, or find by keyed hash; edges and
commands create, destroy and rotate. It must never know what is sealed: no rooms, no Flask, no catalogue.

    KeyStore.initialise(url, directory, instance_id)          # once
    keys = KeyStore(url, directory, instance_id)              # in every process
    keys.create(owner)                                        # durable before the owner's first row
    place = Aad("value", owner, object=item, field="birthdate", version=3)
    sealed = keys.seal(owner, b"1980-02-29", place)
    keys.open(owner, sealed, place)                           # b"1980-02-29", or CannotOpen
    keys.destroy(owner)                                       # nobody opens it any more

THE SEALED FORMAT, by example. ``1980-02-29`` in the place above, under the DEK 000102..1f:

    01                                   format: AES-256-GCM, 16 byte tag                        1 byte
    f81d4fae7dec4d0aa76500a0c91e6bf6     id of the DEK                                          16
    a0a1a2a3a4a5a6a7a8a9aaab             nonce, random                                          12
    d721441d68fb3092505c                 ciphertext, as long as the plaintext                   10
    8b4b78f0d46bf3e009aeed82c39f1120     tag                                                    16

The additional data of GCM is the header (the first 29 bytes), then the place: five texts in UTF-8, each after
its length in 4 bytes, then the version in 8 (big-endian both). A field that moves does not open:

    00000004 696e7374                                   instance   inst
    00000005 76616c7565                                 kind       value
    00000024 37643434 .. 66616432                       owner      7d444840-9dc0-41d1-b245-5ffdce74fad2
    00000001 31                                         object     1
    00000009 626972746864617465                         field      birthdate
    0000000000000003                                    version    3

A wrapped key has the same format, the KEK's id in the place of the DEK's. Its kind is ``dek`` (object: the DEK's
id in hex), ``log-secret``, or the name of a file of the instance (with no owner).

What a thief of the data gains: sealed bytes and keyed hashes. Of the key database too: nothing more. Of the
directory as well: everything not yet destroyed. So back up the directory apart from the key database.

KNOWN GAP: Python cannot wipe memory; a key may linger in a process, or in its swap, after it is dropped.
KNOWN GAP: who can write to the databases can put back older sealed bytes together with their older version
number, or an older key database with keys since destroyed; a restore must replay the erasures, as
``KeyStore.were_destroyed`` tells them for as long as the directory is not set back as well.
"""

from keys.envelope import Aad
from keys.errors import (
    AlreadyExists,
    CannotOpen,
    CannotUnwrap,
    Exposed,
    KekInUse,
    KekMissing,
    KeyChanging,
    KeysError,
    NoKey,
    NotReady,
    StoreBusy,
)
from keys.log_keys import LogKey, LogKeys
from keys.rotation import KekStatus
from keys.signing import Ed25519Signer
from keys.store import BACKUP_DAYS, CACHE_SECONDS, KeyStore
from keys.token_keys import Es256Signer, TokenKey, TokenKeys

__all__ = [
    "BACKUP_DAYS",
    "CACHE_SECONDS",
    "Aad",
    "AlreadyExists",
    "CannotOpen",
    "CannotUnwrap",
    "Ed25519Signer",
    "Es256Signer",
    "Exposed",
    "KekInUse",
    "KekMissing",
    "KekStatus",
    "KeyChanging",
    "KeyStore",
    "KeysError",
    "LogKey",
    "LogKeys",
    "NoKey",
    "NotReady",
    "StoreBusy",
    "TokenKey",
    "TokenKeys",
]
