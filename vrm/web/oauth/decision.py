"""The page on which a person decides, and what they decided (RFC 6749, section 4.1.2).

Nothing is used up by looking. The decision, the consent it makes, its event and the code are one commit.
"""

from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from vrm import clock, companies, consents
from vrm.errors import Conflict, Invalid
from vrm.web import headers, pages, session
from vrm.web.asking import choices, letter
from vrm.web.audiences import audience
from vrm.web.forms import BLANK, Form
from vrm.web.language import gettext
from vrm.web.oauth import prompts, staying
from vrm.web.oauth.going_back import go_back, use_up
from vrm.web.oauth.server import AuthorizationServer
from vrm.web.oauth.transaction import current_session, in_transaction
from vrm.web.onward import onward


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``GET`` and ``POST /asks/<ask_id>``."""

    @blueprint.get("/asks/<uuid:ask_id>")
    @audience("consumer")
    def ask(ask_id: object) -> Response:
        consumer_id = session.consumer_id()
        return server.house.database.read(lambda db: _show(server, db, consumer_id, str(ask_id)))

    @blueprint.post("/asks/<uuid:ask_id>")
    @audience("consumer")
    def decide(ask_id: object) -> Response:
        consumer_id = session.consumer_id()
        return in_transaction(server.house.database, lambda: _decide(server, consumer_id, str(ask_id)))


def _show(server: AuthorizationServer, db: Session, consumer_id: str, ask_id: str) -> Response:
    ask, asker = _open(db, consumer_id, ask_id)
    if consents.blocked_since(db, consumer_id=consumer_id, company_id=ask.company_id) is not None:
        return _blocked(ask, asker)
    return _page(_write(server, db, consumer_id, ask, asker, request.args), BLANK)


def _write(
    server: AuthorizationServer,
    db: Session,
    consumer_id: str,
    ask: consents.Ask,
    asker: companies.Asker,
    picked: choices.Picked,
) -> letter.Letter:
    return letter.write(
        db,
        server.house,
        consumer_id=consumer_id,
        ask=ask,
        asker=asker,
        picked=picked,
        message=staying.find_message(db, server.house, ask),
    )


def _open(db: Session, consumer_id: str, ask_id: str) -> tuple[consents.Ask, companies.Asker]:
    """The ask, if it waits and its client may still ask."""
    ask = consents.get_open_ask(db, consumer_id=consumer_id, ask_id=ask_id, now=clock.now())
    return ask, companies.may_ask(db, client_id=ask.client_id)


def _blocked(ask: consents.Ask, asker: companies.Asker, status: int = 200) -> Response:
    """Who has blocked the company may lift that, or go back with a no; nothing else can be decided here."""
    _allow_return(ask)
    return pages.render("ask_blocked.html", status, company=asker.company, ask=ask)


def _allow_return(ask: consents.Ask) -> None:
    """Let the forms of this page end at the client, where that is where the person came from."""
    if not ask.quiet:
        headers.allow_form_to(ask.request["redirect_uri"])


def _page(written: letter.Letter, form: Form, status: int = 200, *, message_open: bool = False) -> Response:
    _allow_return(written.ask)
    return pages.render(
        "ask.html",
        status,
        **written.context,
        form=form,
        action=f"/asks/{written.ask.id}",
        hidden={"seen": written.fingerprint},
        here_full=f"/asks/{written.ask.id}",
        message_open=message_open,
    )


def _decide(server: AuthorizationServer, consumer_id: str, ask_id: str) -> Response:
    db = current_session()
    decision = request.form.get("decision")
    ask, asker = _open(db, consumer_id, ask_id)
    # Refusing needs no letter: one cannot be written where the consent it changes has ended.
    if decision == "refuse":
        ask = consents.refuse(
            db,
            server.house.keys,
            consumer_id=consumer_id,
            ask_id=ask_id,
            notice=letter.notice_of(asker.company, ask.terms, server.house.catalogue),
            now=clock.now(),
        )
        # Nobody is kept from saying no, but the client hears one answer to its request (RFC 9126, section 4).
        is_first = _use_up(ask)
        if is_first and _may_return(ask, asker):
            return _answer(server, ask, None)
        return onward("/home", "refused-quietly")
    if consents.blocked_since(db, consumer_id=consumer_id, company_id=ask.company_id) is not None:
        return _blocked(ask, asker, 409)
    written = _write(server, db, consumer_id, ask, asker, request.form)
    for line in written.context["lines"]:
        if line["missing"] and decision == f"fill-{line['index']}":
            return _fill(written, line["fill"])
    if decision == "show":  # the page again, with the message as it would be; nothing is decided or kept
        return _page(written, BLANK, message_open=True)
    if not prompts.is_recent(session.present(), ask.request, clock.now(), asked_at=ask.created_at):
        return redirect("/sign-in?" + urlencode({"next": _with_choices(written), "again": 1}), 303)
    try:
        if decision != "grant":
            raise Invalid(gettext("Choose one of the two: refuse, or allow what is ticked."))
        if request.form.get("seen") != written.fingerprint:
            raise Invalid(gettext("Something on this page changed meanwhile. Look at it again, then decide."))
        _require_registered(written)
        decide = consents.grant if written.ask.amends is None else consents.amend
        consent = decide(
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
    if not _use_up(written.ask):  # raised, so that nothing of this decision stays
        raise Conflict(gettext("This request was answered already. Go back to the company and start again."))
    return _answer(server, written.ask, consent)


def _use_up(ask: consents.Ask) -> bool:
    return use_up(ask.client_id, ask.request.get("pushed"))


def _may_return(ask: consents.Ask, asker: companies.Asker) -> bool:
    """Whether the address to return to is still one of the client's: an ask may wait for days."""
    return ask.quiet or asker.client.accepts_redirect(ask.request["redirect_uri"])


def _fill(written: letter.Letter, field: str) -> Response:
    """Off to the profile, and back."""
    return redirect(f"/profile/{field}?" + urlencode({"next": _with_choices(written)}), 303)


def _with_choices(written: letter.Letter) -> str:
    """The page with what was chosen so far, to come back to: days that were cut must not grow on the way."""
    return f"/asks/{written.ask.id}?{choices.carried(written.context, request.form)}".rstrip("?")


def _require_registered(written: letter.Letter) -> None:
    """What a company has dropped since it asked, a purpose or the address to return to, cannot be granted any more."""
    purposes = written.asker.company.purposes
    dropped = any(line.purpose not in purposes for line in written.ask.terms.lines)
    if dropped or not _may_return(written.ask, written.asker):
        raise Invalid(
            gettext("The company has changed what it asks for since. You can only refuse this one.")
        )


def _answer(server: AuthorizationServer, ask: consents.Ask, consent: consents.Consent | None) -> Response:
    """Send the person back to the client with a code, or with a no; one who did not come from there stays."""
    if ask.quiet:
        return staying.answer(ask, consent)
    return go_back(server, ask.request, consent)
