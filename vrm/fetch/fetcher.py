"""Reads one document: looks the host up, connects to what it found, and stops at the bounds."""

import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import httpcore2

from vrm.errors import Unavailable
from vrm.fetch.addresses import Target, is_public, loopback_of, target_of
from vrm.fetch.vetted import Deadline, Vetted

_Fields = list[tuple[bytes, bytes]]

Resolver = Callable[[str], Sequence[str]]
"""Gives every address of a host name; raises ``OSError`` when there is none."""


class FetchFailed(Unavailable):
    """The document could not be had: no public host, no answer in time, or not an answer we accept."""

    code = "fetch_failed"


@dataclass(frozen=True)
class Fetched:
    """An answer. ``content_type`` is the bare media type in lower case, empty where none was given."""

    status: int
    content_type: str
    body: bytes


class Fetcher:
    """Reads documents from the public internet. ``resolve``, ``network`` and ``trust`` are seams for tests."""

    def __init__(
        self,
        allowed: Mapping[str, str] | None = None,
        *,
        resolve: Resolver | None = None,
        network: httpcore2.NetworkBackend | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = {host.lower(): loopback_of(target) for host, target in (allowed or {}).items()}
        self._resolve = resolve or _system_resolver
        self._network = network or httpcore2.SyncBackend()
        self._given = trust
        # The system's resolver knows no deadline, so it is waited for from outside.
        self._resolvers = ThreadPoolExecutor(max_workers=32, thread_name_prefix="resolve")

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        # Only now: the system's list of authorities takes longer to read than a whole house to build.
        return self._given or ssl.create_default_context()

    def get(self, url: str, *, limit: int = 65536, timeout: float = 5.0, accept: str = "*/*") -> Fetched:
        """Read ``url``: at most ``limit`` bytes within ``timeout`` seconds. Any status is an answer, 3xx too.

        Raises ``UrlRefused`` before anything is sent, and ``FetchFailed``.
        """
        return self._exchange("GET", url, None, limit, timeout, [(b"Accept", accept.encode())])

    def post(
        self, url: str, body: bytes, *, content_type: str, limit: int = 65536, timeout: float = 5.0
    ) -> Fetched:
        """Send ``body`` to ``url`` and read the answer, within the same bounds; raises as ``get`` does.

        Whether it arrived is not known where the answer is not: only for what bears being sent twice.
        """
        fields = [(b"Content-Type", content_type.encode()), (b"Content-Length", str(len(body)).encode())]
        return self._exchange("POST", url, body, limit, timeout, fields)

    def _exchange(
        self, method: str, url: str, content: bytes | None, limit: int, timeout: float, fields: _Fields
    ) -> Fetched:
        deadline = Deadline(timeout)
        target = target_of(url, self._allowed)
        try:
            addresses = [target.loopback] if target.loopback else self._public(target.host, deadline)
            backend = Vetted(self._network, addresses, deadline)
            return self._read(method, target, backend, content, limit, fields)
        except (TimeoutError, httpcore2.TimeoutException):
            raise FetchFailed(f"{target.host} did not answer in time.", code="fetch_timeout") from None
        except (OSError, httpcore2.NetworkError, httpcore2.ProtocolError):
            if target.loopback:  # nobody but the operator, who set it, meets this one
                message = f"Nothing answered at the address VRM_FETCH_ALLOW gives for {target.host}."
                raise FetchFailed(message) from None
            raise FetchFailed(f"{target.host} could not be read over a secure connection.") from None

    def _public(self, host: str, deadline: Deadline) -> list[tuple[str, int]]:
        try:
            answer = list(self._resolvers.submit(self._resolve, host).result(deadline.left()))
        except (OSError, UnicodeError):
            answer = []
        # One inside address condemns the whole answer: nobody honest publishes a mixture.
        if not answer or not all(is_public(address) for address in answer):
            raise FetchFailed(f"{host} cannot be found on the public internet.")
        return [(address, 443) for address in answer]

    def _read(
        self,
        method: str,
        target: Target,
        backend: Vetted,
        content: bytes | None,
        limit: int,
        fields: _Fields,
    ) -> Fetched:
        url = httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        # No cookies and no name but the product's; a compressed answer could unfold without end.
        headers = [*fields, (b"Accept-Encoding", b"identity"), (b"User-Agent", b"vrm")]
        with (
            httpcore2.ConnectionPool(ssl_context=self._trust, network_backend=backend) as pool,
            pool.stream(method, url, headers=headers, content=content) as response,
        ):
            answered = {name.lower(): value.decode("latin-1") for name, value in response.headers}
            if answered.get(b"content-encoding", "identity").strip().lower() != "identity":
                message = f"{target.host} compressed its answer; serve it without."
                raise FetchFailed(message, code="fetch_encoded")
            body = bytearray()
            for chunk in response.iter_stream():
                body += chunk
                if len(body) > limit:
                    message = f"The answer of {target.host} is larger than {limit} bytes."
                    raise FetchFailed(message, code="fetch_too_large")
            media_type = answered.get(b"content-type", "").partition(";")[0].strip().lower()
            return Fetched(response.status, media_type, bytes(body))


def _system_resolver(host: str) -> Sequence[str]:
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
