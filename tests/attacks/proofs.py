"""Possession: proofs that prove nothing, and tokens that somebody else shows.

Every wrong proof of ``tests/support/proofs.py`` is shown at the token endpoint, and at a read.
"""

from collections.abc import Callable
from dataclasses import replace

from joserfc.jwk import ECKey

from tests.attacks.assertions import OWN, spelled
from tests.attacks.stage import Came, Row, Scene, Stage, came, holding, nothing, simple
from tests.support.actors import bearer, normal
from tests.support.proofs import WRONG, WRONG_TOKEN, Door, Make

PROOF, TOKEN = "invalid_dpop_proof", "invalid_token"
PATH = "/v1/profile"

GUARDS: dict[str, str | tuple[str, ...]] = {
    "there is none": "proof required",
    "it is a client assertion": ("proof typ", "proof is read"),
    "its signature is bent": "proof signed",
    "its signature is missing": "proof signed",
    "its signature is of other claims": "proof signed",
    "another key signed it": "proof signed",
    "it is not signed, spelled oddly": ("algorithms", "proof signed"),
    "its algorithm is unknown": ("algorithms", "proof signed"),
    "it comes from the far future": "proof not far ahead",
    "it comes from beyond every calendar": "proof not far ahead",
    "it is longer than any proof": "signed text is short",
    "an extension must be understood": "crit",
    "it says its method twice": "each member once",
    "its address holds a tab": "proof address is spelled",
    "its address begins with a space": "proof address is spelled",
    "its key is private": "proof key is public",
    "a short RSA key signs it": "keys are strong",
    "it was made at not a number": "numbers are numbers",
    "its key is behind an address": "keys are in place",
    "its key is for encrypting": "keys for signing",
}
BY_BEGINNING = [
    ("it has no typ", "proof typ"), ("it is any JWT", "proof typ"), ("it is an access token", "proof typ"),
    ("it is not signed", "algorithms"), ("RS256", "algorithms"), ("ES384", "algorithms"), ("EdDSA", "algorithms"),
    ("its nonce", "proof nonce"),
    ("it names no method", "proof method"), ("it is for another method", "proof method"), ("its method", "proof method"),
    ("it names no address", "proof address"), ("its address", "proof address"), ("it is for", "proof address"),
    ("it was made", "proof time"), ("it is too old", "proof fresh"), ("it comes from", "proof fresh"),
    ("it has no jti", "proof has a jti"), ("its jti", "proof has a jti"),
    ("it is of", "proof of its token"), ("it names the token", "proof of its token"), ("its hash", "proof of its token"),
    ("another key made", "token of its key"),
]  # fmt: skip


BY_ANOTHER_KEY = {
    "RS256 signs it", "ES384 signs it", "a short RSA key signs it", "EdDSA is not named Ed25519", "another key signed it",
}  # fmt: skip
"""Proofs of another key than a token is bound to, whatever else is wrong with them. So is what cannot be read."""


def guard_of(what: str) -> str | tuple[str, ...]:
    """The guard that a wrong proof attacks."""
    if what in GUARDS:
        return GUARDS[what]
    return next((guard for begins, guard in BY_BEGINNING if what.startswith(begins)), "proof is read")


def guard_at_read(what: str) -> str | tuple[str, ...]:
    """The guards that it attacks beside a token, which is bound to a key."""
    guard = guard_of(what)
    named = (guard,) if isinstance(guard, str) else guard
    return (*named, "token of its key") if what in BY_ANOTHER_KEY or "proof is read" in named else guard


def _ask(make: Make) -> Callable[[Scene], Came]:
    """A token for the client itself, with this proof."""

    def attack(scene: Scene) -> Came:
        pairs = [("DPoP", each) for each in make(Door(scene.company, "POST", "/oauth/token"))]
        return scene.company.http.post("/oauth/token", data={**OWN, **scene.company.proof()}, headers=pairs)

    return attack


def _read(make: Make) -> Callable[[Scene], Came]:
    """A read with a good token, beside this proof."""

    def attack(scene: Scene) -> Came:
        token = scene.tokens.access_token
        pairs = [("DPoP", each) for each in make(Door(scene.company, "GET", PATH, token))]
        return scene.company.http.get(PATH, headers=[("Authorization", f"DPoP {token}"), *pairs])

    return attack


def _shown(stage: Stage) -> Scene:
    """A proof of a token request, and one of a read, that were taken."""
    scene = holding(stage)
    proof = scene.company.possession("POST", "/oauth/token")
    assert scene.company.token(dpop=proof, **OWN).status_code == 200
    headers = scene.company.shown("GET", PATH, scene.tokens.access_token)
    assert scene.company.http.get(PATH, headers=headers).status_code == 200
    return replace(scene, more={"proof": proof, "headers": headers})


def _ask_again(how: str) -> Callable[[Scene], Came]:
    return lambda scene: scene.company.token(dpop=spelled(scene.more["proof"], how), **OWN)


def _own_shown(stage: Stage) -> Scene:
    """A client's own token, and a proof that was taken beside it."""
    scene = holding(stage)
    own = scene.company.own_token()
    headers = scene.company.shown("GET", "/v1/consents", own)
    assert scene.company.http.get("/v1/consents", headers=headers).status_code == 200
    return replace(scene, more={"headers": headers})


def _list_again(scene: Scene) -> Came:
    return scene.company.http.get("/v1/consents", headers=scene.more["headers"])


