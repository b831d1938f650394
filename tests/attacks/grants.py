"""More than was allowed: other scopes, other tokens, other clients, other people, other consents."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.attacks.codes import after
from tests.attacks.stage import (
    Came,
    Row,
    Scene,
    Stage,
    changed,
    holding,
    nothing,
    paused,
    read_once,
    revoked,
    two_purposes,
)
from tests.support.actors import MARKETING, answer, line, needed
from tests.support.openid import signed_in
from vrm import clock, companies

GRANT, SCOPE, TOKEN, ENOUGH = "invalid_grant", "invalid_scope", "invalid_token", "insufficient_scope"
QUERY, REVOKE = "grant_management_query", "grant_management_revoke"
ENDED = "consent_ended"


def own(scene: Scene, scope: str = "") -> str:
    response = scene.company.token(grant_type="client_credentials", **({"scope": scope} if scope else {}))
    return str(response.json()["access_token"])


def _get(scene: Scene, path: str, token: str, method: str = "GET", **more: Any) -> Came:
    return scene.company.http.request(method, path, headers=scene.company.shown(method, path, token), **more)


def own_with(scope: str) -> Callable[[Stage], Scene]:
    """A client's own token with this scope, beside tokens of a consent."""

    def arrange(stage: Stage) -> Scene:
        scene = holding(stage)
        return replace(scene, more={"own": own(scene, scope)})

    return arrange


def grant(scene: Scene, method: str = "GET", grant_id: str = "") -> Came:
    path = f"/oauth/grants/{grant_id or scene.tokens.consent_id}"
    return _get(scene, path, scene.more["own"], method)


def _still_active(scene: Scene) -> Came:
    said = scene.company.introspect(scene.tokens.access_token)
    return said.status_code, "active" if said.json()["active"] else "inactive"


def _with_new_tokens(scene: Scene) -> Came:
    token = scene.company.refresh(scene.tokens.refresh_token).json()["access_token"]
    return scene.company.read(token, keys="name")


def _merged_after_use(stage: Stage) -> Scene:
    """What was read once stays in a change by which another line came in."""
    scene = read_once(stage)
    held = scene.tokens
    grant = {"grant_management_action": "merge", "grant_id": held.consent_id}
    asked = stage.company.pushed(stage.company.request(needed("email")), **grant)
    return replace(scene, held=stage.company.take_back(asked, stage.mia.grant(asked)))


def _for_itself(scope: str) -> Callable[[Scene], Came]:
    return lambda scene: scene.company.token(grant_type="client_credentials", scope=scope)


def _signed_in(scope: str, *take: str) -> Callable[[Stage], Scene]:
    """Tokens of somebody who signed in with these scopes, and allowed these lines of them."""

    def arrange(stage: Stage) -> Scene:
        changed(stage, scope_purpose="dpv:DeliveryOfGoods")
        got = signed_in(stage.company, stage.mia, scope, take=take)
        return replace(nothing(stage), more=got)

    return arrange


def _refresh_with(scope: str) -> Callable[[Scene], Came]:
    return lambda scene: scene.company.token(
        grant_type="refresh_token", refresh_token=scene.more["refresh_token"], scope=scope
    )


def _scope_told(scene: Scene) -> Came:
    return 200, str(scene.company.refresh(scene.more["refresh_token"]).json().get("scope"))


def _userinfo(token: Callable[[Scene], str]) -> Callable[[Scene], Came]:
    return lambda scene: _get(scene, "/oauth/userinfo", token(scene))


def _with_more(stage: Stage) -> Scene:
    """Tokens of somebody who signed in, and allowed a line for the same purpose that no scope asked for."""
    changed(stage, scope_purpose="dpv:DeliveryOfGoods")
    plain = stage.company.request(needed("name"))
    asked = stage.company.pushed(plain, scope="openid email")
    got = stage.company.redeem(asked, answer(stage.mia.grant(asked, take=("1",)))["code"]).json()
    return replace(nothing(stage), more=got)


def _claims(scene: Scene) -> Came:
    body = scene.company.http.get(
        "/oauth/userinfo", headers=scene.company.shown("GET", "/oauth/userinfo", scene.more["access_token"])
    ).json()
    return 200, ",".join(sorted(body))


def _read(purpose: str | None = None, keys: str | None = None) -> Callable[[Scene], Came]:
    return lambda scene: scene.company.read(scene.tokens.access_token, purpose, keys)


def _suspended_holder(stage: Stage) -> Scene:
    """Good tokens of a client that was suspended since."""
    company = stage.world.company(name="Ending")
    asked = company.ask(needed("name"))
    held = company.take_back(asked, stage.mia.grant(asked))
    stage.house.database.write(
        lambda db: companies.suspend_client(db, client_id=company.client_id, now=clock.now())
    )
    return Scene(stage, company, stage.mia, held=held)


def _given_back_holder(stage: Stage) -> Scene:
    """An access token that its client gave back."""
    asked = stage.company.ask(needed("name"))
    held = stage.company.take_back(asked, stage.mia.grant(asked))
    stage.company.give_back(held.refresh_token)
    return replace(nothing(stage), held=held)


def _in_query(scene: Scene) -> Came:
    token = scene.tokens.access_token
    proof = {"DPoP": scene.company.possession("GET", "/v1/profile", token)}
    return scene.company.http.get("/v1/profile", params={"access_token": token}, headers=proof)


