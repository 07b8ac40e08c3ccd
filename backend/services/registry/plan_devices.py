"""What a sheet of devices would do: which are new, which change, which homes and residents come with them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from backend.domain.registry.history import masked
from backend.domain.registry.household import HomeRecord, ResidentRecord
from backend.domain.registry.lifecycle import DeviceState
from backend.services.organisation.cells import CellRefused
from backend.services.organisation.organisation_sheet import Draft, problem, read_row
from backend.services.registry import device_words as words
from backend.services.registry.device_sheet import PARSERS
from backend.services.registry.ports import ListedDevice
from backend.services.sheets.columns import NamedSheet
from backend.services.sheets.ports import Cell
from backend.services.sheets.report import RowOutcome, RowReport, SheetProblem, changes_of

_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "care/registry/import")
_FIELDS: Final = {
    "room": "room",
    "model": "model",
    "device_class": "device_class",
    "codec": "codec",
    "firmware": "firmware",
    "sim_number": "sim_number",
    "sim_expires_on": "sim_expires_on",
    "sim_balance": "sim_balance_fen",
    "battery_changed_on": "battery_changed_on",
    "warranty_until": "warranty_until",
    "supervision_minutes": "supervision_minutes",
}
"""Columns that say something of the device itself, and its fields."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is of what the sheet names: devices, homes, residents' names by home, batches of claims by device."""

    devices: Mapping[str, ListedDevice] = field(default_factory=dict)
    homes: Mapping[str, HomeRecord] = field(default_factory=dict)
    residents: Mapping[str, frozenset[str]] = field(default_factory=dict)
    claims: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewClaim:
    """What a new device proves itself by. `sha256` None: by the secret that its label shows."""

    device_id: str
    batch_id: str
    kind: str
    model: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """May be carried out only where `problems` is empty. `changed`: before and after."""

    rows: tuple[RowReport, ...]
    problems: tuple[SheetProblem, ...]
    new: tuple[ListedDevice, ...]
    changed: tuple[tuple[ListedDevice, ListedDevice], ...]
    homes: tuple[HomeRecord, ...]
    residents: tuple[ResidentRecord, ...]
    claims: tuple[NewClaim, ...]


def named_in(sheet: NamedSheet) -> tuple[set[str], set[str], set[tuple[str, str]]]:
    """Which devices, homes by id, and homes by label and address the sheet speaks of."""
    devices, ids, labels = set(), set(), set()
    for row in sheet.rows:
        draft = read_row(row, PARSERS, sheet.headings)
        devices.add(draft.values.get("device_id") or "")
        ids.add(draft.values.get("home_id") or "")
        if draft.values.get("home"):
            labels.add((draft.values["home"], draft.values.get("address") or draft.values["home"]))
    return devices - {""}, ids - {""}, labels


def home_id_of(label: str, address: str) -> str:
    """The id of a home that a sheet brings: the same home in another row or file is the same."""
    return str(uuid.uuid5(_NAMESPACE, f"home|{label}|{address}"))


def plan_devices(sheet: NamedSheet, standing: Standing, today: date, now: datetime) -> DevicePlan:
    """The plan. The same sheet a second time changes nothing."""
    return _Planning(sheet, standing, today, now).plan()


