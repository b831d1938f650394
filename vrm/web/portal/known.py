"""What a company knows of the person here: each key it ever got, the value it got last, and what is theirs now.

The log never holds a value. It names the version that was given by a word that only we can make again
(``vrm.disclosures.evidence``), so the versions that are still kept are tried until one has that word.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, cast

from flask import Blueprint, Response, abort
from sqlalchemy.orm import Session

from vrm import accesslog, clock, companies, disclosures, profiles
from vrm.accesslog import LoggedEvent
from vrm.errors import NotFound
from vrm.house import House
from vrm.profiles import Item
from vrm.web import pages, session
from vrm.web.audiences import audience
from vrm.web.portal import history, readers, words
from vrm.web.rooms import house

MOST = 2000
"""So many of a company's newest reads are looked into: what came before is said to be unknown."""


@dataclass(frozen=True)
class Known:
    """A key that a company got. ``then``: the values it got last, None where those are no longer kept; ``now``: those
    of the profile. ``may_read``: whether it could read it again now.
    """

    key: str
    label: str
    sensitivity: str
    at: datetime
    event_id: str
    consent_id: str | None
    times: int
    then: list[str] | None
    now: list[str]
    may_read: bool

    @property
    def same(self) -> bool:
        """Whether what they have is what is true now."""
        return self.then is not None and self.then == self.now


def add_routes(blueprint: Blueprint) -> None:
    """``/companies/<id>/known``."""
    blueprint.get("/companies/<uuid:company_id>/known")(show_known)


@audience("consumer")
def show_known(company_id: object) -> Response:
    here, consumer_id = house(), session.consumer_id()
    try:
        context = here.database.read(lambda db: _known(db, here, consumer_id, str(company_id)))
    except NotFound:
        abort(404)
    return pages.render("known.html", **context)


def _known(db: Session, here: House, consumer_id: str, company_id: str) -> dict[str, Any]:
    company, now = companies.get_company(db, company_id=company_id), clock.now()
    wanted = history.Wanted(company_id=company_id, answered=True)
    events = list(islice(history.walk(db, consumer_id=consumer_id, wanted=wanted), MOST + 1))
    more, events = len(events) > MOST, events[:MOST]
    last: dict[str, LoggedEvent] = {}
    for event in events:
        for key in history.keys_of(event):
            last.setdefault(key, event)
    times = history.by_key(events)
    readable = [
        standing
        for standing in readers.readable(db, consumer_id=consumer_id, now=now).values()
        if standing.company_id == company_id
    ]
    may_read = {line.key for standing in readable for line in standing.lines}
    fields = {field for key in last for field in words.fields_behind(here.catalogue, key)}
    items = profiles.list_items(db, here.keys, consumer_id=consumer_id, fields=fields)
    kept = _Kept(db, here, consumer_id, items, now)
    rows = [
        Known(
            key=key,
            label=words.label(here.catalogue, key),
            sensitivity=here.catalogue.get(key).sensitivity if key in here.catalogue.keys else "ordinary",
            at=event.at,
            event_id=event.event_id,
            consent_id=event.consent_id,
            times=times[key].reads,
            then=kept.then(key, event),
            now=words.texts(here.catalogue, key, items),
            may_read=key in may_read,
        )
        for key, event in last.items()
    ]
    return {
        "company": company,
        "rows": sorted(rows, key=lambda row: (not row.may_read, row.label.casefold())),
        "unread": words.labels(
            here.catalogue,
            [line for standing in readable for line in standing.lines if line.key not in last],
        ),
        "since": events[-1].at if more else None,
        "recognised": any(not history.keys_of(event) for event in events),
    }


class _Kept:
    """The versions of a person's values that are still kept, found by the word that a read names them with."""

    def __init__(
        self, db: Session, here: House, consumer_id: str, items: Mapping[str, list[Item]], now: datetime
    ) -> None:
        self._db, self._here, self._consumer_id, self._now = db, here, consumer_id, now
        self._items = items
        self._versions: dict[tuple[str, str], list[Item]] = {}
        self._secret = here.keys.log_secret(consumer_id)

    def then(self, key: str, event: LoggedEvent) -> list[str] | None:
        """What a key said in this read, in plain words; None where one of its versions is no longer kept."""
        fields = words.fields_behind(self._here.catalogue, key)
        named = cast(list[tuple[str, str]], event.detail.get("values") or [])
        wanted = [(field, name) for field, name in named if field in fields]
        if not wanted or event.consent_id is None:
            return None
        about = accesslog.About(self._consumer_id, event.consent_id, self._secret, event.consent_id)
        then: dict[str, list[Item]] = {}
        for field, name in dict.fromkeys(map(tuple, wanted)):
            item = self._find(about, field, name)
            if item is None:
                return None
            then.setdefault(field, []).append(item)
        return self._told(key, then, event.at)

    def _told(self, key: str, items: dict[str, list[Item]], at: datetime) -> list[str]:
        if self._here.catalogue.get(key).kind == "answer":  # as it was on that day
            said = words.answer(self._here.catalogue, key, items, at.date())
            return [] if said is None else [said]
        return words.texts(self._here.catalogue, key, items)

    def _find(self, about: accesslog.About, field: str, name: str) -> Item | None:
        for current in self._items.get(field, []):
            for item in self._versions_of(field, current.item_id):
                word = disclosures.value_names(about, [[field, item.item_id, item.version]])[0][1]
                if word == name:
                    return item
        return None

    def _versions_of(self, field: str, item_id: str) -> list[Item]:
        if (field, item_id) not in self._versions:
            self._versions[field, item_id] = profiles.list_versions(
                self._db,
                self._here.keys,
                consumer_id=self._consumer_id,
                field=field,
                item_id=item_id,
                now=self._now,
            )
        return self._versions[field, item_id]
