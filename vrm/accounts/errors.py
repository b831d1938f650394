"""Faults of the accounts room. None tells whether a person exists to someone who has not proved to be them."""

from vrm.errors import Conflict, Denied, Invalid, NotFound


class WrongCredentials(Denied):
    """Unknown address, wrong password or ended account: one answer for all three."""

    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__("That e-mail address and password do not belong together. Check both and try again.")


class LinkExpired(NotFound):
    """The token of a mailed link is unknown, used, too old, or for something else."""

    code = "link_expired"

    def __init__(self) -> None:
        super().__init__("This link is no longer valid. Ask for a new one.")


class AccountExists(Conflict):
    """Told only to someone who holds a link mailed to that very address."""

    code = "account_exists"

    def __init__(self) -> None:
        super().__init__("There is already an account with this address. Sign in instead.")


class BadPassword(Invalid):
    """A new password we do not take; the message says why."""

    code = "bad_password"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="password")


class WrongCode(Denied):
    """A code of the second factor that is wrong, too old, or was used before."""

    code = "wrong_code"

    def __init__(self) -> None:
        super().__init__("This code is not right, or was used already. Wait for the next one and type that.")
