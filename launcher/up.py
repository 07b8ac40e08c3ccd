"""`./care up`: everything from nothing, in order, until Ctrl-C."""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

from launcher import clock, readiness
from launcher.api import Backend
from launcher.broker import broker_child
from launcher.children import programs
from launcher.console import ensure_console
from launcher.credentials import INFLUX_TOKEN_VARIABLE, ensure_credentials, ensure_influx_token, token
from launcher.exits import Exit
from launcher.health import HealthReporter
from launcher.leftovers import end_leftovers
from launcher.logs import tail, turn_over
from launcher.metrics import serve_metrics
from launcher.mqtt_probe import Answer
from launcher.places import Places
from launcher.processes import local_starter
from launcher.record import read_record, record_file, take_lock, write_record
from launcher.refusals import Refusals
from launcher.settings import LauncherSettings
from launcher.shell import Stop
from launcher.supervisor import Supervisor
from launcher.texts import text
from launcher.tls import Certificates
from launcher.voice import Voice
from launcher.watched import server_names, watched
from launcher.welcome import show_welcome

STEP_SECONDS = 0.05  # how soon an ended child, a new device or Ctrl-C is noticed
LOG_CHECK_SECONDS = 10.0
ANSWER_A_PRESS = ("backend", "gateway-emergency")  # with the broker; without these there is nothing to run for
GIVE_UP_ENDS = 4  # a child that ended this often before it was ever ready will not become so by waiting


def up(places: Places, settings: LauncherSettings, wants_console: bool) -> Exit:
    """Start everything, run until SIGINT or SIGTERM, end everything."""
    places.make()
    _allow_many_descriptors()
    lock = take_lock(places)
    if lock is None:
        raise Stop(text("already_up", address=read_record(places).get("address", "")), Exit.CONFLICT)
    with lock, (places.logs / "launcher.log").open("a", encoding="utf-8", buffering=1) as log:
        swept = end_leftovers(record_file(places), _wait_plainly)
        if swept:
            print(text("swept", count=len(swept)), flush=True)
        _refuse_taken_ports(settings)
        ensure_credentials(places)
        if settings.tls:
            Certificates(places.tls).ensure(server_names(settings), clock.now())
        _need_influx_token(places, settings)
        if wants_console:
            ensure_console(places)
        return Run(places, settings, Voice(log)).until_stopped()


