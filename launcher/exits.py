"""What the exit codes of `./care` mean; the same list stands in `./care --help`."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every sub-command."""

    OK = 0
    FAILED = 1  # it was tried and did not work
    USAGE = 2  # the command line or a setting is wrong
    MISSING = 3  # something is not installed or not set up; the message says how to mend it
    CONFLICT = 4  # already running, or a port is taken
    UNREACHABLE = 5  # the running system does not answer
