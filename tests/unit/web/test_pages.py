"""Every page, from its example context."""

import re
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from flask import g

from tests.support.examples import NOW, PAGES
from tests.support.pseudo import Plain, Pseudo, pseudo
from vrm.web import Site, create, pages
from vrm.web.assets import FOLDER
from vrm.web.offices import CONSUMERS, of


def shown(name, **more):
    template, path, visitor, context = PAGES[name]
    app = create(Site("http://localhost", lambda token: None, **more))
    with app.test_request_context(path), time_machine.travel(NOW, tick=False):
        g.visitor = visitor
        return pages.render(template, **context).get_data(as_text=True)


def test_pseudo():
    """The pretend language changes letters and leaves places and tags."""
    assert pseudo("<b>Sign in</b> %(name)s") == "⟦<b>Šîĝñ îñ</b> %(name)s⟧"


@pytest.mark.parametrize("name", [name for name in PAGES if name != "error"])
def test_every_word_can_be_translated(name):
    """In the pretend language no plain letter stands outside of a value."""
    plain = Plain()
    words = Pseudo()
    plain.feed(shown(name, sandbox=True, mail_folder="var/mail", translations=lambda locale: words))
    assert plain.found == []


def test_every_word_of_a_fault_can_be_translated():
    """The page of a fault gets its words from the table of problems, and they are marked there."""
    words = Pseudo()
    app = create(Site("http://localhost", lambda token: None, translations=lambda locale: words))
    answer = app.test_client().get("/nothing")
    plain = Plain()
    plain.feed(answer.text)
    assert plain.found == []


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_well_made(name):
    """One h1, one main, no id twice, no inline style or script, a title that names the thing."""
    html = shown(name)
    plain = Plain()
    plain.feed(html)
    count = Counter(plain.tags)
    letters = ("ask", "ask-sign-in", "ask-desk", "ask-missing")
    scripted = name in ("read", *letters) or name.partition("-")[0] in ("edit", "group")
    zoned = of(PAGES[name][1]) is CONSUMERS
    assert (count["h1"], count["main"], count["script"]) == (1, 1, scripted + zoned)
    assert [which for which, times in Counter(plain.ids).items() if times > 1] == []
    assert not re.search(r"\s(style|on\w+)=", html)
    assert re.search(r"<title>\S.* – VRM</title>", html)
    assert not re.search(r">[^<]*[a-z]\.[A-Z]", html), "two sentences run together"


@pytest.mark.parametrize("name", PAGES)
def test_every_form_can_be_sent(name):
    """Each form that changes something carries its field, and each input has a label or stands in one."""
    html = shown(name)
    for form in re.findall(r"<form\b.*?</form>", html, re.S):
        if 'method="post"' in form:
            assert 'name="csrf"' in form
    for tag, which in re.findall(r"<(input|select|textarea)\b[^>]*?\bid=\"([^\"]+)\"", html):
        assert f'for="{which}"' in html, (tag, which)


@pytest.mark.parametrize("name", PAGES)
def test_blue_is_for_consent_alone(name):
    """The person's ink appears only where something changes what a company may do."""
    letters = {"ask", "ask-desk", "ask-missing", "ask-sign-in"}
    lists = {"home", "home-paused", "consents", "consents-many", "pause-all", "revoke-key", "revoke-company"}
    blue = {
        *letters,
        *lists,
        "consent",
        "known",
        "change",
        "revoke",
        "block",
        "stop-link",
        "stop-link-paused",
    }
    html = shown(name)
    assert name in blue or not re.search(r'class="[^"]*\b(hand|sign|own)\b', html)


def test_yes_and_no_look_the_same():
    """The two halves of the decision have one class and one size, and No comes first."""
    pair = re.findall(r'<button class="([^"]+)" name="decision" value="(refuse|grant)"', shown("ask"))
    assert pair == [("btn sign tall", "refuse"), ("btn sign tall", "grant")]


def test_nothing_optional_is_preselected():
    """An optional line is unticked until the person ticks it."""
    assert not re.search(r'name="take"[^>]*checked', shown("ask"))


def test_values_are_escaped_and_isolated():
    """What a person or a company wrote cannot become markup."""
    template, path, visitor, context = PAGES["ask"]
    app = create(Site("http://localhost", lambda token: None))
    evil = '<script>alert("1")</script>'
    with app.test_request_context(path):
        g.visitor = visitor
        company = {**context["company"], "name": evil}
        html = pages.render(template, **{**context, "company": company}).get_data(as_text=True)
    assert "<script>" not in html
    assert "<bdi>&lt;script&gt;" in html


def test_a_language_is_chosen_and_kept():
    """``?lang`` wins and is remembered; then the cookie; then what the browser asks for; then English."""
    client = create(Site("http://localhost", lambda token: None)).test_client()
    assert 'lang="en"' in client.get("/nothing", headers={"Accept-Language": "fr"}).text
    assert 'lang="de"' in client.get("/nothing", headers={"Accept-Language": "de-CH, en;q=0.5"}).text
    assert 'lang="de"' in client.get("/nothing?lang=de").text
    assert 'lang="de"' in client.get("/nothing", headers={"Accept-Language": "en"}).text
    assert 'lang="de"' in client.get("/nothing?lang=xx", headers={"Accept-Language": "en"}).text


def test_dates_are_written_out():
    """Dates are words, the distance beside them, and machines get ISO 8601."""
    app = create(Site("http://localhost", lambda token: None))
    with app.test_request_context("/"), time_machine.travel(NOW, tick=False):
        assert pages.day(NOW) == '<time datetime="2026-03-12T09:41:00.000Z">12 March 2026</time>'
        assert ">in 6 days<" in pages.ahead(NOW + timedelta(days=6))
        assert ">today<" in pages.ahead(NOW)
        assert "Today, 9:41" in pages.moment(NOW)
        assert ">today, 9:41" in pages.moment(NOW, within=True)
        assert "11 February 2026, 9:41" in pages.moment(NOW - timedelta(days=29))


def test_a_sandbox_says_so_on_every_page():
    """An instance for invented people, and one whose mail lies in a folder, say so; another says nothing."""
    assert all('class="strip"' in shown(name, sandbox=True) for name in PAGES)
    kept = shown("start", mail_folder="var/mail")
    assert "Letters are not sent" in kept and "var/mail" not in kept
    assert "A sandbox." not in kept and "trial" not in kept, "real people may be here: the console says so"
    assert 'class="strip"' not in shown("start")


def test_the_style_sheet_calls_nobody():
    """The style sheet loads nothing."""
    css = (FOLDER / "vrm.css").read_text()
    assert "url(" not in css
    assert "@import" not in css
