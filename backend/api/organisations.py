"""The organisation tree over HTTP: who is where, who is open, and who takes care of which home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter, Response

from backend.api.access import Sees
from backend.api.organisation_refusals import assignment_refused, change_refused, hours_refused, not_found
from backend.api.organisation_views import (
    HomePlaceBody,
    HomePlaceView,
    NewOrganisation,
    NewVillage,
    OrganisationChange,
    OrganisationPage,
    OrganisationView,
    StaffPlaceBody,
    VillageChange,
    VillagePage,
    VillageView,
)
from backend.api.security import CurrentActor
from backend.api.sheets import DryRun, Format, ImportView, Language, Upload, import_answer, reads_chinese, sheet_answer
from backend.domain.access.sight import Sight
from backend.domain.organisation.directory import Organisation, Village
from backend.domain.organisation.hours import HoursRefused
from backend.domain.organisation.routing import HomePlace
from backend.services.organisation import organisation_sheet, village_sheet
from backend.services.organisation.assign import AssignHome, AssignmentRefused, AssignStaff
from backend.services.organisation.change_organisation import AddOrganisation, ChangeOrganisation
from backend.services.organisation.change_village import AddVillage, ChangeVillage
from backend.services.organisation.import_organisations import ImportOrganisations
from backend.services.organisation.import_villages import ImportVillages
from backend.services.organisation.organisation_sheet import write_organisations
from backend.services.organisation.ports import Ids
from backend.services.organisation.read_organisations import ReadOrganisations
from backend.services.organisation.refusals import ChangeRefused
from backend.services.organisation.village_sheet import write_villages
from backend.services.sheets.ports import SheetFormat, WriteSheet

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OrganisationCalls:
    """What the router needs."""

    read: ReadOrganisations
    add: AddOrganisation
    change: ChangeOrganisation
    add_village: AddVillage
    change_village: ChangeVillage
    import_organisations: ImportOrganisations
    import_villages: ImportVillages
    assign_home: AssignHome
    assign_staff: AssignStaff
    write_sheet: WriteSheet
    ids: Ids


def router(calls: OrganisationCalls) -> APIRouter:
    """`/organisations`, `/villages`, and where homes and staff belong."""
    api = APIRouter(tags=["organisations"])
    _add_sheets(api, calls)
    _add_organisations(api, calls)
    _add_villages(api, calls)
    _add_assigning(api, calls)
    return api


def _add_organisations(api: APIRouter, calls: OrganisationCalls) -> None:
    def shown(organisation_id: str, sight: Sight) -> OrganisationView:
        tree = calls.read(sight)
        line = tree.line(organisation_id)
        if line is None:
            raise not_found("organisation")
        return OrganisationView.of(line, tree.directory)

    @api.get("/organisations")
    def list_organisations(sight: Sees) -> OrganisationPage:
        """The whole tree, each parent before its children."""
        tree = calls.read(sight)
        return OrganisationPage(items=[OrganisationView.of(line, tree.directory) for line in tree.lines])

    @api.post("/organisations", status_code=201)
    def add_organisation(body: NewOrganisation, actor: CurrentActor, sight: Sees) -> OrganisationView:
        """Add one. The same name of the same kind at the same place is 409: sent twice, it is added once."""
        fields = _fields(body.fields)
        new = Organisation(**{**fields, "id": body.id or calls.ids.new()})
        return shown(_done(lambda: calls.add(new, actor)).id, sight)

    @api.get("/organisations/{organisation_id}")
    def show_organisation(organisation_id: str, sight: Sees) -> OrganisationView:
        """One of them."""
        return shown(organisation_id, sight)

    @api.patch("/organisations/{organisation_id}")
    def change_organisation(
        organisation_id: str, body: OrganisationChange, actor: CurrentActor, sight: Sees
    ) -> OrganisationView:
        """Change what is sent. Organisations are not deleted: `disabled` takes one out of all routing."""
        fields = _fields(body.fields)
        if _done(lambda: calls.change(organisation_id, fields, actor)) is None:
            raise not_found("organisation")
        return shown(organisation_id, sight)


def _add_villages(api: APIRouter, calls: OrganisationCalls) -> None:
    @api.get("/villages")
    def list_villages(sight: Sees) -> VillagePage:
        """All villages, by town, then name."""
        directory = calls.read.directory(sight)
        ordered = sorted(directory.villages.values(), key=lambda one: (one.town_id or "", one.name, one.id))
        return VillagePage(items=[VillageView.of(village, directory) for village in ordered])

    @api.post("/villages", status_code=201)
    def add_village(body: NewVillage, actor: CurrentActor, sight: Sees) -> VillageView:
        """Add one."""
        new = Village(**{**body.fields(), "id": body.id or calls.ids.new()})
        return VillageView.of(_done(lambda: calls.add_village(new, actor)), calls.read.directory(sight))

    @api.patch("/villages/{village_id}")
    def change_village(village_id: str, body: VillageChange, actor: CurrentActor, sight: Sees) -> VillageView:
        """Change what is sent."""
        village = _done(lambda: calls.change_village(village_id, body.fields(), actor))
        if village is None:
            raise not_found("village")
        return VillageView.of(village, calls.read.directory(sight))


def _add_assigning(api: APIRouter, calls: OrganisationCalls) -> None:
    @api.put("/homes/{home_id}/organisation")
    def assign_home(home_id: str, body: HomePlaceBody, actor: CurrentActor) -> HomePlaceView:
        """Say where a home belongs; the answer says who is responsible now, and why."""
        place = HomePlace(body.organisation_id, body.village_id)
        return HomePlaceView.of(home_id, _done(lambda: calls.assign_home(home_id, place, actor)))

    @api.put("/staff/{staff_id}/organisation", status_code=204)
    def assign_staff(staff_id: str, body: StaffPlaceBody, actor: CurrentActor) -> None:
        """Say where somebody works."""
        _done(lambda: calls.assign_staff(staff_id, body.organisation_id, actor))


def _add_sheets(api: APIRouter, calls: OrganisationCalls) -> None:
    @api.post("/organisations/import")
    def import_organisations(
        file: Upload, actor: CurrentActor, dry_run: DryRun = False, language: Language = None
    ) -> ImportView:
        """Take in a spreadsheet: all of it or nothing. Rows are found by id, else by kind, parent and name."""
        chinese = reads_chinese(language)
        return import_answer(
            lambda content: calls.import_organisations(content, actor, dry_run=dry_run, chinese=chinese), file
        )

    @api.get("/organisations/export", response_class=Response)
    def export_organisations(sight: Sees, format_: Format = "csv", language: Language = None) -> Response:
        """All organisations as a file that can be imported again."""
        rows = write_organisations(calls.read.directory(sight), chinese=reads_chinese(language))
        headings = [column.heading for column in organisation_sheet.COLUMNS]
        content = calls.write_sheet(SheetFormat(format_), "组织 Organisations", headings, rows)
        return sheet_answer(content, SheetFormat(format_), "organisations")

    @api.post("/villages/import")
    def import_villages(
        file: Upload, actor: CurrentActor, dry_run: DryRun = False, language: Language = None
    ) -> ImportView:
        """Take in a spreadsheet: all of it or nothing. Rows are found by id, else by town and name."""
        chinese = reads_chinese(language)
        return import_answer(
            lambda content: calls.import_villages(content, actor, dry_run=dry_run, chinese=chinese), file
        )

    @api.get("/villages/export", response_class=Response)
    def export_villages(sight: Sees, format_: Format = "csv", language: Language = None) -> Response:
        """All villages as a file that can be imported again."""
        rows = write_villages(calls.read.directory(sight), chinese=reads_chinese(language))
        headings = [column.heading for column in village_sheet.COLUMNS]
        content = calls.write_sheet(SheetFormat(format_), "村 Villages", headings, rows)
        return sheet_answer(content, SheetFormat(format_), "villages")


def _fields(sent: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return sent()
    except HoursRefused as refused:
        raise hours_refused(refused) from None


def _done(call: Callable[[], T]) -> T:
    try:
        return call()
    except ChangeRefused as refused:
        raise change_refused(refused) from None
    except AssignmentRefused as refused:
        raise assignment_refused(refused) from None
