"""The rules of who may read what, as ``docs/concepts.md`` has them, and nothing of how the house keeps them.

Whoever changes a rule changes it here as well, by hand: this file must not use what it is held against.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

Place = tuple[str, str]
"""Key and purpose."""

REPLY = timedelta(minutes=10)
AGAIN = {name: timedelta(days, hours=-1) for name, days in (("daily", 1), ("weekly", 7), ("monthly", 28))}
WEEK = timedelta(days=7)
LONG_AGO = datetime.min.replace(tzinfo=UTC)
ENDED = {"revoked", "returned", "expired", "used", "notice_changed", "superseded"}


@dataclass
class Client:
    """Software of a company."""

    company: str
    suspended: bool = False


@dataclass
class Held:
    """One consent. ``asked_days``: the longest it may run from a decision on, as its company asked; ``sign_in``:
    the person is recognised by it, which needs no line.

    ``used`` is when the use of a line began that lasts or lasted; ``since`` when it was allowed, without a break since
    then; ``last`` when it was last read at all; ``resumed`` when the last pause was over.
    """

    person: str
    client: str
    lines: dict[Place, str]
    ends: datetime
    asked_days: int
    notice: int
    sign_in: bool = False
    revision: int = 1
    epoch: int = 1
    decisions: int = 1
    over: str = ""
    paused: str = ""
    used: dict[Place, datetime] = field(default_factory=dict)
    since: dict[Place, datetime] = field(default_factory=dict)
    last: dict[Place, datetime] = field(default_factory=dict)
    resumed: datetime = LONG_AGO


@dataclass(frozen=True)
class Given:
    """What leaves, and what does not, with its reason."""

    purpose: str
    keys: frozenset[str]
    omitted: frozenset[tuple[str, str]]
    revision: int


@dataclass(frozen=True)
class Refused:
    """Nothing. ``told`` is what the company hears of ``why``."""

    why: str

    @property
    def told(self) -> str:
        return "consent_ended" if self.why in ENDED else {"paused": "consent_paused"}.get(self.why, self.why)


@dataclass
class Rules:
    """The world of the model. ``has``: which keys each person could give."""

    now: datetime
    clients: dict[str, Client]
    notices: dict[str, int]
    has: dict[str, set[str]]
    held: dict[str, Held] = field(default_factory=dict)

    def notice(self, held: Held) -> int:
        return self.notices[self.clients[held.client].company]

    def runs(self, held: Held) -> bool:
        """Whether it has not ended."""
        return not held.over and held.ends > self.now

    def stands(self, held: Held) -> bool:
        """Whether it can be changed by an ask: it runs, under the notice of now."""
        return self.runs(held) and held.notice == self.notice(held)

    def grant(
        self,
        id: str,
        person: str,
        client: str,
        lines: Mapping[Place, str],
        days: int,
        asked_days: int,
        sign_in: bool,
    ) -> None:
        """The person allows something new."""
        ends, notice = self.now + timedelta(days=days), self.notices[self.clients[client].company]
        since = dict.fromkeys(lines, self.now)
        self.held[id] = Held(person, client, dict(lines), ends, asked_days, notice, sign_in, since=since)

    def stays(self, held: Held, named: Collection[Place]) -> dict[Place, str]:
        """What a consent keeps beside an ask that adds to it: what was granted and is not asked for anew, as it was."""
        return {place: how_often for place, how_often in held.lines.items() if place not in named}

    def change(
        self,
        held: Held,
        lines: Mapping[Place, str],
        named: Collection[Place],
        days: int,
        asked_days: int,
        sign_in: bool,
    ) -> None:
        """The person allows a change. ``named``: the lines that the company asked for now; others only stay."""
        if timedelta(days=days - 1) >= held.ends - self.now or timedelta(days=days) < held.ends - self.now:
            held.ends = self.now + timedelta(days=days)  # else as many days as are left: the end stays
        held.lines, held.asked_days, held.sign_in = dict(lines), asked_days, sign_in
        held.since = {place: held.since.get(place, self.now) for place in lines}
        held.revision += 1
        held.decisions += 1
        # Of a choice between keys, the one that was chosen is decided on.
        for place in lines.keys() & set(named):
            held.used.pop(place, None)

    def narrow(self, held: Held, kept: Collection[Place]) -> None:
        """The person keeps these lines alone; where that is all, nothing happens."""
        if len(kept) < len(held.lines):
            held.lines = {place: held.lines[place] for place in kept}
            held.since = {place: held.since[place] for place in kept}
            held.revision += 1

    def unread(self, held: Held, days: int | None) -> set[Place]:
        """The lines that could be read for a week or longer, and were not read for so many days; None: ever since.

        What was before the end of a pause does not count.
        """
        past = held.resumed if days is None else max(held.resumed, self.now - timedelta(days=days))

        def is_unread(place: Place) -> bool:
            at = held.last.get(place)
            return at is None or at < past

        return {
            place
            for place, since in held.since.items()
            if self.now - max(since, held.resumed) >= WEEK and is_unread(place)
        }

    def set_paused(self, held: Held, paused: str) -> None:
        """The person pauses it, or resumes it (\"\")."""
        if held.paused and not paused:
            held.resumed = self.now
        held.paused = paused

    def redeem(self, held: Held, decision: int) -> bool:
        """A client takes up a decision: the newest, of a consent that stands."""
        if not self.stands(held) or decision != held.decisions:
            return False
        held.epoch = decision
        return True

    def close(self) -> None:
        """What closes by itself: every line was for once, and was read ten minutes ago; nobody signs in by it."""
        for held in self.held.values():
            times = [held.used.get(place) for place in held.lines if held.lines[place] == "once"]
            read = all(at is not None and self.now - at >= REPLY for at in times)
            if self.runs(held) and len(times) == len(held.lines) and read and not held.sign_in:
                held.over = "used"

    def read(
        self, client: str, id: str, epoch: int | None, purpose: str | None, keys: Iterable[str] | None
    ) -> Given | Refused:
        """What a read gives at this moment, the lines it gives being used by it."""
        held = self.held[id]
        if held.client != client:
            return Refused("not_found")
        if (why := self._hindrance(held, epoch)) is not None:
            return Refused(why)
        purposes = {each for _, each in held.lines}
        if purpose is None and len(purposes) > 1:
            return Refused("purpose_required")
        purpose = purpose or next(iter(purposes), None)
        if purpose is None:  # it is for signing in alone
            return Refused("keys_not_permitted")
        if purpose not in purposes:
            return Refused("purpose_not_permitted")
        allowed = {key for key, each in held.lines if each == purpose}
        wanted = allowed if keys is None else set(keys)
        if not wanted & allowed:
            return Refused("keys_not_permitted")
        due = {key for key in wanted & allowed if self._due(held, (key, purpose))}
        if not due:
            return Refused("too_soon")
        given = due & self.has[held.person]
        for key in given:
            held.last[key, purpose] = self.now
            at, limited = held.used.get((key, purpose)), held.lines[key, purpose] != "when_needed"
            if limited and (at is None or self.now - at >= REPLY):
                held.used[key, purpose] = self.now
        why_not = dict.fromkeys(wanted - allowed, "not_granted")
        why_not |= dict.fromkeys(wanted & allowed - due, "too_soon") | dict.fromkeys(due - given, "no_value")
        return Given(purpose, frozenset(given), frozenset(why_not.items()), held.revision)

    def _hindrance(self, held: Held, epoch: int | None) -> str | None:
        """Why nothing at all may be read: the first that holds, in the order in which a company may learn it."""
        whys = {
            "client_suspended": self.clients[held.client].suspended,
            held.over: bool(held.over),
            "expired": held.ends <= self.now,
            "paused": bool(held.paused),
            "notice_changed": held.notice != self.notice(held),
            "superseded": epoch is not None and epoch != held.epoch,
        }
        return next((why for why, holds in whys.items() if holds), None)

    def _due(self, held: Held, place: Place) -> bool:
        how_often, at = held.lines[place], held.used.get(place)
        if how_often == "when_needed" or at is None or self.now - at < REPLY:
            return True
        return how_often in AGAIN and self.now - at >= AGAIN[how_often]
