"""``vrm auditor``: who may review the log, and until when."""

from datetime import UTC, datetime, timedelta

import click
from sqlalchemy.orm import Session

from vrm import accounts, clock, work
from vrm.accounts import Auditor
from vrm.cli.edge import Group, open_house, say, table
from vrm.house import House

DAYS = 90


@click.group(cls=Group)
def auditor() -> None:
    """Say who may review the log, and until when."""


_until = click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the mandate (UTC); default 90 days on."
)


@auditor.command()
@click.option("--name", required=True, help="The auditor's name; kept sealed.")
@click.option("--email", required=True, help="Where the link goes with which they come in; kept sealed.")
@_until
def grant(name: str, email: str, until: datetime | None) -> None:
    """Let somebody review the log, until a day.

    A link is mailed to them. It works once, for seven days; they choose a password and set up a second factor.
    What they look at is in the log itself, and other auditors see it.
    """
    house = open_house()
    now = clock.now()
    end = _end(until, now)
    newcomer = accounts.prepare_auditor(house.keys, name=name)

    def let_in(session: Session) -> None:
        invitation = accounts.grant_auditor(
            session, house.keys, auditor=newcomer, email=email, until=end, now=now
        )
        _mail(session, house, invitation, end, now)

    house.database.write(let_in)
    say(
        f"{name} may review the log, {accounts.last_day(end)} being the last day; mandate {newcomer.id}.\n"
        "The link is mailed as soon as a worker runs (vrm serve, or vrm worker).",
        auditor_id=newcomer.id,
        until=clock.rfc3339(end),
        last_day=f"{accounts.last_day(end)}",
    )


@auditor.command()
@click.argument("auditor_id")
@_until
def extend(auditor_id: str, until: datetime | None) -> None:
    """Let a mandate end on another day; one that is over begins anew."""
    house = open_house()
    now = clock.now()
    end = _end(until, now)
    house.database.write(
        lambda session: accounts.extend_auditor(session, auditor_id=auditor_id, until=end, now=now)
    )
    say(
        f"Mandate {auditor_id} holds; its last day is {accounts.last_day(end)}.",
        auditor_id=auditor_id,
        until=clock.rfc3339(end),
        last_day=f"{accounts.last_day(end)}",
    )


@auditor.command()
@click.argument("auditor_id")
@click.option("--email", required=True, help="Where the new link goes.")
def resend(auditor_id: str, email: str) -> None:
    """Mail another link to an auditor who has made no account yet."""
    house = open_house()
    now = clock.now()

    def let_in(session: Session) -> None:
        found = accounts.get_active_auditor(session, house.keys, auditor_id=auditor_id, now=now)
        invitation = accounts.renew_invitation(
            session, house.keys, auditor_id=auditor_id, email=email, now=now
        )
        _mail(session, house, invitation, found.until, now)

    house.database.write(let_in)
    say(f"Another link for mandate {auditor_id} is on its way.", auditor_id=auditor_id)


@auditor.command(name="reset-second-factor")
@click.argument("auditor_id")
def reset_second_factor(auditor_id: str) -> None:
    """Forget the second factor of someone who lost it, recovery codes and all.

    Make sure first, by another way than mail, that it is really they who ask.
    """
    house = open_house()
    house.database.write(
        lambda session: accounts.reset_auditor_factor(session, auditor_id=auditor_id, now=clock.now())
    )
    say(f"At the next sign-in mandate {auditor_id} sets up a new second factor.", auditor_id=auditor_id)


@auditor.command(name="list")
def list_() -> None:
    """List all mandates, those that are over too."""
    house = open_house()
    now = clock.now()
    found = house.database.read(lambda session: accounts.list_auditors(session, house.keys))
    rows = [_row(one, now) for one in found]
    columns = {"auditor_id": "mandate", "name": "name", "state": "state", "last_day": "last day"}
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


def _end(until: datetime | None, now: datetime) -> datetime:
    """The midnight after the last day, which is a whole one."""
    last = now + timedelta(days=DAYS) if until is None else until
    return datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)


def _mail(
    session: Session, house: House, invitation: accounts.Invitation, until: datetime, now: datetime
) -> None:
    issuer = house.settings.issuer
    work.enqueue_letter(
        session,
        house.keys,
        letter="auditor_sign_up",
        to=invitation.email,
        values={
            "link": f"{issuer}/audit/choose-password?token={invitation.token}",
            "until": f"{accounts.last_day(until)}",
        },
        language="en",
        issuer=issuer,
        now=now,
    )


def _row(one: Auditor, now: datetime) -> dict[str, object]:
    return {
        "auditor_id": one.id,
        "name": one.name,
        "state": "active" if one.is_active(now) else "over" if one.ended_at is None else "ended",
        "granted_at": clock.rfc3339(one.granted_at),
        "until": clock.rfc3339(one.until),
        "ended_at": None if one.ended_at is None else clock.rfc3339(one.ended_at),
        "last_day": f"{one.last_day}",
    }
