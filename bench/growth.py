"""What a thousand times as many people change: reads, start-up, memory, pages and bytes on disk.

    python -m bench.growth [--large] [--sizes 1000 10000] [--engine sqlite postgres] [--folder build/grown]

An instance of each size is filled by ``vrm seed`` and served as its users serve it, all of them at the same time. Then
each is loaded and asked in turns, A B A B, so that whatever else the machine does is in all of them alike. Reads are of
people at random, on 16 connections. The promise is that the rate of reads falls by less than 15 %, and that start-up,
memory and pages stay as they are. ``us each`` is the processor time of the server's processes for each read.

``--folder`` keeps what was filled (of SQLite alone), and finds it there the next time. ``--large`` goes up to a million
people, which takes hours and about 90 GB for each engine: ``--sizes 1000 1000000 --consents-each 1`` takes a tenth.
"""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from bench.curves import Curve, draw
from bench.side_by_side.instance import Instance
from bench.side_by_side.load import load, require
from bench.side_by_side.served import Served, family, processor_seconds
from bench.side_by_side.wire import get
from bench.stored import Stored, stored
from tests.support import seeds
from tests.support.postgres import Cluster
from tests.support.server import RunningServer
from vrm import accounts, clock, consents, oversight, tokens
from vrm.house import House
from vrm.ids import new_secret
from vrm.seeding import people

PEOPLE = 1000  # whose consents are read
CONNECTIONS = 16
COMPANIES = 50
PROMISED = 0.85


@dataclass
class Grown:
    """An instance of so many people, served; what was measured of it, by name and as often as it was."""

    size: int
    instance: Instance
    postmaster: int | None
    seeded: float
    figures: dict[str, list[float]] = field(default_factory=dict)
    served: Served | None = None
    reads: list[bytes] = field(default_factory=list)
    pages: dict[str, list[tuple[str, dict[str, str]]]] = field(default_factory=dict)

    def note(self, name: str, figure: float) -> None:
        self.figures.setdefault(name, []).append(figure)

    def figure(self, name: str) -> float:
        return median(self.figures[name])

    def processor_seconds(self) -> float:
        assert self.served is not None
        database = [] if self.postmaster is None else family(self.postmaster)
        return self.served.processor_seconds() + sum(map(processor_seconds, database))


def grow(size: int, home: Path, url: str | None, given: argparse.Namespace) -> float:
    """Fill an instance; the seconds it took. One that was cut off goes on, one that is there is left."""
    made = RunningServer(home, database_url=url)
    if not home.exists():
        made.initialise("--sandbox")
    environment = {name: value for name, value in made.environment.items() if name != "VRM_ISSUER"}
    words = ["seed", "--consumers", str(size), "--consents-each", str(given.consents_each)]
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "vrm", *words], env=environment, check=True)
    return time.monotonic() - began


