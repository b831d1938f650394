"""How a company's asking is received: which lines people leave out, and how many say no or nothing.

Over few people a figure tells what one of them did. So none is given below ``MIN_PEOPLE`` different people, and
None stands in its place: too few people yet. They are counted among those whom the figure divides by. An ask of which
the company hears only a yes is in none.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from vrm import companies
from vrm.consents.models import AskRow, ConsentRow, RevisionRow

MIN_PEOPLE = 20
SAMPLE = 1000
"""How many asks are looked at, the newest first: enough for a share, and what it costs does not grow."""


@dataclass(frozen=True)
class Reception:
    """How one line was received. ``offered``: decided asks it stood in; ``granted``: those of them that were granted,
    with this line or without, None where too few people granted any; ``kept``: those it was granted in.
    """

    offered: int
    granted: int | None
    kept: int

    @property
    def refused_share(self) -> float:
        """Of all who decided, who did not allow it, whether they refused the line or the whole; 0 to 1."""
        return 1 - self.kept / self.offered

    @property
    def unticked_share(self) -> float | None:
        """Of those who granted the ask, who left this line out; None where too few people did grant."""
        return 1 - self.kept / self.granted if self.granted else None


@dataclass(frozen=True)
class LineQuality:
    """A line as a company asks for it, and how it was received; None: too few people yet."""

    key: str
    purpose: str
    required: bool
    reception: Reception | None


@dataclass(frozen=True)
class Decisions:
    """How asks ended. ``unanswered``: their time was over, and nobody had decided."""

    granted: int
    refused: int
    unanswered: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.granted + self.refused + self.unanswered


@dataclass
class _Tally:
    offered: int = 0
    granted: int = 0
    kept: int = 0
    people: set[str] = field(default_factory=set)
    granters: set[str] = field(default_factory=set)

    def reception(self) -> Reception | None:
        if len(self.people) < MIN_PEOPLE:
            return None
        enough = len(self.granters) >= MIN_PEOPLE
        return Reception(self.offered, self.granted if enough else None, self.kept)


def lines(
    session: Session, *, company_id: str, client_id: str | None = None, sample: int = SAMPLE
) -> list[LineQuality]:
    """Each line of the newest decided asks, what is refused most first; those without a figure at the end."""
    fits = [*_asks(company_id, client_id), AskRow.state.in_(("granted", "refused"))]
    newest = select(AskRow).where(*fits).order_by(AskRow.decided_at.desc(), AskRow.id).limit(sample)
    asks = session.scalars(newest).all()
    kept = _kept(session, [ask for ask in asks if ask.state == "granted"])
    tallies: dict[tuple[str, str, bool], _Tally] = defaultdict(_Tally)
    for ask in asks:
        for line in ask.terms["lines"]:
            tally = tallies[line["key"], line["purpose"], line["required"]]
            tally.people.add(ask.consumer_id)
            tally.offered += 1
            if ask.state == "granted":
                tally.granters.add(ask.consumer_id)
                tally.granted += 1
                tally.kept += (line["key"], line["purpose"]) in kept[ask.id]
    found = [LineQuality(*line, tally.reception()) for line, tally in tallies.items()]
    return sorted(found, key=_most_refused_first)


def decisions(
    session: Session, *, company_id: str, now: datetime, client_id: str | None = None, sample: int = SAMPLE
) -> Decisions | None:
    """How the newest asks that are over ended; None: too few people yet.

    An ask that still waits is not counted, so those of the last days count only as far as they were decided.
    """
    over = or_(AskRow.state != "open", AskRow.expires_at <= now)
    query = (
        select(AskRow.state, AskRow.consumer_id)
        .where(*_asks(company_id, client_id), over)
        .order_by(AskRow.created_at.desc(), AskRow.id)
        .limit(sample)
    )
    asks = session.execute(query).all()
    if len({consumer_id for _, consumer_id in asks}) < MIN_PEOPLE:
        return None
    states = [state for state, _ in asks]
    return Decisions(states.count("granted"), states.count("refused"), states.count("open"))


def _most_refused_first(line: LineQuality) -> tuple[float, str, str, bool]:
    share = line.reception.refused_share if line.reception else -1.0
    return (-share, line.key, line.purpose, line.required)


def _asks(company_id: str, client_id: str | None) -> list[ColumnElement[bool]]:
    fits = [
        AskRow.company_id == company_id,
        AskRow.client_id != companies.console_client_id(company_id),
        # One more ask in a figure would tell that a hint was somebody's, one more refusal that they saw it.
        AskRow.quiet.is_(False),
    ]
    return fits if client_id is None else [*fits, AskRow.client_id == client_id]


def _kept(session: Session, granted: Iterable[AskRow]) -> dict[str, set[tuple[str, str]]]:
    """Which of its lines each of these asks was granted with, by key asked for and purpose.

    A revision does not name its ask; it was made at the moment the ask was decided, for that client, of the same
    terms.
    """
    asks: dict[tuple[str, str, datetime | None], list[AskRow]] = defaultdict(list)
    for ask in granted:
        asks[ask.consumer_id, ask.client_id, ask.decided_at].append(ask)
    kept: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for consumer_id, client_id, at, terms, chosen in session.execute(_revisions_of(asks)):
        for ask in asks.get((consumer_id, client_id, at), ()):
            if ask.terms == terms:
                kept[ask.id] |= {(line["asked"], line["purpose"]) for line in chosen}
    return kept


def _revisions_of(asks: Iterable[tuple[str, str, datetime | None]]) -> Any:
    people = {consumer_id for consumer_id, _, _ in asks}
    moments = {at for _, _, at in asks}
    return (
        select(
            RevisionRow.consumer_id,
            ConsentRow.client_id,
            RevisionRow.created_at,
            RevisionRow.terms,
            RevisionRow.lines,
        )
        .join(
            ConsentRow,
            and_(ConsentRow.consumer_id == RevisionRow.consumer_id, ConsentRow.id == RevisionRow.consent_id),
        )
        .where(RevisionRow.consumer_id.in_(people), RevisionRow.created_at.in_(moments))
    )
