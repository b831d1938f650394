"""Who is here, and whether they really sent this form.

The cookie holds a random token; the row behind it is the session, so ending it ends it everywhere. A form carries
HMAC(cookie, "form"): another site can make a browser send the cookie but cannot read it, so it cannot make the
field. Someone without a session gets a cookie of their own for it, so that signing in cannot be forged either.
The browser's own word (Sec-Fetch-Site, Origin) is checked as well; the field alone would do.
"""

import base64
import hashlib
import hmac
import re
from urllib.parse import quote, urlsplit

from flask import Flask, Response, current_app, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from vrm.errors import Denied
from vrm.ids import new_secret
from vrm.web import audiences, offices
from vrm.web.language import gettext
from vrm.web.offices import office
from vrm.web.site import Visitor, site

FOREIGN_FORM = "foreign_form"
"""The code of a form that another site sent, or that was opened at another name of ours."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*")


def visitor() -> Visitor | None:
    """Whose session this request belongs to, in this office; asked of the accounts at most once in a request."""
    if "visitor" not in g:
        held = token()
        found = site().find_session(held) if held else None
        g.visitor = found if found is not None and found.audience == office().audience else None
    return g.visitor  # type: ignore[no-any-return]


def present() -> Visitor:
    """Who is here. Only for views that are for people; the guard ran before."""
    here = visitor()
    if here is None:
        raise Denied(gettext("Please sign in first."), code="signed_out")
    return here


def consumer_id() -> str:
    """The consumer whose session this is. Only for views declared for consumers."""
    here = present()
    assert here.audience == "consumer"
    return here.person_id


def company_id() -> str:
    """The company whose person this is. Only for views declared for people of a company."""
    here = present()
    assert here.company_id is not None
    return here.company_id


def auditor_id() -> str:
    """The auditor whose session this is. Only for views declared for auditors."""
    here = present()
    assert here.audience == "auditor"
    return here.person_id


def remember(response: BaseResponse, token: str) -> None:
    """Give the browser a session token. The account room says how long it is good; the cookie lives as the tab."""
    _set(response, _cookie(office().cookie), token)


def forget(response: BaseResponse) -> None:
    """Take the session cookie back. The row must have been ended before: the cookie is only a copy."""
    response.delete_cookie(
        _cookie(office().cookie), path="/", secure=site().secure, httponly=True, samesite="Lax"
    )


def token() -> str | None:
    """The session token itself, as the browser holds it for this office."""
    return request.cookies.get(_cookie(office().cookie))


def csrf_token() -> str:
    """What the hidden field ``csrf`` of each form holds."""
    return _form_token(_secret())


def safe_next(path: str | None, otherwise: str | None = None) -> str:
    """A path in this office to go to next, or ``otherwise`` (home). Nothing a browser could read as another host."""
    if path and len(path) <= 4096 and _PATH.fullmatch(path):
        parts = urlsplit(path)
        if not parts.scheme and not parts.netloc and offices.of(parts.path) is office():
            return path
    return office().home if otherwise is None else otherwise


def browser() -> str:
    """A secret of this browser's own, which stays the same when somebody signs in or out in it."""
    if "browser" not in g:
        kept = request.cookies.get(_cookie("vrm-form"))
        g.browser = kept or new_secret()
        g.browser_is_new = not kept
    return str(g.browser)


def install(app: Flask) -> None:
    """Guard every route for people, and hand out the form cookie."""
    app.before_request(_guard)
    app.after_request(_keep_form_secret)
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.jinja_env.globals["visitor"] = visitor
    app.jinja_env.globals["office"] = office


def _guard() -> BaseResponse | None:
    if request.endpoint is None:
        return None  # no such route; the error page follows
    view = current_app.view_functions[request.endpoint]
    declared = audiences.of(view)
    if declared <= audiences.MACHINES:
        return None  # the protector of the route asks for proof; there is no cookie to abuse
    if request.method not in _SAFE and not audiences.is_for_foreign_forms(view):
        _refuse_forgery()
    if audiences.PUBLIC in declared:
        return None
    here = visitor()
    back = request.full_path.rstrip("?") if request.method in _SAFE else ""
    carry = f"?next={quote(back, safe='/')}" if back else ""
    if here is None:
        return redirect(office().sign_in + carry, code=303)
    if here.role in audiences.roles_of(view):
        return None
    step = office().steps.get(here.role)
    if step is not None:
        return redirect(step + carry, code=303)
    if here.role == offices.NO_MANDATE:
        raise Denied(gettext("Your mandate has ended. Ask the operator for a new one."), code="no_mandate")
    raise Denied(
        gettext("Your role does not include this. Ask an owner of your organisation."), code="not_your_role"
    )


def _refuse_forgery() -> None:
    """Refuse a form that did not come from a page of ours, in this browser."""
    fetched_from = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    # A browser may hide the origin ("null") even from us; then only its Sec-Fetch-Site can speak for it.
    foreign = origin is not None and origin != site().origin
    if origin == "null" and fetched_from == "same-origin":
        foreign = False
    if foreign or fetched_from not in {None, "same-origin", "none"}:
        raise Denied(
            gettext(
                "This form was not opened at our own address, so nothing was changed. Open it there and send it again."
            ),
            code=FOREIGN_FORM,
        )
    secret = token() or request.cookies.get(_cookie("vrm-form"))
    sent = request.form.get("csrf", "")
    if not secret or not hmac.compare_digest(_form_token(secret).encode(), sent.encode()):
        raise Denied(
            gettext(
                "This page was open for too long, so nothing was changed. Go back, reload it and try again."
            ),
            code="form_expired",
        )


def _secret() -> str:
    return token() or browser()


def _form_token(secret: str) -> str:
    digest = hmac.new(secret.encode(), b"vrm form", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _keep_form_secret(response: Response) -> Response:
    if g.get("browser_is_new"):
        _set(response, _cookie("vrm-form"), g.browser)
    return response


def _cookie(name: str) -> str:
    # ``__Host-`` makes the browser refuse the cookie from a sub-domain or over http (RFC 6265bis, section
    # 4.1.3.2). On http at loopback stock clients return no Secure cookie, so there the name is plain.
    return f"__Host-{name}" if site().secure else name


def _set(response: BaseResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, path="/", secure=site().secure, httponly=True, samesite="Lax")
