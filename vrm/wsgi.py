"""What the server loads in each of its processes: ``vrm.wsgi:app`` is a factory."""

from flask import Flask

from vrm.app import create_app
from vrm.config import Settings
from vrm.house import House, start_process


def app() -> Flask:
    """The web application on a house of its own. Called after the fork, so no connection is ever shared."""
    settings = Settings.load()
    start_process(settings)
    return create_app(House.open(settings))
