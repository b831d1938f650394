"""The lines of a bundle, read strictly: a line that could be spelled otherwise, or says less or more, is ``Malformed``.

A bundle is one file: a head, an export of log entries with their proofs (``vrm.accesslog.export``, kind
``selection``), what was said of them, and a signature over it all. One canonical JSON object a line::

    {"at":"...","auditors":{"<id>":"R. Okafor"},"by":"<id>","case":"<id>","format":"vrm-bundle@v1","kind":"case",
     "title":"Night reads"}
    {"checkpoint":"...","count":1,"format":"vrm-log-export@v1","kind":"selection",...}
    {"entry":"{...}","index":6,"leaf_hash":"...","proof":["..."]}
    {"at":"...","by":"<id>","kind":"opened","line":1}
    {"at":"...","by":"<id>","kind":"marked","leaf":6,"line":2,"text":"at 3 o'clock"}
    {"at":"...","by":"<id>","kind":"noted","line":3,"text":"Asked them why."}
    {"signature":"localhost:8000/log/case\\nvrm-bundle@v1\\n2103\\nrLvnr6...\\n\\n— localhost:8000/log/case 3q2+7w...\\n"}

Kind ``exposure`` has a ``question`` in its head in place of ``case``, and for lines its answer, by thread::

    "question":{"client":"<id>","since":"...","until":"...","upto":24}
    {"first_at":"...","keys":["email"],"last_at":"...","purposes":["dpv:ServiceProvision"],"reads":1,
     "revisions":[1],"thread":"tFKC..."}

The head may hold ``"consistency":{"old":8,"proof":["..."]}``: that the signed tree continues an older one.

The signature is a C2SP signed note by the log's own key under the name ``<origin>/case``. Its text is that name, the
format, how many bytes come before this line, and their SHA-256. Neither name nor text can pass for a checkpoint's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from vrm import clock, ids
from vrm.accesslog.exported import Malformed, read_object
from vrm.oversight.case_lines import LINE_KINDS, LONGEST_NOTE, CaseLine, LineKind, is_text
from vrm.oversight.cases import LONGEST_TITLE
from vrm.tlog import canonical

FORMAT = "vrm-bundle@v1"
ENTRY = b'{"entry":'
"""How every line of an entry begins, and no other line of a bundle."""
SIGNATURE = b'{"signature":'
MOST_ENTRIES = 100_000

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z", re.ASCII)
_TEXT_OF: Mapping[str, bool | None] = {"noted": True, "exported": True, "marked": None}
_HEAD = {"at", "auditors", "by", "format", "kind", "title"}
_ROW: Mapping[str, type] = {
    **dict.fromkeys(("first_at", "last_at", "thread"), str),
    **dict.fromkeys(("keys", "purposes", "revisions"), list),
    "reads": int,
}


@dataclass(frozen=True)
class Question:
    """Who was exposed through a client, or a company's clients, from ``since`` until before ``until`` (RFC 3339).

    ``upto``: leaves below this one were looked at.
    """

    client: str | None
    company: str | None
    since: str
    until: str
    upto: int

    def told(self) -> dict[str, object]:
        """As it stands in a head."""
        whose = {"client": self.client} if self.client is not None else {"company": self.company}
        return {**whose, "since": self.since, "until": self.until, "upto": self.upto}


@dataclass(frozen=True)
class Head:
    """What a bundle says of itself; nothing of it is believed yet."""

    kind: Literal["case", "exposure"]
    title: str
    at: str
    by: str
    auditors: Mapping[str, str]
    case: str | None
    question: Question | None
    consistency: tuple[int, tuple[bytes, ...]] | None


@dataclass(frozen=True)
class Told:
    """One line of a case; nothing of it is believed yet."""

    line: int
    kind: LineKind
    at: str
    by: str
    leaf: int | None
    text: str | None


def read_head(raw: bytes) -> Head:
    """The first line."""
    members = read_object(raw, "head")
    if members.get("format") != FORMAT:
        raise Malformed("format", f"is not {FORMAT}")
    kind = members.get("kind")
    if kind not in ("case", "exposure"):
        raise Malformed("kind", "is neither case nor exposure")
    own = "case" if kind == "case" else "question"
    _exactly(members, _HEAD | {own}, {"consistency"}, "head")
    auditors = members["auditors"]
    if not isinstance(auditors, dict) or not all(_is_name(*one) for one in auditors.items()):
        raise Malformed("auditors", "are not names by id")
    if not isinstance(members["title"], str) or not is_text(members["title"], LONGEST_TITLE, lines=False):
        raise Malformed("title", "is not a title")
    return Head(
        kind=kind,
        title=members["title"],
        at=_time(members, "at"),
        by=_among(members, auditors),
        auditors=auditors,
        case=_id(members, "case") if kind == "case" else None,
        question=_question(members["question"]) if kind == "exposure" else None,
        consistency=_consistency(members["consistency"]) if "consistency" in members else None,
    )


def read_told(raw: bytes, auditors: Mapping[str, str]) -> Told:
    """A line of a case."""
    members = read_object(raw, "line")
    kind = members.get("kind")
    if kind not in LINE_KINDS:
        raise Malformed("kind", "is not one of a case's lines")
    about = {"leaf"} if kind in ("marked", "unmarked") else set()
    must = _TEXT_OF.get(kind, False)
    _exactly(
        members,
        {"at", "by", "kind", "line"} | about | ({"text"} if must else set()),
        {"text"} if must is None else set(),
        "line",
    )
    text = members.get("text")
    if "text" in members and not (isinstance(text, str) and is_text(text, LONGEST_NOTE)):
        raise Malformed("text", "is not a note")
    return Told(
        line=_number(members, "line"),
        kind=kind,
        at=_time(members, "at"),
        by=_among(members, auditors),
        leaf=_number(members, "leaf") if about else None,
        text=text,
    )


def tell(line: CaseLine) -> dict[str, object]:
    """A line of a case, to be written so that ``read_told`` reads it."""
    said = {"leaf": line.leaf_index, "text": line.text}
    given = {name: value for name, value in said.items() if value is not None}
    return {
        "line": line.line,
        "kind": line.kind,
        "at": clock.rfc3339(line.at),
        "by": line.auditor_id,
        **given,
    }


def read_row(raw: bytes) -> dict[str, Any]:
    """A line of an answer, as the object it is."""
    members = read_object(raw, "line")
    _exactly(members, set(_ROW), set(), "line")
    for name, kind in _ROW.items():
        if type(members[name]) is not kind:
            raise Malformed(name, "is not of its type")
    return members


def read_signature(raw: bytes) -> str:
    """The last line: the note in it."""
    members = read_object(raw, "signature")
    _exactly(members, {"signature"}, set(), "signature")
    note = members["signature"]
    if not isinstance(note, str):
        raise Malformed("signature", "is not a signed note")
    return note


def signed_text(origin: str, count: int, digest: bytes) -> str:
    """What is signed of a bundle: ``count`` bytes with this SHA-256 come before the signature."""
    return f"{key_name(origin)}\n{FORMAT}\n{count}\n{canonical.b64(digest)}\n"


def key_name(origin: str) -> str:
    """The name under which the log's key signs bundles."""
    return f"{origin}/case"


