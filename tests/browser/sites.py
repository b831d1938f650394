"""Web sites of invented domains, served on this machine: what a company publishes, the product really fetches."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from tests.support.http import Answer, LocalServer, answer, serving

PROOF = "/.well-known/vrm-domain-proof"
KEYS = "/keys.json"


class Web:
    """Domains that nobody has yet, and the pages they serve."""

    def __init__(self) -> None:
        self.pages: dict[tuple[str, str], bytes] = {}
        self.server: LocalServer | None = None
        self._free = [f"site{number}.example" for number in range(20)]
        self._all = tuple(self._free)

    @classmethod
    @contextmanager
    def serving(cls) -> Iterator["Web"]:
        """Answer for every domain until the block ends."""
        web = cls()
        with serving(_Any(web)) as server:
            web.server = server
            yield web

    def domain(self) -> str:
        """A domain of one's own."""
        return self._free.pop()

    def publish(self, domain: str, path: str, text: str) -> None:
        """Put a file there."""
        self.pages[domain, path] = text.encode()

    @property
    def leads_here(self) -> str:
        """``VRM_FETCH_ALLOW`` for all of them."""
        assert self.server is not None
        return ",".join(f"{domain}={self.server.address}" for domain in self._all)


class _Any(dict[str, Answer]):
    """Every path, by the host that was asked for."""

    def __init__(self, web: Web) -> None:
        super().__init__()
        self._web = web

    def get(self, key: str, default: object = None) -> Answer:
        def give(request: BaseHTTPRequestHandler) -> None:
            host = (request.headers.get("Host") or "").partition(":")[0]
            body = self._web.pages.get((host, key))
            kind = "application/json" if key == KEYS else "text/plain; charset=utf-8"
            found = answer(b"nothing here", status=404) if body is None else answer(body, content_type=kind)
            found(request)

        return give
