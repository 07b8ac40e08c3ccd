"""`python -m device_sim`: a stop signal during the start waits until the program can heed it (`command_line.py`)."""

from __future__ import annotations

import signal


def start() -> None:
    """Ends the process. Imports only now, for that takes long: a stop meanwhile must not end it with its own code."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
    from device_sim.command_line import cli

    cli(prog_name="device_sim")


if __name__ == "__main__":
    start()