def _question(said: object) -> Question:
    if not isinstance(said, dict):
        raise Malformed("question", "is not a question")
    whose = "client" if "client" in said else "company"
    _exactly(said, {whose, "since", "until", "upto"}, set(), "question")
    named = {"client": None, "company": None, whose: _id(said, whose)}
    return Question(
        **named, since=_time(said, "since"), until=_time(said, "until"), upto=_number(said, "upto")
    )


def _consistency(said: object) -> tuple[int, tuple[bytes, ...]]:
    if not isinstance(said, dict):
        raise Malformed("consistency", "is not a proof")
    _exactly(said, {"old", "proof"}, set(), "consistency")
    hashes = said["proof"]
    if not isinstance(hashes, list) or len(hashes) > 64 or not all(isinstance(one, str) for one in hashes):
        raise Malformed("consistency", "is not a list of hashes")
    try:
        return _number(said, "old"), tuple(canonical.unb64(one, 32) for one in hashes)
    except ValueError as fault:
        raise Malformed("consistency", f"is {fault}") from None


def _exactly(members: Mapping[str, object], must: set[str], may: set[str], part: str) -> None:
    if not must <= members.keys() <= must | may:
        raise Malformed(part, f"has not exactly the members {', '.join(sorted(must))}")


def _is_name(auditor_id: str, name: object) -> bool:
    return ids.is_id(auditor_id) and isinstance(name, str) and is_text(name, 100, lines=False)


def _among(members: Mapping[str, Any], auditors: Mapping[str, str]) -> str:
    if not isinstance(members["by"], str) or members["by"] not in auditors:
        raise Malformed("by", "is none of the auditors in the head")
    return members["by"]


def _id(members: Mapping[str, Any], name: str) -> str:
    if not isinstance(members[name], str) or not ids.is_id(members[name]):
        raise Malformed(name, "is not an id")
    return str(members[name])


def _time(members: Mapping[str, Any], name: str) -> str:
    if not isinstance(members[name], str) or not _TIME.fullmatch(members[name]):
        raise Malformed(name, "is not a time")
    return str(members[name])


def _number(members: Mapping[str, Any], name: str) -> int:
    if type(members[name]) is not int or members[name] < 0:
        raise Malformed(name, "is not a number from 0")
    return int(members[name])
