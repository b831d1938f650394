"""Nothing personal at rest in clear: a person lives a whole story over HTTP, then every file is searched.

The one exception is the mail folder, which stands in for a mail server in development and is warned about at
every start.
"""

import re
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import psycopg
import pytest
from sqlalchemy import make_url

from tests.canary.planting import (
    CANARIES,
    EMAIL,
    NEW_PASSWORD,
    NUMBER,
    PASSWORD,
    PHONE,
    WORD,
    fields,
    holds_canary,
)
from tests.canary.search import Found, search, search_files
from tests.support import seeds
from tests.support.company import Company, needed
from tests.support.forms import find_form, get_form
from tests.support.postgres import Cluster, find_program
from tests.support.seeds import PURPOSE, Shop
from tests.support.server import RunningServer
from vrm.catalogue import Catalogue
from vrm.config import Settings
from vrm.house import House

MOST_LINES = 60


@dataclass
class Story:
    """One person and one company at a served instance; ``said`` is what its commands printed."""

    server: RunningServer
    http: httpx2.Client
    said: str = ""

    def send(self, path: str, form: Mapping[str, str], *, action: str | None = None) -> httpx2.Response:
        """Open a page, fill its form in, send it."""
        page = self.http.get(path)
        assert page.status_code == 200, page.text
        found = find_form(page.text, action or urlsplit(path).path) or get_form(page.text, "")
        return self.http.post(found.action or path, data={**found.values, **form})

    def sign_up(self) -> None:
        """An address, the mailed link, a password."""
        assert self.send("/sign-up", {"email": EMAIL}).status_code == 200
        link = urlsplit(self.mailed_link())
        page = self.http.get(f"{link.path}?{link.query}")
        (form,) = (
            get_form(page.text, action)
            for action in re.findall(r'action="(/choose-password[^"]*)"', page.text)
        )
        response = self.http.post(form.action, data={**form.values, "new_password": PASSWORD})
        assert response.status_code == 303, response.text

    def mailed_link(self) -> str:
        """The link of the letter that the worker wrote."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for letter in (self.server.home / "mail").glob("*"):
                text = letter.read_text().replace("=\n", "").replace("=3D", "=")
                if found := re.search(r"http://localhost:\d+(/choose-password\S+)", text):
                    return found[1]
            time.sleep(0.05)
        pytest.fail("no letter came")

    def fill_profile(self, planted: Mapping[str, Mapping[str, str]]) -> None:
        """Every field of the catalogue, through its own page."""
        for field, form in planted.items():
            response = self.send(f"/profile/{field}", form)
            assert response.status_code == 303, f"{field}: {response.text}"

    def mistype(self) -> None:
        """Personal data wherever a person, or their browser, could leave it by mistake."""
        wrong = {
            "birthdate": WORD, "email": f"{WORD} at home", "phone_number": PHONE[:6] + WORD, "iban": WORD,
            "height": WORD, "nationality": WORD, "website": WORD, "nickname": WORD * 200,
        }  # fmt: skip
        for field, value in wrong.items():
            assert self.send(f"/profile/{field}", {"value": value}).status_code < 500
        with httpx2.Client(base_url=self.server.url, timeout=30) as stranger:
            away = Story(self.server, stranger)
            for email, password in ((EMAIL, WORD), (f"{WORD}@else.example", PASSWORD), (WORD, WORD)):
                assert away.send("/sign-in", {"email": email, "password": password}).status_code < 500
            assert away.send("/reset", {"email": EMAIL}).status_code < 500
            for path in (f"/{WORD}", f"/profile/{WORD}", f"/sign-in?next=/{WORD}", f"/?q={WORD}", f"/api?{EMAIL}",
                         f"/choose-password?token={WORD}", f"/consents/{WORD}", f"/oauth/authorize?client_id={WORD}"):  # fmt: skip
                assert stranger.get(path).status_code < 500
            for path in ("/oauth/token", "/oauth/par", "/oauth/introspect", "/sign-in", f"/{WORD}"):
                assert (
                    stranger.post(
                        path, data={"client_assertion": WORD, "code": WORD, "email": EMAIL}
                    ).status_code
                    < 500
                )
        for change in (
            {"current_password": WORD, "new_password": NEW_PASSWORD},
            {"current_password": PASSWORD, "new_password": WORD[:5]},
        ):
            assert self.send("/account", change, action="/account/password").status_code < 500

    def decide(self, shop: Shop, keys: list[str], decision: str) -> dict[str, str]:
        """Be asked for keys, and decide; what the client hears."""
        company = self.speaking(shop)
        self.asked = company.ask(*(needed(key, PURPOSE) for key in keys), duration_days=30)
        asked = self.http.get(self.asked.address)
        path = asked.headers["location"]
        page = self.http.get(path)
        assert WORD in page.text, "the very values stand on the page"
        sure = {f"sure-{number}": "yes" for number in range(len(keys))}
        response = self.http.post(
            path, data={**get_form(page.text, path).values, **sure, "decision": decision}
        )
        assert response.status_code == 303, response.text
        return {
            name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()
        }

    def speaking(self, shop: Shop) -> Company:
        """The client of a company, with a key of its own for its tokens."""
        http = httpx2.Client(base_url=self.server.url, timeout=30)
        return Company.speaking_for(shop, http, self.server.url)

    def be_read(self, shop: Shop, code: str) -> str:
        """Answered reads, refused reads, and reads with personal data in the wrong place; what was answered."""
        company = self.speaking(shop)
        answer = company.redeem(self.asked, code).json()
        token, own = answer["access_token"], company.own_token()

        def ask(method: str, path: str, purpose: str | None = None, **more: Any) -> httpx2.Response:
            shown = company.shown(method, path, token if path == "/v1/profile" else own, purpose)
            return company.http.request(method, path, headers=shown, **more)

        proposed: dict[str, Any] = {
            "value": {"programme": WORD, "number": NUMBER},
            "why": f"{WORD} is yours.",
        }
        assert company.propose(token, WORD, **proposed).is_success
        read = ask("GET", "/v1/profile")
        assert read.status_code == 200, read.text
        many = ask("POST", "/v1/disclosures", json={"consent_ids": [answer["grant_id"]]})
        assert many.status_code == 200, many.text
        refused = [
            ask("GET", "/v1/profile", params={"keys": WORD}),
            ask("GET", "/v1/profile", WORD),
            ask("GET", "/v1/profile", f"dpv:{WORD}"),
            company.http.get("/v1/profile", headers={"Authorization": f"Bearer {WORD}"}),
            company.http.get("/v1/profile", headers={"Authorization": f"DPoP {WORD}", "DPoP": WORD}),
            company.http.get("/v1/profile", headers={"Authorization": WORD}),
            ask("GET", "/v1/consents", params={"after": WORD}),
            ask("POST", "/v1/disclosures", json={"consent_ids": [WORD]}),
            ask("POST", "/v1/disclosures", json={WORD: EMAIL}),
            ask("POST", "/v1/disclosures", content=WORD),
        ]
        assert all(400 <= response.status_code < 500 for response in refused), [
            r.status_code for r in refused
        ]
        return read.text + many.text

    def command(self, *arguments: str) -> None:
        """A command of the operator, whose words are kept."""
        done = self.server.vrm(*arguments, check=False)
        self.said += done.stdout + done.stderr
        assert done.returncode == 0, self.said


def test_nothing_personal_is_written_in_clear(
    server: RunningServer, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Sign-up, profile, mistakes, asks, grants, refusals, reads, a revoke, a backup: no file holds a canary."""
    planted = fields(Catalogue.load())
    assert sum(map(holds_canary, planted.values())) > 50
    settings = Settings.load({k: v for k, v in server.environment.items() if k.startswith("VRM_")})
    with House.open(settings) as house:
        shop = seeds.shop(house)
    with httpx2.Client(base_url=server.url, timeout=30) as http:
        story = Story(server, http)
        story.sign_up()
        story.fill_profile(planted)
        story.mistype()
        keys = sorted(planted)
        story.decide(shop, [*keys[:5], "name"], "refuse")
        leaving = ""
        for start in range(0, len(keys), MOST_LINES):
            code = story.decide(shop, keys[start : start + MOST_LINES], "grant")["code"]
            leaving += story.be_read(shop, code)
        assert not [canary for canary in (WORD, PHONE, EMAIL) if canary.lower() not in leaving.lower()]
        story.send(
            "/account",
            {"current_password": PASSWORD, "new_password": NEW_PASSWORD},
            action="/account/password",
        )
        (consent, *_) = re.findall(r"/consents/([0-9a-f-]{36})", http.get("/consents").text)
        assert story.send(f"/consents/{consent}/revoke", {}).status_code == 303
        story.send("/profile/nickname", {"do": "delete"})
        story.command("log", "sequence")
        story.command("backup", str(tmp_path / "backup"))
        story.command("log", "export", str(tmp_path / "export"))
        story.command("keys", "status")
        running = found_in(server, tmp_path, request)
        server.stop()
    found = running + found_in(server, tmp_path, request) + search(story.said.encode(), CANARIES, "commands")
    assert not found, "\n".join(map(str, found))


