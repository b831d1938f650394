"""A client's keys: public, able to verify, and nothing else."""

import pytest
from joserfc import jwk

from vrm.companies import BadKeys, parse_jwks


def public(kind, size, **more):
    return {**jwk.generate_key(kind, size).as_dict(private=False), "kid": "one", **more}


def private(kind, size):
    return {**jwk.generate_key(kind, size).as_dict(private=True), "kid": "one"}


EC = public("EC", "P-256")
RSA = public("RSA", 2048)
OKP = public("OKP", "Ed25519")


@pytest.mark.parametrize("key", [EC, RSA, OKP], ids=["EC", "RSA", "OKP"])
@pytest.mark.requirement("C-1")
def test_each_kind_we_take_comes_back_with_known_members_only(key):
    """What we do not know is not kept, so it cannot be believed later."""
    ((kept),) = parse_jwks({"keys": [{**key, "x5c": ["zzz"], "note": "hello"}], "more": 1})["keys"]
    assert set(kept) == (set(key) - {"key_ops", "alg"}) | {"kid", "use"}
    assert kept["use"] == "sig"
    jwk.import_key(kept)


def test_a_key_without_a_kid_is_called_by_its_thumbprint():
    """RFC 7638, so that any library finds the same name for it."""
    plain = {name: EC[name] for name in ("kty", "crv", "x", "y")}
    assert parse_jwks({"keys": [plain]})["keys"][0]["kid"] == jwk.import_key(plain).thumbprint()


def test_a_kid_twice_is_one_key_or_keys_of_different_kinds():
    """RFC 7517, section 4.5: the algorithm of a signature says which of those is meant; the same key counts once."""
    kept = parse_jwks({"keys": [EC, OKP, RSA, {**EC, "alg": "ES256"}]})["keys"]
    assert [key["kty"] for key in kept] == ["EC", "OKP", "RSA"]


def test_an_algorithm_that_fits_is_kept():
    """alg is optional, and must belong to the kind of key; EdDSA is called Ed25519 now (RFC 9864)."""
    for key, alg, kept in ((RSA, "PS256", "PS256"), (OKP, "Ed25519", "Ed25519"), (OKP, "EdDSA", "Ed25519")):
        assert parse_jwks({"keys": [{**key, "alg": alg}]})["keys"][0]["alg"] == kept


@pytest.mark.parametrize(
    "key",
    [private("EC", "P-256"), private("RSA", 2048), private("OKP", "Ed25519"), private("oct", 256)],
    ids=["EC", "RSA", "OKP", "oct"],
)
def test_a_private_key_is_refused_and_not_repeated(key):
    """The sender is told that it is compromised; no value of it is in the message."""
    with pytest.raises(BadKeys) as refusal:
        parse_jwks({"keys": [EC, key]})
    assert "Key 2 holds a private" in refusal.value.message
    assert not any(str(value) in refusal.value.message for value in key.values() if len(str(value)) > 5)


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"])
def test_one_private_member_is_enough_to_refuse(member):
    """Even empty or beside another kind of key."""
    with pytest.raises(BadKeys, match="private"):
        parse_jwks({"keys": [{**EC, member: ""}]})


SMALL = {**RSA, "n": RSA["n"][:171]}  # 1024 bits
BAD: dict[str, object] = {
    "no document": None,
    "a list": [EC],
    "no keys": {},
    "empty": {"keys": []},
    "keys is no list": {"keys": EC},
    "key is no object": {"keys": ["x"]},
    "too many": {"keys": [{**EC, "kid": str(number)} for number in range(21)]},
    "empty kid": {"keys": [{**EC, "kid": ""}]},
    "kid is no text": {"keys": [{**EC, "kid": 1}]},
    "kid with control character": {"keys": [{**EC, "kid": "a\nb"}]},
    "kid twice": {"keys": [EC, OKP, public("EC", "P-256")]},
    "P-384": {"keys": [public("EC", "P-384")]},
    "secp256k1": {"keys": [public("EC", "secp256k1")]},
    "X25519": {"keys": [public("OKP", "X25519")]},
    "RSA 1024": {"keys": [SMALL]},
    "RSA exponent 1": {"keys": [{**RSA, "e": "AQ"}]},
    "RSA even modulus": {"keys": [{**RSA, "n": RSA["n"][:-1] + "A"}]},
    "RSA without modulus": {"keys": [{"kty": "RSA", "e": "AQAB", "kid": "one"}]},
    "point off the curve": {"keys": [{**EC, "y": EC["x"]}]},
    "coordinate is no text": {"keys": [{**EC, "x": 1}]},
    "bad base64": {"keys": [{**EC, "x": "***"}]},
    "Ed25519 too short": {"keys": [{**OKP, "x": "AAAA"}]},
    "no kty": {"keys": [{"kid": "one"}]},
    "kty is no text": {"keys": [{**EC, "kty": ["EC"]}]},
    "unknown kty": {"keys": [{**EC, "kty": "AKP"}]},
    "crv of another kind": {"keys": [{**EC, "crv": "Ed25519"}]},
    "alg none": {"keys": [{**EC, "alg": "none"}]},
    "alg RS256": {"keys": [{**RSA, "alg": "RS256"}]},
    "alg HS256": {"keys": [{**EC, "alg": "HS256"}]},
    "alg of another kind": {"keys": [{**EC, "alg": "PS256"}]},
    "former alg of another kind": {"keys": [{**EC, "alg": "EdDSA"}]},
    "alg is no text": {"keys": [{**EC, "alg": ["ES256"]}]},
    "for encryption": {"keys": [{**EC, "use": "enc"}]},
    "for signing": {"keys": [{**EC, "key_ops": ["sign"]}]},
    "x5u": {"keys": [{**EC, "x5u": "https://evil.example"}]},
    "jku": {"keys": [{**EC, "jku": "https://evil.example"}]},
    "names that are no text": {"keys": [{1: 2}]},
}


@pytest.mark.parametrize("document", BAD.values(), ids=BAD.keys())
@pytest.mark.requirement("C-1", "C-2", "C-3", "C-6", "C-7")
def test_what_cannot_verify_safely_is_refused(document):
    """FAPI 2.0 Security Profile, section 5.4: the kinds, the sizes, one kid each, nothing remote."""
    with pytest.raises(BadKeys) as refusal:
        parse_jwks(document)
    assert refusal.value.field == "jwks"
