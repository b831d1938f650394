"""Where a person goes after a form: always a redirect, so that reloading the page sends nothing twice."""

from urllib.parse import urlencode, urlsplit, urlunsplit

from flask import redirect
from werkzeug.wrappers import Response

from vrm.web.offices import office


def carried(going: str) -> str:
    """The query that carries where a person is going from one page of the door to the next; "" for home."""
    return "" if going == office().home else "?" + urlencode({"next": going})


def onward(path: str, done: str = "") -> Response:
    """303 to a path of ours, with the notice of what was done: a code, never text.

    An OAuth request that is gone back to is a client's, and is left as the client wrote it.
    """
    if done and not path.startswith("/oauth/"):
        parts = urlsplit(path)
        query = "&".join(filter(None, (parts.query, urlencode({"done": done}))))
        path = urlunsplit(parts._replace(query=query))
    return redirect(path, 303)
