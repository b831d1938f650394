"""A picture of figures that grow with a log: its size across, in powers of ten, and a ratio upwards. Plain SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import ceil, log10

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 860, 420, 50, 50, 250, 40
_COLOURS = ("#0b5d8a", "#b3541e", "#2f7d3b", "#7a3b8f", "#8a6d0b", "#a3234f", "#3d4f5c", "#117a78")


@dataclass(frozen=True)
class Curve:
    """A measure and its ratio at each size."""

    name: str
    ratios: Sequence[float]


def draw(sizes: Sequence[int], curves: Sequence[Curve], title: str) -> str:
    """The picture, as a document of its own. ``sizes`` ascend; each curve has as many ratios."""
    highest = max(2, ceil(max(max(curve.ratios) for curve in curves)))
    first, last = log10(sizes[0]), log10(sizes[-1])

    def across(size: int) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (log10(size) - first) / ((last - first) or 1)

    def upwards(ratio: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * ratio / highest

    end = _WIDTH - _RIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="13"><rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{_LEFT}" y="26" font-size="15">{escape(title)}</text>',
    ]
    for ratio in range(0, highest + 1, max(1, highest // 8)):
        y = upwards(ratio)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{end}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{ratio}</text>')
    low = _HEIGHT - 14
    parts += [
        f'<text x="{across(size):.1f}" y="{low}" text-anchor="middle">{size:,}</text>' for size in sizes
    ]
    labels = _apart([upwards(curve.ratios[-1]) for curve in curves])
    for at, curve in enumerate(curves):
        colour = _COLOURS[at % len(_COLOURS)]
        points = " ".join(
            f"{across(size):.1f},{upwards(ratio):.1f}"
            for size, ratio in zip(sizes, curve.ratios, strict=True)
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        told = f"{escape(curve.name)} {curve.ratios[-1]:.2f}"
        parts.append(f'<text x="{end + 10}" y="{labels[at] + 4:.1f}" fill="{colour}">{told}</text>')
    return "\n".join([*parts, "</svg>\n"])


def _apart(heights: Sequence[float]) -> list[float]:
    """Where labels stand: at their line's end, but 16 apart, so that each can be read."""
    order = sorted(range(len(heights)), key=lambda at: -heights[at])
    placed = list(heights)
    for lower, upper in pairwise(order):
        placed[upper] = min(placed[upper], placed[lower] - 16)
    return placed
