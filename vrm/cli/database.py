"""``vrm db``: the schema."""

import click

from vrm import migrations
from vrm.cli.edge import Group, load_settings, say


@click.group(cls=Group)
def db() -> None:
    """Look at the database's schema, and bring it to this version's."""


@db.command()
def status() -> None:
    """Say which revision the database is at, and which one this version needs."""
    settings = load_settings()
    current, head = migrations.current(settings.database_url), migrations.head()
    tail = "up to date" if current == head else "run: vrm db upgrade"
    say(
        f"at {current or 'nothing'}, needs {head}: {tail}",
        current=current,
        head=head,
        up_to_date=current == head,
    )


@db.command()
def upgrade() -> None:
    """Run the missing revisions, in one transaction. Back up first; stop vrm serve while it runs."""
    settings = load_settings()
    before = migrations.current(settings.database_url)
    migrations.upgrade(settings.database_url)
    after = migrations.current(settings.database_url)
    say(f"was at {before or 'nothing'}, is at {after}", before=before, after=after)
