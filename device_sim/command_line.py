"""The command line of the simulator: run, press, report, list, settings."""

from __future__ import annotations

import asyncio
import logging
import resource
import signal
import sys
from typing import Annotated, Final

import msgspec
import structlog
import typer

from device_sim.adapters import report as shown
from device_sim.adapters.control import Answer, Ending, NotRunning, PressRequest, ask
from device_sim.adapters.enrolment import EnrolmentRefused
from device_sim.adapters.fleet_file import FleetFileUnreadable, load_fleet
from device_sim.adapters.ledger import LedgerBusy, read_ledger
from device_sim.app import Simulator, TokenMissing
from device_sim.model.reconcile import reconcile
from device_sim.model.record import Kind, Record
from device_sim.settings import Settings, as_toml

UNANSWERED, CANNOT = 1, 2
"""Exit codes: 1 the press was not answered (or a report is not clean), 2 it could not be done at all."""

STOPS: Final = (signal.SIGTERM, signal.SIGINT)
"""`__main__` holds them back until they can be heeded."""

cli = typer.Typer(add_completion=False, no_args_is_help=True)


def _say(zh: str, en: str) -> None:
    typer.echo(f"{zh} / {en}", err=True)


@cli.callback()
def heed_stops(context: typer.Context) -> None:
    """模拟设备群：像真终端一样遵守约定 / The simulated fleet: devices that keep the contract"""
    if context.invoked_subcommand != "run":  # which heeds them itself
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


@cli.command()
def run() -> None:
    """登记并运行模拟设备，直到 SIGTERM 或 Ctrl-C / Enrol and run the fleet until SIGTERM or Ctrl-C."""
    settings = Settings()
    _configure_log(settings.log_level)
    _allow_many_descriptors()
    raise typer.Exit(asyncio.run(_run(settings)))


async def _run(settings: Settings) -> int:
    stop = asyncio.Event()
    for number in STOPS:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    told_to_stop = signal.sigpending()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    if told_to_stop:  # during the start: nothing is made yet
        return 0
    simulator = Simulator(settings)
    try:
        await simulator.start()
    except LedgerBusy as busy:
        _say(f"模拟器已在运行（账本 {busy} 被占用）", f"a simulator already runs (it holds the ledger {busy})")
        return CANNOT
    except FleetFileUnreadable as unreadable:
        _say(f"设备群文件无法读取：{unreadable}", f"the fleet file cannot be read: {unreadable}")
        return CANNOT
    except OSError as error:
        _say(f"无法启动：{error}", f"cannot start: {error}")
        return CANNOT
    try:
        return await _until_stopped(simulator, stop)
    finally:
        await simulator.stop()


async def _until_stopped(simulator: Simulator, stop: asyncio.Event) -> int:
    stopping = asyncio.ensure_future(stop.wait())
    enrolled = asyncio.ensure_future(simulator.enrolled())
    await asyncio.wait((stopping, enrolled), return_when=asyncio.FIRST_COMPLETED)
    if not enrolled.done():
        enrolled.cancel()
        return 0
    try:
        await enrolled
    except (TokenMissing, EnrolmentRefused) as reason:
        _explain(reason)
        if not simulator.sessions:
            stopping.cancel()
            return CANNOT
    await stopping  # what is enrolled goes on, whatever became of the rest
    return 0


def _explain(reason: TokenMissing | EnrolmentRefused) -> None:
    if isinstance(reason, TokenMissing):
        _say(
            f"没有令牌文件 {reason}：请先用 ./care up 启动平台",
            f"there is no token file {reason}: start the platform with ./care up first",
        )
    else:
        _say(f"后端拒绝登记：{reason}", f"the backend refused to enrol: {reason}")


