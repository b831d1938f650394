"""Countries, languages and time zones: codes from the standards, names from CLDR."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.core import get_global, parse_locale

from vrm.catalogue.errors import N_, InvalidValue
from vrm.catalogue.shapes.shape import Voice, typed

# Two-letter codes that CLDR lists and ISO 3166-1 does not give to a country. Kosovo's XK, though only
# user-assigned, stays: people live there, and post and banks use it.
NOT_COUNTRIES = frozenset(
    ["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"]
)


@cache
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@cache
def _names(what: Literal["territories", "languages", "scripts"], locale: str) -> dict[str, str]:
    """CLDR's names for codes, in the language of the locale."""
    return {str(code): str(name) for code, name in getattr(_locale(locale), what).items()}


@cache
def countries(locale: str = "en") -> dict[str, str]:
    """ISO 3166-1 alpha-2 code to name."""
    english, names = _names("territories", "en"), _names("territories", locale)
    codes = (code for code in english if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES)
    return {code: names.get(code, english[code]) for code in codes}


@cache
def _countries_by_name() -> dict[str, str]:
    return {name.casefold(): code for code, name in countries().items()} | {"uk": "GB"}


@cache
def zones() -> frozenset[str]:
    """IANA time zone names, from CLDR: the same on a machine without zone files of its own."""
    names = set(get_global("zone_territories")) | set(get_global("zone_aliases"))
    return frozenset(name for name in names if "/" in name and name != "Etc/Unknown")


@dataclass(frozen=True, slots=True)
class Country:
    """ISO 3166-1 alpha-2. An English country name is understood, since other services send one."""

    @property
    def name(self) -> str:
        return "country"

    @property
    def control(self) -> str:
        return "select"

    def parse(self, raw: object, today: date) -> str:
        text = typed(raw)
        if text.upper() in countries():
            return text.upper()
        code = _countries_by_name().get(text.casefold())
        if code is None:
            raise InvalidValue(N_("Choose a country, or write its two-letter code, such as DE."))
        return code

    def show(self, value: object, voice: Voice) -> str:
        return countries(voice.locale).get(str(value), str(value))

    def options(self, voice: Voice) -> tuple[tuple[str, str], ...]:
        return tuple(sorted(countries(voice.locale).items(), key=lambda option: option[1].casefold()))


@dataclass(frozen=True, slots=True)
class Language:
    """A language tag (BCP 47): language, then script and region where they matter. ``de``, ``de-AT``, ``zh-Hant``."""

    @property
    def name(self) -> str:
        return "language"

    @property
    def control(self) -> str:
        return "select"

    def parse(self, raw: object, today: date) -> str:
        fault = InvalidValue(N_("Choose a language, or write its tag, such as de or pt-BR."))
        text = typed(raw)
        try:
            language, region, script, variant = parse_locale(text.replace("_", "-"), sep="-")[:4]
        except ValueError:
            raise fault from None
        if variant or language not in _names("languages", "en"):
            raise fault
        if script and script not in _names("scripts", "en"):
            raise fault
        if region and region not in _names("territories", "en"):
            raise fault
        return "-".join(part for part in (language, script, region) if part)

    def show(self, value: object, voice: Voice) -> str:
        try:
            language, region, script, _ = parse_locale(str(value), sep="-")[:4]
        except ValueError:
            return str(value)
        scripts, regions = _names("scripts", voice.locale), _names("territories", voice.locale)
        details = [scripts.get(script or "", script), regions.get(region or "", region)]
        words = ", ".join(detail for detail in details if detail)
        spoken = _names("languages", voice.locale).get(language, language)
        return f"{spoken} ({words})" if words else spoken

    def options(self, voice: Voice) -> tuple[tuple[str, str], ...]:
        names, english = _names("languages", voice.locale), _names("languages", "en")
        # The two-letter languages of ISO 639-1; any other tag may be written.
        tags = {tag: names.get(tag, name) for tag, name in english.items() if len(tag) == 2}
        return tuple(sorted(tags.items(), key=lambda option: option[1].casefold()))


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone by its IANA name, ``Europe/Berlin``."""

    @property
    def name(self) -> str:
        return "zone"

    @property
    def control(self) -> str:
        return "select"

    def parse(self, raw: object, today: date) -> str:
        text = typed(raw).replace(" ", "_")
        if text not in zones():
            raise InvalidValue(N_("Choose a time zone, such as Europe/Berlin."))
        return text

    def show(self, value: object, voice: Voice) -> str:
        return str(value).replace("_", " ")

    def options(self, voice: Voice) -> tuple[tuple[str, str], ...]:
        places = sorted(name for name in get_global("zone_territories") if not name.startswith("Etc/"))
        return tuple((name, name.replace("_", " ")) for name in places)
