"""``vrm log``: search the access log, take it out, and verify it without trusting whoever took it out."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from vrm import accesslog
from vrm.accesslog import Selection
from vrm.cli.edge import Group, counted, note, open_house, progress, record, say
from vrm.cli.log_anew import begin_anew
from vrm.cli.log_archive import archive
from vrm.cli.log_case import Begun, bundle_facts, bundle_sentences
from vrm.cli.log_cosigned import cosigned
from vrm.cli.log_follow import POLICY_HELP, Asked, is_log, verify_log
from vrm.cli.log_people import people
from vrm.cli.log_proof import is_proof, verify_one
from vrm.cli.log_report import export_facts, export_sentences
from vrm.cli.log_search import known, search
from vrm.cli.log_sequence import sequence
from vrm.cli.log_status import status
from vrm.cli.log_watch import watch
from vrm.cli.moment import Moment
from vrm.errors import Conflict, NotFound
from vrm.oversight import is_bundle, verify_bundle
from vrm.tlog.canonical import b64
from vrm.tlog.note import Verifier

if TYPE_CHECKING:
    from vrm.house import House


@click.group(cls=Group)
def log() -> None:
    """Search, export and verify the access log.

    The log is a Merkle tree (RFC 6962) with signed checkpoints (C2SP). Whoever keeps an older checkpoint can tell
    if an entry was ever changed or dropped.
    """


log.add_command(search)
log.add_command(archive)
log.add_command(people)
log.add_command(status)
log.add_command(cosigned)
log.add_command(begin_anew)
log.add_command(sequence)
log.add_command(watch)
log.add_command(verify_one)


@log.command()
@click.argument("file", default="-", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--since", type=Moment(), help="Only entries at or after this time.")
@click.option("--until", type=Moment(), help="Only entries before this time.")
@click.option("--company", help="Only entries of this company (id or domain).")
@click.option("--client", help="Only entries of this client id.")
@click.option("--type", "kind", type=click.Choice(sorted(accesslog.TYPES)), help="Only entries of this type.")
@click.option("--thread", help="Only entries of this thread: one consent's events.")
@click.option("--event", "events", multiple=True, help="Only the entry of this event id; may be repeated.")
@click.pass_context
def export(
    ctx: click.Context,
    file: str,
    since: datetime | None,
    until: datetime | None,
    company: str | None,
    client: str | None,
    kind: str | None,
    thread: str | None,
    events: tuple[str, ...],
) -> None:
    """Write the log to FILE (standard output unless given), to be checked with vrm log verify.

    FILE must be new. Without conditions, everything the newest checkpoint covers. With conditions, the entries that meet all of
    them, each with its inclusion proof.
    """
    if file == "-" and ctx.meta.get("vrm.as_json"):
        raise click.UsageError("--json needs a FILE: the export itself goes to standard output.")
    if file != "-" and Path(file).exists():
        raise Conflict(f"{file} exists; give another FILE, or move it away", code="exists")
    house = open_house()
    company, client = house.database.read(lambda session: known(session, company, client))
    selection = Selection(since, until, company, client, kind, thread, events)
    found = accesslog.open_export(house.database, verifier=_verifier(house), selection=selection)
    # Before the first byte leaves, so that none does unlogged; and after the checkpoint, so that it is not in it.
    waiting = house.database.read(accesslog.count_pending)
    record(house, "log.exported", code=found.kind, count=found.count, size=found.published.size)
    advance = progress("exporting") if file != "-" else None
    with _output(file) as out:
        for number, line in enumerate(found):
            out.write(line)
            if advance is not None and (number % 256 == 0 or number == found.count):
                advance(number, found.count)
    text = f"{counted(found.count, 'entry', 'entries')} of a log of {found.published.size}."
    if file == "-":
        note(text)
    else:
        say(text, file=file, kind=found.kind, count=found.count, size=found.published.size)
    if waiting:
        events_wait = f"{counted(waiting, 'newer event waits', 'newer events wait')} for a leaf"
        note(f"{events_wait} and {'is' if waiting == 1 else 'are'} not in it. To include: vrm log sequence")


@log.command()
@click.argument("file")
@click.option(
    "--vkey",
    "vkeys",
    multiple=True,
    help="The log's key, as you were given it on another way than this file; of a log that changed it, each.",
)
@click.option(
    "--checkpoint",
    "--since",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint you kept: the log must still begin with it.",
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Of a log: where to keep how far it was checked, to go on from there.",
)
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Of a log at a URL: an auditor's token, to check the entries too.",
)
@click.option(
    "--policy", "policy_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=POLICY_HELP
)
def verify(
    file: str, vkeys: tuple[str, ...], checkpoint: Path | None, state: Path | None, token_file: Path | None,
    policy_file: Path | None,
) -> int:  # fmt: skip
    """Verify an export, a signed bundle, an archive or a log at a URL; exit with 1 if anything is wrong with it.

    Needs no instance. FILE is a file that was taken out, a folder that vrm log archive made, or the address of a log,
    such as https://vrm.example/log. A file alone shows that nothing in it was changed since it was signed. Only --vkey
    shows that the log's own key signed it, and only --since that the operator rewrote nothing before that. What
    witnesses signed with it is not in a file: --policy is for a log. The proof of one entry is for vrm log verify-proof.
    A log is checked leaf by leaf from --since or --state on; what cannot be read exits with 2,
    and a log that shows less than --since signs with 3: look again later.
    """
    if is_log(file):
        return verify_log(Asked(file, vkeys, checkpoint, state, token_file, policy_file))
    if state or token_file:
        raise click.UsageError("A file is checked as a whole; --state and --token-file are for a log.")
    if policy_file:
        raise click.UsageError(
            "A file bears the log's own signature alone, so a policy of witnesses cannot be asked of it. Check a checkpoint with"
            " vrm log cosigned CHECKPOINT --policy FILE, and give that one to vrm log verify as --since."
        )
    click.Path(exists=True, dir_okay=False, allow_dash=True).convert(file, None, None)
    kept = None if checkpoint is None else checkpoint.read_bytes()
    with click.open_file(file, "rb") as stream:
        lines = Begun(stream)
        if is_proof(lines.first):
            raise click.UsageError(
                f"{file} is the proof of one entry (C2SP tlog-proof). Use: vrm log verify-proof {file} --vkey …"
            )
        if is_bundle(lines.first):
            found = verify_bundle(lines, vkey=vkeys, checkpoint=kept, progress=_bar(file))
            say("\n".join(bundle_sentences(found)), **bundle_facts(found))
            return 0 if found.ok else 1
        report = accesslog.verify_export(lines, vkey=vkeys, checkpoint=kept, progress=_bar(file))
    say("\n".join(export_sentences(report)), **export_facts(report))
    return 0 if report.ok else 1


@log.command()
def checkpoint() -> None:
    """Print the newest checkpoint: keep it where the operator cannot reach it."""
    house = open_house()
    newest = house.database.read(accesslog.latest_checkpoint)
    if newest is None:
        raise NotFound("The log has no checkpoint yet. Run: vrm log sequence", code="no_checkpoint")
    vkey = _verifier(house).vkey
    vkeys = [
        Verifier(house.settings.log_origin, key.signer.public).vkey for key in house.keys.log_keys.signing()
    ]
    say(
        newest.note.removesuffix("\n"),
        checkpoint=newest.note,
        size=newest.size,
        root=b64(newest.root),
        vkey=vkey,
        vkeys=vkeys,
    )
    for one in vkeys:
        note(f"vkey: {one}")
    public = house.database.read(accesslog.public_checkpoint)
    if public is not None and public.size < newest.size:
        note(
            f"Everybody is given that of {public.size} leaves, until enough witnesses have cosigned this one."
        )


def _verifier(house: "House") -> Verifier:
    return Verifier(house.settings.log_origin, house.keys.log_signer.public)


@contextmanager
def _output(file: str) -> Iterator[BinaryIO]:
    """Standard output, or a file that appears when it is whole and not before."""
    if file == "-":
        yield sys.stdout.buffer
        return
    target = Path(file)
    descriptor, name = tempfile.mkstemp(prefix=target.name + ".", dir=target.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out:
            yield out
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _bar(file: str) -> Callable[[int], None] | None:
    if file == "-":
        return None
    total = Path(file).stat().st_size
    advance = progress("verifying")
    return lambda done: advance(done, total)