def _allow_many_descriptors() -> None:
    """A connected terminal is a descriptor of the broker, and the soft limit is often 1024 (rule 14: 4 × terminals)."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Run:
    """One run of all children."""

    def __init__(self, places: Places, settings: LauncherSettings, voice: Voice) -> None:
        self._places = places
        self._settings = settings
        self._voice = voice
        self._stop = threading.Event()
        self._supervisor = Supervisor(local_starter(places.root, places.logs), voice)
        self._probe = readiness.broker_probe(places, settings)
        self._refusals = Refusals(places.logs / "broker.log", clock.monotonic)
        self._reporter = HealthReporter(
            Backend(settings.http_port, token(places, "launcher")),
            self._probe,
            self._supervisor.states,
            self._refused_last_hour,
        )
        voice.on_change(self._changed)
        self._end_metrics = serve_metrics(settings.launcher_metrics_port, self._supervisor, self._refusals)
        self._is_ready = False
        self._watched = watched(places, settings, clock.now)
        self._log_check_at = 0.0

    def until_stopped(self) -> Exit:
        """The exit code is 0 when a person or the system asked for the end."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # A script's `./care up &` starts us with SIGINT ignored, yet means it when it sends one; nohup means it.
            if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda *_: self._stop.set())
        try:
            self._start_all()
            while not self._stop.is_set():
                self._step()
            return Exit.OK
        finally:
            self._end()

    def _start_all(self) -> None:
        begun = clock.monotonic()
        if self._settings.broker_url == "":
            self._supervisor.add(broker_child(self._places, self._settings), begun)
        else:
            self._voice.say("external_broker", passwd=self._places.broker / "passwd")
        self._need("broker", lambda: self._probe() is not Answer.SILENT)
        for spec in programs(self._places, self._settings):
            self._supervisor.add(spec, clock.monotonic())
        self._reporter.start()
        probes = readiness.probes(self._settings)
        for name in ANSWER_A_PRESS:
            self._need(name, probes[name])
        if not self._stop.is_set():
            show_welcome(self._places, self._settings, self._voice, clock.monotonic() - begun)
        self._await_the_rest(probes)

    def _await_the_rest(self, probes: Mapping[str, Callable[[], bool]]) -> None:
        """Presses are answered by now: what is still missing is said, and never a reason to end what works."""
        are_ready = [self._await(name, probes[name]) for name in probes if name not in ANSWER_A_PRESS]
        if not self._stop.is_set() and all(are_ready):
            self._is_ready = True
            self._changed()
            self._voice.say("all_ready")

    def _need(self, name: str, is_ready: Callable[[], bool]) -> None:
        """Stop with the end of its log when the part does not become ready."""
        if not self._await(name, is_ready) and not self._stop.is_set():
            log = self._places.logs / f"{name}.log"
            raise Stop(text("not_ready", name=name, log=log.relative_to(self._places.root)) + "\n" + tail(log))

    def _await(self, name: str, is_ready: Callable[[], bool]) -> bool:
        """Step until the part is ready; False when it does not become so, or we are to stop."""
        limit = clock.monotonic() + self._settings.ready_seconds
        while not self._stop.is_set() and not is_ready():
            known = name in self._supervisor.states()
            if clock.monotonic() > limit or (known and self._supervisor.ends_in_a_row(name) >= GIVE_UP_ENDS):
                self._voice.say("not_ready_yet", "red", name=name)
                return False
            self._step()
        return not self._stop.is_set()

    def _step(self) -> None:
        """One look at everything that the launcher watches."""
        self._stop.wait(STEP_SECONDS)
        if self._stop.is_set():
            return
        now = clock.monotonic()
        self._supervisor.tick(now)
        for change in self._watched:
            for name in change.changed():
                # Never SIGHUP: Mosquitto 2.0 may crash of it (ADR 31). It saves its sessions, and is back in a moment.
                self._supervisor.restart(name)
        if now >= self._log_check_at:
            self._log_check_at = now + LOG_CHECK_SECONDS
            with suppress(OSError):  # a full disk: the next look may find room
                turn_over(self._places.logs, self._settings.log_max_bytes)
                self._renew_certificates()

    def _refused_last_hour(self) -> int:
        self._refusals.look()
        return self._refusals.last_hour()

    def _renew_certificates(self) -> None:
        if self._settings.tls:
            Certificates(self._places.tls).ensure(server_names(self._settings), clock.now())

    def _changed(self) -> None:
        """A child came or went: say it to the desk and write down who runs."""
        with suppress(OSError):  # a full disk must not end what runs; the record serves the next start only
            write_record(self._places, self._settings, os.getpid(), self._supervisor.identities(), self._is_ready)
        self._reporter.poke()

    def _end(self) -> None:
        self._voice.say("stopping")
        self._reporter.stop()
        self._supervisor.stop(_wait_plainly)
        self._end_metrics()
        record_file(self._places).unlink(missing_ok=True)
        self._voice.say("stopped")


def _refuse_taken_ports(settings: LauncherSettings) -> None:
    taken = readiness.taken_ports(settings)
    if taken:
        lines = [text("port_taken", port=port, option=readiness.OPTIONS[name]) for name, port in taken.items()]
        raise Stop("\n".join(lines), Exit.CONFLICT)


def _need_influx_token(places: Places, settings: LauncherSettings) -> None:
    """InfluxDB itself may be away (readings wait on disk), but without a token it never takes any."""
    if not settings.influx_url:
        return
    path = places.root / settings.influx_token_file
    if not ensure_influx_token(path, os.environ):
        raise Stop(text("influx_no_token", path=path, variable=INFLUX_TOKEN_VARIABLE), Exit.MISSING)


def _wait_plainly(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether `condition` came true within `seconds`; nothing else happens meanwhile."""
    limit = clock.monotonic() + seconds
    while not condition():
        if clock.monotonic() > limit:
            return False
        clock.pause(STEP_SECONDS)
    return True
