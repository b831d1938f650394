"""What the side-by-side bench says of its figures."""

import json
from base64 import urlsafe_b64decode
from dataclasses import replace

import pytest
from joserfc import jws

from bench.side_by_side import rows, table
from bench.side_by_side.contest import Result, Row
from bench.side_by_side.picture import draw
from bench.side_by_side.rows import Found
from bench.side_by_side.signing import Key
from bench.side_by_side.targets import verdicts


def row(name: str, *rates: float, p99: float = 10) -> Row:
    return Row(name, "", rates, p50=1, p99=p99, failed=0, processor_us=100)


def found(*bare: float) -> Found:
    """A read of 250 a second beside a bare route that was loaded this often."""
    others = [row(rows.READ, 250.0, p99=30), row(rows.SANDBOX, 400.0), row(rows.UNLOGGED, 300.0)]
    result = Result("read", 16, (row("bare Flask route", *bare), *others))
    return Found("SQLite", contests={"read": result}, lags={"read": 0.5})


@pytest.mark.parametrize(("bare", "steady"), [((900, 1000, 1150), True), ((900, 1000, 1151), False)])
def test_no_ratio_is_given_where_the_bare_loads_lie_more_than_a_quarter_apart(bare, steady):
    """A machine that is unsteady compares nothing: not in the table, not in the picture, not as a promise."""
    said = found(*bare)
    assert ("0.250" in table.contest(said, "read")) is steady
    assert ("too unsteady to compare" in table.contest(said, "read")) is not steady
    assert ("× bare" in draw([said])) is steady
    ratio = next(each for each in verdicts(said) if each.promise == "read / bare, 16 connections")
    assert (ratio.found, ratio.word) == ((0.25, "kept") if steady else (None, "not compared"))


def test_a_promise_is_missed_on_the_wrong_side_of_its_bound():
    """More is better of a ratio, less of a time."""
    said = found(1000, 1000, 1000)
    words = {each.promise: each.word for each in verdicts(replace(said, lags={"read": 2.1}))}
    assert words["p99 of a read / p99 of bare, 16 connections"] == "MISSED"
    assert words["seconds to the last checkpoint"] == "MISSED"
    assert words["bearer read in a sandbox / bare, 16 connections"] == "kept"


def test_every_proof_is_another_one_and_verifies():
    """A proof that is made in haste is a right one, and no two are the same."""
    key = Key()
    one, two = (key.proof("GET", "http://localhost:1/v1/profile", "a token") for _ in range(2))
    assert one != two
    read = jws.deserialize_compact(one, key.jwk, algorithms=["ES256"])
    said = json.loads(read.payload)
    assert said["htm"] == "GET" and len(urlsafe_b64decode(said["ath"] + "=")) == 32
    assert read.headers()["typ"] == "dpop+jwt" and "d" not in read.headers()["jwk"]
