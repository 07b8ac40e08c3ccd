"""What people and programs can be trusted with, as words of the permissions."""

from __future__ import annotations

from enum import StrEnum


class StaffRole(StrEnum):
    """What a person does here, in the subtree of their organisation; `ADMINISTRATOR` of the root is the district's."""

    OPERATOR = "operator"
    TECHNICIAN = "technician"
    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    RESPONDER = "responder"
    AUDITOR = "auditor"
    FAMILY = "family"


class Scope(StrEnum):
    """What a program may do."""

    INGEST = "ingest"
    ENROL = "enrol"
    READ = "read"
    METRICS = "metrics"
    HEALTH = "health"
    TELEPHONY = "telephony"
    BROKER = "broker"
