"""Signing in again without a page: with a consent that does not stand, for more, by somebody else, half signed in."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from time_machine import travel

from tests.attacks.stage import Came, Row, Scene, Stage, new_notice
from tests.support.actors import DELIVERY, Consumer, needed
from tests.support.openid import asked_for, signed_in
from vrm import clock, consents

SILENT = {"prompt": "none"}


def _known(stage: Stage) -> Scene:
    """Somebody who signed in at a company that nobody else did, and what it asks for when they come back."""
    company = stage.world.company(name="Known", purposes=[DELIVERY])
    got = signed_in(company, stage.mia, "openid email", take=("0",))
    asked = asked_for(company, "openid email", **SILENT)
    return Scene(stage, company, stage.mia, asked=asked, more=got)


def _come_back(scene: Scene) -> Came:
    return scene.person.http.get(scene.request.address)


def _fetch_ahead(scene: Scene) -> Came:
    return scene.person.http.get(scene.request.address, headers={"Sec-Purpose": "prefetch"})


def _revoked(stage: Stage) -> Scene:
    scene = _known(stage)
    scene.person.revoke(scene.more["grant_id"])
    return scene


def _returned(stage: Stage) -> Scene:
    """Its client gave it back."""
    scene = _known(stage)
    stage.house.database.write(
        lambda db: consents.give_back(
            db,
            stage.house.keys,
            client_id=scene.company.client_id,
            consent_id=scene.more["grant_id"],
            now=clock.now(),
        )
    )
    return scene


def _new_notice(stage: Stage) -> Scene:
    scene = _known(stage)
    new_notice(stage, scene.company)
    return scene


def _for_a_scope_more(stage: Stage) -> Scene:
    scene = _known(stage)
    return replace(scene, asked=asked_for(scene.company, "openid email phone", **SILENT))


def _for_a_line_more(stage: Stage) -> Scene:
    scene = _known(stage)
    plain = scene.company.request(needed("name"))
    return replace(scene, asked=scene.company.pushed(plain, scope="openid email", **SILENT))


def _for_longer(stage: Stage) -> Scene:
    """For the very lines that were allowed, for more days than was said then."""
    return _for_terms(stage, {"duration_days": 30}, {"duration_days": 60})


def _for_others_too(stage: Stage) -> Scene:
    return _for_terms(stage, {}, {"recipients": ["Parcel carrier"]})


def _for_terms(stage: Stage, then: Mapping[str, object], now: Mapping[str, object]) -> Scene:
    """Lines that were allowed on some terms, and are asked for on others."""
    company = stage.world.company(name="Known")
    asked = company.pushed(company.request(needed("name"), **then), scope="openid")
    company.take_back(asked, stage.mia.grant(asked))
    again = company.pushed(company.request(needed("name"), **now), scope="openid", **SILENT)
    return Scene(stage, company, stage.mia, asked=again)


def _for_a_day(stage: Stage) -> Scene:
    """What somebody allowed for a day."""
    company = stage.world.company(name="Known")
    person = stage.world.consumer(email=f"{company.client_id}@mail.example")
    asked = company.pushed(company.request(needed("name"), duration_days=1), scope="openid")
    company.take_back(asked, person.grant(asked))
    return Scene(stage, company, person)


def _once(stage: Stage) -> Scene:
    """A line for once, which was allowed and is asked for again."""
    company = stage.world.company(name="Known")
    line = {**needed("birthdate"), "frequency": "once"}
    asked = company.pushed(company.request(line), scope="openid")
    company.take_back(asked, stage.mia.grant(asked))
    return Scene(
        stage, company, stage.mia, asked=company.pushed(company.request(line), scope="openid", **SILENT)
    )


def _after_its_end(scene: Scene) -> Came:
    """The consent is over, and nothing has written that down yet."""
    company = scene.company
    with travel(clock.now() + timedelta(days=1, minutes=1), tick=True):
        scene.person.sign_in()
        plain = company.request(needed("name"), duration_days=1)
        return scene.person.http.get(company.pushed(plain, scope="openid", **SILENT).address)


def _for_a_new_grant(stage: Stage) -> Scene:
    scene = _known(stage)
    return replace(
        scene, asked=asked_for(scene.company, "openid email", grant_management_action="create", **SILENT)
    )


def _named_another(stage: Stage) -> Scene:
    """Whoever is here signed in at the company as well, and the request is for somebody else."""
    scene = _known(stage)
    signed_in(scene.company, stage.ben, "openid email", take=("0",))
    hint = scene.more["id_token"]
    asked = asked_for(scene.company, "openid email", id_token_hint=hint, **SILENT)
    return replace(scene, person=stage.ben, asked=asked)


def _named_and_gone(stage: Stage, leave: Callable[[Stage, Scene], None]) -> Scene:
    """Whoever is here is named by an ID token of the time when the company might still recognise them."""
    scene = _known(stage)
    leave(stage, scene)
    asked = asked_for(scene.company, "openid", id_token_hint=scene.more["id_token"], **SILENT)
    return replace(scene, asked=asked)


def _other_person(stage: Stage) -> Scene:
    return replace(_known(stage), person=stage.ben)


def _half_signed_in(stage: Stage) -> Scene:
    """Somebody who has the password alone, of a person who has a second factor besides."""
    person = stage.world.consumer(email="two@mail.example")
    company = stage.world.company(name="Known", purposes=[DELIVERY])
    signed_in(company, person, "openid email", take=("0",))
    person.set_up_factor()
    thief = Consumer(stage.world.http(), person.origin, person.email, person.consumer_id)
    thief.sign_in()
    return Scene(stage, company, thief, asked=asked_for(company, "openid email", **SILENT))


def _block(stage: Stage, scene: Scene) -> None:
    stage.house.database.write(
        lambda db: consents.block(
            db,
            stage.house.keys,
            consumer_id=stage.mia.consumer_id,
            company_id=scene.company.company_id,
            now=clock.now(),
        )
    )


def _blocked(stage: Stage) -> Scene:
    scene = _known(stage)
    _block(stage, scene)
    return scene


def _named_after_a_revoke(stage: Stage) -> Scene:
    return _named_and_gone(stage, lambda _, scene: scene.person.revoke(scene.more["grant_id"]))


def _named_after_a_block(stage: Stage) -> Scene:
    return _named_and_gone(stage, _block)


def _letter_left_open(stage: Stage) -> Scene:
    """A letter that may be decided within a minute of signing in, opened in time by somebody who then goes away."""
    company = stage.world.company(name="Known")
    person = stage.world.consumer(email=f"{company.client_id}@mail.example")
    asked = asked_for(company, "openid", max_age="60")
    _, form = person.look(asked)
    return Scene(stage, company, person, asked=asked, form=form)


def _decide_later(scene: Scene) -> Came:
    with travel(clock.now() + timedelta(minutes=20), tick=True):
        return scene.decide()


NEEDED, STANDS, DECIDED = "consent_required", "known only while it stands", "known for what was decided"
ROWS = [
    Row("after a revoke", STANDS, _revoked, _come_back, 303, NEEDED),
    Row("after it was given back", STANDS, _returned, _come_back, 303, NEEDED),
    Row("under another notice", STANDS, _new_notice, _come_back, 303, NEEDED),
    Row("for a scope more", DECIDED, _for_a_scope_more, _come_back, 303, NEEDED),
    Row("for a line more", DECIDED, _for_a_line_more, _come_back, 303, NEEDED),
    Row("for longer", "known for the same terms", _for_longer, _come_back, 303, NEEDED),
    Row("to pass it on", "known for the same terms", _for_others_too, _come_back, 303, NEEDED),
    Row("for what was for once", "once is decided each time", _once, _come_back, 303, NEEDED),
    Row("after its end", "known until it ends", _for_a_day, _after_its_end, 303, NEEDED, ("pushed", "session")),
    Row("for a new grant", "a new grant is decided", _for_a_new_grant, _come_back, 303, NEEDED),
    Row("for somebody else who is named", "hint names who is here", _named_another, _come_back, 303, "login_required"),
    Row("named after a revoke", "hint knows whom it may", _named_after_a_revoke, _come_back, 303, "login_required"),
    Row("named after a block", "hint knows nobody who blocked", _named_after_a_block, _come_back, 303, "login_required"),
    Row("named by a token of the past", "hint knows nobody after the end", _named_after_a_revoke, _come_back, 303, "login_required"),
    Row("as another person", "known as oneself", _other_person, _come_back, 303, NEEDED),
    Row("with the password alone", "known by both factors", _half_signed_in, _come_back, 303, "login_required"),
    Row("at a company that was blocked", "blocked is not known", _blocked, _come_back, 303, NEEDED),
    Row("fetched ahead of a click", "nothing ahead of a click", _known, _fetch_ahead, 503, "page"),
    Row("by HEAD", "nothing ahead of a click", _known, lambda s: s.person.http.head(s.request.address), 204, "page"),
    Row("a decision long after signing in", "sign-in is recent at the decision", _letter_left_open, _decide_later, 303, "/sign-in"),
]  # fmt: skip
