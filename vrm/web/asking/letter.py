"""A company's ask as a letter to the person: who, why, and line by line the very value that would leave."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785
from flask_babel import get_locale
from sqlalchemy.orm import Session

from vrm import accounts, clock, consents, profiles
from vrm.catalogue import Catalogue, Key
from vrm.companies import Asker, Company
from vrm.house import House
from vrm.web.asking import changes, choices, shown, slips
from vrm.web.asking.shown import Values


@dataclass(frozen=True)
class Letter:
    """What the page shows. ``fingerprint`` changes with anything on it that a decision rests on."""

    ask: consents.Ask
    asker: Asker
    context: dict[str, Any]
    versions: list[dict[str, Any]]
    notice: dict[str, Any]
    fingerprint: str


def write(
    db: Session,
    house: House,
    *,
    consumer_id: str,
    ask: consents.Ask,
    asker: Asker,
    picked: choices.Picked,
    message: str = "",
) -> Letter:
    """The letter for an ask, with what the person had ``picked`` on it. It opens only the values it names.

    ``message`` is what whoever asks at a desk wrote, for both sides to compare.
    """
    catalogue = house.catalogue
    values = profiles.list_items(
        db, house.keys, consumer_id=consumer_id, fields=fields_behind(catalogue, ask.terms)
    )
    basis, beside, paused_all = None, [], False
    notice_version, now = asker.company.notice_version, clock.now()
    if ask.amends is not None:
        basis = consents.get_basis(
            db, consumer_id=consumer_id, amends=ask.amends, notice_version=notice_version, now=now
        )
    else:
        beside = consents.list_standing(
            db, consumer_id=consumer_id, company_id=ask.company_id, notice_version=notice_version, now=now
        )
        paused_all = consents.count_some(db, consumer_id=consumer_id, now=now).with_all > 0
    person = accounts.open_person(db, house.keys, person_id=consumer_id).email
    return compose(
        catalogue,
        ask=ask,
        asker=asker,
        values=values,
        person=person,
        picked=picked,
        basis=basis,
        beside=beside,
        paused_all=paused_all,
        message=message,
    )


def compose(
    catalogue: Catalogue,
    *,
    ask: consents.Ask,
    asker: Asker,
    values: Values,
    person: str | None,
    picked: choices.Picked,
    basis: consents.Basis | None = None,
    beside: Sequence[consents.Basis] = (),
    paused_all: bool = False,
    message: str = "",
) -> Letter:
    """The letter to whoever keeps these ``values`` by field; ``person`` is how they are called on it.

    ``basis`` is the consent that the ask would change. What the person had chosen in it is chosen here, until they
    choose anew. ``beside``: those of the company that stand, and that it would not change. ``paused_all``: the person
    paused everything at once, which does not pause what they grant after it.
    """
    changed = changes.compare(ask.terms, basis) if basis else None
    stands_until = basis.consent.expires_at if basis else None
    if changed and not picked:
        picked = changes.chosen_before(changed, ask.terms)
    lines = [
        choices.kept_line(slips.write(catalogue, number, line, values, changed), picked)
        for number, line in enumerate(ask.terms.lines)
    ]
    notice = notice_of(asker.company, ask.terms, catalogue)
    versions = [
        {"field": item.field, "item": item.item_id, "version": item.version}
        for items in values.values()
        for item in items
    ]
    answers = {
        key: shown.answer(catalogue, key, values)
        for line in ask.terms.lines
        for key in line.options
        if catalogue.get(key).kind == "answer"
    }
    seen: dict[str, Any] = {
        "terms": ask.terms.to_json(),
        "versions": versions,
        "answers": answers,
        "notice": notice,
    }
    if basis is not None:
        seen["revision"] = basis.revision.number
    context = {
        "company": {
            "id": asker.company.id,
            "name": asker.company.legal_name,
            "domain": asker.company.domain,
            "proved_at": asker.company.domain_proved_at,
            "place": ", ".join(asker.company.address.splitlines()),
            "privacy_url": asker.company.privacy_notice_url,
            "contact": asker.company.contact,
        },
        "client_name": asker.client.name,
        "quiet": ask.quiet,
        "message": message,
        "asked_at": ask.created_at,
        "closes_at": ask.expires_at,
        "person": person,
        "purposes": _purposes(catalogue, ask.terms, asker.company),
        "lines": lines,
        "sign_in": ask.terms.sign_in,
        "durations": choices.kept_days(choices.durations(ask.terms, stands_until), picked),
        "retention_days": ask.terms.retention_days,
        "recipients": list(ask.terms.recipients),
        "messages": slips.messages(catalogue, ask.terms, lines, values),
        "notice": {
            "version": notice["version"],
            "fingerprint": notice["sha256"][:16],
            "url": notice["privacy_notice_url"],
        },
        "replaces": changes.told(changed, ask.terms, catalogue) if changed else None,
        "beside": [
            {
                "id": held.consent.id,
                "granted_at": held.consent.granted_at,
                "purposes": changes.purposes(held.revision, catalogue),
            }
            for held in beside
        ],
        "paused_all": paused_all,
        "can_grant": not any(line["required"] and line["missing"] for line in lines),
    }
    return Letter(ask, asker, context, versions, notice, _digest(seen))


def fields_behind(catalogue: Catalogue, terms: consents.Terms) -> set[str]:
    """Every field a letter with these terms may show a value of."""
    return {field for line in terms.lines for key in line.options for field in shown.behind(catalogue, key)}


def _purposes(catalogue: Catalogue, terms: consents.Terms, company: Company) -> list[dict[str, Any]]:
    found = [(id, catalogue.get_purpose(id)) for id in dict.fromkeys(line.purpose for line in terms.lines)]
    return [
        {
            "label": purpose.plain,
            "words": company.why_for(id),
            "caution": " ".join(purpose.cautions) or None,
        }
        for id, purpose in found
    ]


def notice_of(company: Company, terms: consents.Terms, catalogue: Catalogue) -> dict[str, Any]:
    """Who asked, why, for what and on which terms, as it was shown, with the hash of it all: kept with the revision.

    ``shown`` holds what is not the company's own words: the terms, how the catalogue marked each key, the language.
    """
    locale = get_locale()
    shown = {
        "language": locale.language if locale else "en",  # None where no page is open
        "terms": terms.to_json(),
        "keys": {
            key: _mark(catalogue.keys[key])
            for line in terms.lines
            for key in line.options
            if key in catalogue.keys  # who refuses may do so whatever became of what was asked
        },
    }
    notice = words_of(company, terms) | {"shown": shown}
    return notice | {"sha256": _digest(notice)}


def words_of(company: Company, terms: consents.Terms) -> dict[str, Any]:
    """What the company itself says of who it is and why it asks this."""
    asked = {line.purpose for line in terms.lines}
    return {
        "company": company.legal_name,
        "address": company.address,
        "contact": company.contact,
        "domain": company.domain,
        "privacy_notice_url": company.privacy_notice_url,
        "version": company.notice_version,
        "purposes": {id: stated.why for id, stated in company.purposes.items() if stated.why and id in asked},
    }


def _mark(key: Key) -> dict[str, str]:
    return {
        "label": key.label,
        "category": key.category,
        "sensitivity": key.sensitivity,
        "special_category": key.special_category,
    }


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(document))).hexdigest()
