"""Who can read what, at this moment: from the consents as they stand, and from how their clients stand."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from vrm import companies, consents
from vrm.catalogue import Catalogue
from vrm.web.portal import words

Standings = Mapping[str, consents.Standing]


@dataclass(frozen=True)
class Seen:
    """A company that can read a line now, under which consent, and until when; or could, if it were not ``paused``."""

    company: str
    consent_id: str
    until: datetime
    paused: bool = False


def standings(db: Session, held: Sequence[consents.Consent]) -> dict[str, consents.Standing]:
    """How these consents of one person stand, with the lines of their newest revision."""
    if not held:
        return {}
    (consumer_id,) = {consent.consumer_id for consent in held}
    ids = [consent.id for consent in held]
    return consents.standings_of(db.connection(), consumer_id=consumer_id, consent_ids=ids)


def readable(db: Session, *, consumer_id: str, now: datetime) -> dict[str, consents.Standing]:
    """The consents under which something can be read at this moment."""
    allowed = readable_or_paused(db, consumer_id=consumer_id, now=now)
    return {id: standing for id, standing in allowed.items() if not standing.paused}


def readable_or_paused(db: Session, *, consumer_id: str, now: datetime) -> dict[str, consents.Standing]:
    """The consents under which something can be read, or nothing only because their person paused them.

    That of a suspended client is not among them, nor one whose company has changed its notice since.
    """
    held = consents.list_some(db, consumer_id=consumer_id, listed=consents.Listed(), now=now)
    clients = companies.client_standings(db.connection(), client_ids={each.client_id for each in held})
    return {
        id: standing
        for id, standing in standings(db, held).items()
        if clients[standing.client_id].may_read
        and clients[standing.client_id].notice_version == standing.notice_version
    }


def purposes(db: Session, *, consumer_id: str, now: datetime) -> Counter[str]:
    """By purpose, how many of a person's consents have it which run."""
    held = consents.list_some(db, consumer_id=consumer_id, listed=consents.Listed(), now=now)
    return Counter(
        id for standing in standings(db, held).values() for id in words.purpose_ids(standing.lines)
    )


def shared(catalogue: Catalogue, counted: Counter[str]) -> dict[str, str]:
    """Those that two or more have, in plain words by id."""
    return {id: words.purpose(catalogue, id) for id, count in counted.items() if count > 1}


def seen(db: Session, found: Standings) -> dict[str, list[Seen]]:
    """By key, who can read it under these consents, or could if they were not paused; who for longest comes first."""
    names = words.company_names(db, (standing.company_id for standing in found.values()))
    rows: dict[str, list[Seen]] = {}
    for standing in sorted(found.values(), key=lambda each: each.expires_at, reverse=True):
        for key in dict.fromkeys(line.key for line in standing.lines):
            name = names[standing.company_id].legal_name
            rows.setdefault(key, []).append(
                Seen(name, standing.consent_id, standing.expires_at, standing.paused)
            )
    return rows
