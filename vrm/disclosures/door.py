"""Read, weigh, open, log, and only then answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from keys import CannotOpen, KeyStore, NoKey
from vrm import accesslog, clock, companies, consents, profiles, tokens
from vrm.catalogue import Catalogue
from vrm.db import CommitQueue, Database
from vrm.disclosures.agents import agent_pseudonym
from vrm.disclosures.answers import Answer, Refusal
from vrm.disclosures.drafts import Draft, Reading, commit
from vrm.disclosures.evidence import value_names
from vrm.disclosures.opening import changed_since, fields_behind, fill
from vrm.errors import Unavailable

FIRST, BATCH = 20, 100
"""Disclosures made durable at once in a stream, of which the first few are not kept waiting for more; at most so many
are opened before any leaves."""

_TRIES = 5


@dataclass(frozen=True)
class Reader:
    """Who reads. ``epoch`` is the one the token carries, None for the client's own token.

    ``agent`` is what the client calls whoever of its people or processes reads; None where it does not say.
    ``recognises``: to learn by the subject who it is will do, where no line may be read. ``shown`` is the proof beside
    the token, which is used up in the transaction that makes the read durable.
    """

    client_id: str
    epoch: int | None = None
    agent: str | None = None
    recognises: bool = False
    shown: tokens.Shown | None = None


@dataclass(frozen=True)
class _Facts:
    """What one snapshot of the database says about the consents that are read."""

    client: companies.ClientStanding
    standings: dict[str, consents.Standing]
    verdicts: dict[str, consents.Permitted | consents.Refused]
    sealed: dict[str, list[profiles.Sealed]]
    agent: str | None


class Door:
    """The one way to plaintext. One for each process: its commit queue is shared by all threads."""

    def __init__(self, database: Database, keys: KeyStore, catalogue: Catalogue) -> None:
        self._database = database
        self._keys = keys
        self._catalogue = catalogue
        self._queue = CommitQueue(database, commit)

    def read(
        self, reader: Reader, *, consent_id: str, purpose: str | None, keys: Sequence[str] | None
    ) -> Answer | Refusal:
        """Answer one consent. What is returned is in the log, durably.

        Raises ``tokens.ShownBefore`` for a proof that was used up. Whatever else it raises has used up none.
        """
        return self._read([consent_id], reader, purpose, keys)[0]

    def read_many(
        self, reader: Reader, *, consent_ids: Sequence[str], purpose: str | None, keys: Sequence[str] | None
    ) -> Iterator[Answer | Refusal]:
        """Answer many consents in their order. Each batch is durable before any of it is given out."""
        start, many = 0, FIRST
        while start < len(consent_ids):
            yield from self._read(consent_ids[start : start + many], reader, purpose, keys)
            start, many = start + many, BATCH

    def _read(
        self, consent_ids: Sequence[str], reader: Reader, purpose: str | None, keys: Sequence[str] | None
    ) -> list[Answer | Refusal]:
        done: dict[str, Answer | Refusal] = {}
        for _ in range(_TRIES):
            pending = [consent_id for consent_id in consent_ids if consent_id not in done]
            drafts = self._draft(pending, reader, purpose, keys)
            kept = self._queue.submit(Reading(drafts, reader.shown))
            done |= {
                draft.result.consent_id: draft.result for draft, ok in zip(drafts, kept, strict=True) if ok
            }
            if len(done) == len(set(consent_ids)):
                return [done[consent_id] for consent_id in consent_ids]
        raise Unavailable("The consent is being changed just now. Try again in a moment.")

    def _draft(
        self, consent_ids: Sequence[str], reader: Reader, purpose: str | None, keys: Sequence[str] | None
    ) -> list[Draft]:
        now = clock.now()
        facts = self._database.glance(
            lambda connection: self._gather(connection, consent_ids, reader, purpose, keys, now)
        )
        return [self._outcome(facts, consent_id, purpose, keys, now) for consent_id in consent_ids]

    def _gather(
        self,
        connection: Connection,
        consent_ids: Sequence[str],
        reader: Reader,
        purpose: str | None,
        keys: Sequence[str] | None,
        now: datetime,
    ) -> _Facts:
        if reader.shown is not None and tokens.is_used_up(connection, reader.shown):
            raise tokens.ShownBefore
        client = companies.client_standings(connection, client_ids=[reader.client_id])[reader.client_id]
        standings = consents.standings(connection, client_id=reader.client_id, consent_ids=consent_ids)
        weigh = partial(
            consents.weigh,
            client_may_read=client.may_read,
            notice_version=client.notice_version,
            epoch=reader.epoch,
            purpose=purpose,
            keys=keys,
            now=now,
            recognise=reader.recognises,
        )
        verdicts = {consent_id: weigh(standing) for consent_id, standing in standings.items()}
        permitted = {
            consent_id: verdict
            for consent_id, verdict in verdicts.items()
            if isinstance(verdict, consents.Permitted)
        }
        fields = {
            field
            for verdict in permitted.values()
            for line in verdict.lines
            for field in fields_behind(self._catalogue, line.key)
        }
        owners = [standings[consent_id].consumer_id for consent_id in permitted]
        sealed = profiles.sealed_values(connection, consumer_ids=owners, fields=fields) if owners else {}
        for consent_id, verdict in permitted.items():
            standing = standings[consent_id]
            values = sealed.get(standing.consumer_id, [])
            if changed := changed_since(self._catalogue, verdict.lines, standing.uses, values):
                verdicts[consent_id] = weigh(standing, changed=changed)
        agent = reader.agent and agent_pseudonym(self._keys, company_id=client.company_id, agent=reader.agent)
        return _Facts(client, standings, verdicts, sealed, agent)

    def _outcome(
        self, facts: _Facts, consent_id: str, purpose: str | None, keys: Sequence[str] | None, now: datetime
    ) -> Draft:
        standing = facts.standings.get(consent_id)
        if (
            standing is None
        ):  # unknown, or another client's: both look the same, and nobody's history shows it
            unknown = consents.Refused("not_found", tuple(keys or ()))
            return self._refused(facts, consent_id, None, unknown, purpose, now)
        try:
            verdict = facts.verdicts[consent_id]
            if isinstance(verdict, consents.Refused):
                return self._refused(facts, consent_id, standing, verdict, purpose, now)
            return self._answered(facts, standing, verdict, now)
        except NoKey:  # the person was erased while this was read; others in the batch are not
            erased = consents.Refused("erased", tuple(keys or ()))
            return self._refused(facts, consent_id, None, erased, purpose, now)
        except CannotOpen:  # a stored value is damaged; the operator must look
            damaged = consents.Refused("unreadable", tuple(keys or ()))
            return self._refused(facts, consent_id, standing, damaged, purpose, now)

    def _refused(
        self,
        facts: _Facts,
        consent_id: str,
        standing: consents.Standing | None,
        verdict: consents.Refused,
        purpose: str | None,
        now: datetime,
    ) -> Draft:
        prepared = accesslog.prepare(
            accesslog.Event(
                type="disclosure",
                at=now,
                actor="client",
                company=facts.client.company_id,
                client=facts.client.client_id,
                agent=facts.agent,
                purpose=purpose if purpose in self._catalogue.purposes else None,
                keys=tuple(key for key in verdict.keys if key in self._catalogue.keys),
                outcome="refused",
                code=verdict.code,
                revision=None if standing is None else standing.revision,
                about=None if standing is None else self._about(standing),
                detail={} if standing is None else {"consent": consent_id},
            )
        )
        replaced = verdict.code == "superseded"
        refusal = Refusal(
            consent_id, verdict.public, prepared.event_id, prepared.leaf_hash, replaced, verdict.again
        )
        return Draft(refusal, prepared, facts.client.client_id)

    def _answered(
        self, facts: _Facts, standing: consents.Standing, verdict: consents.Permitted, now: datetime
    ) -> Draft:
        about = self._about(standing)
        values = facts.sealed.get(standing.consumer_id, [])
        filled = fill(self._catalogue, self._keys, standing.consumer_id, verdict, values)
        prepared = accesslog.prepare(
            accesslog.Event(
                type="disclosure",
                at=now,
                actor="client",
                company=standing.company_id,
                client=standing.client_id,
                agent=facts.agent,
                purpose=verdict.purpose,
                keys=tuple(sorted(filled.profile)),
                outcome="answered",
                revision=standing.revision,
                about=about,
                detail={
                    "consent": standing.consent_id,
                    "values": value_names(about, filled.versions),
                    "no_value": [each.key for each in filled.omitted if each.reason == "no_value"],
                },
            )
        )
        answer = Answer(
            consent_id=standing.consent_id,
            subject=standing.subject,
            revision=standing.revision,
            purpose=verdict.purpose,
            profile=filled.profile,
            omitted=filled.omitted,
            event_id=prepared.event_id,
            leaf_hash=prepared.leaf_hash,
        )
        return Draft(
            answer,
            prepared,
            standing.client_id,
            standing.consumer_id,
            standing.version,
            standing.notice_version,
            filled.versions,
            tuple(each for each in filled.behind if consents.is_limited(each[0])),
        )

    def _about(self, standing: consents.Standing) -> accesslog.About:
        return accesslog.About(
            consumer_id=standing.consumer_id,
            thread_id=standing.consent_id,
            log_secret=self._keys.log_secret(standing.consumer_id),
            consent_id=standing.consent_id,
        )
