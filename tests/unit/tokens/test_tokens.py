"""Codes count once, tokens end when they must, and nothing is stored that could be used."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.support import seeds
from vrm import clock, tokens
from vrm.ids import new_id, new_secret, secret_hash
from vrm.tokens import CODE_LIFE, PUSHED_LIFE, Grantee, Shown
from vrm.tokens.models import AuthorizationCode, PushedRequest, SeenJti, Token
from vrm.tokens.pushed import MOST_UNPUSHED


@pytest.fixture
def grantee():
    return Grantee(new_id(), new_id(), new_id(), 1)


def issue_code(database, grantee, now=None):
    code = new_secret()
    database.write(
        lambda db: tokens.issue_code(
            db, code, grantee=grantee, redirect_uri="https://shop.example/cb", code_challenge="x", scope="",
            now=now or clock.now(),
        )
    )  # fmt: skip
    return code


def issue(database, grantee, kind="access", code_hash=None, life=timedelta(minutes=10)):
    secret, now = new_secret(), clock.now()
    database.write(
        lambda db: tokens.issue_token(
            db.connection(),
            secret,
            kind=kind,
            grantee=grantee,
            scope="",
            expires_at=now + life,
            code_hash=code_hash,
            now=now,
        )
    )
    return secret


def find(database, secret, now=None, **more):
    return database.read(lambda db: tokens.find_token(db, secret, now=now or clock.now(), **more))


def redeem(db, code):
    """What the token endpoint does in one transaction: spend the code and write its token, or revoke on replay."""
    row = tokens.find_code(db, code)
    if row is None:
        return None
    now = clock.now()
    if row.used_at is not None:
        tokens.revoke_of_code(db, row.code_hash, now=now)
        return None
    tokens.spend_code(db, row, now=now)
    secret = new_secret()
    owner = Grantee(row.client_id, row.consumer_id, row.consent_id, row.epoch)
    tokens.issue_token(
        db.connection(), secret, kind="access", grantee=owner, scope="", expires_at=now + CODE_LIFE,
        code_hash=row.code_hash, now=now,
    )  # fmt: skip
    return secret


def together(count, work):
    """Run ``work(number)`` in ``count`` threads that begin at one moment; what each gave."""
    start = threading.Barrier(count)

    def run(number):
        start.wait()
        return work(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


def test_a_code_used_a_hundred_times_at_once_counts_once(database, grantee):
    """Exactly one use yields a token; since the others are replays, that token is revoked in the end."""
    code = issue_code(database, grantee)
    won = [
        secret for secret in together(100, lambda _: database.write(lambda db: redeem(db, code))) if secret
    ]
    assert len(won) == 1
    assert database.read(lambda db: db.scalar(select(func.count()).select_from(Token))) == 1
    assert find(database, won[0]) is None


def test_an_assertion_id_counts_once_however_many_show_it(database):
    """Of parallel uses of one ``jti`` exactly one is the first; another client's same ``jti`` is its own."""
    client, until = new_id(), clock.now() + timedelta(minutes=1)

    def use(client_id):
        return database.write(
            lambda db: tokens.see_once(db.connection(), Shown("assertion", client_id, "one", until))
        )

    assert sum(together(20, lambda _: use(client))) == 1
    assert use(client) is False
    assert use(new_id()) is True


def test_a_used_assertion_does_not_spoil_its_transaction(database, grantee):
    """What else the transaction wrote is kept when the ``jti`` was shown before."""
    secret, now = new_secret(), clock.now()

    def work(db):
        tokens.issue_token(
            db.connection(),
            secret,
            kind="access",
            grantee=grantee,
            scope="",
            expires_at=now + CODE_LIFE,
            now=now,
        )
        return tokens.see_once(db.connection(), Shown("assertion", grantee.client_id, "one", now))

    assert database.write(work) is True
    secret = new_secret()
    assert database.write(work) is False
    assert find(database, secret) is not None


