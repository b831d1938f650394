"""Coming in and going out."""

import re
import secrets

from playwright.sync_api import Page, expect

from tests.browser.people import (
    PASSWORD,
    Resident,
    follow,
    heading,
    link_in_mail,
    move_in,
    path,
    press,
    sign_in,
)


def somebody() -> str:
    """An address that nobody has used."""
    return f"{secrets.token_hex(5)}@people.example"


def test_sign_up_by_a_mailed_link(page, mail):
    """A person types an address, opens the mailed link, chooses a password and is in; the link works once."""
    email = somebody()
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Make a profile").click()
    page.get_by_label("E-mail address").fill(email)
    press(page, "Send me the link")
    heading(page, "Look into your mail")
    expect(page.get_by_role("main")).to_contain_text(email)
    link = link_in_mail(mail, email)
    page.goto(link)
    page.get_by_label("New password").fill(PASSWORD)
    press(page, "Make my profile")
    expect(page.get_by_role("status")).to_have_text(
        "Your profile is made. No company sees it unless you allow it."
    )
    assert path(page) == "/home"
    follow(page, "Fill in a line or two of your profile.")
    heading(page, "Your profile")
    page.goto(link)
    expect(page.get_by_role("main")).to_contain_text("This link is no longer valid. Ask for a new one.")


def test_a_password_too_common(page, mail):
    """A password that will not do is refused with a sentence beside the field, and the link still works."""
    email = somebody()
    page.goto("/sign-up")
    page.get_by_label("E-mail address").fill(email)
    press(page, "Send me the link")
    page.goto(link_in_mail(mail, email))
    page.get_by_label("New password").fill("passwordpassword")
    press(page, "Make my profile")
    field = page.get_by_label("New password")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("Choose another"))
    field.fill(PASSWORD)
    press(page, "Make my profile")
    assert path(page) == "/home"


def test_wrong_password_and_sign_out(city, page):
    """A wrong password says what to do and nothing of who exists; signing out shows the way back in."""
    mia = move_in(city, page)
    page.context.clear_cookies()
    page.goto("/sign-in")
    said = []
    for email in (mia.email, somebody()):
        sign_in(page, email, "not the right one at all")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("You are not signed in")
        expect(page.get_by_label("E-mail address")).to_have_value(email)
        expect(page.get_by_label("Password")).to_have_value("")
        said.append(alert.inner_text())
    assert said[0] == said[1]
    sign_in(page, mia.email)
    heading(page, "Hello, Mia.")
    press(page, "Sign out")
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    page.goto("/profile")
    assert path(page) == "/sign-in"


def test_with_the_keyboard_alone(city, browse):
    """Signing in and reaching the profile needs no mouse: skip link, visible focus, Enter."""
    page = browse("desktop")
    mia = move_in(city, page)
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_text("Skip to the page")
    expect(focused(page)).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_attribute("name", "email")
    assert outlined(page)
    page.keyboard.type(mia.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    heading(page, "Hello, Mia.")
    walk(page, "Profile")
    page.keyboard.press("Enter")
    heading(page, "Your profile")
    walk(page, "Change Full name")
    page.keyboard.press("Enter")
    heading(page, "Full name")
    walk(page, None, "value")
    page.keyboard.press("Control+A")
    page.keyboard.type("Mia Thu Tran")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page.get_by_text("Mia Thu Tran", exact=True)).to_be_visible()


def test_back_after_signing_out(mia: Resident):
    """After signing out, the back button shows nothing of the person: no page was kept."""
    page = mia.open("/profile")
    expect(page.get_by_text("14 Barkly Street")).to_be_visible()
    press(page, "Sign out")
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    page.go_back()
    assert path(page) == "/sign-in"
    expect(page.get_by_text("14 Barkly Street")).to_have_count(0)


def focused(page: Page):
    """What has the focus."""
    return page.locator(":focus")


def outlined(page: Page) -> bool:
    """Whether the focus can be seen."""
    return bool(page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2"))


def walk(page: Page, text: str | None, name: str | None = None, most: int = 60) -> None:
    """Press Tab until the focus is there; every stop on the way can be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        assert outlined(page), page.evaluate("document.activeElement.outerHTML")
        here = page.evaluate("[document.activeElement.textContent.trim(), document.activeElement.name]")
        if here[0] == text or (name and here[1] == name):
            return
    raise AssertionError(f"{text or name} cannot be reached with Tab")
