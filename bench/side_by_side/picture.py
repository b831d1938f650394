"""A picture of contests: a bar for each entrant, as long as what it answered a second. Plain SVG."""

from collections.abc import Iterator, Sequence
from html import escape

from bench.side_by_side.contest import Result
from bench.side_by_side.rows import Found

_WIDTH, _LEFT, _BAR, _STEP, _RIGHT = 900, 250, 16, 24, 190
_OURS, _BARE, _PEER = "#0b5d8a", "#3d4f5c", "#b3541e"


def draw(found: Sequence[Found]) -> str:
    """The picture, as a document of its own."""
    parts: list[str] = []
    y = 20
    for each in found:
        for result in each.contests.values():
            parts += _contest(f"{each.engine}: {result.title}, {result.connections} connections", result, y)
            y += _STEP * len(result.rows) + 50
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" font-family="sans-serif" font-size="13">'
        '<rect width="100%" height="100%" fill="#fff"/>'
    )
    return "\n".join([head, *parts, "</svg>\n"])


def _contest(title: str, result: Result, top: int) -> Iterator[str]:
    most, bare = max(row.rate for row in result.rows), result.rows[0]
    yield f'<text x="20" y="{top}" font-size="15">{escape(title)}</text>'
    for at, row in enumerate(result.rows):
        y = top + 12 + at * _STEP
        length = (_WIDTH - _LEFT - _RIGHT) * row.rate / most
        colour = _BARE if row.name.startswith("bare") else _PEER if _is_peer(row.name) else _OURS
        ratio = f" · {row.rate / bare.rate:.3f} × bare" if result.steady and row is not bare else ""
        yield f'<text x="{_LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(row.name)}</text>'
        yield f'<rect x="{_LEFT}" y="{y}" width="{length:.1f}" height="{_BAR}" fill="{colour}"/>'
        yield f'<text x="{_LEFT + length + 6:.1f}" y="{y + 13}">{row.rate:,.0f} a second{ratio}</text>'


def _is_peer(name: str) -> bool:
    return name.startswith(("oidc-provider", "Authlib", "django", "Community"))
