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

from vrm.fetch.addresses import UrlRefused, is_public
from vrm.fetch.fetcher import Fetched, Fetcher, FetchFailed

__all__ = ["FetchFailed", "Fetched", "Fetcher", "UrlRefused", "is_public"]
