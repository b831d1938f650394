"""A key store on each engine, opened as often as a test has processes, and a clock that tests move."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keys import KeyStore


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def another(database_url: str, directory: Path, clock: Clock) -> Iterator[Callable[[], KeyStore]]:
    """Opens the one initialised key store anew, as another process would."""
    KeyStore.initialise(database_url, directory, "inst")
    opened: list[KeyStore] = []

    def open_another() -> KeyStore:
        opened.append(KeyStore(database_url, directory, "inst", monotonic=clock))
        return opened[-1]

    yield open_another
    for store in opened:
        store.close()


@pytest.fixture
def store(another: Callable[[], KeyStore]) -> KeyStore:
    return another()


@pytest.fixture
def owner(store: KeyStore) -> str:
    """Somebody with a key."""
    owner_id = str(uuid.uuid4())
    store.create(owner_id)
    return owner_id
