"""Every error a developer can meet at the OAuth endpoints: the standard's code, and a sentence that says what to do.

The library that raises many of them has sentences of its own, which name a parameter and stop there. None may leave.
"""

import ast
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import authlib.oauth2
import httpx2
import joserfc
import pytest
from joserfc.jwk import ECKey

from tests.support.actors import Asked, Company, Consumer, World, answer, needed
from tests.support.company import Held
from vrm.web.descriptions import PLAIN


class Met:
    """A company that holds a consent and a fresh code, a stranger to it, and what they can do wrong."""

    def __init__(self, world: World) -> None:
        self.company, self.stranger = world.company(), world.company(name="Stranger")
        self.mia: Consumer = world.consumer()
        asked = self.company.ask(needed("name"))
        self.held: Held = self.company.take_back(asked, self.mia.grant(asked))
        self.asked: Asked = self.company.ask(needed("email"))
        self.code = answer(self.mia.grant(self.asked))["code"]

    def own(self, **params: str) -> httpx2.Response:
        return self.company.token(**{"grant_type": "client_credentials", **params})

    def asserting(self, **claims: Any) -> httpx2.Response:
        return self.company.token(
            self.company.proof(self.company.assertion(**claims)), grant_type="client_credentials"
        )

    def redeem(self, **changes: str) -> httpx2.Response:
        return self.company.redeem(self.asked, changes.pop("code", self.code), **changes)

    def push(self, **changes: str) -> httpx2.Response:
        params = {**self.company.request(needed("name")).params, **changes}
        return self.company.push({name: value for name, value in params.items() if value != "-"})

    def twice(self) -> httpx2.Response:
        proof = self.company.proof()
        assert self.company.token(proof, grant_type="client_credentials").status_code == 200
        return self.company.token(proof, grant_type="client_credentials")


def posted(company: Company, path: str, **params: str) -> httpx2.Response:
    return company.http.post(path, data=params)


