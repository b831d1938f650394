"""Days of the calendar, written year-month-day (RFC 3339, full-date) and shown written out."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from babel import UnknownLocaleError
from babel.dates import format_date

from vrm.catalogue.errors import N_, InvalidValue
from vrm.catalogue.shapes.shape import Voice, typed

FIRST_YEAR, LAST_YEAR = 1900, 2199
DATE_FORM = N_("Write the date as year-month-day, such as 1991-06-17.")

# Whole sentences, because "June" inside another sentence cannot be translated well.
MONTH_ENDS = {
    2: N_("February has %(days)s days in %(year)s."),
    4: N_("April has 30 days."),
    6: N_("June has 30 days."),
    9: N_("September has 30 days."),
    11: N_("November has 30 days."),
}


@dataclass(frozen=True, slots=True)
class Date:
    """A day from 1900 on. With ``past`` it may not lie in the future."""

    past: bool = False

    @property
    def name(self) -> str:
        return "date"

    @property
    def control(self) -> str:
        return "date"

    def parse(self, raw: object, today: date) -> str:
        written = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", typed(raw))
        if not written:
            raise InvalidValue(DATE_FORM)
        year, month, day = (int(part) for part in written.groups())
        if self.past and not FIRST_YEAR <= year <= LAST_YEAR:
            raise InvalidValue(N_("Use a day from %(first)s to today."), params={"first": FIRST_YEAR})
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise InvalidValue(
                N_("Use a year from %(first)s to %(last)s."), params={"first": FIRST_YEAR, "last": LAST_YEAR}
            )
        if not 1 <= month <= 12:
            raise InvalidValue(N_("The month is a number from 1 to 12."))
        days = calendar.monthrange(year, month)[1]
        if day > days and month in MONTH_ENDS and day <= 31:
            raise InvalidValue(MONTH_ENDS[month], params={"days": days, "year": year})
        if not 1 <= day <= days:
            raise InvalidValue(N_("The day is a number from 1 to 31."))
        # ``today`` is the day in UTC; east of it tomorrow has begun for whoever was born this morning.
        if self.past and date(year, month, day) > today + timedelta(days=1):
            raise InvalidValue(N_("This day is still to come. Check the year."))
        return date(year, month, day).isoformat()

    def show(self, value: object, voice: Voice) -> str:
        try:
            return format_date(date.fromisoformat(str(value)), format="long", locale=voice.locale)
        except (ValueError, UnknownLocaleError):
            return str(value)

    def options(self, voice: Voice) -> tuple[tuple[str, str], ...]:
        return ()
