"""The operator, at the command line of an instance of their own."""

import json
import logging
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from vrm.cli import Program, main

ISSUER = "http://localhost:8000"


@dataclass
class Operator:
    """Runs ``vrm`` on one home. ``do`` must work, ``fail`` must not; ``ask`` gives the JSON of what worked."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, given: str = "") -> Result:
        environment: dict[str, str | None] = {name: None for name in os.environ if name.startswith("VRM_")}
        environment |= {"VRM_HOME": str(self.home), **self.settings}
        return CliRunner(env=environment).invoke(main, words, input=given)

    def do(self, *words: str, given: str = "") -> Result:
        result = self.run(*words, given=given)
        assert result.exit_code == 0, result.output
        return result

    def fail(self, *words: str) -> Result:
        result = self.run(*words)
        assert result.exit_code == 1, result.output
        assert "Traceback" not in result.output
        return result

    def ask(self, *words: str) -> Any:
        return json.loads(self.do(*words, "--json").stdout)

    def logged(self) -> list[Any]:
        """The entries of the log, in the order of their leaves; looking is itself an event, after them."""
        self.do("log", "sequence")
        file = self.home.with_name("looked.ndjson")
        file.unlink(missing_ok=True)
        self.do("log", "export", str(file))
        lines = [json.loads(line) for line in file.read_text().splitlines()[1:]]
        return [json.loads(line["entry"]) for line in lines]

    def code(self, *words: str) -> str:
        """The stable code of a failure."""
        code: str = json.loads(self.fail(*words, "--json").stdout)["error"]["code"]
        return code


@pytest.fixture(autouse=True)
def _process() -> Iterator[None]:
    """A command makes its process one of ours; the tests' own process gets its manners back."""
    hooks, root = (sys.excepthook, threading.excepthook), logging.getLogger()
    handlers, level, mask = root.handlers[:], root.level, os.umask(0o022)
    yield
    sys.excepthook, threading.excepthook = hooks
    root.handlers[:] = handlers
    root.setLevel(level)
    os.umask(mask)


@pytest.fixture(scope="session")
def _initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Making an instance takes longer than copying one."""
    home = tmp_path_factory.mktemp("template") / "home"
    Operator(home).do("init", "--sandbox")
    return home


@pytest.fixture
def operator(tmp_path: Path, _initialised: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """The operator of a new, empty sandbox; what commands write here lands in the test's own folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(_initialised, tmp_path / "home")
    return Operator(tmp_path / "home")


@pytest.fixture
def stranger(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[object, str, str]]:
    """Somebody with no instance anywhere runs ``vrm`` with these words: exit code, what it said, standard error."""
    for name in ("VRM_HOME", "VRM_KEYS_DIR", "VRM_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as end:
            Program("vrm").main([*map(str, words)])
        said = capsys.readouterr()
        return end.value.code, said.out, said.err

    return run


@pytest.fixture
def company(operator: Operator) -> str:
    """The id of a company that is registered, and no more."""
    made = operator.ask(
        *("company", "add", "--name", "Nordlicht Versand", "--address", "Kai 1, Kiel"),
        *("--contact", "privacy@nordlicht.example", "--domain", "nordlicht.example"),
        *("--notice", "https://nordlicht.example/privacy", "--purpose", "dpv:ServiceProvision=To deliver"),
    )
    return str(made["company_id"])
