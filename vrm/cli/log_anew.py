"""``vrm log begin-anew``: the honest way on for a log whose newest leaves are lost."""

import click

from vrm import accesslog, clock
from vrm.accesslog import witnessing
from vrm.cli.edge import Command, note, open_house, record, say
from vrm.errors import Conflict, Invalid
from vrm.tlog import Checkpoint, Verifier
from vrm.tlog.errors import BadNote
from vrm.tlog.note import checked_name


@click.command(name="begin-anew", cls=Command)
@click.argument("origin")
@click.option("--yes", is_flag=True, help="Do not ask.")
def begin_anew(origin: str, yes: bool) -> None:
    """End the log and begin another, called ORIGIN, that has its entries as they are left here.

    Only where leaves that were signed are lost for ever, so that nothing may be signed any more: put back the newest
    database or backup instead if there is one. Everybody who relies on the log must be told, and get its new key.
    Stop the service first.
    """
    house = open_house()
    settings = house.settings
    try:
        checked_name(origin)
    except BadNote:
        raise Invalid("An origin is like vrm.example/log/2: no space, no plus.", code="bad_origin") from None
    if origin in (settings.log_origin, *settings.instance.former_origins):
        raise Conflict(f"{origin} is or was this log's origin; give one that never was", code="origin_used")
    newest = house.database.read(accesslog.latest_checkpoint)
    begun = origin if newest is None else newest.note.split("\n", 1)[0]
    if begun not in (origin, settings.log_origin, *settings.instance.former_origins):
        raise Conflict(
            f"The log {begun} has begun, which was cut off before its name was kept. Run: vrm log begin-anew {begun}",
            code="begun_already",
        )
    if not yes:
        click.confirm(f"End the log {settings.log_origin} for ever?", abort=True, err=True)
    record(house, "log.begun_anew", follows=settings.log_origin, signed=newest.size if newest else 0)
    while accesslog.sequence(house.database):
        pass
    # In this order: cut off anywhere, the old log is signed no more, and the same command goes on. What witnesses object to
    # stands until the database itself has a checkpoint of the new log, beside which nothing of the old one is signed.
    instance = settings.instance.with_origin(origin)
    published = house.begin_log(instance)
    witnessing.enrol(house.database, None, now=clock.now())  # what they have seen was another log
    instance.write(settings.home)
    house.log_pin.keep(Checkpoint(origin, published.size, published.root), published.note)
    vkey = Verifier(origin, house.keys.log_signer.public).vkey
    say(
        f"The log {origin} begins with the {published.size} entries that are left. Its key:\n\n  {vkey}",
        origin=origin,
        follows=settings.log_origin,
        size=published.size,
        vkey=vkey,
    )
    note(
        f"Its place is {settings.issuer}{instance.log_place}, once the service runs again; the one before has none any more."
    )
    note(
        "Give the key to auditors and witnesses, and tell people and companies what was lost. Start the service again."
    )
