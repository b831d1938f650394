"""How a company reaches a person who did not come to it through a browser: by desk code, or by the subject it has.

``BCDF 3GHJ``: eight of 22 signs, so 5 * 10^10 codes, none that is taken for another when it is read out, and no vowel,
so that none is a word. That is short enough to be guessed by whoever may try for ever; so the codes that are named are
counted, by client and by company, and above a number each hour no code is anybody's to them.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm.consents.models import DeskCode, DeskGuesses, SubjectRow

DESK_CODE_LIFE = timedelta(minutes=5)
SIGNS = "BCDFGHJKMNPQRTVWXZ3479"
LENGTH = 8

MOST_OF_CLIENT = 120
MOST_OF_COMPANY = 240
"""Codes that may be named in an hour: a busy desk, and no hope of guessing."""
WINDOW = timedelta(hours=1)

_guesses = cast(Table, DeskGuesses.__table__)


@dataclass(frozen=True)
class NewDeskCode:
    """A code to read out, in two groups. It is not kept and cannot be had again."""

    code: str
    expires_at: datetime


def issue_desk_code(session: Session, keys: KeyStore, *, consumer_id: str, now: datetime) -> NewDeskCode:
    """Give a person a code that one request may name within five minutes. The code they had is worth nothing."""
    code = _draw()
    while session.scalar(select(DeskCode.consumer_id).where(DeskCode.code_hash == _hash(keys, code))):
        code = _draw()
    session.execute(delete(DeskCode).where(DeskCode.consumer_id == consumer_id))
    expires_at = now + DESK_CODE_LIFE
    session.add(DeskCode(consumer_id=consumer_id, code_hash=_hash(keys, code), expires_at=expires_at))
    session.flush()
    return NewDeskCode(f"{code[: LENGTH // 2]} {code[LENGTH // 2 :]}", expires_at)


def take_desk_code(
    session: Session, keys: KeyStore, *, code: str, client_id: str, company_id: str, now: datetime
) -> str | None:
    """Whose code this is, which is used up; None for nobody's, however it is written.

    Nobody's is every code once this client, or all of its company, named too many in an hour. The same statements run
    whatever comes of it, so how long it takes tells nothing.
    """
    limits = {client_id: MOST_OF_CLIENT, company_id: MOST_OF_COMPANY}
    counts = session.execute(
        select(_guesses.c.about, _guesses.c.count).where(
            _guesses.c.about.in_(limits), _guesses.c.window_ends > now
        )
    )
    stopped = any(count >= limits[about] for about, count in counts)
    named = _draw() if stopped else "".join(code.upper().split()).replace("-", "")
    taken = session.scalar(
        delete(DeskCode)
        .where(DeskCode.code_hash == _hash(keys, named), DeskCode.expires_at > now)
        .returning(DeskCode.consumer_id)
    )
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    # Right ones count as well: what is left of the budget must not tell which were.
    ends = now + WINDOW
    fresh = make(_guesses).values([{"about": each, "count": 1, "window_ends": ends} for each in limits])
    over = _guesses.c.window_ends <= now
    session.execute(
        fresh.on_conflict_do_update(
            index_elements=[_guesses.c.about],
            set_={
                "count": case((over, 1), else_=_guesses.c.count + 1),
                "window_ends": case((over, ends), else_=_guesses.c.window_ends),
            },
        )
    )
    return taken


def find_by_subject(session: Session, *, company_id: str, subject: str) -> str | None:
    """Whom this company knows by this subject; None for anything else, and for another company's."""
    return session.scalar(
        select(SubjectRow.consumer_id).where(
            SubjectRow.company_id == company_id, SubjectRow.subject == subject
        )
    )


def _draw() -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def _hash(keys: KeyStore, code: str) -> bytes:
    return keys.blind_index("desk-code", code)
