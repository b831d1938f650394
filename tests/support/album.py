"""The pictures of the pages side by side, as one page to look through."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Literal

SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

_LOOK = """body { font: 16px/1.5 system-ui, sans-serif; margin: 24px; background: #e8e6e1; color: #1c1b19; }
nav a { margin-inline-end: 16px; } h2 { margin-block: 48px 8px; } h3 { font-size: 16px; margin-block: 24px 8px; }
.row { display: flex; gap: 12px; align-items: flex-start; overflow-x: auto; }
.row a { flex: none; } img { display: block; border: 1px solid #999; background: #fff; max-height: 900px; object-fit: cover;
object-position: top; } .desktop { width: 560px; } .phone { width: 240px; } .bad { color: #9b1c1c; }"""


@dataclass(frozen=True)
class Shot:
    """One page as it was photographed: whose, its address, the beginning of its files' names, and what is wrong with it."""

    who: str
    address: str
    name: str
    title: str
    faults: Sequence[str] = field(default_factory=tuple)


def file(name: str, size: str, scheme: str) -> str:
    """What the picture of a page is called."""
    return f"{name}-{size}-{scheme}.png"


def bind(folder: Path, shots: Sequence[Shot], missing: Sequence[str]) -> Path:
    """Write ``index.html`` beside the pictures; where it is."""
    people = list(dict.fromkeys(shot.who for shot in shots))
    parts = [
        "<!doctype html>", '<html lang="en">', '<meta charset="utf-8">', "<title>Every page</title>",
        f"<style>{_LOOK}</style>", "<h1>Every page</h1>",
        f"<p>{len(shots)} pages, each at desktop and phone size, by day and by night.</p>",
        "<nav>", *(f'<a href="#{_anchor(who)}">{escape(who)}</a>' for who in people), "</nav>",
    ]  # fmt: skip
    if missing:
        parts.append(f'<p class="bad">Without a picture: {escape(", ".join(missing))}</p>')
    for who, row in groupby(
        sorted(shots, key=lambda shot: people.index(shot.who)), key=lambda shot: shot.who
    ):
        parts.append(f'<h2 id="{_anchor(who)}">{escape(who)}</h2>')
        parts += [_row(shot) for shot in row]
    index = folder / "index.html"
    index.write_text("\n".join(parts), encoding="utf-8")
    return index


def _row(shot: Shot) -> str:
    pictures = "".join(
        f'<a href="{file(shot.name, size, scheme)}"><img class="{size}" loading="lazy" alt="{size}, {scheme}" '
        f'src="{file(shot.name, size, scheme)}"></a>'
        for size in SIZES
        for scheme in SCHEMES
    )
    wrong = "".join(f'<p class="bad">{escape(fault)}</p>' for fault in shot.faults)
    said = f"{escape(shot.title)} <code>{escape(shot.address)}</code>"
    return f'<h3>{said}</h3>{wrong}<div class="row">{pictures}</div>'


def _anchor(who: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in who)
