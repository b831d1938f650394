"""An auditor who looks at everything there is: each page and each answer, in each language, with real ids."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from werkzeug.test import Client, TestResponse

from tests.support import seeds
from tests.support.houses import ISSUER
from tests.support.places import Places, hidden_field
from vrm import accesslog, accounts, clock, oversight
from vrm.oversight import Filters
from vrm.web import audiences, offices
from vrm.web.audiences import PUBLIC, Door
from vrm.web.language import LANGUAGES
from vrm.web.offices import AUDITORS


@dataclass(frozen=True)
class Seen:
    """One page or answer, with its headers, as bytes."""

    place: str
    status: int
    raw: bytes


@dataclass
class Everything:
    """Walks every route for auditors; what stands in the paths is theirs (``places``)."""

    places: Places
    _secret: str | None = None

    def __iter__(self) -> Iterator[Seen]:
        for language in LANGUAGES:
            for door in audiences.matrix(self.places.app):
                if "auditor_token" in door.audiences:
                    yield from self._answers(door, language)
                elif offices.of(door.rule) is AUDITORS and door.audiences & {"auditor", PUBLIC}:
                    yield from self._pages(door, language)
            yield from self._each_entry(language)

    def _pages(self, door: Door, language: str) -> Iterator[Seen]:
        for method in sorted(door.methods):
            path, browser = self.places.path(door.rule), self._browser()
            if method == "POST":
                csrf = hidden_field(browser.get("/audit/account", base_url=ISSUER).text)
                form = {**self._form(door.rule), "csrf": csrf}
                yield self._seen(
                    browser.post(path, base_url=ISSUER, data=form, query_string={"lang": language})
                )
                continue
            for query in ({}, *self._queries(door.rule)):
                asked = {**query, "lang": language}
                yield self._seen(browser.get(path, base_url=ISSUER, query_string=asked))

    def _answers(self, door: Door, language: str) -> Iterator[Seen]:
        bearer = {"Authorization": f"Bearer {self._token()}", "Accept-Language": language}
        for method in sorted(door.methods):
            for kind in ("application/json", "application/x-ndjson"):
                yield self._seen(
                    self.places.app.test_client().open(
                        self.places.path(door.rule),
                        method=method,
                        base_url=ISSUER,
                        headers={**bearer, "Accept": kind},
                        query_string=dict(self.places.query(door.rule)),
                    )
                )

    def _each_entry(self, language: str) -> Iterator[Seen]:
        """Every entry as an answer; as a page one of each sort."""
        bearer = {"Authorization": f"Bearer {self._token()}"}
        browser, program = self._browser(), self.places.app.test_client()
        shown = set()
        for row in self._rows():
            if language == next(iter(LANGUAGES)):  # answers are in English
                path = f"/v1/audit/entries/{row.leaf_index}"
                yield self._seen(program.get(path, base_url=ISSUER, headers=bearer))
            if (row.type, row.outcome, row.code) not in shown:
                shown.add((row.type, row.outcome, row.code))
                for path in (f"/audit/log/{row.leaf_index}", f"/audit/log/{row.leaf_index}/proof"):
                    yield self._seen(browser.get(path, base_url=ISSUER, query_string={"lang": language}))

    def _rows(self) -> list[oversight.Row]:
        rows: list[oversight.Row] = []
        before: int | None = None
        while True:
            page = self.places.house.database.read(
                partial(oversight.search, filters=Filters(), before=before, limit=200)
            )
            rows, before = rows + page.rows, page.older
            if before is None:
                return rows

    def _queries(self, rule: str) -> list[Mapping[str, str]]:
        """Ways to narrow a page: what it shows then is more than at first."""
        whose = dict(self.places.query("/v1/audit/exposure"))
        match rule.removeprefix("/audit"):
            case "/exposure" | "/log":
                return [whose, {"outcome": "refused"}, {"key": "email"}, {"since": "x"}]
            case "/anomalies":
                return [{"client": self.places.shop.client.id}, {"kind": "refusals"}]
            case "/cases":
                return [{"leaf": "3"}, {"state": "open"}]
            case _:
                return []

    def _form(self, rule: str) -> Mapping[str, str]:
        """What an auditor sends; a form that is not here is sent with what most of them take."""
        usual = {
            "title": "Night reads",
            "file_title": "Night reads",
            "found": "A yearly bill.",
            "text": "Asked them.",
            "note": "at three",
            "name": "mine",
            "leaf": "3",
        }
        usual |= {"days": "3", "outcome": "refused"}
        match rule.removeprefix("/audit"):
            case "/exposure/export" | "/exposure/mark":
                return {**usual, **self.places.query("/v1/audit/exposure"), "outcome": ""}
            case "/checkpoints":
                newest = self.places.house.database.read(accesslog.latest_checkpoint)
                return {"checkpoint": newest.note if newest else ""}
            case _:
                return usual

    def _browser(self) -> Client:
        account = self.places.auditor.account_id
        started = self.places.house.database.write(
            lambda db: accounts.start_session(db, account_id=account, now=clock.now(), proved=True)
        )
        client = self.places.app.test_client()
        client.set_cookie(AUDITORS.cookie, started.token, domain="localhost")
        return client

    def _token(self) -> str:
        # Of an auditor of its own: a walk ends the tokens of the other one.
        if self._secret is None:
            self._secret = seeds.auditor_token(self.places.house, seeds.auditor(self.places.house))
        return self._secret

    def _seen(self, response: TestResponse) -> Seen:
        request = response.request
        place = f"{request.method} {request.path}?{request.query_string.decode()}"
        headers = "\n".join(f"{name}: {value}" for name, value in response.headers)
        return Seen(place, response.status_code, headers.encode() + b"\n\n" + response.data)
