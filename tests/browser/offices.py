"""Who lives the stories of the two other offices: a company's people and auditors, each at a browser."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.people import PASSWORD, link_in_mail, press, sign_in
from tests.support import seeds
from tests.support.actors import World
from tests.support.seeds import Auditor, Colleague, Shop
from vrm import clock, companies
from vrm.house import House

_STEP = timedelta(seconds=30)


@dataclass
class Desk:
    """Somebody at a browser, signed in at their office."""

    page: Page
    who: Colleague | Auditor

    def open(self, address: str) -> Page:
        """Go to an address of this site."""
        response = self.page.goto(address)
        assert response is not None and response.ok, f"{address}: {response and response.status}"
        return self.page


def sit_down(house: House, page: Page, who: Colleague | Auditor) -> Desk:
    """At this browser, signed in already."""
    cookie = "vrm-audit" if isinstance(who, Auditor) else "vrm-company"
    page.context.add_cookies([{"name": cookie, "value": who.session, "url": house.settings.issuer}])
    return Desk(page, who)


def at_work(
    city: World, page: Page, shop: Shop, role: companies.Role = "owner", name: str = "Jo Wood"
) -> Desk:
    """Somebody of a company, in a role."""
    return sit_down(city.house, page, seeds.colleague(city.house, shop.company.id, role, name=name))


def at_the_log(city: World, page: Page, name: str = "R. Okafor") -> Desk:
    """An auditor, signed in with both factors."""
    return sit_down(city.house, page, seeds.auditor(city.house, name))


def open_mailed(page: Page, mail: Path, to: str) -> None:
    """Follow the link in the newest letter to an address."""
    page.goto(link_in_mail(mail, to))


def choose_password(page: Page, name: str | None = None) -> None:
    """Fill in the page that a mailed link leads to."""
    if name is not None:
        page.get_by_label("Your name").fill(name)
    page.get_by_label("New password").fill(PASSWORD)


def secret_on(page: Page) -> str:
    """The secret for the device, as it stands there to be typed in."""
    return page.locator("p.value code").inner_text().replace(" ", "")


def set_up_device(page: Page) -> str:
    """Take an authenticator into use on the page that asks for it; its secret."""
    secret = secret_on(page)
    page.get_by_role("textbox", name="Code").fill(device(secret))
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Use this device")
    return secret


def choose(page: Page, name: str) -> None:
    """Follow the one link on the page itself whose words begin so, and go on to say what is behind it."""
    page.get_by_role("main").get_by_role("link", name=re.compile(f"^{name}")).click()


def device(secret: str, steps: int = 0) -> str:
    """What the authenticator shows now, or some steps of 30 seconds from now."""
    return seeds.code(secret, clock.now() + steps * _STEP)


def come_in(page: Page, email: str, secret: str) -> None:
    """Sign in with both factors."""
    sign_in(page, email)
    # That of now may have been used to set the device up. That of the next step is taken for a minute and more.
    page.get_by_role("textbox", name="Code").fill(device(secret, steps=1))
    press(page, "Go on")


def download(page: Page, name: str, folder: Path, role: str = "button") -> Path:
    """Press what gives a file; where it was put, under the name it came with."""
    with page.expect_download() as waiting:
        page.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def command(page: Page, title: str) -> list[str]:
    """The words of a command that the page gives to copy, without the program's own name."""
    shown = page.locator("figure.copy").filter(has_text=title).locator("pre").inner_text()
    words = re.findall(r"'([^']*)'|(\S+)", shown)
    said = [quoted or plain for quoted, plain in words]
    assert said[0] == "vrm", shown
    return said[1:]
