"""``vrm backup``: the whole instance but the keys that open it, while it runs."""

from datetime import timedelta
from pathlib import Path

import click

from keys import BACKUP_DAYS
from vrm import accesslog, clock, migrations
from vrm.accesslog import archiving
from vrm.cli.edge import Command, note, open_house, progress, record, say
from vrm.cli.manifest import NAME, Manifest, described
from vrm.cli.snapshot import copy_out, engine_of
from vrm.config import make_private, write_private
from vrm.errors import Conflict

FILES = {"sqlite": ".db", "postgresql": ".dump"}


@click.command(cls=Command)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def backup(folder: Path) -> int:
    """Back up into FOLDER, which must be new or empty. The service keeps running.

    Two parts: data/ may be kept as long as you like; keystore/ must be deleted after 30 days, or people who were
    erased could be read again. The keys themselves (VRM_KEYS_DIR) are left out: whoever holds a backup and the
    keys can read everything, so they must never lie together. Entries of the log that were moved into an archive are
    left out as well: copy that folder too. Where it is not whole, the backup is made and the exit status is 1.
    """
    house = open_house()
    settings = house.settings
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty; give a new folder for each backup", code="not_empty")
    made = clock.now()
    # The checkpoint first: whatever the copy holds, it holds the log at least this far.
    published = house.database.read(accesslog.latest_checkpoint)
    # Data before keys: a key is durable before its first row, so every row in the copy finds its key in the other.
    files = {}
    for part, name, url in (
        ("data", "vrm", settings.database_url),
        ("keystore", "keystore", settings.keystore_url),
    ):
        make_private(folder / part)
        target = folder / part / (name + FILES[engine_of(url)])
        copy_out(url, target, progress(f"copying {part}"))
        files[str(target.relative_to(folder))] = described(target, engine_of(url))
    identity = folder / "data" / "instance.json"
    write_private(identity, (settings.home / "instance.json").read_bytes())
    files[str(identity.relative_to(folder))] = described(identity, "json")
    # After the copy: what is moved meanwhile may be missing from it, and nothing ever moves back.
    moved = house.database.read(archiving.count_moved)
    until = clock.rfc3339(made + timedelta(days=BACKUP_DAYS))
    Manifest(
        created=clock.rfc3339(made),
        instance_id=settings.instance_id,
        schema=migrations.current(settings.database_url) or "",
        checkpoint=published.note if published else None,
        keystore_keep_until=until,
        files=files,
        archived=moved,
    ).write(folder)
    make_private(folder)
    # After the copy: it can hold no event that tells of itself.
    record(house, "backup.made", log_size=published.size if published else 0, keystore_keep_until=until)
    size = sum(int(str(entry["size"])) for entry in files.values())
    say(
        f"Backed up to {folder}: {size:,} bytes, log of {published.size if published else 0} entries.",
        folder=str(folder), manifest=str(folder / NAME), bytes=size,
        log_size=published.size if published else 0, archived=moved, keystore_keep_until=until, files=files,
    )  # fmt: skip
    note(
        f"Delete {folder / 'keystore'} by {until[:10]}. The keys in {settings.keys_dir} are not in this backup."
    )
    try:
        archiving.check_whole(settings.log_archive, moved)
    except Conflict as fault:
        note(f"This backup cannot be restored as things stand. {fault.message}")
        return 1
    if moved:
        note(
            f"The first {moved} entries of the log are not in this backup but in {settings.log_archive}: copy that"
            " folder too."
        )
    return 0
