"""Entries: canonical, closed to anything odd, and silent about people."""

import dataclasses
import hmac
import json
from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tamper.small_log import CLIENT, COMPANY, CONSENTS, CONSUMERS, START, about, event
from vrm import clock
from vrm.accesslog import About, BadEvent, Event, UnknownEventType, opens, prepare
from vrm.accesslog.entry import detail_of, read
from vrm.accesslog.types import ACTORS, MEMBERS, TYPES
from vrm.tlog import canonical

READ = event(2)
AGENT = "q83vASNFZ4mrze-_"


def changed(what: Event, member: str, value: Any) -> Event:
    """The event with one member changed."""
    return dataclasses.replace(what, **{member: value})


def test_an_entry_says_what_happened_and_no_more():
    """A disclosure's entry has exactly the members documented, in canonical form."""
    prepared = prepare(READ)
    members = json.loads(prepared.entry)
    assert list(members) == sorted(members)
    assert prepared.entry == json.dumps(members, separators=(",", ":")).encode()
    detail, thread = members.pop("detail"), members.pop("thread")
    assert members == {
        "v": 1,
        "type": "disclosure",
        "time": "2026-03-01T09:30:02.000Z",
        "actor": "client",
        "company": COMPANY,
        "client": CLIENT,
        "purpose": "dpv:ServiceProvision",
        "keys": ["age_over_18", "email"],
        "outcome": "answered",
        "revision": 1,
    }
    assert detail == canonical.b64url(sha256(prepared.opening).digest())
    assert thread == canonical.b64url(hmac.digest(b"\x01" * 32, CONSENTS[0].encode(), "sha256"))
    assert prepared.leaf_hash == sha256(b"\x00" + prepared.entry).digest()


def test_no_person_and_no_consent_in_clear():
    """Neither the consumer's nor the consent's nor the event's id is anywhere in an entry."""
    for number in range(10):
        prepared = prepare(event(number))
        text = prepared.entry.decode()
        for secret in (*CONSUMERS, *CONSENTS, prepared.event_id):
            assert secret not in text
            assert secret.replace("-", "") not in text


def test_the_opening_opens_the_commitment_and_nothing_else_does():
    """Salt and detail give the commitment; another event's opening does not."""
    one, two = prepare(READ), prepare(READ)
    assert one.entry != two.entry, "a commitment has its own salt"
    assert opens(one.entry, one.opening)
    assert not opens(one.entry, two.opening)
    assert detail_of(one.opening) == {**READ.detail, "event": one.event_id}


def test_a_thread_ties_one_consent_and_never_two():
    """Same person, same consent: same thread. Another consent, or another person: another thread."""

    def thread(of: About) -> object:
        return read(prepare(dataclasses.replace(READ, about=of)).entry)["thread"]

    assert thread(about(0, 0)) == thread(about(0, 0))
    assert len({thread(about(0, 0)), thread(about(0, 1)), thread(about(1, 0)), thread(about(1, 1))}) == 4


