"""Codes and PKCE: a code that is stolen, guessed, kept, replayed, or redeemed by another."""

from collections.abc import Callable
from dataclasses import replace

from time_machine import travel

from tests.attacks.stage import Came, Row, Scene, Stage, bound, came, in_hand, new_notice, nothing, spent
from tests.support.actors import answer, challenge, needed
from vrm import clock, consents

GRANT, REQUEST = "invalid_grant", "invalid_request"
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def after(seconds: float, attack: Callable[[Scene], Came]) -> Callable[[Scene], Came]:
    """The same attack, so many seconds later."""

    def late(scene: Scene) -> Came:
        with travel(clock.now().timestamp() + seconds):
            return came(attack(scene))

    return late


def _taken_back(stage: Stage) -> Scene:
    """A code whose consent was revoked before it was redeemed."""
    scene = in_hand(stage)
    person_id = scene.person.consumer_id
    newest, *_ = stage.house.database.read(lambda db: consents.list_consents(db, consumer_id=person_id))
    scene.person.revoke(newest.id)
    return scene


def _decided_anew(stage: Stage) -> Scene:
    """A code that waits while its person decides on a change of the same consent."""
    scene = spent(stage)
    consent_id = scene.more["grant_id"]
    codes = []
    for key in ("birthdate", "address"):
        plain = stage.company.request(needed(key))
        asked = stage.company.pushed(plain, grant_management_action="merge", grant_id=consent_id)
        codes.append((asked, answer(stage.mia.grant(asked))["code"]))
    return replace(scene, asked=codes[0][0], code=codes[0][1])


def _new_notice(stage: Stage) -> Scene:
    """A code of a company that has changed its notice since."""
    company = stage.world.company(name="Changing")
    asked = company.ask(needed("name"))
    scene = Scene(stage, company, stage.mia, asked=asked, code=answer(stage.mia.grant(asked))["code"])
    new_notice(stage, company)
    return scene


def _replayed(scene: Scene) -> Came:
    """What the first use yielded is tried after a second use."""
    scene.redeem()
    return scene.company.read(scene.more["access_token"])


def _renewed(scene: Scene) -> Came:
    scene.redeem()
    return scene.company.refresh(scene.more["refresh_token"])


def _push(scene: Scene, **changes: str | None) -> Came:
    params = {**scene.company.request(needed("name")).params, **changes}
    return scene.company.push({name: value for name, value in params.items() if value is not None})


def _with(**changes: str) -> Callable[[Scene], Came]:
    return lambda scene: scene.redeem(**changes)


def _pushing(**changes: str | None) -> Callable[[Scene], Came]:
    return lambda scene: _push(scene, **changes)


def _verifier_of_another(scene: Scene) -> Came:
    return scene.redeem(code_verifier=scene.company.ask(needed("name")).verifier)


ROWS = [
    Row("the same code a second time", "code once", spent, lambda s: s.redeem(), 400, GRANT),
    Row("a second later", "code once", spent, after(1, lambda s: s.redeem()), 400, GRANT),
    Row("again with another key", "code once", spent, lambda s: s.thief.redeem(s.request, s.code), 400, GRANT),
    Row("what it yielded reads after a replay", "code replay revokes", spent, _replayed, 401, "invalid_token"),
    Row("what it yielded is renewed after a replay", "code replay revokes", spent, _renewed, 400, GRANT),
    Row("another client redeems it", ("code of its client", "code of its address"), in_hand, lambda s: s.stage.other.redeem(s.request, s.code), 400, GRANT),
    Row("another client redeems it at its own address", "code of its client", in_hand, lambda s: s.stage.other.redeem(s.request, s.code, redirect_uri=s.company.redirect_uri), 400, GRANT),
    Row("a client with a secret redeems it", "code of its client", in_hand, lambda s: s.stage.simple.redeem(s.request, s.code, redirect_uri=s.company.redirect_uri), 400, GRANT),
    Row("after a minute", "code for a minute", in_hand, after(61, lambda s: s.redeem()), 400, GRANT),
    Row("after an hour", "code for a minute", in_hand, after(3600, lambda s: s.redeem()), 400, GRANT),
    Row("with another registered-looking address", "code of its address", in_hand, lambda s: s.redeem(redirect_uri=s.company.redirect_uri + "/"), 400, GRANT),
    Row("with an attacker's address", "code of its address", in_hand, _with(redirect_uri="https://evil.example/back"), 400, GRANT),
    Row("with no address", "code of its address", in_hand, _with(redirect_uri=""), 400, GRANT),
    Row("with another key than it was bound to by a proof", "code of its key", bound, lambda s: s.thief.redeem(s.request, s.code), 400, GRANT),
    Row("after its consent was revoked", "code of a good consent", _taken_back, lambda s: s.redeem(), 400, GRANT),
    Row("after the company's notice changed", "code of a good consent", _new_notice, lambda s: s.redeem(), 400, GRANT),
    Row("after its person decided anew", "code of the last decision", _decided_anew, lambda s: s.redeem(), 400, GRANT),
    Row("a code that was guessed", "code is looked up", in_hand, _with(code="A" * 48), 400, GRANT),
    Row("a code with one letter changed", "code is looked up", in_hand, lambda s: s.redeem(code=s.code[:-1] + SIGNS[SIGNS.index(s.code[-1]) ^ 1]), 400, GRANT),
    Row("a code with a blank behind it", "code is looked up", in_hand, lambda s: s.redeem(code=s.code + " "), 400, GRANT),
    # PKCE
    Row("no verifier", "verifier", in_hand, _with(code_verifier=""), 400, REQUEST),
    Row("a guessed verifier", "verifier", in_hand, _with(code_verifier="v" * 43), 400, GRANT),
    Row("the challenge as a verifier", "verifier", in_hand, lambda s: s.redeem(code_verifier=challenge(s.request.verifier)), 400, GRANT),
    Row("the verifier of another request", "verifier", in_hand, _verifier_of_another, 400, GRANT, ("pushed",)),
    Row("a verifier with one letter more", "verifier", in_hand, lambda s: s.redeem(code_verifier=s.request.verifier + "a"), 400, GRANT),
    Row("a verifier that is too short", "verifier", in_hand, _with(code_verifier="v" * 42), 400, REQUEST),
    Row("no challenge at all", "challenge S256", nothing, _pushing(code_challenge=None, code_challenge_method=None), 400, REQUEST),
    Row("a challenge without a method", "challenge S256", nothing, _pushing(code_challenge_method=None), 400, REQUEST),
    Row("a plain challenge", "challenge S256", nothing, _pushing(code_challenge="v" * 43, code_challenge_method="plain"), 400, REQUEST),
    Row("an empty challenge", "challenge S256", nothing, _pushing(code_challenge="", code_challenge_method=""), 400, REQUEST),
    Row("a method in small letters", "challenge S256", nothing, _pushing(code_challenge_method="s256"), 400, REQUEST),
]  # fmt: skip
