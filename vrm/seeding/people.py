"""Who the people are: the same number is the same person, with the same values, whenever it is asked for."""

from collections.abc import Iterator

_FIRST = ("Ada", "Ben", "Chiara", "David", "Emma", "Finn", "Greta", "Hanna", "Ivo", "Jule", "Karim", "Lotte")
_LAST = ("Ahrens", "Brandt", "Conrad", "Duarte", "Ek", "Farkas", "Gruber", "Haddad", "Ito", "Jansen", "Kim")
_TOWNS = (
    ("20095", "Hamburg"),
    ("28195", "Bremen"),
    ("10999", "Berlin"),
    ("79102", "Freiburg"),
    ("24103", "Kiel"),
)


def email(number: int) -> str:
    """The address by which the person is found."""
    return f"person-{number}@seeded.example"


def values(number: int) -> Iterator[tuple[str, object]]:
    """Each field they fill in, and what with."""
    postal_code, town = _TOWNS[number % len(_TOWNS)]
    yield "name", f"{_FIRST[number % len(_FIRST)]} {_LAST[number // len(_FIRST) % len(_LAST)]}"
    yield "birthdate", f"{1940 + number % 65}-{1 + number % 12:02}-{1 + number % 28:02}"
    yield "email", email(number)
    yield "phone_number", f"+49 30 23125 {number % 1000:03}"  # numbers kept free for stories
    yield (
        "address",
        {
            "street_address": f"Gartenweg {1 + number % 200}",
            "postal_code": postal_code,
            "locality": town,
            "country": "DE",
        },
    )
