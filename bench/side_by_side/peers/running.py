"""Each peer, started, and as an entrant of a contest. ``stack`` stops them."""

import base64
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.side_by_side import wire
from bench.side_by_side.contest import Entrant, Make
from bench.side_by_side.peers.installed import NODE, PYTHON, WANTED
from bench.side_by_side.peers.solid import Pod
from bench.side_by_side.served import Served
from tests.support.postgres import free_port

PEOPLE = 100
_MIA = b"Mia Tran"
_CLIENT, _SECRET = "shop", "a-secret-of-the-shop-that-is-long-enough"


@dataclass(frozen=True)
class Peers:
    """Where peers keep what they write, and what stops them."""

    folder: Path
    stack: ExitStack

    def bare(self) -> Entrant:
        """The limit: nothing can be faster on this server."""
        port = free_port()
        served = self._serve([sys.executable, "-m", "bench.side_by_side.peers.bare", str(port)], port)
        return Entrant(
            "bare Flask route",
            port,
            lambda count: [wire.get("/", port)],
            b"nothing",
            served.processor_seconds,
        )

    def authlib(self) -> tuple[Entrant, Entrant]:
        """Authlib's example: its protected route, and its token endpoint."""
        port, served = self._wsgi("authlib_example", "AUTHLIB_EXAMPLE_DB", factory=True)
        basic = base64.b64encode(f"{_CLIENT}:{_SECRET}".encode()).decode()
        form = {"grant_type": "client_credentials", "scope": "profile"}
        token = wire.post("/oauth/token", port, form, {"Authorization": f"Basic {basic}"})
        return (
            Entrant(
                "Authlib's example", port, _bearer(port), _MIA, served.processor_seconds,
                lacks="no seal, no log, no sender, tokens in clear",
            ),
            Entrant(
                "Authlib's example", port, lambda count: [token], b"access_token", served.processor_seconds,
                lacks="shared secret, no sender, no log",
            ),
        )  # fmt: skip

    def django(self) -> Entrant:
        """django-oauth-toolkit's protected view."""
        port, served = self._wsgi("django_toolkit", "DJANGO_TOOLKIT_DB", factory=False)
        return Entrant(
            "django-oauth-toolkit", port, _bearer(port), _MIA, served.processor_seconds,
            lacks="no seal, no log, no sender",
        )  # fmt: skip

    def oidc(self) -> Entrant:
        """oidc-provider's UserInfo. One process: what it keeps in memory cannot be shared by two."""
        port, told = free_port(), self.folder / "oidc.tokens"
        script = str(NODE / "oidc_provider.mjs")
        served = self._serve(["node", script, str(port), str(PEOPLE), str(told)], port, NODE)
        requests = [
            wire.get("/me", port, {"Authorization": f"Bearer {token}"}) for token in told.read_text().split()
        ]
        return Entrant(
            "oidc-provider, in memory", port, _again(requests), _MIA, served.processor_seconds,
            lacks="nothing kept, no seal, no log, no sender",
        )  # fmt: skip

    def solid(self) -> Entrant:
        """Community Solid Server with its default configuration: what it keeps is in memory, so one process."""
        port = free_port()
        program = str(NODE / "node_modules" / "@solid" / "community-server" / "bin" / "server.js")
        command = ["node", program, "--port", str(port), "--loggingLevel", "error", "--baseUrl"]
        served = self._serve([*command, f"http://localhost:{port}/"], port, NODE)
        pod = Pod(port)
        return Entrant(
            "Community Solid Server", port, lambda count: [pod.read() for _ in range(count)], _MIA,
            served.processor_seconds, once=True, lacks="nothing kept, no seal, no log",
        )  # fmt: skip

    def _wsgi(self, module: str, setting: str, *, factory: bool) -> tuple[int, Served]:
        """A WSGI application of the peers' environment, filled, then served as this product is."""
        port = free_port()
        environment = {setting: str(self.folder / f"{module}-{port}.db")}
        fill = f"import {module}; {module}.fill({PEOPLE})"
        subprocess.run(
            [str(PYTHON / "python"), "-c", fill], cwd=WANTED, env=environment, check=True, timeout=60
        )
        served = self._serve(
            [
                str(PYTHON / "granian"), "--interface", "wsgi", "--workers", "2", "--blocking-threads", "8",
                "--http", "1", "--no-ws", "--port", str(port), *(["--factory"] if factory else []), f"{module}:app",
            ],
            port, WANTED, environment,
        )  # fmt: skip
        return port, served

    def _serve(
        self,
        command: list[str],
        port: int,
        folder: Path | None = None,
        environment: dict[str, str] | None = None,
    ) -> Served:
        log = self.folder / f"{port}.log"
        served = Served(command, port=port, log=log, folder=folder, environment=environment)
        self.stack.callback(served.stop)
        return served


def _bearer(port: int) -> Make:
    return _again(
        [wire.get("/profile", port, {"Authorization": f"Bearer token-{number}"}) for number in range(PEOPLE)]
    )


def _again(requests: list[bytes]) -> Make:
    return lambda count: requests[:count]
