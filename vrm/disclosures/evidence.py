"""What the opening of an answered read says of the values behind it, so that a company may be given it too. ::

    {"consent": "…", "event": "…", "no_value": [], "values": [["email", "Vq3oQ0N7bX2cTnUk"]]}

Each version of a value is named by 16 characters that are its own under one consent: the same value, unchanged, has the
same name in the next read, and another name in another field and at every other company. An id or a number of its own would be the same for
all of them: two companies could match their people by it, and any could count how often somebody moved house.
"""

import hmac
from collections.abc import Mapping, Sequence

from vrm import accesslog
from vrm.tlog.canonical import b64url, dump

_BYTES = 12


def value_names(about: accesslog.About, versions: Sequence[Sequence[object]]) -> list[list[object]]:
    """``[field, name]`` for each ``[field, item, version]``."""
    return [[field, _name(about, [field, item, version])] for field, item, version in versions]


def company_may_see(detail: Mapping[str, object]) -> bool:
    """Whether an opening tells its company nothing that others could match: early ones hold the items' own ids."""
    return "versions" not in detail


def _name(about: accesslog.About, version: Sequence[object]) -> str:
    # Single fields share one item, so the field is in it; as canonical JSON no two of them are spelled alike. A thread
    # is made from an id alone, under the same secret; the word before keeps the two apart.
    text = b"value " + dump([about.thread_id, *version])
    return b64url(hmac.digest(about.log_secret, text, "sha256")[:_BYTES])
