"""``vrm log archive``: what the operator sees of it, and that it is logged."""

import json
from types import SimpleNamespace

import pytest

from tests.tamper.small_log import Signer, fill
from vrm.accesslog import ARCHIVE, entries
from vrm.accesslog.entry import read
from vrm.cli import Program, log_archive
from vrm.db import Database


def test_archive_then_move(database, tmp_path, monkeypatch, capsys):
    """It copies; with ``--remove`` and the setting it moves; each run is in the log, and the folder verifies."""
    url = database.url.render_as_string(hide_password=False)
    opened = Database(url, options={ARCHIVE: tmp_path / "archive"})
    key = Signer().verifier
    house = SimpleNamespace(database=opened, log_verifiers=lambda: [key])
    monkeypatch.setattr(log_archive, "open_house", lambda: house)

    def run(*words):
        with pytest.raises(SystemExit) as end:
            Program("vrm").main(["log", *map(str, words), "--json"])
        return end.value.code, json.loads(capsys.readouterr().out)

    fill(opened, 300)
    assert run("archive", tmp_path / "archive") == (
        0,
        {"directory": str(tmp_path / "archive"), "size": 300, "before": 0, "files": 6},
    )
    code, refused = run("archive", tmp_path / "other", "--remove")
    assert (code, "VRM_LOG_ARCHIVE" in refused["error"]["message"]) == (1, True)
    assert not (tmp_path / "other").exists()
    code, done = run("archive", tmp_path / "archive", "--remove")
    assert (code, done["moved"], done["files"]) == (0, 256, 0)
    assert run("verify", tmp_path / "archive", "--vkey", key.vkey)[0] == 0
    fill(opened, 0)
    logged = opened.read(lambda db: entries(db.connection(), 300, 9))
    assert [read(entry).get("code") for _, _, entry in logged] == ["archive", "archive_moved"]
    opened.close()
