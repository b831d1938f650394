"""DPoP (RFC 9449): a token is worth something only to whoever holds the key it is bound to."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx2
import pytest
from joserfc.jwk import ECKey
from time_machine import travel

from tests.support.actors import Asked, Company, Consumer, Held, World, answer, bearer, needed, normal, served
from tests.support.company import Company as Client
from tests.support.proofs import WRONG, WRONG_TOKEN, Door, Make
from tests.support.server import RunningServer
from vrm import clock, tokens
from vrm.ids import new_secret

ONE_ENGINE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
OWN = {"grant_type": "client_credentials"}
PATH = "/v1/profile"


@pytest.fixture(scope="module")
def company(town: World) -> Company:
    return town.company()


@pytest.fixture(scope="module")
def held(town: World, company: Company) -> Held:
    asked = company.ask(needed("name"))
    return company.take_back(asked, town.consumer().grant(asked))


def send(company: Company, method: str, path: str, proofs: list[str], data: dict, **headers: str):
    """A request with as many DPoP headers as there are proofs."""
    pairs = [*headers.items(), *(("DPoP", each) for each in proofs)]
    return company.http.request(method, path, data=data or None, headers=pairs)


ENDPOINTS = ["/oauth/token", "/oauth/par"]
# Two headers meet over the wire: reached in this process, the second would take the place of the first.
FORGED = [row for row in WRONG if row[0] != "there are two"]
FORGED_READS = FORGED + WRONG_TOKEN


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize(("what", "make", "code"), FORGED, ids=[row[0] for row in FORGED])
@pytest.mark.requirement("AS-G4", "AS-G9", "AS-G12", "C-1")
def test_a_proof_that_proves_nothing(company: Company, path: str, what: str, make: Make, code: str):
    """The authorization server answers by section 5, and by section 8 with a nonce; nothing is issued."""
    params = OWN if path == "/oauth/token" else company.request(needed("name")).params
    proofs = make(Door(company, "POST", path))
    response = send(company, "POST", path, proofs, {**params, **company.proof()})
    if path == "/oauth/par" and not proofs:
        assert response.status_code == 201  # a code may be bound later (section 10.1)
        return
    assert (response.status_code, response.json()["error"]) == (400, code), what
    assert ("DPoP-Nonce" in response.headers) == (code == "use_dpop_nonce")


@pytest.mark.parametrize(("what", "make", "code"), FORGED_READS, ids=[row[0] for row in FORGED_READS])
@pytest.mark.requirement("RS-5")
def test_a_read_that_proves_nothing(company: Company, held: Held, what: str, make: Make, code: str):
    """A resource is answered 401 with a challenge for each way to show a token (section 7.1)."""
    proofs = make(Door(company, "GET", PATH, held.access_token))
    response = send(company, "GET", PATH, proofs, {}, Authorization=f"DPoP {held.access_token}")
    assert (response.status_code, response.json()["code"]) == (401, code), what
    first, second = response.headers.get_list("www-authenticate")  # Bearer in a sandbox alone
    assert first.startswith(f'DPoP realm="vrm", error="{code}", algs="ES256 PS256 Ed25519", ')
    assert second.startswith('Bearer realm="vrm", ')
    for each in (first, second):
        assert f'resource_metadata="{company.issuer}/.well-known/oauth-protected-resource"' in each
    assert ("DPoP-Nonce" in response.headers) == (code == "use_dpop_nonce")


@pytest.mark.requirement("AS-G4", "BCP-5")
def test_tokens_are_bound(world: World):
    """Every token says how it is shown, and introspection to which key (sections 5 and 6.2)."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    got = company.redeem(asked, answer(mia.grant(asked))["code"]).json()
    again = company.refresh(got["refresh_token"]).json()
    own = company.token(**OWN).json()
    jkt = company.dpop_key.thumbprint()
    for body in (got, again, own):
        assert body["token_type"] == "DPoP"
        said = company.introspect(body["access_token"]).json()
        assert (said["token_type"], said["cnf"]) == ("DPoP", {"jkt": jkt})
    assert company.introspect(got["refresh_token"]).json()["cnf"] == {"jkt": jkt}


