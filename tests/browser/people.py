"""Who lives the stories: a resident with a browser, a shop whose client takes people back, the post."""

import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.support import seeds
from tests.support.actors import DELIVERY, MARKETING, Company, Held, World, line, needed
from tests.support.http import Answer, LocalServer, answer, serving

PASSWORD = seeds.PASSWORD
HOME = {
    "street_address": "14 Barkly Street",
    "locality": "Brunswick",
    "postal_code": "3056",
    "country": "AU",
    "label": "home",
}
OFFICE = {**HOME, "street_address": "2 Lygon Street", "locality": "Carlton", "label": "work"}
MIA: Mapping[str, object] = {
    "name": "Mia Tran",
    "given_name": "Mia",
    "birthdate": "1991-06-17",
    "email": "mia@people.example",
    "address": [HOME, OFFICE],
}

NEEDED = (needed("name", why="For the label on the parcel"), needed("address", why="Where the parcel goes"))
ADULT = needed(
    "birthdate", any_of=["age_over_18"], why="The jacket comes with a pocket knife", frequency="once"
)
WISHED = (
    line("phone_number", why="So the driver can ring"),
    line("email", MARKETING, why="Our newsletter", frequency="monthly"),
)
TERMS = {"duration_days": 365, "retention_days": 90, "recipients": ["The parcel carrier"]}


class Back:
    """The address a client takes people back to: one server for every shop."""

    def __init__(self, server: LocalServer) -> None:
        self.uri = f"http://localhost:{server.port}/back"

    @classmethod
    @contextmanager
    def serving(cls) -> Iterator["Back"]:
        """Answer until the block ends."""
        with serving(_Everywhere()) as server:
            yield cls(server)


class _Everywhere(dict[str, Answer]):
    """Every path and query gets the same plain page."""

    def get(self, key: str, default: object = None) -> Answer:
        return answer(
            b"<!doctype html><title>Shop</title><h1>Back at the shop</h1>", content_type="text/html"
        )


@dataclass
class Resident:
    """A consumer at a browser, signed in."""

    page: Page
    consumer_id: str
    email: str
    city: World

    def open(self, address: str) -> Page:
        """Go to an address of this site."""
        response = self.page.goto(address)
        assert response is not None and response.ok, f"{address}: {response and response.status}"
        return self.page

    def decide(self, company: Company, *lines: dict[str, object], tick: tuple[str, ...] = ()) -> Held:
        """Allow what is needed, and the lines ticked, on the page of the request."""
        asked = company.ask(*lines, **TERMS)
        self.open(asked.address)
        for label in tick:
            self.page.get_by_label(f"Send: {label}").check()
        press(self.page, "Allow what is ticked")
        return company.take_back(asked, self.page.url)


def move_in(
    city: World, page: Page, values: Mapping[str, object] = MIA, email: str | None = None
) -> Resident:
    """Somebody who keeps a profile, already signed in at this page."""
    person = seeds.person(city.house, values, email=email)
    page.context.add_cookies([{"name": "vrm", "value": person.session, "url": city.house.settings.issuer}])
    return Resident(page, person.consumer_id, person.email, city)


def open_shop(city: World, back: Back, name: str = "Nordlicht Versand") -> Company:
    """A company of a domain nobody has yet, with a client."""
    domain = f"{name.split()[0].lower()}-{secrets.token_hex(3)}.example"
    return city.company(name=name, domain=domain, redirect_uri=back.uri, purposes=(DELIVERY, MARKETING))


def press(page: Page, name: str) -> None:
    """Press the one button of this name."""
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    """Follow the one link of this name."""
    page.get_by_role("link", name=name, exact=True).click()


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Fill in the form of the sign-in page."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    press(page, "Sign in")


def heading(page: Page, words: str) -> None:
    """The page is the one with this title."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def path(page: Page) -> str:
    """Where the browser is, without the host."""
    return urlsplit(page.url).path


def letter_in_mail(folder: Path, to: str, like: str) -> tuple[EmailMessage, str]:
    """The first letter to an address whose words have this form, once the worker has sent it; and what has it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for file in folder.glob("*.eml"):
            letter = message_from_bytes(file.read_bytes(), policy=policy.default)
            text = letter.get_body(("plain",)) if letter["To"] == to else None
            found = re.search(like, text.get_content()) if text is not None else None
            if found is not None:
                return letter, found[0]
        time.sleep(0.05)
    raise AssertionError(f"no letter with such words came to {to}")


def link_in_mail(folder: Path, to: str, like: str = r"https?://\S+") -> str:
    """The first link of this form in a letter to an address."""
    return letter_in_mail(folder, to, like)[1]
