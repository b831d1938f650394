"""Rooms keep their tables to themselves: no room imports another room's ``models``."""

import ast
from pathlib import Path

import pytest

VRM = Path(__file__).parents[2] / "vrm"

# Migrations compare the tables of every room with the database; they belong to no room.
EXEMPT = {"migrations"}


def strange_models(room: str, source: str) -> list[str]:
    """Each import, in a file of ``room``, of the models of another room."""
    imported: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported += [f"{node.module}.{alias.name}" for alias in node.names]
    parts = [name.split(".") for name in imported]
    return [".".join(p) for p in parts if len(p) > 2 and p[0] == "vrm" and p[1] != room and p[2] == "models"]


def test_no_room_imports_another_rooms_models():
    """A room reaches another room's rows through its verbs alone."""
    found = []
    for path in sorted(VRM.rglob("*.py")):
        room = path.relative_to(VRM).parts[0].removesuffix(".py")
        if room not in EXEMPT:
            found += [f"{path.relative_to(VRM)}: {name}" for name in strange_models(room, path.read_text())]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from vrm.consents.models import Consent", ["vrm.consents.models.Consent"]),
        ("from vrm.consents import models", ["vrm.consents.models"]),
        ("import vrm.consents.models as m", ["vrm.consents.models"]),
        ("def f():\n    from vrm.consents.models import Consent", ["vrm.consents.models.Consent"]),
        ("from vrm.tokens.models import Token", []),
        ("from vrm.consents import grant", []),
    ],
)
def test_the_rule_sees_every_form_of_import(source: str, found: list[str]):
    """However the import is written, it is seen; a room's own models are its own."""
    assert strange_models("tokens", source) == found
