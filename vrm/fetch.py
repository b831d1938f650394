"""The only way out: one small document, read from an address that somebody else chose or sent to it.

Whoever gives us a URL (a company proving its domain, a client naming its keys) must not reach what only we can
reach. So: https on port 443, a host *name*, resolved once; every address of the answer must be public, and the
connection goes to one of those very addresses, while TLS checks the name. Redirects are handed back, not
followed. Nothing is decompressed. One deadline covers everything, from the look-up to the last byte.

    fetcher.get("https://shop.example/.well-known/vrm.txt").body

A name that does not exist and one that leads inside give the same error, or the caller could map our network.

``allowed`` maps ``host`` or ``host:port`` to a loopback ``address:port``; such a host is spoken to in plain HTTP.
It is for development and tests. Whoever can set it can answer for those hosts, and so prove any domain and
supply any client's keys, and can reach every service on this machine's loopback.
"""

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpcore2

from vrm.errors import Invalid, Unavailable

_Fields = list[tuple[bytes, bytes]]

Resolver = Callable[[str], Sequence[str]]
"""Gives every address of a host name; raises ``OSError`` when there is none."""

# Printable ASCII that may stand in a URL: no space, control character, backslash or fragment.
_URL = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]{1,2048}")
# The last label begins with a letter, so no spelling of an IPv4 address (decimal, octal, hex) is a host name.
_HOST = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")

_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
# Inside the public range, yet able to carry an IPv4 address past the check: Teredo and its kin, and 6to4.
# NAT64 (64:ff9b::/96) and IPv4-mapped addresses lie outside 2000::/3.
_TUNNELS_V6 = (ipaddress.IPv6Network("2001::/23"), ipaddress.IPv6Network("2002::/16"))
_RELAY_V4 = ipaddress.IPv4Network("192.88.99.0/24")


class UrlRefused(Invalid):
    """The URL is not one we read; nothing was sent."""

    code = "url_refused"


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
        self._allowed = {host.lower(): _loopback(target) for host, target in (allowed or {}).items()}
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
        deadline = _Deadline(timeout)
        target = self._target(url)
        try:
            addresses = [target.loopback] if target.loopback else self._public(target.host, deadline)
            backend = _Vetted(self._network, addresses, deadline)
            return self._read(method, target, backend, content, limit, fields)
        except (TimeoutError, httpcore2.TimeoutException):
            raise FetchFailed(f"{target.host} did not answer in time.", code="fetch_timeout") from None
        except (OSError, httpcore2.NetworkError, httpcore2.ProtocolError):
            if target.loopback:  # nobody but the operator, who set it, meets this one
                message = f"Nothing answered at the address VRM_FETCH_ALLOW gives for {target.host}."
                raise FetchFailed(message) from None
            raise FetchFailed(f"{target.host} could not be read over a secure connection.") from None

    def _target(self, url: str) -> "_Target":
        if not _URL.fullmatch(url):
            raise UrlRefused("Give a complete https address of plain ASCII characters, without a fragment.")
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or ""), parts.port
        except ValueError:
            raise UrlRefused("The port or the host of the address cannot be read.") from None
        if "@" in parts.netloc:
            raise UrlRefused("The address must not hold a user name or password.")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if not path.startswith("/"):
            raise UrlRefused("The address is not complete.")
        loopback = self._allowed.get(host if port is None else f"{host}:{port}")
        if loopback and parts.scheme in ("http", "https"):
            return _Target("http", host, port, path, loopback)
        if parts.scheme != "https" or port not in (None, 443):
            raise UrlRefused("The address must begin with https:// and use port 443.")
        if not _HOST.fullmatch(host):
            raise UrlRefused("The address must name its host by a full domain name (an IDN as xn--).")
        return _Target("https", host, None, path, None)

    def _public(self, host: str, deadline: "_Deadline") -> list[tuple[str, int]]:
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
        target: "_Target",
        backend: "_Vetted",
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


def is_public(address: str) -> bool:
    """Whether an address is one that any stranger can reach, and carries no other address inside it."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if ip.is_multicast or ip.is_reserved or not ip.is_global:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        # A scoped address (fe80::1%eth0) is link-local by its meaning, whatever its bits.
        return ip.scope_id is None and ip in _PUBLIC_V6 and not any(ip in tunnel for tunnel in _TUNNELS_V6)
    return ip not in _RELAY_V4


@dataclass(frozen=True)
class _Target:
    scheme: str
    host: str
    port: int | None
    path: str
    loopback: tuple[str, int] | None


class _Deadline:
    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


class _Vetted(httpcore2.NetworkBackend):
    """Connects to the addresses that were vetted, whatever host it is asked for: no second look-up."""

    def __init__(
        self, network: httpcore2.NetworkBackend, addresses: Sequence[tuple[str, int]], deadline: _Deadline
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

    def __init__(self, stream: httpcore2.NetworkStream, deadline: _Deadline) -> None:
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


def _system_resolver(host: str) -> Sequence[str]:
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _loopback(target: str) -> tuple[str, int]:
    address, _, port = target.rpartition(":")
    try:
        if ipaddress.ip_address(address.strip("[]")).is_loopback and 0 < int(port) < 65536:
            return address.strip("[]"), int(port)
    except ValueError:
        pass
    raise ValueError(f"{target!r} is not a loopback address and port, such as 127.0.0.1:8001")
