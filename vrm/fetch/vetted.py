"""The way to addresses that were looked at before, and the one deadline of everything on it."""

import ssl
import time
from collections.abc import Sequence
from typing import Any

import httpcore2


class Deadline:
    """The one moment by which everything is done."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until then. Raises ``TimeoutError`` once there are none."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


class Vetted(httpcore2.NetworkBackend):
    """Connects to the addresses that were vetted, whatever host it is asked for: no second look-up."""

    def __init__(
        self, network: httpcore2.NetworkBackend, addresses: Sequence[tuple[str, int]], deadline: Deadline
    ) -> None:
        self._network, self._addresses, self._deadline = network, addresses, deadline

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore2.NetworkStream:
        for index, (address, at_port) in enumerate(self._addresses):
            share = self._deadline.left() / (
                len(self._addresses) - index
            )  # a dead address leaves time for the next
            try:
                return _Timed(self._network.connect_tcp(address, at_port, timeout=share), self._deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if index == len(self._addresses) - 1:
                    raise
        raise httpcore2.ConnectError


class _Timed(httpcore2.NetworkStream):
    """A stream whose every wait ends with the one deadline, so that a slow drip gains nothing."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _Timed(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
