"""Where answers go: redirect URIs, mix-up, and addresses of ours that would lead a person elsewhere."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from tests.attacks.stage import Came, Row, Scene, Stage, changed, nothing, opened, simple
from tests.support.actors import answer, needed
from tests.support.forms import get_form
from tests.support.openid import signed_in

REQUEST = "invalid_request"
HERE = "https://nordlicht.example"


def _push_to(uri: str | None) -> Callable[[Scene], Came]:
    def attack(scene: Scene) -> Came:
        params = dict(scene.company.request(needed("name")).params)
        if uri is None:
            del params["redirect_uri"]
        else:
            params["redirect_uri"] = uri
        return scene.company.push(params)

    return attack


def _link_to(uri: str, **more: str) -> Callable[[Scene], Came]:
    """A link that an attacker sends around, of the one kind of client that need not push."""

    def attack(scene: Scene) -> Came:
        params = {**scene.company.request(needed("name")).params, "redirect_uri": uri, **more}
        return scene.person.http.get("/oauth/authorize?" + urlencode(params))

    return attack


ELSEWHERE = [
    ("another site", "https://evil.example/back"),
    ("a host that begins as ours", f"{HERE}.evil.example/back"),
    ("our host as a user name", f"{HERE}@evil.example/back"),
    ("a sub-domain", "https://evil.nordlicht.example/back"),
    ("another path", f"{HERE}/other"),
    ("a path below", f"{HERE}/back/more"),
    ("a path that climbs", f"{HERE}/back/../other"),
    ("a slash behind it", f"{HERE}/back/"),
    ("a query", f"{HERE}/back?next=https://evil.example"),
    ("a fragment", f"{HERE}/back#x"),
    ("another port", f"{HERE}:444/back"),
    ("no encryption", "http://nordlicht.example/back"),
    ("large letters", "https://NORDLICHT.example/back"),
    ("an encoded slash", f"{HERE}%2Fback"),
    ("a script", "javascript:alert(1)"),
    ("a loopback address", "http://127.0.0.1/back"),
]


def _native(stage: Stage) -> Scene:
    """A program on somebody's own machine, which listens on any port of loopback."""
    company = stage.world.company(name="Native", redirect_uri="http://127.0.0.1/back")
    return replace(nothing(stage), company=company)


def _granted(scene: Scene) -> Came:
    return _told(scene, scene.person.landed(scene.decide()), "code")


def _refused(scene: Scene) -> Came:
    return _told(scene, scene.person.landed(scene.decide(decision="refuse")), "error")


def _faulty(scene: Scene) -> Came:
    params = {**scene.company.request(needed("name")).params, "response_type": "token"}
    response = scene.person.http.get("/oauth/authorize?" + urlencode(params))
    return _told(scene, response.headers["location"], "error")


def _told(scene: Scene, landed: str, what: str) -> Came:
    """Who answers, as a client that talks to several servers must know."""
    said = answer(landed)
    return (303, "named") if what in said and said.get("iss") == scene.company.issuer else (303, "nameless")


def _announced(scene: Scene) -> Came:
    document = scene.company.http.get("/.well-known/oauth-authorization-server").json()
    says = document.get("authorization_response_iss_parameter_supported") is True
    return (200, "announced" if says and document["issuer"] == scene.company.issuer else "silent")


def _going(path: str) -> Callable[[Scene], Came]:
    """Somebody who is signed in follows a link to the sign-in page that leads on."""
    return lambda scene: scene.person.http.get("/sign-in?" + urlencode({"next": path}))


def _sign_in_to(path: str) -> Callable[[Scene], Came]:
    def attack(scene: Scene) -> Came:
        person = replace(scene.person, http=scene.stage.world.http())
        return person.sign_in(path)

    return attack


ASTRAY = [
    ("another site", "https://evil.example/"),
    ("another site without a scheme", "//evil.example/"),
    ("another site behind backslashes", "/\\evil.example/"),
    ("another site behind three slashes", "///evil.example/"),
    ("a tab between the slashes", "/\t/evil.example/"),
    ("a script", "javascript:alert(1)"),
    ("a header", "/home\r\nLocation: https://evil.example/"),
]


def _leaving(stage: Stage) -> Scene:
    """Somebody who may be led on after signing out, to the one address that was registered."""
    changed(stage, post_logout_redirect_uris=[f"{HERE}/bye"])
    scene = nothing(stage)
    hint = signed_in(stage.company, stage.ben)["id_token"]
    return replace(scene, more={"id_token_hint": hint})


