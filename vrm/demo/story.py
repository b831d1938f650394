"""The story, step by step. Each step checks what it shows; a step that fails ends the demo."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from vrm.demo.browser import Browser, Page

Tell = Callable[[str], None]


class Broken(Exception):
    """A step did not do what the story says."""


@dataclass
class Stage:
    """What the steps share."""

    issuer: str
    home: Path
    environ: dict[str, str]
    tell: Tell

    def vrm(self, *words: str, environ: dict[str, str] | None = None, fails: bool = False) -> str:
        """Run a command of the product; gives what it said, or its complaint where it is meant to fail."""
        done = subprocess.run(  # our own program
            [sys.executable, "-m", "vrm", *words],
            env=environ or self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if bool(done.returncode) != fails:
            raise Broken(f"vrm {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout or done.stderr


def must(held: bool, what: str) -> None:
    """Break the story unless this held."""
    if not held:
        raise Broken(what)


DELIVERY, MAIL = "dpv:DeliveryOfGoods", "dpv:DirectMarketing"

PROFILE: list[tuple[str, dict[str, str]]] = [
    ("name", {"value": "Noa Keller"}),
    ("birthdate", {"value": "1993-04-02"}),
    ("email", {"value": "noa@people.example"}),
    ("phone_number", {"value": "+61 491 570 157"}),
    ("address", {"street_address": "8 Rennie Street", "locality": "Coburg", "region": "VIC",
                 "postal_code": "3058", "country": "AU", "label": "home"}),
]  # fmt: skip

ASK: dict[str, Any] = {
    "duration_days": 365,
    "retention_days": 90,
    "recipients": ["The parcel carrier"],
    "lines": [
        {"key": "name", "purpose": DELIVERY, "required": True, "why": "For the label on the parcel"},
        {"key": "address", "purpose": DELIVERY, "required": True, "why": "Where the parcel goes"},
        {"key": "birthdate", "purpose": DELIVERY, "required": True, "any_of": ["age_over_18"],
         "why": "The jacket comes with a pocket knife", "frequency": "once"},
        {"key": "phone_number", "purpose": DELIVERY, "why": "So the driver can ring"},
        {"key": "email", "purpose": MAIL, "why": "Our newsletter", "frequency": "monthly"},
    ],
}  # fmt: skip


def decide(browser: Browser, page: Page, changes: dict[str, Any]) -> str:
    """Send the letter's form back; gives the address the browser was sent to."""
    response = browser.send(page, page.form("seen"), changes).response
    must(response.status_code == 303, f"the decision was answered with {response.status_code}")
    return str(response.headers["location"])


def read_rows(tell: Tell, answer: httpx2.Response) -> dict[str, Any]:
    """Show an answer of the API."""
    body: dict[str, Any] = answer.json()
    tell(f"   {answer.request.method} {answer.request.url.path} -> {answer.status_code}")
    for key, value in body.get("profile", {}).items():
        tell(f"     {key}: {value}")
    if "code" in body:
        tell(f"     {body['code']}: {body['detail']}")
    tell(f"     event {body['event_id']}, leaf {body['leaf_hash']}")
    return body


def temporary() -> Path:
    """A folder of our own that only we can read."""
    return Path(tempfile.mkdtemp(prefix="vrm-demo-"))
