"""The command line: one file for each group of commands, one service verb for each command.

``edge`` holds how every command speaks: sentences for people, one JSON object for programs, and faults as a
line on standard error. Commands parse, call and say; what they do is in the rooms. A command's file is loaded when
the command is used, so that help, and what needs no instance, need not load the service first.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import NamedTuple

import click

from vrm import __version__
from vrm.cli.edge import Root


class _Place(NamedTuple):
    """Which file holds a command, and the first sentence of its help, which a test holds to it."""

    file: str
    summary: str


COMMANDS: Mapping[str, _Place] = {
    "init": _Place("setup", "Make a new instance in VRM_HOME: identity, database, key store and keys"),
    "settings": _Place("show", "Explain every setting, and show what holds now"),
    "serve": _Place("serve", "Serve people and companies until told to stop (SIGTERM or Ctrl-C)"),
    "worker": _Place(
        "work", "Sign the log's checkpoints, send mail, end what has expired; until told to stop"
    ),
    "mail": _Place(
        "mail", "Take answers to letters about consents by SMTP, and stop those consents; until told to stop"
    ),
    "company": _Place("company", "Register organisations, prove their web domains, approve or suspend them"),
    "client": _Place(
        "client", "Register the software with which companies ask and read; suspend and resume it"
    ),
    "auditor": _Place("auditor", "Say who may review the log, and until when"),
    "log": _Place("log", "Search, export and verify the access log"),
    "receipt": _Place("receipt", "Check receipts of what a person allowed or refused"),
    "witness": _Place(
        "witness",
        "Be a witness of other people's logs: cosign a checkpoint only if it continues the one before",
    ),
    "keys": _Place(
        "keys",
        "See and rotate the keys that wrap all others (KEKs), and those that sign ID tokens, receipts and the log, with no stop",
    ),
    "seed": _Place(
        "seed", "Fill a sandbox with invented people, companies, consents and reads, and verify its log"
    ),
    "db": _Place("database", "Look at the database's schema, and bring it to this version's"),
    "backup": _Place("backup", "Back up into FOLDER, which must be new or empty"),
    "restore": _Place(
        "restore", "Put the backup in FOLDER back into an empty VRM_HOME, and check that it is whole"
    ),
}


class Program(Root):
    """The program, which loads a command's file when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        command = getattr(import_module(f"vrm.cli.{place.file}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.summary) for name, place in COMMANDS.items()])


@click.group(cls=Program, context_settings={"max_content_width": 110})
@click.version_option(__version__, prog_name="vrm")
def main() -> None:
    """People own their profiles, and companies come asking: the operator's side.

    Begin with vrm init, then vrm serve. Settings are environment variables, read at start; vrm settings explains
    each one and shows what holds. Everything an instance keeps is below VRM_HOME (./var unless you say otherwise).

    Every command takes --json, which stands last (vrm company list --json), and exits with 1 when it could not do
    what was asked.
    """
