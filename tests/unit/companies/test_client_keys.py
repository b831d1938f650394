"""Keys over time: overlap, end, warnings."""

from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwk

from vrm import companies
from vrm.companies import BadKeys
from vrm.errors import Conflict, Invalid, NotFound

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def client(office):
    return office.new_client(office.approved())


def add(office, client, kid, now=NOW):
    (new,) = office.jwks(kid)["keys"]
    return office.do(companies.add_client_key, client_id=client.id, jwk=new, now=now)


def retire(office, client, kid, until, now=NOW):
    return office.do(companies.retire_client_key, client_id=client.id, kid=kid, until=until, now=now)


def good(client, now=NOW):
    return [key["kid"] for key in client.jwks_at(now)["keys"]]


def test_old_and_new_overlap_then_the_old_is_worth_nothing(office, client):
    """To the very moment; other keys are not touched."""
    add(office, client, "two")
    changed = retire(office, client, "one", NOW + 7 * DAY)
    assert good(changed) == ["one", "two"]
    assert good(changed, NOW + 7 * DAY - timedelta(milliseconds=1)) == ["one", "two"]
    assert good(changed, NOW + 7 * DAY) == ["two"]
    again = office.database.read(lambda s: companies.get_client(s, client_id=client.id))
    assert again == changed
    codes = [entry.get("code") for entry in office.entries() if entry["type"] == "client.changed"]
    assert sorted(codes) == ["key_added", "key_retired"]


@pytest.mark.parametrize("until", [NOW - DAY, NOW, NOW + 30 * DAY + timedelta(seconds=1)])
def test_an_overlap_lies_ahead_and_is_at_most_thirty_days(office, client, until):
    """Anything else is refused, and the key goes on as it was."""
    with pytest.raises(Invalid) as refusal:
        retire(office, client, "one", until)
    assert refusal.value.field == "until"
    assert good(office.do(companies.get_client, client_id=client.id), NOW + 400 * DAY) == ["one"]


def test_an_end_can_only_come_nearer(office, client):
    """Or thirty days could be asked for again and again."""
    retire(office, client, "one", NOW + 7 * DAY)
    with pytest.raises(Invalid):
        retire(office, client, "one", NOW + 8 * DAY)
    assert good(retire(office, client, "one", NOW + DAY), NOW + DAY) == []
    with pytest.raises(NotFound):
        retire(office, client, "one", NOW + 2 * DAY, now=NOW + DAY)  # it is over


def test_a_key_is_removed_at_once_the_last_one_too(office, client):
    """A stolen key must be able to go whatever the consequence."""
    gone = office.do(companies.remove_client_key, client_id=client.id, kid="one", now=NOW)
    assert gone.keys == ()
    with pytest.raises(NotFound):
        office.do(companies.remove_client_key, client_id=client.id, kid="one", now=NOW)


def test_a_kid_is_free_again_once_its_key_is_over(office, client):
    """And not before."""
    with pytest.raises(Conflict) as refusal:
        add(office, client, "one")
    assert refusal.value.code == "kid_taken"
    retire(office, client, "one", NOW + DAY)
    changed = add(office, client, "one", now=NOW + DAY)
    assert (good(changed, NOW + DAY), len(changed.keys)) == (["one"], 1)


def test_twenty_keys_are_enough_and_private_ones_refused(office, client):
    """As for a whole set."""
    changed = office.do(
        companies.change_client, client_id=client.id, jwks=office.jwks(*map(str, range(20))), now=NOW
    )
    with pytest.raises(BadKeys):
        add(office, changed, "more")
    with pytest.raises(BadKeys, match="private"):
        office.do(companies.add_client_key, client_id=client.id, jwk={"kty": "EC", "d": "x"}, now=NOW)


def test_the_same_key_in_a_new_set_keeps_its_age(office, client):
    """Another key under its kid does not."""
    old = dict(client.keys[0].jwk)

    def put(*keys):
        later = NOW + timedelta(hours=1)
        changed = office.do(
            companies.change_client, client_id=client.id, jwks={"keys": list(keys)}, now=later
        )
        return {key.kid: (key.added_at, key.until) for key in changed.keys}

    (two,) = office.jwks("two")["keys"]
    assert put(two, old) == {"one": (NOW, None), "two": (NOW + timedelta(hours=1), None)}
    assert put({**two, "kid": "one"}) == {"one": (NOW + timedelta(hours=1), None)}


def test_keys_of_two_kinds_under_one_kid(office, client):
    """Each keeps its age whichever comes first, one of them can be replaced, and they end together."""
    first = dict(client.keys[0].jwk)
    rsa = {**jwk.generate_key("RSA", 2048).as_dict(private=False), "kid": "one"}
    office.do(companies.add_client_key, client_id=client.id, jwk=rsa, now=NOW + DAY)
    with pytest.raises(Conflict):
        office.do(companies.add_client_key, client_id=client.id, jwk=rsa, now=NOW + DAY)
    (other,) = office.jwks("one")["keys"]
    for number, keys in enumerate([[rsa, first], [other, rsa], [rsa], [rsa, first]], start=2):
        at = NOW + number * DAY
        changed = office.do(companies.change_client, client_id=client.id, jwks={"keys": keys}, now=at)
        assert {key["kty"] for key in changed.jwks_at(at)["keys"]} == {key["kty"] for key in keys}
        since = {key.jwk["kty"]: key.added_at for key in changed.keys}
        assert (since["RSA"], {key.kid for key in changed.keys}) == (NOW + DAY, {"one"})
    assert since["EC"] == NOW + 5 * DAY
    ending = retire(office, client, "one", NOW + 7 * DAY, now=NOW + 6 * DAY)
    assert good(ending, NOW + 7 * DAY) == []
    gone = office.do(companies.remove_client_key, client_id=client.id, kid="one", now=NOW + 6 * DAY)
    assert good(gone, NOW + 6 * DAY) == []