def _read_again(how: str) -> Callable[[Scene], Came]:
    def attack(scene: Scene) -> Came:
        headers = scene.more["headers"]
        return scene.company.http.get(PATH, headers={**headers, "DPoP": spelled(headers["DPoP"], how)})

    return attack


def _proof_elsewhere(scene: Scene) -> Came:
    """A proof of a token request, shown to push with."""
    params = scene.company.request().params
    return scene.company.push(params, dpop=scene.company.possession("POST", "/oauth/token"))


def _proof_of_a_read(scene: Scene) -> Came:
    """What a resource saw, shown at another one."""
    token = scene.tokens.access_token
    proof = scene.company.possession("GET", "/v1/consents", token)
    return scene.company.http.get(PATH, headers={"Authorization": f"DPoP {token}", "DPoP": proof})


def _as_bearer(proof: bool) -> Callable[[Scene], Came]:
    def attack(scene: Scene) -> Came:
        token = scene.tokens.access_token
        more = {"DPoP": scene.company.possession("GET", PATH, token)} if proof else {}
        return scene.company.http.get(PATH, headers={**bearer(token), **more})

    return attack


def _without_nonce(scene: Scene) -> Came:
    with normal(scene.stage.house, dpop_nonce=True) as strict:
        company = replace(scene.company, http=strict.http())
        return came(company.token(**OWN))


def _unbound(stage: Stage) -> Scene:
    """A bearer token, as a sandbox gives them to clients with a secret."""
    scene = simple(stage)
    return replace(scene, more={"token": scene.company.own_token()})


def _as_bound(scene: Scene) -> Came:
    pretending = replace(scene.company, secret=None)
    return pretending.consents(token=scene.more["token"])


def _by_assertion_key(scene: Scene) -> Came:
    """A proof by the key that signs assertions, which is another one than the tokens are bound to."""
    thief = replace(scene.company, dpop_key=scene.company.key)
    return thief.read(scene.tokens.access_token)


def _two_keys(scene: Scene) -> Came:
    named = ECKey.generate_key("P-256").thumbprint()
    params = {**scene.company.request().params, "dpop_jkt": named}
    return scene.company.push(params, dpop=scene.company.possession("POST", "/oauth/par"))


def _no_thumbprint(named: str) -> Callable[[Scene], Came]:
    return lambda scene: scene.company.push({**scene.company.request().params, "dpop_jkt": named})


# Two headers meet over the wire alone: in this process the second takes the place of the first.
FORGED = [row for row in WRONG if row[0] != "there are two"]

ROWS = [
    *(Row(f"for a token, {what}", guard_of(what), nothing, _ask(make), 400, code) for what, make, code in FORGED),
    *(Row(f"for a read, {what}", guard_at_read(what), holding, _read(make), 401, code) for what, make, code in [*FORGED, *WRONG_TOKEN]),
    Row("a proof a second time", "proof once", _shown, _ask_again("as it was"), 400, PROOF),
    Row("a proof beside an own token a second time", "proof of an own token once", _own_shown, _list_again, 401, PROOF),
    Row("a proof of a read a second time", "proof of a read once", _shown, _read_again("as it was"), 401, PROOF),
    Row("a proof with the twin of its signature", "proof known by jti", _shown, _ask_again("twin"), 400, PROOF),
    Row("a proof of a read with the twin of its signature", "proof known by jti", _shown, _read_again("twin"), 401, PROOF),
    Row("a proof in another spelling", ("proof once", "one spelling"), _shown, _ask_again("another last letter"), 400, PROOF),
    Row("a proof with padding", ("proof once", "one spelling"), _shown, _ask_again("padded"), 400, PROOF),
    Row("a proof of another endpoint", "proof address", nothing, _proof_elsewhere, 400, PROOF),
    Row("a proof of another read", "proof address", holding, _proof_of_a_read, 401, PROOF),
    Row("a bound token alone", "bound tokens are no bearer tokens", holding, _as_bearer(proof=False), 401, TOKEN),
    Row("a bound token as bearer beside a good proof", "bound tokens are no bearer tokens", holding, _as_bearer(proof=True), 401, TOKEN),
    Row("a bearer token as bound", "bearer tokens are not bound", _unbound, _as_bound, 401, TOKEN),
    Row("a stolen token with the thief's proof", "token of its key", holding, lambda s: s.thief.read(s.tokens.access_token), 401, PROOF),
    Row("a token with a proof by another key of its client", "token of its key", holding, _by_assertion_key, 401, PROOF),
    Row("a stolen refresh token with the thief's proof", "refresh token of its key", holding, lambda s: s.thief.refresh(s.tokens.refresh_token), 400, "invalid_grant"),
    Row("a refresh token without a proof", "proof required", holding, lambda s: s.company.token(dpop="", grant_type="refresh_token", refresh_token=s.tokens.refresh_token), 400, PROOF),
    Row("no nonce where one is required", "nonce required", nothing, _without_nonce, 400, "use_dpop_nonce"),
    Row("a key that is named and another that is shown", "one key in a request", nothing, _two_keys, 400, "invalid_request"),
    *(Row(f"a dpop_jkt of {len(named)} signs", "dpop_jkt is a thumbprint", nothing, _no_thumbprint(named), 400, "invalid_request") for named in ("x", "x" * 42, "x" * 44)),
]  # fmt: skip
