"""Drawings of our own: the signs beside words, and the woven band where something is signed.

All are drawn into the page, in the ink of the text around them. A sign never stands alone: a word says the same.
"""

import math
from functools import cache

from markupsafe import Markup

_SIGNS = {
    "home": '<path d="M3 9.5 10 4l7 5.5M5 8.5V16h10V8.5"/>',
    "list": '<path d="M7.5 5H17M7.5 10H17M7.5 15H17M3 5l.8.8L5.3 4M3 10l.8.8L5.3 9M3 15l.8.8 1.5-1.8"/>',
    "eye": '<path d="M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5Z"/><circle cx="10" cy="10" r="2.2"/>',
    "person": '<circle cx="10" cy="6.5" r="3"/><path d="M4 16.5c.6-3.4 3-5 6-5s5.4 1.6 6 5"/>',
    "seal": (
        '<path d="m10 2 2 1.7 2.6-.3.7 2.5 2.3 1.3-1 2.4 1 2.4-2.3 1.3-.7 2.5-2.6-.3L10 '
        '17.2l-2-1.7-2.6.3-.7-2.5-2.3-1.3 1-2.4-1-2.4 2.3-1.3.7-2.5 2.6.3Z"/><path d="m7 9.8 2.1 2 3.8-4"/>'
    ),
    "tick": '<path d="m4 10.5 4 4 8-9"/>',
    "tickc": '<circle cx="10" cy="10" r="7.5"/><path d="m6.5 10.2 2.5 2.5 4.5-5"/>',
    "cross": '<path d="m5 5 10 10M15 5 5 15"/>',
    "no": '<circle cx="10" cy="10" r="7.5"/><path d="m4.7 4.7 10.6 10.6"/>',
    "pause": '<path d="M7 4.5v11M13 4.5v11" stroke-width="2.6"/>',
    "half": '<circle cx="10" cy="10" r="7.5"/><path d="M10 2.5a7.5 7.5 0 0 0 0 15Z" fill="currentColor"/>',
    "one": '<circle cx="10" cy="10" r="7.5"/><path d="m8.5 7.5 2-1.3v7.6"/>',
    "stop": '<circle cx="10" cy="10" r="7.5"/><path d="M7.5 7.5h5v5h-5Z" fill="currentColor"/>',
    "dash": '<path d="M5 10h10"/>',
    "clock": '<circle cx="10" cy="10" r="7.5"/><path d="M10 5.5V10l3 2"/>',
    "clockx": '<path d="M16.8 7A7.5 7.5 0 1 0 17 12.6M10 5.5V10l3 2M16 2l.2 5-4.7.2"/>',
    "warn": '<path d="M10 3 18 17H2Z"/><path d="M10 8v4.2M10 14.6v.1"/>',
    "lock": '<path d="M5 9h10v8H5ZM7 9V6.5a3 3 0 0 1 6 0V9"/>',
    "doc": '<path d="M5 2.5h7l3.5 3.5v11.5H5ZM12 2.5V6h3.5M7.5 10h5M7.5 13h5"/>',
    "key": '<circle cx="6" cy="9.5" r="3.7"/><path d="M9.7 9.5H18v3.2M14.3 9.5v2.4"/>',
    "swap": '<path d="M4 7h11l-3-3M16 13H5l3 3"/>',
    "back": '<path d="M16 10H4M9 5l-5 5 5 5"/>',
    "mail": '<path d="M2.5 5h15v10.5h-15ZM2.5 5.5 10 11l7.5-5.5"/>',
    "search": '<circle cx="8.5" cy="8.5" r="5.5"/><path d="m12.7 12.7 4.8 4.8"/>',
    "care": (
        '<path d="M10 2.5 16 5v5c0 3.8-2.6 6.3-6 7.5-3.4-1.2-6-3.7-6-7.5V5Z"/><path d="M10 6.5v4M10 '
        '13.2v.1"/>'
    ),
    "trim": (
        '<circle cx="5.5" cy="5.5" r="2.2"/><circle cx="5.5" cy="14.5" r="2.2"/><path d="m7.5 6.8 9.5 '
        '7M7.5 13.2l9.5-7"/>'
    ),
    "undo": '<path d="M4 8h8.5a4 4 0 0 1 0 8H8M7 4.5 3.5 8 7 11.5"/>',
    "cal": '<path d="M3 5h14v12H3ZM3 8.5h14M7 3v3.5M13 3v3.5"/>',
    "people": (
        '<circle cx="7" cy="7" r="2.6"/><path d="M2 16c.4-3 2.2-4.6 5-4.6s4.6 1.6 5 4.6M12.5 4.6a2.6 2.6 0 0 1 '
        '0 4.9M14 11.7c2.3.4 3.6 1.9 4 4.3"/>'
    ),
    "plug": '<path d="M7 3v4M13 3v4M4.5 7h11v2.5a5.5 5.5 0 0 1-11 0ZM10 15v3"/>',
    "console": '<path d="M2.5 4h15v12h-15ZM5.5 8l2.5 2.2-2.5 2.2M10 12.6h4"/>',
    "chart": '<path d="M3 3v14h14M7 14v-4M11 14V6M15 14V9"/>',
    "flag": '<path d="M5 18V3h10l-2.5 3.5L15 10H5"/>',
    "folder": '<path d="M2.5 16V4.5h5l2 2.5h8v9Z"/>',
    "tree": '<path d="M10 3v4M10 7 5 11v5M10 7l5 4v5M3 16h4M13 16h4M8 3h4"/>',
    "save": '<path d="M10 3v9M6 8.5l4 4 4-4M3.5 16.5h13"/>',
    "pin": '<path d="M5.5 3h9v14L10 13.5 5.5 17Z"/>',
    "plus": '<path d="M10 4v12M4 10h12"/>',
    "house": '<path d="M4 17V4h8v13M12 8h4v9M3 17h14M6.5 7h3M6.5 10h3M6.5 13h3"/>',
}