@pytest.mark.parametrize("scheme", ["DPoP", "dpop", "DPOP"])
@pytest.mark.requirement("RS-1")
def test_the_scheme_in_any_case(company: Company, held: Held, scheme: str):
    """Schemes know no case (RFC 9110, section 11.1)."""
    headers = company.shown("GET", PATH, held.access_token)
    response = company.http.get(PATH, headers={**headers, "Authorization": f"{scheme} {held.access_token}"})
    assert response.status_code == 200


@pytest.mark.requirement("AS-G4", "RS-5")
def test_a_bound_token_is_no_bearer_token(company: Company, held: Held):
    """Neither alone nor beside a good proof is it taken as one (section 7.2)."""
    proof = {"DPoP": company.possession("GET", PATH, held.access_token)}
    for headers in ({}, proof):
        response = company.http.get(PATH, headers={**bearer(held.access_token), **headers})
        assert (response.status_code, response.json()["code"]) == (401, "invalid_token")


def test_an_unbound_token_is_no_bound_one(town: World):
    """A proof beside it makes it none: who bears such a token shows it so."""
    simple = town.company(secret=True)
    token = simple.own_token()
    pretended = replace(simple, secret=None)
    response = pretended.consents(token=token)
    assert (response.status_code, response.json()["code"]) == (401, "invalid_token")
    assert simple.consents(token=token).status_code == 200


@pytest.mark.requirement("AS-G4", "RS-5")
def test_an_own_token_is_bound_too(company: Company):
    """What the client gets for itself needs its key as much (FAPI 2.0, section 5.3.2.1)."""
    token = company.own_token()
    assert company.consents(token=token).status_code == 200
    thief = replace(company, dpop_key=ECKey.generate_key("P-256"))
    assert thief.consents(token=token).json()["code"] == "invalid_dpop_proof"
    assert company.http.get("/v1/consents", headers=bearer(token)).status_code == 401


def test_a_key_that_is_a_proof_for_nobody_elses_token(world: World):
    """Two clients with the same key: each proof is of one token (section 4.3, number 12)."""
    company, mia = world.company(), world.consumer()
    first, second = (company.ask(needed("name")) for _ in range(2))
    one, other = (company.take_back(each, mia.grant(each)) for each in (first, second))
    proof = company.possession("GET", PATH, one.access_token)
    headers = {"Authorization": f"DPoP {other.access_token}", "DPoP": proof}
    assert company.http.get(PATH, headers=headers).json()["code"] == "invalid_dpop_proof"


SPELLINGS = [
    ("as it was", lambda proof: proof),
    ("another last letter", lambda proof: proof[:-1] + _spare(proof[-1])),
    ("padded", lambda proof: proof + "=="),
    ("a blank before it", lambda proof: " " + proof),
    ("plain base64", lambda proof: ".".join([*proof.split(".")[:2], proof.split(".")[2].replace("-", "+")])),
]


def _spare(letter: str) -> str:
    """Another letter for the same bits: 64 octets end in four bits that count for nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(letter) ^ 1]


@pytest.mark.parametrize(("what", "spell"), SPELLINGS, ids=[row[0] for row in SPELLINGS])
def test_a_proof_counts_once(world: World, what: str, spell):
    """However its signature is spelled the second time (section 11.1), at every door."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    headers = company.shown("GET", PATH, held.access_token)
    assert company.http.get(PATH, headers=headers).status_code == 200
    again = company.http.get(PATH, headers={**headers, "DPoP": spell(headers["DPoP"])})
    assert (again.status_code, again.json()["code"]) == (401, "invalid_dpop_proof"), what
    proof = company.possession("POST", "/oauth/token")
    assert company.token(dpop=proof, **OWN).status_code == 200
    assert company.token(dpop=spell(proof), **OWN).json()["error"] == "invalid_dpop_proof", what
    proof = company.possession("POST", "/oauth/par")
    company.pushed(company.request(needed("name")), dpop=proof)
    response = company.push(company.request(needed("name")).params, dpop=spell(proof))
    assert response.json()["error"] == "invalid_dpop_proof", what


