"""Companies that never were, taken in as an operator would, and what they ask."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from joserfc.jwk import ECKey
from sqlalchemy.orm import Session

from vrm import companies, consents
from vrm.companies import Client
from vrm.house import House
from vrm.web.asking import letter

_ASKED: Sequence[tuple[str, str, tuple[str, ...]]] = (
    ("Parcels", "dpv:DeliveryOfGoods", ("name", "address")),
    ("Insurance", "dpv:ServiceProvision", ("name", "birthdate")),
    ("Post", "dpv:DirectMarketing", ("email",)),
    ("Repairs", "dpv:ServiceProvision", ("name", "phone_number")),
    ("Books", "dpv:DeliveryOfGoods", ("address", "email")),
)
"""What companies do, for what, and the keys that it takes; each does one of these."""


def offer(house: House, number: int, *, now: datetime) -> consents.Offer:
    """What the company of this number asks. It is taken in where it is not there yet."""
    does, purpose, keys = _ASKED[number % len(_ASKED)]
    domain = f"company-{number}.seeded.example"
    clients = house.database.read(lambda db: _clients_of(db, domain))
    client = clients[0] if clients else approved_client(
        house, f"{does} {number + 1}", domain, f"{number + 1} Seed Lane, Dublin", {purpose: companies.Stated()},
        now=now,
    )  # fmt: skip
    terms = consents.Terms(tuple(consents.Line(key, purpose, required=True) for key in keys), 365, 90)
    notice = house.database.read(lambda db: shown(db, house, client, terms))
    return consents.Offer(client, terms, notice, notice["version"])


def approved_client(
    house: House,
    name: str,
    domain: str,
    address: str,
    purposes: dict[str, companies.Stated],
    *,
    now: datetime,
) -> Client:
    """A company as an operator would take it in, here in one step: its domain is invented, so nobody is asked."""

    def work(session: Session) -> Client:
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
            name="Web site",
            redirect_uris=["http://localhost/back"],
            jwks={"keys": [new_key()]},
            now=now,
        )

    return house.database.write(work)


def new_key() -> dict[str, Any]:
    """The public half of an ES256 pair, for a client that only lived in the past: nobody keeps the other half."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    return dict(key.as_dict(private=False))


def shown(session: Session, house: House, client: Client, terms: consents.Terms) -> dict[str, Any]:
    """What the page of such a request says of its company."""
    company = companies.get_company(session, company_id=client.company_id)
    return letter.notice_of(company, terms, house.catalogue)


def _clients_of(session: Session, domain: str) -> list[Client]:
    fitting = [each for each in companies.list_companies(session, state="approved") if each.domain == domain]
    return companies.list_clients(session, company_id=fitting[0].id) if fitting else []
