"""The searcher finds what it is meant to find: a search that finds nothing proves nothing unless this holds."""

import base64
import gzip
import os
import zlib
from pathlib import Path

import pytest

from tests.canary.search import search, search_files

CANARY = "Qzvxjwkqad"


def near(data: bytes) -> bytes:
    """The data amid noise in which nothing can be found by chance."""
    return os.urandom(301) + data + os.urandom(77)


WRITTEN = {
    "plain": CANARY.encode(),
    "lower": CANARY.lower().encode(),
    "upper": CANARY.upper().encode(),
    "utf-16-le": CANARY.encode("utf-16-le"),
    "utf-16-be": CANARY.encode("utf-16-be"),
    "hex": CANARY.encode().hex().encode(),
    "HEX": CANARY.encode().hex().upper().encode(),
    "percent": f"q=%20{CANARY}%21".encode(),
    "JSON": f'{{"name":"{CANARY} \\u00e9"}}'.encode(),
    **{f"base64 {shift}": base64.b64encode(b"x" * shift + CANARY.encode() + b"tail") for shift in range(6)},
    **{
        f"base64url {shift}": base64.urlsafe_b64encode(b"\xff" * shift + CANARY.encode() + b"\xff\xfe")
        for shift in range(6)
    },
    "zlib": zlib.compress(b"before " * 50 + CANARY.encode()),
    "zlib, fast": zlib.compress(b"before " * 50 + CANARY.encode(), 1),
    "zlib, best": zlib.compress(b"before " * 50 + CANARY.encode(), 9),
    "zlib, stored": zlib.compress(CANARY.encode().hex().encode(), 0),
    "gzip": gzip.compress(b"before " * 50 + CANARY.encode()),
    "gzip of base64": gzip.compress(base64.b64encode(b"xy" + CANARY.encode())),
    "gzip of zlib": gzip.compress(zlib.compress(CANARY.encode() * 9)),
    "broken gzip": gzip.compress(CANARY.encode() + os.urandom(9999))[:5000],
    "gzip, much before it": gzip.compress(os.urandom(50_000) + CANARY.encode()),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_each_form_is_found(form: str) -> None:
    """Wherever it lies and however it is written."""
    assert search(near(WRITTEN[form]), [CANARY])


def test_nothing_is_found_where_nothing_is() -> None:
    """Noise, and other words of the same length, give no finding."""
    assert not search(os.urandom(500_000), [CANARY])
    assert not search(near(b"Somebody else entirely"), [CANARY])


def test_files_are_named(tmp_path: Path) -> None:
    """A finding says in which file, which canary, and in what form."""
    (tmp_path / "clean").write_bytes(os.urandom(999))
    (tmp_path / "dirty").write_bytes(near(CANARY.encode("utf-16-le")))
    (found,) = search_files(sorted(tmp_path.iterdir()), ["nothing", CANARY])
    assert (found.place, found.canary, found.form) == (str(tmp_path / "dirty"), CANARY, "utf-16-le")
