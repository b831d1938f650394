"""The account pages, over HTTP."""

import pytest

from tests.unit.web.portal.actors import PASSWORD, Browser


def test_page_shows_the_address(mia):
    """A person sees with which address they sign in."""
    mia.get("/account")
    assert "mia@post.example" in mia.page


def test_change_password(app, mia):
    """A new password holds at once, keeps this session and ends the others."""
    other = Browser(app)
    other.sign_in("mia@post.example")
    answer = mia.post("/account/password", current_password=PASSWORD, new_password="nine quiet otters")
    assert answer.location == "/account?done=password"
    mia.get("/account")
    other.get("/account", 303)
    Browser(app).sign_in("mia@post.example", "nine quiet otters")


@pytest.mark.parametrize(
    ("now", "new", "status", "field"),
    [
        ("not mine", "nine quiet otters", 403, "current_password"),
        (PASSWORD, "short", 400, "new_password"),
        ("", "nine quiet otters", 400, "current_password"),
        (PASSWORD, "", 400, "new_password"),
    ],
)
def test_password_is_not_changed(app, mia, now, new, status, field):
    """What is wrong is said beside its field, no password is shown again, and the old one still holds."""
    mia.post("/account/password", status, current_password=now, new_password=new)
    assert f'id="{field}-wrong"' in mia.page
    assert not any(f'value="{word}"' in mia.page for word in (now, new) if word)
    Browser(app).sign_in("mia@post.example")


def test_sign_out_everywhere(app, mia):
    """Every session of the account ends, this one too."""
    other = Browser(app)
    other.sign_in("mia@post.example")
    assert mia.post("/account/sign-out-everywhere").location == "/?done=everywhere"
    other.get("/account", 303)
    mia.get("/account", 303)


def test_every_session_is_shown_and_the_others_can_be_ended(app, mia):
    """Each browser that is signed in has its line; ending the others keeps this one."""
    mia.get("/account")
    assert mia.page.count('role="rowheader"') == 1 and "This one" in mia.page
    assert "/account/sign-out-elsewhere" not in mia.page
    other = Browser(app)
    other.sign_in("mia@post.example")
    mia.get("/account")
    assert mia.page.count('role="rowheader"') == 2 and mia.page.count("This one") == 1
    assert mia.post("/account/sign-out-elsewhere").location == "/account?done=elsewhere"
    mia.get("/account?done=elsewhere")
    assert mia.page.count('role="rowheader"') == 1 and "Every other browser is signed out." in mia.page
    other.get("/account", 303)


def test_signing_out_the_others_needs_the_forms_secret(app, mia):
    """Another site can sign nobody out."""
    other = Browser(app)
    other.sign_in("mia@post.example")
    mia.post("/account/sign-out-elsewhere", 403, csrf="")
    other.get("/account")


@pytest.mark.parametrize(("language", "told"), [("en", "was changed"), ("de", "wurde geändert")])
def test_a_changed_password_is_told_by_mail(mia, post, language, told):
    """The person hears of it, in the language of the page they used, with a way back; a mistake sends nothing."""
    mia.get(f"/account?lang={language}")
    mia.post("/account/password", 403, current_password="not mine", new_password="nine quiet otters")
    assert post.deliver() == []
    mia.post("/account/password", current_password=PASSWORD, new_password="nine quiet otters")
    (letter,) = post.deliver()
    assert letter["To"] == "mia@post.example" and told in letter["Subject"]
    assert "/reset\n" in letter.get_content() and "otters" not in letter.get_content()


def test_a_password_that_was_reset_is_told_by_mail(app, mia, post):
    """So is one that was set anew by a link, by whoever held the link."""
    browser = Browser(app)
    browser.get("/reset?lang=de")
    browser.post("/reset", 200, email="mia@post.example")
    browser.get(post.link("mia@post.example"))
    token = browser.hidden("token")
    browser.post("/choose-password", 400, token=token, new_password="short")
    assert post.deliver() == []
    browser.post("/choose-password", token=token, new_password="nine quiet otters")
    (letter,) = post.deliver()
    assert letter["To"] == "mia@post.example" and "wurde geändert" in letter["Subject"]


@pytest.mark.parametrize(("language", "word"), [("en", "Hello"), ("de", "Guten Tag")])
def test_letters_come_in_the_language_of_the_page(app, post, language, word):
    """Someone who reads German pages gets German letters."""
    browser = Browser(app)
    browser.get(f"/sign-up?lang={language}")
    browser.post("/sign-up", 200, email="ben@post.example")
    (letter,) = post.deliver()
    assert letter.get_content().startswith(word)
