"""The commands an auditor has: ``vrm log`` against a log, and against a file with no instance at all."""

import json
from importlib import import_module
from types import SimpleNamespace

import pytest

from tests.tamper.small_log import ORIGIN, Signer, exported, fill, write
from vrm.accesslog import publish
from vrm.cli.edge import Root

commands = import_module("vrm.cli.log")  # the package's own name for it is the group of commands
sequencing = import_module("vrm.cli.log_sequence")


@pytest.fixture
def vrm(database, monkeypatch, capsys):
    """Runs ``vrm`` with these words; gives exit code, standard output and standard error."""
    root = Root("vrm")
    root.add_command(commands.log)
    house = SimpleNamespace(
        database=database,
        keys=SimpleNamespace(
            log_signer=Signer(), log_keys=SimpleNamespace(signing=lambda: [SimpleNamespace(signer=Signer())])
        ),
        publish_log=lambda: publish(database, Signer(), ORIGIN),
        settings=SimpleNamespace(log_origin=ORIGIN),
    )
    for module in (commands, sequencing):
        monkeypatch.setattr(module, "open_house", lambda: house)

    def run(*words):
        with pytest.raises(SystemExit) as end:
            root.main(["log", *map(str, words)])
        said = capsys.readouterr()
        return end.value.code, said.out, said.err

    return run


@pytest.fixture
def no_instance(monkeypatch):
    """From here on, opening the instance is a fault."""

    def refuse():
        raise AssertionError("verify must need no instance")

    return lambda: monkeypatch.setattr(commands, "open_house", refuse)


def test_sequence_export_verify(vrm, database, tmp_path, no_instance):
    """The whole way: give leaves, take out, verify with nothing but the file."""
    write(database, range(10))
    assert vrm("sequence")[:2] == (0, "10 new leaves; the checkpoint covers 10.\n")
    file, kept = tmp_path / "log.ndjson", tmp_path / "checkpoint"
    assert vrm("export", file)[0] == 0
    assert [path.name for path in tmp_path.glob("log.ndjson*")] == ["log.ndjson"]
    code, out, err = vrm("checkpoint")
    kept.write_text(out)
    vkey = err.removeprefix("vkey: ").strip()
    no_instance()
    code, out, _ = vrm("verify", file, "--vkey", vkey, "--checkpoint", kept)
    assert (code, out) == (
        0, f"Verified: 10 entries, the whole log, in the tree of 10 signed by {ORIGIN}.\n"
        "The log continues the checkpoint you gave: nothing it signs was changed, dropped or moved since.\n",
    )  # fmt: skip
    code, out, _ = vrm("verify", file)
    assert code == 0
    assert "--vkey" in out
    assert "--checkpoint" in out


def test_a_changed_byte_is_named_and_fails(vrm, database, tmp_path, no_instance):
    """One byte: exit code 1, and line, leaf and part are said."""
    fill(database, 10)
    file = tmp_path / "log.ndjson"
    file.write_bytes(exported(database).replace(b"09:30:07", b"09:30:08"))
    no_instance()
    code, out, _ = vrm("verify", file)
    assert code == 1
    assert "line 9 (leaf 7), entry: was changed" in out
    code, out, _ = vrm("verify", file, "--json")
    assert code == 1
    facts = json.loads(out)
    assert facts["ok"] is False
    assert [(one["line"], one["leaf"], one["part"]) for one in facts["findings"]] == [(9, 7, "entry")]


def test_selection_and_json(vrm, database, tmp_path):
    """Conditions select; every command speaks JSON."""
    fill(database, 20)
    write(database, [20])
    file = tmp_path / "part.ndjson"
    words = (
        "--type",
        "disclosure",
        "--since",
        "2026-03-01T09:30:10Z",
        "--until",
        "2026-03-01T10:30:16+01:00",
    )
    code, out, err = vrm("export", file, *words, "--json")
    assert code == 0
    assert json.loads(out) == {"file": str(file), "kind": "selection", "count": 3, "size": 20}
    assert "1 newer event waits" in err
    assert json.loads(vrm("verify", file, "--json")[1])["kind"] == "selection"
    assert json.loads(vrm("checkpoint", "--json")[1])["size"] == 20
    assert json.loads(vrm("sequence", "--json")[1]) == {"sequenced": 2, "size": 22}  # the export is an event


def test_an_export_is_never_overwritten(vrm, database, tmp_path):
    """The old file may be evidence."""
    fill(database, 1)
    file = tmp_path / "log.ndjson"
    file.write_bytes(b"kept")
    code, _, err = vrm("export", file)
    assert (code, "exists; give another FILE" in err) == (1, True)
    assert file.read_bytes() == b"kept"


def test_a_checkpoint_newer_than_the_export(vrm, database, tmp_path):
    """An old file and a log rolled back look the same: both are said, and it is no success."""
    fill(database, 1)
    old, kept = tmp_path / "old.ndjson", tmp_path / "checkpoint"
    old.write_bytes(exported(database))
    write(database, range(1, 4))
    vrm("sequence")
    kept.write_text(vrm("checkpoint")[1])
    code, out, _ = vrm("verify", old, "--checkpoint", kept)
    assert code == 1
    assert out.startswith("NOT VERIFIED: your checkpoint is newer than this export; export again, or")
    assert json.loads(vrm("verify", old, "--checkpoint", kept, "--json")[1])["checkpoint_is_newer"] is True
    old.write_bytes(exported(database, signer=Signer()).replace(b"09:30:00", b"09:30:59"))
    assert vrm("verify", old, "--checkpoint", kept)[1].startswith("NOT VERIFIED: 1 finding.")


def test_to_standard_output(vrm, database, tmp_path):
    """Without a file the export goes to standard output, and nothing else does."""
    fill(database, 3)
    code, out, _ = vrm("export")
    assert code == 0
    assert out.encode() == exported(database)
    assert vrm("export", "--json")[0] == 2


@pytest.mark.parametrize("words", [("export",), ("checkpoint",)])
def test_before_the_first_checkpoint(vrm, words):
    """An empty instance says what to do, and writes no file."""
    code, _, err = vrm(*words)
    assert code == 1
    assert "vrm log sequence" in err


@pytest.mark.parametrize("words", [("--vkey", "nonsense"), ("--since", "yesterday")])
def test_wrong_words(vrm, database, tmp_path, words):
    """What cannot be used is said, and is no verdict on the log."""
    fill(database, 1)
    file = tmp_path / "log.ndjson"
    file.write_bytes(exported(database))
    code, out, _ = vrm("verify" if words[0] == "--vkey" else "export", file, *words)
    assert code in (1, 2)
    assert out == ""


def test_a_failed_export_leaves_no_file(vrm, database, tmp_path):
    """A file appears when it is whole, and not before."""
    code, _, _ = vrm("export", tmp_path / "log.ndjson")
    assert code == 1
    assert list(tmp_path.glob("log.ndjson*")) == []
