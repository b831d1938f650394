"""What no parameter may be: sent twice, in the wrong place, in the wrong letters, too long, or holding a NUL."""

from collections.abc import Callable
from urllib.parse import urlencode

from tests.attacks.assertions import OWN
from tests.attacks.stage import Came, Row, Scene, holding, in_hand, nothing, pushed
from tests.support.actors import details, needed

REQUEST = "invalid_request"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PATHS = ("/oauth/par", "/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/backchannel")


def _form(path: str, *pairs: tuple[str, str], dpop: bool = False) -> Callable[[Scene], Came]:
    """A form with these fields, as often as they stand there, beside a good proof."""

    def attack(scene: Scene) -> Came:
        sent = [*pairs, *scene.company.proof().items()]
        proof = {"DPoP": scene.company.possession("POST", path)} if dpop else {}
        return scene.company.http.post(path, content=urlencode(sent).encode(), headers={**FORM, **proof})

    return attack


def _own(*pairs: tuple[str, str]) -> Callable[[Scene], Came]:
    """A request for the client's own token that has more in it than it should."""
    return _form("/oauth/token", *OWN.items(), *pairs, dpop=True)


def _push(**changes: str) -> Callable[[Scene], Came]:
    return lambda scene: scene.company.push({**scene.company.request(needed("name")).params, **changes})


TWICE = details(needed("name")).replace('"type"', '"duration_days": 365, "duration_days": 1, "type"')


def _twice_in_address(name: str) -> Callable[[Scene], Came]:
    return lambda scene: scene.person.http.get(f"{scene.request.address}&{urlencode({name: 'x'})}&{name}=y")


def _address(path: str, **params: str) -> Callable[[Scene], Came]:
    """What belongs in the body stands in the address, where it is written down on the way."""

    def attack(scene: Scene) -> Came:
        sent = {**scene.company.proof(), **params}
        proof = {"DPoP": scene.company.possession("POST", path)}
        return scene.company.http.post(f"{path}?{urlencode(sent)}", headers={**FORM, **proof})

    return attack


def _grant_type_in_address(scene: Scene) -> Came:
    proof = {"DPoP": scene.company.possession("POST", "/oauth/token")}
    return scene.company.http.post(
        f"/oauth/token?{urlencode(OWN)}", data=scene.company.proof(), headers=proof
    )


def _json(scene: Scene) -> Came:
    """A body in another form than the standard's."""
    proof = {"DPoP": scene.company.possession("POST", "/oauth/token")}
    return scene.company.http.post("/oauth/token", json={**OWN, **scene.company.proof()}, headers=proof)


def _huge(path: str) -> Callable[[Scene], Came]:
    return lambda scene: scene.company.http.post(
        path, data={**scene.company.proof(), "filling": "x" * (1 << 20)}
    )


def _no_token(scene: Scene) -> Came:
    return scene.company.http.get("/v1/profile", headers={"Authorization": "DPoP"})


def _token(text: str) -> Callable[[Scene], Came]:
    return lambda scene: scene.company.introspect(text)


ROWS = [
    *(Row(f"a parameter twice at {path}", "parameters once", nothing, _form(path, ("token", "x"), ("x", "a"), ("x", "b")), 400, REQUEST) for path in PATHS),
    Row("a scope twice", "parameters once", nothing, _own(("scope", ""), ("scope", "grant_management_query")), 400, REQUEST),
    Row("a grant type twice", "parameters once", nothing, _own(("grant_type", "client_credentials")), 400, REQUEST),
    Row("a client twice in the address", "parameters once", pushed, _twice_in_address("client_id"), 400, REQUEST),
    Row("anything twice in the address", "parameters once", pushed, _twice_in_address("x"), 400, REQUEST),
    Row("a NUL in a parameter", "parameters are plain", nothing, _own(("x", "a\0b")), 400, REQUEST),
    Row("a line break in a parameter", "parameters are plain", nothing, _own(("x", "a\r\nb")), 400, REQUEST),
    Row("a quotation mark in a parameter", "parameters are plain", nothing, _own(("x", 'a"b')), 400, REQUEST),
    Row("a backslash in a parameter", "parameters are plain", nothing, _own(("x", "a\\b")), 400, REQUEST),
    Row("letters beyond ASCII in a parameter", "parameters are plain", nothing, _own(("x", "ä")), 400, REQUEST),
    Row("a text direction that is turned round", "parameters are plain", nothing, _own(("x", "a\u202eb")), 400, REQUEST),
    Row("a NUL in the name of a parameter", "names are plain", nothing, _own(("a\0b", "x")), 400, REQUEST),
    Row("a quotation mark in the name of a parameter", "names are plain", nothing, _own(('a"b', "x")), 400, REQUEST),
    Row("a state with a NUL", "state is printable", nothing, _push(state="a\0b"), 400, REQUEST),
    Row("a state with a line break", "state is printable", nothing, _push(state="a\r\nSet-Cookie: x"), 400, REQUEST),
    Row("a state of many letters", "state is printable", nothing, _push(state="s" * 4097), 400, REQUEST),
    Row("a nonce with a NUL", "nonce is printable", nothing, _push(nonce="a\0b"), 400, REQUEST),
    Row("a nonce of many letters", "nonce is printable", nothing, _push(nonce="n" * 513), 400, REQUEST),
    Row("a reason that nobody sees", "reasons can be read", nothing, _push(authorization_details=details(needed("name", why="\u3164"))), 400, "invalid_authorization_details"),
    Row("a reason that is struck out", "reasons can be read", nothing, _push(authorization_details=details(needed("name", why="No\u0336t\u0336 to sell it"))), 400, "invalid_authorization_details"),
    Row("a recipient that nobody sees", "recipients can be read", nothing, _push(authorization_details=details(needed("name"), recipients=["\u2800"])), 400, "invalid_authorization_details"),
    Row("a recipient of blanks", "recipients can be read", nothing, _push(authorization_details=details(needed("name"), recipients=["  "])), 400, "invalid_authorization_details"),
    Row("a member of an ask twice", "members once", nothing, _push(authorization_details=TWICE), 400, "invalid_authorization_details"),
    Row("a token for another API", "own API alone", nothing, _own(("resource", "https://other.example")), 400, "invalid_target"),
    Row("a code for another API", "own API alone", nothing, _push(resource="https://other.example"), 400, "invalid_target"),
    *(Row(f"more than a mebibyte at {path}", "bodies are small", nothing, _huge(path), 413, REQUEST) for path in PATHS),
    Row("a proof in the address", "body and no address", nothing, _address("/oauth/token", **OWN), 400, "unsupported_grant_type"),
    Row("a proof in the address to look at a token", "body and no address", nothing, _address("/oauth/introspect", token="x"), 400, "invalid_client"),
    Row("the grant type in the address", "body and no address", nothing, _grant_type_in_address, 400, "unsupported_grant_type"),
    Row("a body of JSON", "body and no address", nothing, _json, 400, "unsupported_grant_type"),
    Row("a token with a NUL", "parameters are plain", nothing, _token("a\0b"), 400, REQUEST),
    Row("a code with a NUL", "parameters are plain", in_hand, lambda s: s.redeem(code=s.code + "\0"), 400, REQUEST),
    Row("no token after the scheme", "one whole token", holding, _no_token, 400, REQUEST),
]  # fmt: skip
