"""What the server loads in each of its processes: ``vrm.wsgi:app`` is a factory."""

import multiprocessing
import os
import signal
import threading
import time

from flask import Flask

from vrm.app import create_app
from vrm.config import Settings
from vrm.house import House, start_process

WATCH = 1.0  # seconds


def app() -> Flask:
    """The web application on a house of its own. Called after the fork, so no connection is ever shared."""
    settings = Settings.load()
    start_process(settings)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    return create_app(House.open(settings))


def _end_with_parent() -> None:
    """Were the parent killed, its processes would serve on and hold the port, with nobody to stop them."""
    parent = multiprocessing.parent_process()  # whoever started us, though they may be gone by now
    while parent is not None:
        time.sleep(WATCH)
        if os.getppid() != parent.pid:  # asked for again: while the server still starts, it takes no notice
            os.kill(os.getpid(), signal.SIGTERM)
