"""Outcomes that wait for their event, and the commit that looks at their consents and values once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from vrm import accesslog, clock, companies, consents, profiles, tokens
from vrm.disclosures.answers import Answer, Refusal


@dataclass(frozen=True)
class Draft:
    """An outcome that waits for its event to be durable. ``version`` None: a refusal, which needs no re-check.

    ``values`` are those opened for it. ``limited``: lines among those read that may not be read as often as one likes,
    each with those of the values that it rests on.
    """

    result: Answer | Refusal
    prepared: accesslog.Prepared
    client_id: str
    consumer_id: str | None = None
    version: int | None = None
    notice_version: int = 0
    values: tuple[profiles.Version, ...] = ()
    limited: Sequence[tuple[consents.GrantedLine, Sequence[profiles.Version]]] = ()

    @property
    def place(self) -> tuple[str, str]:
        """Where its consent lives."""
        return self.consumer_id or "", self.result.consent_id


@dataclass(frozen=True)
class Reading:
    """What one reader waits for. ``shown`` is used up with the drafts, if all of them are written."""

    drafts: Sequence[Draft]
    shown: tokens.Shown | None = None


def commit(connection: Connection, readings: Sequence[Reading]) -> list[list[bool]]:
    """Write the events of those drafts whose consent still stands as it was weighed, and whose values are still current.

    The consents, clients, companies and values are share-locked and looked at again in this very transaction, so no
    answer is committed after a revoke, nor of a value after it was replaced. A draft that lost the race is not
    written; its reader weighs again.
    Raises ``tokens.ShownBefore`` where a proof among them was used up meanwhile, and then nothing may be committed.
    """
    drafts = [draft for reading in readings for draft in reading.drafts]
    answers = [draft for draft in drafts if draft.version is not None]
    versions: dict[str, tuple[int, datetime]] = {}
    clients: dict[str, companies.ClientStanding] = {}
    current: set[tuple[str, profiles.Version]] = set()
    uses: dict[str, consents.Uses] = {}
    if answers:
        limited = [draft.place for draft in answers if draft.limited]
        places = [draft.place for draft in answers]
        versions = consents.lock_versions(connection, places=places, alone=bool(limited))
        uses = {**consents.uses_of(connection, limited)}
        ids = sorted({draft.client_id for draft in answers})
        clients = companies.client_standings(connection, client_ids=ids, lock=True)
    if opened := {field for draft in answers for field, _, _ in draft.values}:
        owners = {draft.consumer_id or "" for draft in answers}
        current = profiles.lock_current(connection, consumer_ids=owners, fields=opened)
    now = clock.now()

    def stands(draft: Draft) -> bool:
        if draft.version is None:
            return True
        version, expires_at = versions.get(draft.result.consent_id, (0, now))
        client = clients[draft.client_id]
        agreed = client.may_read and client.notice_version == draft.notice_version
        if not agreed or version != draft.version or expires_at <= now:
            return False
        if not all((draft.consumer_id, version) in current for version in draft.values):
            return False
        if not draft.limited:
            return True
        consumer_id, consent_id = draft.place
        begun = consents.take_uses(
            connection,
            consumer_id=consumer_id,
            consent_id=consent_id,
            lines=draft.limited,
            uses=uses[consent_id],
            now=now,
        )
        if begun is None:
            return False
        uses[consent_id] = {
            **uses[consent_id],
            **begun,
        }  # for another reader of the same consent in this group
        return True

    kept = [[stands(draft) for draft in reading.drafts] for reading in readings]
    shown = [reading.shown for reading, oks in zip(readings, kept, strict=True) if all(oks)]
    tokens.use_up(connection, [each for each in shown if each is not None])
    accesslog.append(
        connection,
        [
            draft.prepared
            for reading, oks in zip(readings, kept, strict=True)
            for draft, ok in zip(reading.drafts, oks, strict=True)
            if ok
        ],
    )
    return kept
