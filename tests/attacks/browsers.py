"""At somebody's browser: forged forms, borrowed and planted sessions, framed pages, pages that are kept."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.attacks.stage import Came, Row, Scene, Stage, holding, nothing, opened
from tests.support import seeds
from tests.support.actors import PASSWORD, needed
from tests.support.forms import get_form
from vrm import accounts, clock, notices
from vrm.ids import new_id

EVIL = "https://evil.example"


def _decide(headers: dict[str, str] | None = None, **changes: Any) -> Callable[[Scene], Came]:
    return lambda scene: scene.decide(headers, **changes)


def _by_another_cookie(scene: Scene) -> Came:
    """The form of an attacker's own page, sent by the browser of who is attacked."""
    theirs = scene.stage.ben.look(scene.company.ask(needed("name")))[1]
    return scene.decide(csrf=theirs.values["csrf"])


def _before_sign_in(scene: Scene) -> Came:
    """The token of a form from before anybody was signed in."""
    page = scene.stage.world.http().get("/sign-in")
    return scene.decide(csrf=get_form(page.text, "/sign-in").values["csrf"])


def _no_origin(scene: Scene) -> Came:
    """A form as another site makes a browser send it: with the cookie, and without what it cannot know."""
    return scene.person.http.post(scene.page.action, data={"decision": "grant"})


def _revoke(scene: Scene) -> Came:
    path = f"/consents/{scene.stage.held.consent_id}/revoke"
    sent = {"csrf": get_form(scene.person.http.get("/home").text, "/sign-out").values["csrf"]}
    return scene.person.http.post(path, data=sent, headers={"Origin": EVIL})


def _sign_in_as_attacker(scene: Scene) -> Came:
    """Login CSRF: a form that signs somebody in as the attacker."""
    http = scene.stage.world.http()
    http.get("/sign-in")
    sent = {"email": scene.stage.ben.email, "password": PASSWORD}
    return http.post("/sign-in", data=sent, headers={"Origin": scene.person.origin})


def _sign_out(scene: Scene) -> Came:
    return scene.person.http.post("/sign-out", data={}, headers={"Origin": scene.person.origin})


def _signing_out(scene: Scene) -> Came:
    return scene.person.http.post("/signing-out", data={}, headers={"Origin": scene.person.origin})


def _by_get(scene: Scene, decision: str) -> Came:
    """A decision in an address: looked at, and nothing is decided."""
    return scene.person.http.get(scene.page.action, params={**scene.page.values, "decision": decision})


def _header(path: str, name: str, part: str) -> Callable[[Scene], Came]:
    """Whether a page says this, in this header."""

    def attack(scene: Scene) -> Came:
        page = scene.person.http.get(path.replace("@", scene.form.action if scene.form else ""))
        said = page.headers.get(name, "")
        return page.status_code, "said" if part in said else f"unsaid: {said}"

    return attack


def _absent(path: str, name: str) -> Callable[[Scene], Came]:
    def attack(scene: Scene) -> Came:
        page = scene.person.http.get(
            path.replace("@", scene.form.action if scene.form else ""), headers={"Origin": EVIL}
        )
        return page.status_code, page.headers.get(name, "absent")

    return attack


def _planted(stage: Stage) -> Scene:
    """The browser of who is attacked holds a session token that the attacker chose."""
    http = stage.world.http()
    http.cookies.set("vrm", "vrm-session-chosen-by-the-attacker")
    return replace(nothing(stage), person=replace(stage.mia, http=http))


def _stays_planted(scene: Scene) -> Came:
    scene.person.sign_in()
    thief = scene.stage.world.http()
    thief.cookies.set("vrm", "vrm-session-chosen-by-the-attacker")
    return thief.get("/home")


def _signed_in_as_attacker(stage: Stage) -> Scene:
    """The browser of who is attacked holds the attacker's own session, in which they then sign in."""
    http = stage.world.http()
    theirs = replace(stage.ben, http=http)
    theirs.sign_in()
    token = http.cookies["vrm"]
    return replace(nothing(stage), person=replace(stage.mia, http=http), more={"token": token})


def _keeps_token(scene: Scene) -> Came:
    """The attacker goes on with the session that was there before."""
    page = scene.person.http.get("/sign-in", params={"again": "1"})
    scene.person.send(get_form(page.text, "/sign-in"), email=scene.person.email, password=PASSWORD)
    thief = scene.stage.world.http()
    thief.cookies.set("vrm", scene.more["token"])
    return thief.get("/home")


