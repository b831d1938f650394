"""Making an instance, and seeing what holds."""

import os
import stat
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Operator
from vrm.cli.show import reference

DOCUMENT = Path(__file__).parents[3] / "docs" / "configuration.md"


def test_an_instance_is_private_to_its_account(operator) -> None:
    """Nothing below the home can be read by anybody else, whatever the umask was."""
    for path in [operator.home, *operator.home.rglob("*")]:
        assert stat.S_IMODE(os.stat(path).st_mode) & 0o077 == 0, path


def test_an_instance_is_made_once(operator) -> None:
    """A second init changes nothing and says so."""
    before = (operator.home / "instance.json").read_bytes()
    assert operator.code("init") == "exists"
    assert (operator.home / "instance.json").read_bytes() == before


@pytest.mark.parametrize("left", ["vrm.db", "keys/old"])
def test_remains_are_never_built_upon(tmp_path: Path, left: str) -> None:
    """A half-made or foreign folder is refused rather than completed."""
    (tmp_path / "home" / left).parent.mkdir(parents=True)
    (tmp_path / "home" / left).touch()
    assert Operator(tmp_path / "home").code("init") == "not_empty"


def test_what_is_fixed_is_what_was_asked(tmp_path: Path) -> None:
    """Issuer, origin and sandbox are those of the command; the environment may give the issuer."""
    made = Operator(tmp_path / "a").ask("init", "--issuer", "https://vrm.example/")
    assert (made["issuer"], made["log_origin"], made["sandbox"]) == (
        "https://vrm.example",
        "vrm.example/log",
        False,
    )
    named = Operator(tmp_path / "b", {"VRM_ISSUER": "http://localhost:9999"}).ask("init", "--sandbox")
    assert (named["issuer"], named["sandbox"]) == ("http://localhost:9999", True)


def test_a_bad_issuer_leaves_nothing_behind(tmp_path: Path) -> None:
    """What is wrong is found before anything is written."""
    Operator(tmp_path / "home").fail("init", "--issuer", "http://vrm.example")
    assert not (tmp_path / "home").exists()


def test_settings_show_what_holds_and_no_password(operator) -> None:
    """An operator may paste the answer into a report."""
    operator.settings |= {
        "VRM_SMTP_URL": "smtps://vrm:hunter2@mail.example",
        "VRM_KEYSTORE_URL": "postgresql://vrm:hunter2@db/keys",
        "VRM_FETCH_ALLOW": "a.example=127.0.0.1:81",
    }
    said = operator.ask("settings")
    held = {entry["name"]: entry["value"] for entry in said["settings"]}
    assert "hunter2" not in str(said)
    assert held["VRM_SMTP_URL"] == "smtps://vrm:***@mail.example"
    assert held["VRM_FETCH_ALLOW"] == "a.example=127.0.0.1:81"
    assert "hunter2" not in operator.do("settings").output


def test_settings_are_explained_without_an_instance(tmp_path: Path) -> None:
    """Before init is when one needs them most."""
    assert Operator(tmp_path / "none").ask("settings")["instance"] is None


def test_the_documentation_is_the_table(operator) -> None:
    """docs/configuration.md holds the generated list, word for word."""
    assert f"begin -->\n\n{reference()}\n<!-- settings: end" in DOCUMENT.read_text()
    assert operator.do("settings", "--markdown").output.rstrip() == reference().rstrip()
