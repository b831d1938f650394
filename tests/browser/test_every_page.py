"""What holds on every page: it fits, it can be touched and read, by everyone."""

import re
from dataclasses import replace

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.measures import NAMELESS, TOO_SMALL, TOO_WIDE, UNREADABLE
from tests.browser.pages import left_out, of_auditors, of_company, of_consumers, walk
from tests.browser.people import move_in, open_shop
from tests.support.pseudo import Plain, Pseudo
from vrm.app import create_app

pytestmark = [pytest.mark.browser, pytest.mark.deep]

ALIKE = {
    "Name", "VRM", "Client", "Clients", "Clients.", "Code", "Codes.", "Person", "Checkpoints", "Agent", "Version",
    "Root hash", "Token", "Client:", "Code:", "Alarm:", "Parameter",
}  # fmt: skip
"""What is written alike in English and German."""
NO_WORDS = {"https://", "go.dev", "shop.example", "authorization_details (RFC 9396)"}
"""What is written alike in every language."""
NARROW = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture(scope="module", params=["consumers", "companies", "auditors"])
def walks(request, city, back, chromium, town):
    """Every page of one office, by who can reach it."""
    if request.param == "companies":
        return of_company(city.house, town)
    if request.param == "auditors":
        return of_auditors(city.house, town)
    with chromium.new_context(base_url=city.house.settings.issuer, locale="en-GB") as context:
        return of_consumers(move_in(city, context.new_page()), open_shop(city, back))


@pytest.fixture
def at(walks, browse, city):
    """``at(size, **settings)``: for each who can reach pages, a browser of theirs and the pages to walk."""

    def start(size="phone", **settings):
        for each in walks:
            page = browse(size, **settings)
            for name, value in each.session.items():
                page.context.add_cookies([{"name": name, "value": value, "url": city.house.settings.issuer}])
            yield page, each.addresses

    return start


def faulty(browsers, *questions):
    """What the questions find, by page."""
    found: dict[str, list[str]] = {}
    for page, addresses in browsers:
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


def test_no_page_is_left_out(walks, city, request):
    """To each route of pages of an office one of its walks leads."""
    office = request.node.callspec.params["walks"]
    parts = {"companies": r"/(company|companies)(/|$)(?!.*(block|known))", "auditors": r"/audit(/|$)"}
    mine = parts.get(office, rf"(?!{parts['companies']}|{parts['auditors']})")
    assert [rule for rule in left_out(create_app(city.house), walks) if re.match(mine, rule)] == []


def test_narrow(at):
    """At 320 px nothing leaves a page sideways, every target is tall enough for a finger, and what is there has a name."""
    none(faulty(at("phone", **NARROW), TOO_WIDE, TOO_SMALL, NAMELESS))


def test_text_twice_as_large(at):
    """With text at 200 % nothing leaves a page sideways (WCAG 2.2, 1.4.4)."""
    none(faulty(at("phone"), "() => { document.documentElement.style.fontSize = '200%' }", TOO_WIDE))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(at, scheme):
    """All text can be read, by day and by night."""
    none(faulty(at("desktop", color_scheme=scheme), UNREADABLE))


def test_german(at):
    """German words are longer: they fit at 320 px, and the page says its language."""
    says = "() => document.documentElement.lang === 'de' ? [] : ['its language']"
    none(faulty(at("phone", **NARROW, locale="de-DE"), TOO_WIDE, TOO_SMALL, says))


def test_from_right_to_left(at):
    """Turned round, as for Arabic, nothing leaves a page sideways."""
    none(faulty(at("phone", **NARROW), "() => { document.documentElement.dir = 'rtl' }", TOO_WIDE))


def test_axe(at):
    """axe finds no fault on any page."""
    axe = Axe()
    found = {}
    for page, addresses in at("desktop"):
        for address in walk(page, addresses):
            violations = axe.run(page).response["violations"]
            if violations:
                found[address] = [
                    (each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in violations
                ]
    none(found)


def test_no_word_is_left_unmarked(walks, city):
    """In a pretend language every word of ours looks different; on no page does a plain one stand."""
    pretend = said(walks, city, lambda locale: Pseudo())
    none({at: left for at, words in pretend.items() if (left := set(words) - NO_WORDS)})


def test_no_word_is_left_in_english(walks, city):
    """In German no page says anything that it says in English, but for what is written alike."""
    english, german = said(walks, city, language="en"), said(walks, city, language="de")
    none({at: left for at in english if (left := set(english[at]) & set(german[at]) - ALIKE - NO_WORDS)})


def said(walks, city, translations=None, language="en"):
    """What every page says in plain letters outside of values, by address."""
    app = create_app(city.house)
    app.extensions["vrm"] = replace(app.extensions["vrm"], translations=translations)
    found = {}
    for number, each in enumerate(walks):
        with httpx2.Client(
            transport=httpx2.WSGITransport(app=app),
            base_url=city.house.settings.issuer,
            headers={"Accept-Language": language},
            cookies=each.session,
            follow_redirects=True,
        ) as http:
            for address in [*each.addresses, *(["/profile?done=saved"] if "vrm" in each.session else [])]:
                found[f"{address} ({number})"] = plain(http.get(address).text)
    return found


def plain(page):
    """What a page says in plain letters outside of values."""
    reader = Plain()
    reader.feed(re.sub(r'<option value="([^"]*)"([^>]*)>([^<]*)', lettered, page))
    return reader.found


def lettered(option):
    """An option without what is no word: countries are named alike in many languages, and codes are codes."""
    value, rest, words = option.groups()
    kept = "" if words == value or re.fullmatch("[A-Z]{2}", value) else words.replace(f"({value})", "")
    return f'<option value="{value}"{rest}>{kept}'
