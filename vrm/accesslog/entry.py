"""Entries: one event as canonical JSON (RFC 8785), which is what the tree is built over, byte for byte. ::

    {"actor":"client","client":"0f62c9d5-...","company":"5a3c0d0e-...","detail":"ttRG...","keys":["age_over_18"],
     "outcome":"answered","purpose":"dpv:ServiceProvision","revision":1,"thread":"wqcs...",
     "time":"2026-03-01T09:30:00.000Z","type":"disclosure","v":1}

(on one line). No entry names a person, a consent or a value. Three members stand for what is not said:

* ``thread``: base64url of HMAC-SHA256(the person's log secret, id of the consent or request). It ties the events
  of one consent together and never two consents of one person. Without the secret nobody can make or match one.
* ``agent``: base64url of 12 bytes, the pseudonym of whoever read at the company (``agent_pseudonym``), where the
  client said. It counts one agent's reads and names nobody.
* ``detail``: base64url of SHA-256(salt ‖ JSON), a commitment with its own 32-byte salt; the JSON is canonical and
  holds the event id and whatever the caller adds. Salt and JSON together are the *opening*. It lies beside the
  log and goes when the person is forgotten; then the commitment tells nothing.
"""

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from vrm import clock, ids
from vrm.accesslog.errors import BadEvent, UnknownEventType
from vrm.accesslog.types import ACTORS, MEMBERS, REFUSED, TYPES, EventType
from vrm.tlog import canonical, merkle

VERSION = 1
MOST_BYTES = 65535  # an entry's length is two bytes in a C2SP entry bundle
MOST_KEYS = 500
SALT = 32

KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*", re.ASCII)
PURPOSE = re.compile(r"[a-z][a-z0-9]*:[A-Za-z][A-Za-z0-9_-]*", re.ASCII)
CODE = re.compile(r"[a-z][a-z0-9_.]*", re.ASCII)
AGENT = re.compile(r"[A-Za-z0-9_-]{16}", re.ASCII)
MOST_CHARS = 64


@dataclass(frozen=True)
class About:
    """Whom an event is about, for ``thread`` and the look-up beside the log. ``log_secret`` is 32 bytes."""

    consumer_id: str
    thread_id: str
    log_secret: bytes = field(repr=False)
    consent_id: str | None = None


@dataclass(frozen=True)
class Event:
    """Something that happened. ``detail`` is JSON that only the opening shows; it holds ids, never values."""

    type: str
    at: datetime
    actor: str
    company: str | None = None
    client: str | None = None
    agent: str | None = None
    purpose: str | None = None
    keys: tuple[str, ...] = ()
    outcome: str | None = None
    code: str | None = None
    revision: int | None = None
    about: About | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepared:
    """An event ready to be written: the entry, its hash, and the opening of its commitment."""

    event_id: str
    event: Event
    entry: bytes
    leaf_hash: bytes
    opening: bytes = field(repr=False)


def prepare(event: Event) -> Prepared:
    """Check an event and make its entry. Random (id and salt) but touches no store; raises ``BadEvent``."""
    kind = TYPES.get(event.type)
    if kind is None:
        raise UnknownEventType("This type of event is not known to the log.", field="type")
    members = _members(event, kind)
    event_id = ids.new_id()
    members["thread"] = _thread(event.about, kind)
    opening = _opening(event_id, event.detail)
    members["detail"] = canonical.b64url(sha256(opening).digest())
    entry = canonical.dump({name: value for name, value in members.items() if value is not None})
    if len(entry) > MOST_BYTES:
        raise BadEvent("The entry is longer than a log entry can be.", field="keys")
    return Prepared(event_id, event, entry, merkle.leaf_hash(entry), opening)


def read(entry: bytes) -> Mapping[str, object]:
    """The members of a stored entry."""
    members = canonical.load(entry)
    if not isinstance(members, dict):
        raise ValueError("an entry is a JSON object")
    return members


def opens(entry: bytes, opening: bytes) -> bool:
    """Whether this opening is the one the entry's ``detail`` commits to."""
    return read(entry).get("detail") == canonical.b64url(sha256(opening).digest())


def detail_of(opening: bytes) -> Mapping[str, object]:
    """What an opening says, the event id among it."""
    detail = canonical.load(opening[SALT:])
    assert isinstance(detail, dict)
    return detail


def _members(event: Event, kind: EventType) -> dict[str, object]:
    """The members in clear, each held to its grammar, so that nothing personal can slip in by mistake."""
    if event.actor not in ACTORS:
        raise BadEvent("The kind of actor is not known.", field="actor")
    if event.at.tzinfo is None:
        raise BadEvent("The time needs a time zone.", field="time")
    given: dict[str, object] = {name: getattr(event, name) for name in MEMBERS}
    if not isinstance(event.keys, tuple) or not all(isinstance(key, str) for key in event.keys):
        raise BadEvent("Keys are a tuple of names.", field="keys")
    given["keys"] = sorted(set(event.keys)) or None
    for name in MEMBERS:
        if given[name] is None and name in kind.required:
            raise BadEvent(f"An event {event.type} needs {name}.", field=name)
        if given[name] is not None and name not in kind.required | kind.optional:
            raise BadEvent(f"An event {event.type} has no {name}.", field=name)
        if given[name] is not None and not _fits(name, given[name], kind):
            raise BadEvent(f"The {name} of the event is not in the form the log allows.", field=name)
    if "outcome" in kind.required and (event.outcome == REFUSED) != (event.code is not None):
        raise BadEvent("A refusal has a code, and nothing else has.", field="code")
    return {"v": VERSION, "type": event.type, "time": clock.rfc3339(event.at), "actor": event.actor, **given}


def _fits(name: str, value: object, kind: EventType) -> bool:
    match name:
        case "company" | "client":
            return isinstance(value, str) and ids.is_id(value)
        case "agent":
            return _word(AGENT, value)
        case "purpose":
            return _word(PURPOSE, value)
        case "code":
            return _word(CODE, value)
        case "outcome":
            return value in kind.outcomes
        case "revision":
            return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 2**31
        case _:  # keys
            return (
                isinstance(value, list) and len(value) <= MOST_KEYS and all(_word(KEY, key) for key in value)
            )


def _word(grammar: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and len(value) <= MOST_CHARS and grammar.fullmatch(value) is not None


def _thread(about: About | None, kind: EventType) -> str | None:
    if about is None:
        if kind.person == "always":
            raise BadEvent("This event is about a person; say whom.", field="about")
        return None
    if kind.person == "never":
        raise BadEvent("This event is about no person.", field="about")
    named = (about.consumer_id, about.thread_id, about.consent_id or about.thread_id)
    if not all(ids.is_id(name) for name in named) or len(about.log_secret) != 32:
        raise BadEvent(
            "The person, the thread or the log secret is not in the form the log allows.", field="about"
        )
    return canonical.b64url(hmac.digest(about.log_secret, about.thread_id.encode(), "sha256"))


def _opening(event_id: str, detail: Mapping[str, object]) -> bytes:
    if "event" in detail:
        raise BadEvent("The detail's member event is the log's own.", field="detail")
    try:
        text = canonical.dump({**detail, "event": event_id})
    except ValueError:
        raise BadEvent("The detail is not plain JSON.", field="detail") from None
    if len(text) > MOST_BYTES:
        raise BadEvent("The detail is too long.", field="detail")
    return secrets.token_bytes(SALT) + text