def test_a_token_ends_with_its_time_or_its_revocation(database, grantee):
    """Expired to the moment, revoked at once; the kind is part of the question."""
    secret = issue(database, grantee)
    row = find(database, secret)
    assert row is not None
    assert find(database, secret, now=row.expires_at) is None
    assert find(database, secret, now=row.expires_at - timedelta(milliseconds=1)) is not None
    assert find(database, secret, kind="refresh") is None
    database.write(lambda db: tokens.revoke_token(db, row, now=clock.now()))
    assert find(database, secret) is None


def test_revoking_a_refresh_token_takes_its_grants_access_tokens(database, grantee):
    """The refresh token takes what its code yielded with it; an access token goes alone."""
    first, second = secret_hash("first"), secret_hash("second")
    refresh = issue(database, grantee, "refresh", first)
    access, sibling, other = (issue(database, grantee, "access", code) for code in (first, first, second))
    database.write(lambda db: tokens.revoke_token(db, find(database, access), now=clock.now()))
    assert [find(database, secret) is not None for secret in (refresh, access, sibling, other)] == [
        True, False, True, True,
    ]  # fmt: skip
    database.write(lambda db: tokens.revoke_token(db, find(database, refresh), now=clock.now()))
    assert [find(database, secret) is not None for secret in (refresh, sibling, other)] == [
        False,
        False,
        True,
    ]


def test_a_pushed_request_is_its_clients_and_passes(database):
    """Only the client that pushed it finds it, under its whole name, and not after its time; looking changes nothing."""
    client, now = new_id(), clock.now()
    uri = database.write(lambda db: seeds.push(db, client, {"state": "s"}, now))

    def found(client_id=client, request_uri=uri, at=now):
        return database.read(
            lambda db: tokens.find_pushed(db, client_id=client_id, request_uri=request_uri, now=at)
        )

    first = found()
    mark = secret_hash(uri.rpartition(":")[2]).hex()
    assert first == found() == {"state": "s", "pushed": mark, "parked": False}
    assert found(client_id=new_id()) is None
    assert found(request_uri=uri.rpartition(":")[2]) is None
    assert found(request_uri=uri + "x") is None
    assert found(at=now + PUSHED_LIFE) is None

    def use(client_id=client):
        return database.write(
            lambda db: tokens.use_pushed(db, client_id=client_id, mark=first["pushed"], now=now)
        )

    assert use(new_id()) and found() == first  # another client's mark is another request
    assert [use(), use()] == [True, False]
    assert found() is None


def test_what_waits_here_is_used_up_with_what_it_came_from(database):
    """A parked request carries the mark of the pushed one: whoever decides on either decides on both."""
    client, now, hour = new_id(), clock.now(), timedelta(hours=1)

    def find(uri, at=now):
        return database.read(lambda db: tokens.find_pushed(db, client_id=client, request_uri=uri, now=at))

    pushed = database.write(lambda db: seeds.push(db, client, {}, now))
    mark = find(pushed)["pushed"]

    def park(uri=pushed, **params):
        return database.write(
            lambda db: tokens.park_request(
                db, client_id=client, params=params, came_by=uri, now=now, life=hour
            )
        )

    parked = park(pushed=mark)
    late = now + hour - timedelta(seconds=1)
    assert find(parked, late) == {"pushed": mark, "parked": True} and find(pushed, late) is None
    assert park(pushed=mark) == parked != park("another")
    assert database.write(lambda db: tokens.use_pushed(db, client_id=client, mark=mark, now=late))
    assert find(parked, late) is None and find(pushed) is None


