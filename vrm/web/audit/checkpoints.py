"""The board of checkpoints: what the log claims to be, how it grew, and whether one that was kept is still true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from vrm import accesslog, clock, oversight
from vrm.accesslog import Comparison, Published
from vrm.house import House
from vrm.tlog import BadNote, note
from vrm.tlog.canonical import b64
from vrm.tlog.note import Verifier
from vrm.web import charts, pages, proofs, session
from vrm.web.audiences import audience
from vrm.web.audit import filters
from vrm.web.audit.entry import verifier
from vrm.web.language import gettext
from vrm.web.rooms import house
from vrm.web.typed import REFUSED

PAGE = 20
MOST_SENT = 64 * 1024
"""Bytes of a checkpoint that is sent to us; ours have about 200."""


@dataclass(frozen=True)
class Signed:
    """A line under a checkpoint. ``holds``: it is by the log's own key and verifies; None: of a key we do not know."""

    name: str
    key_id: str
    holds: bool | None


@dataclass(frozen=True)
class Shown:
    """A published checkpoint. ``added`` is how many entries came since the one before; None for the oldest shown."""

    size: int
    root: str
    at: datetime
    added: int | None


def add_routes(blueprint: Blueprint) -> None:
    """``/checkpoints``, ``/checkpoints/<size>``, and ``/log/export``."""
    blueprint.get("/checkpoints")(show_checkpoints)
    blueprint.post("/checkpoints")(check_checkpoint)
    blueprint.get("/checkpoints/<int:size>")(download_checkpoint)
    blueprint.get("/log/export")(export_log)


@audience("auditor")
def show_checkpoints() -> Response:
    return _page()


@audience("auditor")
def export_log() -> Response:
    """The whole log as a download, a part in memory at a time; that it left is logged first."""
    here, auditor_id, now = house(), session.auditor_id(), clock.now()
    made = oversight.open_log(here.database, here.keys, origin=here.settings.log_origin)
    here.database.write(
        lambda db: oversight.record_log_export(db, export=made, auditor_id=auditor_id, now=now)
    )
    response = Response(iter(made), mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = 'attachment; filename="log.ndjson"'
    return response


@audience("auditor")
def check_checkpoint() -> Response:
    """Hold a checkpoint that an auditor kept against the log."""
    sent = request.files.get("file")
    raw = sent.stream.read(MOST_SENT + 1) if sent is not None and sent.filename else b""
    raw = raw or request.form.get("checkpoint", "").encode("utf-8", "replace")
    if not raw.strip():
        return _page(fault=gettext("Choose a file, or paste the whole checkpoint."))
    if len(raw) > MOST_SENT:
        return _page(fault=gettext("That is too long: a checkpoint has a few lines. Nothing was checked."))
    here = house()
    found = here.database.read(lambda db: accesslog.compare(db, raw, *here.log_verifiers()))
    typed = "" if sent is not None and sent.filename else request.form.get("checkpoint", "")
    return _page(found, typed=typed)


@audience("auditor")
def download_checkpoint(size: int) -> Response:
    """One checkpoint, byte for byte as it was signed."""
    size = min(size, filters.MOST_LEAVES - 1)
    published = house().database.read(lambda db: accesslog.get_checkpoint(db, size=size))
    response = Response(published.note, mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="checkpoint-{size}.txt"'
    return response


def _page(found: Comparison | None = None, *, typed: str = "", fault: str = "") -> Response:
    here = house()
    before = filters.leaf("before")
    return pages.render(
        "audit_checkpoints.html",
        REFUSED if fault else 200,
        **here.database.read(lambda db: _board(db, here.log_verifiers(), before)),
        vkey=verifier(here).vkey,
        next_vkey=_next_vkey(here),
        origin=here.settings.log_origin,
        place=here.settings.instance.log_place,
        found=found,
        proof=[b64(hash_) for hash_ in found.proof] if found else [],
        kept_root=b64(found.kept.root) if found and found.kept else "",
        typed=typed,
        fault=fault,
        most=MOST_SENT,
    )


def _next_vkey(here: House) -> str | None:
    """The key that signs beside the one that is known, while the log changes it."""
    signing = here.keys.log_keys.signing()
    return Verifier(here.settings.log_origin, signing[1].signer.public).vkey if len(signing) > 1 else None


def _board(db: Session, keys: Sequence[Verifier], before: int | None) -> Mapping[str, object]:
    newest, public = accesslog.latest_checkpoint(db), accesslog.public_checkpoint(db)
    rows = accesslog.list_checkpoints(db, before=before, limit=PAGE + 1)
    grown = accesslog.sample_checkpoints(db)
    return {
        "newest": newest,
        "root": b64(newest.root) if newest else "",
        "signatures": _signatures(newest.note, keys) if newest else [],
        "signed_by": proofs.signed_by(newest.note, keys) if newest else [],
        "gathering": accesslog.find_gathering(db),
        "public": public,
        "public_note": public.note if public else "",
        "waiting": accesslog.count_pending(db),
        "growth": charts.growth([charts.Point(each.at, each.size) for each in grown]),
        "since": grown[0].at if grown else None,
        "rows": _rows(rows),
        "older": f"/audit/checkpoints?before={rows[PAGE - 1].size}#each" if len(rows) > PAGE else None,
        "first_page": before is None,
    }


def _rows(found: Sequence[Published]) -> list[Shown]:
    sizes = [each.size for each in found[1:]]
    added = [each.size - size for each, size in zip(found, sizes, strict=False)] + [None]
    return [
        Shown(each.size, b64(each.root), each.at, more)
        for each, more in zip(found[:PAGE], added, strict=False)
    ]


def _signatures(text: str, keys: Sequence[Verifier]) -> list[Signed]:
    """Who signed a note of ours, and whether each signature holds."""
    try:
        signed = note.parse(text.encode())
    except BadNote:
        return []
    return [Signed(line.name, line.key_id.hex(), _holds(keys, signed, line)) for line in signed.signatures]


def _holds(keys: Sequence[Verifier], signed: note.Note, line: note.Signature) -> bool | None:
    for key in keys:
        if (line.name, line.key_id) == (key.name, key.key_id):
            try:
                key.verify(signed)
            except BadNote:
                return False
            return True
    return None
