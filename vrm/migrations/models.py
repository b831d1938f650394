"""The tables of every room. Importing a room's models puts them on ``Base.metadata``."""

import importlib
import importlib.util
import pkgutil

from sqlalchemy import MetaData

import vrm
from vrm.db import Base


def all_tables() -> MetaData:
    """Every room's tables. A room is any package of ours with a ``models`` module, so none can be forgotten."""
    for room in sorted(found.name for found in pkgutil.iter_modules(vrm.__path__) if found.ispkg):
        if room == "migrations":
            continue
        name = f"vrm.{room}.models"
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
    return Base.metadata
