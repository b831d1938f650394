"""What may be read, and where it may lead: URLs, host names and IP addresses. Pure; nothing is looked up or sent."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from vrm.errors import Invalid

# Printable ASCII that may stand in a URL: no space, control character, backslash or fragment.
_URL = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]{1,2048}")
# The last label begins with a letter, so no spelling of an IPv4 address (decimal, octal, hex) is a host name.
_HOST = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")

_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
# Inside the public range, yet able to carry an IPv4 address past the check: Teredo and its kin, and 6to4.
# NAT64 (64:ff9b::/96) and IPv4-mapped addresses lie outside 2000::/3.
_TUNNELS_V6 = (ipaddress.IPv6Network("2001::/23"), ipaddress.IPv6Network("2002::/16"))
# For examples alone (RFC 9637), which not every Python knows.
_EXAMPLES_V6 = ipaddress.IPv6Network("3fff::/20")
_RELAY_V4 = ipaddress.IPv4Network("192.88.99.0/24")


class UrlRefused(Invalid):
    """The URL is not one we read; nothing was sent."""

    code = "url_refused"


@dataclass(frozen=True)
class Target:
    """What a URL names. ``loopback`` is where the operator said it leads on this machine; None: to the internet."""

    scheme: str
    host: str
    port: int | None
    path: str
    loopback: tuple[str, int] | None


def target_of(url: str, allowed: Mapping[str, tuple[str, int]]) -> Target:
    """Where a URL leads. Raises ``UrlRefused``. ``allowed``: the hosts that lead to this machine, and where to."""
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
    loopback = allowed.get(host if port is None else f"{host}:{port}")
    if loopback and parts.scheme in ("http", "https"):
        return Target("http", host, port, path, loopback)
    if parts.scheme != "https" or port not in (None, 443):
        raise UrlRefused("The address must begin with https:// and use port 443.")
    if not _HOST.fullmatch(host):
        raise UrlRefused("The address must name its host by a full domain name (an IDN as xn--).")
    return Target("https", host, None, path, None)


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
        kept_out = (*_TUNNELS_V6, _EXAMPLES_V6)
        return ip.scope_id is None and ip in _PUBLIC_V6 and not any(ip in network for network in kept_out)
    return ip not in _RELAY_V4


def loopback_of(target: str) -> tuple[str, int]:
    """An address of this machine and its port, from ``address:port``. Raises ``ValueError``."""
    address, _, port = target.rpartition(":")
    try:
        if ipaddress.ip_address(address.strip("[]")).is_loopback and 0 < int(port) < 65536:
            return address.strip("[]"), int(port)
    except ValueError:
        pass
    raise ValueError(f"{target!r} is not a loopback address and port, such as 127.0.0.1:8001")
