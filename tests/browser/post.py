"""The mail server of the people in the stories: letters really go to it by SMTP (RFC 5321), when a story says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from time_machine import travel

from tests.support.postgres import free_port
from vrm.house import House
from vrm.work import SmtpTransport
from vrm.worker import HANDLERS, Sweep, Worker
from vrm.worker.tasks import send_digests


class Post:
    """Takes every letter."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._arrived: list[EmailMessage] = []

    @classmethod
    @contextmanager
    def serving(cls) -> Iterator["Post"]:
        """Take letters until the block ends."""
        post = cls(free_port())
        controller = Controller(post, hostname="127.0.0.1", port=post._port)
        controller.start()
        try:
            yield post
        finally:
            controller.stop()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The hook of aiosmtpd."""
        assert isinstance(envelope.content, bytes)
        self._arrived.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def letters(self, house: House, to: str, *, at: datetime) -> list[EmailMessage]:
        """What has come for an address once a worker, at that time, has written digests and sent all that waits."""
        transport = SmtpTransport(f"smtp://127.0.0.1:{self._port}", house.settings.mail_from)
        worker = Worker(
            replace(house, mail=transport),
            sweeps=[Sweep("sending digests", 0, send_digests)],
            handlers=HANDLERS,
        )
        with travel(at, tick=False):
            while worker.run_once():
                pass
        return [each for each in self._arrived if each["To"] == to]
