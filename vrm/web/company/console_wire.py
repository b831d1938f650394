"""Requests of a run, to this very application, each kept as the text that went over the wire.

The application is asked in this process and through its own front door (WSGI), so a run takes the way a stranger's
request takes. Each request runs in a context of its own: it must not find whoever is signed in here.
"""

import contextvars
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

from werkzeug.datastructures import Headers
from werkzeug.test import Client, EnvironBuilder, TestResponse

from vrm.web.language import gettext

_EVERYWHERE = frozenset(
    {
        "content-security-policy",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "permissions-policy",
        "referrer-policy",
        "strict-transport-security",
        "x-content-type-options",
    }
)
"""Headers of every answer of ours: they would hide those that matter."""
_LONGEST = 4000

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, and both as texts."""

    status: int
    headers: Mapping[str, str]
    body: str
    sent: str
    got: str

    def json(self) -> dict[str, Any]:
        """The body, where it is a JSON object; empty where it is anything else."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def location(self) -> str:
        """Where it leads; "" where nowhere."""
        return self.headers.get("location", "")


class Wire:
    """The application, as a client or a browser reaches it."""

    def __init__(self, app: Any, issuer: str) -> None:
        self._client = Client(app, use_cookies=False)
        self._issuer = issuer

    def send(
        self, method: str, address: str, headers: Mapping[str, str], form: Pairs | None = None
    ) -> Exchange:
        """Send one request; ``address`` is a path or one of ours. Nothing is followed."""
        parts = urlsplit(address)
        body = urlencode(form) if form is not None else ""
        kind: dict[str, str] = (
            {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
        )
        builder = EnvironBuilder(
            parts.path,
            base_url=self._issuer,
            query_string=parts.query,
            method=method,
            headers=Headers([*headers.items(), *kind.items()]),
            data=body.encode() or None,
        )
        answer = contextvars.Context().run(self._client.open, builder)
        return _kept(self._request(method, parts.path, parts.query, {**headers, **kind}, body), answer)

    def _request(self, method: str, path: str, query: str, headers: Mapping[str, str], body: str) -> str:
        line = f"{method} {path}{'?' + query if query else ''} HTTP/1.1"
        host = f"Host: {urlsplit(self._issuer).netloc}"
        told = [f"{name}: {value}" for name, value in headers.items()]
        return "\n".join([line, host, *told, *(["", body.replace("&", "\n&")] if body else [])])


def _kept(sent: str, answer: TestResponse) -> Exchange:
    body = answer.get_data(as_text=True)
    told = [f"{name}: {value}" for name, value in answer.headers.items() if name.lower() not in _EVERYWHERE]
    shown = _shown(answer.mimetype or "", body)
    got = "\n".join([f"HTTP/1.1 {answer.status}", *told, *(["", shown] if shown else [])])
    headers = {name.lower(): value for name, value in answer.headers.items()}
    answer.close()
    return Exchange(answer.status_code, headers, body, sent, got)


def _shown(mimetype: str, body: str) -> str:
    if mimetype == "text/html":
        return gettext("(a page of %(count)s characters)", count=len(body))
    if mimetype.endswith("json"):
        body = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    return body if len(body) <= _LONGEST else body[:_LONGEST] + " …"


class _Reader(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__(convert_charrefs=True)
        self.fields: list[tuple[str, str, str, bool]] = []
        self._action, self._inside = action, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("action") == self._action
        elif tag == "input" and self._inside and given.get("name"):
            field = (given["name"], given.get("type", "text"), given.get("value", "on"), "checked" in given)
            self.fields.append(field)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


def read_form(page: str, action: str, ticked: Sequence[str] = ()) -> list[tuple[str, str]]:
    """What the form of a page sends that goes to ``action``, with every box ticked whose name begins so."""
    reader = _Reader(action)
    reader.feed(page)
    return [
        (name, value)
        for name, kind, value, checked in reader.fields
        if kind not in ("checkbox", "radio")
        or checked
        or (kind == "checkbox" and name.startswith(tuple(ticked)))
    ]
