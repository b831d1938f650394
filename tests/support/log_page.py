"""The example log of ``docs/log.md``: one entry of each type. ``python -m tests.support.log_page`` writes it anew.

People, companies and keys are invented; salts are random, so each run gives other bytes. Run it when a type is added.
"""

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.support.databases import create_tables
from tests.tamper.small_log import Signer
from vrm import ids
from vrm.accesslog import (
    About,
    Event,
    Prepared,
    Selection,
    append,
    open_export,
    prepare,
    proof_file,
    publish,
    sequence,
)
from vrm.accesslog.proof_file import ProofFile
from vrm.db import Database
from vrm.tlog.canonical import unb64
from vrm.tlog.note import Verifier

PAGE = Path(__file__).parents[2] / "docs" / "log.md"
ORIGIN = "localhost:8000/log"
START = datetime(2026, 3, 1, 9, 37, tzinfo=UTC)
LATER = datetime(2026, 3, 31, 10, 26, 1, tzinfo=UTC)

COMPANY = {"company": "c0ffee00-0000-4000-8000-000000000001"}
CLIENT = {**COMPANY, "client": "c0ffee00-0000-4000-8000-000000000002"}
ANNA, OMAR = (f"aaaaaaaa-0000-4000-8000-{number:012d}" for number in (1, 2))
JO, SAM, AUDITOR, CASE = (f"dddddddd-0000-4000-8000-{number:012d}" for number in range(1, 5))
FIRST, SECOND, OWN, OTHER = (f"bbbbbbbb-0000-4000-8000-{number:012d}" for number in (1, 2, 21, 22))
THIRD, FOURTH = (f"bbbbbbbb-0000-4000-8000-{number:012d}" for number in (3, 4))
SERVICE = "dpv:ServiceProvision"


