"""One entry of the log: what each of its members says and does not say, and the proof that it is in the tree.

Everything is worked out again for the page: the leaf hash from the stored bytes, the way from it to the root from the
tree's own hashes, the signature from the checkpoint. What does not hold is said, not hidden.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from vrm import accesslog, oversight
from vrm.accesslog import Published, Selection
from vrm.accesslog.entry import read
from vrm.catalogue import Catalogue
from vrm.errors import NotFound
from vrm.house import House
from vrm.tlog import BadCheckpoint, BadNote, checkpoint, merkle
from vrm.tlog.canonical import b64
from vrm.tlog.note import Verifier
from vrm.web import pages
from vrm.web.audiences import audience
from vrm.web.audit import codes, words
from vrm.web.audit.filters import MOST_LEAVES
from vrm.web.language import gettext
from vrm.web.rooms import house


@dataclass(frozen=True)
class Said:
    """What one value of a member is called, and what it is; ``href`` leads to all entries that have it.

    ``told``: the code that the company got, where it may not know this one.
    """

    value: str
    name: str = ""
    href: str = ""
    told: str = ""


@dataclass(frozen=True)
class Member:
    """One member of an entry, and what it means."""

    name: str
    said: Sequence[Said]
    meaning: str


@dataclass(frozen=True)
class Step:
    """One step on the way to the root. ``left``: the proof's hash stands to the left of what there is so far."""

    left: bool
    sibling: str
    result: str


@dataclass(frozen=True)
class Proof:
    """An inclusion proof and whether it holds: ``leads`` to the checkpoint's root, which is ``signed`` by the log."""

    published: Published
    root: str
    steps: Sequence[Step]
    leads: bool
    signed: bool


def add_routes(blueprint: Blueprint) -> None:
    """``/log/<leaf index>``, ``/log/<leaf index>/proof``."""
    blueprint.get("/log/<int:leaf_index>")(show_entry)
    blueprint.get("/log/<int:leaf_index>/proof")(export_entry)


def verifier(here: House) -> Verifier:
    """The log's name and public key."""
    return Verifier(here.settings.log_origin, here.keys.log_signer.public)


@audience("auditor")
def show_entry(leaf_index: int) -> Response:
    here = house()
    return pages.render(
        "audit_entry.html",
        **here.database.read(lambda db: _entry(db, here, leaf_index)),
        vkey=verifier(here).vkey,
    )


@audience("auditor")
def export_entry(leaf_index: int) -> Response:
    """The entry with its proof as a file, which ``vrm log verify`` checks with nothing else."""
    here = house()
    event_id, _ = here.database.read(lambda db: _stored(db, leaf_index))
    selection = Selection(event_ids=(event_id,))
    found = accesslog.open_export(here.database, verifier=verifier(here), selection=selection)
    response = Response(b"".join(found), mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = f'attachment; filename="entry-{leaf_index}.ndjson"'
    return response


def _entry(db: Session, here: House, leaf_index: int) -> dict[str, Any]:
    event_id, entry = _stored(db, leaf_index)
    try:
        members, readable = read(entry), True
    except ValueError:
        members, readable = {}, False
    published = accesslog.latest_checkpoint(db)
    return {
        "leaf_index": leaf_index,
        "event_id": event_id,
        "type": members.get("type"),
        "summary": _summary(members.get("type")),
        "thread": members.get("thread"),
        "outcome": members.get("outcome"),
        "members": list(_members(members, here.catalogue, words.names(db))),
        "readable": readable,
        "entry": entry.decode("utf-8", "replace"),
        "length": len(entry),
        "leaf_hash": b64(merkle.leaf_hash(entry)),
        "proof": _proof(db, here, leaf_index, entry, published),
        "cases": oversight.list_cases(db, here.keys, leaf_index=leaf_index),
        "newer": bool(accesslog.entries(db.connection(), leaf_index + 1, 1)),
    }


def _stored(db: Session, leaf_index: int) -> tuple[str, bytes]:
    found = accesslog.entries(db.connection(), leaf_index, 1) if leaf_index < MOST_LEAVES else ()
    for index, event_id, entry in found:
        if index == leaf_index:
            return event_id, entry
    raise NotFound(
        gettext("The log has no such entry, or not yet. New ones have their place within a minute.")
    )


def _summary(type: object) -> str:
    kind = accesslog.TYPES.get(str(type))
    return gettext(kind.summary) if kind else gettext("This version of the service does not know this type.")


def _members(members: Mapping[str, object], catalogue: Catalogue, names: words.Names) -> Iterator[Member]:
    """In the order of the table in the log's documentation; one we do not know comes last."""
    for name in (*words.MEMBERS, *(name for name in members if name not in words.MEMBERS)):
        if name in members:
            meaning = words.MEMBERS.get(name)
            unknown = gettext("This version of the service does not know this member.")
            yield Member(
                name,
                [_said(members, name, value, catalogue, names) for value in _values(members[name])],
                gettext(meaning) if meaning else unknown,
            )


def _values(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _said(
    members: Mapping[str, object], name: str, value: str, catalogue: Catalogue, names: words.Names
) -> Said:
    href = f"/audit/log?{'key' if name == 'keys' else name}="
    match name:
        case "company":
            return Said(value, names.company(value), href)
        case "client":
            return Said(value, names.client(value), href)
        case "purpose":
            return Said(value, words.purpose(catalogue, value), href)
        case "keys":
            return Said(value, words.key(catalogue, value), href)
        case "code":
            type = str(members.get("type"))
            return Said(value, codes.meaning(type, value), href, codes.told(type, value))
        case "type":
            return Said(value, gettext(codes.ACTIONS[value]) if value in codes.ACTIONS else "", href)
        case "actor":
            return Said(value, gettext(words.ACTORS[value]) if value in words.ACTORS else "", href)
        case "outcome" | "thread" | "agent":
            return Said(value, href=href)
        case _:
            return Said(value)


def _proof(
    db: Session, here: House, leaf_index: int, entry: bytes, published: Published | None
) -> Proof | None:
    """The proof under the newest checkpoint; None where the entry is not under one yet."""
    if published is None or leaf_index >= published.size:
        return None
    path = accesslog.inclusion(db, leaf_index=leaf_index, size=published.size)
    steps = climb(path, leaf_index, published.size, merkle.leaf_hash(entry))
    try:
        stated = checkpoint.verify(published.note.encode(), verifier(here))
        signed = (stated.size, stated.root) == (published.size, published.root)
    except (BadNote, BadCheckpoint):
        signed = False
    reached = steps[-1].result if steps else b64(merkle.leaf_hash(entry))
    return Proof(published, b64(published.root), steps, reached == b64(published.root), signed)


def climb(proof: Sequence[bytes], index: int, size: int, leaf: bytes) -> list[Step]:
    """Each step from a leaf hash to the root (RFC 9162, section 2.1.3.2), as far as the proof goes."""
    node, last, hash_ = index, size - 1, leaf
    steps = []
    for sibling in proof:
        left = bool(node & 1 or node == last)
        hash_ = merkle.node_hash(sibling, hash_) if left else merkle.node_hash(hash_, sibling)
        steps.append(Step(left, b64(sibling), b64(hash_)))
        while left and not node & 1 and node:
            node, last = node >> 1, last >> 1
        node, last = node >> 1, last >> 1
    return steps