def test_who_loads_a_link_again_and_again_drops_their_own(database):
    """Without pushing there is a row for each load, of which so many of a client are kept; no others go for them."""
    now, clients = clock.now(), [new_id(), new_id()]

    def park(db, client, seconds):
        at = now + timedelta(seconds=seconds)
        return tokens.park_request(
            db, client_id=client, params={}, came_by=None, now=at, life=timedelta(hours=1)
        )

    def load(db):
        return park(db, clients[1], 0), [park(db, clients[0], n) for n in range(MOST_UNPUSHED + 2)]

    def push(db):
        uri = seeds.push(db, clients[0], {}, now)
        params = {"pushed": secret_hash(uri.rpartition(":")[2]).hex()}
        return uri, tokens.park_request(
            db, client_id=clients[0], params=params, came_by=uri, now=now, life=timedelta(minutes=2)
        )

    pushed = database.write(push)
    other, uris = database.write(load)

    def find(client, uri):
        return database.read(lambda db: tokens.find_pushed(db, client_id=client, request_uri=uri, now=now))

    assert find(clients[1], other)["parked"] is True
    assert [find(clients[0], uri)["parked"] for uri in pushed] == [False, True]
    assert [find(clients[0], uri) is not None for uri in (*uris[:3], uris[-1])] == [False, False, True, True]


def test_a_token_is_bound_once(database, grantee):
    """One from before tokens were bound takes the first key that is shown with it, and no second one."""
    secret, now = issue(database, grantee, "refresh"), clock.now()

    def bind(jkt):
        def work(db):
            row = tokens.find_token(db, secret, now=now)
            assert row is not None
            return tokens.bind_token(db, row, jkt=jkt)

        return database.write(work)

    assert [bind("one"), bind("other")] == ["one", "one"]


def test_nothing_is_stored_that_could_be_used(database, grantee):
    """Codes, tokens and pushed names are kept as hashes alone."""
    now = clock.now()
    secrets = [
        issue_code(database, grantee),
        issue(database, grantee),
        database.write(lambda db: seeds.push(db, grantee.client_id, {}, now)),
    ]
    stored = database.read(
        lambda db: [
            str(value)
            for table in (AuthorizationCode, Token, PushedRequest)
            for row in db.execute(select(table.__table__))
            for value in row
        ]
    )
    assert not [value for value in stored for secret in secrets if secret.rpartition(":")[2] in value]


def test_sweeping_keeps_what_a_replay_is_recognised_by(database, grantee):
    """What expired goes, codes and tokens a day later; what is good, or tells of a replay, stays."""
    now = clock.now()
    tables = (AuthorizationCode, Token, PushedRequest, SeenJti)

    def count():
        return [database.read(lambda db, t=t: db.scalar(select(func.count()).select_from(t))) for t in tables]

    issue_code(database, grantee, now)
    issue(database, grantee, life=now + CODE_LIFE - clock.now())
    database.write(
        lambda db: tokens.park_request(
            db, client_id=grantee.client_id, params={}, came_by=None, now=now, life=CODE_LIFE
        )
    )
    database.write(lambda db: tokens.see_once(db.connection(), Shown("assertion", "c", "j", now + CODE_LIFE)))
    day, past = timedelta(days=1), CODE_LIFE + timedelta(seconds=1)
    for after, left in (
        (timedelta(0), [1, 1, 1, 1]),
        (past, [1, 1, 0, 0]),
        (day, [1, 1, 0, 0]),
        (day + past, [0, 0, 0, 0]),
    ):
        database.write(lambda db, at=now + after: tokens.sweep(db, now=at))
        assert count() == left


def test_a_forgotten_person_has_no_tokens(database, grantee):
    """Their codes and tokens go, other people's and clients' own stay."""
    other = Grantee(grantee.client_id, new_id(), new_id(), 1)
    issue_code(database, grantee)
    gone, kept, own = (issue(database, each) for each in (grantee, other, Grantee(grantee.client_id)))
    database.write(lambda db: tokens.forget(db, consumer_id=grantee.consumer_id))
    assert [find(database, secret) is not None for secret in (gone, kept, own)] == [False, True, True]
    assert database.read(lambda db: db.scalar(select(func.count()).select_from(AuthorizationCode))) == 0
