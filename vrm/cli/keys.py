"""``vrm keys``: the keys that wrap all others, and those that sign ID tokens."""

import click

from keys.errors import KekMissing
from vrm import clock
from vrm.cli.edge import Group, note, open_house, progress, record, say, table


@click.group(cls=Group)
def keys() -> None:
    """See and rotate the keys that wrap all others (KEKs) and those that sign ID tokens, with no stop."""


@keys.command()
def status() -> None:
    """List every KEK and how many things it still wraps, and the published keys that sign ID tokens."""
    house, now = open_house(), clock.now()
    signing: list[dict[str, object]] = [
        {
            "kid": key.signer.kid,
            "state": key.state_at(now),
            "signs_from": clock.rfc3339(key.signs_from),
            "signs_until": clock.rfc3339(key.signs_until) if key.signs_until else None,
        }
        for key in house.keys.token_keys.published(now)
    ]
    rows: list[dict[str, object]] = [
        {
            "kek_id": kek.kek_id,
            "state": "current" if kek.current else "old" if kek.present else "MISSING",
            "wraps": kek.wraps,
            "deks": kek.deks,
            "log_secrets": kek.log_secrets,
            "files": kek.files,
        }
        for kek in house.keys.status()
    ]
    columns = {"kid": "signs ID tokens", "state": "state", "signs_from": "from", "signs_until": "until"}
    say(
        table(rows, {"kek_id": "KEK", "state": "state", "wraps": "wraps"}, empty="no KEK")
        + "\n\n"
        + table(signing, columns, empty="no key"),
        keks=rows,
        signing=signing,
    )


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


@keys.command(name="rotate-signing")
def rotate_signing() -> None:
    """Make a new key to sign ID tokens. The service keeps running.

    Everybody can fetch it at once; it signs a quarter of an hour later, so that nobody checks with an old set. The
    one before is published for a day more.
    """
    house = open_house()
    key = house.keys.token_keys.rotate(clock.now())
    begins = clock.rfc3339(key.signs_from)
    record(house, "keys.signing_rotated", kid=key.signer.kid, signs_from=begins)
    say(f"{key.signer.kid} is published and signs from {begins}.", kid=key.signer.kid, signs_from=begins)
    note(f"Copy {house.settings.keys_dir} to its safe place again.")


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
