"""``vrm settings``: every setting, what it means here and what it would give an attacker."""

import os
from pathlib import Path

import click
from sqlalchemy.engine import make_url

from vrm.cli.edge import Command, say
from vrm.config import SETTINGS, Argon2, Setting, Settings


@click.command(cls=Command)
@click.option("--markdown", is_flag=True, help="The table of docs/configuration.md.")
def settings(markdown: bool) -> None:
    """Explain every setting, and show what holds now.

    Works without an instance too; then it shows the defaults.
    """
    if markdown:
        say(reference(), markdown=reference())
        return
    here = Settings.load() if (_home() / "instance.json").exists() else None
    entries = [_entry(setting, here) for setting in SETTINGS]
    text = "\n\n".join(
        f"{entry['name']} = {entry['value']}\n  {entry['meaning']}\n  Changing it: {entry['attacker']}"
        for entry in entries
    )
    say(text, settings=entries, instance=str(_home()) if here else None)


def reference() -> str:
    """The settings as Markdown; docs/configuration.md holds exactly this."""
    parts = [
        f"### `{setting.name}`\n\n{setting.meaning}\n\nDefault: `{setting.default}`\n\n"
        f"*What changing it gives an attacker:* {setting.attacker}\n"
        for setting in SETTINGS
    ]
    return "\n".join(parts)


def _entry(setting: Setting, here: Settings | None) -> dict[str, object]:
    value = setting.default if here is None else _shown(setting, getattr(here, setting.attribute))
    return {
        "name": setting.name,
        "value": value,
        "set": setting.name in os.environ,
        "meaning": setting.meaning,
        "default": setting.default,
        "attacker": setting.attacker,
    }


def _shown(setting: Setting, value: object) -> str:
    """A value as one would write it; never a password."""
    if value is None or value == () or value == {}:
        return setting.default
    if setting.secret:
        return make_url(str(value)).render_as_string(hide_password=True)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Argon2):
        return f"m={value.memory},t={value.passes},p={value.lanes}"
    if isinstance(value, tuple):
        return ":".join(map(str, value))
    if isinstance(value, dict):
        return ",".join(f"{host}={target}" for host, target in value.items())
    return str(value)


def _home() -> Path:
    return Path(os.environ.get("VRM_HOME", "").strip() or "./var").absolute()
