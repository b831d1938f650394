"""Authorization requests that their client pushed (RFC 9126)."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from vrm.db import Statement
from vrm.ids import new_secret, secret_hash
from vrm.tokens.models import PushedRequest
from vrm.tokens.seen import Shown, see_once, was_seen

PUSHED_LIFE = timedelta(seconds=90)  # RFC 9126, section 2.2; FAPI 2.0: below 600 s

MOST_UNPUSHED = 200

USED_KNOWN = timedelta(days=30)
"""How long it is known that a request was used: longer than an ask that came of it may wait."""

_PREFIX = "urn:ietf:params:oauth:request_uri:"
_PARKED = "parked"

_KEEP = Statement(insert(PushedRequest))


def new_request_uri() -> str:
    """A ``request_uri`` for ``push_request``."""
    return _PREFIX + new_secret()


def push_request(
    connection: Connection, *, request_uri: str, client_id: str, params: Mapping[str, Any], now: datetime
) -> None:
    """Keep a pushed authorization request for 90 seconds under a new ``request_uri``."""
    _keep(connection, request_uri, client_id, params, now + PUSHED_LIFE)


def park_request(
    session: Session,
    *,
    client_id: str,
    params: Mapping[str, Any],
    came_by: str | None,
    now: datetime,
    life: timedelta,
) -> str:
    """As ``push_request``, for one that waits here for its person to sign in.

    Whoever decides on it uses up the one it came from, whose mark ``params`` carries. Anybody may load a link again and
    again: however often, one request waits, as it was first kept, and nothing in it is of who loaded it. ``came_by``
    tells which it was, by a keyed hash of its ``request_uri``. Of those that came without one, as a sandbox takes them,
    the last ``MOST_UNPUSHED`` of a client do; they push out nothing else.
    """
    params = {**params, _PARKED: True}
    if came_by is None:
        _make_room(session, client_id)
        request_uri = new_request_uri()
        _keep(session.connection(), request_uri, client_id, params, now + life)
        return request_uri
    secret = urlsafe_b64encode(hashlib.sha256(f"parked {came_by}".encode()).digest()).decode().rstrip("=")
    request_uri = _PREFIX + secret
    if session.get(PushedRequest, secret_hash(secret)) is None:
        # Loaded twice at the same moment, the other one is kept.
        with suppress(IntegrityError), session.begin_nested():
            _keep(session.connection(), request_uri, client_id, params, now + life)
    return request_uri


def find_pushed(
    session: Session, *, client_id: str, request_uri: str, now: datetime
) -> dict[str, Any] | None:
    """The parameters this client pushed under a ``request_uri`` that has neither expired nor been used.

    Looking uses nothing up: a page may be loaded twice, or fetched ahead (FAPI 2.0, section 5.3.2.2, note 3).
    ``pushed`` among them is the mark by which ``use_pushed`` knows the request; ``parked`` tells whether it waits
    here for its person to sign in.
    """
    if not request_uri.startswith(_PREFIX):
        return None
    row = session.get(PushedRequest, secret_hash(request_uri.removeprefix(_PREFIX)))
    if row is None or row.client_id != client_id or row.expires_at <= now:
        return None
    found: dict[str, Any] = {"pushed": row.uri_hash.hex(), _PARKED: False, **row.params}
    used = was_used(session, client_id=client_id, mark=found["pushed"])
    return None if used else found


def was_answered(session: Session, *, client_id: str, request_uri: str) -> bool:
    """Whether this is a request of this client's that is used up, and neither unknown nor merely too old."""
    row = session.get(PushedRequest, secret_hash(request_uri.removeprefix(_PREFIX)))
    if row is None or row.client_id != client_id:
        return False
    return was_used(session, client_id=client_id, mark=row.params.get("pushed", row.uri_hash.hex()))


def use_pushed(session: Session, *, client_id: str, mark: str, now: datetime) -> bool:
    """Use a request up, since its person decides; False where that was done before (RFC 9126, section 4)."""
    return see_once(session.connection(), Shown("request", client_id, mark, now + USED_KNOWN))


def was_used(session: Session, *, client_id: str, mark: str) -> bool:
    """Whether ``use_pushed`` has used this request up."""
    return was_seen(session, kind="request", signer=client_id, jti=mark)


def _make_room(session: Session, client_id: str) -> None:
    """Drop what would end first of what came without a push, where there is too much of it.

    Anybody can make such a row, so none of them may cost a client what it pushed.
    """
    row = PushedRequest
    unpushed = (row.params[_PARKED].as_boolean(), row.params["pushed"].as_string().is_(None))
    last = select(row.uri_hash).where(row.client_id == client_id, *unpushed)
    too_many = last.order_by(row.expires_at.desc()).offset(MOST_UNPUSHED - 1)
    session.execute(delete(PushedRequest).where(PushedRequest.uri_hash.in_(too_many)))


def _keep(
    connection: Connection, request_uri: str, client_id: str, params: Mapping[str, Any], expires_at: datetime
) -> None:
    uri_hash = secret_hash(request_uri.removeprefix(_PREFIX))
    row = {"uri_hash": uri_hash, "client_id": client_id, "params": dict(params), "expires_at": expires_at}
    _KEEP.write(connection, [row])
