"""``GET /v1/figures``: how many consents this client holds, how that changes, and what it holds and never reads.

Reads come from the index over the log, so they may be a minute behind; everything else is as it stands now.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify
from sqlalchemy.orm import Session

from vrm import clock, consents, journeys, oversight
from vrm.consents.holdings import WEEK
from vrm.web import protector
from vrm.web.api import asking
from vrm.web.api.holder import get_holder
from vrm.web.api.quality import line_body
from vrm.web.audiences import audience
from vrm.web.rooms import house

WEEKS = 26
"""How far back the trend of granted and ended goes."""
DAYS = 30
"""How far back reads and refusals are told, day by day."""


def add_routes(blueprint: Blueprint) -> None:
    """Hang the view on the blueprint."""

    @blueprint.get("/v1/figures")
    @audience("token")
    def figures() -> Response:
        token, now = protector.own_token(), clock.now()
        asking.check_names()
        return jsonify(house().database.read(lambda db: _figures(db, token.client_id, now)))


def _figures(db: Session, client_id: str, now: datetime) -> dict[str, Any]:
    company_id = get_holder(db, client_id).company_id
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=midnight.weekday())
    trend = consents.holdings.trend(
        db,
        company_id=company_id,
        client_id=client_id,
        since=monday - (WEEKS - 1) * WEEK,
        until=monday + WEEK,
        step=WEEK,
    )
    lines = consents.quality.lines(db, company_id=company_id, client_id=client_id)
    use = journeys.use_of_fields(db, company_id=company_id, client_id=client_id, now=now)
    return {
        "counts": asdict(consents.holdings.counts(db, company_id=company_id, client_id=client_id, now=now)),
        "weeks": [
            {"start": clock.rfc3339(each.start), "granted": each.granted, "ended": each.ended}
            for each in trend
        ],
        "ends": [
            {"start": clock.rfc3339(each.start), "count": each.count}
            for each in consents.holdings.ends(db, company_id=company_id, client_id=client_id, now=now)
        ],
        "days": _days(db, client_id, now),
        "refused": [line_body(line) for line in lines if line.reception and line.reception.refused_share],
        "fields": [
            *({**asdict(each), "ever_read": each.read > 0} for each in use.every),
            *({"key": key, "ever_read": ever} for key, ever in use.few),
        ],
        **({"fields_of_newest": use.newest} if use.newest else {}),
    }


def _days(db: Session, client_id: str, now: datetime) -> list[dict[str, Any]]:
    wanted = oversight.Filters(
        client=client_id, type="disclosure", since=now - timedelta(days=DAYS - 1), until=now
    )
    return [
        {
            "start": clock.rfc3339(each.start),
            "answered": each.counts.get("answered", 0),
            "refused": each.counts.get("refused", 0),
        }
        for each in oversight.series(db, wanted).buckets
    ]
