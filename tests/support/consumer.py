"""A person with a profile, at one browser: pages, forms, cookies, and no JavaScript."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx2

from tests.support.company import Asked
from tests.support.forms import Form, get_form
from tests.support.seeds import code as device_code
from vrm import accounts, clock, profiles
from vrm.house import House

PASSWORD = "correct horse battery staple"
MIA: Mapping[str, object] = {
    "name": "Mia Tran",
    "email": "mia@mail.example",
    "birthdate": "1991-06-17",
    "address": {
        "street_address": "14 Barkly Street",
        "locality": "Brunswick",
        "postal_code": "3056",
        "country": "AU",
    },
}


@dataclass
class Consumer:
    """A person with a profile, at one browser."""

    http: httpx2.Client
    origin: str
    email: str
    consumer_id: str
    items: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def join(
        cls,
        house: House,
        http: httpx2.Client,
        *,
        email: str = "mia@mail.example",
        values: Mapping[str, object] = MIA,
    ) -> Self:
        """Make a profile through services. A list of values is as many items of a plural field."""
        now = clock.now()
        newcomer = accounts.prepare_newcomer(
            house.keys, house.hasher, email=email, password=PASSWORD, name=""
        )

        def arrange(session: Any) -> dict[str, list[str]]:
            invitation = accounts.invite(session, house.keys, email=email, client="127.0.0.1", now=now)
            assert invitation is not None
            accounts.complete_sign_up(session, token=invitation.token, newcomer=newcomer, now=now)
            items: dict[str, list[str]] = {}
            for name, given in values.items():
                for place, raw in enumerate(given if isinstance(given, list) else [given]):
                    item = profiles.put(
                        session,
                        house.keys,
                        house.catalogue,
                        consumer_id=newcomer.person_id,
                        field=name,
                        raw=raw,
                        now=now + timedelta(milliseconds=place),  # items stand in the order they were added
                    )
                    items.setdefault(name, []).append(item.item_id)
            return items

        items = house.database.write(arrange)
        return cls(http, origin(house.settings.issuer), email, newcomer.person_id, items)

    def sign_in(self, going: str = "/home") -> httpx2.Response:
        """Sign in on the page; gives the redirect that follows."""
        page = self.http.get("/sign-in", params={"next": going})
        form = get_form(page.text, "/sign-in")
        response = self.send(form, email=self.email, password=PASSWORD)
        assert response.status_code == 303, response.status_code
        return response

    def open(self, address: str) -> httpx2.Response:
        """Go to an address and follow what stays on this site; the last response."""
        response = self.http.get(address)
        while response.is_redirect:
            target = urljoin(str(response.url), response.headers["location"])
            if not target.startswith(self.origin + "/"):
                break
            response = self.http.get(target)
        return response

    def look(self, asked: Asked) -> tuple[str, Form]:
        """The page of a request: its path and its form."""
        page = self.open(asked.address)
        assert page.status_code == 200, page.text[:300]
        return page.url.path, get_form(page.text, page.url.path)

    def grant(self, asked: Asked, *, take: Sequence[str] = (), **changes: str) -> str:
        """Allow; ``take`` are the optional lines ticked. The address of the client that follows."""
        _, form = self.look(asked)
        return self.landed(self.send(form, decision="grant", take=list(take), **changes))

    def refuse(self, asked: Asked) -> str:
        """Say no. The address of the client that follows."""
        _, form = self.look(asked)
        return self.landed(self.send(form, decision="refuse"))

    def revoke(self, consent_id: str) -> None:
        """Revoke a consent on its page."""
        path = f"/consents/{consent_id}/revoke"
        response = self.send(get_form(self.http.get(path).text, path))
        assert response.status_code == 303, response.status_code

    def set_up_factor(self) -> str:
        """Take a second factor into use, on the page; its secret."""
        page = self.http.get("/second-factor").text
        found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
        assert found is not None
        secret = found[1].replace(" ", "")
        self.send(get_form(page, "/second-factor"), code=device_code(secret, clock.now()), password=PASSWORD)
        return secret

    def send(
        self, form: Form, headers: Mapping[str, str] | None = None, /, **changes: str | list[str]
    ) -> httpx2.Response:
        """Send a form with some fields changed, as a browser does; the response, not followed."""
        return self.http.post(
            form.action, data={**form.values, **changes}, headers={"Origin": self.origin, **(headers or {})}
        )

    def landed(self, response: httpx2.Response) -> str:
        """Where a decision sent the browser."""
        assert response.status_code == 303, response.text[:300]
        return str(response.headers["location"])


def origin(issuer: str) -> str:
    """The origin of an issuer."""
    parts = urlsplit(issuer)
    return f"{parts.scheme}://{parts.netloc}"
