"""Served instances to break."""

from collections.abc import Iterator

import pytest

from tests.faults.driver import Instance


@pytest.fixture
def instance(tmp_path, database_url) -> Iterator[Instance]:
    """A served instance on an engine."""
    running = Instance(tmp_path / "home", database_url=database_url)
    yield running
    running.stop()


@pytest.fixture
def embedded(tmp_path) -> Iterator[Instance]:
    """A served instance on SQLite."""
    running = Instance(tmp_path / "home")
    yield running
    running.stop()


@pytest.fixture
def served(tmp_path, postgres_url) -> Iterator[Instance]:
    """A served instance on PostgreSQL."""
    running = Instance(tmp_path / "home", database_url=postgres_url)
    yield running
    running.stop()
