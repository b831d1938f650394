"""The three offices in which people are served, each behind a door of its own.

Consumers, the people of companies and auditors sign in at different places with different accounts, and one browser
can be in all three at once: each office has its own cookie. Which office a request is for goes by its path alone,
so no page can take somebody's session of another office for its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from flask import request

from vrm.web.language import N_

ROLES = ("owner", "developer", "agent", "privacy_officer")
"""What the people of a company can be."""
UNPROVED = "unproved"
"""Signed in with the password; the second factor is still to be proved."""
NEWCOMER = "newcomer"
"""Signed in at the office of companies, and belongs to none yet."""
NO_MANDATE = "no_mandate"
"""Signed in as an auditor whose mandate does not hold now."""


@dataclass(frozen=True)
class Office:
    """One office. ``steps`` says where someone in an unfinished state is led first."""

    audience: Literal["consumer", "company", "auditor"]
    prefix: str
    cookie: str
    home: str
    name: str
    start: str
    steps: Mapping[str, str] = field(default_factory=dict)

    @property
    def sign_in(self) -> str:
        """The path of its door."""
        return f"{self.prefix}/sign-in"


CONSUMERS = Office(
    "consumer",
    "",
    "vrm",
    "/home",
    N_("Your profile"),
    "/",
    MappingProxyType({UNPROVED: "/second-factor"}),
)
COMPANIES = Office(
    "company",
    "/company",
    "vrm-company",
    "/company",
    N_("For companies"),
    "/company/sign-in",
    MappingProxyType({UNPROVED: "/company/second-factor", NEWCOMER: "/company/register"}),
)
AUDITORS = Office(
    "auditor",
    "/audit",
    "vrm-audit",
    "/audit",
    N_("For auditors"),
    "/audit/sign-in",
    MappingProxyType({UNPROVED: "/audit/second-factor"}),
)


def of(path: str) -> Office:
    """The office a path belongs to; consumers' is the one without a prefix."""
    for office in (COMPANIES, AUDITORS):
        if path == office.prefix or path.startswith(office.prefix + "/"):
            return office
    return CONSUMERS


def office() -> Office:
    """The office this request is for."""
    return of(request.path)