def _configure_log(level: str) -> None:
    renderer = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _allow_many_descriptors() -> None:
    """A device is a descriptor; the soft limit is often 1024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@cli.command()
def press(
    device_id: Annotated[str, typer.Argument(help="设备编号，见 list / a device id, see list")] = "",
    any_terminal: Annotated[bool, typer.Option("--any", help="随便一台终端 / any terminal")] = False,
    type_name: Annotated[str, typer.Option("--type", help="事件类型 / event type")] = "care.sos.pressed",
    count: Annotated[int, typer.Option(min=1, max=1000, help="按几次 / how often")] = 1,
    wait: Annotated[float, typer.Option(min=0, max=3600, help="等答复多少秒 / seconds to wait")] = 30.0,
    json: Annotated[bool, typer.Option("--json", help="逐行 JSON / JSON lines")] = False,
) -> None:
    """按下一台设备，等到答复 / Press a device and wait for the answer (exit code 0: answered, 1: not yet)."""
    if bool(device_id) == any_terminal:
        _say("请给出设备编号，或用 --any", "name a device, or use --any")
        raise typer.Exit(CANNOT)
    request = PressRequest(type=type_name, device_id=device_id or None, count=count, wait_seconds=wait)

    def tell(record: Record) -> None:
        typer.echo(msgspec.json.encode(record).decode() if json else _line(record))

    try:
        answer = asyncio.run(ask(Settings().control_socket, request, tell))
    except NotRunning:
        _say(
            "模拟器没有运行：先启动 ./care up（或 ./care sim run）",
            "no simulator runs: start ./care up (or ./care sim run)",
        )
        raise typer.Exit(CANNOT) from None
    raise typer.Exit(_judge(answer))


def _line(record: Record) -> str:
    words = {
        Kind.PRESSED: f"已按下 pressed   {record.device_id} {record.type}",
        Kind.SENT: f"已发送 sent      第 {record.attempt} 次 / attempt {record.attempt}",
        Kind.PUBACK: f"服务器 PUBACK    {record.reason}",
        Kind.ANSWERED: f"已答复 reassure/{record.stage}"
        + (f" 用时 after {record.after_ms:.0f} ms" if record.after_ms is not None else ""),
    }
    return f"{record.at}  {words[record.kind]}  [{record.event_id}]"


def _judge(answer: Answer) -> int:
    if answer.ending is Ending.ANSWERED:
        return 0
    if answer.ending is Ending.UNANSWERED:
        _say(
            f"{answer.pressed} 次中 {answer.answered} 次已答复；设备会继续重发",
            f"{answer.answered} of {answer.pressed} answered; the device goes on sending",
        )
        return UNANSWERED
    reasons = {
        Ending.UNKNOWN_DEVICE: ("没有这台模拟设备，见 list", "there is no such simulated device, see list"),
        Ending.NO_TERMINAL: ("还没有登记任何终端", "no terminal is enrolled yet"),
        Ending.LEDGER_FAILED: ("账本无法写入，按键未发出", "the ledger cannot be written; nothing was sent"),
        Ending.BAD_REQUEST: ("请求无效", "bad request"),
    }
    _say(*reasons[answer.ending or Ending.BAD_REQUEST])
    return CANNOT


@cli.command()
def report(json: Annotated[bool, typer.Option("--json", help="JSON")] = False) -> None:
    """对账：发了多少、答复多少 / Reconcile the ledger (exit code 1: unanswered or doubled)."""
    result = reconcile(read_ledger(Settings().ledger_file))
    typer.echo(shown.as_json(result) if json else shown.as_text(result))
    raise typer.Exit(UNANSWERED if result.unanswered or result.doubled else 0)


@cli.command("list")
def list_devices(json: Annotated[bool, typer.Option("--json", help="逐行 JSON / JSON lines")] = False) -> None:
    """列出模拟设备（不含密钥）/ List the simulated devices, without their secrets."""
    for device in load_fleet(Settings().fleet_file).devices:
        row = {"device_id": device.device_id, "kind": device.kind, "label": device.label, "boot": device.boot}
        typer.echo(msgspec.json.encode(row).decode() if json else f"{device.device_id}  {device.kind}  {device.label}")


@cli.command()
def settings() -> None:
    """显示生效的设置 / Show the settings in force."""
    typer.echo(as_toml(Settings()), nl=False)
