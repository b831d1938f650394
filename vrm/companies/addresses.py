"""Addresses a company gives us: its domain, its privacy notice, its clients' redirect URIs and key sets.

What is kept is what every reader of it reads the same way: browsers, our own fetcher and an exact comparison of
strings. So no address is repaired; one that could be read in two ways is refused.
"""

import re
from urllib.parse import parse_qsl, urlsplit

import idna

from vrm.companies.errors import BadJwksUri, BadRedirectUri
from vrm.errors import Invalid

LONGEST = 2000

# Two labels at least, and the last begins with a letter, so that no spelling of an IP address is a domain.
_DOMAIN = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")
# RFC 3986 in lower case, without userinfo and fragment. ``*`` is legal in a path and kept out on purpose.
_URI = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[::1\])(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>(?:/(?:[A-Za-z0-9\-._~!$&'()+,;=:@]|%[0-9A-Fa-f]{2})*)*)"
    r"(?:\?(?P<query>(?:[A-Za-z0-9\-._~!$&'()+,;=:@/?]|%[0-9A-Fa-f]{2})*))?"
)
# As a browser shows it: only what has one reading, so no user name, port or backslash.
_COPIED = re.compile(r"https?://(?P<host>[^/?#@:\\\s]+)(?:/[^\\\s]*)?", re.IGNORECASE)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
# What we add to the URI ourselves (RFC 6749, section 4.1.2; RFC 9207); a second one would confuse the client.
_OURS = frozenset({"code", "state", "iss", "error", "error_description", "error_uri", "response"})


def parse_domain(text: str) -> str:
    """A web domain in the form DNS carries: lower case, international names as ``xn--`` (IDNA 2008, UTS 46).

    Of an address as it is copied from a browser it is the host. Raises ``Invalid``: no port, IP address or single
    label.
    """
    copied = _COPIED.fullmatch(text.strip())
    try:
        domain = idna.encode(copied["host"] if copied else text.strip(), uts46=True, std3_rules=True).decode(
            "ascii"
        )
    except (idna.IDNAError, UnicodeError):
        domain = ""
    if not _is_domain(domain):
        raise Invalid("Give the bare domain, like shop.example.", code="bad_domain", field="domain")
    return domain


def parse_notice_url(text: str) -> str:
    """The address of a privacy notice: https, on a domain, for people to follow. Raises ``Invalid``."""
    text = text.strip()
    found = _URI.fullmatch(text.partition("#")[0])
    if found is None or found["scheme"] != "https" or not _is_domain(found["host"]) or len(text) > LONGEST:
        raise Invalid(
            "Give the complete https address of the privacy notice, in plain ASCII.",
            code="bad_notice_url",
            field="privacy_notice_url",
        )
    return text


def parse_redirect_uri(text: str) -> str:
    """A redirect URI as it will be compared: character by character (RFC 9700, section 2.1).

    https on a domain, or http on this machine's loopback for a client in development. Raises ``BadRedirectUri``.
    """
    if not isinstance(text, str) or len(text) > LONGEST:
        raise BadRedirectUri("A redirect URI is a text of at most %(longest)s characters.", longest=LONGEST)
    if "#" in text:
        raise BadRedirectUri("A redirect URI has no fragment (RFC 6749, section 3.1.2).")
    if "*" in text:
        raise BadRedirectUri("A redirect URI has no wildcard; register each address.")
    found = _URI.fullmatch(text)
    if found is None:
        raise BadRedirectUri(
            "A redirect URI is complete and in plain ASCII: https://, a host in lower case (an international name "
            "as xn--), no user name, no spaces or backslashes."
        )
    loopback = found["host"] in _LOOPBACK
    if found["scheme"] == "http" and not loopback:
        raise BadRedirectUri("A redirect URI begins with https://; http is only for localhost and loopback.")
    if not loopback and not _is_domain(found["host"]):
        raise BadRedirectUri("The host of a redirect URI is a full domain name.")
    if found["port"] and int(found["port"]) > 65535:
        raise BadRedirectUri("The port of a redirect URI is at most 65535.")
    # A browser takes dot segments out, escaped or not, so the address it goes to would not be the one compared.
    plain = re.sub("%2e", ".", found["path"], flags=re.IGNORECASE)
    if {".", ".."} & set(plain.split("/")):
        raise BadRedirectUri("The path of a redirect URI has no . or .. segments.")
    if _OURS & {name for name, _ in parse_qsl(found["query"] or "", keep_blank_values=True)}:
        raise BadRedirectUri(
            "The query of a redirect URI must leave code, state, iss and error to the answer."
        )
    return text


def parse_jwks_uri(text: str, *, domain: str, loopback: bool = False) -> str:
    """Where a client publishes its JWK Set: https, at its company's domain or below it, on the usual port.

    Whoever answers there is the client, so it must be whoever proved the domain. With ``loopback`` (a sandbox),
    this machine will do as well, by http; the fetcher still asks there only what VRM_FETCH_ALLOW names. Raises
    ``BadJwksUri``.
    """
    found = _URI.fullmatch(text) if len(text) <= LONGEST else None
    if found is not None and loopback and found["host"] in _LOOPBACK:
        return text
    if (
        found is None
        or found["scheme"] != "https"
        or found["port"] not in (None, "443")
        or not within(text, domain)
    ):
        raise BadJwksUri("Give a complete https address of the key set, at the company's own web domain.")
    return text


def within(uri: str, domain: str) -> bool:
    """Whether an address is at a domain or below it. One on loopback is not."""
    host = urlsplit(uri).hostname or ""
    return host == domain or host.endswith(f".{domain}")


def same_redirect(registered: str, asked: str) -> bool:
    """Whether an asked redirect URI is a registered one.

    Equal as strings; only the port of a loopback address is free, since a native client gets whatever port is
    open (RFC 8252, section 7.3).
    """
    if registered == asked:
        return True
    kept, new = _URI.fullmatch(registered), _URI.fullmatch(asked)
    if kept is None or new is None or kept["scheme"] != "http" or kept["host"] not in _LOOPBACK:
        return False
    if new["port"] and int(new["port"]) > 65535:
        return False
    return all(kept[part] == new[part] for part in ("scheme", "host", "path", "query"))


def origin(uri: str) -> str:
    """The origin a registered redirect URI leads to, as ``form-action`` names it."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"


def _is_domain(text: str) -> bool:
    if not _DOMAIN.fullmatch(text):
        return False
    try:
        idna.decode(text)  # refuses an xn-- label that stands for nothing, or for another spelling
    except (idna.IDNAError, UnicodeError):
        return False
    return True
