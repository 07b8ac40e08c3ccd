"""All tables there are, whichever module has them: for what must leave out none, such as erasing somebody."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from sqlalchemy import Table

from backend.adapters import db
from backend.adapters.db.base import metadata


@cache
def every_table() -> tuple[Table, ...]:
    """Parents before children."""
    for module in pkgutil.iter_modules(db.__path__):
        importlib.import_module(f"{db.__name__}.{module.name}")
    return tuple(metadata.sorted_tables)
