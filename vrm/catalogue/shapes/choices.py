"""Values of a closed kind: one of a list, yes or no, a whole number."""

import re
from dataclasses import dataclass
from datetime import date

from vrm.catalogue.errors import N_, InvalidValue
from vrm.catalogue.shapes.shape import FILL_IN, Voice, typed

YES, NO = N_("Yes"), N_("No")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed list. ``choices`` are (code, label); the code is stored and leaves, the label is shown."""

    choices: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        return "choice"

    @property
    def control(self) -> str:
        return "select"

    def parse(self, raw: object, today: date) -> str:
        code = typed(raw)
        if not any(code == known for known, _ in self.choices):
            raise InvalidValue(N_("Choose one from the list."))
        return code

    def show(self, value: object, voice: Voice) -> str:
        # A code that a later catalogue no longer lists is shown as it is: it would leave as it is.
        return next((voice.translate(label) for code, label in self.choices if code == value), str(value))

    def options(self, voice: Voice) -> tuple[tuple[str, str], ...]:
        return tuple((code, voice.translate(label)) for code, label in self.choices)


@dataclass(frozen=True, slots=True)
class YesNo:
    """True or false; a form sends ``yes`` or ``no``."""

    @property
    def name(self) -> str:
        return "yes_no"

    @property
    def control(self) -> str:
        return "select"

    def parse(self, raw: object, today: date) -> bool:
        if isinstance(raw, bool):
            return raw
        said = raw.strip().lower() if isinstance(raw, str) else None
        if said == "":
            raise InvalidValue(FILL_IN)
        if said not in ("yes", "no", "true", "false"):
            raise InvalidValue(N_("Answer yes or no."))
        return said in ("yes", "true")

    def show(self, value: object, voice: Voice) -> str:
        return voice.translate(YES if value is True else NO)

    def options(self, voice: Voice) -> tuple[tuple[str, str], ...]:
        return (("yes", voice.translate(YES)), ("no", voice.translate(NO)))


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number from ``least`` to ``most``, shown with its ``unit`` where it has one."""

    least: int
    most: int
    unit: str = ""

    @property
    def name(self) -> str:
        return "integer"

    @property
    def control(self) -> str:
        return "number"

    def parse(self, raw: object, today: date) -> int:
        if isinstance(raw, int) and not isinstance(raw, bool):
            number = raw
        else:
            # The length is bounded before int() sees it: Python refuses very long numbers with an error of its own.
            digits = typed(raw)
            if not re.fullmatch(r"-?[0-9]{1,12}", digits):
                raise InvalidValue(N_("Write a whole number, in digits only."))
            number = int(digits)
        if not self.least <= number <= self.most:
            raise InvalidValue(
                N_("Use a number from %(least)s to %(most)s."),
                params={"least": self.least, "most": self.most},
            )
        return number

    def show(self, value: object, voice: Voice) -> str:
        # No thousands mark: most of these are years and sizes.
        return f"{value} {voice.translate(self.unit)}" if self.unit else str(value)

    def options(self, voice: Voice) -> tuple[tuple[str, str], ...]:
        return ()
