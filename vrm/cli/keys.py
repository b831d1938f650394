"""``vrm keys``: the keys that wrap all others, and those that sign ID tokens, receipts and the log."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import click

from keys.errors import KekMissing
from vrm import accesslog, clock
from vrm.cli.edge import Group, note, open_house, progress, record, say, table
from vrm.errors import Conflict
from vrm.tlog import BadNote, Verifier
from vrm.tlog.note import parse

if TYPE_CHECKING:
    from vrm.house import House


@click.group(cls=Group)
def keys() -> None:
    """See and rotate the keys that wrap all others (KEKs), and those that sign ID tokens, receipts and the log, with no stop."""


@keys.command()
def status() -> None:
    """List every KEK and how many things it still wraps, and the keys that sign ID tokens, receipts and the log."""
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
    receipts: list[dict[str, object]] = [
        {
            "kid": key["kid"],
            "state": "former" if "exp" in key else "signing",
            "signs_from": _moment(key["iat"]),
            "signs_until": _moment(key["exp"]) if "exp" in key else None,
        }
        for key in house.keys.receipt_keys.published(now)
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
    log = [
        {
            "vkey": Verifier(house.settings.log_origin, key.signer.public).vkey,
            "since": clock.rfc3339(key.since) if key.since else None,
        }
        for key in house.keys.log_keys.signing()
    ]
    columns = {"state": "state", "signs_from": "from", "signs_until": "until"}
    say(
        table(rows, {"kek_id": "KEK", "state": "state", "wraps": "wraps"}, empty="no KEK")
        + "\n\n"
        + table(signing, {"kid": "signs ID tokens", **columns}, empty="no key")
        + "\n\n"
        + table(receipts, {"kid": "signs receipts", **columns}, empty="no key")
        + "\n\n"
        + table(log, {"vkey": "signs the log", "since": "since"}, empty="no key"),
        keks=rows,
        signing=signing,
        receipts=receipts,
        log=log,
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
@click.option(
    "--now", "at_once", is_flag=True, help="The keys so far may be in other hands: end them this very moment."
)
def rotate_signing(at_once: bool) -> None:
    """Make a new key to sign ID tokens. The service keeps running.

    Everybody can fetch it at once; it signs a quarter of an hour later, so that nobody checks with an old set. The
    one before is published for a day more.

    With --now the new key signs at once, and every other is published no more: what they signed is worth nothing.
    Companies whose programs still hold the old set cannot sign anybody in until they read it anew, within minutes.
    """
    house = open_house()
    token_keys, now = house.keys.token_keys, clock.now()
    key = token_keys.replace(now) if at_once else token_keys.rotate(now)
    kid, begins = key.signer.kid, clock.rfc3339(key.signs_from)
    record(house, "keys.signing_rotated", "at_once" if at_once else None, kid=kid, signs_from=begins)
    if at_once:
        say(f"{kid} signs from now on; every other key is gone.", kid=kid, signs_from=begins)
    else:
        say(f"{kid} is published and signs from {begins}.", kid=kid, signs_from=begins)
    note(f"Copy {house.settings.keys_dir} to its safe place again.")


@keys.command(name="rotate-receipts")
def rotate_receipts() -> None:
    """Make a new key to sign receipts, and destroy the one before. The service keeps running.

    What the old key signed verifies for ever: its public half stays published, with the time in which it signed.
    """
    house, now = open_house(), clock.now()
    kid = house.keys.receipt_keys.rotate(now).kid
    record(house, "keys.signing_rotated", "receipts", kid=kid, signs_from=clock.rfc3339(now))
    say(f"{kid} signs receipts from now on; the key before is destroyed.", kid=kid)
    note(f"Copy {house.settings.keys_dir} to its safe place again.")


@keys.command(name="rotate-log")
@click.option(
    "--finish", is_flag=True, help="Destroy the elder of the two keys: from then on the newer signs alone."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def rotate_log(finish: bool, yes: bool) -> None:
    """Make a new key to sign the log, beside the one there is; weeks later, --finish ends the old one.

    Until then every checkpoint is signed by both, so that whoever checks the log by the old key can take the new one
    from a checkpoint that the old one has signed as well. Give them time: 90 days. Exports keep the old key till the
    end, and what was signed by it can always be checked by it.
    """
    house = open_house()
    log_keys, name = house.keys.log_keys, house.settings.log_origin
    # What is done is said first: should this be cut off between the two, nothing was done that the log does not tell.
    if finish:
        _require_both_signed(house)
        if not yes:
            click.confirm("Destroy the elder of the log's keys for ever?", abort=True, err=True)
        gone = Verifier(name, log_keys.elder().public)
        vkey = Verifier(name, log_keys.signing()[-1].signer.public).vkey
        record(house, "keys.log_rotated", "finished", old=gone.vkey, new=vkey)
        log_keys.finish()
        say(f"{vkey} signs alone from now on; the key before is destroyed.", vkey=vkey, gone=gone.vkey)
        note(
            "Tell auditors and witnesses that the change is over. Files from before verify by the old key:\n"
            f"  {gone.vkey}"
        )
    else:
        old, key = Verifier(name, house.keys.log_signer.public).vkey, log_keys.draft(clock.now())
        vkey = Verifier(name, key.signer.public).vkey
        record(house, "keys.log_rotated", "begun", old=old, new=vkey)
        log_keys.rotate(key)
        say(f"{vkey} signs every checkpoint from now on, beside the key before.", vkey=vkey, old=old)
        note("Tell auditors and witnesses (vrm witness add-log). After 90 days: vrm keys rotate-log --finish")
    note(f"Copy {house.settings.keys_dir} to its safe place again.")


def _moment(seconds: object) -> str:
    return clock.rfc3339(datetime.fromtimestamp(cast(int, seconds), UTC))


def _require_both_signed(house: "House") -> None:
    """The new key is of use to nobody who has seen no checkpoint that both have signed."""
    newest = house.database.read(accesslog.latest_checkpoint)
    keys = house.keys.log_keys.signing()
    if len(keys) < 2 or newest is None:
        return  # there is nothing to end, which ``finish`` says; or nobody holds a checkpoint yet
    try:
        Verifier(house.settings.log_origin, keys[-1].signer.public).verify(parse(newest.note.encode()))
    except BadNote:
        raise Conflict(
            "No checkpoint bears both signatures yet. Run: vrm log sequence", code="not_signed_by_both"
        ) from None


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
    record(house, "keys.retired", kek=kek_id)
    say(f"{kek_id} is gone.", kek_id=kek_id)
