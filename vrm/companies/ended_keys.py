"""Which keys of a client were given an end or removed. They do not come back, under whatever kid, for as long as it lives.

The rows of such keys go after a while; their thumbprints (RFC 7638) stay, in one row beside the keys, the last
``MOST_ENDED`` of them.
"""

from collections.abc import Iterable
from datetime import datetime

from vrm.companies.jwks import thumbprint
from vrm.companies.models import ClientRow, KeyRow

ENDED = "ended"
MOST_ENDED = 200

_KID = "\n"  # which no key has


def keys_of(row: ClientRow) -> list[KeyRow]:
    """The keys of a client, those that are over too."""
    return [each for each in row.keys if each.source != ENDED]


def set_keys(row: ClientRow, keys: Iterable[KeyRow]) -> None:
    """Make these its keys; what was ended stays known."""
    row.keys = [*keys, *(each for each in row.keys if each.source == ENDED)]


def ended(row: ClientRow) -> list[str]:
    """The thumbprints of the keys that were ended, the first one first."""
    kept = next((each for each in row.keys if each.source == ENDED), None)
    return [] if kept is None else list(kept.jwk["thumbprints"])


def note_ended(row: ClientRow, keys: Iterable[KeyRow], now: datetime) -> None:
    """Remember that these were ended."""
    more = [thumbprint(each.jwk) for each in keys]
    listed = {"thumbprints": [*(each for each in ended(row) if each not in more), *more][-MOST_ENDED:]}
    kept = next((each for each in row.keys if each.source == ENDED), None)
    if kept is not None:
        kept.jwk = listed
        return
    row.keys.append(
        KeyRow(client_id=row.id, kid=_KID, jwk=listed, source=ENDED, place=0, added_at=now, until=now)
    )
