"""How organisations and villages look over HTTP, coming and going."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints

from backend.api.bodies import Answer, Body, Moment
from backend.api.sheets import label_view
from backend.api.vocabulary import LabelView
from backend.domain.organisation.directory import Directory, Serves, Village
from backend.domain.organisation.hours import read_hours, write_hours
from backend.domain.organisation.hours_text import format_hours
from backend.domain.organisation.routing import Route
from backend.domain.organisation.tree import OrganisationKind
from backend.services.organisation.assign import Assigned
from backend.services.organisation.cells import KIND_LABELS
from backend.services.organisation.read_organisations import ShownOrganisation
from contract.vocabulary import Label

# How long a text may be at most is the domain's affair; this bounds what is looked at.
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Kind = Literal["district", "town", "village", "institution"]
HoursBody = dict[str, list[list[str]]]


class ServesBody(Body):
    """A village that the organisation serves; of several centres the lowest `position` is asked first."""

    village_id: Text
    position: int = 0


class OrganisationFields(Body):
    """What may be sent about an organisation. `hours`: by day `mon` to `sun`, local time; null: always open."""

    operator: Text | None = None
    phone: Text | None = None
    hours: HoursBody | None = None
    night_organisation_id: Text | None = None
    latitude: float | None = None
    longitude: float | None = None
    provides: list[Text] = Field(default_factory=list)
    disabled: bool = False
    catchment: list[ServesBody] = Field(default_factory=list)

    def fields(self) -> dict[str, Any]:
        """What was sent, by name of `Organisation`; raises `HoursRefused`."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        if "kind" in sent:
            sent["kind"] = OrganisationKind(sent["kind"])
        if "hours" in sent:
            sent["hours"] = read_hours(sent["hours"])
        if "provides" in sent:
            sent["provides"] = tuple(sent["provides"])
        if "catchment" in sent:
            sent["catchment"] = tuple(sorted(Serves(one.village_id, one.position) for one in sent["catchment"]))
        return sent


class NewOrganisation(OrganisationFields):
    """`id`: without one it is made."""

    id: Text | None = None
    parent_id: Text | None
    kind: Kind
    name: Text


class OrganisationChange(OrganisationFields):
    """Only what is sent is changed."""

    parent_id: Text | None = None
    kind: Kind = "village"
    name: Text = ""


class VillageChange(Body):
    """Only what is sent is changed. `last_ferry`: local time, `16:30`."""

    name: Text = ""
    town_id: Text | None = None
    island: Text | None = None
    outer_island: bool = False
    last_ferry: Text | None = None
    latitude: float | None = None
    longitude: float | None = None

    def fields(self) -> dict[str, Any]:
        """What was sent, by name of `Village`."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class NewVillage(VillageChange):
    """`id`: without one it is made."""

    id: Text | None = None
    name: Text


class HomePlaceBody(Body):
    """Where a home belongs; null: by the catchment of its village, else its town, else the district."""

    organisation_id: Text | None
    village_id: Text | None


class StaffPlaceBody(Body):
    """Where somebody works; null: the whole district."""

    organisation_id: Text | None


class ServesView(Answer):
    """A village in the catchment."""

    village_id: str
    name: str | None
    position: int


class OrganisationView(Answer):
    """One line of the tree: `depth` 0 is the district. `homes`: those that it answers for itself.

    `changes_at`: when it opens or closes next; null: never.
    """

    id: str
    parent_id: str | None
    kind: OrganisationKind
    kind_label: LabelView
    name: str
    depth: int
    operator: str | None
    phone: str | None
    hours: HoursBody | None
    hours_text: LabelView
    open_now: bool
    changes_at: Moment | None
    night_organisation_id: str | None
    latitude: float | None
    longitude: float | None
    provides: list[str]
    disabled: bool
    homes: int
    catchment: list[ServesView]

    @classmethod
    def of(cls, shown: ShownOrganisation, directory: Directory) -> Self:
        """The view of what was read."""
        one = shown.organisation
        hours = Label(format_hours(one.hours, chinese=True), format_hours(one.hours, chinese=False))
        return cls(
            id=one.id,
            parent_id=one.parent_id,
            kind=one.kind,
            kind_label=label_view(KIND_LABELS[one.kind]),
            name=one.name,
            depth=shown.depth,
            operator=one.operator,
            phone=one.phone,
            hours=write_hours(one.hours),
            hours_text=label_view(hours),
            open_now=shown.open_now,
            changes_at=shown.changes_at,
            night_organisation_id=one.night_organisation_id,
            latitude=one.latitude,
            longitude=one.longitude,
            provides=list(one.provides),
            disabled=one.disabled,
            homes=shown.homes,
            catchment=[_serves(serves, directory) for serves in one.catchment],
        )


class OrganisationPage(Answer):
    """The whole tree, each parent before its children."""

    items: list[OrganisationView]


class VillageView(Answer):
    """`served_by`: organisations whose catchment it is in, the first asked first."""

    id: str
    name: str
    town_id: str | None
    island: str | None
    outer_island: bool
    last_ferry: str | None
    latitude: float | None
    longitude: float | None
    served_by: list[str]

    @classmethod
    def of(cls, village: Village, directory: Directory) -> Self:
        """The view of a village."""
        return cls(
            id=village.id,
            name=village.name,
            town_id=village.town_id,
            island=village.island,
            outer_island=village.outer_island,
            last_ferry=village.last_ferry,
            latitude=village.latitude,
            longitude=village.longitude,
            served_by=list(directory.serving.get(village.id, ())),
        )


class VillagePage(Answer):
    """All villages, by town, then name."""

    items: list[VillageView]


class HomePlaceView(Answer):
    """Where a home belongs, who is responsible because of that, and why."""

    home_id: str
    organisation_id: str | None
    village_id: str | None
    responsible_id: str
    route: Route
    route_label: LabelView

    @classmethod
    def of(cls, home_id: str, assigned: Assigned) -> Self:
        """The view of an assignment."""
        return cls(
            home_id=home_id,
            organisation_id=assigned.place.organisation_id,
            village_id=assigned.place.village_id,
            responsible_id=assigned.chosen.organisation_id,
            route=assigned.chosen.route,
            route_label=label_view(ROUTE_LABELS[assigned.chosen.route]),
        )


ROUTE_LABELS = {
    Route.OWN: Label("直接指定", "its own centre"),
    Route.CATCHMENT: Label("按所在村", "by its village"),
    Route.TOWN: Label("按所属镇", "by its town"),
    Route.DISTRICT: Label("归区处理", "the district"),
}


def _serves(serves: Serves, directory: Directory) -> ServesView:
    village = directory.villages.get(serves.village_id)
    return ServesView(village_id=serves.village_id, name=village.name if village else None, position=serves.position)
