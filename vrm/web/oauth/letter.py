"""A company's ask as a letter to the person: who, why, and line by line the very value that would leave."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import rfc8785
from flask_babel import get_locale
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from vrm import accounts, clock, consents, profiles
from vrm.catalogue import SENSITIVITIES, Catalogue, Voice
from vrm.companies import Asker, Company
from vrm.errors import Invalid
from vrm.house import House
from vrm.web.language import gettext

OFFERED_DAYS = (1, 7, 30, 90, 180, 365)
USUAL_DAYS = 30

Values = dict[str, list[profiles.Item]]


@dataclass(frozen=True)
class Option:
    """A key that would satisfy a line, with the very values it would send."""

    key: str
    label: str
    texts: list[str]
    chosen: bool


@dataclass(frozen=True)
class Letter:
    """What the page shows. ``fingerprint`` changes with anything on it that a decision rests on."""

    ask: consents.Ask
    asker: Asker
    context: dict[str, Any]
    versions: list[dict[str, Any]]
    notice: dict[str, Any]
    fingerprint: str


def write(db: Session, house: House, *, consumer_id: str, ask: consents.Ask, asker: Asker) -> Letter:
    """The letter for an ask. It opens only the values that the ask names."""
    catalogue = house.catalogue
    fields = {field for line in ask.terms.lines for key in line.options for field in _behind(catalogue, key)}
    values = profiles.list_items(db, house.keys, consumer_id=consumer_id, fields=fields)
    lines = [_line(catalogue, number, line, values, ask.id) for number, line in enumerate(ask.terms.lines)]
    notice = _notice(asker.company)
    versions = [
        {"field": item.field, "item": item.item_id, "version": item.version}
        for items in values.values()
        for item in items
    ]
    answers = {
        key: _answer(catalogue, key, values)
        for line in ask.terms.lines
        for key in line.options
        if catalogue.get(key).kind == "answer"
    }
    seen = {"terms": ask.terms.to_json(), "versions": versions, "answers": answers, "notice": notice}
    context = {
        "company": {
            "name": asker.company.legal_name,
            "domain": asker.company.domain,
            "proved_at": asker.company.domain_proved_at,
            "place": ", ".join(asker.company.address.splitlines()),
            "privacy_url": asker.company.privacy_notice_url,
            "contact": asker.company.contact,
        },
        "client_name": asker.client.name,
        "asked_at": ask.created_at,
        "closes_at": ask.expires_at,
        "person": accounts.open_person(db, house.keys, consumer_id=consumer_id).email,
        "purposes": _purposes(catalogue, ask.terms),
        "lines": lines,
        "durations": _durations(ask.terms),
        "retention_days": ask.terms.retention_days,
        "recipients": list(ask.terms.recipients),
        "payload": _payload(catalogue, lines, values),
        "notice": {
            "version": notice["version"],
            "fingerprint": notice["sha256"][:16],
            "url": notice["privacy_notice_url"],
        },
        "replaces": None,
        "can_grant": not any(line["required"] and line["missing"] for line in lines),
    }
    return Letter(ask, asker, context, versions, notice, _digest(seen))


def read_choices(letter: Letter, form: MultiDict[str, str]) -> list[consents.Choice]:
    """What the person ticked. Raises ``Invalid`` for what was not on the page."""
    taken = set(form.getlist("take"))
    choices = []
    for line in letter.context["lines"]:
        number = line["index"]
        if line["missing"] or not (line["required"] or str(number) in taken):
            continue
        if line["required"] and line["sensitivity"] == "special" and form.get(f"sure-{number}") != "yes":
            raise Invalid(
                gettext("Tick that they may read this very sensitive line, or refuse."),
                field=f"sure-{number}",
            )
        key = form.get(f"key-{number}", "")
        if not any(option.key == key and option.texts for option in line["options"]):
            raise Invalid(gettext("Choose one of the values on the page."), field=f"line-{number}")
        choices.append(consents.Choice(number, key, _read_item(line, key, form.get(f"item-{number}"))))
    return choices


def read_days(letter: Letter, form: MultiDict[str, str]) -> int:
    """The chosen duration, one of those on the page."""
    offered = {str(choice["days"]): int(choice["days"]) for choice in letter.context["durations"]}
    if form.get("days", "") not in offered:
        raise Invalid(gettext("Choose how long they may read it."), field="days")
    return offered[form["days"]]


def _read_item(line: Mapping[str, Any], key: str, item: str | None) -> str | None:
    """The one item the person chose of a plural key, or None for all of them."""
    offered = {each["id"] for each in line["items"]} if key == line["items_of"] else set()
    if len(offered) < 2:  # the one that was on the page, and none that is added to the profile later
        return next(iter(offered), None)
    if item == "all":
        return None
    if item not in offered:
        raise Invalid(gettext("Choose which of them to send."), field=f"line-{line['index']}")
    return item


def _line(
    catalogue: Catalogue, number: int, line: consents.Line, values: Values, ask_id: str
) -> dict[str, Any]:
    # What gives least comes first, and is what leaves unless the person says otherwise.
    keys = sorted(line.options, key=lambda key: catalogue.get(key).kind != "answer")
    texts = {key: _texts(catalogue, key, values) for key in keys}
    chosen = next((key for key in keys if texts[key]), None)
    shown = catalogue.get(chosen or line.key)
    plural = shown.kind == "field" and shown.plural
    items = values.get(shown.name, []) if plural else []
    fill = next((field for key in keys for field in _behind(catalogue, key)), line.key)
    return {
        "index": number,
        "label": catalogue.get(line.key).label if len(keys) > 1 else shown.label,
        "why": line.why,
        "purpose": catalogue.get_purpose(line.purpose).plain,
        "required": line.required,
        "sensitivity": max((catalogue.get(key).sensitivity for key in keys), key=SENSITIVITIES.index),
        "frequency": line.frequency,
        "ticked": False,
        "options": [Option(key, catalogue.get(key).label, texts[key], key == chosen) for key in keys],
        "items_of": shown.name if plural else None,
        "items": [
            {
                "id": item.item_id,
                "text": catalogue.show(shown.name, item.value, voice=_voice()),
                "chosen": place == 0,
            }
            for place, item in enumerate(items)
        ],
        "missing": chosen is None,
        "fill_href": f"/profile/{fill}?" + urlencode({"next": f"/asks/{ask_id}"}),
    }


def _texts(catalogue: Catalogue, key: str, values: Values) -> list[str]:
    """The very values a key would send, in plain words; empty where there is none."""
    found = catalogue.get(key)
    if found.kind == "field":
        return [catalogue.show(key, item.value, voice=_voice()) for item in values.get(key, [])]
    answer = _answer(catalogue, key, values)
    return [] if answer is None else [catalogue.show(key, answer, voice=_voice())]


def _voice() -> Voice:
    """How values are said in the language of the page."""
    return Voice(str(get_locale()), gettext)


def _answer(catalogue: Catalogue, key: str, values: Values) -> object | None:
    plain = {field: [item.value for item in items] for field, items in values.items()}
    return catalogue.answer(key, plain, clock.now().date())


def _behind(catalogue: Catalogue, key: str) -> tuple[str, ...]:
    found = catalogue.get(key)
    return (key,) if found.kind == "field" else found.answers_from


def _payload(catalogue: Catalogue, lines: list[dict[str, Any]], values: Values) -> dict[str, object]:
    """The profile their program gets when the person changes nothing on the page."""
    payload: dict[str, object] = {}
    for line in lines:
        if line["missing"] or not line["required"]:
            continue
        key = next(option.key for option in line["options"] if option.chosen)
        found = catalogue.get(key)
        if found.kind == "answer":
            payload[key] = _answer(catalogue, key, values)
        elif found.plural:
            payload[key] = [values[key][0].value]
        else:
            payload[key] = values[key][0].value
    return payload


def _purposes(catalogue: Catalogue, terms: consents.Terms) -> list[dict[str, Any]]:
    found = [catalogue.get_purpose(id) for id in dict.fromkeys(line.purpose for line in terms.lines)]
    return [{"label": purpose.plain, "caution": " ".join(purpose.cautions) or None} for purpose in found]


def _durations(terms: consents.Terms) -> list[dict[str, Any]]:
    days = [*(days for days in OFFERED_DAYS if days < terms.duration_days), terms.duration_days]
    usual = next((each for each in days if each >= USUAL_DAYS), days[-1])
    return [
        {
            "days": each,
            "until": clock.now() + timedelta(days=each),
            "chosen": each == usual,
            "asked": each == terms.duration_days,
        }
        for each in days
    ]


def _notice(company: Company) -> dict[str, Any]:
    """Who asked, in the words shown, with their hash: kept with the revision."""
    notice: dict[str, Any] = {
        "company": company.legal_name,
        "address": company.address,
        "contact": company.contact,
        "domain": company.domain,
        "privacy_notice_url": company.privacy_notice_url,
        "version": company.notice_version,
    }
    return notice | {"sha256": _digest(notice)}


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(document))).hexdigest()
