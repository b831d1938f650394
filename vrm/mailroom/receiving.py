"""What is answered to each command that means something here: whom a letter is for, and the letter itself."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.orm import Session

from vrm import clock, consents, journeys, work
from vrm.house import House
from vrm.mailroom.writers import is_by_a_person
from vrm.mailroom.wrong import Wrong

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope
    from aiosmtpd.smtp import Session as Conversation

T = TypeVar("T")
_log = logging.getLogger("vrm.mailroom")

TAKEN = "250 2.0.0 Taken"
NOBODY = "550 5.1.1 There is no such address here"
TOO_MANY = "452 4.5.3 Too many recipients at once"
NOT_NOW = "451 4.3.0 Not just now, try again later"
UNREADABLE = "500 5.5.2 This could not be read"


class Receiver:
    """The hooks of aiosmtpd. No answer says more than that an address is somebody's or is nobody's."""

    def __init__(self, house: House, threads: Executor, wrong: Wrong, *, recipients: int) -> None:
        settings = house.settings
        self._house = house
        self._threads = threads
        self._wrong = wrong
        self._recipients = recipients
        self._address = settings.reply_address or ""
        self._ours = frozenset({settings.mail_from.lower(), self._address})

    async def handle_RCPT(
        self, server: "SMTP", conversation: "Conversation", envelope: "Envelope", address: str, options: Any
    ) -> str:
        """Take an address whose code is a consent's; every other is nobody's, whatever is wrong with it."""
        if len(envelope.rcpt_tos) >= self._recipients:
            return TOO_MANY
        code = work.code_answered(self._address, address) or ""
        try:
            found = await self._do(
                lambda db: consents.find_by_stop_code(db, self._house.keys, code=code), write=False
            )
        except Exception as fault:
            return _later(fault)
        if found is None:
            await self._wrong.wait(conversation.peer)
            return NOBODY
        envelope.rcpt_tos.append(code)
        return TAKEN

    async def handle_DATA(self, server: "SMTP", conversation: "Conversation", envelope: "Envelope") -> str:
        """End the consents it is for, durably before this is answered; taken twice, it does nothing the second time."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            by_a_person = await asyncio.get_running_loop().run_in_executor(
                self._threads,
                lambda: is_by_a_person(content, sender=envelope.mail_from or "", ours=self._ours),
            )
            # Refused, a machine's letter would come back to us, or to the person, as one more of them.
            if by_a_person:
                await self._do(lambda db: self._stop(db, envelope.rcpt_tos), write=True)
        except Exception as fault:
            return _later(fault)
        return TAKEN

    async def handle_exception(self, fault: Exception) -> str:
        """A command that breaks the reader: the library would answer with the fault's own words."""
        _log.warning("a command could not be read", exc_info=fault)
        return UNREADABLE

    def _stop(self, db: Session, codes: list[str]) -> None:
        here, now = self._house, clock.now()
        for code in dict.fromkeys(codes):
            journeys.stop_by_code(
                db,
                here.keys,
                here.catalogue,
                code=code,
                channel="mail",
                issuer=here.settings.issuer,
                now=now,
            )

    async def _do(self, what: Callable[[Session], T], *, write: bool) -> T:
        database = self._house.database
        run = database.write if write else database.read
        return await asyncio.get_running_loop().run_in_executor(self._threads, run, what)


def _later(fault: Exception) -> str:
    """Nothing was changed, so whoever sends it keeps it and tries again."""
    _log.warning("a letter could not be taken now", exc_info=fault)  # told by its type and place alone
    return NOT_NOW
