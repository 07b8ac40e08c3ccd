"""Why a change of people, contact points or rosters is refused."""

from __future__ import annotations

from enum import StrEnum


class Refused(StrEnum):
    """The reason; the API's `code`."""

    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_ORGANISATION = "unknown_organisation"
    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_OWNER = "unknown_owner"
    UNKNOWN_CONTACT_POINT = "unknown_contact_point"
    UNKNOWN_ROSTER = "unknown_roster"
    UNKNOWN_OVERRIDE = "unknown_override"
    UNKNOWN_ROTATION = "unknown_rotation"
    ROLE_MISSING = "role_missing"
    RESPONDER_KIND_MISSING = "responder_kind_missing"
    BAD_ADDRESS = "bad_address"
    ALREADY_THERE = "already_there"
    NAMED_TWICE = "named_twice"
    CHANGED_MEANWHILE = "changed_meanwhile"
    ORGANISATION_STAYS = "organisation_stays"
    EMPTY_SPAN = "empty_span"
    TOO_LONG = "too_long"


class Refusal(Exception):  # noqa: N818 - an answer, not a fault of ours
    """Nothing was changed. `about`: ids or names that it is about."""

    def __init__(self, reason: Refused, *about: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.about = about
