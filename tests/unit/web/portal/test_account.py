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
