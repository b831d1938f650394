"""Revoked means now: reads that start after the reply to a revoke, over all processes of a server, beside a stream."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import digest
from http.client import HTTPConnection
from itertools import count
from statistics import median
from urllib.parse import urlencode

from bench.side_by_side.batch import Reader
from bench.side_by_side.instance import Held, Instance
from bench.side_by_side.signing import base64url

READERS = 4
_STREAMED = 101  # consents in each request of the stream: more than are committed at once


@dataclass
class Revoking:
    """What was seen. ``answered_after``: reads that started after the reply and were answered, which none may be."""

    trials: int = 0
    reads_before: int = 0
    reads_after: int = 0
    answered_after: int = 0
    streamed_after: int = 0
    streamed_answered_after: int = 0
    reply_ms: list[float] = field(default_factory=list)

    @property
    def reply_ms_p50(self) -> float:
        return median(self.reply_ms)


class _Trial:
    """One consent, read by all readers until each has made a read that started after the reply to its revoke.

    All meet at the ``gate`` three times: to begin, when everybody is done, and when the next trial is in its place.
    """

    def __init__(self, held: Held) -> None:
        self.held = held
        self.replied: float | None = None
        self.gate = threading.Barrier(READERS + 1)


def measure(instance: Instance, port: int, *, trials: int, seconds: float) -> Revoking:
    """Revoke one consent after the other, as their people do in their browsers, for so long at most."""
    found, lock = Revoking(), threading.Lock()
    order, revoked = instance.held[-trials:], list[str]()
    current: list[_Trial | None] = [_Trial(order[0])]
    faults: list[BaseException] = []

    def read() -> None:
        http = HTTPConnection("127.0.0.1", port, timeout=30)
        while (trial := current[0]) is not None:
            trial.gate.wait(60)
            before = after = answered = 0
            while not after:
                replied, status = trial.replied is not None, _read(http, instance, trial.held)
                before, after = before + (not replied), after + replied
                answered += replied and status == 200
            with lock:
                found.reads_before += before
                found.reads_after += after
                found.answered_after += answered
            trial.gate.wait(60)
            trial.gate.wait(60)

    def stream() -> None:
        reader, others = Reader(instance, port), [held.consent_id for held in instance.held]
        while current[0] is not None:
            gone = set(revoked[-50:])
            asked = list(dict.fromkeys([*others[: _STREAMED - len(gone)], *gone]))
            _, lines = reader.read(asked)
            told = [json.loads(line) for line in lines]
            found.streamed_after += len(gone)
            found.streamed_answered_after += sum(
                "profile" in each for each in told if each["consent_id"] in gone
            )

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as fault:
            faults.append(fault)
            raise

    threads = [
        threading.Thread(target=guarded, args=(each,), daemon=True) for each in [*[read] * READERS, stream]
    ]
    for thread in threads:
        thread.start()
    http, until = HTTPConnection("127.0.0.1", port, timeout=30), time.monotonic() + seconds
    for number in count(1):
        trial = current[0]
        assert trial is not None
        trial.gate.wait(60)
        began = time.perf_counter()
        _revoke(http, instance, trial.held)
        trial.replied = time.perf_counter()
        found.reply_ms.append((trial.replied - began) * 1000)
        revoked.append(trial.held.consent_id)
        trial.gate.wait(60)
        found.trials = number
        more = number < len(order) and time.monotonic() < until
        current[0] = _Trial(order[number]) if more else None
        trial.gate.wait(60)
        if not more:
            break
    for thread in threads:
        thread.join(60)
    if faults:
        raise SystemExit(f"a reader failed: {faults[0]!r}")
    return found


def _read(http: HTTPConnection, instance: Instance, held: Held) -> int:
    http.request("GET", "/v1/profile", headers=instance.shown("GET", "/v1/profile", held.token))
    answer = http.getresponse()
    body = answer.read()
    if answer.status not in (200, 401):
        raise SystemExit(f"a read was answered with {answer.status}: {body[:400]!r}")
    return answer.status


def _revoke(http: HTTPConnection, instance: Instance, held: Held) -> None:
    """Send the page's form, with the secret that the page would hold."""
    csrf = base64url(digest(held.session.encode(), b"vrm form", sha256))
    http.request(
        "POST",
        f"/consents/{held.consent_id}/revoke",
        urlencode({"csrf": csrf}),
        {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"vrm={held.session}",
            "Origin": instance.issuer,
            "Host": instance.issuer.partition("//")[2],
        },
    )
    answer = http.getresponse()
    answer.read()
    if answer.status != 303 or "revoked" not in (answer.getheader("Location") or ""):
        raise SystemExit(f"a revoke was answered with {answer.status} {answer.getheader('Location')}")
