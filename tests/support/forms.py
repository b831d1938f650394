"""The forms of a page, as a browser would send them untouched."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """Where a form goes, what it sends untouched, and what each of its fields could send."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._area: str | None = None
        self._choice: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("action", ""))
            self.forms.append(self._open)
        if self._open is None:
            return
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag in {"input", "button"} and name:
            value = given.get("value", "on" if kind in {"checkbox", "radio"} else "")
            self._open.offered.setdefault(name, []).append(value)
            pressed = tag == "button" or kind == "submit"
            if not pressed and (kind not in {"checkbox", "radio"} or "checked" in given):
                self._open.values.setdefault(name, []).append(value)
        elif tag == "textarea" and name:
            self._area = name
            self._open.values[name] = [""]
        elif tag == "select" and name:
            self._choice = name
        elif tag == "option" and self._choice:
            value = given.get("value", "")
            self._open.offered.setdefault(self._choice, []).append(value)
            if "selected" in given or self._choice not in self._open.values:
                self._open.values[self._choice] = [value]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._choice = None

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._area is not None:
            self._open.values[self._area][0] += data


def find_form(page: str, action: str) -> Form | None:
    """The first form of a page that goes to this path; None where there is none."""
    reader = _Reader()
    reader.feed(page)
    return next((form for form in reader.forms if form.action == action), None)


def get_form(page: str, action: str) -> Form:
    """The first form of a page that goes to this path. Raises LookupError."""
    form = find_form(page, action)
    if form is None:
        raise LookupError(f"no form goes to {action}")
    return form
