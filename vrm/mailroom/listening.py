"""The listener: aiosmtpd's protocol within bounds that it does not have itself, in a thread of its own."""

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from aiosmtpd.smtp import SMTP

from vrm.house import House
from vrm.mailroom.receiving import Receiver
from vrm.mailroom.wrong import Wrong

_log = logging.getLogger("vrm.mailroom")

BUSY = b"421 4.3.2 Too many connections, try again later\r\n"
THREADS = 4


@dataclass(frozen=True)
class Limits:
    """What one sender can take of us. Times are in seconds.

    ``letter``: bytes of one letter (an answer that quotes ours is a few kilobytes; pictures do not fit).
    ``bytes``, ``life``: of one connection; a mail server that is cut off comes back. ``idle``: between two commands,
    and for a whole letter. ``free`` wrong addresses a minute cost nothing, each further one ``delay``.
    """

    connections: int = 50
    letter: int = 256 * 1024
    recipients: int = 100  # RFC 5321, section 4.5.3.1.8: so many at least
    commands: int = 1000
    bytes: int = 4 * 1024 * 1024
    idle: float = 120
    life: float = 600
    free: int = 20
    delay: float = 2


class Mailroom:
    """Takes mail between ``open`` and ``close``. Both are for one thread."""

    def __init__(self, house: House, *, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="mailroom")
        self._loop = asyncio.new_event_loop()
        wrong = Wrong(free=self._limits.free, delay=self._limits.delay, monotonic=self._loop.time)
        self._receiver = Receiver(house, self._threads, wrong, recipients=self._limits.recipients)
        self._name = house.settings.reply_address.rpartition("@")[2] if house.settings.reply_address else ""
        self._open: set[_Conversation] = set()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="mailroom", daemon=True)
        # Its lines quote what is sent: addresses, which hold codes, and whatever is no command.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)

    def open(self, host: str, port: int) -> int:
        """Listen, and give the port (``port`` 0: any that is free). Raises OSError when it is taken."""
        self._thread.start()
        try:
            self._server = self._run(self._listen(host, port))
        except BaseException:
            self.close()
            raise
        return int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Take nothing more, finish what is being written, and let go of every connection."""
        self._run(self._end())
        self._threads.shutdown()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self, host: str, port: int) -> asyncio.Server:
        return await self._loop.create_server(self._conversation, host, port)

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        for each in list(self._open):
            each.hang_up()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)  # each ends within this loop

    def _conversation(self) -> asyncio.BaseProtocol:
        if len(self._open) >= self._limits.connections:
            return _Busy()
        made = _Conversation(self._receiver, self._name, self._limits, self._open, self._loop)
        self._open.add(made)  # here, and not when it is made: many may be accepted at one moment
        return made

    def _run(self, what: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result()


class _Busy(asyncio.Protocol):
    """One connection too many: told so, and closed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(BUSY)
        transport.close()


class _Conversation(SMTP):
    """One connection, which ends at the latest after ``life`` seconds or ``bytes`` bytes, whatever is said in it."""

    def __init__(
        self,
        receiver: Receiver,
        name: str,
        limits: Limits,
        open: set["_Conversation"],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(
            receiver,
            data_size_limit=limits.letter,
            enable_SMTPUTF8=True,
            hostname=name,
            ident="ESMTP",
            timeout=limits.idle,
            command_call_limit={"*": limits.commands},
            loop=loop,
        )
        self._limits = limits
        self._all = open
        self._left = limits.bytes
        self._end_of_life: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._end_of_life = self.loop.call_later(self._limits.life, self.hang_up)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        # A line that never ends is gathered by the library even after it is too long.
        self._left -= len(data)
        if self._left < 0:
            self.hang_up()
        else:
            super().data_received(data)

    def connection_lost(self, error: Exception | None) -> None:
        self._all.discard(self)
        if self._end_of_life is not None:
            self._end_of_life.cancel()
        super().connection_lost(error)

    def hang_up(self) -> None:
        """End it now."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
