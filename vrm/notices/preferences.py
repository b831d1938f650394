"""How a person wants to hear: kept sealed, as it tells of how they live."""

import json
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm import clock
from vrm.errors import Invalid
from vrm.notices.due import next_digest
from vrm.notices.kinds import CHOOSABLE, KINDS, Preferences
from vrm.notices.models import NoticePerson


def preferences_of(session: Session, keys: KeyStore, *, consumer_id: str) -> Preferences:
    """What a person chose; the usual for one who never chose."""
    row = session.get(NoticePerson, consumer_id)
    if row is None or row.sealed is None:
        return Preferences()
    kept = json.loads(keys.open(consumer_id, row.sealed, _aad(consumer_id)))
    # Who chose of a kind that is gone since has no say in it any more, and all else as they chose.
    kept["how"] = {kind: way for kind, way in kept["how"].items() if kind in KINDS}
    return Preferences(**kept)


def keep_preferences(
    session: Session, keys: KeyStore, chosen: Preferences, *, consumer_id: str, now: datetime
) -> None:
    """Keep what they chose; what waits for a digest comes when they want it now. Raises ``Invalid``."""
    if set(chosen.how) - set(CHOOSABLE) or not all(
        way in KINDS[kind].ways for kind, way in chosen.how.items()
    ):
        raise Invalid("Choose one of the ways on the page.", field="how")
    if chosen.every not in ("daily", "weekly") or chosen.hour not in range(24):
        raise Invalid("Choose a day and an hour on the page.", field="hour")
    row = person_row(session, consumer_id)
    row.sealed = keys.seal(consumer_id, json.dumps(asdict(chosen)).encode(), _aad(consumer_id))
    if row.digest_due is not None:
        row.digest_due = next_digest(
            every=chosen.every, hour=chosen.hour, zone=clock.zone(chosen.zone), now=now
        )
    session.flush()


def keep_language_and_zone(
    session: Session, keys: KeyStore, *, consumer_id: str, language: str, zone: str, now: datetime
) -> None:
    """Write to this person in the language that they read and the time of where they are from now on."""
    kept = preferences_of(session, keys, consumer_id=consumer_id)
    wanted = replace(kept, language=language, zone=zone)
    if kept != wanted:
        keep_preferences(session, keys, wanted, consumer_id=consumer_id, now=now)


def person_row(session: Session, consumer_id: str) -> NoticePerson:
    """The row of a person, made where there was none. Within the room."""
    row = session.get(NoticePerson, consumer_id)
    if row is None:
        row = NoticePerson(consumer_id=consumer_id, sealed=None, read_at=None, digest_due=None)
        session.add(row)
        session.flush()
    return row


def _aad(consumer_id: str) -> Aad:
    return Aad("notices", consumer_id, consumer_id, "preferences")
