"""``GET /v1/company`` and ``GET /v1/client``: how a company and its client stand, for programs of theirs to watch.

They tell it of whoever is suspended as well. Nothing is changed here: people, keys and clients are the affair of the
pages and the command line, so that a stolen token cannot put a key of the thief's in place of the client's.
"""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify

from vrm import clock, companies
from vrm.companies import Client, ClientKey, Company, KeyWarning
from vrm.web import protector
from vrm.web.api import asking
from vrm.web.audiences import audience
from vrm.web.rooms import house


def add_routes(blueprint: Blueprint) -> None:
    """Hang the views on the blueprint."""

    @blueprint.get("/v1/company")
    @audience("token")
    def company() -> Response:
        asking.check_names()
        client, now = _client(), clock.now()
        found = house().database.read(lambda db: companies.get_company(db, company_id=client.company_id))
        return jsonify(_company(found, now))

    @blueprint.get("/v1/client")
    @audience("token")
    def client() -> Response:
        asking.check_names()
        return jsonify(_registration(_client(), clock.now()))


def _client() -> Client:
    token = protector.own_token()
    return house().database.read(lambda db: companies.get_client(db, client_id=token.client_id))


def _company(company: Company, now: datetime) -> dict[str, Any]:
    return {
        "company_id": company.id,
        "legal_name": company.legal_name,
        "state": company.state,
        **_moments(approved_at=company.approved_at),
        "domain": _domain(company, now),
        "privacy_notice": _told(url=company.privacy_notice_url, version=company.notice_version),
        "purposes": [
            {"purpose": purpose, **_told(why=stated.why, retention_days=stated.retention_days)}
            for purpose, stated in company.purposes.items()
        ],
    }


def _domain(company: Company, now: datetime) -> dict[str, Any]:
    proved, found = company.domain_proved_at, company.domain_finding
    watched = company.watched_until if proved is None and now < company.watched_until else None
    finding = {} if found is None else {"finding": _told(code=found.code, status=found.status)}
    return {
        "name": company.domain,
        "proved": proved is not None,
        **_moments(
            claimed_at=company.domain_claimed_at,
            proved_at=proved,
            checked_at=company.domain_checked_at,
            watched_until=watched,
        ),
        **finding,
    }


def _registration(client: Client, now: datetime) -> dict[str, Any]:
    return {
        "client_id": client.id,
        "company_id": client.company_id,
        "name": client.name,
        "state": client.state,
        "created_at": clock.rfc3339(client.created_at),
        "redirect_uris": list(client.redirect_uris),
        **_told(jwks_uri=client.jwks_uri, jwks_failure=client.jwks_failure),
        **_told(jwks_skipped=dict(client.jwks_skipped) or None),
        **_moments(jwks_fetched_at=client.jwks_fetched_at, jwks_failed_at=client.jwks_failed_at),
        "keys": [_key(each, now) for each in client.keys],
        "warnings": [_warning(each) for each in companies.key_warnings(client, now)],
    }


def _key(key: ClientKey, now: datetime) -> dict[str, Any]:
    return {
        "kid": key.kid,
        "source": key.source,
        "good": key.is_good(now),
        **_moments(added_at=key.added_at, until=key.until),
    }


def _warning(warning: KeyWarning) -> dict[str, Any]:
    return {"code": warning.code, **_told(kid=warning.kid), **_moments(at=warning.at)}


def _told(**members: object) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _moments(**members: datetime | None) -> dict[str, str]:
    return {name: clock.rfc3339(value) for name, value in members.items() if value is not None}
