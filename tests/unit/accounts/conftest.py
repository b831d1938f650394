"""A key store, a hasher that counts, and a house in which people sign up and in."""

from datetime import UTC, datetime

import pytest

from keys import KeyStore
from vrm import accounts
from vrm.accounts import Cost, Hasher
from vrm.ids import new_id

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CHEAP = Cost(memory=8, passes=1, lanes=1)


class CountingHasher(Hasher):
    """A real hasher that counts how often Argon2 ran, and lets something else happen meanwhile."""

    def __init__(self, cost=CHEAP):
        super().__init__(cost)
        self.made = self.checked = 0
        self.before_check = self.after_check = lambda: None

    def hash(self, password):
        self.made += 1
        return super().hash(password)

    def matches(self, password, phc):
        self.checked += 1
        self.before_check()
        matched = super().matches(password, phc)
        self.after_check()
        return matched


class House:
    """What an edge does with accounts, in the order it must."""

    def __init__(self, database, keys):
        self.database, self.keys, self.hasher = database, keys, CountingHasher()

    def read(self, work):
        return self.database.read(work)

    def write(self, work):
        return self.database.write(work)

    def invite(self, email, *, client="192.0.2.1", now=NOW):
        return self.write(lambda s: accounts.invite(s, self.keys, email=email, client=client, now=now))

    def sign_up(self, email, password, *, name=None, now=NOW):
        token = self.invite(email, now=now).token
        invitation = self.read(lambda s: accounts.get_invitation(s, self.keys, token=token, now=now))
        newcomer = accounts.prepare_newcomer(
            self.keys, self.hasher, email=invitation.email, password=password, name=name
        )
        return self.write(lambda s: accounts.complete_sign_up(s, token=token, newcomer=newcomer, now=now))

    def reset(self, token, email, password, *, now=NOW):
        password_hash = accounts.prepare_password(self.hasher, email=email, password=password)
        return self.write(
            lambda s: accounts.reset_password(s, token=token, password_hash=password_hash, now=now)
        )

    def sign_in(self, email, password, *, client="192.0.2.1", now=NOW, replaces=None, kind="consumer"):
        return accounts.sign_in(
            self.database,
            self.keys,
            self.hasher,
            email=email,
            password=password,
            client=client,
            now=now,
            replaces=replaces,
            kind=kind,
        )

    def find(self, token, *, now=NOW):
        return self.read(lambda s: accounts.find_session(s, token=token, now=now))


@pytest.fixture
def keys(tmp_path):
    instance = new_id()
    url = f"sqlite:///{tmp_path}/keystore.db"
    KeyStore.initialise(url, tmp_path / "keys", instance)
    store = KeyStore(url, tmp_path / "keys", instance)
    yield store
    store.close()


@pytest.fixture
def house(database, keys):
    return House(database, keys)
