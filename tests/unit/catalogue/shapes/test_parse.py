"""Every shape, by rows: what it accepts and as what, what it refuses and with which words."""

from datetime import date

import pytest

from vrm.catalogue import InvalidValue
from vrm.catalogue.shapes import (
    Choice,
    Country,
    Date,
    Email,
    Iban,
    Integer,
    Language,
    Name,
    Phone,
    Text,
    Url,
    YesNo,
    Zone,
)

TODAY = date(2026, 11, 21)
SIZES = Choice((("s", "Small"), ("l", "Large")))
PAST = Date(past=True)
AGE = Integer(0, 130)

GOOD = [
    (Text(), "  two   words ", "two words"),
    (Text(), "e\u0301", "é"),
    (Text(), "a\tb\u00a0c", "a b c"),
    (Text(), "नमस्ते", "नमस्ते"),
    (Text(), "\u200fשלום", "\u200fשלום"),
    (Text(3), "日本語", "日本語"),
    (Text(lines=True), "14 Barkly Street\r\n\r\n  Floor 2 \n", "14 Barkly Street\nFloor 2"),
    (Text(), "one\ntwo", "one two"),
    (Name(), "Mia Tran", "Mia Tran"),
    (Name(), "O’Brien-Núñez, 3rd", "O’Brien-Núñez, 3rd"),
    (Name(), "李", "李"),
    (Email(), " Mia@Mail.EXAMPLE.org ", "Mia@mail.example.org"),
    (Email(), "a+b@example.com", "a+b@example.com"),
    (Email(), "jörg@bücher.de", "jörg@bücher.de"),
    (Phone(), "+49 30 123456", "+4930123456"),
    (Phone(), "0049 (30) 123-456", "+4930123456"),
    (Phone(), "+61 491 570 156", "+61491570156"),
    (Phone(), "+39 06 1234567", "+39061234567"),
    (Phone(), "+49 030 123456", "+4930123456"),
    (Phone(), "+49 3012", "+493012"),
    (Phone(), "+1 202-555-0143", "+12025550143"),
    (Url(), "https://Example.org", "https://example.org"),
    (Url(), "http://example.org:8080/A?b=C#d", "http://example.org:8080/A?b=C#d"),
    (Url(), "https://bücher.de/ü", "https://bücher.de/ü"),
    (Url(), "https://[::1]/", "https://[::1]/"),
    (Date(), "1991-06-17", "1991-06-17"),
    (Date(), " 1991-6-7 ", "1991-06-07"),
    (Date(), "2024-02-29", "2024-02-29"),
    (Date(), "2031-01-01", "2031-01-01"),
    (PAST, "2026-11-21", "2026-11-21"),
    (PAST, "1900-01-01", "1900-01-01"),
    (AGE, "42", 42),
    (AGE, 0, 0),
    (AGE, " 130 ", 130),
    (YesNo(), "yes", True),
    (YesNo(), "No", False),
    (YesNo(), False, False),
    (SIZES, " l ", "l"),
    (Country(), "de", "DE"),
    (Country(), "Germany", "DE"),
    (Country(), "UK", "GB"),
    (Country(), "xk", "XK"),
    (Language(), "de", "de"),
    (Language(), "DE_at", "de-AT"),
    (Language(), "zh-hant-tw", "zh-Hant-TW"),
    (Zone(), "Europe/Berlin", "Europe/Berlin"),
    (Zone(), "America/New York", "America/New_York"),
    (Zone(), "Asia/Calcutta", "Asia/Calcutta"),
    (Iban(), "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
    (Iban(), "gb29nwbk60161331926819", "GB29NWBK60161331926819"),
    (Iban(), "NO93 8601 1117 947", "NO9386011117947"),
    (Iban(), "MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S"),
]

BAD = [
    (Text(), "", "Fill this in."),
    (Text(), "  \n ", "Fill this in."),
    (Text(), None, "as text"),
    (Text(), 7, "as text"),
    (Text(), ["a"], "as text"),
    (Text(), "a\x00b", "cannot be seen"),
    (Text(), "a\x1b[31mb", "cannot be seen"),
    (Text(), "pay \u202eeno\u202c", "cannot be seen"),
    (Text(), "\u2066isolated\u2069", "cannot be seen"),
    (Text(), "half \ud800 pair", "cannot be seen"),
    (Text(5), "six ch", "at most 5 characters"),
    (Text(), "x" * 1_000_000, "at most 200 characters"),
    (Text(lines=True), "\n".join("abcdefg"), "at most 6 lines"),
    (Name(), "mia@example.org", "without an address"),
    (Name(), "see https://example.org", "without an address"),
    (Name(), "<b>Mia</b>", "without an address"),
    (Name(), "123", "at least one letter"),
    (Email(), "mia", "name@example.org"),
    (Email(), "mia@", "name@example.org"),
    (Email(), "mia@localhost", "name@example.org"),
    (Email(), "mia@a@example.org", "name@example.org"),
    (Email(), "Mia <mia@example.org>", "name@example.org"),
    (Email(), "mia@example.org\r\nBcc: x@example.org", "name@example.org"),
    (Phone(), "030 123456", "+49 30 123456"),
    (Phone(), "+61 491 570 15", "A digit is missing"),
    (Phone(), "+61 491 570 1", "A digit is missing"),
    (Phone(), "+49 1512 345678", "A digit is missing"),
    (Phone(), "+49 3", "digit is missing"),
    (Phone(), "+49 0301", "digit is missing"),
    (Phone(), "+1 202 555 014", "digit is missing"),
    (Phone(), "+1 202 555 01432", "digit too many"),
    (Phone(), "+999 123456", "country code"),
    (Phone(), "+49 30 123456 ext. 7", "extension"),
    (Phone(), "+", "country code"),
    (Url(), "www.example.org", "starts with https://"),
    (Url(), "javascript:alert(1)", "starts with https://"),
    (Url(), "data:text/html,x", "starts with https://"),
    (Url(), "ftp://example.org", "starts with https://"),
    (Url(), "https://", "https://www.example.org"),
    (Url(), "https://..", "https://www.example.org"),
    (Url(), "https://example.org/a b", "https://www.example.org"),
    (Url(), "https://example.org\\@evil.example", "https://www.example.org"),
    (Url(), "https://bank.example@evil.example/", "before the @"),
    (Url(), "https://example.org:99999/", "https://www.example.org"),
    (Url(), "https://[::1", "https://www.example.org"),
    (Url(), "https://e.org/" + "a" * 2000, "at most 2000"),
    (Date(), "17.6.1991", "such as 1991-06-17"),
    (Date(), "1991-06-17T00:00:00Z", "such as 1991-06-17"),
    (Date(), "1991-00-17", "month is a number"),
    (Date(), "1991-13-01", "month is a number"),
    (Date(), "1991-06-31", "June has 30 days."),
    (Date(), "2023-02-29", "February has 28 days in 2023."),
    (Date(), "2024-02-30", "February has 29 days in 2024."),
    (Date(), "1991-05-32", "from 1 to 31"),
    (Date(), "1991-06-00", "from 1 to 31"),
    (Date(), "1899-12-31", "from 1900"),
    (Date(), "9999-01-01", "to 2199"),
    (PAST, "2026-11-23", "still to come"),
    (PAST, "1899-12-31", "from 1900 to today"),
    (AGE, "131", "from 0 to 130"),
    (AGE, -1, "from 0 to 130"),
    (AGE, "4.5", "whole number"),
    (AGE, 4.5, "as text"),
    (AGE, True, "as text"),
    (AGE, "9" * 5000, "whole number"),
    (AGE, "٤٢", "whole number"),
    (YesNo(), "", "Fill this in."),
    (YesNo(), "perhaps", "yes or no"),
    (YesNo(), 1, "yes or no"),
    (YesNo(), None, "yes or no"),
    (SIZES, "m", "from the list"),
    (SIZES, "Small", "from the list"),
    (Country(), "EU", "two-letter code"),
    (Country(), "ZZ", "two-letter code"),
    (Country(), "DEU", "two-letter code"),
    (Language(), "qqq-ZZZ", "tag"),
    (Language(), "german", "tag"),
    (Language(), "de-", "tag"),
    (Zone(), "Berlin", "Europe/Berlin"),
    (Zone(), "Etc/Unknown", "Europe/Berlin"),
    (Zone(), "../../etc/passwd", "Europe/Berlin"),
    (Iban(), "DE89 3704 0044 0532 0130 01", "One character is wrong"),
    (Iban(), "DE98 3704 0044 0532 0130 00", "One character is wrong"),
    (Iban(), "DE89 3704 0044 0532 0130 0", "has 22 characters; this one has 21"),
    (Iban(), "3704 0044 0532 0130 00", "two letters"),
    (Iban(), "ZZ89 3704", "15 to 34"),
]


def row_name(row):
    return f"{row.name}" if hasattr(row, "parse") else None


@pytest.mark.parametrize(("shape", "raw", "stored"), GOOD, ids=row_name)
def test_what_is_right_is_stored_in_one_form(shape, raw, stored):
    """A right value is brought to its one form, and that form is accepted unchanged."""
    assert shape.parse(raw, TODAY) == stored
    assert shape.parse(stored, TODAY) == stored


@pytest.mark.parametrize(("shape", "raw", "words"), BAD, ids=row_name)
def test_what_is_wrong_is_told_how_to_be_right(shape, raw, words):
    """A wrong value is refused with a sentence that says what to write, and that does not repeat it."""
    with pytest.raises(InvalidValue) as caught:
        shape.parse(raw, TODAY)
    assert words in caught.value.message
    assert caught.value.code == "invalid_value"
    assert all(isinstance(said, int) for said in caught.value.params.values())
    assert caught.value.message == caught.value.msgid % (caught.value.params or ())


def test_a_newborn_east_of_greenwich_can_be_entered():
    """Tomorrow in UTC is today for half the world, and people are born there too."""
    assert PAST.parse("2026-11-22", TODAY) == "2026-11-22"
