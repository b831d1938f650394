"""All the attacks there are, by group."""

from tests.attacks import (
    assertions,
    browsers,
    clients,
    codes,
    crossing,
    fetching,
    grants,
    inputs,
    proofs,
    pushing,
    redirects,
    telling,
)
from tests.attacks.stage import Row

GROUPS = (
    codes,
    redirects,
    pushing,
    assertions,
    clients,
    proofs,
    grants,
    crossing,
    inputs,
    browsers,
    fetching,
    telling,
)
ROWS: list[Row] = [row for group in GROUPS for row in group.ROWS]