@pytest.mark.parametrize(
    ("query", "more", "status"),
    [
        ("?keys=", {}, 400),
        ("", {"VRM-Purpose": "dpv:NotGranted"}, 403),
        ("", {"VRM-Agent": "two words"}, 400),
    ],
)
def test_a_proof_of_a_read_that_fails_is_used_up(
    company: Company, held: Held, query: str, more: dict[str, str], status: int
):
    """Whether the door refused the read or it never came there."""
    headers = company.shown("GET", PATH, held.access_token)
    assert company.http.get(PATH + query, headers={**headers, **more}).status_code == status
    again = company.http.get(PATH, headers=headers)
    assert (again.status_code, again.json()["code"]) == (401, "invalid_dpop_proof")
    assert "DPoP-Nonce" not in again.headers


def test_a_proof_beside_a_token_of_another_kind_is_used_up(company: Company):
    """The client's own token reads nobody, and its proof is spent all the same."""
    headers = company.shown("GET", PATH, company.own_token())
    assert company.http.get(PATH, headers=headers).status_code == 403
    assert company.http.get(PATH, headers=headers).status_code == 401


@pytest.mark.requirement("RS-5")
def test_a_proof_counts_once_on_every_process(server: RunningServer):
    """Of many requests at once with one proof, to several processes, one at most is answered."""
    with served(server) as world:
        company = world.company()
        token = company.own_token()
        headers = company.shown("GET", "/v1/consents", token)
        proof = company.possession("POST", "/oauth/token")
        clients = [replace(company, http=world.http()) for _ in range(12)]
        with ThreadPoolExecutor(len(clients)) as pool:
            read = list(pool.map(lambda each: each.http.get("/v1/consents", headers=headers), clients))
            got = list(pool.map(lambda each: each.token(dpop=proof, **OWN), clients))
        assert sorted(each.status_code for each in read) == [200] + [401] * 11
        assert sorted(each.status_code for each in got) == [200] + [400] * 11
        assert {each.json()["error"] for each in got if each.is_error} == {"invalid_dpop_proof"}


def test_two_headers(server: RunningServer):
    """Two proofs are none (section 4.3, number 1), wherever they meet on the way; two tokens neither."""
    with served(server) as world:
        company = world.company()
        door = Door(company, "POST", "/oauth/token")
        got = send(company, door.method, door.path, [door.proof(), door.proof()], {**OWN, **company.proof()})
        assert (got.status_code, got.json()["error"]) == (400, "invalid_dpop_proof")
        token = company.own_token()
        door = Door(company, "GET", "/v1/consents", token)
        shown = f"DPoP {token}"
        read = send(company, door.method, door.path, [door.proof(), door.proof()], {}, Authorization=shown)
        assert (read.status_code, read.json()["code"]) == (401, "invalid_dpop_proof")
        both = [("Authorization", shown), ("Authorization", shown), ("DPoP", door.proof())]
        twice = company.http.get(door.path, headers=both)
        assert (twice.status_code, twice.json()["code"]) == (401, "invalid_token")


