"""Faults a caller can act on. Rooms raise these; only the edges turn them into answers.

VrmError
├── Invalid       the input is wrong; the message says how to put it right
├── NotFound      nothing here that this caller may see
├── Conflict      something changed meanwhile, or the state does not allow it
│   └── Stale     another edit came first
├── Denied        the caller is known and may not do this
│   └── TooMany   not now; ``retry_after`` seconds say when
└── Unavailable   a part we need does not answer; nothing was changed

``code`` is stable and names the case to programs; the message is for people and never holds personal data.
"""


class VrmError(Exception):
    """A fault with a stable code and a sentence that says what to do."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class Invalid(VrmError):
    """The input is wrong. ``field`` names the part, where there is one."""

    code = "invalid"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message, code=code)
        self.field = field


class NotFound(VrmError):
    """Nothing here that this caller may see: unknown and forbidden look alike."""

    code = "not_found"


class Conflict(VrmError):
    """The state does not allow this now."""

    code = "conflict"


class Stale(Conflict):
    """Another edit came first; read again, then decide."""

    code = "stale"


class Denied(VrmError):
    """The caller is known and may not do this."""

    code = "denied"


class TooMany(Denied):
    """Too often. ``retry_after`` is in seconds."""

    code = "too_many"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(VrmError):
    """A part we need does not answer; nothing was changed and a retry is safe."""

    code = "unavailable"
