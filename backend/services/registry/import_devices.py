"""A sheet of devices is taken in where no row of it is wrong; in a dry run nothing is done at all."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from backend.domain.registry.history import Change, ChangeKind, Subject, Who, differing
from backend.domain.registry.household import HomeRecord, ResidentRecord
from backend.services.identity.actor import Actor
from backend.services.registry.change_device import written
from backend.services.registry.claim_secret import ClaimSecrets
from backend.services.registry.device_sheet import COLUMNS
from backend.services.registry.plan_devices import DevicePlan, NewClaim, Standing, named_in, plan_devices
from backend.services.registry.ports import Clock, ListedDevice, Told
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused
from backend.services.registry.who import who_of
from backend.services.sheets.columns import NamedSheet, name_columns
from backend.services.sheets.ports import ReadSheet
from backend.services.sheets.report import ImportReport, RowOutcome


class ImportTransaction(Told, Protocol):
    """One transaction of an import."""

    def standing(self, devices: set[str], homes: set[str], labels: set[tuple[str, str]]) -> Standing:
        """What there is of these; the devices locked."""

    def add_homes(self, homes: Sequence[HomeRecord], organisation_id: str | None) -> None: ...

    def add_residents(self, residents: Sequence[ResidentRecord]) -> None: ...

    def add_devices(self, devices: Sequence[ListedDevice]) -> None:
        """Without a secret: they have to claim one."""

    def save_devices(self, devices: Sequence[ListedDevice]) -> None: ...

    def add_claims(self, claims: Sequence[tuple[NewClaim, str]], who: Who) -> None:
        """With the digest of each; their batches where they are new."""


class ImportStore(Protocol):
    """Opens transactions of imports, and reads what a dry run needs."""

    def begin(self) -> AbstractContextManager[ImportTransaction]: ...

    def standing(self, devices: set[str], homes: set[str], labels: set[tuple[str, str]]) -> Standing: ...


PORTION: Final = 100
"""Rows in one transaction."""


@dataclass(frozen=True, slots=True)
class ImportDevices:
    """A file with a mistake does nothing. Dies in the middle: the same file again does the rest.

    In portions: on SQLite a press waits for the writer, and 20,000 rows take it many seconds.
    """

    store: ImportStore
    read_sheet: ReadSheet
    secrets: ClaimSecrets
    clock: Clock
    zone: ZoneInfo

    def __call__(self, content: bytes, actor: Actor, *, dry_run: bool) -> ImportReport:
        """What the file does, or would do; with problems it is never done. Raises `SheetRefused`, `RegistryRefused`."""
        sheet = name_columns(self.read_sheet(content), COLUMNS)
        if sheet.problems:
            return ImportReport(dry_run, False, (), sheet.problems, sheet.ignored)
        now = self.clock.now()
        today = now.astimezone(self.zone).date()
        plan = plan_devices(sheet, self.store.standing(*named_in(sheet)), today, now)
        applied = not (dry_run or plan.problems)
        if applied:
            touched = {row.row for row in plan.rows if row.outcome is not RowOutcome.UNCHANGED}
            rows = [row for row in sheet.rows if row.number in touched]
            for start in range(0, len(rows), PORTION):
                self._do(replace(sheet, rows=tuple(rows[start : start + PORTION])), actor, today, now)
        return ImportReport(dry_run, applied, plan.rows, plan.problems, sheet.ignored)

    def _do(self, sheet: NamedSheet, actor: Actor, today: date, now: datetime) -> None:
        """Planned again by what stands there now; where somebody was at the same devices meanwhile: try again."""
        with self.store.begin() as tx:
            plan = plan_devices(sheet, tx.standing(*named_in(sheet)), today, now)
            if plan.problems:
                raise RegistryRefused(RegistryRefusal.CONFLICT, [row.name for row in plan.rows])
            self._carry_out(tx, plan, actor)
            tx.commit()

    def _carry_out(self, tx: ImportTransaction, plan: DevicePlan, actor: Actor) -> None:
        who, now = who_of(actor), self.clock.now()
        tx.add_homes(plan.homes, actor.organisation_id)
        tx.add_residents(plan.residents)
        tx.add_devices(plan.new)
        tx.save_devices([after for _, after in plan.changed])
        tx.add_claims([(claim, claim.sha256 or self.secrets.digest_of(claim.device_id)) for claim in plan.claims], who)
        told = [Change(Subject.HOME, home.id, ChangeKind.CREATED, now, who, home.id, "import") for home in plan.homes]
        told += [
            Change(Subject.RESIDENT, one.id, ChangeKind.CREATED, now, who, one.home_id, "import")
            for one in plan.residents
        ]
        for device in plan.new:
            after = differing({}, {name: value for name, value in written(device).items() if value is not None})[1]
            told.append(
                Change(Subject.DEVICE, device.id, ChangeKind.ENROLLED, now, who, device.home_id, "import", {}, after)
            )
        for old, new in plan.changed:
            was, is_ = differing(written(old), written(new))
            told.append(Change(Subject.DEVICE, new.id, ChangeKind.CHANGED, now, who, new.home_id, "import", was, is_))
        tx.tell(told)
