"""A run of an ask: the real protocol against this very instance, with an invented person who decides as told.

What happens is what would happen to a stranger's request, event by event; only signing in is left out, since the
invented person's session is begun here. Afterwards the session has ended, the consent is revoked, the client is
suspended and its keys are lost: nothing that is shown can be used again.
"""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import current_app
from joserfc.jwk import ECKey
from sqlalchemy.orm import Session

from vrm import accounts, clock, companies, consents
from vrm.house import House
from vrm.web import dpop, offices
from vrm.web.asking import letter
from vrm.web.company import console_client, invented
from vrm.web.company.console_proofs import Proofs, s256
from vrm.web.company.console_wire import Exchange, Pairs, Wire, read_form
from vrm.web.site import site

STEPS = ("par", "authorize", "page", "decide", "token", "read", "one", "introspect", "revoke", "again")
_EXPECTED = {"par": 201, "authorize": 303, "page": 200, "decide": 303, "token": 200, "read": 200, "one": 200,
             "introspect": 200, "revoke": 303, "again": 401}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One request and its answer, as texts. ``state``: "done", "bad", or "next" (not reached).

    ``reason``: what the answer itself says is wrong, "" where nothing is or it does not say.
    """

    name: str
    state: str = "next"
    sent: str | None = None
    got: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class Run:
    """Every step in order. ``outcome``: "whole", "refused" (the person said no, as told), or "failed"."""

    steps: list[Step]
    outcome: str


class _Failed(Exception):
    """A step had another answer than it should."""


@dataclass
class _Walk:
    wire: Wire
    client_id: str
    proofs: Proofs
    cookie: str
    details: str
    decision: str
    done: list[Step] = field(default_factory=list)

    def go(self) -> str:
        """Walk as far as it leads; the outcome."""
        try:
            code, verifier = self._ask()
            if not code:
                return "refused"
            self._use(code, verifier)
        except _Failed:
            return "failed"
        return "whole"

    def _ask(self) -> tuple[str, str]:
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        request = [
            ("response_type", "code"),
            ("client_id", self.client_id),
            ("redirect_uri", console_client.REDIRECT_URI),
            ("state", state),
            ("code_challenge", s256(verifier)),
            ("code_challenge_method", "S256"),
            ("authorization_details", self.details),
        ]
        pushed = self._step(
            "par", "POST", "/oauth/par", self._bound("POST", "/oauth/par"), [*request, *self.proofs.client()]
        ).json()
        query = urlencode({"client_id": self.client_id, "request_uri": pushed["request_uri"]})
        led = self._step("authorize", "GET", f"/oauth/authorize?{query}", self._browser())
        asked = urlsplit(led.location).path
        self._hold(asked.startswith("/asks/"), led)
        page = self._step("page", "GET", asked, self._browser())
        boxes = {"all": ("take", "sure-"), "needed": ("sure-",)}.get(self.decision, ())
        form = read_form(page.body, asked, boxes)
        form.append(("decision", "refuse" if self.decision == "refuse" else "grant"))
        decided = self._step("decide", "POST", asked, self._browser(form=True), form)
        answer = dict(parse_qsl(urlsplit(decided.location).query))
        ours = decided.location.startswith(console_client.REDIRECT_URI + "?")
        self._hold(ours and (answer.get("state"), answer.get("iss")) == (state, site().issuer), decided)
        return answer.get("code", ""), verifier

    def _use(self, code: str, verifier: str) -> None:
        redeemed = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", console_client.REDIRECT_URI),
            ("code_verifier", verifier),
        ]
        got = self._step(
            "token",
            "POST",
            "/oauth/token",
            self._bound("POST", "/oauth/token"),
            [*redeemed, *self.proofs.client()],
        ).json()
        line = got["authorization_details"][0]["lines"][0]
        token, purpose = got["access_token"], line["purpose"]
        self._step("read", "GET", "/v1/profile", self._reading(token, purpose))
        only = urlencode({"keys": line["key"]})
        self._step("one", "GET", f"/v1/profile?{only}", self._reading(token, purpose))
        looks = [("token", token), *self.proofs.client()]
        self._step("introspect", "POST", "/oauth/introspect", form=looks)
        path = f"/consents/{got['grant_id']}/revoke"
        page = self.wire.send("GET", path, self._browser())
        self._step("revoke", "POST", path, self._browser(form=True), read_form(page.body, path))
        self._step("again", "GET", "/v1/profile", self._reading(token, purpose))

    def _step(
        self,
        name: str,
        method: str,
        address: str,
        headers: dict[str, str] | None = None,
        form: Pairs | None = None,
    ) -> Exchange:
        found = self.wire.send(method, address, headers or {}, form)
        self.done.append(Step(name, "done", found.sent, found.got))
        self._hold(found.status == _EXPECTED[name], found)
        return found

    def _hold(self, holds: bool, found: Exchange) -> None:
        """Go on, or mark the step that was just taken as the one at which the run failed."""
        if holds:
            return
        said = found.json()
        sent_back = dict(parse_qsl(urlsplit(found.location).query))
        reason = said.get("error_description") or said.get("detail") or sent_back.get("error_description", "")
        last = self.done.pop()
        self.done.append(Step(last.name, "bad", last.sent, last.got, str(reason)))
        raise _Failed

    def _browser(self, *, form: bool = False) -> dict[str, str]:
        # A browser says of a form where it was opened, and we look at that (vrm.web.session).
        return {"Cookie": self.cookie, **({"Origin": site().origin} if form else {})}

    def _bound(self, method: str, path: str) -> dict[str, str]:
        return {"DPoP": self.proofs.possession(method, path)}

    def _reading(self, token: str, purpose: str) -> dict[str, str]:
        proof = self.proofs.possession("GET", "/v1/profile", token)
        return {"Authorization": f"DPoP {token}", "DPoP": proof, "VRM-Purpose": purpose}


def begin(
    house: House,
    *,
    company: companies.Company,
    by: str,
    details: Sequence[Any],
    terms: consents.Terms,
    decision: str,
) -> Run:
    """Run an ask that was checked. ``decision``: "all", "needed" or "refuse". No transaction may be open.

    Raises what ``console_client.take`` raises. A step that fails is told in its place, and is not raised.
    """
    now = clock.now()
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    fields = letter.fields_behind(house.catalogue, terms)
    consumer_id, account_id = invented.person(house, company_id=company.id, fields=fields, now=now)
    client = house.database.write(
        lambda db: console_client.take(db, company_id=company.id, key=key, by=by, now=now)
    )

    outcome = "failed"

    def end(db: Session) -> None:
        accounts.end_sessions(db, account_id=account_id)
        if outcome != "whole":  # it may have broken off before the person revoked
            _revoke_all(db, house, consumer_id, client.id)
        console_client.give_back(db, client_id=client.id, by=by, now=clock.now())

    try:
        started = house.database.write(lambda db: accounts.start_session(db, account_id=account_id, now=now))
        # Where proofs must carry a nonce, the run is that of a program which has heard of it already.
        nonce = dpop.Prover(house.keys, True).nonce(now) if house.settings.dpop_nonce else None
        walk = _Walk(
            Wire(current_app.wsgi_app, site().issuer),
            client.id,
            Proofs(site().issuer, client.id, key, nonce),
            f"{_cookie()}={started.token}",
            json.dumps(details, ensure_ascii=False),
            decision,
        )
        outcome = walk.go()
    finally:
        house.database.write(end)
    return Run([*walk.done, *_unreached(walk.done)], outcome)


def _revoke_all(db: Session, house: House, consumer_id: str, client_id: str) -> None:
    now = clock.now()
    for held in consents.list_consents(db, consumer_id=consumer_id):
        if held.client_id == client_id and held.is_active(now):
            consents.revoke(db, house.keys, consumer_id=consumer_id, consent_id=held.id, now=now)


def _unreached(done: Sequence[Step]) -> Iterator[Step]:
    yield from (Step(name) for name in STEPS[len(done) :])


def _cookie() -> str:
    # As vrm.web.session names it.
    return ("__Host-" if site().secure else "") + offices.CONSUMERS.cookie
