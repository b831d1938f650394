"""Where someone is reached: e-mail address, phone number, web address."""

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit, urlunsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from vrm.catalogue.errors import N_, InvalidValue
from vrm.catalogue.shapes.shape import Voice, typed
from vrm.catalogue.shapes.text import clean

PHONE_FORM = N_("Use the form +49 30 123456: a plus, the country code, then the number.")
TOO_SHORT = N_("A digit is missing: this number is too short for its country.")
TOO_LONG = N_("There is a digit too many: this number is too long for its country.")
EMAIL_FORM = N_("Use the form name@example.org.")
WEB_FORM = N_("Use the form https://www.example.org/page.")
LONGEST_WEB_ADDRESS = 2000


@dataclass(frozen=True, slots=True)
class Email:
    """An address as in RFC 5321 and RFC 6531, its domain in lower case. Nothing is asked of the network."""

    @property
    def name(self) -> str:
        return "email"

    @property
    def control(self) -> str:
        return "email"

    def parse(self, raw: object, today: date) -> str:
        text = clean(typed(raw))
        try:
            return validate_email(text, check_deliverability=False).normalized
        except EmailNotValidError as fault:
            raise InvalidValue(EMAIL_FORM) from fault

    def show(self, value: object, voice: Voice) -> str:
        return str(value)

    def options(self, voice: Voice) -> tuple[tuple[str, str], ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Phone:
    """An international number, stored as E.164 (``+4930123456``), shown in groups.

    The length is checked against the country's numbering plan, and against that of the range where it is known. Whether
    a range is in service is not: new ranges open more often than anyone updates a list of them.
    """

    @property
    def name(self) -> str:
        return "phone"

    @property
    def control(self) -> str:
        return "tel"

    def parse(self, raw: object, today: date) -> str:
        text = clean(typed(raw))
        if text.startswith("00"):
            text = "+" + text[2:]
        if not text.startswith(("+", "\uff0b")):
            raise InvalidValue(PHONE_FORM)
        try:
            number = phonenumbers.parse(text)
        except phonenumbers.NumberParseException as fault:
            short = phonenumbers.NumberParseException.TOO_SHORT_NSN
            long = phonenumbers.NumberParseException.TOO_LONG
            known = {short: TOO_SHORT, long: TOO_LONG}
            raise InvalidValue(known.get(fault.error_type, PHONE_FORM)) from fault
        if number.extension:
            raise InvalidValue(N_("Leave out the extension."))
        if number.italian_leading_zero and _dials_zero_first(number):
            # The library leaves the zero on where too little follows it, and counts it as a digit of the number.
            number.italian_leading_zero = number.number_of_leading_zeros = None
        possible = phonenumbers.is_possible_number_with_reason(number)
        if possible == phonenumbers.ValidationResult.TOO_LONG:
            raise InvalidValue(TOO_LONG)
        if possible != phonenumbers.ValidationResult.IS_POSSIBLE or _lacks_digits(number):
            raise InvalidValue(TOO_SHORT)
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    def show(self, value: object, voice: Voice) -> str:
        try:
            number = phonenumbers.parse(str(value))
        except phonenumbers.NumberParseException:
            return str(value)
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))

    def options(self, voice: Voice) -> tuple[tuple[str, str], ...]:
        return ()


def _lacks_digits(number: phonenumbers.PhoneNumber) -> bool:
    """Whether it is no number as it stands, and one digit more, or two, make it a mobile one: these are all as long."""
    if phonenumbers.is_valid_number(number):
        return False
    longer = phonenumbers.PhoneNumber()
    longer.merge_from(number)
    for _ in range(2):
        longer.national_number = 10 * (longer.national_number or 0)
        if phonenumbers.number_type(longer) == phonenumbers.PhoneNumberType.MOBILE:
            return True
    return False


def _dials_zero_first(number: phonenumbers.PhoneNumber) -> bool:
    """Whether a leading zero is only dialled within that country, and no part of any of its numbers."""
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return bool(phonenumbers.ndd_prefix_for_region(region, True) == "0")


@dataclass(frozen=True, slots=True)
class Url:
    """An address on the web: http or https and nothing else, so that a link made of it can only lead to a page."""

    @property
    def name(self) -> str:
        return "url"

    @property
    def control(self) -> str:
        return "url"

    def parse(self, raw: object, today: date) -> str:
        text = clean(typed(raw))
        if len(text) > LONGEST_WEB_ADDRESS:
            raise InvalidValue(
                N_("This is too long. Use at most %(longest)s characters."),
                params={"longest": LONGEST_WEB_ADDRESS},
            )
        if re.search(r'[\s<>"\\^`{|}]', text):
            raise InvalidValue(WEB_FORM)
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port
        except ValueError as fault:
            raise InvalidValue(WEB_FORM) from fault
        if parts.scheme not in ("http", "https"):
            raise InvalidValue(N_("A web address starts with https:// or http://."))
        if parts.username is not None or parts.password is not None:
            raise InvalidValue(N_("Leave out the name and password before the @."))
        if not host or port == 0 or not re.fullmatch(r"[\w-]+(\.[\w-]+)*\.?|[0-9a-f.]*:[0-9a-f:.]+", host):
            raise InvalidValue(WEB_FORM)
        return urlunsplit(parts._replace(netloc=parts.netloc.lower()))

    def show(self, value: object, voice: Voice) -> str:
        return str(value)

    def options(self, voice: Voice) -> tuple[tuple[str, str], ...]:
        return ()
