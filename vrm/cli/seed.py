"""``vrm seed``: a sandbox full of invented people."""

import time

import click

from vrm.cli.edge import Command, counted, note, open_house, progress, say
from vrm.errors import Denied


@click.command(cls=Command)
@click.option(
    "--consumers",
    type=click.IntRange(min=1),
    required=True,
    metavar="N",
    help="So many people there are to be in the end.",
)
@click.option(
    "--consents-each",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Consents that each gives.",
)
@click.option(
    "--reads-each", type=click.IntRange(min=0), default=1, show_default=True, help="Reads of each person."
)
@click.option(
    "--companies",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="Companies that they give them to.",
)
def seed(consumers: int, consents_each: int, reads_each: int, companies: int) -> None:
    """Fill a sandbox with invented people, companies, consents and reads, and verify its log. In a sandbox only.

    Nobody gets a letter, and nobody has a password: their addresses, person-0@seeded.example and on, are nobody's. When
    it was stopped, run it again: it goes on with the next people, and leaves those that are there. Stop vrm serve
    meanwhile, whose worker would do the same work more slowly.
    """
    from vrm import seeding  # here, so that help does not load the web
    from vrm.cli.examine import require_log

    if consents_each > companies:
        raise click.UsageError("each gives no company more than one consent: raise --companies")
    house = open_house()
    if not house.settings.sandbox:
        raise Denied(
            "Only a sandbox is filled with invented people. Make one: vrm init --sandbox", code="no_sandbox"
        )
    plan = seeding.Plan(consumers, consents_each, reads_each, companies)
    began = time.monotonic()
    done = seeding.sow(
        house, plan, progress=progress("people", rated=True), indexing=progress("indexing the log")
    )
    if done.known:
        note(f"{counted(done.known, 'person was', 'people were')} there already.")
    require_log(house, None)
    say(
        f"Added {counted(done.consumers, 'person', 'people')}, {counted(done.consents, 'consent', 'consents')} and"
        f" {counted(done.reads, 'read', 'reads')} in {time.monotonic() - began:.0f} seconds."
        f" The log holds {counted(done.log_size, 'entry', 'entries')} and verifies.",
        consumers=done.consumers,
        known=done.known,
        consents=done.consents,
        reads=done.reads,
        log_size=done.log_size,
        verified=True,
    )
