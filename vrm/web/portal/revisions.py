"""How a consent changed, revision by revision, and what the person's own values were when they decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy.orm import Session

from vrm import consents, profiles
from vrm.catalogue import Catalogue
from vrm.house import House
from vrm.web.portal import words

_BY_LETTER = ("granted", "amended")
"""Revisions before which there was a letter; those of the person's own making keep what it had shown."""


@dataclass(frozen=True)
class Listed:
    """A line in a version. ``purpose``: empty where the consent has but one. ``was`` is how often it could be read before,
    ``why`` the company's reason, where these are others than before."""

    label: str
    purpose: str
    frequency: str
    was: str | None = None
    why: str | None = None


@dataclass(frozen=True)
class Version:
    """What a consent allowed from a moment on until another, and how that differs from before.

    ``kinds`` are what was done then: granted, amended (their company began it), narrowed, shortened, extended. ``terms``:
    how long the company keeps what it reads and whom it passes it on to, ``reasons`` its words for a purpose, both None
    or left out where they are as before.
    """

    number: int
    at: datetime
    kinds: list[str]
    current: bool
    added: list[Listed]
    removed: list[Listed]
    kept: list[Listed]
    until: datetime
    terms: tuple[int | None, tuple[str, ...]] | None
    reasons: Mapping[str, str]


def versions(catalogue: Catalogue, revisions: Sequence[consents.Revision]) -> list[Version]:
    """The revisions of a consent as they followed one another, oldest first."""
    several = len({line.purpose for revision in revisions for line in revision.lines}) > 1
    return [
        _version(catalogue, after, before, several=several, current=after is revisions[-1])
        for before, after in pairwise([None, *revisions])
        if after is not None
    ]


def _version(
    catalogue: Catalogue,
    revision: consents.Revision,
    before: consents.Revision | None,
    *,
    several: bool,
    current: bool,
) -> Version:
    has = {line.place: line for line in revision.lines}
    had = {line.place: line for line in before.lines} if before else {}
    kinds = [revision.reason]
    moved = before is None or revision.expires_at != before.expires_at
    if before is not None and moved and revision.reason == "narrowed":
        kinds.append("shortened" if revision.expires_at < before.expires_at else "extended")

    def part(line: consents.GrantedLine, then: consents.GrantedLine | None = None) -> Listed:
        return Listed(
            label=words.label(catalogue, line.key),
            purpose=words.purpose(catalogue, line.purpose) if several else "",
            frequency=line.frequency,
            was=then.frequency if then and then.frequency != line.frequency else None,
            why=line.why if then and then.why != line.why else None,
        )

    return Version(
        number=revision.number,
        at=revision.created_at,
        kinds=kinds,
        current=current,
        added=[part(line) for place, line in has.items() if place not in had],
        removed=[part(line) for place, line in had.items() if place not in has],
        kept=[part(line, had[place]) for place, line in has.items() if place in had],
        until=revision.expires_at,
        terms=_promised(revision) if before and _promised(before) != _promised(revision) else None,
        reasons=_new_reasons(catalogue, before, revision) if before else {},
    )


def _promised(revision: consents.Revision) -> tuple[int | None, tuple[str, ...]]:
    return revision.terms.retention_days, revision.terms.recipients


def _new_reasons(catalogue: Catalogue, before: consents.Revision, after: consents.Revision) -> dict[str, str]:
    then = before.notice.get("purposes", {})
    return {
        words.purpose(catalogue, id): said
        for id, said in after.notice.get("purposes", {}).items()
        if then.get(id, said) != said
    }


class Decided:
    """The values that the letter showed on which the person decided last, as far as they are still kept."""

    def __init__(
        self,
        db: Session,
        here: House,
        revisions: Sequence[consents.Revision],
        *,
        consumer_id: str,
        now: datetime,
    ) -> None:
        letters = [revision for revision in revisions if revision.reason in _BY_LETTER]
        self._catalogue, self._letter = here.catalogue, letters[-1]
        self._items: dict[str, list[profiles.Item]] = {}
        self._lost: set[str] = set()
        for each in self._letter.versions:
            field = each["field"]
            found = profiles.find_version(
                db,
                here.keys,
                consumer_id=consumer_id,
                field=field,
                item_id=each["item"],
                version=each["version"],
                now=now,
            )
            if found is None:
                self._lost.add(field)
            else:
                self._items.setdefault(field, []).append(found)

    @property
    def at(self) -> datetime:
        """When that was."""
        return self._letter.created_at

    def texts(self, line: consents.GrantedLine) -> list[str] | None:
        """What a line said then, in plain words; None where that is not known any more."""
        fields = words.fields_behind(self._catalogue, line.key)
        if not self._letter.notice or self._lost.intersection(fields):  # without a notice there was no letter
            return None
        found = self._catalogue.keys.get(line.key)
        if found is not None and found.kind == "answer":  # as it was on that day
            said = words.answer(self._catalogue, line.key, self._items, self.at.date())
            return [] if said is None else [said]
        return words.texts(self._catalogue, line.key, self._items, line.item_id)
