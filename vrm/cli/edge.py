"""How every command speaks: ``--json`` everywhere, one line on standard error when something is wrong.

A command is a function in a ``Group``; it gets ``--json`` by being there, so none can forget it. It calls
``say`` for results, ``note`` for what goes beside them, ``open_house`` when it needs the instance. Faults are
raised, never printed: ``Root`` turns them into a sentence and exit code 1 (2 for a wrong command line).
"""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from vrm import clock
from vrm.config import SETTINGS, ConfigError, Settings
from vrm.errors import VrmError

# What only some commands need is imported where they need it: help, and what needs no instance, start at once.
if TYPE_CHECKING:
    from vrm.house import House

_AS_JSON, _FACTS = "vrm.as_json", "vrm.facts"


class Command(click.Command):
    """A command that can answer people or programs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(
            click.Option(
                ["--json", "as_json"],
                is_flag=True,
                expose_value=False,
                callback=_remember,
                is_eager=True,
                help="Print one JSON object instead of sentences.",
            )
        )

    def invoke(self, ctx: click.Context) -> Any:
        result = super().invoke(ctx)
        if ctx.meta.get(_AS_JSON):
            click.echo(json.dumps(ctx.meta.get(_FACTS, {}), ensure_ascii=False, default=str))
        return result


class Group(click.Group):
    """A group whose commands all speak JSON."""

    command_class = Command
    group_class = type

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary(found)) for name, found in commands if found])


class Root(Group):
    """The program: every fault ends here, and its help says where the settings are."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Settings (vrm settings tells more)"):
            formatter.write_dl([(setting.name, _sentence(setting.meaning)) for setting in SETTINGS])

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        words = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        try:
            status = super().main(words, *rest, **extra)
        except Exception as fault:  # the edge: whatever it was, people get a sentence and no traceback
            sys.exit(_report(fault, as_json="--json" in words))
        sys.exit(status if isinstance(status, int) else 0)  # an int is what ctx.exit() was given


def summary(command: click.Command) -> str:
    """The first sentence of a command's help, whole; click itself would cut it."""
    return _sentence((command.help or "").replace("\n", " "))


def _sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".")


def _remember(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.meta[_AS_JSON] = value


def say(text: str, **facts: Any) -> None:
    """Tell people ``text``, or programs ``facts``; facts of one command add up to one object."""
    ctx = click.get_current_context()
    if ctx.meta.get(_AS_JSON):
        ctx.meta.setdefault(_FACTS, {}).update(facts)
    else:
        click.echo(text)


def note(text: str) -> None:
    """Tell people something beside the result, on standard error."""
    click.echo(text, err=True)


def table(rows: Sequence[Mapping[str, object]], columns: Mapping[str, str], *, empty: str) -> str:
    """Rows under headings; ``columns`` maps a row's name to its heading."""
    if not rows:
        return empty
    lines = [list(columns.values())]
    lines += [[_cell(row.get(name)) for name in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def counted(count: int, one: str, many: str) -> str:
    """``1 entry``, ``2 entries``."""
    return f"{count} {one if count == 1 else many}"


def progress(label: str, *, rated: bool = False) -> Callable[[int, int], None]:
    """A progress bar for ``done, total``: on a terminal it moves, elsewhere one line in ten per cent steps.

    ``rated``: how many a second since the first call stands beside it, and how long the rest will take at that.
    """
    shown, first, began = -1, 0, 0.0

    def advance(done: int, total: int) -> None:
        nonlocal shown, first, began
        if shown < 0:
            first, began = done, time.monotonic()
        share = 100 if total <= 0 else min(100, 100 * done // total)
        step = share if sys.stderr.isatty() else share - share % 10
        if step == shown:
            return
        shown = step
        if sys.stderr.isatty():
            bar = "#" * (step // 4)
            click.echo(f"\r{label} [{bar:<25}] {done}/{total}{pace(done, total)}", err=True, nl=step == 100)
        else:
            click.echo(f"{label}: {done}/{total}{pace(done, total)}", err=True)

    def pace(done: int, total: int) -> str:
        if not rated or done <= first:
            return ""
        rate = (done - first) / max(1e-3, time.monotonic() - began)
        left = timedelta(seconds=round((total - done) / rate))
        return f", {rate:,.0f} a second, {left} left  "

    return advance


def load_settings() -> Settings:
    """The settings, with this process made private and logging."""
    from vrm.house import start_process

    settings = Settings.load()
    start_process(settings)
    return settings


def open_house() -> "House":
    """The instance, open until the command ends; refused when its tables are not what this version expects."""
    from vrm.house import House

    settings = load_settings()
    require_schema(settings)
    house = House.open(settings)
    click.get_current_context().call_on_close(house.close)
    return house


def record(house: "House", type: str, code: str | None = None, **detail: object) -> None:
    """Write into the log what the operator has done to the instance as a whole."""
    from vrm import accesslog

    event = accesslog.Event(type=type, at=clock.now(), actor="operator", code=code, detail=detail)
    house.database.write(lambda session: accesslog.record(session, event))


def require_schema(settings: Settings) -> None:
    """Refuse to work on tables of another version: it would fail halfway, or worse, not fail."""
    from vrm import migrations

    current, head = migrations.current(settings.database_url), migrations.head()
    if current != head:
        raise ConfigError(
            [f"the database is at {current or 'nothing'}, this version needs {head}; run: vrm db upgrade"]
        )


def _report(fault: Exception, *, as_json: bool) -> int:
    """Print a fault for people or programs; the exit code."""
    code, lines, status = _explain(fault)
    if isinstance(fault, click.exceptions.NoArgsIsHelpError) and not as_json:
        click.echo(fault.format_message(), err=True)
    elif as_json:
        click.echo(json.dumps({"error": {"code": code, "message": "; ".join(lines)}}, ensure_ascii=False))
    else:
        for line in lines:
            click.echo(f"vrm: {line}", err=True)
    if logging.getLogger("vrm").isEnabledFor(logging.DEBUG):
        logging.getLogger("vrm").debug("the fault in full", exc_info=fault)
    return status


def _explain(fault: Exception) -> tuple[str, Iterable[str], int]:
    match fault:
        case ConfigError():
            return fault.code, fault.faults, 1
        case VrmError():
            return fault.code, [fault.message], 1
        case click.exceptions.NoArgsIsHelpError():
            return "usage", [fault.format_message()], 2
        case click.UsageError():
            hint = f" (see: {fault.ctx.command_path} --help)" if fault.ctx else ""
            return "usage", [fault.format_message() + hint], fault.exit_code
        case click.ClickException():
            return "usage", [fault.format_message()], fault.exit_code
        case click.Abort():
            return "interrupted", ["stopped"], 130
        case OSError():
            where = f": {fault.filename}" if fault.filename else ""
            return "system", [f"{fault.strerror or type(fault).__name__}{where}"], 1
    return _explain_store(fault)


def _explain_store(fault: Exception) -> tuple[str, Iterable[str], int]:
    from sqlalchemy.exc import SQLAlchemyError

    from keys.errors import KeysError

    if isinstance(fault, KeysError):
        return fault.code, [str(fault)], 1
    if isinstance(fault, SQLAlchemyError):
        return "database", [f"the database does not answer as it should ({type(fault).__name__})"], 1
    return "unexpected", [f"unexpected fault ({type(fault).__name__}); VRM_LOG_LEVEL=debug shows where"], 1
