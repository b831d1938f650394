"""Auditors: let in by the operator, until a day, and out again at once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.support.seeds import code
from vrm import accounts
from vrm.errors import Conflict, Denied, Invalid, NotFound
from vrm.ids import new_id

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
UNTIL = NOW + timedelta(days=30)
PASSWORD = "four words and one more"


def grant(house, name="Rosa Canary", until=UNTIL, email=""):
    auditor = accounts.prepare_auditor(house.keys, name=name)
    email = email or f"{auditor.id}@canary.example"
    house.write(
        lambda s: accounts.grant_auditor(s, house.keys, auditor=auditor, email=email, until=until, now=NOW)
    )
    return auditor.id


def come_in(house, email="rosa@canary.example", until=UNTIL):
    """An auditor who made their account; the mandate and the account."""
    named = accounts.prepare_auditor(house.keys, name="Rosa Canary")
    invitation = house.write(
        lambda s: accounts.grant_auditor(s, house.keys, auditor=named, email=email, until=until, now=NOW)
    )
    newcomer = accounts.prepare_newcomer(
        house.keys, house.hasher, email=email, password=PASSWORD, person_id=invitation.person_id
    )
    account = house.write(
        lambda s: accounts.complete_sign_up(s, token=invitation.token, newcomer=newcomer, now=NOW)
    )
    return named.id, account


def holds(house, auditor_id, now=NOW):
    return house.read(lambda s: accounts.holds_mandate(s, auditor_id=auditor_id, now=now))


def active(house, auditor_id, now=NOW):
    return house.read(lambda s: accounts.get_active_auditor(s, house.keys, auditor_id=auditor_id, now=now))


def test_a_mandate_holds_until_its_day(house):
    """From the grant until the moment named, and not at it."""
    auditor_id = grant(house)
    assert active(house, auditor_id).name == "Rosa Canary"
    assert active(house, auditor_id, UNTIL - timedelta(milliseconds=1))
    with pytest.raises(Denied):
        active(house, auditor_id, UNTIL)


def test_ending_works_at_once_and_keeps_the_first_moment(house):
    """An ended mandate stays listed with the moment it ended."""
    auditor_id = grant(house)
    for minutes in (1, 2):
        now = NOW + timedelta(minutes=minutes)
        house.write(lambda s, now=now: accounts.end_auditor(s, auditor_id=auditor_id, now=now))
    with pytest.raises(Denied):
        active(house, auditor_id)
    (listed,) = house.read(lambda s: accounts.list_auditors(s, house.keys))
    assert (listed.ended_at, listed.until) == (NOW + timedelta(minutes=1), UNTIL)


def test_unknown_ended_and_expired_are_one_answer(house):
    """Nobody learns from an id whether there ever was a mandate."""
    ended = grant(house)
    house.write(lambda s: accounts.end_auditor(s, auditor_id=ended, now=NOW))
    said = set()
    for auditor_id, now in ((ended, NOW), (new_id(), NOW), (grant(house), UNTIL)):
        with pytest.raises(Denied) as refusal:
            active(house, auditor_id, now)
        said.add((refusal.value.code, refusal.value.message))
    assert len(said) == 1


def test_names_are_sealed(house):
    """The table holds no name."""
    grant(house)
    rows = house.read(lambda s: s.execute(text("SELECT * FROM auditors")).all())
    assert "Canary" not in repr(rows)
    assert b"Canary" not in bytes(rows[0].sealed_name)


def test_a_mandate_needs_a_name_and_a_future(house):
    """What cannot be meant is refused."""
    with pytest.raises(Invalid):
        grant(house, name=" ")
    with pytest.raises(Invalid):
        grant(house, until=NOW)
    with pytest.raises(NotFound):
        house.write(lambda s: accounts.end_auditor(s, auditor_id=new_id(), now=NOW))


def test_an_account_is_worth_its_mandate(house):
    """The auditor signs in at the auditors' door alone, and the mandate decides at every moment."""
    auditor_id, account = come_in(house)
    assert (account.kind, account.person_id) == ("auditor", auditor_id)
    with pytest.raises(accounts.WrongCredentials):
        house.sign_in("rosa@canary.example", PASSWORD)
    started = house.sign_in("rosa@canary.example", PASSWORD, kind="auditor")
    assert house.find(started.token).kind == "auditor"
    assert holds(house, auditor_id) and not holds(house, auditor_id, UNTIL)
    house.write(lambda s: accounts.end_auditor(s, auditor_id=auditor_id, now=NOW))
    assert house.find(started.token) is None
    assert not holds(house, auditor_id)
    house.write(lambda s: accounts.extend_auditor(s, auditor_id=auditor_id, until=UNTIL, now=NOW))
    assert holds(house, auditor_id)


def test_one_auditor_for_an_address(house):
    """The operator hears that there is one; the same address may be a consumer's besides."""
    house.sign_up("rosa@canary.example", PASSWORD)
    come_in(house)
    with pytest.raises(Conflict) as refusal:
        come_in(house)
    assert refusal.value.code == "auditor_exists"


