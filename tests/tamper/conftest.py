"""The log that lies are told about."""

from types import SimpleNamespace

import pytest

from tests.support.databases import create_tables
from tests.tamper.liar import OLDER, SIZE
from tests.tamper.small_log import ORIGIN, Signer, exported, fill, write
from vrm import accesslog
from vrm.accesslog import Selection
from vrm.db import Database


@pytest.fixture(scope="session")
def log(tmp_path_factory):
    """A log that grew from 8 to 13 leaves: its exports, whole and in part, and its two checkpoints.

    ``stale`` is the whole export from before it grew.
    """
    url = f"sqlite:///{tmp_path_factory.mktemp('log')}/log.db"
    create_tables(url)
    database = Database(url)
    fill(database, OLDER)
    stale = exported(database)
    older = accesslog.publish(database, Signer(), ORIGIN)
    write(database, range(OLDER, SIZE))
    accesslog.sequence(database)
    newest = accesslog.publish(database, Signer(), ORIGIN)
    yield SimpleNamespace(
        all=exported(database),
        selection=exported(database, Selection(type="disclosure")),
        stale=stale,
        older=older.note.encode(),
        newest=newest.note.encode(),
    )
    database.close()
