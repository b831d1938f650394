"""Telling somebody something of a consent: what is said of it, and how whoever has the letter stops it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from keys import CannotOpen, KeyStore, NoKey
from vrm import companies, consents, notices
from vrm.catalogue import Catalogue
from vrm.consents import Consent
from vrm.errors import NotFound

LATE: Final = timedelta(days=2)
"""What happened longer ago waits for the next digest: after days without a worker comes one letter and not many."""
GONE: Final = (NotFound, NoKey, CannotOpen)
"""Somebody left, and this is what is left of them; no other person waits for it."""


@dataclass(frozen=True)
class Telling:
    """What it takes to tell anybody anything."""

    keys: KeyStore
    catalogue: Catalogue
    issuer: str
    now: datetime

    def tell(
        self,
        db: Session,
        consent: Consent,
        kind: notices.Kind,
        about: str,
        period: str,
        happened: datetime | None = None,
        **said: Any,
    ) -> None:
        """As ``notices.tell``, of a consent; one that stands can be stopped by whoever has the letter."""
        place = {"consumer_id": consent.consumer_id, "consent_id": consent.id}
        stands = consent.is_active(self.now)
        notices.tell(
            db,
            self.keys,
            consumer_id=consent.consumer_id,
            kind=kind,
            about=about,
            period=period,
            values=self._of(db, consent) | said,
            stop_code=consents.stop_code(self.keys, **place) if stands else None,
            late=happened is not None and self.now - happened >= LATE,
            issuer=self.issuer,
            now=self.now,
        )

    def _of(self, db: Session, consent: Consent) -> dict[str, Any]:
        """What a notice of a consent says of it: ids, and words of the catalogue in the source language."""
        newest = consents.get_newest_revision(db, consumer_id=consent.consumer_id, consent_id=consent.id)
        lines = newest.lines
        return {
            "company": companies.get_company(db, company_id=consent.company_id).legal_name,
            "company_id": consent.company_id,
            "consent_id": consent.id,
            "labels": self.labels(line.key for line in lines),
            "purposes": list(dict.fromkeys(self._purpose(line.purpose) for line in lines)),
            "granted_at": consent.granted_at.isoformat(),
            "expires_at": consent.expires_at.isoformat(),
            "paused": consent.paused is not None,
        }

    def labels(self, keys: Any) -> list[str]:
        """Labels of keys, each once."""
        known = self.catalogue.keys
        return list(dict.fromkeys(known[key].label if key in known else key for key in keys))

    def _purpose(self, id: str) -> str:
        found = self.catalogue.purposes.get(id)
        return found.plain if found else id
