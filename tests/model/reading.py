"""Ways to read: through the door in this process, or over HTTP."""

import json
from collections.abc import Callable
from typing import Any, Protocol, cast

import httpx2
from flask import Flask

from keys import Aad, KeyStore
from tests.model.rules import Given
from vrm import clock, tokens
from vrm.disclosures import Answer, Door, Reader, Refusal
from vrm.house import House
from vrm.ids import new_secret


class Reading(Protocol):
    """A way to read: through the door itself, or over HTTP.

    By a client, a consent (of whom, which), under a token of an epoch or under its own; gives what came, or the code of
    the refusal, and the event. ``meanwhile`` is done once, before the first value is opened, if one is.
    """

    def __call__(
        self,
        client: str,
        place: tuple[str, str],
        epoch: int | None,
        purpose: str | None,
        keys: list[str] | None,
        meanwhile: Callable[[], None] | None = None,
    ) -> tuple[Given | str, str]: ...


class Interrupted:
    """A key store, and what is done before it opens the next value."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys
        self.before: Callable[[], None] | None = None

    def open(self, owner_id: str, sealed: bytes, aad: Aad) -> bytes:
        before, self.before = self.before, None
        if before is not None:
            before()
        return self._keys.open(owner_id, sealed, aad)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._keys, name)


def at_the_door(house: House) -> Reading:
    """The door in this process."""
    interrupted = Interrupted(house.keys)
    door = Door(house.database, cast(KeyStore, interrupted), house.catalogue)

    def read(
        client: str,
        place: tuple[str, str],
        epoch: int | None,
        purpose: str | None,
        keys: list[str] | None,
        meanwhile: Callable[[], None] | None = None,
    ) -> tuple[Given | str, str]:
        interrupted.before = meanwhile
        got = door.read(Reader(client, epoch), consent_id=place[1], purpose=purpose, keys=keys)
        if isinstance(got, Refusal):
            return got.code, got.event_id
        assert isinstance(got, Answer) and got.purpose is not None
        omitted = frozenset((each.key, each.reason) for each in got.omitted)
        return Given(got.purpose, frozenset(got.profile), omitted, got.revision), got.event_id

    return read


def over_http(house: House, app: Flask) -> Reading:
    """``GET /v1/profile`` with the token of a consent, ``POST /v1/disclosures`` with the client's own.

    What is done meanwhile is done before.
    """
    http = httpx2.Client(transport=httpx2.WSGITransport(app=app), base_url=house.settings.issuer)

    def read(
        client: str,
        place: tuple[str, str],
        epoch: int | None,
        purpose: str | None,
        keys: list[str] | None,
        meanwhile: Callable[[], None] | None = None,
    ) -> tuple[Given | str, str]:
        if meanwhile is not None:
            meanwhile()
        secret, now = new_secret("vrm_at_"), clock.now()
        whose = (*place, epoch) if epoch is not None else ()
        house.database.write(
            lambda db: tokens.issue_token(
                db.connection(), secret, kind="access", grantee=tokens.Grantee(client, *whose), scope="",
                expires_at=now + tokens.TOKEN_LIFE, now=now,
            )
        )  # fmt: skip
        headers = {"Authorization": f"Bearer {secret}"} | ({"VRM-Purpose": purpose} if purpose else {})
        if epoch is not None:
            asked = {"keys": ",".join(keys)} if keys else {}
            got = http.get("/v1/profile", params=asked, headers=headers).json()
            refused = got.get("code")
        else:
            wants: dict[str, Any] = {"consent_ids": [place[1]]} | ({"keys": keys} if keys else {})
            got = json.loads(http.post("/v1/disclosures", json=wants, headers=headers).text)
            refused = got.get("refused", {}).get("code")
        if refused is not None:
            return refused, got["event_id"]
        omitted = frozenset((each["key"], each["reason"]) for each in got["omitted"])
        return Given(got["purpose"], frozenset(got["profile"]), omitted, got["revision"]), got["event_id"]

    return read
