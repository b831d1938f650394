"""One context for each page and each state worth looking at, with invented people. Times are around NOW."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml

from vrm.accesslog import ProofFile
from vrm.consents import Numbers, Part
from vrm.receipts import Checked
from vrm.web import reference
from vrm.web.axes import Tick
from vrm.web.charts import Column, Columns, Rank, bars
from vrm.web.forms import BLANK, Form
from vrm.web.notice_words import Said
from vrm.web.portal.known import Known
from vrm.web.portal.listing import Choices, Filters
from vrm.web.portal.narrowing import Filters as Narrowed
from vrm.web.portal.summed import Line
from vrm.web.site import Visitor
from vrm.web.strips import Mark, Strip

NOW = datetime(2026, 3, 12, 9, 41, tzinfo=UTC)
MIA = Visitor("consumer", "account-1", "session-1", "consumer-1", role="consumer")
DESCRIPTION = Path(__file__).parents[2] / "openapi.yaml"


def _ago(**past: float) -> datetime:
    return NOW - timedelta(**past)


def _in(**future: float) -> datetime:
    return NOW + timedelta(**future)


def _seen(*names: str) -> list[dict[str, Any]]:
    return [
        {"company": name, "consent_id": f"c-{name[:3]}", "until": _in(days=30), "paused": False}
        for name in names
    ]


def _reach(key: str, seen: Any = (), through: Any = ()) -> dict[str, Any]:
    return {"key": key, "whole": list(seen), "paused": [], "through": list(through)}


def _line(
    key: str, label: str, *items: str, seen: Any = (), plural: bool = False, **more: Any
) -> dict[str, Any]:
    return {
        "key": key,
        "label": label,
        "help": "",
        "plural": plural,
        "sensitivity": "ordinary",
        "items": [
            {"id": f"item-{n}", "texts": [text], "changed_at": _ago(days=3), "verified_by": None}
            for n, text in enumerate(items)
        ],
        "reach": _reach(key, seen),
        "undo": None,
        **more,
    }


def _decided(label: str, **said: Any) -> dict[str, Any]:
    usual = {"sensitivity": "ordinary", "why": "", "frequency": "when_needed", "given": True}
    return {"label": label, **usual, **said}


def _empty(*labels: str) -> list[dict[str, Any]]:
    return [
        {
            "key": label.lower().replace(" ", "_"),
            "label": label,
            "sensitivity": "ordinary",
            "usual": label == "E-mail address",
        }
        for label in labels
    ]


PROGRESS = {"filled": 8, "of": 14, "next": [("email", "E-mail address"), ("name", "Full name")]}
GROUPS: list[dict[str, Any]] = [
    {
        "id": "name",
        "label": "Name and birth",
        "help": "",
        "sensitivity": "ordinary",
        "filled": 3,
        "held": True,
        "lines": [
            _line("name", "Full name", "Mia Tran", seen=_seen("Kavanagh Insurance", "Nordlicht Versand")),
            _line("nickname", "What people call you", "Mia"),
            _line("birthdate", "Date of birth", "17 June 1991", seen=_seen("Kavanagh Insurance")),
        ],
        "empty": _empty("Given name", "Middle name", "Family name", "Title", "Gender"),
        "answers": [
            {
                "key": "age_over_18",
                "label": "Over 18",
                "text": "Yes",
                "from_labels": ["Date of birth"],
                "reach": _reach("age_over_18", _seen("Nordlicht Versand")),
            }
        ],
    },
    {
        "id": "reach",
        "label": "Where and how to reach you",
        "help": "Companies you deal with ask for these most.",
        "sensitivity": "ordinary",
        "filled": 2,
        "held": True,
        "lines": [
            _line(
                "address",
                "Postal address",
                "14 Barkly Street, Brunswick VIC 3056, Australia",
                "Level 3, 200 Queen Street, Melbourne VIC 3000, Australia",
                plural=True,
                seen=_seen("Nordlicht Versand", "Southern Grid Energy"),
            ),
            _line("phone_number", "Mobile number", "0491 570 156"),
        ],
        "empty": _empty("E-mail address", "Website", "Contact preferences"),
        "answers": [],
    },
    {
        "id": "health",
        "label": "Health",
        "help": "We ask twice before a company may read a line here.",
        "sensitivity": "special",
        "filled": 1,
        "held": True,
        "lines": [_line("allergies", "Allergies", "Penicillin", sensitivity="special")],
        "empty": _empty("Medicines", "Blood group"),
        "answers": [],
    },
]


def _input(name: str, label: str, kind: str = "text", value: Any = "", **more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "options": [],
        "autocomplete": None,
        "inputmode": None,
        "hint": None,
        "required": False,
        "wanted": more.get("required", False),
        "example": "",
        "more": {},
        "maxlength": 200,
    }
    return {"name": name, "label": label, "type": kind, "value": value, **plain, **more}


NAME_KEY = {
    "name": "phone_number",
    "label": "Mobile number",
    "help": "With the country code.",
    "sensitivity": "ordinary",
}
ADDRESS_KEY = {
    "name": "address",
    "label": "Postal address",
    "help": "",
    "sensitivity": "ordinary",
    "plural": True,
}
EDIT: dict[str, Any] = {
    "key": {**NAME_KEY, "plural": False},
    "item_id": "item-0",
    "version": 3,
    "fields": [_input("value", "Mobile number", "tel", "0491 570 156", autocomplete="tel", required=True)],
    "form": BLANK,
    "next": "",
    "reach": _reach(
        "phone_number",
        _seen("Nordlicht Versand"),
        [{"seen": _seen("Southern Grid Energy")[0], "key": "has_phone", "answer": "Has a phone"}],
    ),
    "conflict": None,
    "path": "/profile/phone_number/item-0",
    "is_address": False,
    "country": "Australia",
    "history": [
        {
            "version": number,
            "texts": [text],
            "at": _ago(days=9 * (4 - number)),
            "source": source,
            "verified_by": None,
            "current": number == 3,
        }
        for number, text, source in (
            (3, "0491 570 156", ""),
            (2, "0491 570 155", "Nordlicht Versand"),
            (1, "0491 570 110", ""),
        )
    ],
}
ADDRESS = [
    _input(
        "street_address", "Street and number", "textarea", "14 Barkly Street", autocomplete="street-address"
    ),
    _input("locality", "Town", value="Brunswick", autocomplete="address-level2", required=True),
    _input("region", "State or region", value="VIC", autocomplete="address-level1"),
    _input("postal_code", "Postal code", value="3056", autocomplete="postal-code", inputmode="numeric"),
    _input(
        "country", "Country", "select", "AU", options=[("AU", "Australia"), ("DE", "Germany")], required=True
    ),
    _input(
        "use",
        "What it is for",
        "radio",
        "home",
        options=[("home", "Home"), ("work", "Work"), ("other", "Other")],
    ),
]
GROUP_BLOCK: dict[str, Any] = {
    "key": {**NAME_KEY, "plural": False},
    "item_id": "item-0",
    "number": 0,
    "another": False,
    "begun": False,
    "prefix": "phone_number.item-0.",
    "version": 3,
    "path": "/profile/phone_number/item-0",
    "reach": _reach("phone_number", _seen("Nordlicht Versand")),
    "is_address": False,
}

COMPANY = {
    "id": "c-nordlicht",
    "name": "Nordlicht Versand GmbH",
    "domain": "nordlicht.example",
    "proved_at": datetime(2026, 2, 3, 8, tzinfo=UTC),
    "place": "Berlin, Germany",
    "privacy_url": "https://nordlicht.example/privacy",
    "contact": "privacy@nordlicht.example",
}


def _option(key: str, label: str, *texts: str, chosen: bool = True) -> dict[str, Any]:
    return {"key": key, "label": label, "texts": list(texts), "chosen": chosen, "items": []}


def _asked(index: int, label: str, why: str, *options: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "index": index,
        "label": label,
        "why": why,
        "purpose": "Delivering what you ordered",
        "required": True,
        "sensitivity": "ordinary",
        "frequency": "when_needed",
        "ticked": False,
        "options": list(options),
        "items": [],
        "stays": False,
        "folded": False,
        "news": None,
        "gone": False,
        "instead": [],
        "used_for": None,
        "before": None,
        "granted": None,
        "items_of": options[0]["key"],
        "missing": not any(option["texts"] for option in options),
        "sure": None,
        **more,
    }


HOMES = ["14 Barkly Street, Brunswick VIC 3056, Australia", "200 Queen Street, Melbourne VIC 3000, Australia"]
ASK: dict[str, Any] = {
    "company": COMPANY,
    "client_name": "Nordlicht shop",
    "quiet": False,
    "message": "",
    "asked_at": NOW,
    "closes_at": _in(days=7),
    "person": "mia@post.example",
    "purposes": [
        {
            "label": "Delivering what you ordered",
            "words": "We send you what you buy in our shop.",
            "caution": None,
        },
        {
            "label": "Sending you advertising",
            "words": None,
            "caution": "This is marketing. You can say no and lose nothing else.",
        },
    ],
    "lines": [
        _asked(0, "Full name", "For the label on the parcel", _option("name", "Full name", "Mia Tran")),
        _asked(
            1,
            "Postal address",
            "Where the parcel goes",
            _option("address", "Postal address", *HOMES),
            items=[{"id": f"item-{n}", "text": text, "chosen": n == 0} for n, text in enumerate(HOMES)],
            instead=[
                {"label": "Country", "text": "Australia"},
                {"label": "Town and country", "text": "Brunswick, Australia"},
            ],
        ),
        _asked(
            2,
            "Date of birth",
            "The jacket comes with a pocket knife",
            _option("age_over_18", "Over 18", "Yes"),
            _option("birthdate", "Date of birth", "17 June 1991", chosen=False),
            frequency="once",
        ),
        _asked(
            3,
            "Mobile number",
            "So the driver can ring",
            _option("phone_number", "Mobile number", "0491 570 156"),
            required=False,
        ),
        _asked(
            4,
            "E-mail address",
            "For the newsletter",
            _option("email", "E-mail address"),
            required=False,
            purpose="Sending you advertising",
            frequency="monthly",
        ),
        _asked(
            5,
            "Allergies",
            "If you order from our kitchen too",
            _option("allergies", "Allergies", "Penicillin"),
            required=False,
            sensitivity="special",
            sure="every",
        ),
    ],
    "durations": [
        {"days": 30, "until": date(2026, 4, 11), "chosen": True, "asked": False, "stands": False},
        {"days": 90, "until": date(2026, 6, 10), "chosen": False, "asked": False, "stands": False},
        {"days": 365, "until": date(2027, 3, 12), "chosen": False, "asked": True, "stands": False},
    ],
    "retention_days": 180,
    "recipients": ["Parcel carrier"],
    "messages": [
        {
            "purpose": "Delivering what you ordered",
            "message": {
                "purpose": "dpv:ServiceProvision",
                "profile": {
                    "name": "Mia Tran",
                    "address": {"street_address": "14 Barkly Street", "country": "AU"},
                },
            },
        },
        {
            "purpose": "Checking your age",
            "message": {"purpose": "dpv:AgeVerification", "profile": {"age_over_18": True}},
        },
    ],
    "notice": {
        "version": "3",
        "fingerprint": "9c41 e07a 52bd 118f",
        "url": "https://nordlicht.example/privacy",
    },
    "sign_in": False,
    "replaces": None,
    "beside": [],
    "paused_all": True,
    "can_grant": True,
    "form": BLANK,
    "action": "/oauth/decide",
    "hidden": {"ask": "ask-1"},
}
ASK_MISSING = {
    **ASK,
    "can_grant": False,
    "lines": [
        _asked(0, "Full name", "For the label on the parcel", _option("name", "Full name")),
        _asked(
            1,
            "Allergies",
            "To warn the cook",
            _option("allergies", "Allergies", "Penicillin"),
            sensitivity="special",
            sure="every",
        ),
    ],
    "replaces": {
        "id": "c-1",
        "granted_at": _ago(days=10),
        "expires_at": _in(days=20),
        "dropped": ["Phone number"],
        "recognised": False,
        "new_end": True,
        "kept": {"retention_days": 7},
        "passed_on": ["Parcel carrier"],
        "not_passed_on": [],
    },
    "form": Form(errors={"sure-1": "Tick that they may read it, or refuse."}),
}


ASK_SIGN_IN = {
    **ASK,
    "sign_in": True,
    "beside": [
        {"id": "c-1", "granted_at": _ago(days=10), "purposes": ["Delivering what you ordered"]},
        {"id": "c-2", "granted_at": _ago(days=40), "purposes": []},
    ],
    "lines": [
        _asked(0, "Full name", "", _option("name", "Full name", "Mia Tran"), required=False),
        _asked(1, "E-mail address", "", _option("email", "E-mail", "mia@post.example"), required=False),
        *(
            _asked(number, label, "", _option(f"key-{number}", label), required=False)
            for number, label in enumerate(
                ["Given name", "Family name", "Middle name", "Nickname", "Picture", "Web site", "Gender"], 2
            )
        ),
    ],
}


def _consent(name: str, purpose: str, labels: list[str], state: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"c-{name[:3]}",
        "company": name,
        "company_id": f"c-{name[:3]}",
        "domain": name.split()[0].lower() + ".example",
        "client": "Shop",
        "purposes": [purpose],
        "purpose_ids": ["dpv:ServiceProvision"],
        "labels": labels,
        "state": state,
        "granted_at": _ago(days=60),
        "expires_at": _in(days=110),
        "ended_at": None,
        "last_read_at": _ago(days=1),
        "reads": 41,
        "refusals": 1,
        "revision": 2,
        "doable": ["pause", "change", "revoke"],
        "retention_days": 180,
        "sign_in": False,
        **more,
    }


NOTICES = [
    {
        "id": f"notice-{number}",
        "at": _ago(days=days),
        "is_new": days < 2,
        "said": Said(title, sentences, act, "/consents/c-1"),
    }
    for number, (days, title, sentences, act) in enumerate(
        [
            (
                0,
                "Hawthorn Books Ltd read again after a long time",
                (
                    "On 12 March 2026, 9:41 am UTC they read: Address. Before that, they had read nothing for 104 days.",
                    "There may be a good reason. If it seems wrong to you, pause it or stop it: it holds at once.",
                ),
                "See what they read, pause it or stop it",
            ),
            (
                1,
                "Ketch Energy Pty Ltd has a new owner",
                (
                    "You had agreed to what was before. So they can read nothing more until they ask you again.",
                ),
                "See it, or stop it",
            ),
            (
                9,
                "You still let Hawthorn Books Ltd read some of your data",
                ("They may read: Name, Address.", "What for: Delivering what you ordered."),
                "Change it, pause it or stop it",
            ),
        ]
    )
]

CONSENTS = [
    _consent(
        "Southern Grid Energy",
        "Electricity bill",
        ["Address", "Meter number"],
        "ending",
        expires_at=_in(days=6),
    ),
    _consent(
        "Nordlicht Versand",
        "Delivering what you ordered",
        ["Full name", "Address", "Mobile number", "Over 18"],
        "active",
    ),
    _consent(
        "Kavanagh Insurance",
        "Travel cover",
        ["Full name", "Address", "Date of birth", "Job", "Phone"],
        "suspended",
    ),
    _consent(
        "Fjell & Fjord",
        "Newsletter",
        ["E-mail address"],
        "paused",
        doable=["resume", "revoke"],
        last_read_at=None,
        reads=0,
    ),
]
ENDED = [
    _consent("Maison Lavande", "Skin advice", ["Allergies"], "revoked", ended_at=_ago(days=20), doable=[]),
    _consent("Halden Bikes", "Warranty", ["Full name"], "expired", ended_at=_ago(days=90), doable=[]),
    {
        "id": None,
        "receipt": "/asks/0b6f3a52-5f0a-4a3e-9a55-3d1f0e4f7c11/receipt",
        "company": "Lumen Mobil",
        "domain": "lumen.example",
        "purposes": ["Advertising"],
        "labels": ["Mobile number"],
        "state": "refused",
        "asked_at": _ago(days=101),
        "ended_at": _ago(days=100),
    },
]
WAITING = [
    {
        "href": "/asks/ask-1",
        "company": "Brisa Voos",
        "domain": "brisa.example",
        "labels": ["Full name", "Passport number", "Over 18"],
        "purposes": ["To check who you are"],
        "asked_at": _ago(days=2),
        "closes_at": _in(days=5),
        "quiet": False,
        "message": "",
        "news": None,
    },
    {
        "href": "/asks/ask-2",
        "company": "Southern Grid Energy",
        "domain": "southerngrid.example",
        "labels": ["Address", "Meter number", "Mobile number"],
        "purposes": ["Electricity bill"],
        "asked_at": _ago(days=1),
        "closes_at": _in(days=6),
        "quiet": False,
        "message": "",
        "news": {"added": ["Mobile number"], "removed": ["Full name"]},
    },
]
AT_DESK = {**WAITING[0], "quiet": True, "message": "Counter 4, parcel 1207", "closes_at": _in(minutes=4)}


def _read(name: str, at: datetime, labels: list[str], purpose: str, **more: Any) -> dict[str, Any]:
    return {
        "at": at,
        "company": name,
        "consent_id": f"c-{name[:3]}",
        "labels": labels,
        "purpose": purpose,
        "outcome": "permitted",
        "reason": "",
        "event_id": "0b6f3a52-5f0a-4a3e-9a55-3d1f0e4f7c11",
        "leaf_hash": "X19fX19fX19fX19fX19fX19fX19fX19fX19fX19fX18=",
        "leaf_index": 41208094,
        "alike": [],
        **more,
    }


READS = [
    _read("Kavanagh Insurance", _ago(minutes=96), ["Full name", "Address"], "Travel cover", leaf_index=None),
    _read("Nordlicht Versand", _ago(hours=18), ["Address"], "Delivering what you ordered"),
    _read("Lumen Mobil", _ago(days=2), ["Mobile number"], "Mobile contract"),
    _read(
        "Lumen Mobil",
        _ago(days=2, minutes=1),
        ["Date of birth"],
        "Mobile contract",
        outcome="refused",
        reason="They asked for something you do not allow.",
    ),
    _read(
        "Lumen Mobil",
        _ago(days=3),
        [],
        "Advertising",
        outcome="refused",
        reason="They gave a purpose you do not allow.",
        alike=[{"at": _ago(days=3, hours=n), "event_id": f"e-{n}"} for n in (1, 2)],
    ),
]
RECEIPT: dict[str, Any] = {
    "consent_id": "0b6f3a52-5f0a-4a3e-9a55-3d1f0e4f7c11",
    "number": 2,
    "change": "amended",
    "at": _ago(days=9),
    "until": _in(days=81),
    "party": {
        "party_name": "Nordlicht Versand GmbH",
        "party_address": "Kaistraße 3\n28195 Bremen",
        "party_contact": "datenschutz@nordlicht.example",
        "party_url": "nordlicht.example",
    },
    "purposes": [
        {
            "purpose": "Delivering what you ordered",
            "said": "We print the label with it, and the driver rings once.",
            "given": True,
            "lines": [
                _decided("Address", why="To send it to you"),
                _decided("Phone number", frequency="once"),
                _decided("Allergies", sensitivity="special", given=False),
            ],
        },
        {
            "purpose": "Advertising",
            "said": "",
            "given": False,
            "lines": [_decided("E-mail address", why="Our letter", given=False)],
        },
    ],
    "sign_in": True,
    "retention_days": 30,
    "recipients": ["Parcel carrier"],
    "since": [{"change": "paused", "at": _ago(days=3)}, {"change": "resumed", "at": _ago(days=2)}],
    "notice": {
        "url": "https://nordlicht.example/datenschutz",
        "version": 3,
        "sha256": "9c41e07a52bd118f" * 4,
    },
    "sha256": "53d1f0e4f7c110b6" * 4,
    "record_id": "5b1c2f37-4ac7-5e2e-9c1f-2a4e0c0d7b11",
    "file": "/consents/0b6f3a52-5f0a-4a3e-9a55-3d1f0e4f7c11/receipts/2/file",
    "ended": False,
    "replaced": True,
    "file_name": "receipt-0d3bb1f2.json",
    "logged": True,
    "signed_by": ["vrm.example/log+8b40bc87+AQUtFE1mRpQuO7tPub3lC0mkwaCNKolK5dCVAEJbEsjh"],
}

REFUSAL: dict[str, Any] = {
    **RECEIPT,
    "consent_id": None,
    "number": None,
    "change": "refused",
    "until": None,
    "purposes": [
        {**each, "given": False, "lines": [{**line, "given": False} for line in each["lines"]]}
        for each in RECEIPT["purposes"]
    ],
    "sign_in": False,
    "since": [],
    "replaced": False,
    "file": "/asks/0b6f3a52-5f0a-4a3e-9a55-3d1f0e4f7c11/receipt/file",
    "logged": False,
    "signed_by": [],
}

PROVED = {
    "row": READS[1],
    "said": "{}",
    "found": ProofFile(
        41208094,
        (),
        "",
        b'{"actor":"client","client":"c0ffee00-0000-4000-8000-000000000002","company":"c0ffee00-0000-4000-8000-000000000001",'
        b'"detail":"NBUcvjsgK1GiPE5Bz2gI38B20yPaTdzqdWaDeTdrhlQ","keys":["address"],"outcome":"answered","revision":1,'
        b'"time":"2026-03-01T10:19:00.000Z","type":"disclosure","v":1}',
        bytes(32)
        + b'{"event":"0b6f3a52-5f0a-4a3e-9a55-3d1f0e4f7c11","values":[["address","Vq3oQ0N7bX2cTnUk"]]}',
    ),
    "vkeys": ["vrm.example/log+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"],
    "signed_by": ["vrm.example/log+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"],
    "origin": "vrm.example/log",
    "log": "/log",
}
LINES = [
    Line(
        id,
        name,
        f"/reads?days=30&company={id}",
        reads,
        refusals,
        _ago(days=1) if reads else None,
        Strip(name, drawn, refused),
    )
    for id, name, reads, refusals, drawn, refused in [
        ("1", "Kavanagh Insurance", 12, 1, [3, 7, 18, 22, 26, 38, 45, 62, 80.5, 90, 96.5, 99], [13.6]),
        ("2", "Nordlicht Versand", 5, 0, [70, 74, 78, 89.7, 97], []),
        ("3", "Lumen Mobil", 4, 2, [14, 34, 88.8, 99.5], [91.4, 99.5]),
    ]
]
WEEK = [
    {"label": label, "reads": reads, "refusals": refusals}
    for label, reads, refusals in [
        ("Fri 6", 1, 0),
        ("Sat 7", 0, 0),
        ("Sun 8", 0, 0),
        ("Mon 9", 4, 3),
        ("Tue 10", 2, 1),
        ("Wed 11", 14, 0),
        ("Thu 12", 1, 0),
    ]
]
API: dict[str, Any] = {
    "info": {
        "title": "The machine routes",
        "version": "1",
        "description": "Ask, read, hear.\n\nAll times are UTC.",
    },
    "tags": [{"name": "Reading", "description": "What a consent permits."}],
    "paths": {
        "/v1/profile": {
            "get": {
                "operationId": "readProfile",
                "tags": ["Reading"],
                "summary": "Read what one consent permits",
                "description": "Only permitted lines leave.",
                "security": [{"token": []}],
                "parameters": [
                    {
                        "name": "VRM-Purpose",
                        "in": "header",
                        "description": "The purpose of this read.",
                        "schema": {"type": "string"},
                    }
                ],
                "responses": {
                    "200": {
                        "description": "The values.",
                        "content": {"application/json": {"example": {"name": "Mia Tran"}}},
                    },
                    "403": {"$ref": "#/components/responses/Refused"},
                },
            }
        }
    },
    "components": {"responses": {"Refused": {"description": "Refused, with a code."}}},
}


def _api() -> dict[str, Any]:
    return reference.read(yaml.safe_load(DESCRIPTION.read_text()) if DESCRIPTION.exists() else API)


def _happening(kind: str, at: datetime, *companies: str, **more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"labels": [], "reason": "", "count": 1, "href": "/consents/c-1"}
    return {"at": at, "kind": kind, "companies": list(companies), **plain, **more}


HAPPENED = [
    _happening("read", _ago(hours=2), "Nordlicht Versand", labels=["Address", "Full name"], count=12),
    _happening("refused", _ago(hours=9), "Lumen Mobil", reason="You had paused it."),
    _happening("paused", _ago(days=1), "Fjell & Fjord"),
    _happening("declined", _ago(days=1), "Rude Books", href="/asks/ask-1/receipt"),
    _happening("blocked", _ago(days=1), "Rude Books", href="/companies/c-1"),
    _happening("used", _ago(days=2), "Halden Bikes"),
    _happening("narrowed", _ago(days=3), "Kavanagh Insurance"),
    _happening("returned", _ago(days=4), "Brisa Voos"),
    _happening("expired", _ago(days=5), "Maison Lavande", "Halden Bikes"),
    _happening("granted", _ago(days=9), "Nordlicht Versand"),
    _happening("revoked", _ago(days=10), "Nordlicht Versand", "Lumen Mobil", "Brisa Voos", "Halden Bikes"),
]


def _may_read(name: str, *allowed: tuple[str, list[str], bool]) -> dict[str, Any]:
    return {
        "id": f"c-{name[:3]}",
        "name": name,
        "allowed": [
            {
                "consent_id": f"c-{name[:3]}-{number}",
                "company": name,
                "purposes": [purpose],
                "purpose_ids": ["dpv:ServiceProvision"],
                "labels": labels,
                "granted_at": _ago(days=40 * number),
                "expires_at": _in(days=6 * number),
                "paused": paused,
            }
            for number, (purpose, labels, paused) in enumerate(allowed, 1)
        ],
    }


HOME: dict[str, Any] = {
    "name": "Mia",
    "asks": WAITING,
    "ending": [
        {
            "consent_id": "c-Sou",
            "company": "Southern Grid Energy",
            "labels": ["Address", "Meter number"],
            "expires_at": _in(days=6),
            "last_read_at": _ago(days=11),
        }
    ],
    "companies": [
        _may_read("Southern Grid Energy", ("Electricity bill", ["Address", "Meter number"], False)),
        _may_read(
            "Nordlicht Versand",
            ("Delivering what you ordered", ["Full name", "Address"], False),
            ("Newsletter", ["E-mail address"], True),
        ),
    ],
    "more_allowed": 0,
    "unread": 2,
    "week": WEEK,
    "changed": [{"consent_id": "c-Kav", "company": "Kavanagh Insurance"}],
    "totals": {"reads": 22, "refusals": 4, "active": 3, "paused": 1, "with_all": 0, "filled": 6},
    "happened": HAPPENED[:8],
    "happened_too": HAPPENED[8:],
}
NOTHING = {"reads": 0, "refusals": 0, "active": 0, "paused": 0, "with_all": 0, "filled": 0}
WRONG = Form({"email": "mia.tran"}, {}, {"email": "Write the whole address, such as mia@post.example."})
SIGNED_OUT = Form(
    {"email": "mia@post.example"}, {}, {"": "Address or password is not right. Check both and try again."}
)
HOMEWARD = {"next": "/home", "carry": ""}
SOMEBODY = {
    "id": "c-nordlicht",
    "legal_name": COMPANY["name"],
    "domain": COMPANY["domain"],
    "domain_proved_at": _ago(days=40),
}
PROPOSAL: dict[str, Any] = {
    "id": "proposal-1",
    "company": SOMEBODY,
    "received_at": _ago(days=1),
    "expires_at": _ago(days=-29),
    "vouched": False,
    "reach": _reach("address", _seen("Nordlicht Versand")),
}
MANY = {"current": 64, "waiting": 1, "history": 3, "open": 60, "paused": 4, "with_all": 2}
STALE = {"message": "Something changed meanwhile. Look at the list again: nothing was revoked."}


def _taken(company: str, outcome: str, *lines: tuple[str, str], kept: list[str]) -> dict[str, Any]:
    return {
        "seen": f"c-{company[:3]}:1",
        "consent_id": f"c-{company[:3]}",
        "company": company,
        "domain": company.split()[0].lower() + ".example",
        "lines": [
            {
                "label": label,
                "purpose": "Delivering what you ordered",
                "sensitivity": "ordinary",
                "texts": [text],
            }
            for label, text in lines
        ],
        "outcome": outcome,
        "kept": kept,
        "paused": False,
    }


TAKEN = [
    _taken("Nordlicht Versand", "ends", ("Full name", "Mia Tran"), kept=[]),
    _taken("Kavanagh Insurance", "kept", ("Full name", "Mia Tran"), kept=["Address", "Date of birth"]),
    _taken("Lumen Mobil", "recognised", ("Full name", "Mia Tran"), kept=[]),
]
REVOKING: dict[str, Any] = {
    "company": None,
    "purpose": None,
    "key": None,
    "blocked": False,
    "taken": TAKEN,
    "ticked": [each["seen"] for each in TAKEN],
    "fault": None,
}
CHOICES = Choices(
    companies=[(row["company_id"], row["company"]) for row in CONSENTS],
    purposes=[("dpv:DeliveryOfGoods", "Delivering what you ordered")],
    keys=[("address", "Address"), ("name", "Full name")],
)


SHARED = {"dpv:DeliveryOfGoods": "Delivering what you ordered"}


def _shown(rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    counts = {"current": 4, "waiting": 1, "history": 3, "open": 2, "paused": 1, "with_all": 0}
    page = {
        "counts": counts,
        "choices": None,
        "waiting": [],
        "consents": rows,
        "more": None,
        "blocked": [],
        "shared": SHARED,
        **more,
    }
    return {"tab": "current", "filters": Filters(), "compact_from": 10, "shown": page}


AXIS = [
    {"percent": 0, "label": "10 Feb"},
    {"percent": 34, "label": "20 Feb"},
    {"percent": 67, "label": "2 Mar"},
    {"percent": 100, "label": "12 Mar"},
]
_DAYS = [(4, 0), (0, 0), (2, 1), (6, 0), (0, 2), (1, 0), (8, 0)]
COLUMNS = Columns(
    [
        Column(
            f"{6 + n} March 2026", f"/reads?days=7&at=2026-03-{6 + n:02}" if up or down else None, up, down,
            14.29 * n, 9.7, 80 - 10.0 * up, 10.0 * up, 10.0 * down,
        )
        for n, (up, down) in enumerate(_DAYS)
    ],
    [Tick(80.0, "0", True), Tick(30.0, "5", False)],
    [Mark(14.29 * n, f"{6 + n} Mar") for n in (0, 2, 4, 6)],
    80.0,
    21,
    3,
    None,
)  # fmt: skip
READS_PAGE: dict[str, Any] = {
    "days": 7,
    "spans": [7, 14, 30, 91, 365],
    "totals": {"reads": 21, "refusals": 3, "companies": 3},
    "through": 0,
    "longer": "/reads?days=365",
    "filters": Narrowed(days=7),
    "chosen": [],
    "companies": [{"id": "1", "name": "Kavanagh Insurance"}, {"id": "2", "name": "Lumen Mobil"}],
    "keys": [{"id": "birthdate", "name": "Date of birth"}, {"id": "name", "name": "Full name"}],
    "purposes": [{"id": "dpv:Marketing", "name": "Sending you advertising"}],
    "chart": COLUMNS._replace(peak=COLUMNS.columns[-1]),
    "lines": LINES,
    "strips": LINES,
    "axis": AXIS,
    "until_now": True,
    "by_key": bars(
        [
            Rank("Full name", 14, 14, "/reads?key=name", "14 reads"),
            Rank("Postal address", 9, 7, "/reads?key=address", "7 reads, 2 refused"),
            Rank("Date of birth", 1, 0, "/reads?key=birthdate", "1 refused"),
        ]
    ),
    "by_purpose": bars(
        [Rank("Delivering what you ordered", 24, 21, "/reads?purpose=x", "21 reads, 3 refused")]
    ),
    "unread": [{"id": "/reads?key=email", "name": "E-mail address"}],
    "most": 2000,
    "looked_since": _ago(days=5),
    "rows": READS,
    "shown": 7,
    "older": "/reads?before=x",
    "newest": True,
}
KNOWN: dict[str, Any] = {
    "company": SimpleNamespace(id="1", legal_name="Nordlicht Versand"),
    "rows": [
        Known(
            "address", "Postal address", "ordinary", _ago(days=9), READS[1]["event_id"], "c-Nor", 4,
            ["3 Elm Street, Carlton VIC 3053, Australia"], [HOMES[0]], True,
        ),
        Known(
            "name", "Full name", "ordinary", _ago(days=1), READS[1]["event_id"], "c-Nor", 7, ["Mia Tran"], ["Mia Tran"],
            True,
        ),
        Known(
            "birthdate", "Date of birth", "sensitive", _ago(days=300), READS[1]["event_id"], None, 1, None, [], False,
        ),
    ],
    "unread": ["Mobile number"],
    "since": None,
    "recognised": True,
}  # fmt: skip


def _part(label: str, purpose: str = "", **more: str) -> dict[str, Any]:
    return {
        "label": label,
        "purpose": purpose,
        "frequency": "when_needed",
        "was": None,
        "why": None,
        **more,
    }


CONSENT: dict[str, Any] = {
    "consent": CONSENTS[2],
    "blocked": False,
    "lines": [
        {
            "key": "name",
            "label": "Full name",
            "texts": ["Mia Tran"],
            "then": ["Mia Nguyen"],
            "purpose": "Travel cover",
            "why": "",
            "frequency": "once",
            "sensitivity": "ordinary",
            "last_read_at": _ago(hours=2),
            "reads": 4,
            "resting": False,
            "again_at": None,
            "asked": None,
            "again": 3,
        },
        {
            "key": "address",
            "label": "Postal address",
            "texts": HOMES,
            "then": None,
            "purpose": "Travel cover",
            "why": "To reach you while you travel",
            "frequency": "when_needed",
            "sensitivity": "ordinary",
            "last_read_at": _ago(hours=2),
            "reads": 33,
            "resting": True,
            "again_at": _in(days=5),
            "asked": "Where you stay",
            "again": 0,
        },
        {
            "key": "allergies",
            "label": "Allergies",
            "texts": [],
            "then": None,
            "purpose": "Travel cover",
            "why": "",
            "frequency": "when_needed",
            "sensitivity": "special",
            "last_read_at": None,
            "reads": 0,
            "resting": False,
            "again_at": None,
            "asked": None,
            "again": 0,
        },
    ],
    "told": {
        "reasons": {"Travel cover": "We insure you on your way, and pay what you need there."},
        "retention_days": 180,
        "recipients": ("Our doctors' hotline",),
        "url": "https://kavanagh.example/privacy",
        "version": 3,
        "fingerprint": "9c41e07a52bd118f",
    },
    "revisions": [
        {
            "number": 1,
            "at": _ago(days=200),
            "kinds": ["granted"],
            "current": False,
            "added": [_part("Full name"), _part("Postal address"), _part("Job")],
            "removed": [],
            "kept": [],
            "until": date(2026, 1, 30),
            "terms": None,
            "reasons": {},
        },
        {
            "number": 2,
            "at": _ago(days=60),
            "kinds": ["amended"],
            "current": True,
            "added": [_part("Allergies"), _part("Postal address", "Newsletter")],
            "removed": [_part("Job")],
            "kept": [
                _part("Full name", frequency="once", was="weekly"),
                _part("Postal address", why="To reach you while you travel"),
            ],
            "until": date(2026, 6, 30),
            "terms": (180, ("Our doctors' hotline",)),
            "reasons": {"Travel cover": "We insure you on your way, and pay what you need there."},
        },
    ],
    "decided_at": _ago(days=60),
    "left_out": [
        {
            "label": "Job",
            "purpose": "Travel cover",
            "why": "To know what risks you run",
            "taken_back": True,
        },
        {"label": "E-mail address", "purpose": "Newsletter", "why": "", "taken_back": False},
    ],
    "again": 3,
    "reads": READS[:4],
    "shown": 4,
    "total_reads": 42,
    "shared": SHARED,
    "signed_in_at": _ago(hours=5),
    "paused_at": None,
    "channel": None,
    "unread": {
        "days": 90,
        "spans": (30, 90, 0),
        "since": _ago(days=60),
        "labels": ["Allergies"],
        "keep": ["name dpv:ServiceProvision", "address dpv:ServiceProvision"],
    },
}
CHANGEABLE = [
    {**line, "place": f"{line['key']} dpv:ServiceProvision", "required": line["key"] == "name"}
    for line in CONSENT["lines"]
]
ENDS = [
    {"days": 30, "until": _in(days=30), "later": False, "asked": False},
    {"days": 365, "until": _in(days=365), "later": True, "asked": True},
]

GIVEN = SimpleNamespace(id="c-Nor", granted_at=_ago(days=40))

# name: (template, path, who is here, context)
PAGES: dict[str, tuple[str, str, Visitor | None, dict[str, Any]]] = {
    "start": ("start.html", "/", None, {}),
    "sign-in": ("sign_in.html", "/sign-in", None, {"form": BLANK, "again": False, **HOMEWARD}),
    "sign-in-wrong": ("sign_in.html", "/sign-in", None, {"form": SIGNED_OUT, "again": True, **HOMEWARD}),
    "sign-up": ("sign_up.html", "/sign-up", None, {"form": BLANK, "purpose": "sign_up", **HOMEWARD}),
    "sign-up-wrong": ("sign_up.html", "/sign-up", None, {"form": WRONG, "purpose": "sign_up", **HOMEWARD}),
    "reset": ("sign_up.html", "/reset", None, {"form": BLANK, "purpose": "reset", **HOMEWARD}),
    "check-mail": (
        "check_mail.html",
        "/sign-up",
        None,
        {"email": "mia@post.example", "purpose": "sign_up", "minutes": 60, "carry": ""},
    ),
    "choose-password": (
        "choose_password.html",
        "/sign-up/confirm",
        None,
        {
            "form": BLANK,
            "purpose": "sign_up",
            "token": "t",
            "action": "/sign-up/confirm",
            "email": "mia@post.example",
            "asks_name": False,
            "least": 12,
            "most": 200,
        },
    ),
    "home": ("home.html", "/home?done=welcome", MIA, HOME),
    "home-empty": (
        "home.html",
        "/home",
        MIA,
        {
            **HOME,
            "name": None,
            "asks": [],
            "ending": [],
            "companies": [],
            "changed": [],
            "totals": NOTHING,
            "happened": [],
        },
    ),
    "profile": (
        "profile.html",
        "/profile?done=saved",
        MIA,
        {"filled": 6, "groups": GROUPS, "progress": PROGRESS, "proposed": 2},
    ),
    "profile-empty": (
        "profile.html",
        "/profile",
        MIA,
        {
            "filled": 0,
            "groups": [{**group, "lines": [], "answers": [], "filled": 0, "held": False} for group in GROUPS],
            "progress": {**PROGRESS, "filled": 0},
        },
    ),
    "proposed": (
        "proposed.html",
        "/profile/proposed",
        MIA,
        {
            "fault": "",
            "proposals": [
                {
                    **PROPOSAL,
                    "key": ADDRESS_KEY,
                    "why": "Our letter to Barkly Street came back.",
                    "texts": ["14 Barkly Street, Brunswick VIC 3057, Australia (Home)"],
                    "spots": [
                        {
                            "into": "item-0/2",
                            "texts": ["14 Barkly Street, Brunswick VIC 3056, Australia (Home)"],
                            "same": False,
                        }
                    ],
                },
                {
                    **PROPOSAL,
                    "id": "proposal-2",
                    "key": {**ADDRESS_KEY, "name": "booking", "label": "Booking", "sensitivity": "sensitive"},
                    "why": "You booked this with us today.",
                    "texts": ["Night train to Vienna, 4417-NX, Nordlicht, 4 December 2026"],
                    "spots": [],
                    "vouched": True,
                    "reach": {
                        "key": "booking",
                        "whole": [],
                        "paused": _seen("Nordlicht Versand"),
                        "through": [],
                    },
                },
            ],
        },
    ),
    "proposed-none": ("proposed.html", "/profile/proposed", MIA, {"fault": "", "proposals": []}),
    "edit": ("profile_edit.html", "/profile/phone_number/item-0", MIA, EDIT),
    "edit-wrong": (
        "profile_edit.html",
        "/profile/phone_number/item-0",
        MIA,
        {**EDIT, "form": Form({}, {}, {"value": "One digit is missing. Your old number is still in use."})},
    ),
    "edit-conflict": (
        "profile_edit.html",
        "/profile/phone_number/item-0",
        MIA,
        {
            **EDIT,
            "conflict": {"theirs": ["0491 570 156"], "mine": ["0491 570 157"], "changed_at": _ago(minutes=3)},
        },
    ),
    "edit-address": (
        "profile_edit.html",
        "/profile/address",
        MIA,
        {
            **EDIT,
            "key": ADDRESS_KEY,
            "item_id": None,
            "version": 0,
            "fields": ADDRESS,
            "next": "/asks/ask-1",
            "reach": _reach("address"),
            "path": "/profile/address",
            "is_address": True,
            "country": "",
            "history": [],
        },
    ),
    "group": (
        "profile_group.html",
        "/profile/in/contact",
        MIA,
        {
            "group": {"name": "contact", "label": "Where and how to reach you", "help": ""},
            "blocks": [
                {
                    **GROUP_BLOCK,
                    "fields": [_input("phone_number.item-0.value", "Mobile number", "tel", "0491 570 156")],
                },
                {
                    **GROUP_BLOCK,
                    "key": {**ADDRESS_KEY, "sensitivity": "sensitive"},
                    "item_id": None,
                    "version": 0,
                    "prefix": "address.new.",
                    "path": "/profile/address",
                    "fields": [{**each, "name": f"address.new.{each['name']}"} for each in ADDRESS],
                    "is_address": True,
                },
            ],
            "form": Form({}, {}, {"address.new.locality": "Fill this in."}),
            "following": {"name": "household", "label": "Household"},
        },
    ),
    "ask": ("ask.html", "/asks/ask-1", MIA, ASK),
    "ask-sign-in": ("ask.html", "/asks/ask-1", MIA, ASK_SIGN_IN),
    "recognised": (
        "recognised.html",
        "/oauth/authorize",
        MIA,
        {
            "company": {"legal_name": COMPANY["name"], "domain": COMPANY["domain"]},
            "going": "https://nordlicht.example/back?code=c",
            "known": True,
        },
    ),
    "signed-out": (
        "signed_out.html",
        "/oauth/end-session",
        None,
        {
            "company": {"legal_name": COMPANY["name"], "domain": COMPANY["domain"]},
            "host": "nordlicht.example",
            "going": "https://nordlicht.example/bye",
        },
    ),
    "end-session": (
        "end_session.html",
        "/oauth/end-session",
        MIA,
        {
            "company": {"legal_name": COMPANY["name"], "domain": COMPANY["domain"]},
            "leads_to": None,
            "astray": True,
            "hidden": {},
        },
    ),
    "ask-desk": ("ask.html", "/asks/ask-1", MIA, {**ASK, "quiet": True, "message": "Counter 4, parcel 1207"}),
    "ask-blocked": (
        "ask_blocked.html",
        "/asks/ask-1",
        MIA,
        {
            "company": {"id": "c-nordlicht", "legal_name": COMPANY["name"], "domain": COMPANY["domain"]},
            "ask": {"id": "ask-1", "quiet": False},
        },
    ),
    "block": (
        "block.html",
        "/companies/c-nordlicht/block",
        MIA,
        {
            "company": SOMEBODY,
            "blocked_since": None,
            "going": "/asks/ask-1",
            "taken": TAKEN,
            "asking": True,
            "fault": None,
        },
    ),
    "desk": ("desk.html", "/desk", MIA, {"code": None, "asks": [AT_DESK]}),
    "desk-code": (
        "desk.html",
        "/desk",
        MIA,
        {"code": {"code": "BCDF 3GHJ", "expires_at": _in(minutes=5)}, "asks": []},
    ),
    "ask-missing": ("ask.html", "/asks/ask-1", MIA, ASK_MISSING),
    "notices": (
        "notices.html",
        "/notices",
        MIA,
        {"notices": NOTICES, "older": "ab", "first": True},
    ),
    "notices-empty": ("notices.html", "/notices", MIA, {"notices": [], "older": None, "first": True}),
    "notices-settings": (
        "notices_settings.html",
        "/notices/settings?done=saved",
        MIA,
        {
            "form": BLANK,
            "choices": [
                {
                    "kind": kind,
                    "name": name,
                    "hint": hint,
                    "chosen": chosen,
                    "ways": [
                        ("at_once", "At once"),
                        ("digest", "In one letter"),
                        ("off", "No letter"),
                    ],
                }
                for kind, name, hint, chosen in [
                    ("reminder", "What you still allow", "Every 90 days, of each company", "at_once"),
                    (
                        "proposed",
                        "What companies propose",
                        "A value for your profile, which only you take over",
                        "digest",
                    ),
                    (
                        "unusual",
                        "Reads that look unusual",
                        "Far more than usual, after long silence, something new, or refused again and again",
                        "off",
                    ),
                ]
            ],
            "every": "weekly",
            "hour": 7,
            "hours": [(hour, f"{hour}:00") for hour in range(24)],
            "told_in": "en",
            "zone": "Australia/Melbourne",
            "discreet": True,
        },
    ),
    "consents": (
        "consents.html",
        "/consents?done=revoked",
        MIA,
        {**_shown(CONSENTS, waiting=WAITING, choices=CHOICES), "filters": Filters(key="name")},
    ),
    "consents-many": (
        "consents.html",
        "/consents",
        MIA,
        _shown([*CONSENTS] * 5, waiting=WAITING, choices=CHOICES, more="c-Fje", counts=MANY),
    ),
    "consents-empty": (
        "consents.html",
        "/consents",
        MIA,
        _shown(
            [],
            shared={},
            counts={"current": 0, "waiting": 0, "history": 0, "open": 0, "paused": 0, "with_all": 0},
        ),
    ),
    "consents-history": ("consents.html", "/consents?show=history", MIA, {**_shown(ENDED), "tab": "history"}),
    "home-paused": (
        "home.html",
        "/home?done=paused-all",
        MIA,
        {
            **HOME,
            "asks": [],
            "ending": [],
            "changed": [],
            "companies": [],
            "totals": {**HOME["totals"], "active": 0, "paused": 4, "with_all": 3},
        },
    ),
    "pause-all": (
        "pause_all.html",
        "/consents/pause",
        MIA,
        {"numbers": Numbers(running=4, ended=3, paused=1, with_all=0)},
    ),
    "revoke-key": (
        "revoke_many.html",
        "/consents/revoke?key=name",
        MIA,
        {**REVOKING, "part": Part(key="name"), "key": "Full name"},
    ),
    "revoke-company": (
        "revoke_many.html",
        "/consents/revoke?company=c-nordlicht",
        MIA,
        {
            **REVOKING,
            "part": Part(company_id="c-nordlicht"),
            "company": SOMEBODY,
            "ticked": [],
            "fault": STALE,
        },
    ),
    "consent": ("consent.html", "/consents/c-Kav", MIA, CONSENT),
    "consent-ended": (
        "consent.html",
        "/consents/c-Mai",
        MIA,
        {**CONSENT, "consent": ENDED[0], "reads": [], "total_reads": 0, "shared": {}, "unread": None},
    ),
    "change": (
        "change.html",
        "/consents/c-Kav/change",
        MIA,
        {
            "consent": CONSENTS[2],
            "lines": CHANGEABLE,
            "ends": ENDS,
            "days": (NOW.date() + timedelta(days=1), NOW.date() + timedelta(days=365)),
            "may_extend": True,
            "fault": None,
            "picked": {"lines": None, "ends": "", "until": ""},
        },
    ),
    "revoke": ("revoke.html", "/consents/c-Kav/revoke", MIA, {"consent": CONSENTS[2]}),
    "reads": ("reads.html", "/reads", MIA, READS_PAGE),
    "known": ("known.html", "/companies/1/known", MIA, KNOWN),
    "known-nothing": (
        "known.html",
        "/companies/1/known",
        MIA,
        {**KNOWN, "rows": [], "unread": [], "recognised": False},
    ),
    "reads-empty": (
        "reads.html",
        "/reads",
        MIA,
        {
            **READS_PAGE,
            "totals": {"reads": 0, "refusals": 0, "companies": 0},
            "chart": COLUMNS,
            "lines": [],
            "by_key": [],
            "by_purpose": [],
            "unread": [],
            "looked_since": None,
            "strips": [],
            "rows": [],
            "older": None,
            "newest": True,
        },
    ),
    "receipt": ("receipt.html", "/consents/0b6f3a52-5f0a-4a3e-9a55-3d1f0e4f7c11/receipts/2", MIA, RECEIPT),
    "receipt-refusal": ("receipt.html", "/asks/0b6f3a52-5f0a-4a3e-9a55-3d1f0e4f7c11/receipt", MIA, REFUSAL),
    "receipt-check": (
        "receipt_check.html",
        "/receipts/check",
        None,
        {
            **RECEIPT,
            "form": BLANK,
            "issued_at": NOW,
            "found": Checked((), signed_by="a-key", logged="in_the_log", replaced="amended"),
        },
    ),
    "receipt-changed": (
        "receipt_check.html",
        "/receipts/check",
        None,
        {"form": BLANK, "found": Checked(("the hash of the notice is another one",))},
    ),
    "read": ("read.html", "/reads/0b6f3a52-5f0a-4a3e-9a55-3d1f0e4f7c11", MIA, PROVED),
    "verify-us": (
        "verify_us.html",
        "/verify-us",
        None,
        {
            "vkeys": PROVED["vkeys"],
            "log": "https://vrm.example/log",
            "program": "package main\n",
        },
    ),
    "read-new": (
        "read.html",
        "/reads/0b6f3a52-5f0a-4a3e-9a55-3d1f0e4f7c11",
        MIA,
        {**PROVED, "row": READS[0], "found": None},
    ),
    "account-close": (
        "account_close.html",
        "/account/close",
        MIA,
        {"form": BLANK, "has_second_factor": False, "standing": 3, "until": _ago(days=-30)},
    ),
    "account-close-wrong": (
        "account_close.html",
        "/account/close",
        MIA,
        {
            "form": Form(
                {}, {}, {"password": "Type your password.", "understood": "Tick this, if you want it."}
            ),
            "has_second_factor": True,
            "standing": 0,
            "until": _ago(days=-30),
        },
    ),
    "stop-link": ("stop.html", "/stop/c0de", None, {"code": "c0de", "consent": GIVEN, "state": "active"}),
    "stop-link-paused": (
        "stop.html",
        "/stop/c0de?done=paused",
        None,
        {"code": "c0de", "consent": GIVEN, "state": "paused"},
    ),
    "stop-link-ended": (
        "stop.html",
        "/stop/c0de?done=revoked",
        None,
        {"code": "c0de", "consent": GIVEN, "state": "revoked"},
    ),
    "account-closed": ("account_closed.html", "/account/close", None, {"until": _ago(days=-30)}),
    "account": (
        "account.html",
        "/account",
        MIA,
        {
            "email": "mia@post.example",
            "form": BLANK,
            "least": 12,
            "most": 200,
            "made_at": _ago(days=200),
            "has_second_factor": False,
            "sessions": [
                {"started_at": _ago(hours=1), "seen_at": NOW, "current": True},
                {"started_at": _ago(days=4), "seen_at": _ago(days=1), "current": False},
            ],
        },
    ),
    "api-docs": ("api_docs.html", "/docs/api", None, _api()),
    "error": (
        "error.html",
        "/consents/x",
        MIA,
        {
            "title": "Nothing here",
            "sentence": "There is nothing at this address.",
            "ways": [{"href": "/home", "words": "Go to your home page"}],
            "code": "not_found",
            "reference": "r-58c2",
            "at": NOW,
        },
    ),
}
