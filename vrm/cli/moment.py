"""A moment on the command line."""

from datetime import UTC, datetime

import click


class Moment(click.ParamType[datetime]):
    """An RFC 3339 time or a date; UTC where no offset is given."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail("Write a time as 2026-03-01T09:30:00Z, or a date.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
