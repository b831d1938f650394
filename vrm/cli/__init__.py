"""The command line: one file for each group of commands, one service verb for each command.

``edge`` holds how every command speaks: sentences for people, one JSON object for programs, and faults as a
line on standard error. Commands parse, call and say; what they do is in the rooms.
"""

import click

from vrm import __version__
from vrm.cli.auditor import auditor
from vrm.cli.backup import backup
from vrm.cli.client import client
from vrm.cli.company import company
from vrm.cli.database import db
from vrm.cli.edge import Root
from vrm.cli.keys import keys
from vrm.cli.log import log
from vrm.cli.restore import restore
from vrm.cli.serve import serve
from vrm.cli.setup import init
from vrm.cli.show import settings
from vrm.cli.work import worker


@click.group(cls=Root, context_settings={"max_content_width": 110})
@click.version_option(__version__, prog_name="vrm")
def main() -> None:
    """People own their profiles, and companies come asking: the operator's side.

    Begin with vrm init, then vrm serve. Settings are environment variables, read at start; vrm settings explains
    each one and shows what holds. Everything an instance keeps is below VRM_HOME (./var unless you say otherwise).

    Every command takes --json, and exits with 1 when it could not do what was asked.
    """


for _command in (
    init, settings, serve, worker, company, client, auditor, log, keys, db, backup, restore,
):  # fmt: skip
    main.add_command(_command)
