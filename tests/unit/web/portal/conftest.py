"""A whole house with people and a company in it."""

import pytest

from tests.unit.web.portal.actors import PASSWORD, Browser, Post, make_shop
from vrm.app import create_app


@pytest.fixture
def app(house):
    """The whole application; the tests of the foundation around us have a small one."""
    return create_app(house)


@pytest.fixture
def post(house):
    return Post(house)


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def newcomer(app, post):
    """``newcomer(email)`` makes a profile over HTTP and gives the signed-in browser."""

    def come(email="mia@post.example"):
        browser = Browser(app)
        browser.post("/sign-up", 200, email=email)
        link = post.link(email)
        browser.get(link)
        browser.post("/choose-password", token=browser.hidden("token"), new_password=PASSWORD)
        return browser

    return come


@pytest.fixture
def mia(newcomer):
    return newcomer()


@pytest.fixture
def named(mia):
    """Mia with a nickname and a given name in her profile."""
    for field, value in (("nickname", "Mimi"), ("given_name", "Mia")):
        mia.post(f"/profile/{field}", version="0", do="save", value=value)
    return mia


@pytest.fixture
def shop(house):
    return make_shop(house, "Hawthorn Books Ltd", "hawthorn.example")


@pytest.fixture
def owner(app):
    """``owner(browser)``: the consumer whose session a browser holds."""
    return lambda browser: app.extensions["vrm"].find_session(browser.session_token()).person_id


@pytest.fixture
def mia_id(mia, owner):
    return owner(mia)