def story() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What happened: type, kind of actor, and the rest of the event."""
    first = {"about": About(ANNA, FIRST, b"\1" * 32, FIRST)}
    second = {"about": About(OMAR, SECOND, b"\2" * 32, SECOND)}
    asked = {"about": About(OMAR, f"{FIRST[:-1]}3", b"\2" * 32, None)}
    read = {"purpose": SERVICE, "keys": ("email",), "agent": "kTnUkqUuN9o7bX2c"}
    one, two = {"consent": FIRST}, {"consent": SECOND}
    yield "company.registered", "operator", COMPANY
    yield "company.domain_proved", "operator", COMPANY
    yield "company.approved", "operator", COMPANY
    yield "client.registered", "operator", CLIENT
    yield "client.changed", "operator", {**CLIENT, "code": "key_added"}
    granted = {**one, "not_granted": ["age_over_18"], "ask": f"{FIRST[:-2]}11"}
    yield (
        "consent.granted",
        "consumer",
        {**CLIENT, **first, "keys": ("birthdate", "email"), "revision": 1, "detail": granted},
    )
    answered = {**CLIENT, **first, **read, "outcome": "answered", "revision": 1}
    yield "disclosure", "client", {**answered, "detail": {**one, "values": [["email", "Vq3oQ0N7bX2cTnUk"]]}}
    granted = {**two, "not_granted": [], "ask": f"{FIRST[:-2]}12"}
    yield (
        "consent.granted",
        "consumer",
        {**CLIENT, **second, "keys": ("email",), "revision": 1, "detail": granted},
    )
    left = {**CLIENT, **first, "keys": ("email",), "revision": 2, "detail": one}
    yield "consent.narrowed", "consumer", left
    yield "consent.refused", "consumer", {**CLIENT, **asked, "keys": ("address",), "outcome": "refused"}
    yield "client.suspended", "operator", CLIENT
    yield "client.resumed", "operator", CLIENT
    yield "consent.revoked", "consumer", left
    refused = {**CLIENT, **first, **read, "outcome": "refused", "code": "revoked", "revision": 2}
    yield "disclosure", "client", {**refused, "detail": one}
    yield "company.suspended", "operator", COMPANY
    yield "company.resumed", "operator", COMPANY
    yield "company.person_invited", "operator", _person("owner", invitation=OWN)
    yield "company.person_joined", "company", _person("owner", by=JO, account=JO, invitation=OWN)
    yield "company.person_invited", "company", _person("developer", by=JO, invitation=OTHER)
    yield "company.invitation_withdrawn", "company", _person("developer", by=JO, invitation=OTHER)
    yield "company.person_role_changed", "company", _person("agent", by=JO, account=SAM)
    yield "company.person_ended", "company", _person("agent", by=JO, account=SAM)
    yield "company.exported", "company", _person("consents", by=JO)
    yield (
        "consent.expired",
        "system",
        {**CLIENT, **second, "keys": ("email",), "revision": 1, "detail": two},
    )
    yield "company.changed", "company", _person("notice", by=JO)
    auditor = {"auditor": AUDITOR}
    yield "auditor.granted", "operator", {"detail": {**auditor, "until": "2026-06-29T10:26:01.000Z"}}
    yield "auditor.signed_in", "auditor", {"detail": auditor}
    yield (
        "audit.viewed",
        "auditor",
        {"code": "search", "detail": {**auditor, "query": {"outcome": "refused"}}},
    )
    yield "auditor.token_made", "auditor", {"detail": {**auditor, "token": OWN}}
    yield "auditor.token_ended", "auditor", {"detail": {**auditor, "token": OWN}}
    case = {**auditor, "case": CASE}
    yield "case.opened", "auditor", {"detail": case}
    yield "case.changed", "auditor", {"code": "marked", "detail": {**case, "leaf_index": 13}}
    looked_into = {**auditor, "anomaly": OTHER}
    yield "anomaly.changed", "auditor", {"code": "looked_into", "detail": looked_into}
    yield "case.exported", "auditor", {"code": "case", "detail": {**case, "sha256": "9c41e07a52bd118f" * 4}}
    traced = {"sha256": "5f0d3b9a17c4e862" * 4, "threads": 1, "people": 1, "erased": 0}
    yield "exposure.traced", "operator", {"code": "notified", "detail": traced}
    yield "auditor.factor_reset", "operator", {"detail": auditor}
    yield "auditor.ended", "operator", {"detail": auditor}
    yield "log.exported", "operator", {"code": "all", "detail": {"count": 38, "size": 38}}
    yield "keys.rotated", "operator", {"detail": {"kek": "k", "rewrapped": 7}}
    begins = "2026-03-31T13:08:01.000Z"
    yield "keys.signing_rotated", "operator", {"detail": {"kid": "k", "signs_from": begins}}
    yield "backup.made", "operator", {"detail": {"log_size": 40}}
    yield "backup.restored", "operator", {"detail": {"log_size": 41}}
    blocked = {**COMPANY, "about": About(OMAR, OTHER, b"\2" * 32), "detail": {"block": OTHER}}
    yield "company.blocked", "consumer", blocked
    yield "company.unblocked", "consumer", blocked
    third = {"about": About(OMAR, THIRD, b"\2" * 32, THIRD)}
    more = {**CLIENT, **third, "keys": ("email", "name"), "revision": 2}
    yield "consent.amended", "consumer", {**more, "detail": {"consent": THIRD, "dropped": ["phone_number"]}}
    signed_in = {**CLIENT, **third, "revision": 2, "detail": {"consent": THIRD}}
    yield "consent.signed_in", "consumer", signed_in
    yield "consent.returned", "client", {**more, "detail": {"consent": THIRD}}
    yield "ask.unanswered", "system", CLIENT
    yield "log.begun_anew", "operator", {"detail": {"follows": "localhost:8000/old", "lost": 12}}
    yield "keys.log_rotated", "operator", {"code": "begun", "detail": {"new": "k", "old": "j"}}
    yield "keys.retired", "operator", {"detail": {"kek": "k"}}
    yield "auditor.invited_again", "operator", {"detail": auditor}
    fourth = {"about": About(OMAR, FOURTH, b"\2" * 32, FOURTH)}
    own = {**CLIENT, **fourth, "keys": ("email",), "revision": 1, "detail": {"consent": FOURTH}}
    yield "consent.paused", "consumer", own
    yield "consent.resumed", "consumer", own
    changed = {"consent": FOURTH, "dropped": []}
    yield "consent.shortened", "consumer", {**own, "revision": 2, "detail": changed}
    yield "consent.extended", "consumer", {**own, "revision": 3, "detail": changed}
    yield "consent.used", "system", {**own, "revision": 3}
    proposed = {"consent": FOURTH, "proposal": OTHER}
    yield "value.proposed", "client", {**CLIENT, **fourth, "keys": ("loyalty_number",), "detail": proposed}
    yield "consumer.erased", "consumer", {}


def _person(code: str, **detail: str) -> dict[str, Any]:
    return {**COMPANY, "code": code, "detail": detail}


def events() -> list[Prepared]:
    """The story as events, some minutes apart; their ids count."""
    told = list(story())
    moments = [START + timedelta(minutes=7 * place) for place in range(16)]
    moments += [LATER + timedelta(minutes=7 * place) for place in range(len(told) - 16)]
    numbers = iter(range(1, len(told) + 1))
    with patch.object(ids, "new_id", lambda: f"e0000000-0000-4000-8000-{next(numbers):012d}"):
        return [
            prepare(Event(type, at, actor, **more))
            for at, (type, actor, more) in zip(moments, told, strict=True)
        ]


def write() -> None:
    """Put the example into the page, block by block."""
    prepared = events()
    shown = next(one for one in prepared if one.event.type == "disclosure")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/log.db"
        create_tables(url)
        database = Database(url)
        for one in prepared:  # each in a pass of its own, so that leaves stand in the order of the story
            database.write_group(partial(append, prepared=[one]))
            sequence(database)
        published = publish(database, Signer(), ORIGIN)
        verifier = Verifier(ORIGIN, Signer().public)
        whole = b"".join(open_export(database, verifier=verifier)).decode()
        some = Selection(event_ids=(shown.event_id,))
        header, line = (
            b"".join(open_export(database, verifier=verifier, selection=some)).decode().splitlines()
        )
        database.close()
    said = json.loads(line)
    hashes = [unb64(each) for each in said["proof"]]
    proof = ProofFile(said["index"], hashes, published.note, shown.entry, shown.opening)
    salt, detail = shown.opening[:32].hex(), shown.opening[32:].decode()
    page = PAGE.read_text()
    old = re.search(r"leaf hash `([0-9a-f]{64})`", page)
    assert old is not None
    page = page.replace(old[1], shown.leaf_hash.hex())
    for kind, texts in {
        "ndjson": [whole],
        "json": [shown.entry.decode() + "\n", header + "\n", line + "\n"],
        "text": [
            f"salt  {salt}\nJSON  {detail}\n",
            published.note,
            verifier.vkey + "\n",
            proof_file.dump(proof).decode(),
        ],
    }.items():
        blocks = iter(texts)
        page = re.sub(
            rf"```{kind}\n.*?```\n",
            lambda _, kind=kind, blocks=blocks: f"```{kind}\n{next(blocks)}```\n",  # type: ignore[misc]
            page,
            flags=re.DOTALL,
        )
    PAGE.write_text(page)


if __name__ == "__main__":
    write()
    sys.stdout.write(f"{PAGE.name} is written\n")
