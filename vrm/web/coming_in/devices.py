"""A consumer hears of a sign-in from a browser that was not seen before.

A browser is known by a random cookie that outlives the session. The letter says when, and what the browser calls itself in
rough words, which are kept nowhere but in that notice; the address it came from is neither told nor kept.
"""

from datetime import timedelta

from flask import request
from flask_babel import get_locale
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from vrm import accounts, clock, notices
from vrm.house import House
from vrm.ids import new_id
from vrm.web import zone
from vrm.web.offices import office
from vrm.web.site import site

LASTS = timedelta(days=400)
"""The longest that browsers keep a cookie (RFC 6265bis, section 5.5)."""

# The first that is named wins: each also claims to be those below it.
_FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def greet(here: House, started: accounts.Started, *, told: bool = False) -> str | None:
    """Know this browser from now on, and have its person told if it is new; the token it is to hold, if any.

    Durable before the browser is handed its session: nobody is in unheard. ``told``: another letter says already that
    somebody came in, with a link that was mailed.
    """
    if office().audience != "consumer":
        return None
    now, held = clock.now(), request.cookies.get(_name())

    def known(db: Session) -> str | None:
        present = accounts.find_session(db, token=started.token, now=now)
        if present is None:
            return None
        token, is_new = notices.greet_device(db, consumer_id=present.person_id, token=held, now=now)
        language = get_locale().language
        notices.keep_language_and_zone(
            db, here.keys, consumer_id=present.person_id, language=language, zone=zone.name(), now=now
        )
        if is_new and not told:
            agent = request.user_agent.string
            notices.tell(
                db,
                here.keys,
                consumer_id=present.person_id,
                kind="device",
                about="account",
                period=new_id(),  # each is told
                values={
                    "when": now.isoformat(),
                    "browser": _named(_FAMILIES, agent),
                    "system": _named(_SYSTEMS, agent),
                },
                issuer=site().issuer,
                now=now,
                language=language,
            )
        return token

    return here.database.write(known)


def remember(response: Response, token: str | None) -> None:
    """Have the browser known the next time."""
    if token is not None:
        response.set_cookie(
            _name(),
            token,
            max_age=int(LASTS.total_seconds()),
            path="/",
            secure=site().secure,
            httponly=True,
            samesite="Lax",
        )


def _named(names: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((said for sign, said in names if sign in agent), "")


def _name() -> str:
    # As the session's cookie is named (``vrm.web.session``).
    return "__Host-vrm-device" if site().secure else "vrm-device"
