"""Fixtures for every test: see ``tests/support``. What is slower than a change should wait for is marked ``deep``."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, however slow the machine is at that moment.
settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

pytest_plugins = [
    "tests.support.postgres",
    "tests.support.databases",
    "tests.support.noon",
    "tests.support.server",
    "tests.support.houses",
    "tests.support.actors",
    "tests.support.browser",
    "tests.support.conformance",
]

HERE = Path(__file__).parent
EDGES = tuple(
    HERE / folder for folder in ("api", "attacks", "browser", "canary", "oauth", "stories", "unit/web")
)


@pytest.hookimpl(tryfirst=True)  # before those are picked that shall run
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The edges on PostgreSQL are among the slower tests; rooms are tested on both engines."""
    for item in items:
        if item.get_closest_marker("postgres") and any(map(item.path.is_relative_to, EDGES)):
            item.add_marker("deep")
