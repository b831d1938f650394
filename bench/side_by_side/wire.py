"""Whole requests of HTTP/1.1 as bytes, and one of them sent by hand, to look at the answer before it is counted."""

import json
import socket
from collections.abc import Mapping
from http.client import HTTPResponse
from urllib.parse import urlencode


def get(path: str, port: int, headers: Mapping[str, str] | None = None) -> bytes:
    """A ``GET`` of a connection that stays open."""
    return _request("GET", path, port, headers or {}, b"")


def post(path: str, port: int, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> bytes:
    """A form, posted."""
    form_type = {"Content-Type": "application/x-www-form-urlencoded"}
    return _request("POST", path, port, {**form_type, **(headers or {})}, urlencode(form).encode())


def post_json(path: str, port: int, body: object, headers: Mapping[str, str] | None = None) -> bytes:
    """JSON, posted."""
    json_type = {"Content-Type": "application/json"}
    return _request("POST", path, port, {**json_type, **(headers or {})}, compact(body).encode())


def look(port: int, request: bytes, wanted: bytes) -> None:
    """Send it, and end everything unless it is answered with 2xx and what is ``wanted`` stands in the body."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        answer = HTTPResponse(connection)
        answer.begin()
        body = answer.read()
    if not 200 <= answer.status < 300 or wanted not in body:
        head = request.partition(b"\r\n")[0].decode()
        raise SystemExit(f"{head} was answered with {answer.status}: {body[:600].decode(errors='replace')}")


def _request(method: str, path: str, port: int, headers: Mapping[str, str], body: bytes) -> bytes:
    length = {"Content-Length": str(len(body))} if method == "POST" else {}
    lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{port}"]
    lines += [f"{name}: {value}" for name, value in {**headers, **length}.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def compact(said: object) -> str:
    """JSON without spaces."""
    return json.dumps(said, separators=(",", ":"))