def _signed_out(stage: Stage) -> Scene:
    """A session token that was copied before its person signed out."""
    person = replace(stage.mia, http=stage.world.http())
    person.sign_in()
    token = person.http.cookies["vrm"]
    home = person.http.get("/home")
    person.send(get_form(home.text, "/sign-out"))
    return replace(nothing(stage), more={"token": token})


def _with_cookie(name: str, path: str) -> Callable[[Scene], Came]:
    def attack(scene: Scene) -> Came:
        http = scene.stage.world.http()
        http.cookies.set(name, scene.more.get("token") or scene.person.http.cookies["vrm"])
        return http.get(path)

    return attack


def _cookie(part: str) -> Callable[[Scene], Came]:
    """What the cookie of a new session says of itself."""

    def attack(scene: Scene) -> Came:
        response = replace(scene.person, http=scene.stage.world.http()).sign_in()
        cookies = [each for each in response.headers.get_list("set-cookie") if each.startswith("vrm=")]
        return response.status_code, "said" if len(cookies) == 1 and part in cookies[0] else str(cookies)

    return attack


def _unheard(scene: Scene) -> Came:
    """Whoever has the password signs in by a browser with a cookie that is not this person's: is it told of?"""
    mia, house = scene.stage.mia, scene.stage.house
    http = scene.stage.world.http()
    http.cookies.set("vrm-device", scene.more["device"])
    replace(mia, http=http).sign_in()
    told = house.database.read(
        lambda db: notices.list_notices(db, house.keys, consumer_id=mia.consumer_id, limit=1)
    )
    return 200, "told" if told and told[0].kind == "device" and told[0].at >= scene.more[
        "before"
    ] else "unheard"


def _known_to_another(stage: Stage) -> Scene:
    """The attacker's own browser, in which they sign in as themselves."""
    http = stage.world.http()
    replace(stage.ben, http=http).sign_in()
    return replace(nothing(stage), more={"device": http.cookies["vrm-device"], "before": clock.now()})


def _forged_device(stage: Stage) -> Scene:
    return replace(nothing(stage), more={"device": f"vrm-device-{new_id()}", "before": clock.now()})


def _stale_sign_in(stage: Stage) -> Scene:
    """A page that asks for a new sign-in first, of somebody who has not done so since."""
    asked = stage.company.pushed(stage.company.request(needed("name")), prompt="login")
    return replace(nothing(stage), asked=asked)


def _no_page(scene: Scene) -> Came:
    return scene.person.http.get(scene.request.address)


def _silent(stage: Stage) -> Scene:
    """A request that must show nothing to its person."""
    asked = stage.company.pushed(stage.company.request(needed("name")), prompt="none")
    return replace(nothing(stage), asked=asked)


def _leaver(stage: Stage) -> Scene:
    """Somebody whose browser was left open. Each is another: one whose account was closed is of no more use."""
    return replace(nothing(stage), person=stage.world.consumer(email=f"{new_id()}@mail.example"))


def _leaver_with_device(stage: Stage) -> Scene:
    """Somebody with a second factor whose password is known, at a browser where both were proved."""
    scene = _leaver(stage)
    account = stage.house.database.read(
        lambda db: accounts.get_account(db, person_id=scene.person.consumer_id).id
    )
    http = stage.world.http()
    http.cookies.set("vrm", seeds.second_factor(stage.house, account)[1].token)
    return replace(scene, person=replace(scene.person, http=http))


def _close(**changes: Any) -> Callable[[Scene], Came]:
    """Close the account of whose browser it is, with something changed."""

    def attack(scene: Scene) -> Came:
        form = get_form(scene.person.http.get("/account/close").text, "/account/close")
        sent = {"password": PASSWORD, "understood": "yes", **changes}
        if sent.get("csrf") == "another's":
            theirs = scene.stage.ben.http.get("/account/close").text
            sent["csrf"] = get_form(theirs, "/account/close").values["csrf"]
        return scene.person.send(form, **sent)

    return attack


FRAMED = "frame-ancestors 'none'"
CSP = "content-security-policy"