def _amended_tokens(stage: Stage) -> Scene:
    """Tokens from before a change of their consent, whose code was redeemed."""
    asked = stage.company.ask(needed("name"))
    old = stage.company.take_back(asked, stage.mia.grant(asked))
    plain = stage.company.request(line("birthdate"))
    grant = {"grant_management_action": "merge", "grant_id": old.consent_id}
    change = stage.company.pushed(plain, **grant)
    stage.company.take_back(change, stage.mia.grant(change))
    return replace(nothing(stage), held=old)


ROWS = [
    Row("a client asks for a person's scopes for itself", "own scopes are known", nothing, _for_itself("openid email"), 400, SCOPE),
    Row("a client asks for everything", "own scopes are known", nothing, _for_itself(f"{QUERY} admin"), 400, SCOPE),
    Row("a grant is looked at with a token for reading", "own token needs its scope", own_with(""), grant, 403, ENOUGH),
    Row("a grant is ended with a token for looking", "own token needs its scope", own_with(QUERY), lambda s: grant(s, "DELETE"), 403, ENOUGH),
    Row("consents are listed with a token for grants", "own token of one use", own_with(QUERY), lambda s: s.company.consents(token=s.more["own"]), 403, ENOUGH),
    Row("values are read with a token for grants", "own token of one use", own_with(REVOKE), lambda s: s.company.read_many([s.tokens.consent_id], token=s.more["own"]), 403, ENOUGH),
    Row("a client's own token reads a profile", "token of a consent", own_with(""), lambda s: s.company.read(s.more["own"]), 403, ENOUGH),
    Row("a consent's token lists all consents", "client's own token", holding, lambda s: s.company.consents(token=s.tokens.access_token), 403, ENOUGH),
    Row("a consent's token ends a consent", ("client's own token", "own token needs its scope"), holding, lambda s: _get(s, f"/oauth/grants/{s.tokens.consent_id}", s.tokens.access_token, "DELETE"), 403, ENOUGH),
    Row("a refresh asks for more scopes", "refresh keeps its scope", _signed_in("openid"), _refresh_with("openid email"), 400, SCOPE),
    Row("a refresh asks for an unknown scope", "refresh keeps its scope", _signed_in("openid"), _refresh_with("openid admin"), 400, SCOPE),
    Row("a refresh asks for fewer scopes", "refresh narrows nothing", _signed_in("openid profile", "0"), _refresh_with("openid"), 400, SCOPE),
    Row("a refresh asks for another part of its scopes", "refresh narrows nothing", _signed_in("openid profile", "0"), _refresh_with("profile"), 400, SCOPE),
    Row("a scope that the person left out", "scope as it was granted", _signed_in("openid email"), _scope_told, 200, "openid", ("token",)),
    Row("who someone is, with a token that is for no sign-in", "sign-in needs openid", holding, _userinfo(lambda s: s.tokens.access_token), 403, ENOUGH),
    Row("who someone is, with the client's own token", "token of a consent", own_with(""), _userinfo(lambda s: s.more["own"]), 403, ENOUGH),
    Row("claims that no scope asked for", "claims as they were granted", _with_more, _claims, 200, "email,sub", ("read",)),
    Row("an unknown scope in a request", "request scopes are known", nothing, lambda s: s.company.push({**s.company.request(needed("name")).params, "scope": "openid admin"}), 400, SCOPE),
    Row("a refresh token as an access token", "access tokens read", holding, lambda s: s.company.read(s.tokens.refresh_token), 401, TOKEN),
    Row("an access token as a refresh token", "refresh tokens refresh", holding, lambda s: s.company.refresh(s.tokens.access_token), 400, GRANT),
    Row("an access token in the address", "token in the header", holding, _in_query, 401, "token_required"),
    Row("a purpose that was not allowed", "purpose as granted", holding, _read(MARKETING), 403, "purpose_not_permitted"),
    Row("a key of another purpose", "keys as granted", two_purposes, _read("dpv:DeliveryOfGoods", "email"), 403, "keys_not_permitted"),
    Row("a key that was not allowed", "keys as granted", holding, _read(None, "birthdate"), 403, "keys_not_permitted"),
    Row("no purpose where there are two", "purpose named", two_purposes, _read(), 400, "purpose_required"),
    Row("a read after the revoke", "read under a good consent", revoked, _read(), 401, ENDED),
    Row("a read while it is paused", "paused is refused", paused, _read(), 403, "consent_paused"),
    Row("a token of what is paused, told as good", "paused is worth nothing", paused, _still_active, 200, "inactive"),
    Row("a second use of what is for once, with tokens that are new", "read as often as allowed", read_once, after(601, _with_new_tokens), 429, "too_soon", ("token",)),
    Row("a second use of what is for once, with a change that leaves it as it is", "a line that stays is as used as it was", _merged_after_use, after(601, _with_new_tokens), 429, "too_soon", ("token",)),
    Row("a refresh after the revoke", "refresh under a good consent", revoked, lambda s: s.company.refresh(s.tokens.refresh_token), 400, GRANT),
    Row("a read with tokens from before a change", "read in its epoch", _amended_tokens, _read(), 401, ENDED),
    Row("a refresh from before a change", "refresh under a good consent", _amended_tokens, lambda s: s.company.refresh(s.tokens.refresh_token), 400, GRANT),
    Row("a read by a suspended client", "suspended clients read nothing", _suspended_holder, _read(), 403, "client_suspended"),
    Row("a token that was given back", "token until given back", _given_back_holder, _read(), 401, TOKEN),
    Row("a token after its ten minutes", "token for ten minutes", holding, after(601, _read()), 401, TOKEN),
]  # fmt: skip