def prepare(grown: Grown, chance: random.Random) -> None:
    """Tokens of people at random, and somebody at each office with the pages that they look at."""
    with House.open(grown.instance.settings()) as house:
        port = int(grown.instance.issuer.rpartition(":")[2])
        portal: list[dict[str, str]] = []
        for _ in range(min(PEOPLE, grown.size)):
            email = people.email(chance.randrange(grown.size))
            (whose,) = house.database.read(
                partial(accounts.find_people, keys=house.keys, emails=[email])
            ).values()
            held = house.database.read(partial(consents.list_consents, consumer_id=whose))
            consent = chance.choice(held)
            grantee = tokens.Grantee(consent.client_id, whose, consent.id, consent.epoch)
            secret = _token(house, grantee)
            grown.reads.append(get("/v1/profile", port, {"Authorization": f"Bearer {secret}"}))
            if len(portal) < 20:
                account = house.database.read(partial(accounts.get_account, person_id=whose))
                portal.append({"Cookie": f"vrm={seeds.sign_in(house, account.id, whose)}"})
        client_id, company_id = consent.client_id, consent.company_id
        deep = _deep(house, company_id)
        person = seeds.colleague(house, company_id)
        auditor = seeds.auditor(house)
        company = {"Cookie": f"vrm-company={person.session}"}
        audit = {"Cookie": f"vrm-audit={auditor.session}"}
        own = {"Authorization": f"Bearer {_token(house, tokens.Grantee(client_id))}"}
        api = {"Authorization": f"Bearer {seeds.auditor_token(house, auditor)}"}
        middle = house.database.read(oversight.indexed) // 2
    grown.pages = {
        "person: consents": [("/consents", cookie) for cookie in portal],
        "person: reads": [("/reads", cookie) for cookie in portal],
        "company: home": [("/company", company)],
        "company: consents": [("/company/consents", company)],
        "company: consents, deep": [(f"/company/consents?before={deep}", company)],
        "company: revoked ones": [("/company/consents?state=revoked", company)],
        "/v1/consents": [("/v1/consents", own)],
        "/v1/consents, deep": [(f"/v1/consents?after={deep}", own)],
        "/v1/consents, one state": [("/v1/consents?state=revoked", own)],
        "audit: log": [("/audit/log", audit)],
        "audit: log, deep": [(f"/audit/log?before={middle}", audit)],
        "audit: client and key": [(f"/audit/log?client={client_id}&key=email", audit)],
        "audit: nothing found": [(f"/audit/log?client={client_id}&outcome=refused", audit)],
        "/v1/audit/entries": [("/v1/audit/entries", api)],
        "/v1/audit/entries, deep": [(f"/v1/audit/entries?before={middle}", api)],
    }


def _token(house: House, grantee: tokens.Grantee) -> str:
    secret, now = new_secret("vrm_at_"), clock.now()
    house.database.write(
        lambda db: tokens.issue_token(
            db.connection(),
            secret,
            kind="access",
            grantee=grantee,
            scope="",
            expires_at=now + tokens.TOKEN_LIFE,
            now=now,
        )
    )
    return secret


def _deep(house: House, company_id: str) -> str:
    """The consent in the middle of a company's list."""
    every = consents.holdings.export(house.database, company_id=company_id, now=clock.now())
    ids = [holding.id for _, holding in zip(range(100_000), every, strict=False)]
    return ids[len(ids) // 2]


def serve(grown: Grown, stack: ExitStack) -> None:
    """Start it, twice: the first time what is read from disk may still be cold."""
    for last in (False, True):
        began = time.perf_counter()
        served = grown.instance.serve()
        grown.note("start-up, s", time.perf_counter() - began)
        if not last:
            served.stop()
    stack.callback(served.stop)
    grown.served = served
    grown.note("memory at first, MB", served.memory() / 1e6)


def measure(grown: Grown, seconds: float, chance: random.Random) -> None:
    """One turn: reads, then each page once."""
    assert grown.served is not None
    chance.shuffle(grown.reads)
    spent = grown.processor_seconds()
    found = load(grown.served.port, grown.reads, once=False, connections=CONNECTIONS, seconds=seconds)
    if found.failed or not found.answered:
        raise SystemExit(f"{found.failed} of {found.answered} reads were not answered as they should be")
    grown.note("reads a second", found.rate)
    grown.note("read, us each", 1e6 * (grown.processor_seconds() - spent) / found.answered)
    grown.note("read, p99 ms", found.p99)
    http = HTTPConnection("127.0.0.1", grown.served.port, timeout=120)
    for name, asked in grown.pages.items():
        path, headers = chance.choice(asked)
        began = time.perf_counter()
        http.request("GET", path, headers={"Host": f"localhost:{grown.served.port}", **headers})
        answer = http.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} was answered with {answer.status}: {body[:300]!r}")
        grown.note(f"{name}, ms", 1000 * (time.perf_counter() - began))
    http.close()
    grown.note("memory, MB", grown.served.memory() / 1e6)


