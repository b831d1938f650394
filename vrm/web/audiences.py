"""Who a route is for. Each view declares it; an app with an undeclared route does not start.

People come with a session cookie, machines with a token or a client assertion. A route is for one kind only: the
two are protected in different ways (forms against forgery, machines by proof), and a route that took both
would have the weaker of the two.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
PEOPLE = frozenset({"consumer", "company", "auditor"})
"""They hold a session; the session guard lets them in or sends them to sign in."""
MACHINES = frozenset({"client", "token"})
"""``client`` authenticates itself, ``token`` brings an access token; the protector of the route checks them."""

_MARK = "__vrm_audiences__"


class UndeclaredRoute(RuntimeError):
    """A route without an audience, or with two kinds. Start-up stops here."""


class Door(NamedTuple):
    """One route, as the test of every actor at every door needs it."""

    rule: str
    endpoint: str
    methods: frozenset[str]
    audiences: frozenset[str]


def audience(*names: str) -> Callable[[View], View]:
    """Declare who a view is for: ``public`` alone, one or more of PEOPLE, or one or more of MACHINES."""
    chosen = frozenset(names)
    if chosen != {PUBLIC} and not (chosen and (chosen <= PEOPLE or chosen <= MACHINES)):
        raise UndeclaredRoute(f"not an audience: {sorted(chosen)}")

    def mark(view: View) -> View:
        setattr(view, _MARK, chosen)
        return view

    return mark


def of(view: Callable[..., Any] | None) -> frozenset[str]:
    """The audiences a view declares; empty when it declares none."""
    return getattr(view, _MARK, frozenset())


def check(app: Flask) -> None:
    """Raise UndeclaredRoute, naming every route that tells no audience."""
    missing = sorted(door.rule for door in matrix(app) if not door.audiences)
    if missing:
        raise UndeclaredRoute(f"routes without an audience: {', '.join(missing)}")


def matrix(app: Flask) -> Iterator[Door]:
    """Every route of the app in the order of its rules."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        methods = frozenset(rule.methods or ()) - {"HEAD", "OPTIONS"}
        yield Door(rule.rule, rule.endpoint, methods, of(app.view_functions[rule.endpoint]))
