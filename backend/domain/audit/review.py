"""What becomes of a review: somebody takes it, finds the cause, says what is done about it, and only then closes it."""

from __future__ import annotations

from enum import StrEnum


class ReviewState(StrEnum):
    """How far somebody has got with it. An open one is the responsible centre's."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


class Cause(StrEnum):
    """Why it went as it did. A review is not closed without one."""

    DESK_BUSY = "desk_busy"
    DESK_EMPTY = "desk_empty"
    ROSTER_GAP = "roster_gap"
    NOT_AS_TAUGHT = "not_as_taught"
    WRONG_CONTACTS = "wrong_contacts"
    CHANNEL_FAILED = "channel_failed"
    DEVICE_OR_NETWORK = "device_or_network"
    PLATFORM = "platform"
    PERSON_DID_NOT_SPEAK = "person_did_not_speak"
    """The person could not, or did not want to: nobody failed."""
    RIGHT_AS_IT_WAS = "right_as_it_was"
    OTHER = "other"
    """Then in words what it was."""


class Reviewed(StrEnum):
    """What became of a request about a review."""

    DONE = "done"
    NOT_FOUND = "not_found"
    CLOSED = "closed"
