"""What may be read now, held against a model that asks the same questions in another way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrm.consents import GrantedLine, Permitted, Refused, Standing, weigh

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEYS = ["name", "email", "address", "age_over_18"]
PURPOSES = ["dpv:DeliveryOfGoods", "dpv:Advertising", "dpv:AgeVerification"]


def line(key, purpose):
    return GrantedLine(key, key, purpose, True, "", "when_needed")


places = st.tuples(st.sampled_from(KEYS), st.sampled_from(PURPOSES))
moments = st.integers(-2, 2).map(lambda seconds: NOW + timedelta(seconds=seconds))
standings = st.builds(
    Standing,
    consumer_id=st.just("consumer"),
    consent_id=st.just("consent"),
    client_id=st.just("client"),
    company_id=st.just("company"),
    subject=st.just("subject"),
    state=st.sampled_from(["active", "active", "active", "revoked", "expired", "used"]),
    version=st.integers(1, 3),
    epoch=st.integers(1, 2),
    revision=st.just(1),
    notice_version=st.integers(1, 2),
    expires_at=st.one_of(st.just(NOW + timedelta(days=9)), moments),
    paused=st.booleans(),
    lines=st.lists(places, unique=True, max_size=6).map(
        lambda chosen: tuple(line(*place) for place in chosen)
    ),
)
reads = st.fixed_dictionaries(
    {
        "client_may_read": st.sampled_from([True, True, True, False]),
        "notice_version": st.integers(1, 2),
        "epoch": st.sampled_from([None, 1, 2]),
        "purpose": st.sampled_from([None, *PURPOSES, "dpv:Marketing"]),
        "keys": st.none() | st.lists(st.sampled_from([*KEYS, "birthdate"]), min_size=1, max_size=4),
    }
)


@given(standings, reads)
def test_a_read_is_permitted_exactly_when_everything_allows_it(standing, read):
    """Client, state, time, notice, epoch, purpose and keys must each say yes; then just those lines come out."""
    verdict = weigh(standing, now=NOW, **read)
    purposes = {each.purpose for each in standing.lines}
    meant = purposes if read["purpose"] is None else purposes & {read["purpose"]}
    stands = (
        read["client_may_read"]
        and standing.state == "active"
        and standing.expires_at > NOW
        and not standing.paused
        and standing.notice_version == read["notice_version"]
        and read["epoch"] in (None, standing.epoch)
        and len(meant) == 1
    )
    wanted = [
        each
        for each in standing.lines
        if each.purpose in meant and (read["keys"] is None or each.key in read["keys"])
    ]
    if stands and wanted:
        assert isinstance(verdict, Permitted)
        assert list(verdict.lines) == wanted
        assert {verdict.purpose} == meant
        assert set(verdict.not_granted) == set(read["keys"] or ()) - {each.key for each in wanted}
    else:
        assert isinstance(verdict, Refused)


@given(standings, reads)
def test_a_company_cannot_tell_how_a_consent_ended(standing, read):
    """Whatever ended it, the code the company may know is the same; what happened stays with the person."""
    ended = [
        replace(standing, state="revoked"),
        replace(standing, state="expired"),
        replace(standing, state="active", expires_at=NOW),
        replace(standing, state="active", notice_version=9, paused=False),
    ]
    verdicts = [weigh(each, now=NOW, **(read | {"client_may_read": True})) for each in ended]
    assert {each.public for each in verdicts if isinstance(each, Refused)} == {"consent_ended"}
    assert all(isinstance(each, Refused) for each in verdicts)
    assert [each.code for each in verdicts if isinstance(each, Refused)][:2] == ["revoked", "expired"]


BASE = Standing(
    "consumer", "consent", "client", "company", "subject", "active", 1, 1, 1, 1, NOW + timedelta(days=1), False,
    (line("name", PURPOSES[0]), line("email", PURPOSES[0]), line("email", PURPOSES[1])),
)  # fmt: skip
READ: dict[str, Any] = {
    "client_may_read": True,
    "notice_version": 1,
    "epoch": 1,
    "purpose": PURPOSES[0],
    "keys": None,
}


@pytest.mark.parametrize(
    ("standing", "read", "code"),
    [
        ({}, {"client_may_read": False}, "client_suspended"),
        ({"state": "revoked"}, {"client_may_read": False}, "client_suspended"),
        ({"state": "revoked"}, {}, "revoked"),
        ({"expires_at": NOW}, {}, "expired"),
        ({"notice_version": 2}, {}, "notice_changed"),
        ({"notice_version": 2, "paused": True}, {}, "paused"),
        ({"epoch": 2}, {}, "superseded"),
        ({}, {"purpose": None}, "purpose_required"),
        ({}, {"purpose": "dpv:Marketing"}, "purpose_not_permitted"),
        ({"lines": ()}, {"purpose": None}, "keys_not_permitted"),
        ({}, {"keys": ["address"]}, "keys_not_permitted"),
        ({}, {"purpose": PURPOSES[1], "keys": ["name"]}, "keys_not_permitted"),
    ],
)
def test_each_refusal_has_its_code(standing, read, code):
    """The first question that is answered with no names the refusal."""
    verdict = weigh(replace(BASE, **standing), now=NOW, **(READ | read))
    assert isinstance(verdict, Refused)
    assert verdict.code == code


def test_a_key_granted_for_one_purpose_is_not_granted_for_another():
    """``name`` was allowed for the delivery; advertising gets the address line it was given and no name."""
    verdict = weigh(BASE, now=NOW, **(READ | {"purpose": PURPOSES[1], "keys": ["name", "email"]}))
    assert isinstance(verdict, Permitted)
    assert [each.key for each in verdict.lines] == ["email"]
    assert verdict.not_granted == ("name",)
