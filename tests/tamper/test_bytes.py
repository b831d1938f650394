"""One changed byte anywhere in an export is found and named: line, part, leaf."""

import io
import re
from pathlib import Path

import pytest

from tests.support.databases import create_tables
from tests.tamper.small_log import exported, fill
from vrm.accesslog import Selection, verify_export
from vrm.db import Database


def made(folder: Path, count: int, selection: Selection | None = None) -> bytes:
    """An export of a log of that many events."""
    url = f"sqlite:///{folder}/log.db"
    create_tables(url)
    database = Database(url)
    fill(database, count)
    raw = exported(database, selection)
    database.close()
    assert verify_export(io.BytesIO(raw)).ok
    return raw


def check_named(raw: bytes, at: int, lie: bytes) -> None:
    """The change at this byte is found, in its line and, but for the header, with its leaf.

    Two exceptions, both of them plain: a newline made or unmade moves a border, so the finding may be of the
    line beside it; and in a selection nothing else says which leaf a line is of, once its index is damaged.
    """
    findings = verify_export(io.BytesIO(lie)).findings
    where = f"byte {at} ({raw[max(0, at - 20) : at + 20]!r}): {findings}"
    assert findings, f"{where} was not noticed"
    border = b"\n" in (raw[at : at + 1], lie[at : at + 1])
    line = raw.count(b"\n", 0, at) + 1
    here = [finding for finding in findings if abs(finding.line - line) <= border]
    assert here, where
    assert all(finding.part and finding.problem for finding in here), where
    index = any(m.start() <= at < m.end() for m in re.finditer(rb'[,"]+index":[0-9]+,', raw))
    if line > 1 and not border and not (index and b'"kind":"selection"' in raw):
        assert any(finding.leaf is not None for finding in here), where


def flips(raw: bytes, step: int, masks: tuple[int, ...]) -> None:
    for at in range(0, len(raw), step):
        for mask in masks:
            check_named(raw, at, raw[:at] + bytes([raw[at] ^ mask]) + raw[at + 1 :])


def test_every_byte_of_a_whole_log(tmp_path):
    """Each byte of the export of a small log, changed in its lowest bit."""
    flips(made(tmp_path, 4), 1, (1,))


def test_every_byte_of_a_selection(tmp_path):
    """Each byte of a selection with its proofs, changed in its lowest bit."""
    flips(made(tmp_path, 13, Selection(type="consent.granted")), 1, (1,))


def test_every_byte_left_out_or_doubled(tmp_path):
    """Each third byte of an export, left out, and written twice."""
    raw = made(tmp_path, 3)
    for at in range(0, len(raw), 3):
        for lie in (raw[:at] + raw[at + 1 :], raw[: at + 1] + raw[at:]):
            assert verify_export(io.BytesIO(lie)).findings, f"byte {at}"


def test_every_cut(tmp_path):
    """An export that ends anywhere before its end, or goes on after it, is refused."""
    raw = made(tmp_path, 3)
    for at in range(0, len(raw), 5):
        assert verify_export(io.BytesIO(raw[:at])).findings, f"cut at byte {at}"
    for more in (b"\n", b" ", b"{}\n", b"\x00"):
        assert verify_export(io.BytesIO(raw + more)).findings


@pytest.mark.deep
def test_every_bit_of_a_small_log(tmp_path):
    """Each bit of the export of a small log."""
    flips(made(tmp_path, 5), 1, tuple(1 << bit for bit in range(8)))


@pytest.mark.deep
def test_bytes_of_a_larger_log(tmp_path):
    """Every 97th byte of a log of more than one tile, whole; every 13th of a selection of it."""
    flips(made(tmp_path, 300), 97, (1,))
    (tmp_path / "part").mkdir()
    flips(made(tmp_path / "part", 300, Selection(type="company.approved")), 13, (1,))