def icon(name: str, extra: str = "") -> Markup:
    """The sign of that name, hidden from screen readers. Raises KeyError for a sign we do not have."""
    classes = f"i {extra}" if extra else "i"
    drawing = Markup(_SIGNS[name])  # noqa: S704 (a constant of this file)
    return Markup('<svg class="{}" viewBox="0 0 20 20" aria-hidden="true">{}</svg>').format(classes, drawing)


@cache
def guilloche() -> Markup:
    """The woven band: eight waves, each an eighth behind the one before, as on a share certificate."""
    waves = Markup("").join(Markup('<path d="{}"/>').format(_wave(turn / 8)) for turn in range(8))
    return Markup(
        '<svg class="guilloche" aria-hidden="true"><defs>'
        '<pattern id="weave" width="72" height="20" patternUnits="userSpaceOnUse">'
        '<g fill="none" stroke="currentColor" stroke-width=".55">{}</g></pattern></defs>'
        '<rect width="100%" height="20" fill="url(#weave)"/></svg>'
    ).format(waves)


def _wave(phase: float, period: float = 72, height: float = 8, steps: int = 12) -> str:
    """One period as a smooth path: Bezier handles a third of a step long, along the slope at each point."""
    step = period / steps

    def at(k: int) -> float:
        swell = 0.55 + 0.45 * math.cos(4 * math.pi * k / steps)
        return 10 + height * math.sin(2 * math.pi * (k / steps + phase)) * swell

    def slope(k: int) -> float:
        return (at(k + 1) - at(k - 1)) / (2 * step)

    path = f"M0 {at(0):.1f}"
    for k in range(steps):
        x, end = k * step, (k + 1) * step
        path += (
            f"C{x + step / 3:.4g} {at(k) + slope(k) * step / 3:.3g}"
            f" {end - step / 3:.4g} {at(k + 1) - slope(k + 1) * step / 3:.3g} {end:.4g} {at(k + 1):.3g}"
        )
    return path
