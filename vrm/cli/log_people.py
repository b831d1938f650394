"""``vrm log people``: from the threads of a file to the people behind them, who may have to be told of a breach.

Nobody but the operator can do this (GDPR art. 33 and 34 make it their duty), and that it was done is in the log. Names
and addresses never reach the terminal: people are counted, or written to.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keys import CannotOpen, NoKey
from vrm import accesslog, clock, companies, notices
from vrm.accesslog.types import ANSWERED
from vrm.cli.edge import Command, counted, open_house, say
from vrm.cli.log_case import Begun
from vrm.errors import Invalid, NotFound
from vrm.oversight import is_bundle, verify_bundle
from vrm.tlog.note import Verifier

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from vrm.house import House

LANGUAGES = ("en", "de")
LONGEST = 10_000
_ENTRY = b'{"entry":'


@dataclass(frozen=True)
class Read:
    """An answered read, as the file holds it."""

    leaf: int
    thread: str
    company: str
    client: str
    time: str


@dataclass(frozen=True)
class Letter:
    """What one person is to be told of one company's reads."""

    consumer_id: str
    company_id: str
    company: str
    first: str
    last: str


@click.command(cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--letter",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Write to them: a plain text of yours that says what happened, what may follow, and whom to ask.",
)
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the letter's frame."
)
def people(file: Path, letter: Path | None, language: str) -> None:
    """Count the people whose reads FILE holds, or write to each of them.

    FILE is an exposure that an auditor took out, or an export of yours (vrm log export FILE --client … --since …). It must
    verify as this log's. No name and no address is shown. With --letter each person is mailed your text once, with the
    company, the time, and the way to their own page of reads; your text stands among their notices too, and whoever wants
    letters to be discreet is sent there. Either is an entry of the log.
    """
    text = None if letter is None else _text(letter)
    house = open_house()
    _check(house, file)
    reads = list(_reads(file))
    owners = house.database.read(lambda session: _owners(session, reads))
    threads = {read.thread for read in reads}
    erased = len(threads - {read.thread for read in reads if read.leaf in owners})
    letters = house.database.read(lambda session: _letters(session, reads, owners)) if text else []
    with file.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    facts = {"threads": len(threads), "people": len(set(owners.values())), "erased": erased}
    now = clock.now()
    code = "counted" if text is None else "notified"
    event = accesslog.Event("exposure.traced", now, "operator", code=code, detail={"sha256": digest, **facts})

    # So that nobody hears twice of the same by the same words; other words are news.
    period = f"{digest} {sha256((text or '').encode()).hexdigest()}"

    def write(session: "Session") -> int:
        # All letters or none: whoever runs this again after a crash writes to nobody twice.
        told = sum(_tell(session, house, one, text or "", language, period, now) for one in letters)
        accesslog.record(session, event)
        return told

    told = house.database.write(write)
    say("\n".join(_sentences(facts, told, text is not None)), **facts, letters=told)


def _tell(
    session: "Session", house: "House", one: Letter, text: str, language: str, period: str, now: datetime
) -> bool:
    """Through the notices, which keep to how somebody wants to hear. False where they were told, or have left."""
    issuer = house.settings.issuer
    values = {"company": one.company, "first": one.first, "last": one.last, "message": text}
    try:
        return notices.tell(
            session,
            house.keys,
            consumer_id=one.consumer_id,
            kind="exposed",
            about=one.company_id,
            period=period,
            values=values,
            issuer=issuer,
            now=now,
            letter="exposed",
            letter_values={**values, "link": f"{issuer}/reads"},
            language=language,
        )
    except (NotFound, NoKey, CannotOpen):
        return False


def _text(letter: Path) -> str:
    try:
        text = letter.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        text = ""
    if not 0 < len(text) <= LONGEST:
        raise Invalid(f"The letter is a text in UTF-8 of at most {LONGEST} letters.", field="letter")
    return text


def _check(house: "House", file: Path) -> None:
    """Nobody is written to because of a file that anybody could have made up."""
    vkey = Verifier(house.settings.log_origin, house.keys.log_signer.public).vkey
    with file.open("rb") as stream:
        lines = Begun(stream)
        verify = verify_bundle if is_bundle(lines.first) else accesslog.verify_export
        if not verify(lines, vkey=vkey).ok:
            raise Invalid(
                f"{file} does not verify as a file of this log; see: vrm log verify {file}", field="file"
            )


def _reads(file: Path) -> Iterator[Read]:
    with file.open("rb") as stream:
        for raw in stream:
            if not raw.startswith(_ENTRY):
                continue
            line = json.loads(raw)
            entry = json.loads(line["entry"])
            if (entry["type"], entry.get("outcome")) == ("disclosure", ANSWERED) and "thread" in entry:
                yield Read(line["index"], entry["thread"], entry["company"], entry["client"], entry["time"])


def _owners(session: "Session", reads: list[Read]) -> dict[int, str]:
    """Whose each read was, by leaf; those of somebody erased are left out."""
    by_client = defaultdict(list)
    for read in reads:
        by_client[read.client].append(read.leaf)
    found: dict[int, str] = {}
    for client, leaves in by_client.items():
        found |= accesslog.find_consumers(session, client_id=client, leaves=leaves)
    return found


def _letters(session: "Session", reads: list[Read], owners: dict[int, str]) -> list[Letter]:
    """One for each person and company."""
    times = defaultdict(list)
    for read in reads:
        if read.leaf in owners:
            times[owners[read.leaf], read.company].append(read.time)
    names = {
        id: companies.get_company(session, company_id=id).legal_name
        for id in {read.company for read in reads}
    }
    return [
        Letter(consumer_id, company, names[company], _minute(min(read_at)), _minute(max(read_at)))
        for (consumer_id, company), read_at in times.items()
    ]


def _minute(time: str) -> str:
    return f"{datetime.fromisoformat(time):%Y-%m-%d %H:%M}"


def _sentences(facts: dict[str, int], letters: int, wrote: bool) -> Iterator[str]:
    threads, people = (
        counted(facts["threads"], "thread", "threads"),
        counted(facts["people"], "person", "people"),
    )
    yield f"{threads} of {people}."
    if facts["erased"]:
        yield f"Of {counted(facts['erased'], 'thread', 'threads')} nobody can tell any more whose: erased."
    if wrote:
        waiting = counted(letters, "letter waits", "letters wait")
        yield f"{waiting} to be sent as soon as a worker runs (vrm serve, or vrm worker)."
    else:
        yield "Nobody was written to. To write to them: --letter TEXT"
