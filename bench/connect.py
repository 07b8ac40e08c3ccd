"""What access control costs when a whole district connects at once, and when one device is revoked meanwhile.

`python -m bench.connect [--devices 18000] [--rounds 3] [--iterations N]`. A real Mosquitto, begun anew each time:
without any access control, with the dynamic security plug-in, with files; in turns, so that what else the machine does
hits all alike. `--iterations`: of the devices' hashes (Mosquitto's own number is 101). A process has 20,000 descriptors
at most on many machines, the broker too: hence the default.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.adapters.broker_accounts import ACL, BrokerFiles, ProgramAccountsFile, password_file
from backend.adapters.broker_hash import ITERATIONS, matches, mosquitto_hash
from backend.services.broker_access.accounts import Access, BrokerAccount
from bench.figures import quantile
from bench.processor import seconds_used
from bench.storm import Storm
from tests.harness.broker import CONFIG, Broker
from tests.harness.clock import stopwatch
from tests.harness.controlled_broker import Controlled
from tests.harness.system import Credential

OPEN, PLUGIN, FILES = "open", "dynsec", "files"
WAYS: Final = (OPEN, PLUGIN, FILES)
CHECKS: Final = 2000
CHANGES: Final = 10


@dataclass(frozen=True)
class Cost:
    """Of one storm: seconds on the clock, and of the broker's processor time."""

    seconds: float
    processor: float


class OpenBroker(Broker):
    """The shipped configuration, but everybody is let in and may do everything."""

    def _config(self) -> str:
        shut = ("allow_anonymous", "password_file", "acl_file")
        lines = [line for line in super()._config().splitlines() if not line.startswith(shut)]
        return "\n".join([*lines, "allow_anonymous true", ""])


class Site:
    """The same devices for every way."""

    def __init__(self, folder: Path, count: int, iterations: int) -> None:
        self.folder = folder
        self.controlled = Controlled(folder / PLUGIN)
        self.devices = [Credential(f"T{number:05}", secrets.token_urlsafe(32)) for number in range(count)]
        for device in self.devices:
            account = BrokerAccount(device.device_id, mosquitto_hash(device.secret, iterations), Access.FULL)
            self.controlled.rows.by_name[device.device_id] = account
        self.controlled.platform.publish()
        (folder / FILES).mkdir()
        programs = ProgramAccountsFile(self.controlled.folder / "accounts")
        form = password_file("passwd", CONFIG / ACL)
        BrokerFiles(folder / FILES, programs, self.controlled.rows, form).publish()

    @contextmanager
    def broker(self, way: str) -> Iterator[Broker]:
        """Begun anew, without sessions of before."""
        broker = {
            OPEN: lambda: OpenBroker(self.folder / OPEN),
            PLUGIN: lambda: self.controlled.broker,
            FILES: lambda: Broker(self.folder / FILES),
        }[way]()
        shutil.rmtree(broker.folder / "data", ignore_errors=True)
        with broker:
            yield broker


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=18_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--iterations", type=int, default=ITERATIONS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="care-bench-") as folder:
        site = Site(Path(folder), options.devices, options.iterations)
        taken: dict[str, list[Cost]] = {way: [] for way in WAYS}
        for _ in range(options.rounds):
            for way in WAYS:
                taken[way].append(storm(site, way))
                print(f"{way}: {options.devices} devices in {taken[way][-1].seconds:.2f} s", flush=True)
        for way in WAYS:
            print(compared(way, taken[way], taken[OPEN], options.devices))
        told, cut = revocations(site)
        print(f"one of {options.devices} connected is revoked: {told * 1000:.0f} ms, at most {cut * 1000:.0f} ms")
    print(f"one check of a secret in Python: {check_seconds() * 1e6:.0f} µs")


def compared(way: str, mine: Sequence[Cost], free: Sequence[Cost], devices: int) -> str:
    """A line: log-ins a second, and both ratios to the open broker of the same round."""
    rate = devices / quantile([one.seconds for one in mine], 0.5)
    clock = quantile([one.seconds / other.seconds for one, other in zip(mine, free, strict=True)], 0.5)
    work = quantile([one.processor / other.processor for one, other in zip(mine, free, strict=True)], 0.5)
    micro = quantile([one.processor for one in mine], 0.5) / devices * 1e6
    return (
        f"{way}: {rate:.0f} a second, {micro:.0f} µs of the broker each; ÷ open: time {clock:.2f}, processor {work:.2f}"
    )


def storm(site: Site, way: str) -> Cost:
    """Until the last is connected; every one of them has to be let in."""
    with site.broker(way) as broker:
        lines = Storm(broker.port)
        before = seconds_used(broker.pid)
        try:
            done = lines.connect(site.devices)
            processor = seconds_used(broker.pid) - before
        finally:
            lines.close()
    assert (done.accepted, done.refused) == (len(site.devices), 0), done
    return Cost(done.seconds, processor)


def revocations(site: Site) -> tuple[float, float]:
    """(median, longest) seconds from the change in the registry to the broker's word that the device is cut off."""
    with site.broker(PLUGIN) as broker:
        lines = Storm(broker.port)
        try:
            lines.connect(site.devices)
            site.controlled.platform.look()
            taken = []
            for device in site.devices[:CHANGES]:
                began = stopwatch()
                site.controlled.revoke(device.device_id)
                taken.append(stopwatch() - began)
        finally:
            lines.close()
    return quantile(taken, 0.5), max(taken)


def check_seconds() -> float:
    """What an EMQX that asks costs per log-in, without the way there."""
    secret = secrets.token_urlsafe(32)
    secret_hash = mosquitto_hash(secret)
    began = stopwatch()
    for _ in range(CHECKS):
        assert matches(secret, secret_hash)
    return (stopwatch() - began) / CHECKS


if __name__ == "__main__":
    main()
