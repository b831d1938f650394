"""A decision on a request that came from elsewhere (CIBA Core 1.0): nobody is sent to a client, the person stays here."""

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from vrm import clock, consents, tokens
from vrm.house import House
from vrm.web import session
from vrm.web.asking import scopes
from vrm.web.oauth.transaction import current_session
from vrm.web.onward import onward


def find_message(db: Session, house: House, ask: consents.Ask) -> str:
    """What both sides compare; "" where the ask came through a browser, or without a word."""
    marks = [ask.request["backchannel"]] if ask.quiet else []
    return tokens.open_messages(db, house.keys, marks=marks).get("".join(marks), "")


def answer(ask: consents.Ask, consent: consents.Consent | None) -> Response:
    """Leave the decision where the client collects it, and show the person what happened."""
    # By one clock: a no that came in time is told from what the closing wrote by being earlier than the request's end.
    db, now = current_session(), ask.decided_at or clock.now()
    allowed = None if consent is None else _allowed(db, ask, consent)
    tokens.decide_backchannel(db, mark=ask.request["backchannel"], allowed=allowed, now=now)
    if consent is None:
        return onward("/home", "refused-quietly")
    return onward(f"/consents/{consent.id}", "granted")


def _allowed(db: Session, ask: consents.Ask, consent: consents.Consent) -> tokens.Allowed:
    revision = consents.get_newest_revision(db, consumer_id=consent.consumer_id, consent_id=consent.id)
    scope = scopes.granted(scopes.parse(ask.request["scope"]), revision)
    return tokens.Allowed(consent.id, consent.latest_epoch, scope, session.present().signed_in_at)
