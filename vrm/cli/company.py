"""``vrm company``: organisations that want to ask."""

from collections import Counter

import click
from sqlalchemy.orm import Session

from vrm import clock, companies, journeys
from vrm.cli.company_people import invite, people
from vrm.cli.company_purposes import read_purposes, retention_option
from vrm.cli.edge import Group, note, open_house, say, table
from vrm.cli.naming import choose
from vrm.companies import Company

_COLUMNS = {
    "company_id": "company",
    "legal_name": "name",
    "domain": "domain",
    "proved": "proved",
    "state": "state",
}


@click.group(cls=Group)
def company() -> None:
    """Register organisations, prove their web domains, approve or suspend them.

    COMPANY is the id, or the domain where only one company has it.
    """


company.add_command(invite)
company.add_command(people)


@company.command()
@click.option("--name", required=True, help="Legal name, as people will see it.")
@click.option("--address", required=True, help="Where post reaches it.")
@click.option("--contact", required=True, help="E-mail address for questions of people and of yours.")
@click.option("--domain", required=True, help="Its web domain, like shop.example.")
@click.option("--notice", help="Address of its privacy notice (https); needed before approval.")
@click.option(
    "--purpose", "purposes", multiple=True, metavar="PURPOSE[=WHY]",
    help="Why it wants to ask, like dpv:ServiceProvision='To deliver parcels'; may be given several times.",
)  # fmt: skip
@click.option("--owner", help="Who owns the company, where people should know.")
@retention_option
def add(
    name: str, address: str, contact: str, domain: str, notice: str | None, purposes: tuple[str, ...],
    owner: str | None, retention: tuple[str, ...],
) -> None:  # fmt: skip
    """Register a company. It may ask nobody anything until it is approved."""
    house = open_house()
    made = house.database.write(
        lambda session: companies.register(
            session,
            legal_name=name,
            address=address,
            contact=contact,
            domain=domain,
            privacy_notice_url=notice,
            purposes=read_purposes(purposes, retention),
            known_purposes=house.catalogue.purposes,
            owner=owner,
            now=clock.now(),
        )
    )
    say(
        f"{made.legal_name} is registered as {made.id}.\n\n"
        f"To prove {made.domain}, publish this line at {companies.proof_url(made.domain)}\n\n"
        f"    {made.domain_token}\n\n"
        f"Next: vrm company prove-domain {made.id}, then vrm company approve {made.id}",
        **_facts(made),
        proof_url=companies.proof_url(made.domain),
        proof=made.domain_token,
    )


@company.command(name="list")
@click.option(
    "--state", type=click.Choice(["pending", "approved", "suspended"]), help="Only those in this state."
)
def list_(state: str | None) -> None:
    """List companies by name."""
    found = open_house().database.read(lambda session: companies.list_companies(session, state=state))
    rows = [_facts(one) for one in found]
    say(table(rows, _COLUMNS, empty="no company; see: vrm company add --help"), companies=rows)


@company.command()
@click.argument("company")
def show(company: str) -> None:
    """Show everything about one company, the line that proves its domain too."""

    def read(session: Session) -> tuple[Company, Counter[str]]:
        found = choose(session, company)
        members = companies.list_members(session, company_id=found.id)
        return found, Counter(member.role for member in members)

    found, people = open_house().database.read(read)
    facts = {
        **_facts(found),
        "people": {role: people[role] for role in companies.ROLES if people[role]},
        "proof_url": companies.proof_url(found.domain),
        "proof": found.domain_token,
    }
    say("\n".join(f"{name:<20} {_said(value)}" for name, value in facts.items()), **facts)


