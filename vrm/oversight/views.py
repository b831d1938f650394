"""Saved views: conditions that an auditor keeps under a name of their own, and nobody else sees.

The name is free text and sealed under the auditor's own key. The conditions are members of log entries: not personal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm.errors import Conflict, Invalid, NotFound
from vrm.ids import is_id, new_id
from vrm.oversight.case_lines import is_text
from vrm.oversight.members import Filters
from vrm.oversight.models import SavedViewRow, table

MOST_VIEWS = 50
LONGEST_NAME = 100

_VIEWS = table(SavedViewRow)


@dataclass(frozen=True)
class SavedView:
    """A view; ``filters`` are as ``Filters.given`` writes them and ``Filters.of`` reads them."""

    id: str
    name: str = field(repr=False)
    filters: Mapping[str, str]
    saved_at: datetime


def save_view(
    session: Session, keys: KeyStore, *, auditor_id: str, name: str, filters: Filters, now: datetime
) -> SavedView:
    """Keep conditions under a name, in place of those the name had. Raises ``Invalid``, ``Conflict`` beyond 50."""
    filters.check()
    name = name.strip()
    if not is_text(name, LONGEST_NAME, lines=False):
        raise Invalid(f"Give a name, at most {LONGEST_NAME} letters on one line.", field="name")
    views = list_views(session, keys, auditor_id=auditor_id)
    same = next((view for view in views if view.name == name), None)
    if same is None and len(views) >= MOST_VIEWS:
        raise Conflict(f"There are {MOST_VIEWS} views. Delete one first.", code="too_many_views")
    view = SavedView(same.id if same else new_id(), name, filters.given(), now)
    values = {"filters": dict(view.filters), "saved_at": now}
    if same is not None:
        session.execute(update(_VIEWS).where(*_one(auditor_id, view.id)).values(values))
    else:
        sealed = keys.seal(auditor_id, name.encode(), _aad(auditor_id, view.id))
        whose = {"auditor_id": auditor_id, "id": view.id, "sealed_name": sealed}
        session.execute(insert(_VIEWS).values(**whose, **values))
    return view


def list_views(session: Session, keys: KeyStore, *, auditor_id: str) -> list[SavedView]:
    """An auditor's own views, by name."""
    rows = session.execute(select(_VIEWS).where(_VIEWS.c.auditor_id == auditor_id))
    return sorted((_view(keys, row) for row in rows), key=lambda view: (view.name.casefold(), view.name))


def delete_view(session: Session, *, auditor_id: str, view_id: str) -> None:
    """Forget a view. Raises ``NotFound``, for somebody else's too."""
    gone = delete(_VIEWS).where(*_one(auditor_id, view_id)).returning(_VIEWS.c.id)
    if not is_id(view_id) or session.execute(gone).one_or_none() is None:
        raise NotFound("There is no such view.", code="no_such_view")


def _one(auditor_id: str, view_id: str) -> tuple[Any, ...]:
    return (_VIEWS.c.auditor_id == auditor_id, _VIEWS.c.id == view_id)


def _view(keys: KeyStore, row: Row[Any]) -> SavedView:
    name = keys.open(row.auditor_id, row.sealed_name, _aad(row.auditor_id, row.id)).decode()
    return SavedView(row.id, name, row.filters, row.saved_at)


def _aad(auditor_id: str, view_id: str) -> Aad:
    return Aad("view", auditor_id, view_id, "name")
