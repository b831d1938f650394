"""``vrm log sequence``: what the worker does by itself, and what the operator alone can answer for."""

import click

from vrm import accesslog
from vrm.accesslog import doubting
from vrm.cli.edge import Command, counted, open_house, record, say


@click.command(cls=Command)
@click.option(
    "--unheard",
    is_flag=True,
    help="Sign though the database was put back and too few witnesses have said how much they have seen.",
)
def sequence(unheard: bool) -> None:
    """Give waiting events their leaves and sign a checkpoint, now rather than with the worker's next pass.

    With --unheard you answer for it that nothing was signed that this database does not hold: if there was, the next
    signature makes a second history that others can prove. It is written into the log that you did.
    """
    house = open_house()
    if unheard:
        house.hear_witnesses()
        if house.database.read(accesslog.is_unheard):
            record(house, "backup.restored", "unheard")
            house.database.write_group(doubting.believe)
    count = 0
    while taken := accesslog.sequence(house.database):
        count += taken
    newest = house.publish_log()
    say(
        f"{counted(count, 'new leaf', 'new leaves')}; the checkpoint covers {newest.size}.",
        sequenced=count,
        size=newest.size,
    )
