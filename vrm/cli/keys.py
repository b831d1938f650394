"""``vrm keys``: the keys that wrap all others."""

import click

from keys.errors import KekMissing
from vrm.cli.edge import Group, note, open_house, progress, record, say, table


@click.group(cls=Group)
def keys() -> None:
    """See and rotate the keys that wrap all others (KEKs), with no stop."""


@keys.command()
def status() -> None:
    """List every KEK and how many things it still wraps."""
    rows: list[dict[str, object]] = [
        {
            "kek_id": kek.kek_id,
            "state": "current" if kek.current else "old" if kek.present else "MISSING",
            "wraps": kek.wraps,
            "deks": kek.deks,
            "log_secrets": kek.log_secrets,
            "files": kek.files,
        }
        for kek in open_house().keys.status()
    ]
    say(table(rows, {"kek_id": "KEK", "state": "state", "wraps": "wraps"}, empty="no KEK"), keks=rows)


@keys.command()
@click.option(
    "--resume", is_flag=True, help="Go on with an interrupted rotation instead of making another KEK."
)
def rotate(resume: bool) -> None:
    """Make a new KEK and wrap everything by it. The service keeps running.

    It may be interrupted at any moment: nothing is lost, and --resume goes on with the rest.
    """
    house = open_house()
    kek_id = next(kek.kek_id for kek in house.keys.status() if kek.current) if resume else house.keys.rotate()
    rewrapped = house.keys.rewrap(progress("rewrapping"))
    if rewrapped or not resume:  # resuming what was finished has changed nothing
        record(house, "keys.rotated", kek=kek_id, rewrapped=rewrapped)
    old = [kek.kek_id for kek in house.keys.status() if not kek.current and not kek.wraps]
    say(f"{kek_id} wraps everything; {rewrapped} rewrapped.", kek_id=kek_id, rewrapped=rewrapped, old=old)
    note(f"Copy {house.settings.keys_dir} to its safe place again.")
    if old:
        note(
            "Keep the old ones while a backup of the key store needs them (30 days), then: "
            + "; ".join(f"vrm keys retire {name}" for name in old)
        )


@keys.command()
@click.argument("kek_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
def retire(kek_id: str, yes: bool) -> None:
    """Delete an old KEK for ever. Key store backups made while it was current become unreadable."""
    house = open_house()
    if not any(kek.kek_id == kek_id and kek.present for kek in house.keys.status()):
        raise KekMissing("There is no such KEK. See: vrm keys status.")
    if not yes:
        click.confirm(f"Delete {kek_id} for ever?", abort=True, err=True)
    house.keys.retire(kek_id)
    say(f"{kek_id} is gone.", kek_id=kek_id)
