"""Reads of the past: only a read of now asks the door, so an earlier one is written as the event that it left."""

from collections.abc import Iterable
from datetime import datetime

from vrm import accesslog, profiles
from vrm.accesslog import About, Event
from vrm.companies import Client
from vrm.disclosures import value_names
from vrm.house import House


def remember(house: House, events: Iterable[Event]) -> None:
    """Write events that happened, with the times they had."""
    prepared = [accesslog.prepare(event) for event in events]
    house.database.write_group(lambda connection: accesslog.append(connection, prepared))


def answered(
    client: Client,
    at: datetime,
    about: About,
    *,
    purpose: str,
    keys: Iterable[str],
    versions: Iterable[profiles.Sealed] = (),
    agent: str | None = None,
) -> Event:
    """The event that a read left; ``versions`` are those of the values it gave, ``agent`` is a pseudonym."""
    named = value_names(about, [[each.field, each.item_id, each.version] for each in versions])
    return Event(
        "disclosure", at, "client", company=client.company_id, client=client.id, agent=agent,
        purpose=purpose, keys=tuple(keys), outcome="answered", revision=1, about=about,
        detail={"consent": about.consent_id, "values": named, "no_value": []},
    )  # fmt: skip
