"""Proofs of possession that prove nothing (RFC 9449, section 4.3), for every door that takes one.

Each row says what is wrong, makes what stands in the ``DPoP`` headers of a request, and names the code of the
refusal. Without a ``code`` it is ``invalid_dpop_proof``.
"""

import base64
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from tests.support.company import Company

NONCE = "use_dpop_nonce"


@dataclass(frozen=True)
class Door:
    """A company at an endpoint: who proves possession, and of which request."""

    company: Company
    method: str
    path: str
    token: str | None = None

    def proof(self, *, header: Mapping[str, Any] | None = None, key: Any = None, **claims: object) -> str:
        """A proof for this door; see ``Company.possession``."""
        return self.company.possession(self.method, self.path, self.token, header=header, key=key, **claims)


Make = Callable[[Door], list[str]]


def _claims(**claims: object) -> Make:
    def proof(door: Door) -> list[str]:
        said: dict[str, Any] = {name: value() if callable(value) else value for name, value in claims.items()}
        return [door.proof(**said)]

    return proof


def _header(**header: object) -> Make:
    return lambda door: [door.proof(header=header)]


def _signed_by(alg: str, make: Callable[[], Any]) -> Make:
    def proof(door: Door) -> list[str]:
        key = _key(make)
        return [door.proof(header={"alg": alg, "jwk": _public(key)}, key=key)]

    return proof


@cache
def _key(make: Callable[[], Any]) -> Any:
    return make()


def _public(key: Any) -> dict[str, Any]:
    return dict(key.as_dict() if isinstance(key, OctKey) else key.as_dict(private=False))


def _rsa() -> RSAKey:
    return RSAKey.generate_key(2048)


def _short() -> RSAKey:
    return RSAKey.generate_key(1024)


def _other_curve() -> ECKey:
    return ECKey.generate_key("P-384")


def _edwards() -> OKPKey:
    return OKPKey.generate_key("Ed25519")


def _shared() -> OctKey:
    return OctKey.generate_key(256)


def _jwk(change: Callable[[dict[str, Any]], object]) -> Make:
    return lambda door: [door.proof(header={"jwk": change(door.company.dpop_key.as_dict(private=False))})]


def _parts(change: Callable[[list[str]], list[str]]) -> Make:
    return lambda door: [".".join(change(door.proof().split(".")))]


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _headed(**header: object) -> Callable[[list[str]], list[str]]:
    """Another header before the same claims and signature."""

    def change(parts: list[str]) -> list[str]:
        head = json.loads(base64.urlsafe_b64decode(parts[0] + "=="))
        return [_part({**head, **header}), *parts[1:]]

    return change


def _unsigned(alg: str) -> Make:
    return _parts(lambda parts: [*_headed(alg=alg)(parts)[:2], ""])


def _twice(door: Door) -> list[str]:
    """A member stands there twice, the second one right."""
    head, said, _ = (base64.urlsafe_b64decode(part + "==") for part in door.proof().split("."))
    text = b'{"htm": "TRACE", ' + said[1:]
    return [jws.serialize_compact(json.loads(head), text, door.company.dpop_key, algorithms=["ES256"])]


def _bent(parts: list[str]) -> list[str]:
    first = "B" if parts[2][0] == "A" else "A"
    return [parts[0], parts[1], first + parts[2][1:]]


def _swapped(parts: list[str]) -> list[str]:
    said = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
    return [parts[0], _part({**said, "jti": secrets.token_urlsafe(16)}), parts[2]]


def _now(seconds: int) -> Callable[[], int]:
    return lambda: int(time.time()) + seconds


