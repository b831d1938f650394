"""Invented people, companies and consents, put in through the services, so the seeded log verifies."""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey
from sqlalchemy.orm import Session

from vrm import accounts, clock, companies, consents, profiles
from vrm.companies import Client
from vrm.config import write_private
from vrm.disclosures import Door, Reader
from vrm.house import House

PASSWORD = "a quiet garden behind the house"  # noqa: S105  # of invented people, on this machine only
MARK = "demo.json"
"""The file in the home that says the demo made it, with the keys of the invented companies' clients."""

PEOPLE: list[tuple[str, dict[str, Any]]] = [
    ("jonas", {"name": "Jonas Weber", "birthdate": "1984-02-29", "email": "jonas@people.example",
               "address": {"street_address": "Am Markt 3", "postal_code": "28195", "locality": "Bremen", "country": "DE"}}),
    ("aiko", {"name": "Aiko Sato", "birthdate": "2001-10-05", "email": "aiko@people.example", "phone_number": "+81 90 1234 5678"}),
    ("lena", {"name": "Lena Novak", "birthdate": "1959-07-30", "email": "lena@people.example"}),
    ("omar", {"name": "Omar Haddad", "birthdate": "1995-12-12", "email": "omar@people.example"}),
]  # fmt: skip

COMPANIES: list[tuple[str, str, str, str, list[str]]] = [
    ("Kavanagh Insurance", "kavanagh.example", "1 Quay Street, Dublin", "dpv:ServiceProvision", ["name", "birthdate"]),
    ("Southern Grid Energy", "southerngrid.example", "80 Collins Street, Melbourne", "dpv:ServiceProvision", ["name", "address"]),
    ("Fjell & Fjord", "fjell.example", "Storgata 5, Bergen", "dpv:DirectMarketing", ["email"]),
]  # fmt: skip


@dataclass(frozen=True)
class Registered:
    """A company of the demo, its client, and the client's key."""

    client: Client
    key: ECKey


def mark(home: Path, **facts: Any) -> None:
    """Write down what the next run of the demo needs."""
    write_private(home / MARK, json.dumps(recall(home) | facts, indent=1).encode())


def recall(home: Path) -> dict[str, Any]:
    """What an earlier run wrote down; empty in a home that no demo made."""
    path = home / MARK
    found: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    return found


def sow(house: House) -> None:
    """People who keep a profile, companies that were approved, consents, reads and one refusal."""
    door = Door(house.database, house.keys, house.catalogue)
    holders = [_person(house, name, values) for name, values in PEOPLE]
    for number, (name, domain, address, purpose, keys) in enumerate(COMPANIES):
        client = approved_client(
            house, name, domain, address, {purpose: companies.Stated()}, f"https://{domain}/back"
        ).client
        for consumer_id in holders[number:]:
            consent = _consent(house, consumer_id, client, purpose, keys)
            door.read(Reader(client.id), consent_id=consent.id, purpose=purpose, keys=None)
        door.read(
            Reader(client.id), consent_id=consent.id, purpose="dpv:FraudPreventionAndDetection", keys=None
        )


def approved_client(
    house: House,
    name: str,
    domain: str,
    address: str,
    purposes: dict[str, companies.Stated],
    redirect_uri: str,
) -> Registered:
    """A company as an operator would take it in, here in one step: its domain is invented, so nobody is asked."""
    key = new_key()

    def work(session: Session) -> Client:
        now = clock.now()
        made = companies.register(
            session,
            legal_name=name,
            address=address,
            contact=f"privacy@{domain}",
            domain=domain,
            privacy_notice_url=f"https://{domain}/privacy",
            purposes=purposes,
            known_purposes=house.catalogue.purposes,
            now=now,
        )
        companies.prove_domain(session, company_id=made.id, domain=domain, token=made.domain_token, now=now)
        companies.approve(session, company_id=made.id, now=now)
        return companies.new_client(
            session,
            company_id=made.id,
            name=f"{name}, web",
            redirect_uris=[redirect_uri],
            jwks={"keys": [key.as_dict(private=False)]},
            now=now,
        )

    return Registered(house.database.write(work), key)


def new_key() -> ECKey:
    """An ES256 pair for a client."""
    return ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)


def _person(house: House, name: str, values: dict[str, Any]) -> str:
    email = f"{name}@people.example"
    invitation = house.database.write(
        lambda session: accounts.invite(session, house.keys, email=email, client="127.0.0.1", now=clock.now())
    )
    newcomer = accounts.prepare_newcomer(house.keys, house.hasher, email=email, password=PASSWORD)
    house.database.write(
        lambda session: accounts.complete_sign_up(
            session, token=invitation.token, newcomer=newcomer, now=clock.now()
        )
    )

    def fill(session: Session) -> None:
        for field, raw in values.items():
            profiles.put(
                session,
                house.keys,
                house.catalogue,
                consumer_id=newcomer.person_id,
                field=field,
                raw=raw,
                now=clock.now(),
            )

    house.database.write(fill)
    return newcomer.person_id


def _consent(
    house: House, consumer_id: str, client: Client, purpose: str, keys: list[str]
) -> consents.Consent:
    terms = consents.Terms(tuple(consents.Line(key, purpose, required=True) for key in keys), 180, 30)

    def work(session: Session) -> consents.Consent:
        now = clock.now() - timedelta(minutes=1)
        ask_id = consents.open_ask(
            session,
            consumer_id=consumer_id,
            client_id=client.id,
            company_id=client.company_id,
            terms=terms,
            request={},
            now=now,
        )
        return consents.grant(
            session,
            house.keys,
            consumer_id=consumer_id,
            ask_id=ask_id,
            choices=[consents.Choice(number, key) for number, key in enumerate(keys)],
            duration_days=180,
            versions=[],
            notice={},
            notice_version=1,
            now=now,
        )

    return house.database.write(work)
