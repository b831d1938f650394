"""Reads that only fetched again what was for once: an answer may be lost, and be asked for anew for ten minutes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from vrm import accesslog, consents
from vrm.web.portal import history


@dataclass(frozen=True)
class Again:
    """How many reads there were of that kind, and how many for each key."""

    reads: int
    by_key: Counter[str]


def count(events: Iterable[accesslog.LoggedEvent], revisions: Sequence[consents.Revision]) -> Again:
    """Count among the reads of a consent, newest first. A read counts where it brought nothing but such lines."""
    once = {line.place for revision in revisions for line in revision.lines if line.frequency == "once"}
    began: dict[consents.Place, datetime] = {}
    reads, by_key = 0, Counter[str]()
    answered = [event for event in events if event.outcome != "refused"] if once else []
    for event in reversed(answered):
        read = [(key, history.purpose_of(event) or "") for key in history.keys_of(event)]
        again = [
            place for place in read if place in began and event.at - began[place] < consents.REPLY_MAY_BE_LOST
        ]
        began |= {place: event.at for place in read if place in once and place not in again}
        reads += bool(again) and len(again) == len(read)
        by_key.update(key for key, _ in again)
    return Again(reads, by_key)
