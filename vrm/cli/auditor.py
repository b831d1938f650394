"""``vrm auditor``: who may review the log, and until when."""

from datetime import UTC, datetime, timedelta

import click

from vrm import accounts, clock
from vrm.accounts import Auditor
from vrm.cli.edge import Group, open_house, say, table

DAYS = 90


@click.group(cls=Group)
def auditor() -> None:
    """Say who may review the log, and until when."""


@auditor.command()
@click.option("--name", required=True, help="The auditor's name; kept sealed.")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the mandate (UTC); default 90 days on."
)
def grant(name: str, until: datetime | None) -> None:
    """Write down who may review the log, and until when.

    A mandate is recorded, in the log too, and opens nothing: you export the log and hand it over. Whoever has an
    export and the log's vkey can verify it, with a mandate or without.
    """
    house = open_house()
    now = clock.now()
    end = now + timedelta(days=DAYS) if until is None else until.replace(tzinfo=UTC) + timedelta(days=1)
    newcomer = accounts.prepare_auditor(house.keys, name=name)
    auditor_id = house.database.write(
        lambda session: accounts.grant_auditor(session, auditor=newcomer, until=end, now=now)
    )
    say(
        f"{name} may review the log until {clock.rfc3339(end)}; mandate {auditor_id}.",
        auditor_id=auditor_id,
        until=clock.rfc3339(end),
    )


@auditor.command(name="list")
def list_() -> None:
    """List all mandates, those that are over too."""
    house = open_house()
    now = clock.now()
    found = house.database.read(lambda session: accounts.list_auditors(session, house.keys))
    rows = [_row(one, now) for one in found]
    columns = {"auditor_id": "mandate", "name": "name", "state": "state", "until": "until"}
    say(table(rows, columns, empty="no auditor yet; see: vrm auditor grant --help"), auditors=rows)


@auditor.command()
@click.argument("auditor_id")
def end(auditor_id: str) -> None:
    """End a mandate at once."""
    house = open_house()
    house.database.write(
        lambda session: accounts.end_auditor(session, auditor_id=auditor_id, now=clock.now())
    )
    say(f"Mandate {auditor_id} is over.", auditor_id=auditor_id)


def _row(one: Auditor, now: datetime) -> dict[str, object]:
    return {
        "auditor_id": one.id,
        "name": one.name,
        "state": "active" if one.is_active(now) else "over",
        "granted_at": clock.rfc3339(one.granted_at),
        "until": clock.rfc3339(one.until),
    }
