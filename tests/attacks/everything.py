"""All the attacks there are, by group."""

from tests.attacks import (
    assertions,
    browsers,
    clients,
    codes,
    crossing,
    deciding,
    desks,
    fetching,
    grants,
    inputs,
    logged,
    proofs,
    proposals,
    pushing,
    recognised,
    redirects,
    silence,
    stopping,
    telling,
)
from tests.attacks.stage import Row

GROUPS = (
    codes,
    redirects,
    pushing,
    deciding,
    assertions,
    clients,
    proofs,
    grants,
    crossing,
    desks,
    inputs,
    browsers,
    fetching,
    telling,
    logged,
    silence,
    recognised,
    stopping,
    proposals,
)
ROWS: list[Row] = [row for group in GROUPS for row in group.ROWS]
