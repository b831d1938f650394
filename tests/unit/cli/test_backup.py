"""A backup is whole, apart and honest; a restore gives back all of it or nothing."""

import json
import shutil
import stat
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from tests.support import seeds
from tests.support.databases import ENGINES
from tests.tamper.small_log import write
from tests.unit.cli.conftest import Operator
from vrm import accounts, clock, journeys, worker
from vrm.cli.manifest import Manifest
from vrm.config import Settings
from vrm.db import Database
from vrm.house import House
from vrm.work.models import JobRow


@pytest.fixture(params=["sqlite"])
def instance(request: pytest.FixtureRequest, operator: Operator, tmp_path: Path) -> Operator:
    """An instance with a company and a published log."""
    if request.param == "postgres":
        cluster = request.getfixturevalue("postgres")
        operator = Operator(tmp_path / "on-server")
        operator.settings |= {"VRM_DATABASE_URL": cluster.create(), "VRM_KEYSTORE_URL": cluster.create()}
        operator.do("init", "--sandbox")
    operator.do(
        *("company", "add", "--name", "Nordlicht", "--address", "Kai 1", "--contact", "a@nordlicht.example"),
        *("--domain", "nordlicht.example", "--purpose", "dpv:ServiceProvision"),
    )
    operator.do("worker", "--once")
    return operator


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, instance: Operator, tmp_path: Path) -> Operator:
    """An empty place of the same kind."""
    place = Operator(tmp_path / "elsewhere")
    if instance.settings:
        cluster = request.getfixturevalue("postgres")
        place.settings |= {"VRM_DATABASE_URL": cluster.create(), "VRM_KEYSTORE_URL": cluster.create()}
    return place


@pytest.fixture
def backup(instance: Operator, tmp_path: Path) -> Path:
    """A backup of the instance, and beside it the operator's own copy of the keys in ``keys``."""
    instance.do("backup", str(tmp_path / "backup"))
    shutil.copytree(instance.home / "keys", tmp_path / "keys")
    return tmp_path / "backup"


@pytest.mark.parametrize("instance", ENGINES, indirect=True)
def test_what_was_backed_up_comes_back(instance, elsewhere, backup: Path, tmp_path: Path) -> None:
    """Companies, keys, log and identity are those from before, and the place works on."""
    before = instance.ask("log", "checkpoint")
    instance.do("company", "suspend", "nordlicht.example")  # after the backup: this is lost
    found = elsewhere.ask("restore", str(backup), "--keys", str(tmp_path / "keys"))
    assert found["log_size"] == before["size"] == 1
    assert found["tables"] > 20
    assert elsewhere.ask("company", "show", "nordlicht.example")["state"] == "pending"
    assert elsewhere.ask("log", "checkpoint") == before
    assert elsewhere.ask("auditor", "grant", "--name", "R. Okafor", "--email", "rosa@audit.example")[
        "auditor_id"
    ]
    types = [entry["type"] for entry in elsewhere.logged()]
    assert (types[0], set(types[1:])) == ("company.registered", {"backup.restored", "auditor.granted"})
    assert (elsewhere.home / "instance.json").read_bytes() == (instance.home / "instance.json").read_bytes()
    for path in [elsewhere.home, *elsewhere.home.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_who_closed_their_account_since_is_forgotten_again(instance, elsewhere, tmp_path: Path) -> None:
    """A backup brings them back with their key; the keys folder tells that it was destroyed, and it is once more."""
    with House.open(Settings.load({"VRM_HOME": str(instance.home)})) as house:
        mia, ben = seeds.person(house), seeds.person(house)
        instance.do("backup", str(tmp_path / "backup"))
        house.database.write(
            lambda db: journeys.close_account(
                db, house.keys, consumer_id=mia.consumer_id, now=clock.now() - timedelta(minutes=2)
            )
        )
        worker.run_once(house)
    shutil.copytree(instance.home / "keys", tmp_path / "keys")
    told = elsewhere.do("restore", str(tmp_path / "backup"), "--keys", str(tmp_path / "keys"))
    assert "1 closed account came back" in told.stderr
    with House.open(Settings.load({"VRM_HOME": str(elsewhere.home)})) as house:
        assert house.database.read(accounts.list_person_ids) == [ben.consumer_id]
        due = update(JobRow).where(JobRow.kind == journeys.KIND_OF_ERASURES).values(due=clock.now())
        house.database.write(lambda db: db.execute(due.returning(JobRow.id)).one())
        worker.run_once(house)
        assert set(house.keys.owners()) == {house.keys.INSTANCE_OWNER, ben.consumer_id}
    assert [entry["type"] for entry in elsewhere.logged()].count("consumer.erased") == 1


def test_a_backup_holds_no_key_and_is_private(instance, backup: Path) -> None:
    """No byte of the keys folder is in it, and nobody else can read it."""
    content = {path: path.read_bytes() for path in backup.rglob("*") if path.is_file()}
    for secret in (instance.home / "keys").iterdir():
        assert all(not secret.read_bytes() or secret.read_bytes() not in held for held in content.values())
        assert secret.name == "lock" or not list(backup.rglob(secret.name))
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in content)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o700


