"""By mail and by links: consents stopped by who has no letter about them, and by machines that open or answer everything."""

import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.attacks.stage import Came, Row, Scene, Stage, nothing
from tests.support.actors import needed
from tests.support.forms import get_form
from vrm import consents, work
from vrm.mailroom import Mailroom

ADDRESS = "stop@vrm.example"


def _letter(stage: Stage) -> Scene:
    """One more consent of somebody, about which there is a letter with a code."""
    person, asked = stage.world.consumer(), stage.company.ask(needed("name"))
    held = stage.company.take_back(asked, person.grant(asked))
    code = consents.stop_code(stage.house.keys, consumer_id=person.consumer_id, consent_id=held.consent_id)
    return replace(nothing(stage), person=person, held=held, more={"code": code})


def _code(scene: Scene) -> str:
    return str(scene.more["code"])


def _made_up(scene: Scene) -> str:
    """What somebody writes who knows how a code is made, and the consent's id, and has no letter."""
    right = _code(scene)
    return right[:-16] + right[-8:] + right[-16:-8]


@contextmanager
def _mailroom(stage: Stage) -> Iterator[smtplib.SMTP]:
    settings = replace(stage.house.settings, reply_address=ADDRESS)
    room = Mailroom(replace(stage.house, settings=settings))
    try:
        with smtplib.SMTP("127.0.0.1", room.open("127.0.0.1", 0), timeout=20) as client:
            client.ehlo()
            yield client
    finally:
        room.close()


def _mail(
    code: Callable[[Scene], str], head: str = "", sender: str = "mia@example.org"
) -> Callable[[Scene], Came]:
    """An answer to a letter, said to be hers; what came is the reply to the letter, or to its address."""

    def attack(scene: Scene) -> Came:
        with _mailroom(scene.stage) as client:
            client.mail(sender)
            status, said = client.rcpt(work.answer_address(ADDRESS, code(scene)))
            if status == 250:
                status, said = client.data(f"From: {sender}\r\n{head}\r\nstop\r\n")
        return status, said.decode().split()[0]

    return attack


def _link(code: Callable[[Scene], str]) -> Callable[[Scene], Came]:
    """The button of the page behind a link, pressed in anybody's browser."""

    def attack(scene: Scene) -> Came:
        http = scene.stage.ben.http
        csrf = get_form(http.get("/home").text, "/sign-out").values["csrf"]
        return http.post(f"/stop/{code(scene)}", data={"csrf": csrf, "act": "stop"})

    return attack


def _foreign(scene: Scene) -> Came:
    """A form of another site, which knows the link and not our page's secret."""
    return scene.person.http.post(f"/stop/{_code(scene)}", data={"act": "stop"})


def _look(scene: Scene) -> Came:
    """A program that looks through mail opens the link; what it sees names nobody."""
    page = scene.stage.world.http().get(f"/stop/{_code(scene)}")
    named = [each for each in ("Nordlicht", scene.company.company_id, "Mia Tran") if each in page.text]
    return page.status_code, ",".join(named) or "nobody"


ROWS = [
    Row("a code made up by who knows the consent's id", "stop code is keyed", _letter, _mail(_made_up), 550, "5.1.1"),
    Row("a link made up by who knows the consent's id", "stop code is keyed", _letter, _link(_made_up), 404, "page"),
    Row("a holiday answer stops a consent", "machines stop nothing", _letter, _mail(_code, "Auto-Submitted: auto-replied\r\n"), 250, "2.0.0"),
    Row("a letter that came back stops a consent", "machines stop nothing", _letter, _mail(_code, sender=""), 250, "2.0.0"),
    Row("a form of another site stops a consent", "form token", _letter, _foreign, 403, "page"),
    Row("a scanner opens the link", "looking stops nothing", _letter, _look, 200, "nobody"),
]  # fmt: skip
