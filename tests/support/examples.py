"""One context for each page and each state worth looking at, with invented people. Times are around NOW."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from vrm.accesslog import ProofFile
from vrm.web import reference
from vrm.web.forms import BLANK, Form
from vrm.web.site import Visitor

NOW = datetime(2026, 3, 12, 9, 41, tzinfo=UTC)
MIA = Visitor("consumer", "account-1", "session-1", "consumer-1", role="consumer")
DESCRIPTION = Path(__file__).parents[2] / "openapi.yaml"


def _ago(**past: float) -> datetime:
    return NOW - timedelta(**past)


def _in(**future: float) -> datetime:
    return NOW + timedelta(**future)


def _seen(*names: str) -> list[dict[str, Any]]:
    return [{"company": name, "consent_id": f"c-{name[:3]}", "until": _in(days=30)} for name in names]


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
        "seen": list(seen),
        **more,
    }


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


GROUPS: list[dict[str, Any]] = [
    {
        "id": "name",
        "label": "Name and birth",
        "help": "",
        "sensitivity": "ordinary",
        "filled": 3,
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
                "seen": _seen("Nordlicht Versand"),
            }
        ],
    },
    {
        "id": "reach",
        "label": "Where and how to reach you",
        "help": "Companies you deal with ask for these most.",
        "sensitivity": "ordinary",
        "filled": 2,
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
    "seen": _seen("Nordlicht Versand"),
    "conflict": None,
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
    "payload": {
        "name": "Mia Tran",
        "address": {"street_address": "14 Barkly Street", "country": "AU"},
        "age_over_18": True,
    },
    "notice": {
        "version": "3",
        "fingerprint": "9c41 e07a 52bd 118f",
        "url": "https://nordlicht.example/privacy",
    },
    "sign_in": False,
    "replaces": None,
    "beside": [],
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
        "labels": labels,
        "state": state,
        "granted_at": _ago(days=60),
        "expires_at": _in(days=110),
        "ended_at": None,
        "last_read_at": _ago(days=1),
        "reads": 41,
        "refusals": 1,
        "revision": 2,
        "doable": ["pause", "revoke"],
        "retention_days": 180,
        **more,
    }


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
    }
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
    ),
]
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
STRIPS = [
    {
        "company": "Kavanagh Insurance",
        "consent_id": "c-Kav",
        "reads": [3, 7, 18, 22, 26, 38, 45, 62, 80.5, 90, 96.5, 99],
        "refusals": [13.6],
    },
    {"company": "Nordlicht Versand", "consent_id": "c-Nor", "reads": [70, 74, 78, 89.7, 97], "refusals": []},
    {"company": "Lumen Mobil", "consent_id": None, "reads": [14, 34, 88.8, 99.5], "refusals": [91.4, 99.5]},
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
    "allowed": [
        {
            "consent_id": "c-Sou",
            "company": "Southern Grid Energy",
            "labels": ["Address", "Meter number"],
            "expires_at": _in(days=6),
        }
    ],
    "week": WEEK,
    "totals": {"reads": 22, "refusals": 4, "active": 3, "paused": 1, "filled": 6, "total": 64},
    "recent": READS[:3],
}
NOTHING = {"reads": 0, "refusals": 0, "active": 0, "paused": 0, "filled": 0, "total": 64}
WRONG = Form({"email": "mia.tran"}, {}, {"email": "Write the whole address, such as mia@post.example."})
SIGNED_OUT = Form(
    {"email": "mia@post.example"}, {}, {"": "Address or password is not right. Check both and try again."}
)
HOMEWARD = {"next": "/home", "carry": ""}
NO_FILTER = {"q": "", "state": ""}
AXIS = [
    {"percent": 0, "label": "10 Feb"},
    {"percent": 34, "label": "20 Feb"},
    {"percent": 67, "label": "2 Mar"},
    {"percent": 100, "label": "12 Mar"},
]
READS_PAGE: dict[str, Any] = {
    "days": 30,
    "totals": {"reads": 20, "refusals": 3, "companies": 3},
    "filters": {"company": "", "outcome": "", "consent": ""},
    "companies": [{"id": "1", "name": "Kavanagh Insurance"}, {"id": "2", "name": "Lumen Mobil"}],
    "strips": STRIPS,
    "axis": AXIS,
    "rows": READS,
    "older": "/reads?before=x",
}
CONSENT: dict[str, Any] = {
    "consent": CONSENTS[2],
    "blocked": False,
    "lines": [
        {
            "key": "name",
            "label": "Full name",
            "texts": ["Mia Tran"],
            "purpose": "Travel cover",
            "why": "",
            "frequency": "when_needed",
            "sensitivity": "ordinary",
            "last_read_at": _ago(hours=2),
            "reads": 41,
        },
        {
            "key": "address",
            "label": "Postal address",
            "texts": HOMES,
            "purpose": "Travel cover",
            "why": "To reach you while you travel",
            "frequency": "when_needed",
            "sensitivity": "ordinary",
            "last_read_at": _ago(hours=2),
            "reads": 33,
        },
        {
            "key": "allergies",
            "label": "Allergies",
            "texts": [],
            "purpose": "Travel cover",
            "why": "",
            "frequency": "when_needed",
            "sensitivity": "special",
            "last_read_at": None,
            "reads": 0,
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
            "by": "you",
            "current": False,
            "added": ["Full name", "Postal address", "Job"],
            "removed": [],
            "kept": [],
            "until": date(2026, 1, 30),
        },
        {
            "number": 2,
            "at": _ago(days=60),
            "by": "you",
            "current": True,
            "added": ["Allergies"],
            "removed": ["Job"],
            "kept": ["Full name", "Postal address"],
            "until": date(2026, 6, 30),
        },
    ],
    "reads": READS[:4],
    "more_reads": True,
    "signed_in_at": _ago(hours=5),
}

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
        {**HOME, "name": None, "asks": [], "ending": [], "allowed": [], "totals": NOTHING, "recent": []},
    ),
    "profile": ("profile.html", "/profile?done=saved", MIA, {"filled": 6, "groups": GROUPS}),
    "profile-empty": (
        "profile.html",
        "/profile",
        MIA,
        {
            "filled": 0,
            "groups": [{**group, "lines": [], "answers": [], "filled": 0} for group in GROUPS],
        },
    ),
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
            "seen": [],
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
            "company": {
                "id": "c-nordlicht",
                "legal_name": COMPANY["name"],
                "domain": COMPANY["domain"],
                "domain_proved_at": _ago(days=40),
            },
            "blocked_since": None,
            "going": "/asks/ask-1",
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
    "consents": (
        "consents.html",
        "/consents?done=revoked",
        MIA,
        {
            "tab": "current",
            "counts": {"current": 4, "history": 3, "open": 2},
            "filters": {**NO_FILTER, "q": "o"},
            "waiting": WAITING,
            "consents": CONSENTS,
        },
    ),
    "consents-empty": (
        "consents.html",
        "/consents",
        MIA,
        {
            "tab": "current",
            "counts": {"current": 0, "history": 0, "open": 0},
            "filters": NO_FILTER,
            "waiting": [],
            "consents": [],
        },
    ),
    "consents-history": (
        "consents.html",
        "/consents?show=history",
        MIA,
        {
            "tab": "history",
            "counts": {"current": 4, "history": 3, "open": 2},
            "filters": NO_FILTER,
            "waiting": [],
            "consents": ENDED,
        },
    ),
    "consent": ("consent.html", "/consents/c-Kav", MIA, CONSENT),
    "consent-ended": (
        "consent.html",
        "/consents/c-Mai",
        MIA,
        {**CONSENT, "consent": ENDED[0], "reads": [], "more_reads": False},
    ),
    "revoke": ("revoke.html", "/consents/c-Kav/revoke", MIA, {"consent": CONSENTS[2]}),
    "reads": ("reads.html", "/reads", MIA, READS_PAGE),
    "reads-empty": (
        "reads.html",
        "/reads",
        MIA,
        {
            **READS_PAGE,
            "totals": {"reads": 0, "refusals": 0, "companies": 0},
            "strips": [],
            "rows": [],
            "older": None,
        },
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
