"""Fixtures for every test: see ``tests/support``."""

pytest_plugins = [
    "tests.support.postgres",
    "tests.support.databases",
    "tests.support.server",
    "tests.support.houses",
    "tests.support.actors",
    "tests.support.browser",
    "tests.support.conformance",
]
