"""Consents as rows of a page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from vrm import accesslog, companies, consents
from vrm.catalogue import Catalogue
from vrm.web.portal import history, readers, words
from vrm.web.portal.home import ends_soon


@dataclass(frozen=True)
class Row:
    """A consent. ``doable`` is what the person can do with it now. What has a default is filled in by ``one``.

    ``state``: active, ending (soon), suspended, paused or changed (it runs, and yet nothing can be read), revoked,
    returned (by its client), expired, used (it was for once).
    """

    id: str
    company: str
    company_id: str
    domain: str
    client: str
    purposes: list[str]
    purpose_ids: list[str]
    labels: list[str]
    lines: tuple[consents.GrantedLine, ...]
    state: str
    granted_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    last_read_at: datetime | None
    revision: int
    doable: tuple[str, ...]
    reads: int = 0
    refusals: int = 0
    retention_days: int | None = None
    sign_in: bool = False


def rows(
    db: Session,
    catalogue: Catalogue,
    held: Sequence[consents.Consent],
    now: datetime,
) -> list[Row]:
    """Consents of one person as rows, in their order."""
    if not held:
        return []
    names = words.company_names(db, (consent.company_id for consent in held))
    clients = companies.get_clients(db, (consent.client_id for consent in held))
    standings = readers.standings(db, held)
    read = accesslog.last_reads(
        db, consumer_id=held[0].consumer_id, consent_ids=[consent.id for consent in held]
    )
    return [
        _row(
            catalogue,
            consent,
            standings[consent.id].lines,
            names[consent.company_id],
            clients[consent.client_id],
            read.get(consent.id),
            now,
        )
        for consent in held
    ]


def one(
    db: Session, catalogue: Catalogue, *, consumer_id: str, consent_id: str, now: datetime
) -> tuple[Row, list[consents.Revision]]:
    """One consent of this person in full, with its revisions. Raises ``NotFound`` for everybody else's."""
    consent = consents.get_consent(db, consumer_id=consumer_id, consent_id=consent_id)
    revisions = consents.list_revisions(db, consumer_id=consumer_id, consent_id=consent_id)
    tally = history.of_consent(db, consumer_id=consumer_id, consent_id=consent_id)
    (row,) = rows(db, catalogue, [consent], now)
    terms = revisions[-1].terms
    found = replace(
        row,
        reads=tally.reads,
        refusals=tally.refusals,
        retention_days=terms.retention_days,
        sign_in=terms.sign_in,
    )
    return found, revisions


def _row(
    catalogue: Catalogue,
    consent: consents.Consent,
    lines: Sequence[consents.GrantedLine],
    company: companies.Company,
    client: companies.Client,
    last_read_at: datetime | None,
    now: datetime,
) -> Row:
    active, state = consent.is_active(now), _state(consent, company, client, now)
    return Row(
        id=consent.id,
        company=company.legal_name,
        company_id=company.id,
        domain=company.domain,
        client=client.name,
        purposes=words.purposes(catalogue, lines),
        purpose_ids=words.purpose_ids(lines),
        labels=words.labels(catalogue, lines),
        lines=tuple(lines),
        state=state,
        granted_at=consent.granted_at,
        expires_at=consent.expires_at,
        # One whose time has come has ended, though nobody has written it down yet.
        ended_at=None if active else consent.ended_at or consent.expires_at,
        last_read_at=last_read_at,
        revision=consent.revision,
        doable=_doable(consent, state) if active else (),
    )


def _doable(consent: consents.Consent, state: str) -> tuple[str, ...]:
    if consent.paused is not None:
        return "resume", "change", "revoke"
    # What nobody can read before its company asks again has nothing to pause.
    return ("change", "revoke") if state == "changed" else ("pause", "change", "revoke")


def _state(
    consent: consents.Consent, company: companies.Company, client: companies.Client, now: datetime
) -> str:
    """The truth of this moment: a consent that still runs is worth nothing to who may not read."""
    if not consent.is_active(now):
        return "expired" if consent.state == "active" else consent.state
    if client.state != "active" or company.state != "approved":
        return "suspended"
    if consent.paused is not None:
        return "paused"
    if company.notice_version != consent.notice_version:
        return "changed"
    return "ending" if ends_soon(consent.granted_at, consent.expires_at, now) else "active"
