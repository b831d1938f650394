"""The manners of a process of ours."""

import logging
import sys
from pathlib import Path

import pytest

from vrm.config import Instance, Settings
from vrm.house import _Lines, warnings


def line(full: bool) -> str:
    """What is logged of a fault whose text is personal."""
    try:
        raise ValueError("anna@example.com")
    except ValueError:
        record = logging.LogRecord("vrm", logging.ERROR, "x", 1, "it failed", None, sys.exc_info())
    return _Lines(full=full).format(record)


def test_a_fault_is_logged_by_type_alone() -> None:
    """The text of a fault may hold what a person typed; only debug shows it."""
    assert line(full=False).endswith("it failed: ValueError")
    assert "anna" not in line(full=False)
    assert "\n" not in line(full=False)
    assert "anna@example.com" in line(full=True)


@pytest.mark.parametrize(
    ("variable", "value", "word"),
    [
        ("VRM_LOG_LEVEL", "debug", "debug"),
        ("VRM_FETCH_ALLOW", "a.example=127.0.0.1:81", "VRM_FETCH_ALLOW"),
        ("VRM_WORKER", "yes", "mail"),
    ],
)
def test_what_weakens_an_instance_is_said_at_start(
    tmp_path: Path, variable: str, value: str, word: str
) -> None:
    """Development settings never go unnoticed."""
    instance = Instance.new("https://vrm.example", sandbox=False)
    settings = Settings.load({"VRM_HOME": str(tmp_path), variable: value}, instance=instance)
    assert any(word in warning for warning in warnings(settings))


def test_a_real_instance_starts_without_a_word(tmp_path: Path) -> None:
    """With a mail server and no exceptions there is nothing to warn of."""
    instance = Instance.new("https://vrm.example", sandbox=False)
    variables = {"VRM_HOME": str(tmp_path), "VRM_SMTP_URL": "smtps://mail.example"}
    assert warnings(Settings.load(variables, instance=instance)) == []
