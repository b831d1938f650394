"""Who acts in the tests of the companies' office: its people's browsers, an organisation, a site that proves a domain."""

import secrets
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sqlalchemy import update

from tests.support import seeds
from tests.unit.web.portal.actors import PASSWORD, Browser
from vrm import accounts, clock, companies
from vrm.companies import Stated
from vrm.companies.models import CompanyRow

FORM = {
    "legal_name": "Nordlicht GmbH",
    "address": "Karl-Marx-Allee 1\r\n10178 Berlin",
    "contact": "privacy@nordlicht.example",
    "domain": "nordlicht.example",
    "privacy_notice_url": "https://nordlicht.example/privacy",
    "owner": "",
    "purpose-0": "dpv:DeliveryOfGoods",
    "why-0": "To bring you what you ordered.",
    "days-0": "90",
    "purpose-1": "",
    "why-1": "",
    "days-1": "",
    "do": "save",
}
"""What somebody types who signs an organisation up."""


class Desk(Browser):
    """A browser in the office for companies."""

    def csrf(self):
        """The form secret of any page of the office; the page that is open stays."""
        page, self.page = self.page, ""
        try:
            self.get("/company/reset")
            return self.hidden("csrf")
        finally:
            self.page = page

    def session_token(self):
        """The session cookie of this browser in this office."""
        cookie = self.client.get_cookie("vrm-company")
        assert cookie is not None
        return cookie.value


def account(house, name="Jana Weiss", email=None):
    """Somebody with an account in this office who belongs to no organisation; the account and its address."""
    email = email or f"{secrets.token_hex(6)}@people.example"
    newcomer = accounts.prepare_newcomer(house.keys, house.hasher, email=email, password=PASSWORD, name=name)
    client = f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"

    def write(db):
        link = accounts.invite(db, house.keys, email=email, client=client, now=clock.now(), kind="company")
        return accounts.complete_sign_up(db, token=link.token, newcomer=newcomer, now=clock.now())

    return house.database.write(write), email


def signed_in(app, house, account_id):
    """A browser in which an account of this office is signed in."""
    desk = Desk(app)
    desk.client.set_cookie("vrm-company", seeds.sign_in(house, account_id, ""))
    return desk


def organisation(house, account_id, *, name="Nordlicht GmbH", domain="nordlicht.example"):
    """An organisation that was just registered, whose owner this account is."""

    def write(db):
        made = companies.register(
            db,
            legal_name=name,
            address="Karl-Marx-Allee 1",
            contact=f"privacy@{domain}",
            domain=domain,
            privacy_notice_url=f"https://{domain}/privacy",
            purposes={"dpv:DeliveryOfGoods": Stated("To bring you what you ordered.", 90)},
            known_purposes=house.catalogue.purposes,
            now=clock.now(),
            actor="company",
            by=account_id,
        )
        companies.add_owner(db, company_id=made.id, account_id=account_id, now=clock.now())
        return made

    return house.database.write(write)


def approve(house, company):
    """Prove the domain of an organisation, and have the operator approve it."""
    house.database.write(
        lambda db: companies.prove_domain(
            db, company_id=company.id, domain=company.domain, token=company.domain_token, now=clock.now()
        )
    )
    house.database.write(lambda db: companies.approve(db, company_id=company.id, now=clock.now()))


def seconds_pass(house):
    """As many as must lie between two looks at a domain."""
    before = clock.now() - timedelta(seconds=10)
    house.database.write(
        lambda db: db.execute(
            update(CompanyRow).where(CompanyRow.domain_tried_at.is_not(None)).values(domain_tried_at=before)
        )
    )


def employ(house, company_id, account_id, role, by):
    """Take an account into an organisation in a role."""

    def write(db):
        made = companies.invite_person(
            db, house.keys, company_id=company_id, email=f"{role}@nordlicht.example", role=role, by=by,
            now=clock.now(),
        )  # fmt: skip
        companies.accept_invitation(db, token=made.token, account_id=account_id, now=clock.now())

    house.database.write(write)


class Site:
    """A web site on this machine: ``answers`` is what it gives next, (status, body, headers)."""

    def __init__(self):
        self.answers: tuple[int, bytes, dict[str, str]] = (404, b"", {})
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                status, body, headers = outer.answers
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.at = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        """Stop answering."""
        self.server.shutdown()
        self.server.server_close()
