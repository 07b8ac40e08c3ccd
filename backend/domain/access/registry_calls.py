"""Who may call what of devices, homes, people, rosters and the organisation tree."""

from __future__ import annotations

from typing import Final

from backend.domain.access.groups import ADMINISTRATOR, CARERS, DESK, MANAGERS, READERS, STAFF, TECHNICIANS
from backend.domain.access.permission import Permission, does, get, public
from backend.domain.access.roles import Scope
from backend.domain.access.subjects import Kind

READ: Final = Scope.READ
ROSTER: Final = {"subject_id": Kind.ROSTER}
PERSON: Final = {"subject_id": Kind.PERSON}

DEVICES: Final[tuple[Permission, ...]] = (
    does("POST", "/devices", TECHNICIANS, Scope.ENROL, new=frozenset({Kind.DEVICE})),
    # A sheet may name any home, and a delivery belongs to the district until its devices are installed.
    does("POST", "/devices/import", TECHNICIANS, Scope.ENROL, district=True),
    does("POST", "/claim-batches", TECHNICIANS, Scope.ENROL, district=True),
    # A device proves itself by the secret of its label.
    public("POST", "/api/v1/claims"),
    does("POST", "/claims/{device_id}/reopen", TECHNICIANS, Scope.ENROL),
    get("/devices/labels", TECHNICIANS, Scope.ENROL, also={"ids": Kind.DEVICE}),
    get("/devices", READERS, READ),
    get("/devices/{device_id}", READERS, READ),
    does("PATCH", "/devices/{device_id}", TECHNICIANS, Scope.ENROL),
    get("/devices/{device_id}/history", READERS, READ),
    does("POST", "/devices/{device_id}/swap", TECHNICIANS, Scope.ENROL, new=frozenset({Kind.DEVICE})),
    get("/test-windows", STAFF),
    does("POST", "/test-windows", TECHNICIANS),
    does("DELETE", "/test-windows/{window_id}", TECHNICIANS),
    does("POST", "/alerts/{alert_id}/confirm-test", TECHNICIANS),
    get("/devices/{device_id}/presses", READERS, READ),
    get("/devices/{device_id}/series", READERS, READ),
    get("/devices/{device_id}/telemetry/export", TECHNICIANS),
    get("/telemetry/latest", READERS, READ),
    get("/residents/{resident_id}/telemetry", CARERS, READ),
    get("/residents/{resident_id}/telemetry/export", ADMINISTRATOR),
    does("POST", "/residents/{resident_id}/telemetry/erase", ADMINISTRATOR),
)

HOMES: Final[tuple[Permission, ...]] = (
    get("/homes", READERS, READ),
    # It belongs to the organisation of whoever adds it.
    does("POST", "/homes", STAFF, Scope.ENROL),
    get("/homes/{home_id}", READERS, READ),
    does("PATCH", "/homes/{home_id}", STAFF, Scope.ENROL),
    get("/homes/{home_id}/history", READERS, READ),
    get("/homes/{home_id}/contacts", READERS, READ),
    does("PUT", "/homes/{home_id}/contacts", STAFF, Scope.ENROL),
    does("POST", "/homes/{home_id}/contacts", STAFF, Scope.ENROL),
    does("PATCH", "/homes/{home_id}/contacts/{contact_id}", STAFF, Scope.ENROL),
    does("DELETE", "/homes/{home_id}/contacts/{contact_id}", STAFF, Scope.ENROL),
    get("/homes/{home_id}/commissioning", READERS, READ),
    does("POST", "/homes/{home_id}/commissioning/sign-off", TECHNICIANS),
    does("POST", "/homes/{home_id}/residents", STAFF, Scope.ENROL),
    get("/residents/{resident_id}", READERS, READ),
    does("PATCH", "/residents/{resident_id}", STAFF, Scope.ENROL),
    get("/residents/{resident_id}/history", READERS, READ),
)

ORGANISATIONS: Final[tuple[Permission, ...]] = (
    get("/organisations", READERS, READ),
    get("/organisations/{organisation_id}", READERS, READ),
    get("/organisations/export", READERS, READ),
    does("POST", "/organisations", ADMINISTRATOR, within=frozenset({"parent_id"})),
    does("PATCH", "/organisations/{organisation_id}", ADMINISTRATOR),
    # A sheet may name any organisation and any village.
    does("POST", "/organisations/import", ADMINISTRATOR, district=True),
    get("/villages", READERS, READ),
    get("/villages/export", READERS, READ),
    does("POST", "/villages", ADMINISTRATOR, within=frozenset({"town_id"})),
    does("PATCH", "/villages/{village_id}", ADMINISTRATOR),
    does("POST", "/villages/import", ADMINISTRATOR, district=True),
    does("PUT", "/homes/{home_id}/organisation", MANAGERS),
    does("PUT", "/staff/{staff_id}/organisation", ADMINISTRATOR, within=frozenset({"organisation_id"})),
)

PEOPLE: Final[tuple[Permission, ...]] = (
    get("/people", READERS, READ),
    get("/people/{person_id}", READERS, READ),
    does("POST", "/people", MANAGERS),
    does("PUT", "/people/{person_id}", MANAGERS),
    get("/contact-points", READERS, READ),
    get("/contact-points/no-cover", READERS, READ),
    does("POST", "/contact-points", MANAGERS),
    does("PUT", "/contact-points/{point_id}", MANAGERS),
    does("POST", "/contact-points/{point_id}/disable", MANAGERS),
    does("POST", "/contact-points/{point_id}/enable", MANAGERS),
    does("POST", "/contact-points/{point_id}/verify", DESK),
    does("POST", "/contact-points/{point_id}/confirm", DESK),
)

ROSTERS: Final[tuple[Permission, ...]] = (
    get("/rosters", READERS, READ),
    get("/rosters/forecast", READERS, READ),
    get("/rosters/{roster_id}", READERS, READ),
    get("/rosters/{roster_id}/forecast", READERS, READ),
    get("/rosters/{roster_id}/shifts", READERS, READ),
    get("/on-duty", READERS, READ),
    does("POST", "/rosters", MANAGERS),
    does("PUT", "/rosters/{roster_id}", MANAGERS),
    does("DELETE", "/rosters/{roster_id}", MANAGERS),
    does("POST", "/rosters/{roster_id}/overrides", MANAGERS),
    does("DELETE", "/rosters/{roster_id}/overrides/{override_id}", MANAGERS),
    does("POST", "/rosters/{roster_id}/swaps", MANAGERS),
    get("/rosters/{subject_id}/calendars", READERS, READ, also=ROSTER),
    does("POST", "/rosters/{subject_id}/calendars", MANAGERS, also=ROSTER),
    get("/people/{subject_id}/calendars", READERS, READ, also=PERSON),
    does("POST", "/people/{subject_id}/calendars", MANAGERS, also=PERSON),
    does("DELETE", "/calendars/{feed_id}", MANAGERS),
)

CALLS: Final = (*DEVICES, *HOMES, *ORGANISATIONS, *PEOPLE, *ROSTERS)
