"""Where an auditor begins: how the log stands, what was found in it, what the others do, how long the mandate lasts."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from vrm import accesslog, accounts, clock, oversight
from vrm.house import House
from vrm.web import charts, pages, session
from vrm.web.audiences import audience
from vrm.web.audit import looks, words
from vrm.web.rooms import house

MOST = 5
_LOOKED_THROUGH = 60
"""Among so many newest looks those of the others are sought: the page is short, and the whole list is a page of its own."""


def add_routes(blueprint: Blueprint) -> None:
    """``/audit`` itself."""
    blueprint.get("")(show_home)


@audience("auditor")
def show_home() -> Response:
    here, auditor_id, now = house(), session.auditor_id(), clock.now()
    return pages.render("audit_home.html", **here.database.read(lambda db: _home(db, here, auditor_id, now)))


def _home(db: Session, here: House, auditor_id: str, now: datetime) -> dict[str, Any]:
    me = accounts.get_active_auditor(db, here.keys, auditor_id=auditor_id, now=now)
    newest, names = accesslog.latest_checkpoint(db), words.names(db)
    grown = accesslog.sample_checkpoints(db)
    newest_looks = oversight.list_looks(db, here.keys, limit=_LOOKED_THROUGH).looks
    seen = [looks.looked(each, auditor_id, here.catalogue, names) for each in newest_looks]
    return {
        "me": me,
        "days": (me.last_day - now.date()).days,
        "newest": newest,
        "waiting": accesslog.count_pending(db),
        "growth": charts.growth([charts.Point(each.at, each.size) for each in grown]),
        "since": grown[0].at if grown else None,
        "anomalies": [
            (each, words.ANOMALIES[each.kind], names.client(each.client_id), names.company(each.company_id))
            for each in oversight.list_anomalies(db, limit=MOST)
        ],
        "cases": oversight.list_cases(db, here.keys, open_only=True, limit=MOST),
        "others": [each for each in seen if not each.own][:MOST],
    }
