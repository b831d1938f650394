"""Companies and clients as an operator makes them."""

from datetime import UTC, datetime

import pytest
from joserfc import jwk
from sqlalchemy import select

from keys import KeyStore
from vrm import companies
from vrm.accesslog.entry import detail_of
from vrm.accesslog.entry import read as read_entry
from vrm.accesslog.models import LogEvent

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KNOWN = {"dpv:ServiceProvision", "dpv:DirectMarketing", "dpv:FraudPreventionAndDetection"}


class Office:
    """The operator's hands."""

    def __init__(self, database):
        self.database = database

    @staticmethod
    def jwks(*kids):
        """A set of new public keys."""
        new = [jwk.generate_key("EC", "P-256").as_dict(private=False) for _ in kids]
        return {"keys": [{**key, "kid": kid} for key, kid in zip(new, kids, strict=True)]}

    def do(self, verb, *args, **more):
        return self.database.write(lambda s: verb(s, *args, **more))

    def register(self, **more):
        given = {
            "legal_name": "Acorn Shop Ltd",
            "address": "1 High Street\nLeeds LS1 1AA",
            "contact": "privacy@acorn.example",
            "domain": "acorn.example",
            "privacy_notice_url": "https://acorn.example/privacy",
            "purposes": {"dpv:ServiceProvision": companies.Stated("To deliver what you order.", 30)},
            "known_purposes": KNOWN,
            "now": NOW,
        }
        return self.do(companies.register, **(given | more))

    def prove(self, company):
        return self.do(
            companies.prove_domain,
            company_id=company.id,
            domain=company.domain,
            token=company.domain_token,
            now=NOW,
        )

    def approved(self, **more):
        company = self.prove(self.register(**more))
        return self.do(companies.approve, company_id=company.id, now=NOW)

    def new_client(self, company, **more):
        given = {
            "name": "Acorn web shop",
            "redirect_uris": ["https://acorn.example/callback"],
            "jwks": self.jwks("one"),
            "now": NOW,
        }
        return self.do(companies.new_client, company_id=company.id, **(given | more))

    def openings(self, type):
        """What the openings of one type of event say besides the event's id, in order."""

        def read(session):
            rows = session.execute(
                select(LogEvent.entry, LogEvent.opening).order_by(LogEvent.created_at, LogEvent.id)
            )
            return [detail_of(row.opening) for row in rows if read_entry(row.entry)["type"] == type]

        found = self.database.read(read)
        return [{name: said for name, said in each.items() if name != "event"} for each in found]

    def entries(self):
        """What the log heard, in order."""

        def read(session):
            return [
                read_entry(entry)
                for entry in session.scalars(
                    select(LogEvent.entry).order_by(LogEvent.created_at, LogEvent.id)
                )
            ]

        return self.database.read(read)

    def events(self):
        """What the log heard: type, actor, company, client."""
        return [
            (entry["type"], entry["actor"], entry["company"], entry.get("client")) for entry in self.entries()
        ]

    def changes(self, company):
        """The codes of what the log heard of a company's changes, sorted."""
        return sorted(
            entry["code"]
            for entry in self.entries()
            if (entry["type"], entry["company"]) == ("company.changed", company.id)
        )


@pytest.fixture
def office(database):
    return Office(database)


@pytest.fixture
def store(tmp_path):
    """The instance's keys."""
    url, folder = f"sqlite:///{tmp_path}/keys.db", tmp_path / "keys"
    KeyStore.initialise(url, folder, "inst")
    keys = KeyStore(url, folder, "inst")
    yield keys
    keys.close()