def test_the_manifest_names_every_file(backup: Path) -> None:
    """What is in the folder is in the manifest, and the key store's end is told."""
    manifest = json.loads((backup / "manifest.json").read_text())
    held = {str(path.relative_to(backup)) for path in backup.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == held - {"manifest.json"}
    assert manifest["keystore_keep_until"] > manifest["created"]
    assert {part.partition("/")[0] for part in manifest["files"]} == {"data", "keystore"}
    assert manifest.pop("archived") == 0
    (backup / "manifest.json").write_text(json.dumps(manifest))
    assert Manifest.read(backup).archived == 0  # manifests did not always say


@pytest.mark.parametrize("part", ["data/vrm", "keystore/keystore", "data/instance"])
def test_one_changed_byte_stops_a_restore(elsewhere, backup: Path, tmp_path: Path, part: str) -> None:
    """A damaged backup is named, and nothing is written."""
    damaged = next(backup.glob(part + ".*"))
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    result = elsewhere.fail("restore", str(backup), "--keys", str(tmp_path / "keys"))
    assert str(damaged.relative_to(backup)) in result.stderr
    assert not elsewhere.home.exists()


def test_nothing_is_ever_overwritten(instance, backup: Path, tmp_path: Path) -> None:
    """Neither a home in use nor a folder with a backup."""
    assert instance.code("restore", str(backup), "--keys", str(tmp_path / "keys")) == "not_empty"
    assert instance.code("backup", str(backup)) == "not_empty"


def test_a_restore_needs_the_keys(elsewhere, backup: Path) -> None:
    """Without the keys, the message says where to give them."""
    assert elsewhere.code("restore", str(backup)) == "no_keys"


def test_keys_from_before_a_rotation_are_found_out(instance, elsewhere, tmp_path: Path) -> None:
    """A copy of the keys that is too old never becomes an instance that cannot open anything."""
    shutil.copytree(instance.home / "keys", tmp_path / "old")
    instance.do("keys", "rotate")
    instance.do("backup", str(tmp_path / "backup"))
    elsewhere.fail("restore", str(tmp_path / "backup"), "--keys", str(tmp_path / "old"))
    assert not (elsewhere.home / "instance.json").exists()


def test_the_keys_of_another_instance_are_found_out(elsewhere, backup: Path, tmp_path: Path) -> None:
    """Keys that belong elsewhere are refused before the home becomes an instance."""
    Operator(tmp_path / "other").do("init", "--sandbox")
    elsewhere.fail("restore", str(backup), "--keys", str(tmp_path / "other" / "keys"))
    assert not (elsewhere.home / "instance.json").exists()


def test_a_manifest_cannot_lead_out_of_its_folder(elsewhere, backup: Path, tmp_path: Path) -> None:
    """A forged path is a fault, not a file."""
    manifest = json.loads((backup / "manifest.json").read_text())
    manifest["files"]["../keys/current"] = manifest["files"]["data/instance.json"]
    (backup / "manifest.json").write_text(json.dumps(manifest))
    assert "leads out" in elsewhere.fail("restore", str(backup), "--keys", str(tmp_path / "keys")).stderr


def test_an_archive_that_is_not_whole_is_found_out(instance, elsewhere, tmp_path: Path) -> None:
    """Entries that were moved are not in a backup; backup and restore say so, and miss any file of them."""
    archive, backup, keys = tmp_path / "archive", str(tmp_path / "backup"), str(tmp_path / "keys")
    archive.mkdir(mode=0o700)
    instance.settings |= {"VRM_LOG_ARCHIVE": str(archive)}
    with closing(Database(f"sqlite:///{instance.home}/vrm.db")) as database:
        write(database, range(300))
    instance.do("log", "sequence")
    instance.do("log", "archive", str(archive), "--remove")
    shutil.copytree(instance.home / "keys", keys)
    made = instance.do("backup", backup)
    assert f"The first 256 entries of the log are not in this backup but in {archive}" in made.stderr

    first = archive / "tile" / "entries" / "000"
    content = first.read_bytes()
    first.unlink()
    gap = instance.fail("backup", str(tmp_path / "another"))
    assert "cannot be restored as things stand. The first 256 entries" in gap.stderr
    assert f"{archive} has no tile/entries/000" in gap.stderr
    for settings in ({}, {"VRM_LOG_ARCHIVE": str(archive)}):
        elsewhere.settings = settings
        assert elsewhere.code("restore", backup, "--keys", keys) == "archive_missing"
        assert not elsewhere.home.exists()

    first.write_bytes(content.replace(b"email", b"phone"))
    assert elsewhere.code("restore", backup, "--keys", keys) == "log_inconsistent"
    assert not (elsewhere.home / "instance.json").exists()
    first.write_bytes(content)
    shutil.rmtree(elsewhere.home)
    assert elsewhere.ask("restore", backup, "--keys", keys)["log_size"] > 300
