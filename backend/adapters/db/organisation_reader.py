"""What other parts ask about organisations while they work, read within the transaction of whoever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection, select

from backend.adapters.db.organisation import catchments, organisations, villages
from backend.adapters.db.registry import homes
from backend.domain.organisation.hours import Hours, HoursRefused, is_open, read_hours
from backend.domain.organisation.routing import Chosen, HomePlace, NoDistrictError, Route, centre_of
from backend.domain.organisation.tree import Node, OrganisationKind, Tree

log = structlog.get_logger()


class OrganisationReader:
    """The organisation tree on a connection, for one transaction: what was read once is not read again.

    Make a new one for each transaction. All ids are strings; an id that does not exist is never an error. Raises
    `NoDistrictError` only where a database has no district at all (the migration makes one).
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def district_id(self) -> str:
        """The root of the tree, where everything falls back to."""
        root = self._tree.root
        if root is None:
            raise NoDistrictError("no district in the organisation tree")
        return root.id

    def centre_of(self, home_id: str | None) -> str:
        """The organisation responsible for a home; the district for an unknown one. Exists and is not disabled."""
        return self.route(home_id).organisation_id

    def route(self, home_id: str | None) -> Chosen:
        """As `centre_of`, with the reason."""
        row = None
        if home_id is not None:
            query = select(homes.c.organisation_id, homes.c.village_id).where(homes.c.id == home_id)
            row = self._connection.execute(query).first()
        if row is None:
            return Chosen(self.district_id, Route.DISTRICT)
        return self.route_of(HomePlace(row.organisation_id, row.village_id))

    def route_of(self, place: HomePlace) -> Chosen:
        """As `route`, for a home whose row the caller has read already."""
        return centre_of(place, self._towns, self._serving, self._tree)

    def open_now(self, organisation_id: str | None, at: datetime, zone: ZoneInfo) -> bool:
        """Whether it is within its opening hours at `at` (aware); the district (None, too) always is.

        One that does not exist or is disabled is closed.
        """
        if organisation_id is None or organisation_id == self.district_id:
            return True
        enabled = self._tree.enabled(organisation_id) is not None
        return enabled and is_open(self._hours[organisation_id], at, zone)

    def ancestors(self, organisation_id: str) -> tuple[str, ...]:
        """Those above it that are not disabled, the nearest first, the district last; none for the district."""
        return self._enabled(self._tree.ancestors(organisation_id))

    def siblings(self, organisation_id: str) -> tuple[str, ...]:
        """Those beside it under the same parent that are not disabled, by kind, then name; without itself."""
        return self._enabled(self._tree.siblings(organisation_id))

    def subtree(self, organisation_id: str) -> tuple[str, ...]:
        """Itself and everything below, disabled ones too: what staff of that organisation may see."""
        return tuple(node.id for node in self._tree.subtree(organisation_id))

    def night_of(self, organisation_id: str) -> str:
        """Where its calls go while it is closed: the organisation named for that, else the nearest one above."""
        named = self._nights.get(organisation_id)
        if named is not None and named != organisation_id and self._tree.enabled(named) is not None:
            return named
        return next(iter(self.ancestors(organisation_id)), self.district_id)

    def is_at_work(self, organisation_id: str) -> bool:
        """Whether it is there and not disabled."""
        return self._tree.enabled(organisation_id) is not None

    def name(self, organisation_id: str) -> str | None:
        """What it is called."""
        node = self._tree.get(organisation_id)
        return node.name if node is not None else None

    def _enabled(self, nodes: Sequence[Node]) -> tuple[str, ...]:
        return tuple(node.id for node in nodes if self._tree.enabled(node.id) is not None)

    @cached_property
    def _rows(self) -> Sequence[tuple[Node, Hours | None, str | None]]:
        table = organisations.c
        query = select(
            table.id, table.parent_id, table.kind, table.name, table.disabled, table.hours, table.night_organisation_id
        )
        return [
            (
                Node(row.id, row.parent_id, OrganisationKind(row.kind), row.name, row.disabled),
                _hours(row.id, row.hours),
                row.night_organisation_id,
            )
            for row in self._connection.execute(query)
        ]

    @cached_property
    def _tree(self) -> Tree:
        return Tree(node for node, _, _ in self._rows)

    @cached_property
    def _hours(self) -> Mapping[str, Hours | None]:
        return {node.id: hours for node, hours, _ in self._rows}

    @cached_property
    def _nights(self) -> Mapping[str, str | None]:
        return {node.id: night for node, _, night in self._rows}

    @cached_property
    def _towns(self) -> Mapping[str, str | None]:
        return {row.id: row.town_id for row in self._connection.execute(select(villages.c.id, villages.c.town_id))}

    @cached_property
    def _serving(self) -> Mapping[str, Sequence[str]]:
        query = select(catchments.c.village_id, catchments.c.organisation_id).order_by(
            catchments.c.village_id, catchments.c.position, catchments.c.organisation_id
        )
        serving: dict[str, list[str]] = {}
        for row in self._connection.execute(query):
            serving.setdefault(row.village_id, []).append(row.organisation_id)
        return serving


def _hours(organisation_id: str, stored: object) -> Hours | None:
    try:
        return read_hours(stored)
    except HoursRefused as refused:
        # Written by hand. Whoever cannot be told to be closed is asked: an alert does not stop at a broken row.
        log.warning("organisation_hours_unreadable", organisation_id=organisation_id, reason=str(refused.reason))
        return None
