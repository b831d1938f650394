"""A company's ask as a letter to the person: who, why, and line by line the very value that would leave."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785
from sqlalchemy.orm import Session

from vrm import accounts, clock, consents, profiles
from vrm.catalogue import SENSITIVITIES, Catalogue
from vrm.companies import Asker, Company
from vrm.house import House
from vrm.web.asking import changes, choices, shown
from vrm.web.asking.choices import Option
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
    basis = None
    if ask.amends is not None:
        notice_version = asker.company.notice_version
        basis = consents.get_basis(
            db, consumer_id=consumer_id, amends=ask.amends, notice_version=notice_version, now=clock.now()
        )
    person = accounts.open_person(db, house.keys, person_id=consumer_id).email
    return compose(
        catalogue,
        ask=ask,
        asker=asker,
        values=values,
        person=person,
        picked=picked,
        basis=basis,
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
    message: str = "",
) -> Letter:
    """The letter to whoever keeps these ``values`` by field; ``person`` is how they are called on it.

    ``basis`` is the consent that the ask would change. What the person had chosen in it is chosen here, until they
    choose anew.
    """
    changed = changes.compare(ask.terms, basis) if basis else None
    if changed and not picked:
        picked = changes.chosen_before(changed, ask.terms)
    lines = [
        choices.kept_line(_line(catalogue, number, line, values, changed), picked)
        for number, line in enumerate(ask.terms.lines)
    ]
    notice = notice_of(asker.company, ask.terms)
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
        "durations": choices.kept_days(choices.durations(ask.terms), picked),
        "retention_days": ask.terms.retention_days,
        "recipients": list(ask.terms.recipients),
        "payload": _payload(catalogue, lines, values),
        "notice": {
            "version": notice["version"],
            "fingerprint": notice["sha256"][:16],
            "url": notice["privacy_notice_url"],
        },
        "replaces": changes.told(changed, ask.terms, catalogue) if changed else None,
        "can_grant": not any(line["required"] and line["missing"] for line in lines),
    }
    return Letter(ask, asker, context, versions, notice, _digest(seen))


def fields_behind(catalogue: Catalogue, terms: consents.Terms) -> set[str]:
    """Every field a letter with these terms may show a value of."""
    return {field for line in terms.lines for key in line.options for field in shown.behind(catalogue, key)}


def _line(
    catalogue: Catalogue,
    number: int,
    line: consents.Line,
    values: Values,
    changed: changes.Changes | None,
) -> dict[str, Any]:
    # What gives least comes first, and is what leaves unless the person says otherwise.
    keys = sorted(line.options, key=lambda key: catalogue.get(key).kind != "answer")
    texts = {key: shown.texts(catalogue, key, values) for key in keys}
    chosen = next((key for key in keys if texts[key]), None)
    first = catalogue.get(chosen or line.key)
    options = [
        Option(
            key,
            found.label,
            texts[key],
            key == chosen,
            found.sensitivity == "special",
            shown.items(catalogue, found, values),
        )
        for key in keys
        for found in (catalogue.get(key),)
    ]
    was = changed.before.get(number) if changed else None
    stays = (
        changed is not None and number in changed.stays and was is not None and changes.is_there(was, options)
    )
    before = was.key if was else None
    special = {option.special and not (stays and option.key == before) for option in options if option.texts}
    return {
        "index": number,
        "label": catalogue.get(line.key).label if len(keys) > 1 else first.label,
        "why": line.why,
        "purpose": catalogue.get_purpose(line.purpose).plain,
        "required": line.required,
        "sensitivity": max((catalogue.get(key).sensitivity for key in keys), key=SENSITIVITIES.index),
        "frequency": line.frequency,
        "ticked": False,
        "sure": None if True not in special else "some" if False in special else "every",
        "options": options,
        "items_of": first.name,
        "items": shown.items(catalogue, first, values),
        "stays": stays,
        "before": before,
        "granted": changes.label(was, changed, catalogue) if changed and was else None,
        "missing": chosen is None,
        "fill": next((field for key in keys for field in shown.behind(catalogue, key)), line.key),
    }


def _payload(catalogue: Catalogue, lines: list[dict[str, Any]], values: Values) -> dict[str, object]:
    """The profile their program gets when the person changes nothing on the page."""
    payload: dict[str, object] = {}
    for line in lines:
        if line["missing"] or not (line["required"] or line["ticked"]):
            continue
        key = next(option.key for option in line["options"] if option.chosen)
        found = catalogue.get(key)
        if found.kind == "answer":
            payload[key] = shown.answer(catalogue, key, values)
        elif found.plural:
            chosen = {item["id"] for item in line["items"] if item["chosen"] and key == line["items_of"]}
            payload[key] = [item.value for item in values[key] if not chosen or item.item_id in chosen]
        else:
            payload[key] = values[key][0].value
    return payload


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


def notice_of(company: Company, terms: consents.Terms) -> dict[str, Any]:
    """Who asked and why, in the words shown, with their hash: kept with the revision."""
    asked = {line.purpose for line in terms.lines}
    notice: dict[str, Any] = {
        "company": company.legal_name,
        "address": company.address,
        "contact": company.contact,
        "domain": company.domain,
        "privacy_notice_url": company.privacy_notice_url,
        "version": company.notice_version,
        "purposes": {id: stated.why for id, stated in company.purposes.items() if stated.why and id in asked},
    }
    return notice | {"sha256": _digest(notice)}


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(document))).hexdigest()
