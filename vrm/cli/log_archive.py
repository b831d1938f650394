"""``vrm log archive``: the log as files in a folder, and its old entries moved there."""

import os
from pathlib import Path

import click

from vrm.accesslog import archiving
from vrm.cli.edge import Command, counted, note, open_house, progress, record, say
from vrm.config import write_private


@click.command(cls=Command)
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--remove",
    is_flag=True,
    help="Then take the entries of full bundles out of the database. VRM_LOG_ARCHIVE must name DIRECTORY.",
)
def archive(directory: Path, remove: bool) -> None:
    """Copy the log into DIRECTORY as files: checkpoint, tiles and entries, as C2SP tlog-tiles lays them out.

    Run it again to bring the copy up to date; it goes on where it was, also after an interrupt. What was written is read
    back and checked before the checkpoint beside it is replaced. vrm log verify DIRECTORY checks all of it.
    """
    house = open_house()
    directory = Path(os.path.abspath(directory))  # as the setting is read
    if remove:
        archiving.check_named(house.database, directory)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    record(house, "log.exported", code="archive_moved" if remove else "archive")
    done = archiving.archive(
        house.database, directory, house.log_verifiers(), put=write_private, progress=progress("archiving")
    )
    say(
        f"{counted(done.files, 'file', 'files')} written; {directory} holds the log of {done.size}.",
        directory=str(directory),
        size=done.size,
        before=done.before,
        files=done.files,
    )
    if remove:
        moved = archiving.move(house.database, directory, progress=progress("removing"))
        say(f"{counted(moved, 'entry', 'entries')} moved out of the database.", moved=moved)
        note("From now on a backup is whole only together with that folder.")
