"""Who a client is: assertions that are forged, borrowed, kept, or made for something else; secrets that are no proof."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from joserfc.jwk import ECKey, OctKey, RSAKey

from tests.attacks.stage import Came, Row, Scene, Stage, came, nothing
from tests.support.actors import Company, needed
from vrm import clock, companies

CLIENT = "invalid_client"
OWN = {"grant_type": "client_credentials"}
ISSUER = "http://localhost:8000"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def show(company: Company, assertion: str, **more: str) -> Came:
    """Ask for the client's own token with this assertion."""
    return company.token(company.proof(assertion), **OWN, **more)


def _said(
    *, header: dict[str, object] | None = None, key: Any = None, **claims: object
) -> Callable[[Scene], Came]:
    def attack(scene: Scene) -> Came:
        told = {name: value() if callable(value) else value for name, value in claims.items()}
        return show(scene.company, scene.company.assertion(header=header, key=key, **told))

    return attack


def _in(seconds: int) -> Callable[[], int]:
    return lambda: int(time.time()) + seconds


def part(value: object) -> str:
    """A part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def read(text: str) -> Any:
    """A part of a JWT, read."""
    return json.loads(base64.urlsafe_b64decode(text + "=="))


def _bent(change: Callable[[list[str]], list[str]]) -> Callable[[Scene], Came]:
    return lambda scene: show(scene.company, ".".join(change(scene.company.assertion().split("."))))


def _headed(parts: list[str], **header: object) -> list[str]:
    return [part({**read(parts[0]), **header}), *parts[1:]]


def _stranger(**header: object) -> Callable[[Scene], Came]:
    """Signed by a key that is nobody's, whatever the header says of it."""

    def attack(scene: Scene) -> Came:
        key = ECKey.generate_key("P-256", auto_kid=True)
        told = {
            name: key.as_dict(private=False) if value == "its own" else value
            for name, value in header.items()
        }
        return show(scene.company, scene.company.assertion(header=told, key=key))

    return attack


def _public_key_as_secret(scene: Scene) -> Came:
    """HS256 with what everybody can read of the client's key (RFC 8725, section 2.1)."""
    public = json.dumps(scene.company.key.as_dict(private=False)).encode()
    return show(
        scene.company, scene.company.assertion(header={"alg": "HS256"}, key=OctKey.import_key(public))
    )


def with_rsa(stage: Stage) -> Scene:
    """A client whose key is RSA, which could sign in ways that we do not take."""
    known = stage.__dict__.get("rsa")
    if known is None:
        known = stage.__dict__["rsa"] = (
            RSAKey.generate_key(2048, auto_kid=True),
            stage.world.company(name="RSA"),
        )
        key, company = known
        stage.house.database.write(
            lambda db: companies.change_client(
                db, client_id=company.client_id, jwks={"keys": [key.as_dict(private=False)]}, now=clock.now()
            )
        )
    key, company = known
    return Scene(stage, company, stage.mia, more={"key": key})


def _by_rsa(alg: str) -> Callable[[Scene], Came]:
    def attack(scene: Scene) -> Came:
        key = scene.more["key"]
        return show(scene.company, scene.company.assertion(header={"alg": alg, "kid": key.kid}, key=key))

    return attack


def used(stage: Stage) -> Scene:
    """An assertion that was shown once, and taken."""
    assertion = stage.company.assertion()
    assert came(show(stage.company, assertion))[0] == 200
    return replace(nothing(stage), more={"assertion": assertion})


def spelled(text: str, how: str) -> str:
    """The same signed text in another spelling."""
    return {
        "as it was": text,
        "another last letter": text[:-1]
        + SIGNS[SIGNS.index(text[-1]) ^ 1],  # its last bits count for nothing
        "padded": text + "==",
        "twin": _twin(text),
    }[how]


def _twin(text: str) -> str:
    """The other signature that is as good: of (r, s) on a curve it is (r, order - s), and anybody can work it out."""
    body, _, signature = text.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    other = (P256_ORDER - int.from_bytes(raw[32:])).to_bytes(32)
    return f"{body}.{base64.urlsafe_b64encode(raw[:32] + other).rstrip(b'=').decode()}"


def _again(how: str) -> Callable[[Scene], Came]:
    return lambda scene: show(scene.company, spelled(scene.more["assertion"], how))


def _elsewhere(path: str, **params: str) -> Callable[[Scene], Came]:
    """The same assertion at another endpoint."""

    def attack(scene: Scene) -> Came:
        sent = params or dict(scene.company.request(needed("name")).params)
        return scene.company.http.post(path, data={**sent, **scene.company.proof(scene.more["assertion"])})

    return attack


def _same_jti(stage: Stage) -> Scene:
    """An assertion was taken, and its jti is known."""
    assertion = stage.company.assertion(jti="known")
    show(stage.company, assertion)
    return replace(nothing(stage), more={"jti": "known"})


def _proof_as_assertion(scene: Scene) -> Came:
    """A DPoP proof made with the client's own key, with every claim of an assertion in it."""
    company, key = scene.company, scene.company.key
    said: dict[str, Any] = {
        "iss": company.client_id,
        "sub": company.client_id,
        "aud": ISSUER,
        "exp": int(time.time()) + 60,
    }
    header = {"kid": key.kid, "jwk": key.as_dict(private=False)}
    return show(company, company.possession("POST", "/oauth/token", key=key, header=header, **said))


