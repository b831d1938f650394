"""What an operator does is in the log: every command that changes anything writes its event, and the rest have a reason."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from joserfc.jwk import ECKey

from tests.unit.cli.conftest import Operator
from tests.unit.cli.test_company import site
from vrm.cli import main

NOTHING = {
    "init": "there is no log before it",
    "settings": "reads only",
    "serve": "changes nothing by itself",
    "worker": "changes nothing by itself",
    "mail": "what a person does by answering a letter, with its event",
    "db status": "reads only",
    "db upgrade": "the shape of the tables, of no row what it means",
    "company list": "reads only",
    "company people": "reads only",
    "company show": "reads only",
    "client keys": "reads only",
    "client list": "reads only",
    "auditor list": "reads only",
    "keys status": "reads only",
    "log checkpoint": "public",
    "log cosigned": "needs no instance",
    "log search": "reads only, at the operator's own machine",
    "log sequence": "what a worker does by itself",
    "log status": "reads only",
    "log verify": "needs no instance",
    "log verify-proof": "needs no instance",
    "log watch": "needs no instance",
    "receipt verify": "needs no instance",
    "witness add-log": "of another organisation, with no log of ours",
    "witness drop-key": "of another organisation, with no log of ours",
    "witness init": "of another organisation, with no log of ours",
    "witness serve": "of another organisation, with no log of ours",
    "witness status": "of another organisation, with no log of ours",
}
"""Commands that write no event, and why not."""

ELSEWHERE = {
    "restore": "tests/unit/cli/test_backup.py",
    "log begin-anew": "tests/unit/cli/test_witness.py",
    "seed": "tests/unit/seeding/test_seeding.py",
    "log people": "tests/unit/cli/test_log_people.py",
}
"""Commands whose event needs more of an instance than stands here, and where it is seen."""


def commands(command: click.Command = main, *before: str) -> Iterator[str]:
    """Every command by its words."""
    if not isinstance(command, click.Group):
        yield " ".join(before)
        return
    context = click.Context(command)
    for name in command.list_commands(context):  # read when they are asked for
        one = command.get_command(context, name)
        assert one is not None
        yield from commands(one, *before, name)


def test_every_command_is_logged(operator: Operator, company: str, tmp_path: Path) -> None:
    """Each is run once; in the log stand exactly the events of what was done, in that order."""
    run, types = {"company add"}, ["company.registered"]

    def do(type: str, *words: str) -> dict[str, Any]:
        run.add(" ".join(words[:2]))
        types.append(type)
        made: dict[str, Any] = operator.ask(*words)
        return made

    with site(operator.ask("company", "show", company)["proof"]) as address:
        operator.settings["VRM_FETCH_ALLOW"] = f"nordlicht.example={address}"
        do("company.domain_proved", "company", "prove-domain", company)
    do("company.approved", "company", "approve", company)
    do("company.suspended", "company", "suspend", company)
    do("company.resumed", "company", "resume", company)
    do("company.changed", "company", "change", company, "--owner", "Nordlicht Holding")
    do("company.person_invited", "company", "invite", company, "--email", "jo@nordlicht.example")

    uri = ("--redirect-uri", "https://nordlicht.example/back")
    client = do("client.registered", "client", "new", "--company", company, *uri)["client_id"]
    kid = operator.ask("client", "keys", client)["keys"][0]["kid"]
    public = tmp_path / "public.jwk"
    public.write_text(json.dumps(ECKey.generate_key("P-256").as_dict(private=False)))
    do("client.changed", "client", "add-key", client, str(public))
    do("client.changed", "client", "retire-key", client, kid)
    do("client.changed", "client", "sign-in", client, "--scope-purpose", "dpv:ServiceProvision")
    do("client.suspended", "client", "suspend", client)
    do("client.resumed", "client", "resume", client)

    to = ("--email", "r@audit.example")
    auditor = do("auditor.granted", "auditor", "grant", "--name", "R. Okafor", *to)["auditor_id"]
    do("auditor.granted", "auditor", "extend", auditor)
    do("auditor.invited_again", "auditor", "resend", auditor, *to)
    do("auditor.factor_reset", "auditor", "reset-second-factor", auditor)
    do("auditor.ended", "auditor", "end", auditor)

    (old,) = do("keys.rotated", "keys", "rotate")["old"]
    do("keys.retired", "keys", "retire", old, "--yes")
    do("keys.signing_rotated", "keys", "rotate-signing")
    do("keys.signing_rotated", "keys", "rotate-receipts")
    do("keys.log_rotated", "keys", "rotate-log")
    operator.do("log", "sequence")
    do("log.exported", "log", "export", str(tmp_path / "all.ndjson"))
    do("log.exported", "log", "archive", str(tmp_path / "archive"))
    types.append("backup.made")
    operator.do("backup", str(tmp_path / "backup"))

    assert [entry["type"] for entry in operator.logged()] == types
    assert set(commands()) == {*run, "backup", *NOTHING, *ELSEWHERE}
