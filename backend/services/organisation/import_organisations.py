"""A sheet of organisations is taken in: all of it or nothing, and in a dry run nothing at all."""

from __future__ import annotations

import structlog

from backend.services.identity.actor import Actor
from backend.services.organisation.organisation_sheet import COLUMNS
from backend.services.organisation.plan_organisations import OrganisationPlan, plan_organisations
from backend.services.organisation.ports import Ids, OrganisationStore
from backend.services.sheets.columns import name_columns
from backend.services.sheets.ports import ReadSheet
from backend.services.sheets.report import ImportReport

log = structlog.get_logger()


class ImportOrganisations:
    """Dies before the commit: nothing is changed. After it: the same file again changes nothing."""

    def __init__(self, store: OrganisationStore, read_sheet: ReadSheet, ids: Ids) -> None:
        self._store = store
        self._read_sheet = read_sheet
        self._ids = ids

    def __call__(self, content: bytes, actor: Actor, *, dry_run: bool, chinese: bool) -> ImportReport:
        """What the file does, or would do; with problems it is never done. Raises `SheetRefused`.

        `chinese`: the language in which changed cells are told.
        """
        sheet = name_columns(self._read_sheet(content), COLUMNS)
        if sheet.problems:
            return ImportReport(dry_run, False, (), sheet.problems, sheet.ignored)
        # Planned before the transaction: on SQLite a press waits for it.
        before = self._store.directory()
        plan = plan_organisations(sheet, before, self._ids, chinese=chinese)
        applied = not (dry_run or plan.problems)
        if applied:
            with self._store.begin() as tx:
                now = tx.directory()
                if now != before:
                    plan = plan_organisations(sheet, now, self._ids, chinese=chinese)
                applied = not plan.problems
                if applied:
                    tx.add_organisations(plan.new)
                    tx.save_organisations(plan.changed)
                    tx.commit()
        if applied:
            _tell(plan, actor)
        return ImportReport(dry_run, applied, plan.rows, plan.problems, sheet.ignored)


def _tell(plan: OrganisationPlan, actor: Actor) -> None:
    for word, touched in (("organisation_added", plan.new), ("organisation_changed", plan.changed)):
        for one in touched:
            log.info(word, organisation_id=one.id, source="import", actor_kind=actor.kind, actor_id=actor.id)
