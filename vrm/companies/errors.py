"""Faults of the companies room."""

from collections.abc import Sequence

from vrm.errors import Conflict, Denied, Invalid


class BadRedirectUri(Invalid):
    """A redirect URI that could send a code astray."""

    code = "bad_redirect_uri"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="redirect_uris")


class BadKeys(Invalid):
    """A JWK Set we cannot take. The message never repeats a member's value: it may be a private key."""

    code = "bad_jwks"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="jwks")


class DomainNotProved(Conflict):
    """The document at the well-known address does not hold the token."""

    code = "domain_not_proved"


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