def _leave_to(uri: str, *, proved: bool = True) -> Callable[[Scene], Came]:
    def attack(scene: Scene) -> Came:
        sent = {"post_logout_redirect_uri": uri, "client_id": scene.company.client_id}
        hint = scene.more if proved else {}
        return scene.stage.world.http().get("/oauth/end-session?" + urlencode({**sent, **hint}))

    return attack


def _form_ends(scene: Scene) -> Came:
    """Where the forms of the page may end: here, and at the client that asks."""
    page = scene.person.http.get(scene.page.action)
    policy = page.headers["content-security-policy"].partition("form-action ")[2]
    return page.status_code, policy


def _signing_out_is_asked(scene: Scene) -> Came:
    sent = {"post_logout_redirect_uri": "https://evil.example/", "client_id": scene.company.client_id}
    page = scene.person.http.get("/oauth/end-session?" + urlencode(sent))
    hidden = get_form(page.text, "/signing-out").values
    return page.status_code, "evil" if "post_logout_redirect_uri" in hidden else "asked"


ROWS = [
    *(Row(f"pushed to {what}", "redirect registered", nothing, _push_to(uri), 400, REQUEST) for what, uri in ELSEWHERE),
    *(Row(f"a link to {what}", "redirect registered", simple, _link_to(uri), 400, REQUEST) for what, uri in ELSEWHERE[:3]),
    Row("a link with a fault that would be told elsewhere", "redirect registered", simple, _link_to("https://evil.example/", response_type="token"), 400, REQUEST),
    Row("none is named", "redirect named", nothing, _push_to(None), 400, REQUEST),
    Row("an empty one", "redirect named", nothing, _push_to(""), 400, REQUEST),
    Row("another path of the same loopback", "redirect loopback", _native, _push_to("http://127.0.0.1:4711/other"), 400, REQUEST),
    Row("another loopback name", "redirect loopback", _native, _push_to("http://localhost:4711/back"), 400, REQUEST),
    Row("a host that begins as loopback", "redirect loopback", _native, _push_to("http://127.0.0.1.evil.example/back"), 400, REQUEST),
    Row("a port of no machine", "redirect loopback", _native, _push_to("http://127.0.0.1:99999/back"), 400, REQUEST),
    # Mix-up (RFC 9207)
    Row("a code says which server gives it", "issuer in answers", opened, _granted, 303, "named", ("code", "consent", "revision")),
    Row("a no says which server gives it", "issuer in answers", opened, _refused, 303, "named"),
    Row("a fault says which server gives it", "issuer in faults", simple, _faulty, 303, "named"),
    Row("a client can know that it must look", "issuer announced", nothing, _announced, 200, "announced"),
    Row("a code in answer to a form", "answers by 303", opened, lambda s: s.decide(), 303, f"{HERE}/back", ("code", "consent", "revision")),
    Row("a no in answer to a form", "answers by 303", opened, lambda s: s.decide(decision="refuse"), 303, "access_denied"),
    # Open redirect
    *(Row(f"on to {what}", "next stays here", nothing, _going(path), 303, "/home") for what, path in ASTRAY),
    *(Row(f"after signing in on to {what}", "next stays here", nothing, _sign_in_to(path), 303, "/home", ("session",)) for what, path in ASTRAY[:3]),
    Row("into another office", "next stays here", nothing, _going("/company/clients"), 303, "/home"),
    Row("signed out to another site", "sign-out registered", _leaving, _leave_to("https://evil.example/"), 303, "/"),
    Row("signed out to a path below", "sign-out registered", _leaving, _leave_to(f"{HERE}/bye/more"), 303, "/"),
    Row("signed out to a redirect URI", "sign-out registered", _leaving, _leave_to(f"{HERE}/back"), 303, "/"),
    Row("signed out by anyone, unasked", "sign-out proved", _leaving, _leave_to(f"{HERE}/bye", proved=False), 200, "page"),
    Row("the page of signing out leads elsewhere", "sign-out registered", nothing, _signing_out_is_asked, 200, "asked"),
    Row("the consent page sends its form elsewhere", "form ends at the client", opened, _form_ends, 200, f"'self' {HERE}"),
]  # fmt: skip
