"""A small app with one route for each kind of audience, and a browser without a window."""

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask, request

from tests.support.examples import MIA
from vrm.errors import Invalid, NotFound, TooMany, Unavailable
from vrm.web import Site, create, headers, pages, session
from vrm.web.audiences import audience

TOKEN = "session-token"
Make = Callable[..., Flask]


def doors() -> Blueprint:
    some = Blueprint("some", __name__)

    @some.get("/open")
    @audience("public")
    def open_():
        return session.csrf_token()

    @some.post("/sign-in")
    @audience("public")
    def sign_in():
        return "in"

    @some.get("/mine")
    @audience("consumer")
    def mine():
        return session.consumer_id()

    @some.post("/mine")
    @audience("consumer")
    def change():
        return "changed " + request.form.get("value", "")

    @some.get("/audit")
    @audience("auditor")
    def audit():
        return "audited"

    @some.get("/company/all")
    @audience("company")
    def everyone():
        return "all"

    @some.get("/company/owners")
    @audience("company", roles=("owner",))
    def owners():
        return session.company_id()

    @some.post("/v1/things")
    @audience("token")
    def things():
        return {"n": 1}

    @some.post("/oauth/token")
    @audience("client")
    def token():
        raise Invalid("Send a code.", code="no_code")

    @some.get("/<path:prefix>/fails/<kind>")
    @audience("public")
    def fails(prefix, kind):
        raise {
            "invalid": Invalid("Write it so.", field="name"),
            "missing": NotFound("No such thing."),
            "often": TooMany("Wait.", retry_after=7),
            "down": Unavailable("Try again soon."),
            "bug": ValueError("mia@post.example"),
        }[kind]

    @some.get("/ask")
    @audience("public")
    def ask():
        headers.allow_form_to(request.args["to"])
        return pages.render("start.html")

    return some


@pytest.fixture
def make() -> Make:
    """``make(issuer=…)`` builds the app."""

    def build(issuer="http://localhost:8000", someone=MIA, **more):
        return create(Site(issuer, lambda token: someone if token == TOKEN else None, **more), [doors()])

    return build


@pytest.fixture
def app(make: Make) -> Flask:
    """The app as it is on a developer's machine."""
    return make()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def mia(app):
    """A browser in which the consumer is signed in."""
    browser = app.test_client()
    browser.set_cookie("vrm", TOKEN)
    return browser