@company.command()
@click.argument("company")
@click.option(
    "--notice", help="Address of its privacy notice (https); give it again for a new version of it."
)
@click.option("--owner", help="Who owns the company now; '' for nobody to name.")
@click.option(
    "--purpose", "purposes", multiple=True, metavar="PURPOSE[=WHY]",
    help="Why it wants to ask; those given replace all it had.",
)  # fmt: skip
@retention_option
def change(
    company: str, notice: str | None, owner: str | None, purposes: tuple[str, ...], retention: tuple[str, ...]
) -> None:
    """Change a company's privacy notice, owner or purposes.

    After a new notice or owner nothing more is read under what people allowed before: they must be asked anew.
    A purpose it no longer has may not be asked for anew; what people allowed for it stays until that ends.
    """
    if retention and not purposes:
        raise click.UsageError("Give --purpose with --retention: those given replace all it had.")
    if notice is None and owner is None and not purposes:
        raise click.UsageError("Say what to change: --notice, --owner or --purpose.")
    house = open_house()

    def write(session: Session) -> Company:
        company_id, now = choose(session, company).id, clock.now()
        if notice is not None:
            companies.change_notice(session, company_id=company_id, privacy_notice_url=notice, now=now)
        if owner is not None:
            companies.change_owner(session, company_id=company_id, owner=owner or None, now=now)
        if purposes:
            companies.set_purposes(
                session,
                company_id=company_id,
                purposes=read_purposes(purposes, retention),
                known_purposes=house.catalogue.purposes,
                now=now,
            )
        return companies.get_company(session, company_id=company_id)

    done = house.database.write(write)
    say(f"{done.legal_name} is changed.", **_facts(done))


@company.command(name="prove-domain")
@click.argument("company")
def prove_domain(company: str) -> None:
    """Read the well-known address of the company's domain, and keep that it is proved.

    It is read over https from the public internet. For an invented domain, in development, VRM_FETCH_ALLOW names
    an address on this machine that answers in its place, as nordlicht.example=127.0.0.1:8080.
    """
    house = open_house()
    found = house.database.read(lambda session: choose(session, company))
    companies.check_domain(
        house.fetcher, domain=found.domain, token=found.domain_token
    )  # outside any transaction
    if found.domain in house.settings.fetch_allow:
        note(f"VRM_FETCH_ALLOW answered for {found.domain}: this proves nothing outside this machine")
    proved = house.database.write(
        lambda session: journeys.prove_domain(
            session, house.keys, company=found, issuer=house.settings.issuer, now=clock.now()
        )
    )
    say(f"{proved.legal_name} has proved {proved.domain}.", **_facts(proved))


@company.command()
@click.argument("company")
def approve(company: str) -> None:
    """Let a company's clients ask people. Look at it first: vrm company show. Its owners are told by letter."""
    house = open_house()
    done = house.database.write(
        lambda session: journeys.approve(
            session,
            house.keys,
            company=choose(session, company),
            issuer=house.settings.issuer,
            now=clock.now(),
        )
    )
    say(f"{done.legal_name} may ask.", **_facts(done))


@company.command()
@click.argument("company")
def suspend(company: str) -> None:
    """Stop a company at once: it can neither ask nor read, with any client."""
    done = open_house().database.write(
        lambda session: companies.suspend_company(
            session, company_id=choose(session, company).id, now=clock.now()
        )
    )
    say(f"{done.legal_name} is suspended.", **_facts(done))


@company.command()
@click.argument("company")
def resume(company: str) -> None:
    """Lift a company's suspension."""
    done = open_house().database.write(
        lambda session: companies.resume_company(
            session, company_id=choose(session, company).id, now=clock.now()
        )
    )
    say(f"{done.legal_name} is {done.state} again.", **_facts(done))


def _facts(one: Company) -> dict[str, object]:
    return {
        "company_id": one.id,
        "legal_name": one.legal_name,
        "state": one.state,
        "domain": one.domain,
        "proved": clock.rfc3339(one.domain_proved_at) if one.domain_proved_at else None,
        "address": one.address,
        "contact": one.contact,
        "notice": one.privacy_notice_url,
        "owner": one.owner,
        "purposes": {purpose: stated.why for purpose, stated in one.purposes.items()},
        "retention_days": {purpose: stated.retention_days for purpose, stated in one.purposes.items()},
        "created_at": clock.rfc3339(one.created_at),
    }


def _said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(name if said is None else f"{name} ({said})" for name, said in value.items()) or "-"
    return "-" if value is None else str(value)
