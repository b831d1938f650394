"""The schema's history gives what the models say, on both engines."""

from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from tests.support.databases import import_models
from vrm import migrations
from vrm.db import Base


def test_migrations_and_models_agree(database_url: str) -> None:
    """A model changed without a revision fails here; write one: python -m vrm.migrations new "what it does"."""
    migrations.upgrade(database_url)
    assert migrations.current(database_url) == migrations.head()
    assert not migrations.differences(database_url)


def test_every_table_is_known() -> None:
    """No room's models are missing from what migrations compare."""
    import_models()
    assert set(migrations.metadata().tables) == set(Base.metadata.tables)


def test_files_are_named_for_their_revisions() -> None:
    """The newest file name is the newest revision: commands look at names alone."""
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [migrations.head()]
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")


def test_asking_creates_nothing(tmp_path: Path) -> None:
    """An empty place is at no revision, and stays empty."""
    assert migrations.current(f"sqlite:///{tmp_path}/vrm.db") is None
    assert not list(tmp_path.iterdir())


def test_upgrading_twice_is_upgrading_once(database_url: str) -> None:
    """A second run finds nothing to do."""
    migrations.upgrade(database_url)
    migrations.upgrade(database_url)
    assert migrations.current(database_url) == migrations.head()


def test_a_failed_upgrade_leaves_nothing(database_url: str) -> None:
    """A table in the way of a later one undoes the earlier ones too."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE subjects (mine INTEGER)"))
    with pytest.raises(Exception, match="subjects"):
        migrations.upgrade(database_url)
    assert migrations.current(database_url) is None
    assert inspect(engine).get_table_names() == ["subjects"]
    engine.dispose()
