"""Witnesses for tests: the product's own, in a folder, answering on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from vrm.fetch import Fetcher
from vrm.tlog.policy import Policy, parse
from vrm.witness import Folder, add_log
from vrm.witness.wsgi import application


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def answering(folder: Folder) -> Iterator[str]:
    """``127.0.0.1:PORT``, where the witness answers until the block ends."""
    server = make_server("127.0.0.1", 0, application(folder), _Server, _Quiet)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Town:
    """Some witnesses that know one log, by the names w0, w1 and so on. ``addresses`` says who answers where."""

    def __init__(self, path: Path, count: int, vkey: str, *, kind: str = "ed25519") -> None:
        self.folders = [Folder.make(path / f"w{n}", f"witness.example/w{n}", kind) for n in range(count)]
        for folder in self.folders:
            add_log(folder, vkey=vkey)
        self.addresses: dict[str, str] = {}

    def policy_text(self, quorum: str) -> str:
        """A policy whose one group ``some`` is met by ``quorum`` (all, any, a number) of them."""
        names = [f"w{n}" for n in range(len(self.folders))]
        lines = [
            f"witness {name} {folder.cosigner.vkey} http://{name}.test"
            for name, folder in zip(names, self.folders, strict=True)
        ]
        return "\n".join([*lines, f"group some {quorum} {' '.join(names)}", "quorum some", ""])

    def policy(self, quorum: str = "all") -> Policy:
        """That policy, read."""
        return parse(self.policy_text(quorum).encode())

    @property
    def fetcher(self) -> Fetcher:
        """Reaches the witnesses that answer; the others answer nothing."""
        return Fetcher({f"{name}.test": address for name, address in self.addresses.items()})

    @contextmanager
    def open(self, *numbers: int) -> Iterator[None]:
        """Let these witnesses answer, while the block lasts."""
        if not numbers:
            yield
            return
        first, *others = numbers
        with answering(self.folders[first]) as address:
            self.addresses[f"w{first}"] = address
            try:
                with self.open(*others):
                    yield
            finally:
                del self.addresses[f"w{first}"]