_ROWS: list[tuple[Any, ...]] = [
    # 1: one header, with one proof.
    ("there is none", lambda door: []),
    ("it is empty", lambda door: [""]),
    ("there are two", lambda door: [door.proof(), door.proof()]),
    ("there are two in one header", lambda door: [f"{door.proof()}, {door.proof()}"]),
    # 2: a JWT.
    ("it is no JWT", lambda door: ["proof"]),
    ("it has two parts", _parts(lambda parts: parts[:2])),
    ("it has five parts", _parts(lambda parts: [*parts, "x", "y"])),
    ("its claims are a list", _parts(lambda parts: [parts[0], _part([]), parts[2]])),
    ("its claims are no JSON", _parts(lambda parts: [parts[0], "e30x", parts[2]])),
    ("it is longer than any proof", lambda door: [door.proof(filling="x" * 8192)]),
    # 4: the type.
    ("it has no typ", _header(typ=None)),
    ("it is any JWT", _header(typ="JWT")),
    ("it is an access token", _header(typ="at+jwt")),
    ("it is a client assertion", lambda door: [door.company.assertion()]),
    # 5: an asymmetric algorithm that we take.
    ("it is not signed", _unsigned("none")),
    ("it is not signed, spelled oddly", _unsigned("nOnE")),
    ("its algorithm is unknown", _unsigned("X")),
    ("a shared secret signs it", _signed_by("HS256", _shared)),
    ("RS256 signs it", _signed_by("RS256", _rsa)),
    ("ES384 signs it", _signed_by("ES384", _other_curve)),
    ("a short RSA key signs it", _signed_by("PS256", _short)),
    ("EdDSA is not named Ed25519", _signed_by("EdDSA", _edwards)),
    ("an extension must be understood", _header(crit=["b64"], b64=True)),
    # 6: the signature verifies with the key in it.
    ("its signature is bent", _parts(_bent)),
    ("its signature is missing", _parts(lambda parts: [*parts[:2], ""])),
    ("its signature is of other claims", _parts(_swapped)),
    ("another key signed it", lambda door: [door.proof(header={"jwk": _public(_key(_stranger))})]),
    ("it brings no key", _header(jwk=None)),
    ("its key is text", _parts(_headed(jwk="key"))),
    ("its key is a list", _parts(_headed(jwk=[]))),
    ("its key is of no kind", _jwk(lambda jwk: {**jwk, "kty": None})),
    ("its key is half a key", _jwk(lambda jwk: {**jwk, "y": ""})),
    ("its key is no point of the curve", _jwk(lambda jwk: {**jwk, "y": jwk["x"]})),
    ("its key is for encrypting", _jwk(lambda jwk: {**jwk, "use": "enc"})),
    ("its key is behind an address", _jwk(lambda jwk: {**jwk, "jku": "https://evil.example/jwks"})),
    # 7: no private key.
    ("its key is private", lambda door: [door.proof(header={"jwk": door.company.dpop_key.as_dict(private=True)})]),
    # 8: the method.
    ("it names no method", _claims(htm=None)),
    ("it is for another method", _claims(htm="PUT")),
    ("its method is in small letters", lambda door: [door.proof(htm=door.method.lower())]),
    ("its method is a list", lambda door: [door.proof(htm=[door.method])]),
    # 9: the address.
    ("it names no address", _claims(htu=None)),
    ("its address is a number", _claims(htu=7)),
    ("its address is none", _claims(htu="http://[")),
    ("its address is a path", lambda door: [door.proof(htu=door.path)]),
    ("it is for another path", lambda door: [door.proof(htu=f"{door.company.issuer}/v1/other")]),
    ("its address holds a tab", lambda door: [door.proof(htu=f"{door.company.issuer}\t{door.path}")]),
    ("its address begins with a space", lambda door: [door.proof(htu=f" {door.company.issuer}{door.path}")]),
    ("it says its method twice", _twice),
    ("its address ends in a slash", lambda door: [door.proof(htu=f"{door.company.issuer}{door.path}/")]),
    ("it is for another host", lambda door: [door.proof(htu=f"http://evil.example:8000{door.path}")]),
    ("it is for another port", lambda door: [door.proof(htu=f"http://localhost:8001{door.path}")]),
    ("it is for no port", lambda door: [door.proof(htu=f"http://localhost{door.path}")]),
    ("it is for https", lambda door: [door.proof(htu=f"https://localhost:8000{door.path}")]),
    ("its address holds a name", lambda door: [door.proof(htu=f"http://a@localhost:8000{door.path}")]),
    # 10: the nonce.
    ("its nonce is not ours", _claims(nonce="x" * 24), NONCE),
    ("its nonce is empty", _claims(nonce=""), NONCE),
    ("its nonce is a number", _claims(nonce=7), NONCE),
    ("its nonce is half a letter", _claims(nonce="\ud800"), NONCE),
    # 11: made just now.
    ("it was made at no time", _claims(iat=None)),
    ("it was made at a word", _claims(iat="now")),
    ("it was made at yes", _claims(iat=True)),
    ("it was made at not a number", _claims(iat=float("nan"))),
    ("it is too old", _claims(iat=_now(-75)), NONCE),
    ("it comes from the future", _claims(iat=_now(+40)), NONCE),
    ("it comes from the far future", _claims(iat=_now(+90))),
    ("it comes from beyond every calendar", _claims(iat=10**400)),
    # 4.2: a jti of its own.
    ("it has no jti", _claims(jti=None)),
    ("its jti is empty", _claims(jti="")),
    ("its jti is a number", _claims(jti=7)),
    ("its jti is huge", _claims(jti="j" * 257)),
    ("its jti holds a NUL", _claims(jti="a\0b")),
    ("its jti is half a letter", _claims(jti="\ud800")),
]  # fmt: skip
WRONG: list[tuple[str, Make, str]] = [
    (what, make, code[0] if code else "invalid_dpop_proof") for what, make, *code in _ROWS
]

_TOKEN_ROWS: list[tuple[str, Make]] = [
    # 12: of the very token beside it, with the key it is bound to.
    ("it is of no token", _claims(ath=None)),
    ("it is of another token", _claims(ath=secrets.token_urlsafe(32))),
    ("it names the token itself", lambda door: [door.proof(ath=door.token)]),
    ("its hash is a number", _claims(ath=7)),
    ("its hash is half a letter", _claims(ath="\ud800")),
    ("its hash is padded", lambda door: [door.proof(ath=_hash(door.proof()) + "=")]),
    ("another key made it", lambda door: [door.proof(key=_key(_stranger))]),
]
WRONG_TOKEN: list[tuple[str, Make, str]] = [(*row, "invalid_dpop_proof") for row in _TOKEN_ROWS]


def _stranger() -> ECKey:
    return ECKey.generate_key("P-256")


def _hash(proof: str) -> str:
    said = json.loads(base64.urlsafe_b64decode(proof.split(".")[1] + "=="))
    return str(said["ath"])
