"""``vrm log begin-anew``: the honest way on for a log whose newest leaves are lost."""

import click

from vrm import accesslog, clock
from vrm.accesslog import witnessing
from vrm.cli.edge import Command, note, open_house, record, say
from vrm.config import Settings
from vrm.errors import Conflict, Invalid
from vrm.house import House
from vrm.tlog import Verifier
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
    if not yes:
        click.confirm(f"End the log {settings.log_origin} for ever?", abort=True, err=True)
    record(house, "log.begun_anew", follows=settings.log_origin, signed=newest.size if newest else 0)
    while accesslog.sequence(house.database):
        pass
    witnessing.enrol(house.database, None, now=clock.now())  # what they have seen was another log
    settings.instance.with_origin(origin).write(settings.home)
    with House.open(Settings.load()) as anew:
        published = anew.publish_log()
        vkey = Verifier(origin, anew.keys.log_signer.public).vkey
    say(
        f"The log {origin} begins with the {published.size} entries that are left. Its key:\n\n  {vkey}",
        origin=origin,
        follows=settings.log_origin,
        size=published.size,
        vkey=vkey,
    )
    note(
        "Give the key to auditors and witnesses, and tell people and companies what was lost. Start the service again."
    )
