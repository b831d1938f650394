"""At a desk: requests that pester somebody, codes that are guessed, messages that pass for others, hints of others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from time_machine import travel

from tests.attacks.stage import Came, Row, Scene, Stage, nothing
from tests.support import desk
from tests.support.actors import needed
from tests.support.openid import signed_in
from vrm import clock, consents
from vrm.consents.desk import MOST_OF_CLIENT, MOST_OF_COMPANY
from vrm.ids import new_id

MESSAGE, TARGET, WRONG = "invalid_binding_message", "invalid_target", "invalid_request"


def _saying(message: str) -> Callable[[Scene], Came]:
    """A request that reaches nobody: what it says is looked at before whom it is for."""
    return lambda scene: desk.request(scene.company, new_id(), binding_message=message)


def _with_others_hint(stage: Stage) -> Scene:
    """An ID token that the company was given, in the hands of another."""
    return replace(nothing(stage), more={"hint": signed_in(stage.company, stage.ben)["id_token"]})


def _push_with_hint(scene: Scene) -> Came:
    other = scene.stage.other
    return other.push({**other.request(needed("name")).params, "id_token_hint": scene.more["hint"]})


def _ask_with_hint(scene: Scene) -> Came:
    return desk.request(scene.stage.other, None, id_token_hint=scene.more["hint"])


def _somebody(stage: Stage, *companies: str) -> Scene:
    """A person whom these companies know, each by a subject of its own."""
    person, known = stage.world.consumer(email=f"{new_id()}@mail.example"), []
    for name in companies:
        company = stage.world.company(name=name)
        asked = company.ask(needed("name"))
        held = company.take_back(asked, person.grant(asked))
        known.append((company, company.introspect(held.access_token).json()["sub"]))
    return Scene(stage, known[0][0], person, more={"known": known})


def _they_wait(*companies: str, each: int) -> Callable[[Stage], Scene]:
    """So many requests of each of these companies wait for somebody whom one more company knows."""

    def given(stage: Stage) -> Scene:
        scene = _somebody(stage, *companies, "Last")
        for company, subject in scene.more["known"][:-1] * each:
            desk.ask(company, subject)
        assert len(desk.waiting(scene.person)) == each * len(companies)
        return scene

    return given


def _first_once_more(scene: Scene) -> Came:
    company, subject = scene.more["known"][0]
    return _reached(scene, lambda: desk.request(company, subject).status_code)


def _code_read_out(scene: Scene) -> Came:
    code = desk.read_out(scene.person)
    return _reached(scene, lambda: desk.request(scene.more["known"][-1][0], code).status_code)


def _five_refused(stage: Stage) -> Scene:
    """A company that was refused five times within the hour."""
    scene = _somebody(stage, "Pest")
    ((company, subject),) = scene.more["known"]
    for _ in range(5):
        desk.ask(company, subject)
        desk.decide(scene.person, desk.only(scene.person), "refuse")
    return scene


def _once_more(scene: Scene) -> Came:
    company, subject = scene.more["known"][-1]
    return _reached(scene, lambda: desk.request(company, subject).status_code)


def _guessed(named: int, *, by_one: bool) -> Callable[[Stage], Scene]:
    """A company that named as many codes as it may, by one client or by many; somebody has just read one out."""

    def given(stage: Stage) -> Scene:
        company = stage.world.company(name="Guesses")
        stage.house.database.write(
            lambda db: [
                consents.take_desk_code(
                    db,
                    stage.house.keys,
                    code="BCDF 3GHJ",
                    client_id=company.client_id if by_one else new_id(),
                    company_id=company.company_id,
                    now=clock.now(),
                )
                for _ in range(named)
            ]
        )
        return Scene(stage, company, stage.ben, more={"code": desk.read_out(stage.ben)})

    return given


def _read_out(stage: Stage) -> Scene:
    return replace(nothing(stage), person=stage.ben, more={"code": desk.read_out(stage.ben)})


def _name_code(scene: Scene) -> Came:
    return _reached(scene, lambda: desk.request(scene.company, scene.more["code"]).status_code)


def _name_code_late(scene: Scene) -> Came:
    with travel(clock.now() + timedelta(minutes=6), tick=True):
        return _name_code(scene)


def _reached(scene: Scene, ask: Callable[[], int]) -> Came:
    """The answer is the one that every good request has; whether it reached anybody, only they can see."""
    before = len(desk.waiting(scene.person))
    status = ask()
    return status, "asked" if len(desk.waiting(scene.person)) > before else "nobody"


ROWS = [
    Row("a message that runs the other way", "message is plain", nothing, _saying("Counter \u202e4"), 400, MESSAGE),
    Row("a message of two lines", "message is plain", nothing, _saying("Counter 4 \n Approved by your bank"), 400, MESSAGE),
    Row("a message of dots alone", "message is plain", nothing, _saying("..."), 400, MESSAGE),
    Row("a long message", "message is short", nothing, _saying("A" * 65), 400, MESSAGE),
    Row("a message that is struck out", "message is marked well", nothing, _saying("Counter A\u0336"), 400, MESSAGE),
    Row("a message with a mark over a digit", "message is marked well", nothing, _saying("Counter 4\u0301"), 400, MESSAGE),
    Row("a message under a heap of marks", "message is marked well", nothing, _saying("Counter x\u0316\u0317\u0318\u0319\u031c"), 400, MESSAGE),
    Row("a message with a letter of another script", "message is of one script", nothing, _saying("\u0421ounter 4"), 400, MESSAGE),
    Row("a message with a letter of another script after a sign", "message is of one script", nothing, _saying("A7/\u0410"), 400, MESSAGE),
    Row("a message with a stroke for a one", "message is of one script", nothing, _saying("4\u4e28"), 400, MESSAGE),
    Row("a message with a digit of another script", "message has one kind of digits", nothing, _saying("Counter 1\u09ea"), 400, MESSAGE),
    Row("a message with a digit of another script alone", "message has one kind of digits", nothing, _saying("Counter \u09ea"), 400, MESSAGE),
    Row("a message with digits of two scripts in two words", "message has one kind of digits", nothing, _saying("\u0995 \u09ea 8"), 400, MESSAGE),
    Row("a message with a phonetic letter", "message has one spelling", nothing, _saying("P\u0251rcel"), 400, MESSAGE),
    Row("a message with wide letters", "message has one spelling", nothing, _saying("\uff23 4"), 400, MESSAGE),
    Row("a message that is blank", "message can be seen", nothing, _saying("\u115f"), 400, MESSAGE),
    Row("a desk request for another API", "desk for our API alone", nothing, lambda s: desk.request(s.company, new_id(), resource="https://other.example"), 400, TARGET),
    Row("another company's ID token names somebody", "hint of its client", _with_others_hint, _push_with_hint, 400, WRONG),
    Row("another company's ID token at a desk", "hint of its client", _with_others_hint, _ask_with_hint, 400, WRONG),
    Row("a seventh request at once", "few requests wait", _they_wait("First", "Second", each=3), _once_more, 200, "nobody"),
    Row("a fourth request of one company at once", "few requests of one wait", _they_wait("Alone", each=3), _first_once_more, 200, "nobody"),
    Row("others' requests keep a code from its person", "a code gets through", _they_wait("Filling", "Crowding", each=3), _code_read_out, 200, "asked"),
    Row("a sixth request within the hour", "few requests in an hour", _five_refused, _once_more, 200, "nobody"),
    Row("a code after too many of one client", "guesses of a client", _guessed(MOST_OF_CLIENT, by_one=True), _name_code, 200, "nobody"),
    Row("a code after too many of one company", "guesses of a company", _guessed(MOST_OF_COMPANY, by_one=False), _name_code, 200, "nobody"),
    Row("a code six minutes later", "desk code in time", _read_out, _name_code_late, 200, "nobody"),
]  # fmt: skip
