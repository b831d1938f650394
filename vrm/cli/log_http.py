"""A log's files read over HTTP, for somebody who checks it from outside.

Not through ``vrm.fetch``, whose care is for addresses that a stranger chose and a server would fetch for them. Here the
person at the terminal names the address, as with a browser, and may well mean a host of their own network; the answers
are held against a signature, and go nowhere else. What stays: a token leaves over TLS only, or to this very machine;
redirects are not followed; every answer has a greatest length and a time by which it must be whole.
"""

import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx2

from vrm.errors import Invalid
from vrm.tlog.note import MOST_BYTES
from vrm.tlog.resources import CHECKPOINT, Resource
from vrm.tlog.sources import Missing, Unreachable

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_WAIT, _WHOLE = 10.0, 60.0


class Address:
    """The log below a URL, such as ``https://vrm.example/log``. Entries can be had with an auditor's token alone."""

    def __init__(self, url: str, token: str | None = None, *, whole: float = _WHOLE) -> None:
        """Raises ``Invalid`` for a URL that is none of these; connects to nothing yet."""
        parts = urlsplit(url)
        if not parts.hostname or parts.query or parts.fragment or parts.username is not None:
            raise Invalid("Give the log's address like https://vrm.example/log.", field="log")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise Invalid("The log's address must begin with https://.", field="log")
        self.has_entries = token is not None
        self._url, self._token, self._whole = url.rstrip("/"), token, whole
        # Compressed answers could unfold without end.
        headers = {"Accept-Encoding": "identity", "User-Agent": "vrm"}
        self._client = httpx2.Client(timeout=_WAIT, follow_redirects=False, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def checkpoint(self) -> bytes:
        """The newest checkpoint."""
        return self._read(CHECKPOINT, MOST_BYTES, None)

    def read(self, named: Resource) -> bytes:
        """A tile or a bundle; a token is shown for bundles alone."""
        return self._read(named.path, named.most_bytes, self._token if named.level is None else None)

    def _read(self, name: str, most: int, token: str | None) -> bytes:
        url, end, body = f"{self._url}/{name}", time.monotonic() + self._whole, bytearray()
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        try:
            with self._client.stream("GET", url, headers=headers) as response:
                self._check(url, response)
                for chunk in response.iter_raw():
                    body += chunk
                    if len(body) > most:
                        return bytes(body)  # too long to be what it should be, which its reader tells
                    if time.monotonic() > end:
                        raise Unreachable(f"{url} came too slowly.")
        except (httpx2.HTTPError, httpx2.InvalidURL) as fault:
            raise Unreachable(f"{url} could not be read ({type(fault).__name__}).") from None
        return bytes(body)

    def _check(self, url: str, response: httpx2.Response) -> None:
        status = response.status_code
        if status in (404, 410):
            raise Missing(url)
        if status in (401, 403):
            raise Unreachable(f"{url} was refused ({status}): give an auditor's token that is good today.")
        if status != 200:
            raise Unreachable(f"{url} answered with status {status}.")
        if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise Unreachable(f"{url} was compressed, though asked not to be.")
