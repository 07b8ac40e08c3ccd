"""`python -m backend`: a stop signal during the start waits until the program can heed it (`command_line.py`)."""

from __future__ import annotations

import signal
import sys


def start() -> int:
    """The exit code. Imports only now, for that takes long: a stop meanwhile must not end it with the signal's code."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
    from backend.command_line import main

    return main()


if __name__ == "__main__":
    sys.exit(start())
