"""The page a person decides on: what is sent back is what was on it, by whom it was for."""

from collections.abc import Callable

from tests.attacks.stage import Came, Row, Scene, Stage, opened
from tests.support.actors import line, needed


def _twisted(**changes: str | list[str]) -> Callable[[Scene], Came]:
    return lambda scene: scene.decide(**changes)


def _delicate(stage: Stage) -> Scene:
    """A page with a line that could be answered in two ways, a home to choose, and something very sensitive."""
    ask = [
        needed("birthdate", any_of=["age_over_18"]),
        needed("address"),
        needed("religious_diet"),
        line("email"),
    ]
    asked = stage.company.ask(*ask, duration_days=30)
    return Scene(stage, stage.company, stage.zoe, asked=asked, form=stage.zoe.look(asked)[1])


def _sure_before(why: str = "", **grown: object) -> Callable[[Stage], Scene]:
    """A page that asks anew for something very sensitive that its person was sure of, and for more with it."""

    def arrange(stage: Stage) -> Scene:
        company, diet = stage.company, needed("religious_diet", why="To bring what you eat.")
        terms = {"duration_days": 30, "retention_days": 7, "recipients": ["Parcel carrier"]}
        asked = company.ask(diet, **terms)
        held = company.take_back(asked, stage.zoe.grant(asked, **{"sure-0": "yes"}))
        plain = company.request({**diet, "why": why or diet["why"]}, **{**terms, **grown})
        again = company.pushed(plain, grant_management_action="replace", grant_id=held.consent_id)
        return Scene(stage, company, stage.zoe, asked=again, form=stage.zoe.look(again)[1])

    return arrange


GOOD = {"item-1": "all", "sure-2": "yes"}


def _anothers_page(scene: Scene) -> Came:
    """The decision of one person's page, sent by another who is signed in."""
    own = scene.stage.ben.look(scene.company.ask(needed("name")))[1]
    sent = {**scene.page.values, "csrf": own.values["csrf"], "decision": "grant"}
    return scene.stage.ben.http.post(scene.page.action, data=sent, headers={"Origin": scene.stage.ben.origin})


def _anothers_ask(scene: Scene) -> Came:
    return scene.stage.ben.http.get(scene.page.action)


def _anothers_item(scene: Scene) -> Came:
    return scene.decide(**{**GOOD, "item-1": scene.stage.mia.items["address"][0]})


ROWS = [
    Row("what was seen is something else", "seen is decided", opened, _twisted(seen="0" * 64), 400, "page"),
    Row("what was seen is left out", "seen is decided", opened, _twisted(seen=[]), 400, "page"),
    Row("a key that was not offered", "choice on the page", _delicate, _twisted(**GOOD, **{"key-0": "name"}), 400, "page"),
    Row("a key that has no value", "choice on the page", _delicate, _twisted(**GOOD, **{"key-0": "nickname"}), 400, "page"),
    Row("an item of somebody else", "item on the page", _delicate, _anothers_item, 400, "page"),
    Row("an item that is nobody's", "item on the page", _delicate, _twisted(**{**GOOD, "item-1": "f81d4fae-7dec-4d0a-a765-00a0c91e6bf6"}), 400, "page"),
    Row("a year instead of a month", "days on the page", _delicate, _twisted(**GOOD, days="365"), 400, "page"),
    Row("no end at all", "days on the page", _delicate, _twisted(**GOOD, days="36500"), 400, "page"),
    Row("the second yes is left out", "second yes", _delicate, _twisted(**{"item-1": "all"}), 400, "page"),
    Row("the second yes, passed on to more", "second yes to more", _sure_before(recipients=["Parcel carrier", "Broker"]), _twisted(), 400, "page"),
    Row("the second yes, kept for longer", "second yes to more", _sure_before(retention_days=8), _twisted(), 400, "page"),
    Row("the second yes, kept without end", "second yes to more", _sure_before(retention_days=None), _twisted(), 400, "page"),
    Row("the second yes, for another ten days", "second yes to more", _sure_before(duration_days=40), _twisted(days="40"), 400, "page"),
    Row("the second yes, in other words", "second yes to other words", _sure_before("To sell it."), _twisted(), 400, "page"),
    Row("another person sends the page", "ask of its person", opened, _anothers_page, 404, "page", ("pushed",)),
    Row("another person opens the page", "ask of its person", opened, _anothers_ask, 404, "page"),
]  # fmt: skip
