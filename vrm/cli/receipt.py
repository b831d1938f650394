"""``vrm receipt``: checking a receipt with nothing but the file and the keys one was given."""

from collections.abc import Iterator
from pathlib import Path

import click

from vrm.cli.edge import Command, Group, say
from vrm.receipts import MOST_BYTES, Checked, read_keys, verify
from vrm.tlog.note import Verifier

FAULTY, UNTOLD = 1, 2
"""Exit codes: something is wrong with the file; or no key was given, and so nothing says who signed it."""


@click.group(cls=Group)
def receipt() -> None:
    """Check receipts of what a person allowed or refused."""


@receipt.command("verify", cls=Command)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, exists=True))
@click.option(
    "--keys",
    "key_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The issuer's keys, as you once saved them from its /receipts/keys.",
)
@click.option(
    "--vkey",
    "vkeys",
    multiple=True,
    help="The key of the issuer's log, as you were given it on another way; of a log that changed it, each.",
)
def verify_receipt(file: str, key_file: Path | None, vkeys: tuple[str, ...]) -> int:
    """Verify a receipt; exit with 1 if anything is wrong with it.

    Needs no instance and no network. It says what was proved and what was not. Without --keys nothing shows who signed
    it, which exits with 2. Without --vkey the log's proof in it shows only that its parts belong together.
    """
    keys = [] if key_file is None else read_keys(key_file.read_bytes())
    with click.open_file(file, "rb") as stream:
        raw = stream.read(MOST_BYTES + 1)
    found = verify(raw, keys=keys, vkeys=[Verifier.parse(vkey) for vkey in vkeys])
    say("\n".join(_sentences(found)), **_facts(found))
    if found.faults:
        return FAULTY
    return 0 if found.signed_by else UNTOLD


def _sentences(found: Checked) -> Iterator[str]:
    if found.faults:
        yield f"NOT VERIFIED: {found.faults[0]}."
        yield from (f"  also: {fault}." for fault in found.faults[1:])
        return
    assert found.receipt is not None
    issuer = _printable(str(found.receipt.body["issuer"]))
    if found.signed_by:
        yield f"Verified: signed by {issuer}, with the key {found.signed_by} of those you gave."
    else:
        yield f"NOT PROVED: who signed it. It says {issuer}. Give --keys to check that."
    yield from _said(found)
    yield from _of_the_log(found)


def _said(found: Checked) -> Iterator[str]:
    """What the receipt is of."""
    assert found.receipt is not None
    record = found.receipt.record
    made, party = record["event"][0], record["party_identification"][0]
    given = [
        str(pii["pii_attribute_id"])
        for one in record["pii_processing"]
        for pii in one["pii_information"]
        if pii.get("given")
    ]
    what = ", ".join(dict.fromkeys(given)) or "nothing of the profile"
    yield (
        f"It says: {_printable(str(made['change']))} at {_printable(str(made['event_time']))}, "
        f"to {_printable(str(party['party_name']))}: {_printable(what)}."
    )
    for event in found.receipt.body["events"][1:]:
        yield f"Since then: {_printable(event['change'])} at {_printable(event['event_time'])}."
    if found.ended:
        yield f"The consent is OVER: {found.ended}. Nothing more may be read under it."
    if found.replaced:
        yield "A LATER REVISION took its place: this one says what was allowed before, and not what was allowed from then on."
    yield (
        "The notice in it is the one its hash stands for."
        if "shown" in record["notice"]
        else ("NOT PROVED: what the page said. It was not kept whole, as with decisions from before it was.")
    )


def _of_the_log(found: Checked) -> Iterator[str]:
    match found.logged:
        case "in_the_log":
            yield f"The log {found.origin} holds it, under a checkpoint signed by the key you gave."
        case "in_a_log":
            yield f"NOT PROVED: that the log holds it. The proof fits together; give the key of {found.origin} with --vkey."
        case "not_in_it":
            yield "NOT PROVED: that the log holds it. There is no proof in this file; a newer download has it."
    if found.logged != "not_in_it" and not found.committed:
        yield "NOT PROVED: that the log holds this very record. The entry is from before entries held its hash."
    if found.logged != "not_in_it" and found.pending:
        yield f"Without a proof of their own: {', '.join(map(_printable, found.pending))}."


def _printable(text: str) -> str:
    """A stranger's words, without what a terminal could obey."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def _facts(found: Checked) -> dict[str, object]:
    body = found.receipt.body if found.receipt and not found.faults else None
    return {
        "ok": not found.faults and found.signed_by is not None,
        "faults": list(found.faults),
        "signed_by": found.signed_by,
        "issuer": body and body["issuer"],
        "logged": found.logged,
        "committed": found.committed,
        "origin": found.origin,
        "unproved_events": list(found.pending),
        "replaced": found.replaced,
        "ended": found.ended,
        "record": body and body["record"],
    }
