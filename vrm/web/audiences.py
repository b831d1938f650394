"""Who a route is for. Each view declares it; an app with an undeclared route does not start.

People come with a session cookie, machines with a token or a client assertion. A route is for one kind only: the
two are protected in different ways (forms against forgery, machines by proof), and a route that took both
would have the weaker of the two.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from flask import Flask

from vrm.web import offices
from vrm.web.offices import NEWCOMER, NO_MANDATE, ROLES

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
PEOPLE = frozenset({"consumer", "company", "auditor"})
"""They hold a session; the session guard lets them in or sends them to sign in."""
MACHINES = frozenset({"client", "token", "auditor_token"})
"""``client`` authenticates itself, ``token`` brings an access token, ``auditor_token`` one that an auditor made for a
program; the protector of the route checks them."""

EVERY_ROLE = frozenset({"consumer", "auditor", *ROLES})
"""Whoever is fully signed in: what a route for people takes unless it names roles."""

SIGNED_IN = EVERY_ROLE | {NEWCOMER, NO_MANDATE}
"""Whoever came in, even if there is nothing for them here."""

_MARK = "__vrm_audiences__"
_ROLES = "__vrm_roles__"
_FOREIGN = "__vrm_foreign_forms__"


class UndeclaredRoute(RuntimeError):
    """A route without an audience, or with two kinds. Start-up stops here."""


class Door(NamedTuple):
    """One route, as the test of every actor at every door needs it."""

    rule: str
    endpoint: str
    methods: frozenset[str]
    audiences: frozenset[str]
    roles: frozenset[str]


def audience(*names: str, roles: Iterable[str] = EVERY_ROLE) -> Callable[[View], View]:
    """Declare who a view is for: ``public`` alone, one or more of PEOPLE, or one or more of MACHINES.

    ``roles`` narrows people further: what they are in their company, or how far they have come in.
    """
    chosen = frozenset(names)
    if chosen != {PUBLIC} and not (chosen and (chosen <= PEOPLE or chosen <= MACHINES)):
        raise UndeclaredRoute(f"not an audience: {sorted(chosen)}")

    def mark(view: View) -> View:
        setattr(view, _MARK, chosen)
        setattr(view, _ROLES, frozenset(roles))
        return view

    return mark


def takes_foreign_forms(view: View) -> View:
    """Mark a view to which other sites may send a form, because it changes nothing and knows nobody."""
    setattr(view, _FOREIGN, True)
    return view


def is_for_foreign_forms(view: Callable[..., Any] | None) -> bool:
    """Whether other sites may send a form to a view."""
    return getattr(view, _FOREIGN, False)


def of(view: Callable[..., Any] | None) -> frozenset[str]:
    """The audiences a view declares; empty when it declares none."""
    return getattr(view, _MARK, frozenset())


def roles_of(view: Callable[..., Any] | None) -> frozenset[str]:
    """The roles a view for people takes."""
    return getattr(view, _ROLES, frozenset())


def check(app: Flask) -> None:
    """Raise UndeclaredRoute, naming every route that tells no audience or stands in another office than its own."""
    missing = sorted(door.rule for door in matrix(app) if not door.audiences)
    if missing:
        raise UndeclaredRoute(f"routes without an audience: {', '.join(missing)}")
    for door in matrix(app):
        if door.audiences <= PEOPLE and offices.of(door.rule).audience not in door.audiences:
            raise UndeclaredRoute(f"a route of another office: {door.rule}")


def matrix(app: Flask) -> Iterator[Door]:
    """Every route of the app in the order of its rules."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        methods = frozenset(rule.methods or ()) - {"HEAD", "OPTIONS"}
        view = app.view_functions[rule.endpoint]
        yield Door(rule.rule, rule.endpoint, methods, of(view), roles_of(view))
