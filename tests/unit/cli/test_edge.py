"""Every command speaks to people and to programs, and fails in one sentence."""

import json
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from vrm.cli import COMMANDS, main
from vrm.cli.edge import Root, summary, table
from vrm.config import SETTINGS


def commands(
    group: click.Group, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = {" ".join(path): command for path, command in commands(main)}


@pytest.mark.parametrize("path", ALL)
def test_every_command_speaks_json_and_explains_itself(path: str) -> None:
    """No command is without --json, without help, or with an unexplained option."""
    command = ALL[path]
    assert command.help, path
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    assert "--json" in {name for option in options for name in option.opts}
    assert all(option.help for option in options)


def test_help_names_every_command_and_every_setting(operator) -> None:
    """Whoever types vrm --help learns all there is."""
    said = operator.do("--help").output
    for name in [*COMMANDS, *(setting.name for setting in SETTINGS)]:
        assert f"  {name} " in said


def test_help_says_of_a_command_what_the_command_says_of_itself() -> None:
    """The table that spares loading every command says the same as the commands."""
    context = click.Context(main)
    for name, place in COMMANDS.items():
        command = main.get_command(context, name)
        assert command is not None
        assert (command.name, summary(command)) == (name, place.summary)
    assert main.get_command(context, "no-such-command") is None


def test_help_loads_no_service() -> None:
    """Whoever only looks does not wait for a database library."""
    program = (
        "import sys; from vrm.cli import main\n"
        "try: main(['--help'])\n"
        "finally: print(sorted({'sqlalchemy', 'flask', 'vrm.house'} & sys.modules.keys()), file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stderr.strip() == "[]"


def test_a_wrong_command_line_is_told_both_ways(operator) -> None:
    """Usage faults end with 2, in a sentence or as an object."""
    assert operator.run("company", "show").exit_code == 2
    result = operator.run("company", "show", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["code"] == "usage"


def test_no_fault_shows_a_traceback_or_what_it_was_about() -> None:
    """Even a fault nobody foresaw ends in one line, and its text stays inside."""
    root = Root("vrm")

    @root.command()
    def broken() -> None:
        """Break."""
        raise RuntimeError("anna@example.com")

    result = CliRunner().invoke(root, ["broken"])
    assert result.exit_code == 1
    assert result.output == "vrm: unexpected fault (RuntimeError); VRM_LOG_LEVEL=debug shows where\n"


def test_every_fault_of_the_settings_is_told(operator) -> None:
    """Several faults are several lines, each with what to do."""
    operator.settings |= {"VRM_TYPO": "1", "VRM_WORKER": "perhaps"}
    lines = operator.fail("db", "status").stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["vrm", "vrm"]
    assert operator.code("db", "status") == "configuration"


def test_commands_refuse_tables_of_another_version(operator) -> None:
    """Nothing runs on a schema it was not made for, and the message says what to run."""
    (operator.home / "vrm.db").unlink()
    assert "run: vrm db upgrade" in operator.fail("company", "list").stderr
    assert operator.ask("db", "status")["up_to_date"] is False
    operator.do("db", "upgrade")
    assert operator.ask("db", "status")["up_to_date"] is True


def test_a_table_lines_up() -> None:
    """Columns are as wide as their widest cell, and an empty one says so."""
    assert table([], {"a": "A"}, empty="nothing") == "nothing"
    rows: list[dict[str, object]] = [{"a": 1, "b": ["x", "y"]}, {"a": None, "b": "z"}]
    assert table(rows, {"a": "A", "b": "long"}, empty="") == "A  long\n1  x, y\n-  z"
