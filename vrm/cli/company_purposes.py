"""What a company states at the command line: what it needs data for, and for how long it keeps what it reads."""

import click

from vrm.companies import Stated

retention_option = click.option(
    "--retention", multiple=True, metavar="PURPOSE=DAYS",
    help="How long it keeps what it reads for a purpose; while it is allowed to, unless given.",
)  # fmt: skip


def read_purposes(given: tuple[str, ...], retention: tuple[str, ...]) -> dict[str, Stated]:
    """``PURPOSE[=WHY]`` and ``PURPOSE=DAYS``, as given. Raises ``UsageError`` for days of what is no purpose of them."""
    whys = {purpose: why or None for purpose, _, why in (each.partition("=") for each in given)}
    days = {purpose: figure for purpose, _, figure in (each.partition("=") for each in retention)}
    for purpose, figure in days.items():
        if purpose not in whys or not figure.isdecimal():
            raise click.UsageError("Give --retention PURPOSE=DAYS, for a purpose that is given too.")
    return {
        purpose: Stated(why, int(days[purpose]) if purpose in days else None) for purpose, why in whys.items()
    }
