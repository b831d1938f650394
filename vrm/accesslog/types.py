"""The types of events this version writes, as data. Types and versions only ever add.

Every entry has ``v``, ``type``, ``time``, ``actor`` and ``detail``; what else it must or may have is said here,
type by type. A type that is not here is refused. ``docs/log.md`` shows one of each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

ACTORS = frozenset({"consumer", "company", "client", "operator", "auditor", "system"})
"""Kinds of actor. Who it was is never said in clear."""

ANSWERED, REFUSED = "answered", "refused"


@dataclass(frozen=True)
class EventType:
    """What an entry of one type holds.

    ``person`` tells whether it is about a consumer: such an entry has a ``thread`` and can be looked up by
    that person until they are forgotten.
    """

    summary: str
    required: frozenset[str]
    optional: frozenset[str] = frozenset()
    outcomes: frozenset[str] = frozenset()
    person: Literal["always", "maybe", "never"] = "never"


def _consent(summary: str, required: str) -> EventType:
    needed = frozenset({"company", "client", *required.split()})
    return EventType(summary, needed, frozenset({"keys", "purpose", "code"}) - needed, person="always")


def _company(summary: str) -> EventType:
    return EventType(summary, frozenset({"company"}), frozenset({"code"}))


def _person(summary: str) -> EventType:
    """Company people are no consumers: such an entry has no thread, and who it was is in the opening alone."""
    return EventType(summary, frozenset({"company", "code"}))


def _client(summary: str) -> EventType:
    return EventType(summary, frozenset({"company", "client"}), frozenset({"code"}))


def _house(summary: str) -> EventType:
    return EventType(summary, frozenset(), frozenset({"code"}))


TYPES: Mapping[str, EventType] = MappingProxyType(
    {
        "disclosure": EventType(
            "A read by an authenticated client: answered, or refused with a code.",
            required=frozenset({"company", "client", "outcome"}),
            optional=frozenset({"purpose", "keys", "code", "revision", "agent"}),
            outcomes=frozenset({ANSWERED, REFUSED}),
            person="maybe",  # a refused read may name a consent that is nobody's
        ),
        "consent.granted": _consent(
            "A consumer granted an ask; keys are those granted, none for signing in alone.", "revision"
        ),
        "consent.amended": _consent(
            "A consumer allowed a consent to be changed; keys are those it has now.", "revision"
        ),
        "consent.narrowed": _consent(
            "A consumer took lines out of a consent; keys are those left.", "revision"
        ),
        "consent.extended": _consent(
            "A consumer let a consent run longer; keys are those it has.", "revision"
        ),
        "consent.shortened": _consent(
            "A consumer let a consent end sooner; keys are those it has.", "revision"
        ),
        "consent.paused": _consent(
            "A consumer paused a consent: nothing is read under it; keys are those it has.", "revision"
        ),
        "consent.resumed": _consent("A consumer resumed a consent; keys are those it has.", "revision"),
        "consent.used": _consent(
            "A consent ended by itself: every line of it was for once, and was read; keys are those it had.",
            "revision",
        ),
        "consent.revoked": _consent("A consumer revoked a consent; keys are those it had.", "revision"),
        "consent.returned": _consent("A client gave a consent back; keys are those it had.", "revision"),
        "consent.signed_in": _consent(
            "A consumer signed in again under a consent that stands, with nothing to decide.", "revision"
        ),
        "consent.expired": _consent("A consent came to its end; keys are those it had.", "revision"),
        "consent.refused": EventType(
            "A consumer refused an ask; keys are those asked for.",
            required=frozenset({"company", "client"}),
            optional=frozenset({"purpose", "keys", "outcome"}),
            outcomes=frozenset({REFUSED}),
            person="always",
        ),
        "value.proposed": EventType(
            "A client proposed a value for somebody's profile; keys are what for. Only the person takes it over.",
            required=frozenset({"company", "client", "keys"}),
            person="always",
        ),
        "ask.unanswered": _client(
            "A request that waited at a desk is over and nobody had allowed it; nothing says whom it reached."
        ),
        "company.blocked": EventType(
            "A consumer blocked a company: it cannot reach them by itself any more.",
            required=frozenset({"company"}),
            person="always",
        ),
        "company.unblocked": EventType(
            "A consumer lifted a block of theirs.", required=frozenset({"company"}), person="always"
        ),
        "consumer.erased": EventType(
            "The key of a consumer was destroyed; nothing here says whose it was.", required=frozenset()
        ),
        "company.registered": _company("A company was registered; it may ask nobody anything yet."),
        "company.domain_proved": _company("A company proved that it controls its web domain."),
        "company.approved": _company("The operator approved a company; its clients may ask."),
        "company.suspended": _company("The operator suspended a company; every read of it is refused."),
        "company.resumed": _company("The operator lifted a company's suspension."),
        "company.changed": EventType(
            "A company changed what it says of itself; the code says which part.",
            required=frozenset({"company", "code"}),
        ),
        "company.person_invited": _person("Somebody was invited into a company, in the role the code says."),
        "company.invitation_withdrawn": _person("An invitation into a company was withdrawn unused."),
        "company.person_joined": _person("Somebody joined a company, in the role the code says."),
        "company.person_role_changed": _person("Somebody has another role in a company, as the code says."),
        "company.person_ended": _person("Somebody left a company, or was off-boarded; the code is the role."),
        "company.exported": _person("A company exported what it holds; the code says consents or reads."),
        "client.registered": _client("A company registered a client."),
        "client.changed": _client("A client's registration changed: its keys, addresses or name."),
        "client.suspended": _client("A client was suspended; every read of it is refused."),
        "client.resumed": _client("A client's suspension was lifted."),
        "auditor.granted": _house("The operator let an auditor review the log until a day."),
        "auditor.invited_again": _house("Another link went to an auditor who had not come in yet."),
        "auditor.ended": _house("An auditor's mandate was ended before its day."),
        "auditor.factor_reset": _house("The operator forgot an auditor's second factor; they enrol anew."),
        "auditor.signed_in": _house("An auditor came in, with password and second factor."),
        "auditor.token_made": _house("An auditor made a token for a program of theirs."),
        "auditor.token_ended": _house("An auditor ended a token before its day."),
        "audit.viewed": EventType(
            "An auditor looked at the log; the code says at what, the opening who and how it was narrowed.",
            required=frozenset({"code"}),
        ),
        "case.opened": _house("An auditor opened a case file; the opening says who and which."),
        "case.changed": EventType(
            "An auditor added to a case file, or closed or reopened it, as the code says.",
            required=frozenset({"code"}),
        ),
        "anomaly.changed": EventType(
            "An alarm was looked into, or is open again, as the code says; the opening says which.",
            required=frozenset({"code"}),
        ),
        "case.exported": EventType(
            "A signed bundle was taken out; the code says whether of a case or an exposure, the opening its hash.",
            required=frozenset({"code"}),
        ),
        "exposure.traced": EventType(
            "The operator worked out whose reads a file holds; the code says whether they were counted or notified.",
            required=frozenset({"code"}),
        ),
        "log.exported": _house(
            "The log was exported; the code says whether all of it, a selection, or into an archive."
        ),
        "log.begun_anew": _house(
            "The log that was before has ended, its newest leaves lost; this one follows it under another origin."
        ),
        "keys.rotated": _house("Every key is wrapped by the KEK that is current now."),
        "keys.retired": _house("An old KEK, which wrapped nothing any more, was deleted for ever."),
        "keys.signing_rotated": _house(
            "A new key that signs ID tokens was published and signs soon after; or, as the code says, one for receipts."
        ),
        "keys.log_rotated": EventType(
            "The log's key changes: the code says whether a second key signs too, or the first is gone.",
            required=frozenset({"code"}),
        ),
        "backup.made": _house("A backup was made; it holds the log up to some entry before this one."),
        "backup.restored": _house("The instance goes on from a backup; what came after that backup is lost."),
    }
)

MEMBERS = frozenset({"company", "client", "agent", "purpose", "keys", "outcome", "code", "revision"})
"""Members in clear that a type may ask for."""
