"""The kinds of notices, and how each may go out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Way = Literal["at_once", "digest", "off"]
WAYS: Final[tuple[Way, ...]] = ("at_once", "digest", "off")
"""A letter at once, a line in the next digest, or no letter. Whichever it is, the notice stands on the person's page."""

Every = Literal["daily", "weekly"]
Kind = Literal[
    "reminder",
    "ending",
    "unusual",
    "changed",
    "proposed",
    "receipt",
    "stopped",
    "exposed",
    "device",
    "password",
]


@dataclass(frozen=True)
class Choices:
    """The ways open to a kind, and the one it goes by unless its person chose. ``about_consents``: may be discreet."""

    usual: Way
    ways: tuple[Way, ...] = WAYS
    about_consents: bool = True


KINDS: Final[Mapping[Kind, Choices]] = {
    "reminder": Choices("at_once"),
    "ending": Choices("at_once"),
    "unusual": Choices("at_once"),
    "changed": Choices("at_once"),
    # A company must not be able to have letters sent to somebody at its own time.
    "proposed": Choices("digest"),
    # What somebody agreed to, and that they took it back, must reach them outside of what we can change.
    "receipt": Choices("at_once", ("at_once", "digest")),
    # Somebody who only has a letter did it: its person must hear.
    "stopped": Choices("at_once", ("at_once",)),
    # That data got where it should not have must reach them (GDPR art. 34).
    "exposed": Choices("at_once", ("at_once",)),
    # Whoever broke into an account would turn these off first.
    "device": Choices("at_once", ("at_once",), about_consents=False),
    "password": Choices("at_once", ("at_once",), about_consents=False),
}
CHOOSABLE: Final[tuple[Kind, ...]] = tuple(kind for kind, choices in KINDS.items() if len(choices.ways) > 1)


@dataclass(frozen=True)
class Preferences:
    """How a person wants to hear. ``hour`` (of their zone, 0 to 23): when the digest comes; weekly: on Mondays.

    ``discreet``: a letter says that there is news, and not what of. ``language`` and ``zone`` (an IANA name): of the page
    and the browser they last signed in at.
    """

    how: Mapping[Kind, Way] = field(default_factory=dict)
    every: Every = "daily"
    hour: int = 7
    discreet: bool = False
    language: str = "en"
    zone: str = "UTC"

    def way(self, kind: Kind) -> Way:
        """How a notice of this kind goes out."""
        choices = KINDS[kind]
        chosen = self.how.get(kind, choices.usual)
        return chosen if chosen in choices.ways else choices.usual
