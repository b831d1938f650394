"""``vrm init``: a new instance."""

from pathlib import Path

import click

from keys import KeyStore
from vrm import migrations
from vrm.cli.edge import Command, note, say
from vrm.cli.snapshot import require_empty
from vrm.config import Instance, Settings, make_private
from vrm.errors import Conflict
from vrm.house import start_process

ISSUER = "http://localhost:8000"


@click.command(cls=Command)
@click.option(
    "--issuer",
    envvar="VRM_ISSUER",
    default=ISSUER,
    show_default=True,
    help="The address people and companies will use; fixed for good.",
)
@click.option(
    "--sandbox", is_flag=True, help="Simpler rules for clients, invented people only; fixed for good."
)
def init(issuer: str, sandbox: bool) -> None:
    """Make a new instance in VRM_HOME: identity, database, key store and keys.

    Nothing that exists is touched. Who the instance is (its issuer, the origin of its log, sandbox or not) never
    changes afterwards: tokens, sealed values and log entries are bound to it.
    """
    instance = Instance.new(issuer, sandbox=sandbox)
    settings = Settings.load(instance=instance)
    start_process(settings)
    require_new(settings)
    make_private(settings.home)
    migrations.upgrade(settings.database_url)
    KeyStore.initialise(settings.keystore_url, settings.keys_dir, instance.instance_id)
    instance.write(settings.home)  # last: a home is one when everything in it is
    say(
        f"Instance {instance.instance_id} is ready in {settings.home}.\n"
        f"  issuer      {instance.issuer}\n"
        f"  log origin  {instance.log_origin}\n\n"
        f"Copy {settings.keys_dir} to a safe place now, and again after every vrm keys rotate. Without it nothing\n"
        "sealed can be opened again, by anybody; vrm backup leaves it out on purpose.\n\n"
        "Next: vrm serve",
        instance_id=instance.instance_id,
        issuer=instance.issuer,
        log_origin=instance.log_origin,
        sandbox=instance.sandbox,
        home=str(settings.home),
        back_up=[str(settings.keys_dir)],
    )
    if sandbox:
        note("This is a sandbox: let no real person into it.")


def require_new(settings: Settings) -> None:
    """Refuse a place that holds anything already."""
    if (settings.home / "instance.json").exists():
        raise Conflict(
            f"{settings.home} already holds an instance; set VRM_HOME to another folder", code="exists"
        )
    for folder, what in ((settings.home, "an unfinished one or something else"), (settings.keys_dir, "keys")):
        if _holds_something(folder):
            raise Conflict(f"{folder} holds {what}; move it away or choose another folder", code="not_empty")
    require_empty(settings.database_url)
    require_empty(settings.keystore_url)


def _holds_something(folder: Path) -> bool:
    return folder.exists() and any(path.name != "lost+found" for path in folder.iterdir())
