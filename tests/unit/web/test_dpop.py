"""Proof of possession (RFC 9449): what a proof must say, and until when it counts."""

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from keys import KeyStore
from tests.support.actors import World
from tests.support.proofs import WRONG, WRONG_TOKEN, Door, Make
from vrm import clock
from vrm.web.dpop import NONCE_LIFE, BadProof, Proof, Prover, see

TOKEN = "vrm_at_one"
ISSUER = "http://localhost:8000"


@pytest.fixture(scope="module")
def door(town: World) -> Door:
    return Door(town.company(), "GET", "/v1/profile", TOKEN)


@pytest.fixture(scope="module")
def prover(town: World) -> Prover:
    return Prover(town.house.keys, nonce_required=False)


def read(prover: Prover, door: Door, sent: list[str], now: datetime | None = None) -> Proof:
    return prover.read_proof(
        sent,
        method=door.method,
        address=ISSUER + door.path,
        now=now or clock.now(),
        access_token=door.token,
    )


def refusal(prover: Prover, door: Door, sent: list[str], now: datetime | None = None) -> str:
    with pytest.raises(BadProof) as caught:
        read(prover, door, sent, now)
    assert caught.value.message.isascii() and '"' not in caught.value.message
    return caught.value.code


@pytest.mark.parametrize(
    ("what", "make", "code"), WRONG + WRONG_TOKEN, ids=[row[0] for row in WRONG + WRONG_TOKEN]
)
def test_a_proof_that_proves_nothing(prover: Prover, door: Door, what: str, make: Make, code: str):
    """Each rule of section 4.3 refuses by itself, with the standard's own code."""
    if what == "another key made it":  # which key a token is bound to, whoever holds its row knows
        assert read(prover, door, make(door)).jkt != read(prover, door, [door.proof()]).jkt
        return
    assert refusal(prover, door, make(door)) == code, what


GOOD: list[tuple[str, dict[str, Any]]] = [
    ("nothing special", {}),
    ("a query in its address", {"htu": f"{ISSUER}/v1/profile?keys=name"}),
    ("a fragment in its address", {"htu": f"{ISSUER}/v1/profile#x"}),
    ("host and scheme in capitals", {"htu": "HTTP://LOCALHOST:8000/v1/profile"}),
    ("claims we do not know", {"sub": "somebody", "exp": 1}),
]


@pytest.mark.parametrize(("what", "claims"), GOOD, ids=[row[0] for row in GOOD])
def test_a_proof_that_proves(prover: Prover, door: Door, what: str, claims: dict[str, Any]):
    """Nothing beyond the rules is asked of it."""
    assert read(prover, door, [door.proof(**claims)]).jkt == thumbprint(door.company.dpop_key)


def test_a_default_port_may_be_named(prover: Prover, door: Door):
    """The address is compared after the normalisation of its scheme (RFC 3986, section 6.2.3)."""
    for address, told in [
        ("https://vrm.example/v1/profile", "https://vrm.example:443/v1/profile"),
        ("https://vrm.example/", "https://vrm.example"),
    ]:
        sent = [door.proof(htu=told, ath=None)]
        assert prover.read_proof(sent, method="GET", address=address, now=clock.now())


@pytest.mark.parametrize("key", [RSAKey.generate_key(2048), OKPKey.generate_key("Ed25519")])
def test_each_allowed_algorithm_is_accepted(prover: Prover, door: Door, key: Any):
    """PS256 and Ed25519 beside ES256 (FAPI 2.0, section 5.4.1)."""
    header = {"alg": "PS256" if isinstance(key, RSAKey) else "Ed25519", "jwk": key.as_dict(private=False)}
    assert read(prover, door, [door.proof(header=header, key=key)]).jkt == thumbprint(key)


def test_the_thumbprint_is_of_the_key_alone(prover: Prover, door: Door):
    """What else a proof says of its key, a kid say, makes it no other key (RFC 7638)."""
    key = ECKey.generate_key("P-256")
    for more in ({}, {"kid": "a"}, {"use": "sig"}, {"alg": "ES256"}, {"extra": 1}):
        header = {"jwk": {**key.as_dict(private=False), **more}}
        assert read(prover, door, [door.proof(header=header, key=key)]).jkt == thumbprint(key)


def thumbprint(key: Any) -> str:
    """Worked out by hand (RFC 7638, section 3)."""
    members = key.as_dict(private=False)
    names = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n"), "OKP": ("crv", "kty", "x")}
    text = json.dumps({name: members[name] for name in names[members["kty"]]}, separators=(",", ":"))
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


