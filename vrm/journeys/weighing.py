"""The reads of a batch weighed against how their companies read these people before: what is unusual, and who hears of it."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Dialect
from sqlalchemy.orm import Session

from vrm import consents, notices
from vrm.db.putting import Put
from vrm.journeys.hearing import Heard
from vrm.journeys.telling import GONE, Telling
from vrm.notices import Finding, Pair, SeenReads
from vrm.notices.unusual import EXCUSED, KNOWN, SILENCE


class Weighing:
    """Reads, taken one after the other in the order of their leaves. It writes nothing."""

    def __init__(self, db: Session, heard: Sequence[Heard]) -> None:
        self._db = db
        self._seen = notices.patterns_of(db, {pair for one in heard if (pair := _pair(one)) is not None})
        self._changed: set[Pair] = set()

    def take(self, heard: Heard) -> list[Finding]:
        """What is unusual in it; nothing, where it is no read to be weighed."""
        pair = _pair(heard)
        if pair is None:
            return []
        before = self._seen.get(pair) or SeenReads()
        answered = heard.members["outcome"] == "answered"
        self._seen[pair], found = notices.look(before, at=heard.at, keys=heard.keys, answered=answered)
        self._changed.add(pair)
        with suppress(*GONE):
            return list(self._worth_telling(heard, found))
        return []

    def put(self, dialect: Dialect) -> Put | None:
        """What keeps how people were read as of the last read taken, of those read since this was asked before; None where
        there was no read.
        """
        changed = {pair: self._seen[pair] for pair in sorted(self._changed)}
        self._changed.clear()
        return notices.put_patterns(dialect, changed) if changed else None

    def _worth_telling(self, heard: Heard, found: Sequence[Finding]) -> Iterator[Finding]:
        for each in found:
            if each.what == "silence" and heard.at - _readable_since(self._db, heard) < SILENCE:
                continue  # its person paused it
            if each.what == "new_key":
                keys = tuple(sorted(_long_allowed(self._db, heard) & set(each.keys)))
                if not keys:
                    continue  # it was allowed lately: that it is read is what was agreed
                each = replace(each, keys=keys, period=" ".join(keys))
            yield each


def tell_unusual(db: Session, telling: Telling, heard: Heard, found: Sequence[Finding]) -> None:
    """Tell the person whose read it is."""
    consumer_id, consent_id = _whose(heard)
    for each in found:
        telling.tell(
            db,
            consents.get_consent(db, consumer_id=consumer_id, consent_id=consent_id),
            "unusual",
            f"{heard.company_id} {each.what}",
            each.period,
            heard.at,
            what=each.what,
            when=heard.at.isoformat(),
            read=telling.labels(each.keys),
            observed=each.observed,
            usual=each.usual,
        )


def _pair(heard: Heard) -> Pair | None:
    """Who was read by whom; None for what is no read of anybody's consent, or a refused one that is no sign of anything."""
    if heard.type != "disclosure" or heard.whose is None or heard.whose[1] is None:
        return None
    if heard.members["outcome"] != "answered" and heard.members.get("code") in EXCUSED:
        return None
    return heard.whose[0], heard.company_id


def _whose(heard: Heard) -> tuple[str, str]:
    """The consumer and the consent of a read that was weighed."""
    assert heard.whose is not None and heard.whose[1] is not None
    return heard.whose[0], heard.whose[1]


def _readable_since(db: Session, heard: Heard) -> datetime:
    consumer_id, consent_id = _whose(heard)
    consent = consents.get_consent(db, consumer_id=consumer_id, consent_id=consent_id)
    return consents.get_readable_since(db, consent, until=heard.at)


def _long_allowed(db: Session, heard: Heard) -> set[str]:
    """Keys that were allowed for this purpose for longer than ``KNOWN`` before the read, without a gap or a pause up to it.

    A change of something else, such as when it ends, does not make them new.
    """
    consumer_id, consent_id = _whose(heard)
    if heard.at - _readable_since(db, heard) <= KNOWN:
        return set()
    purpose, until = heard.members.get("purpose"), heard.at - KNOWN
    revisions = consents.list_revisions(db, consumer_id=consumer_id, consent_id=consent_id)
    before = [each for each in revisions if each.created_at < until]
    stood = [*before[-1:], *(each for each in revisions if until <= each.created_at <= heard.at)]
    allowed = [{line.key for line in each.lines if purpose in (None, line.purpose)} for each in stood]
    return set.intersection(*allowed) if before else set()