def tell(engine: str, every: Sequence[Grown], disk: Sequence[Stored]) -> None:
    """A table: each figure at each size, and what the largest has of the smallest's."""
    rows = {name: [each.figure(name) for each in every] for name in every[0].figures}
    rows |= {f"bytes for each {what}": [each.each[what] for each in disk] for what in disk[0].each}
    print(f"\n{engine:<34}" + "".join(f"{each.size:>12,}" for each in every) + f"{'ratio':>9}")
    for name, values in rows.items():
        print(
            f"{name:<34}"
            + "".join(f"{value:>12,.1f}" for value in values)
            + f"{values[-1] / values[0]:>9.2f}"
        )
    kept = every[-1].figure("reads a second") / every[0].figure("reads a second")
    print(
        f"reads a second: {kept:.2f} of the smallest's; promised {PROMISED:.2f}: {'kept' if kept > PROMISED else 'NOT KEPT'}"
    )


def run(engine: str, sizes: Sequence[int], given: argparse.Namespace, folder: Path) -> dict[str, object]:
    """All sizes on one engine."""
    chance = random.Random(1)
    with ExitStack() as stack:
        cluster, postmaster = None, None
        if engine == "postgres":
            # Its databases end with the server, so no home may outlive them.
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vrm-bench-")))
            cluster = Cluster(shared_buffers="1GB", max_wal_size="4GB")
            stack.callback(cluster.stop)
            cluster.start()
            postmaster = int((cluster.folder / "postmaster.pid").read_text().split()[0])
        every = []
        for size in sizes:
            home = folder / f"{engine}-{size}"
            url = None if cluster is None else cluster.create()
            print(f"{engine}, {size:,} people", file=sys.stderr)
            seconds = grow(size, home, url, given)
            issuer = json.loads((home / "instance.json").read_text())["issuer"]
            every.append(Grown(size, Instance(home, issuer, False, url), postmaster, seconds))
        for grown in every:  # tokens do not live as long as it takes to fill the largest
            prepare(grown, chance)
        disk = [stored(each.instance.settings()) for each in every]
        for grown in every:
            serve(grown, stack)
        for each in every:
            measure(each, given.seconds, chance)  # not counted: templates are compiled, pools filled
            each.figures = {name: value for name, value in each.figures.items() if name in BEFORE}
        for _ in range(given.rounds):
            for each in every:
                measure(each, given.seconds, chance)
    tell(engine, every, disk)
    return {
        "sizes": sizes,
        "seeded_seconds": [each.seeded for each in every],
        "figures": {name: [each.figure(name) for each in every] for name in every[0].figures},
        "bytes": [each.each for each in disk],
    }


BEFORE = ("start-up, s", "memory at first, MB")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--large", action="store_true", help="also 100,000 and a million")
    parser.add_argument("--engine", nargs="+", choices=("sqlite", "postgres"), default=["sqlite", "postgres"])
    parser.add_argument("--consents-each", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--folder", type=Path, help="keep what was filled, and find it here")
    parser.add_argument("--out", type=Path, default=Path("build/growth.json"))
    given = parser.parse_args()
    require()
    sizes = sorted({*given.sizes, *([100_000, 1_000_000] if given.large else [])})
    os.umask(0o077)
    with ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vrm-bench-")))
        folder.mkdir(parents=True, exist_ok=True)
        found = {engine: run(engine, sizes, given, folder.absolute()) for engine in given.engine}
    given.out.parent.mkdir(parents=True, exist_ok=True)
    told = {"python": platform.python_version(), "consents_each": given.consents_each, "engines": found}
    given.out.write_text(json.dumps(told, indent=1) + "\n")
    for engine, each in found.items():
        figures: dict[str, list[float]] = each["figures"]  # type: ignore[assignment]
        curves = [Curve(name, [value / row[0] for value in row]) for name, row in figures.items()]
        picture = given.out.with_name(f"{given.out.stem}-{engine}.svg")
        picture.write_text(draw(sizes, curves, f"{engine}: with so many people, of that with the fewest"))
        print(picture)
    print(given.out)


if __name__ == "__main__":
    main()
