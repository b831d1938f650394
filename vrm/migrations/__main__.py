"""For those who change the house: ``python -m vrm.migrations new "what it does"``.

Brings a throw-away SQLite database to head, compares it with the models, and writes the next revision. Read
what it wrote: a moved column looks to it like a dropped one and a new one, and data needs your hand.
"""

import re
import sys
import tempfile
from pathlib import Path

from vrm.migrations import head, revise, upgrade


def new(message: str) -> Path:
    """Write the next revision."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/vrm.db"
        newest = head()
        if newest is not None:
            upgrade(url)
        number = 1 + int(re.match(r"\d+", newest)[0]) if newest else 1  # type: ignore[index]
        return revise(url, message, number=f"{number:04d}")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "new":
        sys.exit('usage: python -m vrm.migrations new "what it does"')
    new(sys.argv[2])
