"""What holds on every page: it fits, it can be touched and read, by everyone."""

import re
from dataclasses import replace

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.pages import DOORS, TOO_SMALL, TOO_WIDE, UNREADABLE, lived, walk
from tests.browser.people import move_in, open_shop
from tests.support.pseudo import Plain, Pseudo
from vrm.app import create_app

pytestmark = pytest.mark.browser

ALIKE = {"Name", "VRM"}
"""What is written alike in English and German."""
NARROW = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture(scope="module")
def life(city, back, chromium):
    """Somebody with a consent, a past one, reads, a refusal and two requests; their cookies and pages."""
    with chromium.new_context(base_url=city.house.settings.issuer, locale="en-GB") as context:
        mia = move_in(city, context.new_page())
        addresses = lived(mia, open_shop(city, back))
        return context.cookies(), addresses


@pytest.fixture
def at(life, browse):
    """``at(size, **settings)``: a browser of that somebody, and all pages to walk."""

    def start(size="phone", **settings):
        cookies, addresses = life
        page = browse(size, **settings)
        page.context.add_cookies([cookie for cookie in cookies if cookie["name"] == "vrm"])
        return page, [*addresses, *DOORS[:1]]

    return start


def faulty(page, addresses, *questions):
    """What the questions find, by page."""
    found: dict[str, list[str]] = {}
    for address in walk(page, addresses):
        for question in questions:
            answers = page.evaluate(question)
            if answers:
                found.setdefault(address, []).extend(answers)
    return found


def none(found):
    """Nothing was found; otherwise the test tells what, by page."""
    assert not found, "\n".join(
        f"{address}\n    " + "\n    ".join(map(str, each)) for address, each in found.items()
    )


def test_narrow(at, browse):
    """At 320 px nothing leaves a page sideways, and every target is tall enough for a finger."""
    page, addresses = at("phone", **NARROW)
    none(faulty(page, addresses, TOO_WIDE, TOO_SMALL))
    none(faulty(browse("phone", **NARROW), DOORS, TOO_WIDE, TOO_SMALL))


def test_text_twice_as_large(at):
    """With text at 200 % nothing leaves a page sideways (WCAG 2.2, 1.4.4)."""
    page, addresses = at("phone")
    none(faulty(page, addresses, "() => { document.documentElement.style.fontSize = '200%' }", TOO_WIDE))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(at, scheme):
    """All text can be read, by day and by night."""
    page, addresses = at("desktop", color_scheme=scheme)
    none(faulty(page, addresses, UNREADABLE))


def test_german(at):
    """German words are longer: they fit at 320 px, and the page says its language."""
    page, addresses = at("phone", **NARROW, locale="de-DE")
    none(faulty(page, addresses, TOO_WIDE, TOO_SMALL))
    assert page.locator("html").get_attribute("lang") == "de"


def test_from_right_to_left(at):
    """Turned round, as for Arabic, nothing leaves a page sideways."""
    page, addresses = at("phone", **NARROW)
    none(faulty(page, addresses, "() => { document.documentElement.dir = 'rtl' }", TOO_WIDE))


def test_axe(at, browse):
    """axe finds no fault on any page."""
    axe = Axe()
    found = {}
    for page, addresses in (at("desktop"), (browse("desktop"), DOORS)):
        for address in walk(page, addresses):
            violations = axe.run(page).response["violations"]
            if violations:
                found[address] = [
                    (each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in violations
                ]
    none(found)


def test_no_word_is_left_unmarked(life, city):
    """In a pretend language every word of ours looks different; on no page does a plain one stand."""
    pretend = {
        address: words for address, words in said(life, city, lambda locale: Pseudo()).items() if words
    }
    none(pretend)


def test_no_word_is_left_in_english(life, city):
    """In German no page says anything that it says in English, but for what is written alike."""
    english, german = said(life, city, language="en"), said(life, city, language="de")
    none({at: left for at in english if (left := set(english[at]) & set(german[at]) - ALIKE)})


def said(life, city, translations=None, language="en"):
    """What every page says in plain letters outside of values, by address."""
    app = create_app(city.house)
    app.extensions["vrm"] = replace(app.extensions["vrm"], translations=translations)
    cookies, addresses = life
    cookie = next(cookie["value"] for cookie in cookies if cookie["name"] == "vrm")
    found = {}
    with httpx2.Client(
        transport=httpx2.WSGITransport(app=app),
        base_url=city.house.settings.issuer,
        headers={"Accept-Language": language},
        follow_redirects=True,
    ) as http:
        for address in DOORS:
            found[f"{address} (nobody)"] = plain(http.get(address).text)
        http.cookies.set("vrm", cookie)
        for address in [*addresses, "/", "/profile?done=saved"]:
            found[address] = plain(http.get(address).text)
    return found


def plain(page):
    """What a page says in plain letters outside of values."""
    reader = Plain()
    reader.feed(
        re.sub(r'<option value="[A-Z]{2}"[^>]*>[^<]*', "", page)
    )  # countries are named alike in many languages
    return reader.found
