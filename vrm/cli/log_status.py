"""``vrm log status``: how far the log is signed, cosigned and public."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from vrm import accesslog, clock
from vrm.accesslog import Published, WitnessState
from vrm.cli.edge import Command, counted, open_house, say, table
from vrm.tlog.canonical import b64

if TYPE_CHECKING:
    from vrm.house import House

OBJECTIONS: Mapping[str, str] = {
    "ahead": "has seen more of this log than the database holds: nothing is signed",
    "unheard": "has not said yet what it has seen, since this database was put back: nothing is signed",
    "differs": "has seen a tree that the database does not continue: nothing is signed",
}


FAULTS: Mapping[str, str] = {
    "url_refused": "is at an address that is not asked; if it is yours, allow it with VRM_FETCH_ALLOW",
    "fetch_failed": "could not be reached",
    "fetch_timeout": "did not answer in time",
    "no_cosignature": "answered without a cosignature by the key in the policy",
    "bad_cosignature": "answered with a cosignature that does not verify",
    "status_400": "could not read what was sent",
    "status_403": "does not believe the log's key: its operator adds it with vrm witness add-log",
    "status_404": "does not know this log: its operator adds it with vrm witness add-log",
}


def trouble(fault: str) -> str:
    """Why a witness did not cosign, in words; the code itself where it has none."""
    if fault in FAULTS:
        return FAULTS[fault]
    if fault.startswith("status_"):
        return f"answered with status {fault.removeprefix('status_')}"
    return f"gave an answer that cannot be used ({fault})"


@click.command(cls=Command)
def status() -> int:
    """Tell how far the log is signed, cosigned and public; exit with 1 if it is not signed as it stands.

    What waits to be signed is signed, as the worker does. Where a witness objects, or the file of VRM_LOG_PIN holds a
    newer checkpoint, nothing more is signed, and what to do is said here.
    """
    house = open_house()
    newest = house.database.read(accesslog.latest_checkpoint)
    public = house.database.read(accesslog.public_checkpoint)
    waiting = house.database.read(accesslog.count_pending)
    found = house.database.read(accesslog.find_gathering)
    refusal = refusal_to_sign(house)
    witnesses = [_facts(one) for one in found.witnesses] if found else []
    lines = [
        f"signed    {newest.size} leaves, at {clock.rfc3339(newest.at)}"
        if newest
        else "signed    nothing yet",
        f"waiting   {counted(waiting, 'event', 'events')}",
        f"public    {public.size} leaves" if public else "public    nothing yet",
    ]
    if found is not None:
        lines += [
            f"quorum    {_quorum(found.met, public, newest)}",
            "",
            table(
                witnesses,
                {"witness": "witness", "cosigned": "cosigned", "at": "at", "trouble": "trouble"},
                empty="",
            ),
        ]
    if refusal:
        lines += ["", f"NOTHING IS SIGNED: {refusal}"]
    say(
        "\n".join(lines),
        size=newest.size if newest else 0,
        root=b64(newest.root) if newest else None,
        public=public.size if public else 0,
        waiting=waiting,
        quorum_met=found.met if found else None,
        witnesses=witnesses,
        refusal=refusal,
        vkeys=[key.vkey for key in house.log_verifiers()],
    )
    return 1 if refusal else 0


def refusal_to_sign(house: "House") -> str | None:
    """Sign the log as it stands; why it must not be signed, or None where it is."""
    try:
        house.publish_log()
    except accesslog.Inconsistent as fault:
        return fault.message
    return None


def _quorum(met: bool, public: Published | None, newest: Published | None) -> str:
    if not met or public is None:
        return "not met yet"
    if newest is not None and newest.size > public.size:
        return f"met for {public.size} leaves, not yet for {newest.size}"
    return "met"


def _facts(witness: WitnessState) -> dict[str, object]:
    objection = OBJECTIONS.get(witness.objection or "")
    return {
        "witness": witness.cosigner.name,
        "vkey": witness.cosigner.vkey,
        "cosigned": witness.cosigned,
        "at": clock.rfc3339(witness.at) if witness.at else None,
        "seen": witness.seen,
        "fault": witness.fault,
        "objection": witness.objection,
        "trouble": objection or (None if witness.fault is None else trouble(witness.fault)),
    }