ASSERTION = "urn:ietf:params:oauth:client-assertion-type:"
Row = tuple[str, Callable[[Met], httpx2.Response], int, str, str]
ROWS: list[Row] = [
    # The client
    ("no proof", lambda m: posted(m.company, "/oauth/token", grant_type="client_credentials"), 400, "invalid_client", "^Prove who you are with private_key_jwt"),
    ("a secret it has not", lambda m: m.company.token({"client_id": m.company.client_id, "client_secret": "x"}, grant_type="client_credentials"), 400, "invalid_client", "unknown, not approved yet, or suspended, or it has another secret"),
    ("a proof of a strange type", lambda m: m.company.token({"client_assertion_type": ASSERTION + "saml2-bearer", "client_assertion": "x"}, grant_type="client_credentials"), 400, "invalid_client", "^Prove who you are .* by a client_assertion of the client_assertion_type urn:"),
    ("an unknown client", lambda m: m.asserting(iss="x", sub="x"), 400, "invalid_client", "Ask the operator"),
    ("no sub", lambda m: m.asserting(sub=None), 400, "invalid_client", "^The iss and sub .* are both the client_id"),
    ("a sub that is no text", lambda m: m.asserting(sub=7), 400, "invalid_client", "^The iss and sub .* are both the client_id"),
    ("no iss", lambda m: m.asserting(iss=None), 400, "invalid_client", "^The iss and sub .* are both the client_id"),
    ("another iss", lambda m: m.asserting(iss="x"), 400, "invalid_client", "^The iss and sub .* are both the client_id"),
    ("another aud", lambda m: m.asserting(aud="https://other.example"), 400, "invalid_client", "^The aud .* is the issuer"),
    ("several aud", lambda m: m.asserting(aud=["https://other.example"]), 400, "invalid_client", "aud .* is one string"),
    ("an assertion that is over", lambda m: m.asserting(exp=int(time.time()) - 60), 400, "invalid_client", "has expired. Sign a new one"),
    ("an assertion without an end", lambda m: m.asserting(exp=None), 400, "invalid_client", "expires within an hour"),
    ("an assertion of tomorrow", lambda m: m.asserting(nbf=int(time.time()) + 86400), 400, "invalid_client", "Set your clock"),
    ("an assertion made tomorrow", lambda m: m.asserting(iat=int(time.time()) + 86400), 400, "invalid_client", "Set your clock"),
    ("a moment that is no number", lambda m: m.asserting(nbf="today"), 400, "invalid_client", "seconds since 1970"),
    ("no jti", lambda m: m.asserting(jti=None), 400, "invalid_client", "needs a jti"),
    ("an assertion twice", lambda m: m.twice(), 400, "invalid_client", "was used before. Sign a new one"),
    ("another key", lambda m: m.asserting(key=ECKey.generate_key("P-256")), 400, "invalid_client", "Sign it with a key that is registered"),
    ("no JWT", lambda m: m.company.token(m.company.proof("x"), grant_type="client_credentials"), 400, "invalid_client", "JWT signed with ES256, PS256 or Ed25519"),
    ("another client_id beside", lambda m: m.own(client_id="x"), 400, "invalid_client", "not that of the client who proves itself"),
    # The token endpoint
    ("no grant type", lambda m: m.company.token(), 400, "unsupported_grant_type", "^Send a grant_type .* authorization_code, refresh_token, client_credentials"),
    ("a grant type of others", lambda m: m.company.token(grant_type="password"), 400, "unsupported_grant_type", "^Send a grant_type"),
    ("a scope for oneself", lambda m: m.own(scope="all"), 400, "invalid_scope", "without a scope, or with grant_management_query"),
    ("another API", lambda m: m.own(resource="https://other.example"), 400, "invalid_target", "Send that as the resource, or leave it out"),
    ("less than the grant", lambda m: m.own(authorization_details="[]"), 400, "invalid_authorization_details", "Leave authorization_details out"),
    ("a proof that is none", lambda m: m.company.token(grant_type="client_credentials", dpop="x"), 400, "invalid_dpop_proof", "JWT signed with"),
    ("no code", lambda m: m.company.token(grant_type="authorization_code"), 400, "invalid_request", "^Send the code"),
    ("an unknown code", lambda m: m.redeem(code="x"), 400, "invalid_grant", "^This code is unknown, was used, .* Send the person"),
    ("another's code", lambda m: m.stranger.redeem(m.asked, m.code), 400, "invalid_grant", "^This code is unknown, was used, .* Send the person"),
    ("another redirect URI", lambda m: m.redeem(redirect_uri="https://x.example/"), 400, "invalid_grant", "^Send the redirect_uri of the authorization request"),
    ("no verifier", lambda m: m.redeem(code_verifier=""), 400, "invalid_request", "^Send the code_verifier"),
    ("half a verifier", lambda m: m.redeem(code_verifier="x"), 400, "invalid_request", "^Send a code_verifier of 43 to 128"),
    ("another verifier", lambda m: m.redeem(code_verifier="x" * 43), 400, "invalid_grant", "not the one .* Keep it beside the state"),
    ("no refresh token", lambda m: m.company.token(grant_type="refresh_token"), 400, "invalid_request", "^Send the refresh_token"),
    ("an unknown refresh token", lambda m: m.company.refresh("x"), 400, "invalid_grant", "^This refresh_token is unknown, .* Ask the person again"),
    ("another's refresh token", lambda m: m.stranger.refresh(m.held.refresh_token), 400, "invalid_grant", "^This refresh_token is unknown, .* Ask the person again"),
    ("a scope it has not", lambda m: m.company.token(grant_type="refresh_token", refresh_token=m.held.refresh_token, scope="openid"), 400, "invalid_scope", "^Ask for scopes that the refresh token has, or for none"),
    # Looking at tokens, and giving them back
    ("looking at nothing", lambda m: m.company.introspect(""), 400, "invalid_request", "^Send the token"),
    ("giving back nothing", lambda m: m.company.give_back(""), 400, "invalid_request", "^Send the token"),
    ("giving back another's", lambda m: m.stranger.give_back(m.held.access_token), 400, "invalid_grant", "Let that one give it back"),
    # Asking
    ("no response type", lambda m: m.push(response_type="-"), 400, "unsupported_response_type", "^Send response_type=code"),
    ("another response type", lambda m: m.push(response_type="token"), 400, "unsupported_response_type", "^Send response_type=code"),
    ("no redirect URI", lambda m: m.push(redirect_uri="-"), 400, "invalid_request", "redirect_uri is missing, or not one that this client registered"),
    ("no challenge", lambda m: m.push(code_challenge="-"), 400, "invalid_request", "^Send a code_challenge with the method S256"),
    ("half a challenge", lambda m: m.push(code_challenge="x"), 400, "invalid_request", "^Send as code_challenge the SHA-256 hash"),
    ("a scope nobody knows", lambda m: m.push(scope="everything"), 400, "invalid_scope", "everything"),
    ("nothing asked for", lambda m: m.push(authorization_details="-"), 400, "invalid_authorization_details", "^Say in authorization_details"),
    ("an ask for another API", lambda m: m.push(resource="https://other.example"), 400, "invalid_target", "Send that as the resource"),
    ("another's consent", lambda m: m.push(grant_id="x", grant_management_action="merge"), 400, "invalid_grant_id", "Leave it out to ask"),
]  # fmt: skip


