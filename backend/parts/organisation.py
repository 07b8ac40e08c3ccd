"""The organisation tree: its calls, and its spreadsheets. It has no ticks and nothing that is open to strangers."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlalchemy import Engine

from backend.adapters.db.organisation_store import SqlOrganisationStore
from backend.adapters.sheets import read_sheet, write_sheet
from backend.api import organisations
from backend.services.organisation.assign import AssignHome, AssignStaff
from backend.services.organisation.change_organisation import AddOrganisation, ChangeOrganisation
from backend.services.organisation.change_village import AddVillage, ChangeVillage
from backend.services.organisation.import_organisations import ImportOrganisations
from backend.services.organisation.import_villages import ImportVillages
from backend.services.organisation.ports import Clock, Ids
from backend.services.organisation.read_organisations import ReadOrganisations


class OrganisationParts:
    """What the program wires. Other parts read the tree with `OrganisationReader` in their own transactions."""

    def __init__(self, engine: Engine, clock: Clock, ids: Ids, zone: ZoneInfo) -> None:
        store = SqlOrganisationStore(engine)
        self._calls = organisations.OrganisationCalls(
            read=ReadOrganisations(store, clock, zone),
            add=AddOrganisation(store),
            change=ChangeOrganisation(store),
            add_village=AddVillage(store),
            change_village=ChangeVillage(store),
            import_organisations=ImportOrganisations(store, read_sheet, ids),
            import_villages=ImportVillages(store, read_sheet, ids),
            assign_home=AssignHome(store),
            assign_staff=AssignStaff(store),
            write_sheet=write_sheet,
            ids=ids,
        )

    def staff_routers(self) -> Iterator[APIRouter]:
        """For `/api/v1`."""
        yield organisations.router(self._calls)
