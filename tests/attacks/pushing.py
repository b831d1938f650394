"""Pushed requests, and what a person's browser could do to a request on its way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from tests.attacks.codes import after
from tests.attacks.stage import Came, Row, Scene, Stage, changed, nothing, opened, pushed, simple
from tests.support.actors import answer, needed
from vrm import clock, tokens
from vrm.tokens.pushed import MOST_UNPUSHED

REQUEST, CLIENT = "invalid_request", "invalid_client"
PAR = "/oauth/par"


def _open(scene: Scene) -> Came:
    return scene.person.http.get(scene.request.address)


def _unpushed(scene: Scene) -> Came:
    return scene.person.http.get(scene.company.request(needed("name")).address)


def _half_pushed(scene: Scene) -> Came:
    """The parameters of a request in the address, beside a request_uri that is none."""
    params = {
        **scene.company.request(needed("name")).params,
        "request_uri": "urn:ietf:params:oauth:request_uri:x",
    }
    return scene.person.http.get("/oauth/authorize?" + urlencode(params))


def _of_another(scene: Scene) -> Came:
    address = scene.request.address.replace(scene.company.client_id, scene.stage.other.client_id)
    return scene.person.http.get(address)


def _of_a_simple_one(scene: Scene) -> Came:
    address = scene.request.address.replace(scene.company.client_id, scene.stage.simple.client_id)
    return scene.person.http.get(address)


def _decided(stage: Stage) -> Scene:
    """A request that its person has decided."""
    scene = opened(stage)
    scene.person.landed(scene.decide(decision="refuse"))
    return scene


def _two_look(stage: Stage) -> Scene:
    """Two people have the page of one request open, and the first decides."""
    scene = pushed(stage)
    second = stage.ben.look(scene.request)[1]
    stage.mia.grant(scene.request)
    return replace(scene, person=stage.ben, form=second)


def _other_refuses(stage: Stage) -> Scene:
    """Two people have the page of one request open, and the other one says no."""
    scene = pushed(stage)
    form = stage.mia.look(scene.request)[1]
    stage.ben.refuse(scene.request)
    return replace(scene, form=form)


def _moved(stage: Stage) -> Scene:
    """The page is open, and the address it would lead back to is the client's no more."""
    company = stage.world.company(name="Moving")
    asked = company.ask(needed("name"))
    form = stage.mia.look(asked)[1]
    elsewhere = company.redirect_uri + "/new"
    changed(stage, company, redirect_uris=[elsewhere])
    return Scene(stage, company, stage.mia, asked=asked, form=form)


def _push(proof: bool = True, **more: str) -> Callable[[Scene], Came]:
    def attack(scene: Scene) -> Came:
        shown = scene.company.proof() if proof else {}
        return scene.company.http.post(
            PAR, data={**scene.company.request(needed("name")).params, **shown, **more}
        )

    return attack


def _push_as_another(scene: Scene) -> Came:
    """A request in the name of the company, with the proof of another one."""
    params = scene.company.request(needed("name")).params
    return scene.company.http.post(PAR, data={**params, **scene.stage.other.proof()})


def _by_get(scene: Scene) -> Came:
    params = {**scene.company.request(needed("name")).params, **scene.company.proof()}
    return scene.company.http.get(PAR, params=params)


def _request_object(scene: Scene) -> Came:
    return scene.person.http.get(scene.request.address + "&request=eyJhbGciOiJub25lIn0.e30.")


def _beside(**more: str) -> Callable[[Scene], Came]:
    """Parameters beside the request_uri, where a link's maker could put them. Nothing of them may count."""

    def attack(scene: Scene) -> Came:
        page = scene.person.open(f"{scene.request.address}&{urlencode(more)}")
        if page.status_code != 200:
            return page
        form = replace(scene, form=scene.person.look(replace(scene.request, address=page.url.path))[1])
        landed = scene.person.landed(form.decide(decision="refuse"))
        told = answer(landed)
        kept = landed.startswith(scene.company.redirect_uri + "?") and told["state"] == scene.request.state
        return (303, "as pushed" if kept else landed)

    return attack


def _more_asked(scene: Scene) -> Came:
    """Another ask beside the request_uri. The page shows what was pushed."""
    asks = scene.company.request(needed("birthdate")).params["authorization_details"]
    page = scene.person.open(f"{scene.request.address}&{urlencode({'authorization_details': asks})}")
    return page.status_code, "more" if "17 June 1991" in page.text else "as pushed"


def _challenge_beside(scene: Scene) -> Came:
    """A challenge of the attacker's beside the request_uri (PKCE downgrade)."""
    theirs = scene.company.request(needed("name"))
    address = f"{scene.request.address}&{urlencode({'code_challenge': theirs.params['code_challenge']})}"
    code = answer(scene.person.grant(replace(scene.request, address=address)))["code"]
    return scene.company.redeem(scene.request, code, code_verifier=theirs.verifier)


def _forged_mark(scene: Scene) -> Came:
    """A client asks for a new sign-in, and a link's maker pretends that it took place."""
    params = {**scene.company.request(needed("name")).params, "prompt": "login", "since": "0"}
    return scene.person.http.get("/oauth/authorize?" + urlencode(params))


