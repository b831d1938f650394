"""The page on which a person decides, and what they decided (RFC 6749, section 4.1.2).

Nothing is used up by looking. The decision, the consent it makes, its event and the code are one commit.
"""

from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from vrm import clock, companies, consents
from vrm.errors import Invalid
from vrm.web import headers, pages, session
from vrm.web.asking import choices, letter
from vrm.web.audiences import audience
from vrm.web.forms import BLANK, Form
from vrm.web.language import gettext
from vrm.web.oauth.server import AuthorizationServer
from vrm.web.oauth.transaction import current_session, in_transaction


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``GET`` and ``POST /asks/<ask_id>``."""

    @blueprint.get("/asks/<uuid:ask_id>")
    @audience("consumer")
    def ask(ask_id: object) -> Response:
        consumer_id = session.consumer_id()
        written = server.house.database.read(
            lambda db: _write(server, db, consumer_id, str(ask_id), request.args)
        )
        return _page(written, BLANK)

    @blueprint.post("/asks/<uuid:ask_id>")
    @audience("consumer")
    def decide(ask_id: object) -> Response:
        consumer_id = session.consumer_id()
        return in_transaction(server.house.database, lambda: _decide(server, consumer_id, str(ask_id)))


def _write(
    server: AuthorizationServer, db: Session, consumer_id: str, ask_id: str, picked: choices.Picked
) -> letter.Letter:
    ask = consents.get_open_ask(db, consumer_id=consumer_id, ask_id=ask_id, now=clock.now())
    asker = companies.may_ask(db, client_id=ask.client_id)
    return letter.write(db, server.house, consumer_id=consumer_id, ask=ask, asker=asker, picked=picked)


def _page(written: letter.Letter, form: Form, status: int = 200) -> Response:
    headers.allow_form_to(written.ask.request["redirect_uri"])
    return pages.render(
        "ask.html",
        status,
        **written.context,
        form=form,
        action=f"/asks/{written.ask.id}",
        hidden={"seen": written.fingerprint},
        here_full=f"/asks/{written.ask.id}",
    )


def _decide(server: AuthorizationServer, consumer_id: str, ask_id: str) -> Response:
    db = current_session()
    written = _write(server, db, consumer_id, ask_id, request.form)
    decision = request.form.get("decision")
    if decision == "refuse":
        consents.refuse(db, server.house.keys, consumer_id=consumer_id, ask_id=ask_id, now=clock.now())
        return _answer(server, written.ask, None)
    for line in written.context["lines"]:
        if line["missing"] and decision == f"fill-{line['index']}":
            return _fill(written, line["fill"])
    try:
        if decision != "grant":
            raise Invalid(gettext("Choose one of the two: refuse, or allow what is ticked."))
        if request.form.get("seen") != written.fingerprint:
            raise Invalid(gettext("Something on this page changed meanwhile. Look at it again, then decide."))
        _require_registered(written)
        consent = consents.grant(
            db,
            server.house.keys,
            consumer_id=consumer_id,
            ask_id=ask_id,
            choices=choices.read_choices(written.context, request.form),
            duration_days=choices.read_days(written.context, request.form),
            versions=written.versions,
            notice=written.notice,
            notice_version=written.asker.company.notice_version,
            now=clock.now(),
        )
    except Invalid as fault:
        return _page(written, Form().with_fault(fault), 400)
    return _answer(server, written.ask, consent)


def _fill(written: letter.Letter, field: str) -> Response:
    """Off to the profile, and back with what was chosen so far: days that were cut must not grow on the way."""
    back = f"/asks/{written.ask.id}?" + choices.carried(written.context, request.form)
    return redirect(f"/profile/{field}?" + urlencode({"next": back.rstrip("?")}), 303)


def _require_registered(written: letter.Letter) -> None:
    """A purpose the company has dropped since it asked cannot be granted any more."""
    purposes = written.asker.company.purposes
    if any(line.purpose not in purposes for line in written.ask.terms.lines):
        raise Invalid(
            gettext("The company has changed what it asks for since. You can only refuse this one.")
        )


def _answer(server: AuthorizationServer, ask: consents.Ask, consent: consents.Consent | None) -> Response:
    """Send the person back to the client with a code, or with a no."""
    oauth_request = server.create_oauth2_request(None)
    params: dict[str, Any] = dict(ask.request)
    oauth_request.payload = BasicOAuth2Payload(params)
    grant = server.get_authorization_grant(oauth_request)
    response: Response = server.create_authorization_response(oauth_request, grant_user=consent, grant=grant)
    return response
