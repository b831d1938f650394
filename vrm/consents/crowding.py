"""Many consents at once, each as ``open_ask`` and ``grant`` would have made it: the same rows, the same events.

For filling an instance with invented people, where a statement for each row would take days.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import accesslog
from vrm.companies import Client
from vrm.consents import asks, service
from vrm.consents.models import SubjectRow
from vrm.consents.records import Choice, Consent
from vrm.consents.revising import decide, end_of, event_of_revision, granted_lines, revision_rows
from vrm.consents.terms import GrantedLine, Terms
from vrm.db import Base
from vrm.ids import new_id


@dataclass(frozen=True)
class Offer:
    """What one client asks of whoever allows all of it; ``notice`` and its version as ``grant`` has them."""

    client: Client
    terms: Terms
    notice: Mapping[str, Any]
    notice_version: int

    @cached_property
    def stored_terms(self) -> Mapping[str, Any]:
        """The terms as they are stored."""
        return self.terms.to_json()

    @cached_property
    def lines(self) -> Sequence[GrantedLine]:
        """All that is asked for, granted."""
        every = [Choice(number, line.key) for number, line in enumerate(self.terms.lines)]
        return granted_lines(self.terms, every)


def grant_all(
    session: Session,
    keys: KeyStore,
    *,
    granted: Sequence[tuple[str, Offer]],
    now: datetime,
) -> list[Consent]:
    """Ask these people and allow everything asked for, each as consumer and offer; the consents in that order.

    Each is the first that its person gives to that company, and no pair stands there twice.
    """
    made, rows, events = [], [], []
    for consumer_id, offer in granted:
        ask = asks.new_row(
            consumer_id=consumer_id,
            client_id=offer.client.id,
            company_id=offer.client.company_id,
            terms=offer.stored_terms,
            request={},
            now=now,
        )
        subject = SubjectRow(consumer_id=consumer_id, company_id=offer.client.company_id, subject=new_id())
        consent, place = service.new_rows(
            ask,
            subject=subject.subject,
            notice_version=offer.notice_version,
            expires_at=end_of(offer.terms, offer.terms.duration_days, now),
            now=now,
        )
        decided = decide(ask, offer.lines, now=now)
        revision, allowed = revision_rows(
            consent,
            reason="granted",
            terms=ask.terms,
            lines=offer.lines,
            versions=[],
            notice=offer.notice,
            now=now,
        )
        made.append(consent)
        rows += [ask, subject, consent, place, revision, *allowed]
        events.append(accesslog.prepare(event_of_revision(keys, consent, revision, detail=decided)))
    _insert(session, rows)
    accesslog.append(session.connection(), events)
    return [Consent.of(consent) for consent in made]


def _insert(session: Session, rows: Iterable[Base]) -> None:
    """A statement for each table and no unit of work: nobody looks at these rows again."""
    by_table: dict[Table, list[dict[str, Any]]] = {}
    for row in rows:
        table = cast(Table, row.__table__)
        by_table.setdefault(table, []).append({column.key: getattr(row, column.key) for column in table.c})
    for table, values in by_table.items():
        session.connection().execute(insert(table), values)
