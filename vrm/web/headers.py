"""The headers every answer carries: a strict content security policy, and nothing kept in any cache.

Pages hold personal values, so only answers that say otherwise themselves (static files, tiles of the log) may be
stored. ``form-action`` also governs where a form's answer may redirect to, so the page on which a person decides
about an ask opens it for the one registered origin that the decision returns to.
"""

import re
from urllib.parse import urlsplit

from flask import Flask, Response, g

from vrm.web.site import site

_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")  # RFC 8252, section 7.1: a reversed domain name
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?")
_PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"


def allow_form_to(redirect_uri: str) -> None:
    """Let forms of the page being answered end at this redirect URI. It must have been validated before.

    Only its origin enters the policy, or its scheme where an app on the person's device has claimed one.
    Raises ValueError for anything that could add a second source to the policy.
    """
    parts = urlsplit(redirect_uri)
    if parts.scheme in {"https", "http"} and _HOST.fullmatch(parts.netloc.lower()):
        g.form_target = f"{parts.scheme}://{parts.netloc.lower()}"
    elif _SCHEME.fullmatch(parts.scheme):
        g.form_target = f"{parts.scheme}:"
    else:
        raise ValueError("not a redirect URI that a form may end at")


def _policy() -> str:
    form_action = " ".join(["'self'", *([g.form_target] if "form_target" in g else [])])
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        f"font-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action {form_action}"
    )


def _protect(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = _policy()
    # Not ``no-referrer``: under it browsers send ``Origin: null`` even with our own forms (Fetch, "append a
    # request Origin header"), and the check of where a form came from would be blind. Other sites get nothing.
    headers["Referrer-Policy"] = "same-origin"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = _PERMISSIONS
    headers.setdefault("Cache-Control", "no-store")
    if site().secure:
        headers["Strict-Transport-Security"] = "max-age=63072000"
    return response


def install(app: Flask) -> None:
    """Put the headers on every answer of the app."""
    app.after_request(_protect)
