"""Keys by address (``jwks_uri``): read in time, kept for a while when the address fails, never for long.

A worker reads each address every hour, and a client assertion that names a key we do not know has it read at once,
though not twice within a minute: so a new key works from its first use, and nobody makes us a weapon against the
address by sending nonsense. What is left out of the set is worth nothing from the next reading on. A failing address
keeps the keys read last for at most 24 hours after it answered last; then nothing is good, because a set that cannot
be read may have lost a key that was stolen.

As with a domain's proof, reading happens outside any transaction:

    claim_jwks   write   the address, if it is due; whoever gets it reads, and nobody else meanwhile
    fetch_jwks   -       waits for a stranger's server
    keep_jwks, or keep_jwks_failure   write

``refresh_jwks`` does the three. Redirects are not followed: where the address is, the company decided once.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from vrm.companies.client_keys import replace_keys, retired
from vrm.companies.client_records import Client, client_of, written_skipped
from vrm.companies.errors import JwksNotServed
from vrm.companies.events import record_client
from vrm.companies.jwks import Published, parse_published
from vrm.companies.models import ClientRow
from vrm.companies.reading import get_client, get_row
from vrm.db import Database
from vrm.errors import Stale, VrmError
from vrm.fetch import Fetcher

AT_ONCE = timedelta(seconds=60)
"""An address is not read twice within this time, whatever is asked."""

USUAL = timedelta(hours=1)
"""How old what was read may become before the worker reads again."""

LARGEST = 65536  # bytes
PATIENCE = 3.0  # seconds: a client, or the worker's other tasks, wait meanwhile


def is_jwks_due(session: Session, *, client_id: str, now: datetime, every: timedelta = AT_ONCE) -> bool:
    """Whether a client has an address that may be read now."""
    return _is_due(get_row(session, client_id), now, every)


def claim_jwks(session: Session, *, client_id: str, now: datetime, every: timedelta = AT_ONCE) -> str | None:
    """The address to read now, or None: there is none, or somebody tried less than ``every`` ago."""
    row = get_row(session, client_id)
    if not _is_due(row, now, every):
        return None
    row.jwks_tried_at = now
    return row.jwks_uri


def fetch_jwks(fetcher: Fetcher, *, uri: str) -> Published:
    """Read a key set. No transaction may be open. Raises ``JwksNotServed``, ``BadKeys`` or the fetcher's faults."""
    found = fetcher.get(
        uri, limit=LARGEST, timeout=PATIENCE, accept="application/jwk-set+json, application/json"
    )
    if found.status != 200:
        raise JwksNotServed(
            "The address answered with status %(status)s; it must be 200, without a redirect.",
            status=found.status,
        )
    try:
        document = json.loads(found.body)
    except (ValueError, RecursionError):
        raise JwksNotServed("The address answered with something that is not JSON.") from None
    return parse_published(document)


def keep_jwks(session: Session, *, client_id: str, uri: str, found: Published, now: datetime) -> Client:
    """Make what ``fetch_jwks`` found the client's keys. Raises ``Stale`` when its address is another by now."""
    row = _still(session, client_id, uri)
    changed = replace_keys(row, found.jwks, "uri", now)
    row.jwks_fetched_at, row.jwks_failed_at = now, None
    row.jwks_failure = written_skipped(found.skipped)
    session.flush()
    if changed:
        # Nobody came to us: the company changed its set, and we saw.
        record_client(session, "client.changed", row, now, "system", code="jwks")
    return client_of(row)


def keep_jwks_failure(session: Session, *, client_id: str, uri: str, code: str, now: datetime) -> Client:
    """Note that the address failed, and how. Raises ``Stale`` when it is another by now."""
    row = _still(session, client_id, uri)
    row.jwks_failed_at, row.jwks_failure = now, code
    return client_of(row)


def refresh_jwks(
    database: Database, fetcher: Fetcher, *, client_id: str, now: datetime, every: timedelta = AT_ONCE
) -> Client:
    """Read a client's address, if it is due, and keep what came of it. No transaction may be open.

    Whether it went well is in the answer (``jwks_failure``); only ``NotFound`` is raised.
    """
    uri = database.write(lambda session: claim_jwks(session, client_id=client_id, now=now, every=every))
    try:
        if uri is not None:
            return database.write(_outcome(fetcher, client_id, uri, now))
    except Stale:
        pass  # the company gave another address meanwhile, which is due at once
    return database.read(lambda session: get_client(session, client_id=client_id))


def drop_address(row: ClientRow, now: datetime) -> None:
    """Forget a client's address, and with it the keys that were read there; those once retired stay so."""
    read = [key for key in row.keys if key.source == "uri"]
    row.keys = [key for key in row.keys if key.source != "uri"] + retired(read, now)
    row.jwks_uri = row.jwks_tried_at = row.jwks_fetched_at = None
    row.jwks_failed_at = row.jwks_failure = None


def _outcome(fetcher: Fetcher, client_id: str, uri: str, now: datetime) -> Callable[[Session], Client]:
    """Read, and say what is to be kept of it."""
    try:
        found = fetch_jwks(fetcher, uri=uri)
    except VrmError as fault:
        return partial(keep_jwks_failure, client_id=client_id, uri=uri, code=fault.code, now=now)
    return partial(keep_jwks, client_id=client_id, uri=uri, found=found, now=now)


def _is_due(row: ClientRow, now: datetime, every: timedelta) -> bool:
    return row.jwks_uri is not None and (row.jwks_tried_at is None or row.jwks_tried_at <= now - every)


def _still(session: Session, client_id: str, uri: str) -> ClientRow:
    row = get_row(session, client_id)
    if row.jwks_uri != uri:
        raise Stale("The address of the keys changed while it was being read.")
    return row
