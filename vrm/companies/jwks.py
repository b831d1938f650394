"""The public keys of a client: a JWK Set (RFC 7517) that can verify what the FAPI 2.0 profile lets clients sign.

Allowed are EC P-256 (ES256), RSA from 2048 bits (PS256) and OKP Ed25519: FAPI 2.0 Security Profile, section 5.4.
A set that holds a private or symmetric key is refused, not cleaned: whoever sent it has just published it.

In a set that somebody gives us, each key is one that we take, or they are told which is not. A set that is read at an
address may be there for others too: keys we do not take are passed over (RFC 7517, section 5), and counted.

Two keys may go by one kid where they are of different kinds (RFC 7517, section 4.5): the algorithm of a signature then
says which is meant, since each kind has one algorithm here.
"""

import base64
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwk
from joserfc.errors import JoseError

from vrm.companies.errors import BadKeys, UnusableKey

MOST_KEYS = 20

# RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1; RFC 8037, section 2.
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv", "seed"})
# FAPI 2.0 Security Profile, section 5.4: a key is in the set, never behind an address.
_REMOTE = frozenset({"x5u", "jku"})
_MEMBERS = {"EC": ("crv", "x", "y"), "RSA": ("n", "e"), "OKP": ("crv", "x")}
_KINDS = {"ES256": "EC", "PS256": "RSA", "Ed25519": "OKP"}
# RFC 9864, section 2.2: EdDSA is what Ed25519 was called before; libraries write it into keys still.
_FORMER = {"EdDSA": "Ed25519"}
# base64url without padding (RFC 7515, section 2); its length is never 4n + 1.
_BASE64 = re.compile(r"(?:[A-Za-z0-9_-]{4})*[A-Za-z0-9_-]{2,4}")
_CURVES = {"EC": "P-256", "OKP": "Ed25519"}


@dataclass(frozen=True)
class Published:
    """What is good of a set that was read at an address, and how many of its keys were passed over, by reason."""

    jwks: Mapping[str, Any]
    skipped: Mapping[str, int]


def parse_jwks(document: object) -> dict[str, Any]:
    """The set, with known public members only. Raises ``BadKeys``, which says which key (from 1) and why.

    A key without a kid gets its thumbprint (RFC 7638) as one. A key that stands there twice is in it once.
    """
    listed = _listed(document, MOST_KEYS)
    return {"keys": _distinct([_parse(key, place) for place, key in enumerate(listed, start=1)])}


def parse_published(document: object) -> Published:
    """As ``parse_jwks``, without the keys that we do not take (RFC 7517, section 5), nor more than we take.

    Raises ``BadKeys`` all the same where none is left, or where one of them is private.
    """
    good, unusable = list[dict[str, Any]](), list[UnusableKey]()
    for place, key in enumerate(_listed(document), start=1):
        try:
            good.append(_parse(key, place))
        except UnusableKey as fault:
            unusable.append(fault)
    if not good:
        raise unusable[0]
    distinct = _distinct(good)
    skipped = Counter(fault.reason for fault in unusable)
    skipped.update(surplus=len(distinct[MOST_KEYS:]))
    return Published({"keys": distinct[:MOST_KEYS]}, +skipped)


def named_now(key: Mapping[str, Any]) -> dict[str, Any]:
    """A parsed key with its algorithm by the name of today, also where it was parsed before that name was the only one."""
    alg = key.get("alg")
    return {**key, "alg": _FORMER[alg]} if alg in _FORMER else dict(key)


def identity(key: Mapping[str, Any]) -> tuple[str, str]:
    """What tells one key of a set from the others: its kid and its kind."""
    return key["kid"], key["kty"]


def thumbprint(key: Mapping[str, Any]) -> str:
    """What a parsed key is, whatever kid it goes by (RFC 7638)."""
    return _import({name: key[name] for name in ("kty", *_MEMBERS[key["kty"]])}).thumbprint()


def algorithm_of(key: Mapping[str, Any]) -> str:
    """The algorithm of a parsed key: each kind has one here."""
    return next(alg for alg, kty in _KINDS.items() if kty == key["kty"])


