"""Values that can be recognised, for every field of the catalogue."""

from datetime import UTC, datetime

from vrm.catalogue import Catalogue, InvalidValue, Key
from vrm.catalogue.shapes import PLAIN, Shape, Structured

WORD = "Qzvxjwkqad"
NUMBER = "83947261"
PHONE = f"+4930{NUMBER}"
EMAIL = f"{WORD}@quxmail.example"
PASSWORD = "Zkwqvyjxub forever and a day"
NEW_PASSWORD = "Yjbqxwzkvo forever and a day"
DATE = "1931-07-23"
IBAN = "DE89370400440532013000"
COLLEAGUE = "Wqxzjkvupb"
COLLEAGUE_EMAIL = f"{COLLEAGUE}@work.example"
INVITED = "Hzqxwkvjyp"
AGENT = "Tjqzvxkwob"
OF_COMPANY_PEOPLE = (COLLEAGUE, INVITED, AGENT)
"""In the names and addresses of a company's people, of whom it invited, and of its agents."""
CANARIES = (WORD, NUMBER, PASSWORD.split()[0], NEW_PASSWORD.split()[0], DATE, IBAN[4:])

_TODAY = datetime.now(UTC).date()
_TYPED = (
    f"{WORD} here", WORD, f"{WORD[:6]}{NUMBER}", f"{WORD} {NUMBER}"[:20], WORD[:10].upper(), EMAIL, PHONE,
    f"https://{WORD}.example/{NUMBER}", NUMBER, IBAN, DATE, "1987", "87", "3",
    "M", "DE", "de", "Europe/Berlin", "true",
)  # fmt: skip


def typed(key: Key) -> dict[str, str] | None:
    """What to type into the form of a field, with a canary wherever one fits; None where nothing does."""
    if not isinstance(key.shape, Structured):
        value = _fitting(key.shape)
        return None if value is None else {"value": value}
    parts = {member.name: _fitting(member.shape) for member in key.shape.members}
    if "postal_code" in parts:
        parts["postal_code"] = "26133"  # it has to be one of the country's
    return {f"value-{name}": value for name, value in parts.items() if value is not None}


def holds_canary(form: dict[str, str]) -> bool:
    """Whether what is typed can be recognised."""
    return any(canary.lower() in value.lower() for value in form.values() for canary in CANARIES)


def fields(catalogue: Catalogue) -> dict[str, dict[str, str]]:
    """Each field of the catalogue with what to type into it."""
    found = {key.name: typed(key) for key in catalogue.fields()}
    return {name: form for name, form in found.items() if form is not None}


def _fitting(shape: Shape) -> str | None:
    options = [option for option, _ in shape.options(PLAIN)]
    for text in (*_TYPED, *options):
        try:
            shape.parse(text, _TODAY)
        except InvalidValue:
            continue
        return text
    return None
