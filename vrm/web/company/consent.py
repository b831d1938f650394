"""One consent we hold: what it allows and allowed, what was asked, and what we read under it, with proofs.

Of the person it shows the subject alone: the name that this company, and no other, knows them by. All
roles see it and take out its reads with their proofs: who answers a person must be able to show what was read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from vrm import accesslog, clock, companies, consents
from vrm.accesslog import OwnRead
from vrm.catalogue import Catalogue
from vrm.consents.holdings import HeldRevision
from vrm.house import House
from vrm.ids import is_id
from vrm.tlog.canonical import b64
from vrm.tlog.note import Verifier
from vrm.web import pages, proofs, session
from vrm.web.audiences import audience
from vrm.web.company import console_client, words
from vrm.web.company.consents import PATH, names
from vrm.web.rooms import house

PAGE = 20


@dataclass(frozen=True)
class Line:
    """A line as it was granted or asked for. ``instead`` are the labels of what would do as well, or was asked for."""

    key: str
    label: str
    instead: Sequence[str]
    purpose: str
    required: bool
    why: str
    frequency: str


@dataclass(frozen=True)
class Version:
    """What the consent allowed from a moment on, against the revision before, and the terms that were asked for."""

    number: int
    at: datetime
    reason: str
    current: bool
    added: Sequence[str]
    removed: Sequence[str]
    kept: Sequence[str]
    until: datetime | None
    asked: Sequence[Line]
    duration_days: int
    retention_days: int | None
    recipients: Sequence[str]


@dataclass(frozen=True)
class Read:
    """One read of ours. ``told`` is the code a refused one got, and ``because`` what it means.

    ``proof`` is where its proof is downloaded; None: it has none, or not yet.
    """

    at: datetime
    answered: bool
    told: str | None
    because: str
    labels: Sequence[str]
    purpose: str
    agent: str
    revision: object
    event_id: str
    leaf_hash: str
    leaf_index: int | None
    proof: str | None


def add_routes(blueprint: Blueprint) -> None:
    """``/consents/<id>``."""
    blueprint.get("/consents/<uuid:consent_id>")(show_consent)


@audience("company")
def show_consent(consent_id: object) -> Response:
    here, company_id, now = house(), session.company_id(), clock.now()
    context = here.database.read(lambda db: _consent(db, here, company_id, str(consent_id), now))
    return pages.render(
        "company_consent.html",
        **context,
        vkey=verifier(here).vkey,
    )


def verifier(here: House) -> Verifier:
    """The log's name and public key."""
    return Verifier(here.settings.log_origin, here.keys.log_signer.public)


def _consent(db: Session, here: House, company_id: str, consent_id: str, now: datetime) -> dict[str, Any]:
    held = consents.holdings.get_held(db, company_id=company_id, consent_id=consent_id, now=now)
    clients = names(companies.list_clients(db, company_id=company_id))
    return {
        "consent": held.holding,
        "client": clients.get(held.holding.client_id, console_client.NAME),
        "lines": [
            Line(
                line.key,
                words.key(here.catalogue, line.key),
                () if line.asked == line.key else (words.key(here.catalogue, line.asked),),
                words.purpose(here.catalogue, line.purpose),
                line.required,
                line.why,
                line.frequency,
            )
            for line in held.holding.lines
        ],
        "withheld": withheld(here.catalogue, held.revisions[-1]),
        "versions": versions(here.catalogue, held.revisions),
        **_reads(db, here, company_id, consent_id),
    }


def versions(catalogue: Catalogue, revisions: Sequence[HeldRevision]) -> list[Version]:
    """Each revision with what changed in it, oldest first."""
    last = revisions[-1].number
    found = [_version(catalogue, revisions[0], None, last)]
    return found + [_version(catalogue, after, before, last) for before, after in pairwise(revisions)]


def _version(catalogue: Catalogue, revision: HeldRevision, before: HeldRevision | None, last: int) -> Version:
    # Named together, so that a line is called the same on either side.
    both = {(line.key, line.purpose): line for line in [*revision.lines, *(before.lines if before else ())]}
    name = dict(zip(both, words.lines(catalogue, list(both.values())), strict=True))
    has = [name[line.key, line.purpose] for line in revision.lines]
    had = [name[line.key, line.purpose] for line in before.lines] if before else []
    return Version(
        number=revision.number,
        at=revision.created_at,
        reason=revision.reason,
        current=revision.number == last,
        added=[each for each in has if each not in had],
        removed=[each for each in had if each not in has],
        kept=[each for each in has if each in had],
        until=revision.expires_at if before is None or before.expires_at != revision.expires_at else None,
        asked=[_asked(catalogue, line) for line in revision.terms.lines],
        duration_days=revision.terms.duration_days,
        retention_days=revision.terms.retention_days,
        recipients=revision.terms.recipients,
    )


def withheld(catalogue: Catalogue, revision: HeldRevision) -> list[Line]:
    """What was asked for and not given. Why is the person's affair, and nowhere kept."""
    given = {(line.asked, line.purpose) for line in revision.lines}
    return [_asked(catalogue, line) for line in revision.terms.lines if (line.key, line.purpose) not in given]


def _asked(catalogue: Catalogue, line: consents.Line) -> Line:
    return Line(
        line.key,
        words.key(catalogue, line.key),
        [words.key(catalogue, other) for other in line.any_of],
        words.purpose(catalogue, line.purpose),
        line.required,
        line.why,
        line.frequency,
    )


def _reads(db: Session, here: House, company_id: str, consent_id: str) -> dict[str, Any]:
    before = request.args.get("before", "")
    before = before if is_id(before) else ""
    found = consents.holdings.list_reads(
        db, company_id=company_id, consent_id=consent_id, limit=PAGE + 1, before=before or None
    )
    published = accesslog.latest_checkpoint(db)
    size = published.size if published else 0
    shown, path = found[:PAGE], f"{PATH}/{consent_id}"
    return {
        "size": size,
        "signed_by": proofs.signed_by(published.note, here.log_verifiers()) if published else [],
        "reads": [_read(here.catalogue, read, size, path) for read in shown],
        "newest": f"{path}#reads" if before else None,
        "older": f"{path}?before={shown[-1].event_id}#reads" if len(found) > PAGE else None,
    }


def _read(catalogue: Catalogue, read: OwnRead, size: int, path: str) -> Read:
    members: Mapping[str, Any] = read.members
    signed = read.leaf_index is not None and read.leaf_index < size
    return Read(
        at=read.at,
        answered=read.answered,
        told=read.told,
        because=words.refusal(read.told) if read.told else "",
        labels=[words.key(catalogue, key) for key in members.get("keys", ())],
        purpose=words.purpose(catalogue, members["purpose"]) if members.get("purpose") else "",
        agent=members.get("agent", ""),
        revision=members.get("revision"),
        event_id=read.event_id,
        leaf_hash=b64(read.leaf_hash),
        leaf_index=read.leaf_index,
        proof=f"{path}/reads/{read.event_id}/proof" if read.answered and signed else None,
    )
