"""Whether somebody counts as on duty where no roster says anything about them."""

from __future__ import annotations

from enum import StrEnum

from backend.domain.escalation.targets import DutyRole, ResponderKind


class Standing(StrEnum):
    """When somebody counts as on duty without a roster."""

    NEVER = "never"
    OPENING_HOURS = "opening_hours"
    ALWAYS = "always"


def standing(
    role: DutyRole, responder: ResponderKind | None, *, has_account: bool, role_has_roster: bool, in_a_roster: bool
) -> Standing:
    """When a person of an organisation counts for `role` without a roster.

    Operators (with an account: they answer at a screen) in the opening hours of an organisation that has no roster for
    operators, managers of one that has none for managers at any hour: a centre that nobody has made a roster for yet
    must not look empty. Responders who stand in no roster: centre staff in the opening hours, all others (volunteers,
    rescue, fire post) at any hour; those who do stand in one serve when it says so.
    """
    if role is DutyRole.RESPONDER:
        if in_a_roster:
            return Standing.NEVER
        return Standing.ALWAYS if responder not in (None, ResponderKind.CENTRE_STAFF) else Standing.OPENING_HOURS
    if role_has_roster:
        return Standing.NEVER
    if role is DutyRole.MANAGER:
        return Standing.ALWAYS
    return Standing.OPENING_HOURS if has_account else Standing.NEVER
