"""What a consent allows from now on: the revision, the keys it names, and the event beside them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import accesslog
from vrm.consents.models import AskRow, ConsentKey, ConsentRow, RevisionRow
from vrm.consents.recorded import record_of_revision
from vrm.consents.records import Choice
from vrm.consents.terms import MOST_DAYS, GrantedLine, Terms
from vrm.errors import Invalid


def end_of(terms: Terms, duration_days: int, now: datetime) -> datetime:
    """When a consent runs out that was granted now. Raises ``Invalid`` for longer than was asked, or than 12 months."""
    if not 1 <= duration_days <= min(terms.duration_days, MOST_DAYS):
        raise Invalid("Choose one of the durations on the page.", field="duration")
    return now + timedelta(days=duration_days)


def latest_end(terms: Terms, now: datetime) -> datetime:
    """The last moment at which a consent may end on which its person decides now: as was asked, and 12 months at most."""
    return now + timedelta(days=min(terms.duration_days, MOST_DAYS))


def days_left(expires_at: datetime, now: datetime) -> int:
    """Days until an end, the last of them counted though it has begun."""
    return -((now - expires_at) // timedelta(days=1))


def granted_lines(terms: Terms, choices: Sequence[Choice]) -> list[GrantedLine]:
    """The lines that these choices allow. Raises ``Invalid`` for what was not offered, or a needed line left out."""
    chosen: dict[int, Choice] = {}
    for choice in choices:
        if not 0 <= choice.line < len(terms.lines) or choice.line in chosen:
            raise Invalid("Choose among the lines on the page.", field="lines")
        if choice.key not in terms.lines[choice.line].options:
            raise Invalid("Choose one of the values the company would accept.", field="lines")
        chosen[choice.line] = choice
    missing = [line.key for number, line in enumerate(terms.lines) if line.required and number not in chosen]
    if missing:
        raise Invalid(
            "A line the company needs is missing. Allow it, or refuse the whole request.", field="lines"
        )
    if not chosen and not terms.sign_in:
        raise Invalid("Nothing is ticked. Tick at least one line, or refuse.", field="lines")
    return [
        GrantedLine(
            key=choice.key,
            asked=terms.lines[number].key,
            purpose=terms.lines[number].purpose,
            required=terms.lines[number].required,
            why=terms.lines[number].why,
            frequency=terms.lines[number].frequency,
            item_id=choice.item_id,
        )
        for number, choice in sorted(chosen.items())
    ]


def newest_of(session: Session, row: ConsentRow) -> RevisionRow:
    """What a consent allows now, or allowed last."""
    return session.get_one(RevisionRow, (row.consumer_id, row.id, row.revision))


def write_revision(
    session: Session,
    keys: KeyStore,
    row: ConsentRow,
    ask: AskRow,
    *,
    reason: str,
    lines: Sequence[GrantedLine],
    versions: Sequence[Mapping[str, Any]],
    notice: Mapping[str, Any],
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Decide the ask: the consent's newest revision, whose number ``row`` has already, is what it allows from now on.

    Its keys take the place of those before, and ``consent.<reason>`` tells of it, ``detail`` and what was asked for
    and not granted in its opening.
    """
    decided = decide(ask, lines, now=now)
    add_revision(
        session, keys, row, reason=reason, terms=ask.terms, lines=lines, versions=versions, notice=notice, now=now,
        detail={**decided, **(detail or {})},
    )  # fmt: skip


def decide(ask: AskRow, lines: Sequence[GrantedLine], *, now: datetime) -> dict[str, object]:
    """Mark the ask as granted; what the event's opening says of it."""
    ask.state, ask.decided_at = "granted", now
    asked = {key for line in Terms.from_json(ask.terms).lines for key in line.options}
    return {"not_granted": sorted(asked - {line.key for line in lines}), "ask": ask.id}


def add_revision(
    session: Session,
    keys: KeyStore,
    row: ConsentRow,
    *,
    reason: str,
    terms: Mapping[str, Any],
    lines: Sequence[GrantedLine],
    versions: Sequence[Mapping[str, Any]],
    notice: Mapping[str, Any],
    now: datetime,
    detail: Mapping[str, object],
) -> None:
    """Write what a consent allows from now on, as the revision whose number ``row`` has already, and its event.

    The event's opening holds ``detail`` and the hash of the record that is made of it.
    """
    revision, allowed = revision_rows(
        row, reason=reason, terms=terms, lines=lines, versions=versions, notice=notice, now=now
    )
    session.add(revision)
    session.execute(
        delete(ConsentKey).where(ConsentKey.consumer_id == row.consumer_id, ConsentKey.consent_id == row.id)
    )
    session.add_all(allowed)
    session.flush()
    accesslog.record(session, event_of_revision(keys, row, revision, detail=detail))


def revision_rows(
    row: ConsentRow,
    *,
    reason: str,
    terms: Mapping[str, Any],
    lines: Sequence[GrantedLine],
    versions: Sequence[Mapping[str, Any]],
    notice: Mapping[str, Any],
    now: datetime,
) -> tuple[RevisionRow, list[ConsentKey]]:
    """The revision whose number ``row`` has already as it is kept, and the keys it allows; in no session yet."""
    revision = RevisionRow(
        consumer_id=row.consumer_id,
        consent_id=row.id,
        number=row.revision,
        reason=reason,
        terms=dict(terms),
        lines=[line.to_json() for line in lines],
        versions=[dict(version) for version in versions],
        notice=dict(notice),
        expires_at=row.expires_at,
        created_at=now,
    )
    return revision, [
        ConsentKey(
            consumer_id=row.consumer_id,
            consent_id=row.id,
            key=key,
            company_id=row.company_id,
            client_id=row.client_id,
            notice_version=row.notice_version,
            until=row.expires_at,
        )
        for key in sorted({line.key for line in lines})
    ]


def event_of_revision(
    keys: KeyStore, row: ConsentRow, revision: RevisionRow, *, detail: Mapping[str, object]
) -> accesslog.Event:
    """What tells of a revision. Its opening holds ``detail`` and the hash of the record."""
    return event_of(
        keys,
        row,
        f"consent.{revision.reason}",
        keys_named={line["key"] for line in revision.lines},
        now=revision.created_at,
        # So the log shows that this very record was made then, and no other.
        detail={**detail, "record": record_of_revision(keys, row, revision).sha256},
    )


def record(
    session: Session,
    keys: KeyStore,
    row: ConsentRow,
    kind: str,
    *,
    keys_named: set[str],
    now: datetime,
    actor: str = "consumer",
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write the event of a change to a consent."""
    accesslog.record(
        session, event_of(keys, row, kind, keys_named=keys_named, now=now, actor=actor, detail=detail)
    )


def event_of(
    keys: KeyStore,
    row: ConsentRow,
    kind: str,
    *,
    keys_named: set[str],
    now: datetime,
    actor: str = "consumer",
    detail: Mapping[str, object] | None = None,
) -> accesslog.Event:
    """What tells of a change to a consent."""
    return accesslog.Event(
        type=kind,
        at=now,
        actor=actor,
        company=row.company_id,
        client=row.client_id,
        keys=tuple(sorted(keys_named)),
        revision=row.revision,
        about=accesslog.About(
            consumer_id=row.consumer_id,
            thread_id=row.id,
            log_secret=keys.log_secret(row.consumer_id),
            consent_id=row.id,
        ),
        detail={"consent": row.id, **(detail or {})},
    )