class _Planning:
    def __init__(self, sheet: NamedSheet, standing: Standing, today: date, now: datetime) -> None:
        self._headings = sheet.headings
        self._standing = standing
        self._today = today
        self._now = now
        self._drafts = [read_row(row, PARSERS, sheet.headings) for row in sheet.rows]
        self._problems = {draft.row.number: list(draft.problems) for draft in self._drafts}
        self._homes: dict[str, HomeRecord] = {}
        self._residents: dict[str, ResidentRecord] = {}
        self._joined: set[str] = set()
        self._by_name = {(home.label, home.address): home for home in standing.homes.values()}
        self._planned: dict[int, ListedDevice] = {}

    def plan(self) -> DevicePlan:
        taken: set[str] = set()
        for draft in self._drafts:
            device = self._device(draft)
            if device is None:
                continue
            if device.id in taken:
                self._add(draft, "device_id", words.twice())
            taken.add(device.id)
            self._planned[draft.row.number] = device
        new = [one for one in self._planned.values() if one.id not in self._standing.devices]
        standing = self._standing.devices
        known = [(standing[one.id], one) for one in self._planned.values() if one.id in standing]
        return DevicePlan(
            tuple(self._report(draft) for draft in self._drafts),
            tuple(one for draft in self._drafts for one in self._problems[draft.row.number]),
            tuple(new),
            tuple((before, after) for before, after in known if before != after),
            tuple(self._homes.values()),
            tuple(self._residents.values()),
            tuple(self._claims(new)),
        )

    def _device(self, draft: Draft) -> ListedDevice | None:
        values = draft.values
        if not values.get("device_id"):
            return None
        before = self._standing.devices.get(values["device_id"])
        if before is None and not values.get("kind"):
            if "kind" in values or "kind" not in draft.row.cells:  # what is not understood is told already
                self._add(draft, "kind", words.no_kind())
            return None
        if before is not None and values.get("kind") not in (None, before.kind):
            self._add(draft, "kind", words.other_kind(before.kind))
        base = before or self._shelf(draft)
        told = {name: values[column] for column, name in _FIELDS.items() if column in values}
        device = replace(base, **told)
        home = self._home(draft)
        if home is None:
            return device
        return self._placed(draft, device, home)

    def _shelf(self, draft: Draft) -> ListedDevice:
        return ListedDevice(
            id=draft.values["device_id"],
            kind=draft.values["kind"],
            state=DeviceState.STOCK,
            home_id=None,
            home_label=None,
            room=None,
            synthetic=False,
            created_at=self._now,
            batch_id=draft.values.get("batch"),
            state_since=self._now,
        )

    def _placed(self, draft: Draft, device: ListedDevice, home: HomeRecord) -> ListedDevice:
        if device.home_id == home.id:
            return device
        if device.state is not DeviceState.STOCK:
            self._add(draft, self._home_column(draft), words.elsewhere(device))
            return device
        return replace(
            device,
            state=DeviceState.ENROLLED,
            state_since=self._now,
            state_reason=None,
            home_id=home.id,
            home_label=home.label,
        )

    def _home(self, draft: Draft) -> HomeRecord | None:
        values = draft.values
        if values.get("home_id"):
            found = self._standing.homes.get(values["home_id"])
            if found is None:
                self._add(draft, "home_id", words.no_home())
            return self._with_resident(draft, found)
        label = values.get("home")
        if not label:
            self._homeless(draft)
            return None
        address = values.get("address") or label
        home = self._by_name.get((label, address))
        if home is None:
            home = HomeRecord(
                home_id_of(label, address),
                label,
                address,
                landmark=values.get("landmark"),
                address_since=self._today,
            )
            self._by_name[label, address] = self._homes[home.id] = home
        return self._with_resident(draft, home)

    def _homeless(self, draft: Draft) -> None:
        for column in ("address", "resident"):
            if draft.values.get(column):
                self._add(draft, column, words.needs_home())

    def _with_resident(self, draft: Draft, home: HomeRecord | None) -> HomeRecord | None:
        name = draft.values.get("resident")
        if home is None or not name or name in self._standing.residents.get(home.id, ()):
            return home
        person_id = str(uuid.uuid5(_NAMESPACE, f"resident|{home.id}|{name}"))
        person = ResidentRecord(person_id, home.id, name, birth_year=draft.values.get("birth_year"))
        self._residents.setdefault(person_id, person)
        self._joined.add(home.id)
        return home

    def _home_column(self, draft: Draft) -> str:
        return "home_id" if draft.values.get("home_id") else "home"

    def _claims(self, new: list[ListedDevice]) -> Iterator[NewClaim]:
        digests = {draft.values.get("device_id"): draft.values.get("claim_sha256") for draft in self._drafts}
        for device in new:
            if device.id not in self._standing.claims:
                batch = device.batch_id or "import"
                yield NewClaim(device.id, batch, device.kind, device.model, digests.get(device.id))

    def _add(self, draft: Draft, column: str, refused: CellRefused) -> None:
        self._problems[draft.row.number].append(problem(draft.row, column, self._headings, refused))

    def _report(self, draft: Draft) -> RowReport:
        number, device = draft.row.number, self._planned.get(draft.row.number)
        name = str(draft.values.get("device_id") or "")
        if self._problems[number] or device is None:
            return RowReport(number, RowOutcome.REFUSED, None, name)
        before = self._standing.devices.get(device.id)
        if before is None:
            return RowReport(number, RowOutcome.CREATED, device.id, name)
        joins = draft.values.get("resident") and device.home_id in self._joined
        if before == device and not joins:
            return RowReport(number, RowOutcome.UNCHANGED, device.id, name)
        return RowReport(number, RowOutcome.CHANGED, device.id, name, changes_of(_cells(before), _cells(device)))


def _cells(device: ListedDevice) -> Mapping[str, Cell]:
    cells: dict[str, Any] = {"state": str(device.state), "home": device.home_label}
    for column, name in _FIELDS.items():
        value = getattr(device, name)
        cells[column] = masked(value) if column == "sim_number" else str(value) if value is not None else None
    return cells
