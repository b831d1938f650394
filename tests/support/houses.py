"""A whole house in this process: real database, real key store, real files."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from keys import KeyStore
from vrm.app import create_app
from vrm.config import Argon2, Instance, Settings, make_private
from vrm.db import Database
from vrm.house import House

ISSUER = "http://localhost:8000"
CHEAP = Argon2(memory=64, passes=1, lanes=1)
"""Hashing for tests alone: a sandbox may, a normal instance refuses it at start."""


class _Compiled(BytecodeCache):
    """Templates compiled once for all the applications of a process: compiling took half of a page test's time."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


def _builders_kept() -> Callable[..., Any]:
    """What builds the addresses of a route, compiled once for each: it was nine tenths of making an application."""
    kept: dict[tuple[Any, ...], Any] = {}
    compile_builder = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Any:
        if rule.defaults:  # they become part of the code
            return compile_builder(rule, append_unknown)
        key = (rule.rule, *rule._trace, append_unknown)
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    return once


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": _Compiled()})
        patch.setattr(Rule, "_compile_builder", _builders_kept())
        yield


def build_house(
    home: Path, database: Database, *, issuer: str = ISSUER, allow: dict[str, str] | None = None
) -> House:
    """A sandbox instance in ``home`` on a database that has its tables already."""
    instance = Instance.new(issuer, sandbox=True)
    make_private(home)
    environ = {
        "VRM_HOME": str(home),
        "VRM_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "VRM_ARGON2": f"m={CHEAP.memory},t={CHEAP.passes},p={CHEAP.lanes}",
        "VRM_FETCH_ALLOW": ",".join(f"{host}={target}" for host, target in (allow or {}).items()),
    }
    settings = Settings.load(environ, instance=instance)
    KeyStore.initialise(settings.keystore_url, settings.keys_dir, instance.instance_id)
    instance.write(home)
    return House.open(settings)


@pytest.fixture
def house(tmp_path: Path, database: Database) -> Iterator[House]:
    """A house of its own for one test, once for each engine."""
    with build_house(tmp_path / "home", database) as built:
        yield built


@pytest.fixture
def app(house: House) -> Flask:
    """The web application of the test's house."""
    return create_app(house)