ROWS = [
    Row("for the token endpoint", "assertion for the issuer", nothing, _said(aud=f"{ISSUER}/oauth/token"), 400, CLIENT),
    Row("for the pushing endpoint", "assertion for the issuer", nothing, _said(aud=f"{ISSUER}/oauth/par"), 400, CLIENT),
    Row("for the issuer with a slash", "assertion for the issuer", nothing, _said(aud=f"{ISSUER}/"), 400, CLIENT),
    Row("for another server", "assertion for the issuer", nothing, _said(aud="https://other.example"), 400, CLIENT),
    Row("for nobody", ("assertion for one", "assertion for the issuer"), nothing, _said(aud=None), 400, CLIENT),
    Row("for this server in a list", "assertion for one", nothing, _said(aud=[ISSUER]), 400, CLIENT),
    Row("for several servers", "assertion for one", nothing, _said(aud=[ISSUER, "https://other.example"]), 400, CLIENT),
    Row("it has expired", "assertion in time", nothing, _said(exp=_in(-30)), 400, CLIENT),
    Row("it is not valid yet", "assertion in time", nothing, _said(nbf=_in(+65)), 400, CLIENT),
    Row("it was made in the future", "assertion in time", nothing, _said(iat=_in(+65)), 400, CLIENT),
    Row("it lasts for a day", "assertion short-lived", nothing, _said(exp=_in(86400)), 400, CLIENT),
    Row("it never ends", "assertion short-lived", nothing, _said(exp=10**18), 400, CLIENT),
    Row("no jti", "assertion has a jti", nothing, _said(jti=None), 400, CLIENT),
    Row("an empty jti", "assertion has a jti", nothing, _said(jti=""), 400, CLIENT),
    Row("a jti with a NUL", "assertion has a jti", nothing, _said(jti="a\0b"), 400, CLIENT),
    Row("a huge jti", "assertion has a jti", nothing, _said(jti="j" * 300), 400, CLIENT),
    Row("a second time", "assertion once", used, _again("as it was"), 400, CLIENT),
    Row("a second time in another spelling", ("assertion once", "one spelling"), used, _again("another last letter"), 400, CLIENT),
    Row("a second time with padding", ("assertion once", "one spelling"), used, _again("padded"), 400, CLIENT),
    Row("a second time, to push", "assertion once", used, _elsewhere("/oauth/par"), 400, CLIENT),
    Row("a second time, to look at a token", "assertion once", used, _elsewhere("/oauth/introspect", token="x"), 400, CLIENT),
    Row("a second time, to give a token back", "assertion once", used, _elsewhere("/oauth/revoke", token="x"), 400, CLIENT),
    Row("a new one with a jti that was used", "assertion once", _same_jti, lambda s: show(s.company, s.company.assertion(jti=s.more["jti"])), 400, CLIENT),
    Row("with the twin of its signature", "replay known by jti", used, _again("twin"), 400, CLIENT),
    Row("a second time with the twin of its signature", "assertion once", used, _again("twin"), 400, CLIENT),
    Row("signed by a stranger", "assertion signed", nothing, _stranger(), 400, CLIENT),
    Row("no signature", "assertion signed", nothing, _bent(lambda parts: [*parts[:2], ""]), 400, CLIENT),
    Row("the signature of other claims", "assertion signed", nothing, _bent(lambda parts: [parts[0], part({**read(parts[1]), "jti": "x"}), parts[2]]), 400, CLIENT),
    Row("a key that it brings along", "assertion signed", nothing, _stranger(jwk="its own"), 400, CLIENT),
    Row("a key at an address that it names", "assertion signed", nothing, _stranger(jku="https://evil.example/jwks"), 400, CLIENT),
    Row("a certificate at an address that it names", "assertion signed", nothing, _stranger(x5u="https://evil.example/cert"), 400, CLIENT),
    Row("a kid that is a path", "assertion signed", nothing, _stranger(kid="../../../dev/null"), 400, CLIENT),
    Row("the public key as a shared secret", ("algorithms", "assertion signed"), nothing, _public_key_as_secret, 400, CLIENT),
    Row("RS256 by the client's own RSA key", "algorithms", with_rsa, _by_rsa("RS256"), 400, CLIENT),
    Row("PS384 by the client's own RSA key", "algorithms", with_rsa, _by_rsa("PS384"), 400, CLIENT),
    Row("not signed", "algorithms", nothing, _bent(lambda parts: [*_headed(parts, alg="none")[:2], ""]), 400, CLIENT),
    Row("not signed, spelled oddly", ("algorithms", "assertion signed"), nothing, _bent(lambda parts: [*_headed(parts, alg="nOnE", kid=None)[:2], ""]), 400, CLIENT),
    Row("claims that are not encoded", "crit", nothing, _said(header={"crit": ["b64"], "b64": True}), 400, CLIENT),
    Row("longer than any assertion", "signed text is short", nothing, _said(filling="x" * 8192), 400, CLIENT),
    Row("its beginning is not a number", ("numbers are numbers", "assertion in time"), nothing, _said(nbf=float("nan")), 400, CLIENT),
    Row("a proof of possession as an assertion", "assertion typ", nothing, _proof_as_assertion, 400, CLIENT),
    Row("an access token as an assertion", "assertion typ", nothing, _said(header={"typ": "at+jwt"}), 400, CLIENT),
    Row("issuer and subject differ", "assertion of itself", nothing, _said(iss="0f62c9d5-4b0e-4c53-9d0e-6f1c6a1f7a52"), 400, CLIENT),
    Row("another client's subject", "assertion signed", nothing, lambda s: show(s.company, s.stage.other.assertion(iss=s.company.client_id, sub=s.company.client_id)), 400, CLIENT),
]  # fmt: skip
