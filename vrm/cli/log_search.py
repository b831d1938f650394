"""``vrm log search``: find entries by what they say in clear, as auditors do."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

import click

from vrm import accesslog, clock, companies, oversight
from vrm.cli.edge import Command, counted, note, open_house, say, table
from vrm.cli.moment import Moment
from vrm.cli.naming import choose
from vrm.oversight import Filters, Found, Ranking, Row

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_COLUMNS = {
    "leaf": "leaf",
    "time": "time",
    "type": "type",
    "outcome": "outcome",
    "code": "code",
    "company_name": "company",
    "client_name": "client",
    "purpose": "purpose",
    "keys": "keys",
    "agent": "agent",
    "thread": "thread",
}
_MOST = 1000


@click.command(cls=Command)
@click.option("--since", type=Moment(), help="Only entries at or after this time.")
@click.option("--until", type=Moment(), help="Only entries before this time.")
@click.option("--company", help="Only entries of this company (id or domain).")
@click.option("--client", help="Only entries of this client id.")
@click.option("--purpose", help="Only entries for this purpose, like dpv:ServiceProvision.")
@click.option("--key", help="Only entries that name this key of the catalogue.")
@click.option("--type", "type", type=click.Choice(sorted(accesslog.TYPES)), help="Only entries of this type.")
@click.option("--outcome", type=click.Choice(["answered", "refused"]), help="Only entries with this outcome.")
@click.option("--code", help="Only entries with this code, like revoked.")
@click.option("--thread", help="Only entries of this thread: one consent's events.")
@click.option("--actor", help="Only entries of this kind of actor, like client.")
@click.option("--agent", help="Only entries of this agent of a client, by its pseudonym in the log.")
@click.option("--without-looks", "looks", flag_value="without", help="Leave out what auditors looked at.")
@click.option("--before", type=click.IntRange(min=0), help="Only leaves below this one: the next page.")
@click.option(
    "--limit", type=click.IntRange(1, _MOST), default=50, show_default=True, help="How many to show."
)
@click.option(
    "--counts", type=click.Choice(oversight.GROUPS), help="Count instead, most first, grouped by this."
)
def search(
    since: datetime | None,
    until: datetime | None,
    company: str | None,
    client: str | None,
    before: int | None,
    limit: int,
    counts: str | None,
    **members: str | None,
) -> None:
    """Find entries, the newest leaf first, by any combination of conditions.

    Reads the index that the worker derives from the log; to take entries out with proofs, use vrm log export. To count, a
    span is widened to whole days (UTC).
    """
    house = open_house()
    company, client = house.database.read(lambda session: known(session, company, client))
    filters = Filters(since, until, company=company, client=client, **members)
    filters.check()
    house.database.read(lambda session: oversight.check_known(session, filters, house.catalogue))
    if counts is not None:
        ranked = house.database.read(lambda session: oversight.rank(session, filters, by=counts, limit=limit))
        rows = [{"value": one.value, "count": one.count} for one in ranked.counts]
        back = ranked.counted_back_to
        say(
            table(rows, {"value": counts, "count": "entries"}, empty="Nothing like that is in the log."),
            by=counts,
            counts=rows,
            counted_back_to=None if back is None else clock.rfc3339(back),
        )
        if back is not None:
            note(f"Counted back to {clock.rfc3339(back)}; give --since and --until for an earlier time.")
    else:
        found, total, names = house.database.read(
            lambda session: (
                oversight.search(session, filters, before=before, limit=limit),
                oversight.count(session, filters),
                _names(session),
            )
        )
        _show(found, total, names, since is not None or until is not None)
    indexed, tree = house.database.read(lambda session: (oversight.indexed(session), _size(session)))
    if indexed < tree:
        newest = counted(tree - indexed, "entry is", "entries are")
        note(f"The newest {newest} not indexed yet: the worker does that (vrm worker).")


def known(session: "Session", company: str | None, client: str | None) -> tuple[str | None, str | None]:
    """The ids of company and client: a name mistyped must not look like a log in which nothing happened."""
    return (
        None if company is None else choose(session, company).id,
        None if client is None else companies.get_client(session, client_id=client).id,
    )


def _names(session: "Session") -> Mapping[str | None, str]:
    """The names of companies and clients, by id."""
    owners: dict[str | None, str] = {one.id: one.legal_name for one in companies.list_companies(session)}
    return owners | {one.id: one.name for one in companies.list_clients(session)}


def _show(found: Found, total: Ranking, names: Mapping[str | None, str], whole_days: bool) -> None:
    back = None if found.looked_back_to is None else clock.rfc3339(found.looked_back_to)
    entries = [_facts(row, names) for row in found.rows]
    columns = {name: head for name, head in _COLUMNS.items() if any(entry.get(name) for entry in entries)}
    every, reach = sum(one.count for one in total.counts), total.counted_back_to
    empty = "Nothing like that is in the log." if back is None else "Nothing like that so far."
    say(
        table(entries, columns, empty=empty),
        entries=entries,
        older=found.older,
        looked_back_to=back,
        total=every,
        counted_back_to=None if reach is None else clock.rfc3339(reach),
    )
    since = "" if reach is None else f" since {clock.rfc3339(reach)}"
    days = " of these days (UTC)" if whole_days else ""
    note(f"{counted(len(entries), 'entry', 'entries')} shown of {every}{days}{since}.")
    if back is not None:
        note(f"Looked back to {back}. To go on: --before {found.older}")
    elif found.older is not None:
        note(f"There are more. To go on: --before {found.older}")


def _facts(row: Row, names: Mapping[str | None, str]) -> dict[str, object]:
    told = {one.name: getattr(row, one.name) for one in fields(row)}
    leaf, at, keys = told.pop("leaf_index"), told.pop("at"), told.pop("keys")
    renamed = {name.removesuffix("_id") if name != "event_id" else name: told[name] for name in told}
    named = {"company_name": names.get(row.company_id), "client_name": names.get(row.client_id)}
    return {"leaf": leaf, "time": clock.rfc3339(at), **renamed, **named, "keys": list(keys)}


def _size(session: "Session") -> int:
    newest = accesslog.latest_checkpoint(session)
    return 0 if newest is None else newest.size
