"""A person's browser, as far as the story needs one: pages, forms, cookies. No JavaScript."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx2


@dataclass
class Form:
    """A form as it stands on a page: where it goes, and what it would send untouched."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)


class Page(HTMLParser):
    """A page that was read: its address, its forms, its words."""

    def __init__(self, response: httpx2.Response) -> None:
        super().__init__(convert_charrefs=True)
        self.response = response
        self.url = str(response.url)
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._area: str | None = None
        self._select: str | None = None
        if response.headers.get("content-type", "").startswith("text/html"):
            self.feed(response.text)

    @property
    def text(self) -> str:
        """What a person reads on it."""
        return " ".join(" ".join(self.words).split())

    def form(self, containing: str = "csrf") -> Form:
        """The first form with a field of this name."""
        for form in self.forms:
            if containing in form.values:
                return form
        raise LookupError(f"no form with {containing} at {self.url}: {self.response.status_code}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        if not self.forms:
            return
        values, name = self.forms[-1].values, given.get("name")
        if tag == "input" and name and given.get("type") not in {"submit", "button"}:
            if given.get("type") in {"checkbox", "radio"} and "checked" not in given:
                return
            values.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "textarea" and name:
            self._area = name
            values.setdefault(name, []).append("")
        elif tag == "select" and name:
            self._select = name
            values.setdefault(name, [""])
        elif tag == "option" and self._select and "selected" in given:
            values[self._select] = [given.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.forms[-1].values[self._area][-1] += data
        elif data.strip():
            self.words.append(data.strip())


class Browser:
    """One person at one browser."""

    def __init__(self, origin: str) -> None:
        self._http = httpx2.Client(base_url=origin, timeout=30, headers={"Accept-Language": "en"})
        self._origin = origin

    def open(self, path: str) -> Page:
        """Go to a path and follow what redirects inside this site."""
        return self._follow(self._http.get(path))

    def send(self, page: Page, form: Form, changes: dict[str, str | list[str]]) -> Page:
        """Send a form with some fields changed."""
        values = form.values | {
            name: value if isinstance(value, list) else [value] for name, value in changes.items()
        }
        target = urljoin(page.url, form.action)
        return self._follow(self._http.post(target, data=values, headers={"Origin": self._origin}))

    def close(self) -> None:
        """Close the browser; its session stays on the server until it ends there."""
        self._http.close()

    def _follow(self, response: httpx2.Response) -> Page:
        while response.is_redirect:
            target = urljoin(str(response.url), response.headers["location"])
            if not target.startswith(self._origin + "/"):
                break  # to a company's own address: the caller reads it from the response
            response = self._http.get(target)
        return Page(response)