def _listed(document: object, most: int | None = None) -> list[object]:
    keys = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(keys, list) or not 1 <= len(keys) <= (most or len(keys)):
        raise BadKeys('Give a JWK Set, {"keys": […]}, with 1 to %(most)s keys.', most=MOST_KEYS)
    return keys


def _distinct(parsed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each key once. Raises ``BadKeys`` for two keys that neither their kid nor a signature's algorithm tells apart."""
    found = dict[tuple[str, str], dict[str, Any]]()
    for key in parsed:
        first = found.setdefault(identity(key), key)
        if any(first[name] != key[name] for name in _MEMBERS[key["kty"]]):
            raise BadKeys("Two keys have the same kid. Give each its own.")
    return list(found.values())


def _parse(key: object, place: int) -> dict[str, Any]:
    if not isinstance(key, Mapping) or not all(isinstance(name, str) for name in key):
        raise UnusableKey("Key %(place)s is not a JSON object.", reason="damaged", place=place)
    if _PRIVATE & set(key):
        raise BadKeys(
            "Key %(place)s holds a private or symmetric key. Consider it published: make a new pair and send "
            "only the public half.",
            place=place,
        )
    if _REMOTE & set(key):
        raise UnusableKey(
            "Key %(place)s points elsewhere (x5u or jku). Put the key itself into the set.",
            reason="kind",
            place=place,
        )
    kty, kid, alg = key.get("kty"), key.get("kid"), key.get("alg")
    if isinstance(alg, str):
        alg = _FORMER.get(alg, alg)
    if not isinstance(kty, str) or kty not in _MEMBERS or key.get("crv") != _CURVES.get(kty):
        raise UnusableKey(
            "Key %(place)s must be EC P-256, OKP Ed25519, or RSA of at least 2048 bits.",
            reason="kind",
            place=place,
        )
    if "kid" in key and (not isinstance(kid, str) or not 1 <= len(kid) <= 200 or not kid.isprintable()):
        raise UnusableKey(
            "Key %(place)s has a kid that is no text of at most 200 characters.",
            reason="damaged",
            place=place,
        )
    if alg is not None and (not isinstance(alg, str) or _KINDS.get(alg) != kty):
        raise UnusableKey(
            "Key %(place)s names an algorithm we do not take. Use ES256, PS256 or Ed25519.",
            reason="algorithm",
            place=place,
        )
    if key.get("use", "sig") != "sig" or key.get("key_ops", ["verify"]) != ["verify"]:
        raise UnusableKey(
            "Key %(place)s is not for verifying signatures (use: sig, key_ops: verify).",
            reason="use",
            place=place,
        )
    members = {name: key.get(name) for name in ("kty", *_MEMBERS[kty])}
    _check(members, place)
    kid = kid or _import(members).thumbprint()
    return {**members, "kid": kid, "use": "sig", **({"alg": alg} if alg else {})}


def _check(members: dict[str, Any], place: int) -> None:
    """Whether the numbers make a key: the point on its curve, the modulus long enough and odd."""
    numbers = (value for name, value in members.items() if name not in ("kty", "crv"))
    whole = all(isinstance(number, str) and _BASE64.fullmatch(number) for number in numbers)
    if whole and members["kty"] == "RSA":
        modulus, exponent = _number(members["n"]), _number(members["e"])
        if not (2048 <= modulus.bit_length() <= 8192 and modulus % 2 and exponent in range(3, 2**33)):
            raise UnusableKey(
                "Key %(place)s must be RSA of 2048 to 8192 bits, with a usual exponent such as 65537.",
                reason="kind",
                place=place,
            )
    if not whole or not _is_key(members):
        raise UnusableKey(
            "Key %(place)s is damaged: its members do not make a public key.", reason="damaged", place=place
        )


def _import(members: dict[str, Any]) -> jwk.Key:
    return jwk.import_key(members)


def _is_key(members: dict[str, Any]) -> bool:
    try:
        return _import(members).public_key is not None
    except (ValueError, TypeError, JoseError):
        return False  # without its words: the library's message may repeat a value


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
