"""Runs the command it is given, ``python -m vrm serve ...``, and starts workers again however fast they die.

The server ends itself when a worker dies twice within seconds, which is right for a service and would make these
tests wait between one kill and the next. Nothing else is changed.
"""

import runpy
import sys
from typing import Any

from granian.server.common import AbstractServer

_respawn = AbstractServer._respawn_workers


def _respawn_and_forget(server: Any, *arguments: Any, **more: Any) -> None:
    _respawn(server, *arguments, **more)
    server.respawned_wrks.clear()


if __name__ == "__main__":
    AbstractServer._respawn_workers = _respawn_and_forget  # type: ignore[method-assign, assignment]
    sys.argv = sys.argv[sys.argv.index("-m") + 1 :]
    runpy.run_module("vrm", run_name="__main__")
