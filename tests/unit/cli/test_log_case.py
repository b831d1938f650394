"""``vrm log verify`` of a signed bundle: nothing but the file, and what the auditor knows besides."""

import io
import json
import sys
from importlib import import_module
from types import SimpleNamespace

import pytest

from tests.support.databases import create_tables
from tests.tamper.small_case import Office
from vrm.cli.edge import Root
from vrm.db import Database

commands = import_module("vrm.cli.log")  # the package's own name for it is the group of commands


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    folder = tmp_path_factory.mktemp("case")
    create_tables(f"sqlite:///{folder}/log.db")
    database = Database(f"sqlite:///{folder}/log.db")
    office = Office(database, folder)
    older = office.grow(0, 12)
    yield office, older
    database.close()


@pytest.fixture
def files(log, tmp_path):
    """A case's bundle, an exposure's, and the checkpoint that was kept."""
    files = SimpleNamespace(case=tmp_path / "case", exposure=tmp_path / "who", kept=tmp_path / "kept")
    office, older = log
    files.case.write_bytes(b"".join(office.bundle(office.case(4, 6, 7), older=older.size)))
    files.exposure.write_bytes(b"".join(office.exposure()))
    files.kept.write_text(older.note)
    return files


@pytest.fixture
def office(log):
    return log[0]


@pytest.fixture
def vrm(monkeypatch, capsys):
    """Runs ``vrm log verify`` where there is no instance; gives exit code and standard output."""

    def refuse():
        raise AssertionError("verify must need no instance")

    monkeypatch.setattr(commands, "open_house", refuse)
    root = Root("vrm")
    root.add_command(commands.log)

    def run(*words):
        with pytest.raises(SystemExit) as end:
            root.main(["log", "verify", *map(str, words)])
        return end.value.code, capsys.readouterr().out

    return run


def test_a_case(vrm, office, files):
    """What it is, who took it out, and that it is proved."""
    code, out = vrm(files.case, "--vkey", office.vkey, "--checkpoint", files.kept)
    assert code == 0
    assert out.startswith("Verified: the case “Night reads”, 2 entries, proved in the tree of ")
    assert "taken out by R. Okafor on 2026-03-02T" in out
    assert "The log continues the checkpoint you gave" in out
    assert "--vkey" not in out
    assert "--checkpoint" not in out


def test_an_exposure(vrm, files):
    """The question and how many were exposed; and what a file alone cannot show."""
    code, out = vrm(files.exposure)
    assert code == 0
    assert "the exposure “Exposed by the shop”" in out
    assert "2 consents exposed" in out and "The log continues" not in out
    assert "--vkey" in out
    assert "--checkpoint" in out


def test_a_changed_bundle(vrm, office, files):
    """Exit code 1; the line is named, and nothing that the file claims is repeated."""
    files.case.write_bytes(files.case.read_bytes().replace(b"Night", b"Light", 1))
    code, out = vrm(files.case, "--vkey", office.vkey)
    assert code == 1
    assert "signature: does not sign this file" in out
    assert "Light" not in out


def test_json(vrm, office, files):
    """The same for programs."""
    code, out = vrm(files.case, "--vkey", office.vkey, "--json")
    facts = json.loads(out)
    assert (code, facts["ok"], facts["kind"], facts["entries"], facts["findings"]) == (0, True, "case", 2, [])
    assert facts["by"] == "R. Okafor"


def test_from_a_pipe(vrm, files, monkeypatch):
    """A file that cannot be read twice is told apart all the same."""

    class Pipe(io.RawIOBase):
        def __init__(self):
            self.rest = io.BytesIO(files.case.read_bytes())

        def readable(self):
            return True

        def readinto(self, buffer):
            return self.rest.readinto(buffer)

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Pipe())))
    code, out = vrm("-")
    assert (code, out[:9]) == (0, "Verified:")
