"""``vrm witness``: a witness of other people's logs. It needs no instance."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from vrm import clock
from vrm.cli.edge import Group, say, table
from vrm.cli.listening import address_of, listen, require_free
from vrm.tlog.canonical import b64
from vrm.witness import Folder, Known, add_log, drop_key, list_logs
from vrm.witness.folder import KINDS
from vrm.witness.wsgi import FOLDER

PORT = 8100

_folder = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("witness"),
    show_default=True,
    help="Where this witness lives.",
)


@click.group(cls=Group)
def witness() -> None:
    """Be a witness of other people's logs: cosign a checkpoint only if it continues the one before.

    A log that is cosigned by witnesses its operator does not run cannot show two histories. A witness needs no
    instance, and only a folder: never put an old copy of that back, it would forget what it has cosigned.
    """


@witness.command()
@click.argument("name")
@_folder
@click.option(
    "--key", "kind", type=click.Choice(sorted(KINDS)), default="ed25519", show_default=True, help="Kind."
)
def init(name: str, folder: Path, kind: str) -> None:
    """Make a witness called NAME, which is like an address without https://, with a new key.

    Any log's client can check ed25519 today; ml-dsa-44 also withstands a quantum computer.
    """
    made = Folder.make(folder, name, kind)
    say(
        f"The witness {name} is ready in {folder}. Its key, to give to logs and to whoever relies on it:\n\n"
        f"  {made.cosigner.vkey}\n\nNext: vrm witness add-log VKEY, then vrm witness serve",
        folder=str(folder), name=name, vkey=made.cosigner.vkey,
    )  # fmt: skip


@witness.command(name="add-log")
@click.argument("vkey")
@_folder
def add(vkey: str, folder: Path) -> None:
    """Cosign the log whose key is VKEY, too; or believe another key of a log known already.

    While a log changes its key, both are good: add the new one, and drop the old one when the log has.
    """
    known = add_log(Folder.open(folder), vkey=vkey)
    say(f"{known.origin} is known by {len(known.vkeys)} key(s).", **_facts(known))


@witness.command(name="drop-key")
@click.argument("vkey")
@_folder
@click.option("--yes", "even_last", is_flag=True, help="Drop it even where it is the log's last key.")
def drop(vkey: str, folder: Path, even_last: bool) -> None:
    """Believe the key VKEY of a log no more. What was cosigned of that log stays known."""
    known = drop_key(Folder.open(folder), vkey=vkey, even_last=even_last)
    say(f"{known.origin} is known by {len(known.vkeys)} key(s).", **_facts(known))


@witness.command()
@_folder
def status(folder: Path) -> None:
    """Show this witness's key, the logs it knows, and what it cosigned last."""
    opened = Folder.open(folder)
    logs = [_facts(known) for known in list_logs(opened)]
    columns = {"origin": "log", "size": "size", "root": "root hash", "cosigned": "cosigned"}
    say(
        f"{opened.cosigner.vkey}\n\n{table(logs, columns, empty='It knows no log yet: vrm witness add-log VKEY')}",
        vkey=opened.cosigner.vkey,
        logs=logs,
    )


@witness.command()
@_folder
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True, help="Port.")
@click.option("--workers", type=click.IntRange(1, 16), default=1, show_default=True, help="Processes.")
def serve(folder: Path, host: str, port: int, workers: int) -> None:
    """Cosign until told to stop (SIGTERM or Ctrl-C).

    Put a reverse proxy that speaks TLS in front; this server speaks plain HTTP.
    """
    opened = Folder.open(folder)
    require_free(host, port)
    os.environ[FOLDER] = str(folder.absolute())
    answers = f"{opened.name} answers at {address_of(host, port)}/add-checkpoint"
    listen("vrm.witness.wsgi:app", host, port, workers=workers, threads=2, started=answers)
    say("stopped", stopped=True)


def _facts(known: Known) -> dict[str, object]:
    return {
        "origin": known.origin,
        "size": known.size,
        "root": b64(known.root),
        "cosigned": clock.rfc3339(datetime.fromtimestamp(known.at, UTC)) if known.at else None,
        "vkeys": list(known.vkeys),
    }
