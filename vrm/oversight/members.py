"""What the index keeps of an entry, and what one can ask for. Pure.

A row holds the members that the entry has in clear, and nothing else: ``thread`` and ``agent`` are pseudonyms
there as well, and ``detail`` is not looked at.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from vrm import clock, ids
from vrm.accesslog.entry import read
from vrm.oversight import grammar

UNREADABLE = "unreadable"
"""The type of a row whose entry is not what the log wrote: shown, never left out."""
LOOK = "audit.viewed"
"""The type of an entry that says what an auditor looked at. Of these there may be more than of all others."""
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """An entry as the index holds it. ``at`` is the time inside the entry."""

    leaf_index: int
    event_id: str
    at: datetime
    type: str
    actor: str | None = None
    company_id: str | None = None
    client_id: str | None = None
    purpose: str | None = None
    keys: tuple[str, ...] = ()
    outcome: str | None = None
    code: str | None = None
    revision: int | None = None
    thread: str | None = None
    agent: str | None = None


@dataclass(frozen=True)
class Filters:
    """Which entries are meant: those that meet every condition given.

    ``since`` belongs to the span, ``until`` does not. ``type`` is the action, ``key`` one that the entry names.
    ``looks`` is ``without`` where what auditors looked at is left out; ``with``, as where it is not given, it is not.
    """

    since: datetime | None = None
    until: datetime | None = None
    company: str | None = None
    client: str | None = None
    purpose: str | None = None
    key: str | None = None
    type: str | None = None
    outcome: str | None = None
    code: str | None = None
    thread: str | None = None
    actor: str | None = None
    agent: str | None = None
    looks: str | None = None

    def members(self) -> dict[str, str]:
        """The conditions on what a member is: without those on time, and on what is left out."""
        named = {one.name: getattr(self, one.name) for one in fields(self)[2:-1]}
        return {name: value for name, value in named.items() if value is not None}

    @property
    def left_out(self) -> str | None:
        """The type of entries that are left out; None where there is none."""
        return LOOK if self.looks == "without" else None

    def given(self) -> dict[str, str]:
        """Every condition as text, as a link's query or a kept finding holds it; times are RFC 3339."""
        times = {"since": self.since, "until": self.until}
        told = {name: clock.rfc3339(moment) for name, moment in times.items() if moment is not None}
        return told | self.members() | ({"looks": self.looks} if self.looks is not None else {})

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Filters":
        """Back from ``given``; empty texts and unknown names are left aside. Raises ``Invalid``, as ``check`` does."""
        known = {one.name: given[one.name] for one in fields(cls) if given.get(one.name)}
        times = {
            name: grammar.read_moment(name, known.pop(name)) for name in ("since", "until") if name in known
        }
        filters = cls(**times, **known)  # type: ignore[arg-type]
        filters.check()
        return filters

    def check(self) -> None:
        """Raises ``Invalid``, whose ``field`` is the condition, for what no entry can have."""
        grammar.check_span(self.since, self.until)
        for name, value in self.given().items():
            if name not in ("since", "until"):
                grammar.check_member(name, value)

    def admit(self, row: Row) -> bool:
        """Whether a row meets every condition."""
        return (
            (self.since is None or row.at >= self.since)
            and (self.until is None or row.at < self.until)
            and row.type != self.left_out
            and all(
                value in row.keys if name == "key" else member(row, name) == value
                for name, value in self.members().items()
            )
        )


def member(row: Row, name: str) -> str | None:
    """A row's member by the name that conditions use."""
    value: str | None = getattr(row, f"{name}_id" if name in ("company", "client") else name)
    return value


def row_of(leaf_index: int, event_id: str, entry: bytes) -> Row:
    """What the index keeps of an entry. One that cannot be read keeps its place, of type ``unreadable``."""
    try:
        said = read(entry)
        text = {
            name: _text(said, name) for name in ("actor", "purpose", "outcome", "code", "thread", "agent")
        }
        keys, revision = said.get("keys", []), said.get("revision")
        if not isinstance(keys, list) or not isinstance(revision, int | None):
            raise ValueError("not an entry")
        return Row(
            leaf_index,
            event_id,
            datetime.fromisoformat(str(said["time"])),
            str(said["type"])[:64],
            company_id=_id(said, "company"),
            client_id=_id(said, "client"),
            keys=tuple(map(str, keys)),
            revision=revision,
            **text,
        )
    except (ValueError, KeyError):
        return Row(leaf_index, event_id, _NO_TIME, UNREADABLE)


def facets(row: Row) -> Iterator[str]:
    """The members by which a row is found with bits. Threads and agents, being many, have an index instead."""
    for name in ("type", "actor", "company", "client", "purpose", "outcome", "code"):
        value = member(row, name)
        if value is not None:
            yield f"{name}:{value}"
    yield from (f"key:{key}" for key in row.keys)
    yield day_facet(row.at)
    yield hour_facet(row.at)


def day_facet(at: datetime) -> str:
    """The facet of everything on a day (UTC)."""
    return f"day:{at:%Y-%m-%d}"


def hour_facet(at: datetime) -> str:
    """The facet of everything in an hour (UTC)."""
    return f"hour:{at:%Y-%m-%dT%H}"


def _text(said: Mapping[str, object], name: str) -> str | None:
    value = said.get(name)
    if value is not None and not (isinstance(value, str) and len(value) <= 64):
        raise ValueError("not an entry")
    return value


def _id(said: Mapping[str, object], name: str) -> str | None:
    value = _text(said, name)
    if value is not None and not ids.is_id(value):
        raise ValueError("not an entry")
    return value
