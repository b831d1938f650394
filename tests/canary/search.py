"""Finds a text in bytes, however it was written down: plain, in other cases, base64, hex, UTF-16, compressed."""

import base64
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_COMPRESSED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
_MOST = 1 << 24  # of what one compressed stream gives


class Found(NamedTuple):
    """Where a canary was found, and how it was written."""

    place: str
    canary: str
    form: str


def forms(canary: str) -> dict[str, bytes]:
    """Each way to write a canary down, as the bytes that would be seen."""
    written: dict[str, bytes] = {}
    for case, text in (("", canary), (" lower", canary.lower()), (" upper", canary.upper())):
        plain = text.encode()
        written |= {
            f"plain{case}": plain,
            f"utf-16-le{case}": text.encode("utf-16-le"),
            f"utf-16-be{case}": text.encode("utf-16-be"),
            f"hex{case}": plain.hex().encode(),
            f"HEX{case}": plain.hex().upper().encode(),
            f"reversed{case}": plain[::-1],
        }
        for shift in range(3):
            # Three bytes give four letters: only those that depend on nothing around the canary are looked for.
            letters = base64.b64encode(bytes(shift) + plain)
            whole = letters[4 * -(-shift // 3) : 4 * ((shift + len(plain)) // 3)]
            written[f"base64+{shift}{case}"] = whole
            written[f"base64url+{shift}{case}"] = whole.translate(bytes.maketrans(b"+/", b"-_"))
    seen: dict[bytes, str] = {}
    for name, needle in written.items():
        seen.setdefault(needle, name)
    return {name: needle for needle, name in seen.items()}


def search(data: bytes, canaries: Iterable[str], place: str = "") -> list[Found]:
    """Every canary in the data, once for each form of it, in whatever is compressed there too."""
    needles = {(canary, form): needle for canary in canaries for form, needle in forms(canary).items()}
    return list(_search(data, needles, place, 0))


def search_files(paths: Iterable[Path], canaries: Iterable[str]) -> list[Found]:
    """As ``search``, in files. One that is gone by now, as running databases drop files, holds nothing."""
    canaries = list(canaries)
    found = []
    for path in paths:
        with suppress(FileNotFoundError):
            found += search(path.read_bytes(), canaries, str(path))
    return found


def _search(data: bytes, needles: dict[tuple[str, str], bytes], place: str, depth: int) -> Iterator[Found]:
    for (canary, form), needle in needles.items():
        if needle in data:
            yield Found(place, canary, form + " compressed" * depth)
    if depth < 2:
        for match in _COMPRESSED.finditer(data):
            opened = _opened(data, match.start())
            if opened:
                yield from _search(opened, needles, place, depth + 1)


def _opened(data: bytes, start: int) -> bytes:
    """What a compressed stream that may begin here gives, up to where it breaks off."""
    stream, opened = zlib.decompressobj(47), b""  # 47: a zlib or a gzip header
    for at in range(start, len(data), 4096):
        try:
            opened += stream.decompress(data[at : at + 4096], _MOST - len(opened))
        except zlib.error:
            break
        if stream.eof or len(opened) >= _MOST:
            break
    return opened