@pytest.fixture(scope="module")
def met(town: World) -> Met:
    return Met(town)


@pytest.fixture(scope="module")
def theirs() -> frozenset[str]:
    """Every sentence that stands in the libraries."""
    folders = [Path(authlib.oauth2.__path__[0]), Path(joserfc.__path__[0])]
    trees = (ast.parse(file.read_text()) for folder in folders for file in folder.rglob("*.py"))
    nodes = (node for tree in trees for node in ast.walk(tree))
    return frozenset(
        node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@pytest.mark.parametrize(("what", "make", "status", "error", "said"), ROWS, ids=[row[0] for row in ROWS])
def test_an_error_has_its_code_and_says_what_to_do(
    met: Met,
    theirs: frozenset[str],
    what: str,
    make: Callable[[Met], httpx2.Response],
    status: int,
    error: str,
    said: str,
):
    """The code is the standard's; the sentence is ours, and of the characters it may have (RFC 6749, section 5.2)."""
    response = make(met)
    assert (response.status_code, response.json()["error"]) == (status, error), (what, response.text)
    description = response.json()["error_description"]
    assert re.search(said, description), (what, description)
    assert PLAIN.fullmatch(description) and description.endswith("."), what
    assert description not in theirs and not re.match("(Missing|Invalid) ", description), what


def test_a_person_who_says_no_is_told_in_our_words(world: World):
    """What the client hears through the browser is described as well (RFC 6749, section 4.1.2.1)."""
    company, mia = world.company(), world.consumer()
    said = answer(mia.refuse(company.ask(needed("name"))))
    assert (said["error"], said["error_description"]) == (
        "access_denied",
        "The person said no, and nothing was granted. Go on without it.",
    )


def test_the_own_api_may_be_named(world: World):
    """Its issuer is the one resource there is (RFC 8707), at every step, as often as one likes, with a / or without."""
    company, mia = world.company(), world.consumer()
    own = {"resource": company.issuer}
    asked = company.pushed(company.request(needed("name")), **own)
    code = answer(mia.grant(asked))["code"]
    assert company.redeem(asked, code, **own).status_code == 200
    body = {
        "grant_type": "client_credentials",
        "resource": [company.issuer, company.issuer + "/"],
        **company.proof(),
    }
    headers = {"DPoP": company.possession("POST", "/oauth/token")}
    assert company.http.post("/oauth/token", data=body, headers=headers).status_code == 200


@pytest.mark.parametrize("more", ["//", "/v1", "/?", "?", "#", "/#", " ", "/.", ":8000/"])
def test_nothing_else_is_the_own_api(town: World, more: str):
    """No path but the empty one, in its two spellings, and nothing after it."""
    company = town.company()
    sent = {**company.request(needed("name")).params, "resource": company.issuer + more}
    assert company.push(sent).json()["error"] == "invalid_target"
