"""What the supervisor does with children that end, refuse to start, or refuse to stop; time is an argument."""

from __future__ import annotations

import signal
from collections.abc import Callable

from launcher.leftovers import Identity
from launcher.processes import ChildSpec
from launcher.supervisor import ChildState, Supervisor


class FakeProcess:
    """Ends when told, or on SIGTERM if it is well-behaved."""

    def __init__(self, pid: int, is_stubborn: bool = False) -> None:
        self.pid = pid
        self.code: int | None = None
        self.signals: list[str] = []
        self._is_stubborn = is_stubborn

    def poll(self) -> int | None:
        return self.code

    def send(self, number: signal.Signals) -> None:
        self.signals.append(number.name)
        if number is signal.SIGTERM and not self._is_stubborn:
            self.code = 0

    def kill_group(self) -> None:
        self.signals.append("KILL_GROUP")
        self.code = -9 if self.code is None else self.code

    def identity(self) -> Identity | None:
        return None if self.code is not None else Identity("boot", self.pid, self.pid, "")


class Children:
    """Starts fakes and notes what the supervisor tells."""

    def __init__(self) -> None:
        self.made: list[FakeProcess] = []
        self.told: list[tuple[object, ...]] = []
        self.is_program_there = True
        self.stubborn: set[str] = set()

    def start(self, spec: ChildSpec) -> FakeProcess:
        if not self.is_program_there:
            raise FileNotFoundError(spec.argv[0])
        self.made.append(FakeProcess(100 + len(self.made), spec.name in self.stubborn))
        return self.made[-1]

    def started(self, name: str, pid: int, again: bool) -> None:
        self.told.append(("started", name, pid, again))

    def ended(self, name: str, code: int | None, delay_seconds: float) -> None:
        self.told.append(("ended", name, code, delay_seconds))

    def stopped(self, name: str, killed: bool) -> None:
        self.told.append(("stopped", name, killed))


def at_once(condition: Callable[[], bool], seconds: float) -> bool:
    """Time passes only in the launcher's own `wait`; a fake either has ended by now or never will."""
    return condition()


def make(*names: str) -> tuple[Supervisor, Children]:
    children = Children()
    supervisor = Supervisor(children.start, children)
    for name in names:
        supervisor.add(ChildSpec(name, (name,)), 0.0)
    return supervisor, children


def test_an_ended_child_is_started_again_after_its_delay_and_not_before() -> None:
    supervisor, children = make("gateway")
    children.made[0].code = 1
    supervisor.tick(1.0)
    assert supervisor.states() == {"gateway": ChildState.WAITING}
    supervisor.tick(1.19)
    assert len(children.made) == 1
    supervisor.tick(1.2)
    assert supervisor.states() == {"gateway": ChildState.RUNNING}
    assert children.told == [
        ("started", "gateway", 100, False),
        ("ended", "gateway", 1, 0.2),
        ("started", "gateway", 101, True),
    ]


def test_a_child_that_is_to_begin_anew_does_so_at_once_and_is_no_trouble() -> None:
    supervisor, children = make("broker")
    supervisor.restart("broker")
    supervisor.tick(1.0)
    assert supervisor.states() == {"broker": ChildState.RUNNING}
    assert children.made[0].signals == ["SIGTERM", "KILL_GROUP"]
    assert children.told == [("started", "broker", 100, False), ("started", "broker", 101, True)]
    assert supervisor.ends_in_a_row("broker") == 0
    children.made[1].code = 1
    supervisor.tick(2.0)
    supervisor.restart("broker")
    assert supervisor.states() == {"broker": ChildState.WAITING}, "it begins soon anyway"
    assert children.told[-1] == ("ended", "broker", 1, 0.2)


def test_what_a_dead_child_left_in_its_group_is_ended_before_the_next_start() -> None:
    supervisor, children = make("backend")
    children.made[0].code = -9
    supervisor.tick(1.0)
    assert children.made[0].signals == ["KILL_GROUP"]


def test_a_program_that_is_not_there_is_tried_again_with_longer_pauses() -> None:
    supervisor, children = make()
    children.is_program_there = False
    supervisor.add(ChildSpec("broker", ("mosquitto",)), 0.0)
    supervisor.tick(0.2)
    children.is_program_there = True
    supervisor.tick(0.7)
    assert children.told == [
        ("ended", "broker", None, 0.2),
        ("ended", "broker", None, 0.4),
        ("started", "broker", 100, True),
    ]


def test_one_child_that_keeps_ending_does_not_touch_the_others() -> None:
    supervisor, children = make("backend", "sim")
    for second in range(5):
        children.made[-1].code = 1
        supervisor.tick(float(second * 10))
        supervisor.tick(float(second * 10 + 6))
    assert supervisor.states()["backend"] is ChildState.RUNNING
    assert children.made[0].signals == []
    assert supervisor.ends_in_a_row("backend") == 0
    assert supervisor.ends_in_a_row("sim") == 5


def test_children_stop_in_reverse_order_and_a_stubborn_one_is_killed() -> None:
    supervisor, children = make("broker")
    children.stubborn = {"backend"}
    supervisor.add(ChildSpec("backend", ("backend",)), 0.0)
    supervisor.add(ChildSpec("sim", ("sim",)), 0.0)
    supervisor.stop(at_once)
    assert children.told[-3:] == [("stopped", "sim", False), ("stopped", "backend", True), ("stopped", "broker", False)]
    assert children.made[1].signals == ["SIGTERM", "KILL_GROUP"]
    supervisor.tick(100.0)
    assert set(supervisor.states().values()) == {ChildState.STOPPED}


def test_a_signal_reaches_a_running_child_only() -> None:
    supervisor, children = make("broker")
    assert supervisor.send("broker", signal.SIGHUP)
    children.made[0].code = 0
    supervisor.tick(1.0)
    assert not supervisor.send("broker", signal.SIGHUP)
    assert not supervisor.send("nobody", signal.SIGHUP)
    assert children.made[0].signals == ["SIGHUP", "KILL_GROUP"]
