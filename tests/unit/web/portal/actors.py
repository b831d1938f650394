"""Who acts in the portal's tests: a person's browser, their mail, a company. CSRF is on; mail goes to a folder."""

import re
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import ECKey

from vrm import clock, companies, consents, worker
from vrm.disclosures import Door, Reader
from vrm.house import House
from vrm.web.offices import CONSUMERS, Office

PASSWORD = "eleven grey herons"


def found(pattern, text):
    """What the pattern's group holds where it first fits; the test fails where it does not."""
    match = re.search(pattern, text)
    assert match is not None, f"{pattern} is not in:\n{text}"
    return match[1]


class Browser:
    """A person's browser, at one office. ``page`` is the last page's text; ``post`` takes the form's secret."""

    def __init__(self, app: Flask, office: Office = CONSUMERS) -> None:
        self.client: FlaskClient = app.test_client()
        self.office = office
        self.page = ""

    def get(self, path, status=200):
        """Open a page and expect this status."""
        return self._kept(self.client.get(path), status)

    def post(self, path, status=303, follow=False, **fields):
        """Send a form as the page would. The browser was on a page of ours before, so it has the secret."""
        if "csrf" not in fields:
            fields["csrf"] = self.csrf()
        answer = self._kept(self.client.post(path, data=fields), status)
        return self.get(answer.location) if follow else answer

    def csrf(self):
        """The form secret of any page."""
        return found(r'name="csrf" value="([^"]+)"', self.get(f"{self.office.prefix}/reset").text)

    def _kept(self, answer, status):
        self.page = unescape(answer.text).replace("<wbr>", "")  # nobody reads where a line may break
        assert answer.status_code == status, f"{answer.status_code}: {self.page}"
        return answer

    def hidden(self, name):
        """The value of a hidden input of the page."""
        return found(rf'name="{name}" value="([^"]*)"', self.page)

    def session_token(self):
        """The session cookie of this browser."""
        cookie = self.client.get_cookie(self.office.cookie)
        assert cookie is not None
        return cookie.value

    def sign_in(self, email, password=PASSWORD, status=303, **more):
        """Fill in the sign-in form."""
        return self.post(self.office.sign_in, status, email=email, password=password, **more)


class Post:
    """The mail folder: what the worker has sent."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._seen: set[Path] = set()

    def deliver(self):
        """Let the worker send what waits; the new letters."""
        worker.run_once(self._house)
        new = [path for path in sorted(self._house.settings.mail_dir.glob("*.eml")) if path not in self._seen]
        self._seen.update(new)
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in new]

    def link(self, to):
        """The path of the link in the one new letter to this address."""
        (letter,) = [each for each in self.deliver() if each["To"] == to]
        url = urlsplit(found(r"(https?://\S+)", letter.get_content()))
        return f"{url.path}?{url.query}"


@dataclass(frozen=True)
class Shop:
    """A company in good standing with one client."""

    house: House
    company_id: str
    client_id: str

    def ask(self, consumer_id, *keys, days=90, ago=timedelta(0), amends=None):
        """Put an ask before a person, now or some time ago; its id."""
        lines = tuple(consents.Line(key, "dpv:ServiceProvision", required=True) for key in keys)
        return self.house.database.write(
            lambda db: consents.open_ask(
                db,
                consumer_id=consumer_id,
                client_id=self.client_id,
                company_id=self.company_id,
                terms=consents.Terms(lines, days, retention_days=30),
                request={"n": f"{len(keys)}{''.join(keys)}{ago}"},
                amends=amends,
                now=clock.now() - ago,
            )
        )

    def granted(self, consumer_id, *keys, days=90):
        """A consent of a person for these keys; its id."""
        ask_id = self.ask(consumer_id, *keys, days=days)
        return self.house.database.write(
            lambda db: consents.grant(
                db,
                self.house.keys,
                consumer_id=consumer_id,
                ask_id=ask_id,
                choices=[consents.Choice(place, key) for place, key in enumerate(keys)],
                duration_days=days,
                versions=[],
                notice={
                    "privacy_notice_url": "https://hawthorn.example/privacy",
                    "version": 1,
                    "sha256": "9c41e07a52bd118f" * 4,
                    "purposes": {
                        "dpv:ServiceProvision": "We send you books.",
                        "dpv:DirectMarketing": "New books, twice a year.",
                    },
                },
                notice_version=1,
                now=clock.now(),
            )
        ).id

    def read(self, consent_id, keys=None):
        """Read as the API would."""
        door = Door(self.house.database, self.house.keys, self.house.catalogue)
        return door.read(Reader(self.client_id), consent_id=consent_id, purpose=None, keys=keys)


def make_shop(house, name, domain):
    """An approved company with one client."""

    def register(db):
        now = clock.now()
        company = companies.register(
            db,
            legal_name=name,
            address="1 Mill Lane",
            contact=f"privacy@{domain}",
            domain=domain,
            privacy_notice_url=f"https://{domain}/privacy",
            purposes={"dpv:ServiceProvision": companies.Stated()},
            known_purposes=house.catalogue.purposes,
            now=now,
        )
        companies.prove_domain(db, company_id=company.id, domain=domain, token=company.domain_token, now=now)
        companies.approve(db, company_id=company.id, now=now)
        key = ECKey.generate_key("P-256", {"use": "sig", "kid": "one"}).as_dict(private=False)
        client = companies.new_client(
            db,
            company_id=company.id,
            name="Web shop",
            redirect_uris=[f"https://{domain}/back"],
            jwks={"keys": [key]},
            now=now,
        )
        return Shop(house, company.id, client.id)

    return house.database.write(register)
