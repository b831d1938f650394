"""Which fault becomes which answer: the only such table.

One shape for each audience. Machines get RFC 9457 problems with a stable ``code``; OAuth endpoints the codes of
RFC 6749, section 5.2; people a page that says what to do. A fault nobody foresaw is written to the log as
types and places only: messages and local variables may hold what someone typed.
"""

import logging
import secrets
import traceback
from typing import NamedTuple

from flask import Flask, Response, current_app, json, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from vrm import errors
from vrm.web import audiences, pages, session
from vrm.web.language import N_, gettext, told
from vrm.web.offices import office
from vrm.web.site import site

log = logging.getLogger("vrm.web")


class Row(NamedTuple):
    """What a class of fault looks like from outside."""

    status: int
    oauth: str


TABLE: dict[type[Exception], Row] = {
    errors.Invalid: Row(400, "invalid_request"),
    errors.NotFound: Row(404, "invalid_request"),
    errors.Conflict: Row(409, "invalid_request"),
    errors.Denied: Row(403, "access_denied"),
    errors.TooMany: Row(429, "temporarily_unavailable"),
    errors.Unavailable: Row(503, "temporarily_unavailable"),
    Exception: Row(500, "server_error"),
}


class Fault(NamedTuple):
    """A fault ready to be shown: no shape yet. Machines read ``detail``, in English; people read ``words``."""

    status: int
    oauth: str
    code: str
    detail: str
    words: str
    reference: str
    headers: dict[str, str]
    field: str | None = None


def respond(status: int, code: str, detail: str, **members: object) -> Response:
    """An RFC 9457 problem. ``members`` are extension members; None is left out."""
    body: dict[str, object] = {
        "type": f"{site().issuer}/api#{code}",  # that page tells what each code means
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
    }
    body.update({name: value for name, value in members.items() if value is not None})
    return Response(json.dumps(body), status, mimetype="application/problem+json")


def row(fault: Exception) -> Row:
    """The row of the nearest class of a fault."""
    return next(TABLE[kind] for kind in type(fault).__mro__ if kind in TABLE)


def install(app: Flask) -> None:
    """Answer every fault in the shape of its audience."""
    app.register_error_handler(Exception, _answer)


def _answer(raised: Exception) -> Response | HTTPException:
    if isinstance(raised, HTTPException) and (raised.response is not None or (raised.code or 500) < 400):
        return raised  # a redirect, or an answer someone made on purpose
    fault = _describe(raised)
    response = _shape(fault)
    response.headers.extend(fault.headers)
    return response


def _describe(raised: Exception) -> Fault:
    reference = "r-" + secrets.token_hex(4)
    if (isinstance(raised, errors.VrmError) and row(raised).status < 500) or isinstance(
        raised, errors.Unavailable
    ):
        headers = {"Retry-After": str(raised.retry_after)} if isinstance(raised, errors.TooMany) else {}
        field = raised.field if isinstance(raised, errors.Invalid) else None
        return Fault(*row(raised), raised.code, raised.message, told(raised), reference, headers, field)
    if isinstance(raised, HTTPException) and (raised.code or 500) < 500:
        status = raised.code or 400
        headers = {}
        if isinstance(raised, MethodNotAllowed) and raised.valid_methods:
            headers["Allow"] = ", ".join(sorted(raised.valid_methods))
        code = raised.name.lower().replace(" ", "_").replace("-", "_")
        sentence = _sentence(status)
        return Fault(status, "invalid_request", code, sentence, gettext(sentence), reference, headers)
    report(raised, reference)
    sentence = _sentence(500)
    return Fault(500, "server_error", "server_error", sentence, gettext(sentence), reference, {})


def report(raised: BaseException, reference: str) -> None:
    """Write a fault nobody foresaw to the log: types and places, never a message."""
    log.error("unforeseen fault %s: %s", reference, _places(raised))


def _sentence(status: int) -> str:
    match status:
        case 404:
            return N_("There is nothing at this address. Check it for a missing or extra letter.")
        case 405:
            return N_("This address does not take that kind of request.")
        case 413:
            return N_("What you sent is too large. Send less at once.")
        case 500:
            return N_("Something broke on our side, and nothing was changed. Try again in a minute.")
        case _:
            return N_("We could not read what was sent. Check it and send it again.")


def _shape(fault: Fault) -> Response:
    path = request.path
    view = current_app.view_functions.get(request.endpoint or "")
    declared = audiences.of(view)
    if (
        path.startswith(("/v1/", "/.well-known/", "/health/", "/log/"))
        or path == "/v1"
        or declared == {"token"}
    ):
        reference = fault.reference if fault.status >= 500 else None
        return respond(fault.status, fault.code, fault.detail, field=fault.field, reference=reference)
    if path.startswith("/oauth/") and not declared & audiences.PEOPLE and not _reads_pages():
        body = {"error": fault.oauth, "error_description": _ascii(fault.detail)}
        return Response(json.dumps(body), fault.status, mimetype="application/json")
    return pages.error_page(
        fault.status, code=fault.code, sentence=fault.words, reference=fault.reference, ways=_ways(fault)
    )


def _ways(fault: Fault) -> tuple[pages.Way, ...]:
    """What a person can do about it, where that is not the same for every fault.

    Someone who opened us at another name of the same machine (127.0.0.1 for localhost) can send no form there.
    They are shown our own address and not redirected: behind a proxy that rewrites Host that would never end.
    """
    if fault.code != session.FOREIGN_FORM:
        return ()
    path, query = request.path, request.query_string.decode("ascii", "replace")
    if not current_app.create_url_adapter(request).test(path, "GET"):  # type: ignore[union-attr]
        path, query = office().home, ""
    here = site().issuer
    words = gettext("Open the page at %(address)s", address=here)
    return (pages.Way(here + path + ("?" + query if query else ""), words),)


def _reads_pages() -> bool:
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"


def _ascii(text: str) -> str:
    """RFC 6749, section 5.2: an error description has printable ASCII without quotation marks and backslash."""
    return "".join(c if " " <= c <= "~" and c not in '"\\' else "?" for c in text)


def _places(raised: BaseException) -> str:
    """The types along the chain and the places they passed: never a message, never a value."""
    chain: list[str] = []
    link: BaseException | None = raised
    while link is not None and len(chain) < 5:
        frames = traceback.extract_tb(link.__traceback__)[-12:]
        way = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
        chain.append(f"{type(link).__module__}.{type(link).__qualname__} at {way}")
        link = link.__cause__ or link.__context__
    return " | caused by ".join(chain)