def _crowded(stage: Stage) -> Scene:
    """A request that waits, of a client of whose other kind as many wait as may."""
    asked = stage.simple.ask(needed("name"))
    later = clock.now() + timedelta(hours=1)

    def load(db: Session) -> None:
        for _ in range(MOST_UNPUSHED):
            tokens.park_request(
                db,
                client_id=stage.simple.client_id,
                params={},
                came_by=None,
                now=later,
                life=timedelta(hours=1),
            )

    stage.house.database.write(load)
    return Scene(stage, stage.simple, stage.mia, asked=asked)


def _one_more(scene: Scene) -> Came:
    """Anybody loads a link once more, and sends the form of signing out, before its person comes."""
    stranger = scene.stage.world.http()
    stranger.get(scene.company.request(needed("name")).address)
    stranger.post("/oauth/end-session", data={"client_id": scene.company.client_id})
    opened = scene.person.http.get(scene.request.address)
    return opened.status_code, opened.headers.get("location", "/nowhere").split("/")[1]


def _loaded_first(bare: bool = False, **asked: str) -> Callable[[Stage], Scene]:
    """A stranger loads the link before its person does, and hands on where they were sent."""

    def given(stage: Stage) -> Scene:
        scene = pushed(stage)
        request = scene.company.pushed(scene.company.request(needed("name")), **asked)
        sent_to = answer(stage.world.http().get(request.address).headers["location"])["next"]
        theirs = sent_to.rpartition("request_uri=")[2]
        link = scene.request.address.rpartition("request_uri=")[0] + "request_uri="
        return replace(
            scene, asked=replace(request, address=link + (theirs.split(".")[0] if bare else theirs))
        )

    return given


ROWS = [
    Row("a link that is loaded once more", "push is kept", _crowded, _one_more, 303, "asks", ("pushed",)),
    Row("where a stranger was sent who loaded the link first", "parked in its browser", _loaded_first(), _open, 400, REQUEST),
    Row("a new sign-in that a stranger's load dated", "parked in its browser", _loaded_first(prompt="login"), _open, 400, REQUEST),
    Row("where it waits, without the proof of the browser", "parked by us", _loaded_first(bare=True), _open, 400, REQUEST),
    Row("a request in the address", "push required", nothing, _unpushed, 400, REQUEST),
    Row("parameters beside a request_uri that is none", "push known", nothing, _half_pushed, 400, REQUEST),
    Row("a request_uri of another client", "push of its client", pushed, _of_another, 400, REQUEST),
    Row("a request_uri as a client that need not push", "push of its client", pushed, _of_a_simple_one, 400, REQUEST),
    Row("after 91 seconds", "push for 90 seconds", pushed, after(91, _open), 400, REQUEST),
    Row("after ten minutes", "push for 90 seconds", pushed, after(600, _open), 400, REQUEST),
    Row("opened again after the decision", "push once", _decided, _open, 400, REQUEST),
    Row("opened by another after the decision", "push once", _decided, lambda s: s.stage.ben.http.get(s.request.address), 400, REQUEST),
    Row("a second person decides on it", "push decided once", _two_look, lambda s: s.decide(), 409, "page"),
    Row("a second person refuses it", "one answer to a push", _two_look, lambda s: s.decide(decision="refuse"), 303, "/home"),
    Row("it is allowed after a second person refused it", "push decided once", _other_refuses, lambda s: s.decide(), 409, "page"),
    Row("a yes that would lead to an address given up", "address of now", _moved, lambda s: s.decide(), 400, "page"),
    Row("a no that would lead to an address given up", "address of now", _moved, lambda s: s.decide(decision="refuse"), 303, "/home"),
    Row("no proof", "push authenticated", nothing, _push(proof=False), 400, CLIENT),
    Row("the proof of another client", "push authenticated", nothing, _push_as_another, 400, CLIENT),
    Row("a secret the client does not have", "push authenticated", nothing, _push(proof=False, client_secret="x" * 43), 400, CLIENT),
    Row("a pushed request inside another one", "push of parameters", nothing, _push(request_uri="urn:ietf:params:oauth:request_uri:x"), 400, REQUEST),
    Row("an address to read the request at", "push of parameters", nothing, _push(request_uri="https://evil.example/r.jwt"), 400, REQUEST),
    Row("a request object, pushed", "no request objects pushed", nothing, _push(request="eyJhbGciOiJub25lIn0.e30."), 400, "request_not_supported"),
    Row("a request object in the address", "no request objects", pushed, _request_object, 400, REQUEST),
    Row("by GET", "push by POST", nothing, _by_get, 405, REQUEST),
    Row("the implicit flow", "code alone", nothing, _push(response_type="token"), 400, "unsupported_response_type"),
    Row("a hybrid flow", "code alone", nothing, _push(response_type="code id_token"), 400, "unsupported_response_type"),
    # Tampering on the way
    Row("a redirect URI beside a request_uri", "push unchanged", pushed, _beside(redirect_uri="https://evil.example/"), 303, "as pushed"),
    Row("a state beside a request_uri", "push unchanged", pushed, _beside(state="evil"), 303, "as pushed"),
    Row("a response type beside a request_uri", "push unchanged", pushed, _beside(response_type="token"), 303, "as pushed"),
    Row("more lines beside a request_uri", "push unchanged", pushed, _more_asked, 200, "as pushed"),
    Row("a challenge beside a request_uri", "push unchanged", pushed, _challenge_beside, 400, "invalid_grant", ("code", "consent", "revision")),
    Row("a sign-in that did not take place", "marks are ours", simple, _forged_mark, 303, "/sign-in", ("pushed",)),
]  # fmt: skip