NOON = datetime(2031, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(("age", "taken"), [(-11, False), (-10, True), (0, True), (60, True), (61, False)])
def test_how_old_a_proof_may_be(prover: Prover, door: Door, age: int, taken: bool):
    """Ten seconds ahead are taken (FAPI 2.0, section 5.3.2.1), a minute old is, and nothing beyond."""
    sent = [door.proof(iat=int(NOON.timestamp()) - age)]
    if taken:
        assert read(prover, door, sent, NOON).expires_at == NOON - timedelta(seconds=age - 60)
    else:
        assert refusal(prover, door, sent, NOON) == "use_dpop_nonce"


def test_a_proof_is_refused_for_its_age_once_it_is_forgotten(prover: Prover, door: Door):
    """After ``expires_at``, when nobody remembers it was used, it is too old, with a nonce and without."""
    for proof in (
        door.proof(iat=NOON.timestamp()),
        door.proof(iat=NOON.timestamp(), nonce=prover.nonce(NOON)),
    ):
        ends = read(prover, door, [proof], NOON).expires_at
        assert ends > NOON
        assert refusal(prover, door, [proof], ends + timedelta(seconds=1)) == "use_dpop_nonce"


def test_a_wrong_clock_gets_along_with_a_nonce(prover: Prover, door: Door):
    """A nonce of ours says when a proof was made, so its iat may be an hour behind (section 4.3, number 11)."""
    noon = NOON.timestamp()
    for iat in (noon - 3600, noon - 61, noon + 11, noon + 60):
        assert refusal(prover, door, [door.proof(iat=iat)], NOON) == "use_dpop_nonce"
        assert read(prover, door, [door.proof(iat=iat, nonce=prover.nonce(NOON))], NOON)


def test_a_nonce_does_not_excuse_every_clock(prover: Prover, door: Door):
    """More than a minute ahead nothing is taken (FAPI 2.0, section 5.3.2.1), nor what is hours old."""
    noon = NOON.timestamp()
    for iat in (0, -5, noon - 3601, noon + 61, 10**400):
        for nonce in (None, prover.nonce(NOON)):
            told = refusal(prover, door, [door.proof(iat=iat, nonce=nonce)], NOON)
            assert told == "invalid_dpop_proof" or (nonce is None and iat < noon)


def test_where_a_nonce_is_required(prover: Prover, door: Door):
    """None is answered with one (section 8), and then that will do."""
    strict = replace(prover, nonce_required=True)
    now = int(NOON.timestamp())
    assert refusal(strict, door, [door.proof(iat=now)], NOON) == "use_dpop_nonce"
    assert read(strict, door, [door.proof(iat=now, nonce=strict.nonce(NOON))], NOON)


def test_how_long_a_nonce_is_good(prover: Prover, door: Door):
    """From five minutes on to ten; never one from the future."""
    sent = [door.proof(iat=NOON.timestamp(), nonce=prover.nonce(NOON))]
    for later in (timedelta(0), NONCE_LIFE * 2 - timedelta(seconds=1)):
        assert read(prover, door, sent, NOON + later)
    for moment in (NOON - timedelta(seconds=1), NOON + NONCE_LIFE * 2):
        assert refusal(prover, door, sent, moment) == "use_dpop_nonce"


def test_every_process_knows_the_nonce(town: World, prover: Prover):
    """It is remembered nowhere, and another instance has another."""
    settings = town.house.settings
    keys = KeyStore(settings.keystore_url, settings.keys_dir, settings.instance_id)
    assert Prover(keys, nonce_required=True).nonce(NOON) == prover.nonce(NOON)
    keys.close()
    assert len({prover.nonce(NOON + NONCE_LIFE * number) for number in range(5)}) == 5
    assert len(prover.nonce(NOON)) == 24


def test_a_proof_is_seen_once(town: World, prover: Prover, door: Door):
    """Whoever shows it again is refused; the same jti under another key is another proof."""
    proof = read(prover, door, [door.proof(jti="first")])
    other = read(prover, door, [door.proof(jti="first", key=ECKey.generate_key("P-256"))])
    for each in (proof, other):
        town.house.database.write_group(partial(see, proof=each))
        with pytest.raises(BadProof):
            town.house.database.write_group(partial(see, proof=each))
