"""Settings: what an operator decides, read once and frozen.

* ``Settings.load(environ)`` reads ``VRM_*`` and ``$VRM_HOME/instance.json``; it raises ``ConfigError`` with
  every fault at once, so an operator mends them in one go.
* ``Instance`` is what ``vrm init`` fixes for good: id, issuer, log origin, sandbox or not.
* ``SETTINGS`` is the table that help, ``vrm settings`` and docs/configuration.md are made from.

Nothing here has a default secret, and nothing else in the house reads the environment.
"""

from vrm.config.faults import ConfigError
from vrm.config.instance import Instance, check_private, make_private, write_private
from vrm.config.settings import Settings
from vrm.config.table import SETTINGS, Setting
from vrm.config.values import Argon2

__all__ = [
    "SETTINGS",
    "Argon2",
    "ConfigError",
    "Instance",
    "Setting",
    "Settings",
    "check_private",
    "make_private",
    "write_private",
]
