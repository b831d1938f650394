"""RP-Initiated Logout 1.0 of OpenID Connect: a company sends a person here to sign out of their profile as well.

Anyone can make a browser come here, so nothing ends before the person says so on a page of ours; and they are led on to
an address only where the company registered that very one. What came by a form leads to the page by the id of its client:
an ID token stands in no address of ours, and nothing is kept for whoever sends forms.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from vrm import accounts, companies
from vrm.errors import Invalid
from vrm.web import headers, pages, session
from vrm.web.audiences import audience, takes_foreign_forms
from vrm.web.oauth import parameters
from vrm.web.oauth.id_token import read_hint
from vrm.web.oauth.server import AuthorizationServer
from vrm.web.offices import office
from vrm.web.onward import onward
from vrm.web.signed import BadSignature

PATH = "/oauth/end-session"
_WHERE = ("post_logout_redirect_uri", "state")


@dataclass(frozen=True)
class Leave:
    """What a request to sign out comes to. ``target`` is where to go afterwards, None: to a page of ours.

    ``proved``: an ID token of ours says which company it is for. ``astray``: an address was named that leads nowhere.
    ``where`` is the address and its state as they were sent, where they lead.
    """

    asker: companies.Asker | None = None
    target: str | None = None
    proved: bool = False
    astray: bool = False
    where: Mapping[str, str] = field(default_factory=dict)


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``GET`` and ``POST /oauth/end-session``; ``POST /signing-out`` is the person's own yes."""

    @blueprint.get(PATH)
    @audience("public")
    def end_session() -> Response:
        leave = _read(server, request.args)
        if session.visitor() is None:
            # Nobody is signed in, so there is nothing to end; but only a company that shows an ID token is obeyed
            # unasked (section 3). Of any other the person follows the link, or does not.
            if leave.proved or leave.asker is None or leave.target is None:
                return _led_on(leave)
            return pages.render(
                "signed_out.html", company=leave.asker.company, going=leave.target, host=_host(leave.target)
            )
        if leave.target is not None:
            headers.allow_form_to(leave.target)
        asker = leave.asker
        return pages.render(
            "end_session.html",
            company=asker and asker.company,
            leads_to=leave.target and _host(leave.target),
            astray=leave.astray,
            hidden={**leave.where, "client_id": asker.client.id} if asker and leave.target else {},
        )

    @blueprint.post(PATH)
    @audience("public")
    @takes_foreign_forms
    def end_session_by_form() -> Response:
        """Section 2 has it both ways. A form from elsewhere comes without cookies, so it is asked for anew."""
        return redirect(f"{PATH}?" + urlencode(_carried(server, request.form)), 303)

    @blueprint.post("/signing-out")
    @audience("public")
    def signing_out() -> Response:
        leave, token = _read(server, request.form), session.token()
        if token is not None:
            server.house.database.write(lambda db: accounts.end_session(db, token=token))
        response = _led_on(leave)
        session.forget(response)
        return response


def _host(uri: str) -> str:
    """Where an address leads, as its person is told: it need not be at the domain that its company proved."""
    return urlsplit(uri).netloc


def _led_on(leave: Leave) -> Response:
    return redirect(leave.target, 303) if leave.target else onward(office().start, "signed-out")


def _read(server: AuthorizationServer, sent: MultiDict[str, str]) -> Leave:
    """Work out who asks and where they may lead. What does not fit leads nowhere (section 4), and no further."""
    nowhere = Leave(astray=bool(sent.get("post_logout_redirect_uri")))
    try:
        parameters.check(sent)
        client_id, proved = _client(server, sent)
    except (OAuth2Error, BadSignature, Invalid):
        return nowhere
    if client_id is None:
        return nowhere
    where = {name: sent[name] for name in _WHERE if sent.get(name)}
    asker = server.house.database.read(lambda db: _find_asker(db, client_id))
    uri = where.get("post_logout_redirect_uri")
    if (
        asker is None or uri not in asker.client.post_logout_redirect_uris
    ):  # section 3: exactly one registered
        return Leave(asker, astray=uri is not None)
    state = [("state", where["state"])] if "state" in where else []
    return Leave(asker, add_params_to_uri(uri, state), proved, where=where)


def _carried(server: AuthorizationServer, sent: MultiDict[str, str]) -> dict[str, str]:
    """The query of the page to which a form leads. Of an ID token it says whose it is; a bad one names nobody."""
    where = {name: sent[name] for name in _WHERE if sent.get(name)}
    try:
        parameters.check(sent)
        client_id, _ = _client(server, sent)
    except (OAuth2Error, BadSignature, Invalid):
        return where
    return where if client_id is None else {**where, "client_id": client_id}


def _client(server: AuthorizationServer, sent: Mapping[str, str]) -> tuple[str | None, bool]:
    """Which client asks, and whether an ID token of ours says so. The two must agree (section 2)."""
    named, hint = sent.get("client_id") or None, sent.get("id_token_hint")
    if not hint:
        return named, False
    house = server.house
    claims: dict[str, Any] = read_hint(hint, issuer=house.settings.issuer, keys=house.keys.token_keys)
    if named not in (None, claims["aud"]):
        raise Invalid("The client_id is not the one that the ID token was made for.")
    return claims["aud"], True


def _find_asker(db: Session, client_id: str) -> companies.Asker | None:
    try:
        return companies.may_ask(db, client_id=client_id)
    except companies.MayNotAsk:
        return None