@pytest.mark.parametrize("name", sorted(TYPES))
def test_every_type_holds_its_members(name):
    """Each type accepts what it must have, refuses to go without, and refuses what it has no place for."""
    kind = TYPES[name]
    values: dict[str, Any] = {
        "company": COMPANY, "client": CLIENT, "purpose": "dpv:ServiceProvision", "keys": ("email",),
        "outcome": min(kind.outcomes, default="answered"), "revision": 1, "agent": AGENT,
        "code": "notice" if "code" in kind.required else None,
    }  # fmt: skip
    known: dict[str, Any] = {member: values[member] for member in kind.required}
    who = None if kind.person == "never" else about()
    good = Event(name, START, "system", about=who, **known)
    assert read(prepare(good).entry)["type"] == name
    for member in kind.required:
        with pytest.raises(BadEvent, match=member):
            prepare(changed(good, member, () if member == "keys" else None))
    for member in MEMBERS - kind.required - kind.optional - {"code"}:
        with pytest.raises(BadEvent, match=member):
            prepare(changed(good, member, values[member]))
    if kind.person != "maybe":
        with pytest.raises(BadEvent, match="person"):
            prepare(dataclasses.replace(good, about=about() if who is None else None))


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("type", "disclosure "), ("type", "consumer.named"), ("actor", "Ada Lovelace"), ("company", "Acme"),
        ("company", COMPANY + " "), ("client", "ada@example.com"), ("purpose", "because"),
        ("purpose", "dpv:Service Provision"), ("purpose", "dpv:" + "x" * 64), ("keys", ("Email",)),
        ("keys", ("ada@example.com",)), ("keys", ("email\n",)), ("keys", "email"), ("keys", (1,)),
        ("keys", ("a" * 65,)), ("keys", tuple(f"k{n}" for n in range(501))), ("outcome", "perhaps"),
        ("outcome", "refused"), ("code", "it_was_answered"), ("revision", 0), ("revision", True),
        ("revision", 2**31), ("revision", "1"), ("agent", "desk-7"), ("agent", AGENT + "A"),
        ("agent", AGENT[:-1] + "="), ("agent", AGENT.encode()), ("at", datetime(2026, 3, 1, 9, 30)),  # noqa: DTZ001
        ("detail", {"event": "mine"}), ("detail", {"n": float("nan")}), ("detail", {"n": object()}),
        ("detail", {"n": "\ud800"}), ("detail", {"\ud800": 1}), ("detail", {1: 1}), ("detail", {"n": 2**60}),
        ("detail", {"n": "x" * 70_000}), ("about", About("Ada", CONSENTS[0], b"s" * 32)),
        ("about", About(CONSUMERS[0], "all", b"s" * 32)), ("about", About(CONSUMERS[0], CONSENTS[0], b"short")),
        ("about", About(CONSUMERS[0], CONSENTS[0], b"s" * 32, "mine")),
    ],
)  # fmt: skip
def test_nothing_odd_gets_in(member, value):
    """A member that is not in the form the log allows is refused before anything is written."""
    with pytest.raises(BadEvent):
        prepare(changed(READ, member, value))


def test_an_unknown_type_has_its_own_error():
    """Adding a type is a decision, not an accident."""
    with pytest.raises(UnknownEventType):
        prepare(dataclasses.replace(READ, type="consumer.named"))


def test_an_agent_is_a_pseudonym_that_may_be_left_out():
    """A read says which agent read, where the client said so; without, the entry is what it always was."""
    assert read(prepare(dataclasses.replace(READ, agent=AGENT)).entry)["agent"] == AGENT
    assert "agent" not in read(prepare(READ).entry)


def test_refusals_have_codes():
    """A refused read says why; an answered one has nothing to say."""
    refused = dataclasses.replace(READ, outcome="refused", code="consent_revoked")
    assert read(prepare(refused).entry)["code"] == "consent_revoked"


def test_keys_are_a_set():
    """Order and doubles in what the caller gives do not show in the entry."""
    prepared = prepare(dataclasses.replace(READ, keys=("email", "age_over_18", "email")))
    assert read(prepared.entry)["keys"] == ["age_over_18", "email"]


def test_a_secret_does_not_show_in_a_trace():
    """The person's log secret and the opening are in no repr."""
    prepared = prepare(
        dataclasses.replace(READ, about=About(CONSUMERS[0], CONSENTS[0], b"secret" * 5 + b"!!"))
    )
    assert "secret" not in repr(prepared)
    assert "opening" not in repr(prepared)


@given(
    st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.integers(-9, 9) | st.booleans(), max_size=4)
)
def test_any_plain_detail_can_be_opened_again(detail):
    """What went in comes out of the opening."""
    if "event" not in detail:
        prepared = prepare(dataclasses.replace(READ, detail=detail))
        assert detail_of(prepared.opening) == {**detail, "event": prepared.event_id}


def test_time_is_utc_to_the_millisecond():
    """The time in an entry is what the clock writes."""
    at = datetime.fromisoformat("2026-03-01T10:30:00.123999+01:00")
    assert read(prepare(dataclasses.replace(READ, at=at)).entry)["time"] == clock.rfc3339(at)
    assert clock.rfc3339(at) == "2026-03-01T09:30:00.123Z"


def test_actors_are_kinds():
    """The kinds of actor are words of the field, none of them a person's."""
    assert {"consumer", "client", "operator", "system"} <= ACTORS
