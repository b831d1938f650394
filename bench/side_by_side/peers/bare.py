"""A route that does nothing, on the WSGI server that this product is served by, with as many processes and threads."""

import sys

from flask import Flask

from vrm.cli.listening import address_of, listen


def app() -> Flask:
    """One route that answers a constant, at the path of a read too."""
    made = Flask(__name__)

    @made.get("/")
    @made.get("/v1/profile")
    def nothing() -> str:
        return "nothing"

    return made


if __name__ == "__main__":
    port = int(sys.argv[1])
    address = address_of("127.0.0.1", port)
    listen("bench.side_by_side.peers.bare:app", "127.0.0.1", port, workers=2, threads=8, started=address)
