"""Where everything meets: a house becomes a web application."""

from dataclasses import replace

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from vrm import accounts, clock, companies, notices
from vrm.disclosures import Door
from vrm.house import House
from vrm.web import Site, Visitor, api, audit, company, create, oauth, offices, portal


def create_app(house: House) -> Flask:
    """The application of a house. Raises ``UndeclaredRoute`` when a route does not say who it is for."""
    settings = house.settings
    site = Site(
        issuer=settings.issuer,
        find_session=lambda token: _visitor(house, token),
        ready=lambda: house.database.read(lambda session: session.execute(text("SELECT 1"))).close(),
        count_unread=lambda consumer_id: house.database.read(
            lambda session: notices.count_unread(session, consumer_id=consumer_id)
        ),
        sandbox=settings.sandbox,
        mail_folder=None if settings.smtp_url else str(settings.mail_dir),
    )
    machines = (oauth.routes(house), api.routes(settings.instance.log_place))
    app = create(site, [*machines, portal.routes(), company.routes(), audit.routes()])
    app.extensions["vrm.house"] = house
    app.extensions["vrm.door"] = Door(house.database, house.keys, house.catalogue)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    return app


def _visitor(house: House, token: str) -> Visitor | None:
    """Who holds a session token. A session in use is kept alive, at most every few minutes."""
    present = house.database.read(
        lambda session: accounts.find_session(session, token=token, now=clock.now())
    )
    if present is None:
        return None
    if present.needs_touch:
        house.database.write(lambda session: accounts.touch_session(session, token=token, now=clock.now()))
    return house.database.read(lambda session: _role(session, present))


def _role(session: Session, present: accounts.Present) -> Visitor:
    """What someone who holds a session is in their office at this moment; nothing of it is copied anywhere."""
    here = Visitor(
        present.kind,
        present.account_id,
        present.session_id,
        present.person_id,
        role=present.kind,
        has_second_factor=present.has_second_factor,
        signed_in_at=present.created_at,
    )
    if (present.has_second_factor or present.kind == "auditor") and not present.proved:
        return replace(here, role=offices.UNPROVED)
    if present.kind == "auditor":
        holds = accounts.holds_mandate(session, auditor_id=present.person_id, now=clock.now())
        return here if holds else replace(here, role=offices.NO_MANDATE)
    if present.kind == "company":
        member = companies.find_member(session, account_id=present.account_id)
        if member is None:
            return replace(here, role=offices.NEWCOMER)
        return replace(here, role=member.role, company_id=member.company_id)
    return here
