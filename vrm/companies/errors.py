"""Faults of the companies room."""

from collections.abc import Sequence

from vrm.errors import Conflict, Denied, Invalid, NotFound, TooMany, Unavailable, VrmError


class Worded(VrmError):
    """A fault whose sentence may have places: ``msgid`` and ``params`` let a page say it in the reader's language."""

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid % params)
        self.msgid, self.params = msgid, params


class BadFact(Worded, Invalid):
    """What somebody states of a company is missing, or longer than can be kept."""

    def __init__(self, msgid: str, *, field: str, **params: object) -> None:
        super().__init__(msgid, **params)
        self.field = field


class BadRedirectUri(Worded, Invalid):
    """A redirect URI that could send a code astray."""

    code = "bad_redirect_uri"

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid, **params)
        self.field = "redirect_uris"


class BadKeys(Worded, Invalid):
    """A JWK Set we cannot take. The message never repeats a member's value: it may be a private key."""

    code = "bad_jwks"

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid, **params)
        self.field = "jwks"


class UnusableKey(BadKeys):
    """One key that we do not take, though no harm is done by publishing it. ``reason`` says why, to programs.

    ``use``: it is not for verifying signatures. ``algorithm``, ``kind``: it is of none that we take. ``damaged``: it is
    no key.
    """

    def __init__(self, msgid: str, *, reason: str, **params: object) -> None:
        super().__init__(msgid, **params)
        self.reason = reason


class BadJwksUri(Invalid):
    """An address at which somebody else could supply a client's keys."""

    code = "bad_jwks_uri"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="jwks_uri")


class JwksNotServed(Worded, Unavailable):
    """The address of a key set answered, and not with one."""

    code = "jwks_not_served"


class InvitationOver(NotFound):
    """The link is unknown, used, withdrawn or too old: all look alike."""

    code = "invitation_over"

    def __init__(self) -> None:
        super().__init__("This invitation is no longer valid. Ask the person who invited you for a new one.")


class DomainNotProved(Worded, Conflict):
    """The document at the well-known address does not hold the token.

    ``status`` is what was answered where it should have been 200.
    """

    code = "domain_not_proved"

    def __init__(self, msgid: str, *, status: int | None = None, **params: str) -> None:
        if status is not None:
            params["status"] = str(status)
        super().__init__(msgid, **params)
        self.status = status


class CheckedJustNow(TooMany):
    """The domain was read a moment ago, whatever came of it."""

    code = "checked_just_now"

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(
            "Your domain was checked a moment ago. Wait ten seconds, then check again.",
            retry_after=retry_after,
        )


class InvitedEnough(TooMany):
    """A company has sent as many invitations as it may within a day."""

    code = "invited_enough"


class NotApprovable(Conflict):
    """Something is missing before a company may ask; ``missing`` names it to programs."""

    code = "not_approvable"

    def __init__(self, missing: Sequence[str]) -> None:
        said = {
            "domain": "prove its web domain",
            "purpose": "register at least one purpose",
            "notice": "name its privacy notice",
        }
        super().__init__(
            f"Before it can be approved, the company must {_listed([said[each] for each in missing])}."
        )
        self.missing = tuple(missing)


class MayNotAsk(Denied):
    """The client may ask nobody anything now. ``code`` tells the client's own people why."""

    code = "may_not_ask"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