def test_what_was_ended_does_not_come_back(office, client):
    """Retired or removed: by its set, alone, under its kid or another one, and after its row was swept."""
    one, (two,) = dict(client.keys[0].jwk), office.jwks("two")["keys"]
    rsa = {**jwk.generate_key("RSA", 2048).as_dict(private=False), "kid": "one"}
    retire(office, client, "one", NOW + 7 * DAY)
    office.do(companies.add_client_key, client_id=client.id, jwk=rsa, now=NOW + DAY)
    office.do(companies.remove_client_key, client_id=client.id, kid="one", now=NOW + 2 * DAY)
    for later in (NOW + 3 * DAY, NOW + 50 * DAY):
        office.do(companies.sweep, now=later)
        for key in (one, rsa, {**one, "kid": "other"}):
            with pytest.raises(Conflict) as refusal:
                office.do(companies.add_client_key, client_id=client.id, jwk=key, now=later)
            assert refusal.value.code == "key_ended"
        given = {"keys": [one, rsa, {**one, "kid": "other"}, two]}
        changed = office.do(companies.change_client, client_id=client.id, jwks=given, now=later)
        assert good(changed, later) == ["two"]


def test_another_key_under_a_kid_that_is_over(office, client):
    """It is taken as the new key it is, alone and with its set, with no end of its own."""
    for number in range(1, 4):
        at = NOW + number * DAY
        retire(office, client, "one", at, now=at - DAY)
        (new,) = office.jwks("one")["keys"]
        if number == 2:
            changed = office.do(companies.add_client_key, client_id=client.id, jwk=new, now=at)
        else:
            changed = office.do(companies.change_client, client_id=client.id, jwks={"keys": [new]}, now=at)
        assert [(key.jwk["x"], key.until) for key in changed.keys] == [(new["x"], None)]


def test_what_is_over_is_bounded(office, client):
    """However often a whole set is retired and replaced."""
    for number in range(3):
        kids = [f"{number}-{each}" for each in range(20)]
        changed = office.do(companies.change_client, client_id=client.id, jwks=office.jwks(*kids), now=NOW)
        for kid in kids:
            changed = retire(office, client, kid, NOW + DAY)
        assert len(changed.keys) == 20


def test_what_is_over_makes_room(office, client):
    """A client that changes keys often is not stopped by those it had."""
    for number in range(25):
        at = NOW + number * DAY
        (key,) = office.jwks(str(number))["keys"]
        office.do(companies.add_client_key, client_id=client.id, jwk=key, now=at)
        changed = retire(office, client, str(number), at + DAY, now=at)
    assert (good(changed, at), len(changed.keys)) == (["one", "24"], 20)


def test_a_retired_key_stays_retired(office, client):
    """However it is sent again: with its set, after it was left out, once it is over."""
    one, (two,) = dict(client.keys[0].jwk), office.jwks("two")["keys"]
    retire(office, client, "one", NOW + 7 * DAY)

    def put(*keys, now=NOW):
        given = {"client_id": client.id, "jwks": {"keys": list(keys)}, "now": now}
        return office.do(companies.change_client, **given)

    for _ in range(2):
        changed = put(one, two)
        assert (good(changed), good(changed, NOW + 7 * DAY)) == (["one", "two"], ["two"])
    assert good(put(two, now=NOW + DAY), NOW + DAY) == ["two"]
    for later in (NOW + DAY, NOW + 8 * DAY):
        assert good(put(one, two, now=later), later) == ["two"]


def test_warnings(office, client):
    """Each when it is time, and not when there is another key to go on with."""

    def warned(client, now=NOW):
        return [(warning.code, warning.kid) for warning in companies.key_warnings(client, now)]

    assert warned(client) == warned(client, NOW + 365 * DAY) == []
    assert warned(client, NOW + 366 * DAY) == [("key_old", "one")]
    ending = retire(office, client, "one", NOW + 20 * DAY)
    assert warned(ending) == [("only_key_ending", "one")]
    assert warned(ending, NOW + 6 * DAY) == [("key_ends_soon", "one")]
    assert warned(ending, NOW + 20 * DAY) == [("no_key", None)]
    assert warned(add(office, client, "two"), NOW + 6 * DAY) == []


def test_keys_long_over_are_deleted(office, client):
    """After thirty days; a good one never."""
    add(office, client, "two")
    retire(office, client, "one", NOW + DAY)
    for after, kids in ((30 * DAY, {"one", "two"}), (31 * DAY, {"two"})):
        office.do(companies.sweep, now=NOW + after)
        left = office.database.read(lambda s: companies.get_client(s, client_id=client.id))
        assert {key.kid for key in left.keys} == kids
