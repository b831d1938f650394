"""Taking out what a company holds: every consent as a table or as objects, and its own reads with their proofs.

Reads leave as a selection of the log (``accesslog.export``), which ``vrm log verify`` checks with nothing else.
Answered ones only: the entry of a refused read holds the reason, and a company is not told it. One read also leaves as a
proof file (C2SP tlog-proof), which any verifier of such logs can check, with the opening of its entry.

What is held of everybody is for owners and privacy officers. The reads under one consent with their proofs are for
all roles: they see those reads on the consent's page, and whoever answers the person can show them what was read.
The file adds nothing of the person, only that the log holds it; that of a single read is not even logged.

Any other export is logged before its first byte leaves. It is made as it is sent, so memory does not grow with it.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from vrm import accesslog, clock, companies, consents
from vrm.accesslog import LoggedEvent, ProofFile, Selection
from vrm.consents.holdings import Holding
from vrm.disclosures import company_may_see
from vrm.errors import Conflict, Invalid, NotFound
from vrm.house import House
from vrm.web import proofs, session
from vrm.web.audiences import audience
from vrm.web.company.consent import verifier
from vrm.web.company.consents import EXPORTS, names
from vrm.web.language import gettext
from vrm.web.rooms import house
from vrm.web.typed import N_

_BATCH = 500
_NOT_YET = N_("This read is not signed yet. The next checkpoint comes within a minute.")
COLUMNS = (
    "consent_id", "subject", "client_id", "client", "state", "revision", "granted_at", "expires_at", "ended_at",
    "key", "asked", "purpose", "required", "frequency", "why",
)  # fmt: skip
"""Of the table: a row for each line of each consent."""

_FORMULA = re.compile(r"(^|[,;|\"'\s])(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])")


def add_routes(blueprint: Blueprint) -> None:
    """``/consents/export``, ``/consents/<id>/reads/export``, ``/consents/<id>/reads/<event>/proof`` and ``…/proof/file``."""
    blueprint.post("/consents/export")(export_consents)
    blueprint.post("/consents/<uuid:consent_id>/reads/export")(export_reads)
    blueprint.get("/consents/<uuid:consent_id>/reads/<uuid:event_id>/proof")(download_proof)
    blueprint.get("/consents/<uuid:consent_id>/reads/<uuid:event_id>/proof/file")(download_proof_file)


@audience("company", roles=EXPORTS)
def export_consents() -> Response:
    """Every consent, current and ended: ``format`` is ``csv`` or ``ndjson``."""
    here, company_id, now = house(), session.company_id(), clock.now()
    kind = request.form.get("format")
    if kind not in ("csv", "ndjson"):
        raise Invalid(gettext("Choose CSV or NDJSON."), field="format")
    clients = names(here.database.read(lambda db: companies.list_clients(db, company_id=company_id)))
    _log(here, "consents", {"format": kind}, now)
    found = consents.holdings.export(here.database, company_id=company_id, now=now)
    name = f"consents-{now:%Y-%m-%d}.{kind}"
    if kind == "csv":
        return _file(as_table(found, clients), "text/csv", name)
    return _file(as_objects(found, clients), "application/x-ndjson", name)


@audience("company")
def export_reads(consent_id: object) -> Response:
    """Every answered read under one consent that is under the newest checkpoint, each with its proof."""
    here, company_id, now = house(), session.company_id(), clock.now()
    leaves = tuple(sorted(_leaves(here, company_id, str(consent_id))))
    signed = here.database.read(accesslog.latest_checkpoint)
    if signed is None or not leaves or leaves[0] >= signed.size:
        raise Conflict(
            gettext("No read under this consent is signed yet. The next checkpoint comes within a minute."),
            code="nothing_signed",
        )
    found = accesslog.open_export(here.database, verifier=verifier(here), selection=Selection(leaves=leaves))
    _log(here, "reads", {"count": found.count, "size": found.published.size}, now)
    return _file(iter(found), "application/x-ndjson", f"reads-{str(consent_id)[:8]}.ndjson")


@audience("company")
def download_proof(consent_id: object, event_id: object) -> Response:
    """One answered read with its proof, for whoever sees the read itself: any role."""
    here, company_id = house(), session.company_id()
    leaf = here.database.read(lambda db: _answered(db, company_id, str(consent_id), str(event_id))).leaf_index
    signed = here.database.read(accesslog.latest_checkpoint)
    if leaf is None or signed is None or leaf >= signed.size:
        raise Conflict(gettext(_NOT_YET), code="nothing_signed")
    found = accesslog.open_export(here.database, verifier=verifier(here), selection=Selection(leaves=(leaf,)))
    return _file(iter(found), "application/x-ndjson", f"read-{leaf}.ndjson")


@audience("company")
def download_proof_file(consent_id: object, event_id: object) -> Response:
    """The same as a C2SP proof file, with the opening of the entry: for any role, as the read itself."""
    company_id = session.company_id()

    def find(db: Session) -> ProofFile | None:
        event = _answered(db, company_id, str(consent_id), str(event_id))
        return accesslog.find_proof(db, event, opened=company_may_see(event.detail))

    found = house().database.read(find)
    if found is None:
        raise Conflict(gettext(_NOT_YET), code="nothing_signed")
    return proofs.answer(found)


def as_objects(found: Iterator[Holding], clients: Mapping[str, str]) -> Iterator[str]:
    """A JSON object for each consent, one a line."""
    for held in found:
        facts = {**_facts(held, clients), "lines": [asdict(line) for line in held.lines]}
        yield json.dumps(facts, ensure_ascii=False) + "\n"


def as_table(found: Iterator[Holding], clients: Mapping[str, str]) -> Iterator[str]:
    """A row for each line of each consent (RFC 4180), in which no spreadsheet finds a formula."""
    yield "\ufeff" + _row(COLUMNS)  # without this mark, spreadsheets take UTF-8 for something else
    for held in found:
        facts = _facts(held, clients)
        for line in held.lines:
            cells = {**facts, **asdict(line), "required": "yes" if line.required else "no"}
            yield _row(tame(cells[name]) for name in COLUMNS)


def tame(value: object) -> str:
    """A cell that is a text to a spreadsheet, whatever a company typed.

    A cell that begins with one of ``= + - @``, wide ones too, would be worked out; one that has it behind a
    separator or a quote would be where the file is cut at other separators than ours. An apostrophe makes it text.
    """
    text = "" if value is None else str(value)
    return _FORMULA.sub(r"\1'", text)


def _facts(held: Holding, clients: Mapping[str, str]) -> dict[str, object]:
    return {
        "consent_id": held.id,
        "subject": held.subject,
        "client_id": held.client_id,
        "client": clients.get(held.client_id, ""),
        "state": held.state,
        "revision": held.revision,
        "granted_at": clock.rfc3339(held.granted_at),
        "expires_at": clock.rfc3339(held.expires_at),
        "ended_at": clock.rfc3339(held.ended_at) if held.ended_at else None,
    }


def _row(cells: object) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow(cells)  # type: ignore[arg-type]
    return text.getvalue()


def _leaves(here: House, company_id: str, consent_id: str) -> Iterator[int]:
    """Where the answered reads under a consent stand in the tree. Raises ``NotFound`` for another's consent."""
    before = None
    while True:
        page = here.database.read(
            lambda db, before=before: consents.holdings.list_reads(  # type: ignore[misc]
                db, company_id=company_id, consent_id=consent_id, limit=_BATCH, before=before
            )
        )
        yield from (read.leaf_index for read in page if read.answered and read.leaf_index is not None)
        if len(page) < _BATCH:
            return
        before = page[-1].event_id


def _answered(db: Session, company_id: str, consent_id: str, event_id: str) -> LoggedEvent:
    """One answered read. Raises ``NotFound`` for whatever is none of this company's."""
    held = consents.holdings.get_held(db, company_id=company_id, consent_id=consent_id, now=clock.now())
    event = accesslog.find_for_client(db, client_id=held.holding.client_id, event_id=event_id)
    if event is None or (event.consent_id, event.type, event.outcome) != (
        consent_id,
        "disclosure",
        "answered",
    ):
        raise NotFound(gettext("Your organisation has no such read, or it was refused and has no proof."))
    return event


def _log(here: House, code: str, detail: Mapping[str, object], now: datetime) -> None:
    company_id, by = session.company_id(), session.present().account_id
    # The opening of such an event is never erased, so it does not say whose consent it was.
    event = accesslog.Event(
        "company.exported", now, "company", company=company_id, code=code, detail={"by": by, **detail}
    )
    here.database.write(lambda db: accesslog.record(db, event))


def _file(lines: Iterator[str] | Iterator[bytes], kind: str, name: str) -> Response:
    response = Response(lines, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