def with_nonce(company: Company, response: httpx2.Response) -> Client:
    """The same client, which puts the nonce it was told into each proof from now on."""

    class Told(Client):
        def possession(self, *request, **claims):
            return super().possession(*request, **{"nonce": nonce, **claims})

    nonce = response.headers["DPoP-Nonce"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{24}", nonce)
    return Told(**vars(company))


@ONE_ENGINE
@pytest.mark.requirement("AS-G9")
def test_where_a_nonce_is_required(world: World):
    """Every door asks for one, says which (sections 8 and 9), and takes it (VRM_DPOP_NONCE)."""
    with normal(world.house, dpop_nonce=True) as strict:
        company, mia = strict.company(), strict.consumer()
        plain = company.request(needed("name"))
        pushed = company.push(plain.params, dpop=company.possession("POST", "/oauth/par"))
        got = company.token(**OWN)
        for response in (pushed, got):
            assert (response.status_code, response.json()["error"]) == (400, "use_dpop_nonce")
        told = with_nonce(company, got)
        asked = told.pushed(plain, dpop=told.possession("POST", "/oauth/par"))
        held = told.take_back(asked, mia.grant(asked))
        refused = company.read(held.access_token)
        assert (refused.status_code, refused.json()["code"]) == (401, "use_dpop_nonce")
        assert 'error="use_dpop_nonce"' in refused.headers["www-authenticate"]
        assert with_nonce(company, refused).read(held.access_token).status_code == 200
        assert told.refresh(held.refresh_token).status_code == 200
        with travel(clock.now().timestamp() + 601):
            assert told.token(**OWN).json()["error"] == "use_dpop_nonce"  # that nonce is too old


@pytest.mark.parametrize("wrong", [-3000, 40])
@pytest.mark.requirement("AS-G9")
def test_a_wrong_clock_recovers(world: World, wrong: int):
    """Whoever's clock is off is given a nonce, and gets along with it, where none is required."""
    company, mia = world.company(), world.consumer()

    class Wrong(Client):
        def possession(self, *request, **claims):
            return super().possession(*request, **{"iat": int(clock.now().timestamp()) + wrong, **claims})

    off = Wrong(**vars(company))
    refused = off.token(**OWN)
    assert refused.json()["error"] == "use_dpop_nonce"
    nonce = refused.headers["DPoP-Nonce"]
    proof = off.possession("POST", "/oauth/token", nonce=nonce)
    assert company.token(dpop=proof, **OWN).status_code == 200
    assert company.token(dpop=proof, **OWN).json()["error"] == "invalid_dpop_proof"
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    refused = off.read(held.access_token)
    assert refused.json()["code"] == "use_dpop_nonce"
    headers = off.shown("GET", PATH, held.access_token, nonce=refused.headers["DPoP-Nonce"])
    assert company.http.get(PATH, headers=headers).status_code == 200


@pytest.mark.parametrize("ahead", [-10, 8])
@pytest.mark.requirement("AS-G12")
def test_a_clock_that_is_a_little_off(company: Company, ahead: int):
    """Ten seconds behind and a little ahead are taken without more (FAPI 2.0, section 5.3.2.1)."""
    iat = int(clock.now().timestamp()) + ahead
    assert company.token(dpop=company.possession("POST", "/oauth/token", iat=iat), **OWN).status_code == 200


@pytest.mark.requirement("BCP-6")
def test_a_refresh_with_another_key(world: World):
    """A refresh token goes on with the key of its first proof, and with no other (section 5)."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    thief = replace(company, dpop_key=ECKey.generate_key("P-256"))
    assert thief.refresh(held.refresh_token).json()["error"] == "invalid_grant"
    bare = company.token(dpop="", grant_type="refresh_token", refresh_token=held.refresh_token)
    assert bare.json()["error"] == "invalid_dpop_proof"
    assert company.refresh(held.refresh_token).status_code == 200


def test_a_refresh_token_from_before_tokens_were_bound(world: World):
    """It is bound to the key of its first use from then on."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    secret, now = new_secret("vrm_rt_"), clock.now()

    def issue(session) -> None:
        row = tokens.find_token(session, held.refresh_token, now=now)
        assert row is not None
        grantee = tokens.Grantee(row.client_id, row.consumer_id, row.consent_id, row.epoch)
        tokens.issue_token(
            session.connection(),
            secret,
            kind="refresh",
            grantee=grantee,
            scope="",
            expires_at=row.expires_at,
            now=now,
        )

    world.house.database.write(issue)
    got = company.refresh(secret)
    assert got.json()["token_type"] == "DPoP"
    other = replace(company, dpop_key=ECKey.generate_key("P-256"))
    assert other.refresh(secret).json()["error"] == "invalid_grant"
    assert company.refresh(secret).status_code == 200
    assert company.read(got.json()["access_token"]).status_code == 200


def bound(company: Company, how: str) -> Asked:
    """A request whose code is bound to the company's key as it is pushed (section 10)."""
    plain = company.request(needed("name"))
    named = {"dpop_jkt": company.dpop_key.thumbprint()} if "named" in how else {}
    return company.pushed(
        plain, dpop=company.possession("POST", "/oauth/par") if "proved" in how else "", **named
    )


@pytest.mark.parametrize("how", ["named", "proved", "named and proved"])
@pytest.mark.requirement("AS-G11")
def test_a_code_that_is_bound_as_it_is_asked_for(world: World, how: str):
    """Whoever steals it cannot use it with a key of their own; its owner still can, once."""
    company, mia = world.company(), world.consumer()
    asked = bound(company, how)
    code = answer(mia.grant(asked))["code"]
    thief = replace(company, dpop_key=ECKey.generate_key("P-256"))
    assert thief.redeem(asked, code).json()["error"] == "invalid_grant"
    assert company.redeem(asked, code).status_code == 200
    assert company.redeem(asked, code).json()["error"] == "invalid_grant"


def test_a_code_that_is_bound_to_no_key_yet(world: World):
    """Then the key that redeems it is the one its tokens are bound to."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    other = replace(company, dpop_key=ECKey.generate_key("P-256"))
    held = other.take_back(asked, mia.grant(asked))
    assert other.read(held.access_token).status_code == 200
    assert company.read(held.access_token).json()["code"] == "invalid_dpop_proof"


def test_a_code_without_a_proof(world: World):
    """No token without a proof, and the code stays good for whoever brings one (section 5)."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    code = answer(mia.grant(asked))["code"]
    params = {"redirect_uri": company.redirect_uri, "code_verifier": asked.verifier}
    bare = company.token(dpop="", grant_type="authorization_code", code=code, **params)
    assert (bare.status_code, bare.json()["error"]) == (400, "invalid_dpop_proof")
    assert company.redeem(asked, code).status_code == 200


@pytest.mark.requirement("AS-G11")
def test_dpop_jkt_and_the_proof_differ(company: Company):
    """What names one key and shows another is refused (section 10.1)."""
    params = {**company.request(needed("name")).params, "dpop_jkt": ECKey.generate_key("P-256").thumbprint()}
    response = company.push(params, dpop=company.possession("POST", "/oauth/par"))
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("named", ["short", "x" * 42, "x" * 44, "x" * 42 + "=", "x" * 42 + "+"])
def test_a_dpop_jkt_that_is_no_thumbprint(company: Company, named: str):
    """It is 43 characters of base64url, or nothing could ever be bound to it."""
    params = {**company.request(needed("name")).params, "dpop_jkt": named}
    assert company.push(params).json()["error"] == "invalid_request"


def test_a_jti_is_a_keys_own(company: Company):
    """Nobody uses up what another key may still show."""
    for key in (company.dpop_key, ECKey.generate_key("P-256")):
        client = replace(company, dpop_key=key)
        assert (
            client.token(dpop=client.possession("POST", "/oauth/token", jti="shared"), **OWN).status_code
            == 200
        )


def test_a_person_needs_no_proof(world: World):
    """Pages are for browsers: a stray DPoP header changes nothing there."""
    mia: Consumer = world.consumer()
    assert mia.http.get("/home", headers={"DPoP": "x"}).status_code == 200
