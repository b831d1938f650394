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
    "settings": _Place("show", ""),
    "serve": _Place("serve", ""),
    "worker": _Place("work", ""),
    "company": _Place("company", ""),
    "client": _Place("client", ""),
    "auditor": _Place("auditor", ""),
    "log": _Place("log", ""),
    "keys": _Place("keys", ""),
    "db": _Place("database", ""),
    "backup": _Place("backup", ""),
    "restore": _Place("restore", ""),
}
