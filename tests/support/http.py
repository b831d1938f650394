"""A small real HTTP server on loopback that answers each path as a test says."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext

Answer = Callable[[BaseHTTPRequestHandler], None]


class LocalServer:
    """``address`` is ``127.0.0.1:port``; ``seen`` lists what was asked for, with its headers, in order."""

    def __init__(self, answers: Mapping[str, Answer], tls: SSLContext | None = None) -> None:
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.stopping = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                try:
                    answers.get(self.path, _not_found)(self)
                except OSError:
                    self.close_connection = True  # the caller has left, which some tests are about

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", "0")))
                self.do_GET()

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a client that hangs up, or refuses our certificate, is no fault here

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port: int = self._server.server_address[1]
        self.address = f"127.0.0.1:{self.port}"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def serving(answers: Mapping[str, Answer], tls: SSLContext | None = None) -> Iterator[LocalServer]:
    """Serve until the block ends."""
    server = LocalServer(answers, tls)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def answer(body: bytes, *, status: int = 200, **headers: str) -> Answer:
    """An answer with a body; header names are written with underscores: ``content_type="text/plain"``."""

    def give(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-").title(), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return give


_not_found = answer(b"nothing here", status=404)
