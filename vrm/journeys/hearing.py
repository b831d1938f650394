"""The leaves of the log as those hear them who are to tell people of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from vrm import accesslog, companies
from vrm.accesslog.entry import read


@dataclass(frozen=True)
class Heard:
    """An event of the log, and of whom it tells, if anybody: the consumer and the consent."""

    event_id: str
    at: datetime
    members: Mapping[str, Any]
    whose: tuple[str, str | None] | None

    @property
    def type(self) -> str:
        return str(self.members["type"])

    @property
    def company_id(self) -> str:
        return str(self.members["company"])

    @property
    def keys(self) -> Sequence[str]:
        return tuple(self.members.get("keys", ()))


def hear(db: Session, start: int, limit: int) -> list[Heard]:
    """Up to ``limit`` leaves from ``start`` on. Who left is nobody, as is whom a company invented for a trial."""
    entries = [
        (leaf, event_id, read(raw))
        for leaf, event_id, raw in accesslog.entries(db.connection(), start, limit)
    ]
    by_client: dict[tuple[str, str], list[int]] = {}
    for leaf, _, members in entries:
        if str(members["type"]).startswith(("disclosure", "consent.", "value.")):
            by_client.setdefault((str(members["client"]), str(members["company"])), []).append(leaf)
    whose: dict[int, tuple[str, str | None]] = {}
    for (client_id, company_id), leaves in by_client.items():
        if client_id != companies.console_client_id(company_id):
            whose |= accesslog.find_whose(db, client_id=client_id, leaves=leaves)
    return [
        Heard(event_id, datetime.fromisoformat(str(members["time"])), members, whose.get(leaf))
        for leaf, event_id, members in entries
    ]
