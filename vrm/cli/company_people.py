"""``vrm company invite`` and ``people``: how a company that the operator registered gets its first owner."""

from urllib.parse import urlsplit

import click
from sqlalchemy.orm import Session

from vrm import clock, companies, work
from vrm.cli.edge import Command, open_house, say, table
from vrm.cli.naming import choose
from vrm.companies import ROLES, Company, Member


@click.command(cls=Command)
@click.argument("company")
@click.option("--email", required=True, help="Where the link goes; kept sealed.")
@click.option(
    "--role", type=click.Choice(ROLES), default="owner", show_default=True, help="What they will be there."
)
def invite(company: str, email: str, role: str) -> None:
    """Invite somebody into a company, as one that has no people yet.

    A link is mailed to them. It works once, for seven days. A company's owners invite the others themselves.
    """
    house = open_house()
    now, issuer = clock.now(), house.settings.issuer

    def write(session: Session) -> Company:
        found = choose(session, company)
        made = companies.invite_person(
            session,
            house.keys,
            company_id=found.id,
            email=email,
            role=role,
            by=None,
            now=now,
            actor="operator",
        )
        work.enqueue_letter(
            session,
            house.keys,
            letter="company_invitation",
            to=made.email,
            values={
                "link": f"{issuer}/company/join?token={made.token}",
                "company": found.legal_name,
                "inviter": f"The operator of {urlsplit(issuer).netloc}",
                "role": role.replace("_", " "),
            },
            language="en",
            issuer=issuer,
            now=now,
        )
        return found

    found = house.database.write(write)
    say(
        f"A link into {found.legal_name} is on its way as soon as a worker runs (vrm serve, or vrm worker).",
        company_id=found.id,
        role=role,
    )


@click.command(cls=Command)
@click.argument("company")
def people(company: str) -> None:
    """List a company's people by account and role; names and addresses are their colleagues' to see."""
    found = open_house().database.read(
        lambda session: companies.list_members(session, company_id=choose(session, company).id)
    )
    rows = [_row(one) for one in found]
    columns = {"account_id": "account", "role": "role", "joined_at": "since"}
    say(table(rows, columns, empty="nobody yet; see: vrm company invite --help"), people=rows)


def _row(one: Member) -> dict[str, object]:
    return {"account_id": one.account_id, "role": one.role, "joined_at": clock.rfc3339(one.joined_at)}
