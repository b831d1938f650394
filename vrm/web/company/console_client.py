"""The client that a company's runs use: made with the first one, active only while one goes on.

It is known by its id (``companies.console_client_id``): only ``take`` makes a client under an id of its choice.

Each run has a key of its own, which nobody keeps. A key stands for an hour, and a client has no more than twenty: so
a company has at most twenty runs in an hour, and what a crash leaves behind ends by itself.
"""

from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import ECKey
from sqlalchemy.orm import Session

from vrm import companies
from vrm.companies import BadKeys, Client
from vrm.errors import Conflict, TooMany
from vrm.web.typed import N_

NAME = "Console"
REDIRECT_URI = "https://console.example/back"
"""Nobody answers there: a run takes the address from the redirect itself."""

STANDS = timedelta(hours=1)
UNDER_WAY = timedelta(seconds=60)
"""For how long a client that is still active means that a run goes on, rather than that one broke off."""


def take(session: Session, *, company_id: str, key: ECKey, by: str, now: datetime) -> Client:
    """Let the company's console ask with this key.

    Raises ``TooMany`` after twenty runs in an hour, ``Conflict`` while another one goes on, and ``Denied`` where the
    operator suspended the console's client.
    """
    hand: dict[str, Any] = {"actor": "company", "by": by, "now": now}
    public = key.as_dict(private=False)
    kid = str(key.kid)
    client = find(session, company_id=company_id)
    if client is None:
        client = companies.new_client(
            session,
            company_id=company_id,
            name=NAME,
            redirect_uris=[REDIRECT_URI],
            jwks={"keys": [public]},
            client_id=companies.console_client_id(company_id),
            **hand,
        )
    else:
        if client.state == "suspended":
            companies.resume_client(session, client_id=client.id, **hand)
        elif any(each.added_at > now - UNDER_WAY for each in client.keys):
            raise Conflict(N_("Another run of your organisation goes on. Wait a minute, then run it again."))
        try:
            companies.add_client_key(session, client_id=client.id, jwk=public, **hand)
        except BadKeys:
            raise TooMany(
                N_(
                    "Your organisation has run twenty asks in the last hour. Wait a little, then run it again."
                ),
                retry_after=int(STANDS.total_seconds()) // 4,
            ) from None
    return companies.retire_client_key(session, client_id=client.id, kid=kid, until=now + STANDS, **hand)


def give_back(session: Session, *, client_id: str, by: str, now: datetime) -> None:
    """Suspend the client: what a run showed is worth nothing any more."""
    companies.suspend_client(session, client_id=client_id, actor="company", by=by, now=now)


def find(session: Session, *, company_id: str) -> Client | None:
    """The client of a company's console, once there was a run."""
    return companies.find_client(session.connection(), client_id=companies.console_client_id(company_id))


def is_ours(client: Client) -> bool:
    """Whether a client is that of a console."""
    return client.id == companies.console_client_id(client.company_id)
