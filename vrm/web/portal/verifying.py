"""*Verify this*: one read with its proof, which the browser checks (``static/verify.js``), and the file to keep.

The page says what is claimed; the file proves it. The script fetches the very file that the person can keep, and holds
what the page says against it.
"""

import json
from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from vrm import accesslog
from vrm.accesslog import LoggedEvent, ProofFile
from vrm.errors import NotFound
from vrm.house import House
from vrm.web import pages, proofs, session
from vrm.web.audiences import audience
from vrm.web.language import gettext
from vrm.web.portal import history
from vrm.web.rooms import house

_SAID = ("company", "keys", "outcome", "purpose", "time")
"""The members of the entry that the page puts in words."""


def add_routes(blueprint: Blueprint) -> None:
    """``/reads/<event>``, ``/reads/<event>/proof``."""
    blueprint.get("/reads/<uuid:event_id>")(show_read)
    blueprint.get("/reads/<uuid:event_id>/proof")(download_proof)


@audience("consumer")
def show_read(event_id: object) -> Response:
    here, consumer_id = house(), session.consumer_id()
    context = here.database.read(lambda db: _read(db, here, consumer_id, str(event_id)))
    return pages.render("read.html", **context)


@audience("consumer")
def download_proof(event_id: object) -> Response:
    """The proof file. It holds the opening too, so it is the person's own affair whom they show it to."""
    consumer_id = session.consumer_id()
    found = house().database.read(lambda db: _proof(db, _own(db, consumer_id, str(event_id))))
    if found is None:
        raise NotFound(
            gettext("This line has no place in the log yet. Try again in a second."), code="not_signed_yet"
        )
    return proofs.answer(found)


def _read(db: Session, here: House, consumer_id: str, event_id: str) -> dict[str, Any]:
    event = _own(db, consumer_id, event_id)
    found = _proof(db, event)
    (row,) = history.rows(db, here.catalogue, [event])
    return {
        "row": row,
        "said": json.dumps({name: event.entry.get(name) for name in _SAID}),
        "found": found,
        "vkeys": [key.vkey for key in here.log_verifiers()],
        "signed_by": proofs.signed_by(found.checkpoint, here.log_verifiers()) if found else [],
        "origin": here.settings.log_origin,
        "log": here.settings.instance.log_place,
    }


def _own(db: Session, consumer_id: str, event_id: str) -> LoggedEvent:
    event = accesslog.find_for_consumer(db, consumer_id=consumer_id, event_id=event_id)
    if event is None or event.type != "disclosure":
        raise NotFound(gettext("Nobody read you under this number."), code="no_such_read")
    return event


def _proof(db: Session, event: LoggedEvent) -> ProofFile | None:
    return accesslog.find_proof(db, event, opened=True)