def test_nobody_makes_an_auditor_of_themselves(house):
    """Asking for a link at the auditors' door gives one that opens nothing, and a letter all the same."""
    asked = house.write(
        lambda s: accounts.invite(
            s, house.keys, email="eve@canary.example", client="192.0.2.1", now=NOW, kind="auditor"
        )
    )
    assert asked.purpose == "nothing"
    with pytest.raises(accounts.LinkExpired):
        house.read(
            lambda s: accounts.get_invitation(s, house.keys, token=asked.token, now=NOW, kind="auditor")
        )
    newcomer = accounts.prepare_newcomer(
        house.keys, house.hasher, email="eve@canary.example", password=PASSWORD
    )
    with pytest.raises(accounts.LinkExpired):
        house.write(lambda s: accounts.complete_sign_up(s, token=asked.token, newcomer=newcomer, now=NOW))


def test_a_link_is_good_at_its_own_door(house):
    """A consumer's link makes no account elsewhere."""
    invitation = house.invite("anna@canary.example")
    for kind in ("company", "auditor"):
        with pytest.raises(accounts.LinkExpired):
            house.read(
                lambda s, kind=kind: accounts.get_invitation(
                    s, house.keys, token=invitation.token, now=NOW, kind=kind
                )
            )


def test_a_token_is_worth_its_mandate(house):
    """Found until it ends, is ended, or the mandate does; another auditor's cannot be ended."""
    auditor_id, _ = come_in(house)
    other, _ = come_in(house, "omar@canary.example")

    def issue(days):
        return house.write(
            lambda s: accounts.issue_auditor_token(
                s, house.keys, auditor_id=auditor_id, name="Canary script", days=days, now=NOW
            )
        )

    def find(token, now=NOW):
        return house.read(lambda s: accounts.find_auditor_by_token(s, token=token, now=now))

    def kept(now=NOW):
        return house.read(
            lambda s: accounts.list_auditor_tokens(s, house.keys, auditor_id=auditor_id, now=now)
        )

    token = issue(60)
    assert find(token) == auditor_id
    assert find(token, UNTIL) is None
    assert find(issue(1), NOW + timedelta(days=1)) is None
    listed = kept()
    assert {each.name for each in listed} == {"Canary script"}
    with pytest.raises(NotFound):
        house.write(lambda s: accounts.end_auditor_token(s, auditor_id=other, token_id=listed[0].id, now=NOW))
    for each in listed:
        house.write(
            lambda s, id=each.id: accounts.end_auditor_token(s, auditor_id=auditor_id, token_id=id, now=NOW)
        )
    assert find(token) is None and kept() == []
    with pytest.raises(Invalid):
        issue(91)
    rows = house.read(lambda s: s.execute(text("SELECT entry FROM log_events")).scalars().all())
    assert not any(token.encode() in bytes(entry) or b"Canary" in bytes(entry) for entry in rows)


@pytest.mark.parametrize("way", ["mandate", "device", "password", "everywhere"])
def test_whatever_shuts_an_auditor_out_shuts_their_programs_out(house, way):
    """A token does not outlive an ended mandate that is extended later, a lost device, a changed password."""
    auditor_id, account = come_in(house)
    token = house.write(
        lambda s: accounts.issue_auditor_token(
            s, house.keys, auditor_id=auditor_id, name="script", days=9, now=NOW
        )
    )
    if way == "mandate":
        house.write(lambda s: accounts.end_auditor(s, auditor_id=auditor_id, now=NOW))
        house.write(lambda s: accounts.extend_auditor(s, auditor_id=auditor_id, until=UNTIL, now=NOW))
    elif way == "device":
        house.write(lambda s: accounts.reset_auditor_factor(s, auditor_id=auditor_id, now=NOW))
    elif way == "everywhere":
        house.write(lambda s: accounts.end_sessions(s, account_id=account.id))
    else:
        accounts.change_password(
            house.database, house.keys, house.hasher, account_id=account.id,
            current=PASSWORD, new=PASSWORD[::-1], token="", now=NOW,
        )  # fmt: skip
    assert house.read(lambda s: accounts.find_auditor_by_token(s, token=token, now=NOW)) is None


def test_a_lost_device_is_replaced_by_the_operator(house):
    """The factor is gone, every session too; the next sign-in begins with a new one."""
    auditor_id, account = come_in(house)
    started = enrol(house, account.id)
    house.write(lambda s: accounts.reset_auditor_factor(s, auditor_id=auditor_id, now=NOW))
    assert house.find(started.token) is None
    again = house.sign_in("rosa@canary.example", PASSWORD, kind="auditor")
    assert not house.find(again.token).has_second_factor


def test_another_link_only_before_the_account(house):
    """An auditor who lost the letter gets another; one who came in does not."""
    auditor_id = grant(house, email="omar@canary.example")
    renewed = house.write(
        lambda s: accounts.renew_invitation(
            s, house.keys, auditor_id=auditor_id, email="omar@canary.example", now=NOW
        )
    )
    assert renewed.person_id == auditor_id
    came, _ = come_in(house)
    with pytest.raises(Conflict):
        house.write(
            lambda s: accounts.renew_invitation(
                s, house.keys, auditor_id=came, email="other@canary.example", now=NOW
            )
        )


def enrol(house, account_id):
    enrolment = house.write(
        lambda s: accounts.begin_second_factor(
            s, house.keys, account_id=account_id, token="", issuer="VRM", label="here"
        )
    )
    started, _ = house.write(
        lambda s: accounts.confirm_second_factor(
            s, house.keys, account_id=account_id, code=code(enrolment.secret, NOW), token="", now=NOW
        )
    )
    return started
