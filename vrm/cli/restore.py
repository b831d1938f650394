"""``vrm restore``: an instance put back from a backup and the operator's copy of its keys."""

import shutil
from pathlib import Path

import click

from vrm import clock, journeys, migrations
from vrm.accesslog import Pin, archiving
from vrm.cli.edge import Command, note, record, say
from vrm.cli.examine import examine
from vrm.cli.log_status import refusal_to_sign
from vrm.cli.manifest import Manifest
from vrm.cli.snapshot import engine_of, put_back, require_empty
from vrm.config import Instance, Settings, make_private
from vrm.errors import Conflict, Invalid
from vrm.house import House, start_process


@click.command(cls=Command)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--keys", "keys_from", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Your copy of the keys folder; without it the keys must be in VRM_KEYS_DIR already.",
)  # fmt: skip
def restore(folder: Path, keys_from: Path | None) -> None:
    """Put the backup in FOLDER back into an empty VRM_HOME, and check that it is whole.

    Everything is verified before anything is written; nothing that exists is overwritten. Databases on a server
    must exist and be empty. If the log has an archive, VRM_LOG_ARCHIVE must name it, or your copy of it.
    """
    manifest = Manifest.read(folder)
    if faults := list(manifest.faults(folder)):
        raise Invalid(
            "the backup is damaged, nothing was restored: " + "; ".join(faults), code="backup_damaged"
        )
    instance = Instance.read(folder / "data")
    settings = Settings.load(instance=instance)
    start_process(settings)
    _require_place(settings, manifest, folder, keys_from)
    archiving.check_whole(settings.log_archive, manifest.archived)

    note(f"restoring into {settings.home}; should this fail, empty that place before trying again")
    make_private(settings.home)
    if keys_from is not None:
        _copy_keys(keys_from, settings.keys_dir)
    put_back(_part(folder, manifest, "data/vrm."), settings.database_url)
    put_back(_part(folder, manifest, "keystore/"), settings.keystore_url)
    if manifest.schema != migrations.head():
        migrations.upgrade(settings.database_url)
    with House.open(settings) as house:
        findings = examine(house, manifest.checkpoint)
        house.hear_witnesses(restored=True)  # a quorum of them, before anything more is signed
        refusal = refusal_to_sign(house)
        erased = house.database.write(lambda db: journeys.close_again(db, house.keys, now=clock.now()))
        # The log goes on from where the backup has it, and says so itself.
        record(house, "backup.restored", made=manifest.created, log_size=findings.log_size)
    instance.write(settings.home)  # last: until all is found whole, there is no instance here
    say(
        f"Restored instance {instance.instance_id} as of {manifest.created} into {settings.home}.\n"
        f"  {findings.tables} tables with {findings.rows} rows read, "
        f"every key present, log of {findings.log_size} entries whole.\n\n"
        "Next: vrm serve",
        instance_id=instance.instance_id,
        created=manifest.created,
        home=str(settings.home),
        tables=findings.tables,
        rows=findings.rows,
        log_size=findings.log_size,
    )
    if refusal:
        note(f"Nothing is signed until this is solved: {refusal}")
    if erased:
        note(
            f"{erased} closed account{'s' if erased > 1 else ''} came back with the backup and went again; "
            "vrm serve destroys what came back of their keys."
        )
    note(
        "What happened after the backup is lost, consents that were revoked among it: tell people and companies.\n"
        f"An auditor who holds a checkpoint of more than {findings.log_size} entries will see that the log was set "
        "back, and is right; tell them when and why."
    )


def _require_place(settings: Settings, manifest: Manifest, folder: Path, keys_from: Path | None) -> None:
    """Refuse whatever is not empty, and a backup of another engine."""
    allowed = {
        settings.log_pin,
        Pin(settings.log_pin).lock,
        *([settings.keys_dir] if keys_from is None else []),
    }
    if settings.home.exists() and (
        taken := [path for path in settings.home.iterdir() if path not in allowed]
    ):
        raise Conflict(
            f"{settings.home} is not empty (it holds {taken[0].name}); set VRM_HOME to a new folder",
            code="not_empty",
        )
    if keys_from is not None and settings.keys_dir.exists() and any(settings.keys_dir.iterdir()):
        raise Conflict(
            f"{settings.keys_dir} is not empty; leave out --keys to use the keys that are there",
            code="not_empty",
        )
    if keys_from is None and not settings.keys_dir.is_dir():
        raise Invalid(
            f"there are no keys in {settings.keys_dir}; give your copy of them with --keys", code="no_keys"
        )
    for part, url in (("data/vrm.", settings.database_url), ("keystore/", settings.keystore_url)):
        name = _part(folder, manifest, part).relative_to(folder)
        if manifest.files[str(name)]["engine"] != engine_of(url):
            raise Invalid(
                f"{name} is from {manifest.files[str(name)]['engine']}, this place is {engine_of(url)}"
            )
        require_empty(url)


def _part(folder: Path, manifest: Manifest, prefix: str) -> Path:
    for name in manifest.files:
        if name.startswith(prefix):
            return folder / name
    raise Invalid(
        f"the backup has no {prefix.rstrip('.')}; put that part back beside the other", code="backup_damaged"
    )


def _copy_keys(source: Path, target: Path) -> None:
    shutil.copytree(source, target)
    for path in (target, *target.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