ROWS = [
    Row("a decision without the form's token", "form token", opened, _decide(csrf=[]), 403, "page"),
    Row("a decision with an empty token", "form token", opened, _decide(csrf=""), 403, "page"),
    Row("a decision with the attacker's token", "form token", opened, _by_another_cookie, 403, "page", ("pushed",)),
    Row("a decision with a token from before signing in", "form token", opened, _before_sign_in, 403, "page"),
    Row("a decision that another site's form makes", "form token", opened, _no_origin, 403, "page"),
    Row("signing in as the attacker", "form token", nothing, _sign_in_as_attacker, 403, "page"),
    Row("signing out", "form token", nothing, _sign_out, 403, "page"),
    Row("signing out for a company", "form token", nothing, _signing_out, 403, "page"),
    Row("closing an account with the attacker's token", "form token", _leaver, _close(csrf="another's"), 403, "page"),
    Row("closing an account without the form's token", "form token", _leaver, _close(csrf=[]), 403, "page"),
    Row("closing an account by guessing", "closing takes the password", _leaver, _close(password="a guess of mine"), 403, "page"),
    Row("closing an account with the password alone", "closing takes both factors", _leaver_with_device, _close(code=""), 403, "page"),
    Row("closing an account with a code of nobody", "closing takes both factors", _leaver_with_device, _close(code="0000 0000 0000 0000"), 403, "page"),
    Row("a revoke from another site", "form from here", holding, _revoke, 403, "page"),
    Row("a form from another site", "form from here", opened, _decide({"Origin": EVIL}), 403, "page"),
    Row("a form from another port", "form from here", opened, _decide({"Origin": "http://localhost:8001"}), 403, "page"),
    Row("a form from nowhere", "form from here", opened, _decide({"Origin": "null"}), 403, "page"),
    Row("a form that the browser calls foreign", "form from here", opened, _decide({"Sec-Fetch-Site": "cross-site"}), 403, "page"),
    Row("a form of a sister site", "form from here", opened, _decide({"Sec-Fetch-Site": "same-site"}), 403, "page"),
    Row("a yes by GET", "decision by POST", opened, lambda s: _by_get(s, "grant"), 200, "page"),
    Row("a no by GET", "decision by POST", opened, lambda s: _by_get(s, "refuse"), 200, "page"),
    Row("the consent page in a frame", "no frames", opened, _header("@", CSP, FRAMED), 200, "said"),
    Row("the sign-in page in a frame", "no frames", nothing, _header("/sign-in?again=1", CSP, FRAMED), 200, "said"),
    Row("the page of signing out in a frame", "no frames", nothing, _header("/oauth/end-session", CSP, FRAMED), 200, "said"),
    Row("the consent page runs a foreign script", "no foreign scripts", opened, _header("@", CSP, "default-src 'none'; style-src 'self'; script-src 'self'"), 200, "said"),
    Row("the consent page is kept by a cache", "pages are not kept", opened, _header("@", "cache-control", "no-store"), 200, "said"),
    Row("the consent page tells where it is", "no referrer", opened, _header("@", "referrer-policy", "same-origin"), 200, "said"),
    Row("the consent page is taken for another type", "types as said", opened, _header("@", "x-content-type-options", "nosniff"), 200, "said"),
    Row("the consent page is opened by another window", "windows apart", opened, _header("@", "cross-origin-opener-policy", "same-origin"), 200, "said"),
    Row("a script of another site reads the consent page", "no foreign readers", opened, _absent("@", "access-control-allow-origin"), 200, "absent"),
    Row("a script of another site calls the authorization endpoint", "no foreign readers", nothing, _absent("/oauth/authorize", "access-control-allow-origin"), 400, "absent"),
    Row("a planted session", "session is new", _planted, _stays_planted, 303, "/sign-in", ("session",)),
    Row("the attacker's session becomes the person's", "session is replaced", _signed_in_as_attacker, _keeps_token, 303, "/sign-in"),
    Row("a session after signing out", "session ends", _signed_out, _with_cookie("vrm", "/home"), 303, "/sign-in"),
    Row("a person's session at the office of companies", "session of its office", nothing, _with_cookie("vrm-company", "/company"), 303, "/company/sign-in"),
    Row("a person's session at the office of auditors", "session of its office", nothing, _with_cookie("vrm-audit", "/audit"), 303, "/audit/sign-in"),
    Row("the attacker's known browser signs in as the person", "browser of its person", _known_to_another, _unheard, 200, "told", ("session",)),
    Row("a forged mark of a known browser", "browser is known", _forged_device, _unheard, 200, "told", ("session",)),
    Row("a cookie that scripts can read", "cookie for the browser alone", nothing, _cookie("HttpOnly"), 303, "said", ("session",)),
    Row("a cookie that other sites send", "cookie for this site", nothing, _cookie("SameSite=Lax"), 303, "said", ("session",)),
    Row("the decision of who did not sign in again", "sign-in is recent", _stale_sign_in, _no_page, 303, "/sign-in", ("pushed",)),
    Row("a page where none may be shown", "prompt none shows nothing", _silent, _no_page, 303, "consent_required"),
]  # fmt: skip
