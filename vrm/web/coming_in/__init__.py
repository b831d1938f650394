"""Coming in, the same way at each office: an address, a mailed link, a password, a second factor; and the account.

``add_routes(blueprint)`` gives an office its door, under the office's prefix. What differs between offices goes by
``vrm.web.offices``: the kind of account, the cookie, and where one is led first.
"""

from flask import Blueprint

from vrm.web.coming_in import account, second_factor, sign_in, sign_up

__all__ = ["add_routes"]


def add_routes(blueprint: Blueprint) -> None:
    """The door of an office, and the page of the account."""
    for family in (sign_in, sign_up, second_factor, account):
        family.add_routes(blueprint)
