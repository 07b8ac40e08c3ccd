"""The one table of who may do what. A call that does not stand here is refused to everybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from backend.domain.access import alert_calls, identity_calls, platform_calls, privacy_calls, registry_calls
from backend.domain.access.permission import Permission

Table = Mapping[tuple[str, str], Permission]
"""By method and path, as the route has it."""


def table_of(calls: Iterable[Permission]) -> Table:
    """Raises `ValueError` where one call has two lines: which of them would hold?"""
    table: dict[tuple[str, str], Permission] = {}
    for one in calls:
        if table.setdefault((one.method, one.path), one) is not one:
            raise ValueError(f"{one.method} {one.path} has two permissions")
    return table


TABLE: Final = table_of(
    (*alert_calls.CALLS, *identity_calls.CALLS, *privacy_calls.CALLS, *registry_calls.CALLS, *platform_calls.CALLS)
)