def found_in(server: RunningServer, folder: Path, request: pytest.FixtureRequest) -> list[Found]:
    """Every canary in any file of the instance, its log lines, its backup, its PostgreSQL."""
    mail = server.home / "mail"
    assert search_files(mail.iterdir(), [WORD]), "the mail folder is where canaries are to be found"
    everywhere = [*folder.rglob("*"), *server.home.parent.rglob("*")]
    written = [path for path in everywhere if path.is_file() and mail not in path.parents]
    assert {server.home / "instance.json", server.log, folder / "export"} <= set(written)
    found = search_files(written, CANARIES)
    url = make_url(server.environment["VRM_DATABASE_URL"])
    if url.get_backend_name() == "sqlite":
        assert Path(url.database or "") in written
        return found
    cluster: Cluster = request.getfixturevalue("postgres")
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    dump = subprocess.run([find_program("pg_dump"), plain], capture_output=True, check=True).stdout
    assert b"profile_values" in dump
    # Written since the server began: the cluster also keeps what other tests wrote before.
    began = (server.home / "instance.json").stat().st_mtime
    stored = [path for path in cluster.folder.rglob("*") if path.is_file() and _changed(path) >= began]
    assert any("pg_wal" in path.parts for path in stored)
    return found + search(dump, CANARIES, "pg_dump") + search_files(stored, CANARIES)


def _changed(path: Path) -> float:
    """When a file was last written; never, where the running server has dropped it."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
