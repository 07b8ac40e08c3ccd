"""The command line of `./care`: names, options and help; each command is one function of a module of its own."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import ValidationError
from typer._completion_classes import completion_init
from typer._completion_shared import get_completion_script

from launcher.exits import Exit
from launcher.places import here
from launcher.settings import LauncherSettings
from launcher.shell import Stop
from launcher.texts import text

DEVICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")  # contract/topics.py
COMPLETE = "_CARE_COMPLETE"  # set by the shell's completion script when it asks us
PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}

# Boxes and colours are for a person at a terminal; a pipe or a log gets plain lines.
MARKUP: Literal["rich"] | None = "rich" if sys.stdout.isatty() else None

app = typer.Typer(
    name="care",
    help=text("help"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=MARKUP,
)
device = typer.Typer(help=text("help_device"), no_args_is_help=True, rich_markup_mode=MARKUP)
app.add_typer(device, name="device")
certificates = typer.Typer(help=text("help_tls"), no_args_is_help=True, rich_markup_mode=MARKUP)
app.add_typer(certificates, name="tls")
telemetry = typer.Typer(help=text("help_telemetry"), no_args_is_help=True, rich_markup_mode=MARKUP)
app.add_typer(telemetry, name="telemetry")
demo = typer.Typer(help=text("help_demo"), no_args_is_help=True, rich_markup_mode=MARKUP)
app.add_typer(demo, name="demo")


@app.command(help=text("help_up"))
def up(
    broker_port: Annotated[int | None, typer.Option(min=1, max=65535, help=text("opt_broker_port"))] = None,
    http_port: Annotated[int | None, typer.Option(min=1, max=65535, help=text("opt_http_port"))] = None,
    telemetry_http_port: Annotated[int | None, typer.Option(min=1, max=65535, help=text("opt_telemetry_port"))] = None,
    emergency_metrics_port: Annotated[int | None, typer.Option(min=1, max=65535, help=text("opt_metrics_port"))] = None,
    telemetry_metrics_port: Annotated[int | None, typer.Option(min=1, max=65535, help=text("opt_metrics_port"))] = None,
    sim_metrics_port: Annotated[int | None, typer.Option(min=1, max=65535, help=text("opt_metrics_port"))] = None,
    launcher_metrics_port: Annotated[int | None, typer.Option(min=1, max=65535, help=text("opt_metrics_port"))] = None,
    broker_url: Annotated[str | None, typer.Option(help=text("opt_broker_url"))] = None,
    influx_url: Annotated[str | None, typer.Option("--influx", help=text("opt_influx"))] = None,
    influx_org: Annotated[str | None, typer.Option(help=text("opt_influx_org"))] = None,
    influx_token_file: Annotated[str | None, typer.Option(help=text("opt_influx_token_file"))] = None,
    tls: Annotated[bool | None, typer.Option("--tls/--no-tls", help=text("opt_tls"))] = None,
    tls_port: Annotated[int | None, typer.Option(min=1, max=65535, help=text("opt_tls_port"))] = None,
    simulator: Annotated[bool | None, typer.Option("--simulator/--no-simulator", help=text("opt_simulator"))] = None,
    demo: Annotated[bool | None, typer.Option("--demo/--no-demo", help=text("opt_demo"))] = None,
    console: Annotated[bool, typer.Option("--console/--no-console", help=text("opt_console"))] = True,
) -> None:
    from launcher.up import up as run_up

    options = {
        name: value for name, value in locals().items() if name not in ("console", "run_up") and value is not None
    }
    _leave(lambda: run_up(here(), LauncherSettings(**options), console))


@device.command("add", help=text("help_device_add"))
def device_add(
    home: Annotated[str, typer.Option(help=text("opt_home"))] = "",
    new_home: Annotated[str, typer.Option(help=text("opt_new_home"))] = "",
    lobby: Annotated[bool, typer.Option("--lobby", help=text("opt_lobby"))] = False,
    device_id: Annotated[str, typer.Option("--id", help=text("opt_id"))] = "",
    kind: Annotated[str, typer.Option(help=text("opt_kind"))] = "terminal",
    count: Annotated[int, typer.Option(min=1, max=5000, help=text("opt_count"))] = 1,
    as_json: Annotated[bool, typer.Option("--json", help=text("opt_json"))] = False,
) -> None:
    from launcher.devices import Wanted, add_devices

    if sum(map(bool, (home, new_home, lobby))) > 1 or (device_id and count > 1):
        raise typer.BadParameter(text("one_of_home"))

    def add() -> Exit:
        for made in add_devices(here(), Wanted(kind, device_id, home, new_home, lobby), count):
            if as_json:
                print(json.dumps({"device_id": made.device_id, "secret": made.secret}), flush=True)
            else:
                print(text("device_added", device_id=made.device_id, secret=made.secret), flush=True)
        return Exit.OK

    _leave(add)


@device.command("import", help=text("help_device_import"))
def device_import(
    file: Annotated[Path, typer.Argument(help=text("arg_device_sheet"))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=text("opt_dry_run"))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=text("opt_json"))] = False,
) -> None:
    from launcher.device_import import import_devices, told

    def take_in() -> Exit:
        report, left = import_devices(here(), file, dry_run)
        for line in [json.dumps(report, ensure_ascii=False)] if as_json else told(report):
            print(line, flush=True)
        return left

    _leave(take_in)


@telemetry.command("migrate", help=text("help_telemetry_migrate"))
def telemetry_migrate(
    influx_url: Annotated[str, typer.Option("--influx", help=text("opt_influx"))] = "",
    influx_org: Annotated[str, typer.Option(help=text("opt_influx_org"))] = "",
    influx_token_file: Annotated[str, typer.Option(help=text("opt_influx_token_file"))] = "",
    forget: Annotated[bool, typer.Option("--forget", help=text("opt_forget"))] = False,
    forget_roll_ups: Annotated[bool, typer.Option("--forget-roll-ups", help=text("opt_forget_roll_ups"))] = False,
) -> None:
    from launcher.telemetry import migration_environment

    options = {name: value for name, value in locals().items() if name.startswith("influx_") and value}

    def run() -> Exit:
        environment = migration_environment(here(), options)
        flags = {"--forget": forget, "--forget-roll-ups": forget_roll_ups}
        command = [sys.executable, "-m", "backend", "telemetry-migrate", *(flag for flag, on in flags.items() if on)]
        os.chdir(here().root)
        os.execve(command[0], command, environment)  # noqa: S606  no shell is wanted

    _leave(run)


@demo.command("load", help=text("help_demo_load"))
def demo_load(
    seed: Annotated[int | None, typer.Option(min=0, help=text("opt_seed"))] = None,
    homes: Annotated[int | None, typer.Option(min=8, max=20_000, help=text("opt_homes"))] = None,
) -> None:
    options = {"--seed": seed, "--homes": homes}
    _demo(["load", *(word for name, value in options.items() if value is not None for word in (name, str(value)))])


@demo.command("wipe", help=text("help_demo_wipe"))
def demo_wipe() -> None:
    _demo(["wipe"])


@demo.command("show", help=text("help_demo_show"))
def demo_show() -> None:
    _demo(["show"])


@certificates.command("show", help=text("help_tls_show"))
def tls_show() -> None:
    from launcher.certificates import show

    _leave(lambda: show(here()))


@certificates.command("rotate", help=text("help_tls_rotate"))
def tls_rotate() -> None:
    from launcher.certificates import rotate

    _leave(lambda: rotate(here()))


@certificates.command("forget", help=text("help_tls_forget"))
def tls_forget() -> None:
    from launcher.certificates import forget

    _leave(lambda: forget(here()))


@certificates.command("issue", help=text("help_tls_issue"))
def tls_issue(
    device_id: Annotated[str, typer.Argument(help=text("opt_tls_device"))],
    out: Annotated[Path, typer.Option(file_okay=False, exists=True, help=text("opt_tls_out"))] = Path(),
) -> None:
    from launcher.certificates import issue

    if not DEVICE_ID.fullmatch(device_id):
        raise typer.BadParameter(text("tls_bad_device"))
    _leave(lambda: issue(here(), device_id, out))


@app.command(help=text("help_gateway"), context_settings=PASS_THROUGH)
def gateway(context: typer.Context) -> None:
    _become("gateway", context.args)


@app.command(help=text("help_backend"), context_settings=PASS_THROUGH)
def backend(context: typer.Context) -> None:
    _become("backend", context.args)


@app.command(help=text("help_staff"), context_settings=PASS_THROUGH)
def staff(context: typer.Context) -> None:
    _become("backend", ["staff", *context.args])


@app.command(help=text("help_sim"), context_settings=PASS_THROUGH)
def sim(context: typer.Context) -> None:
    _become("device_sim", context.args)


@app.command(help=text("help_check"))
def check() -> None:
    from launcher.suite import check as run_check

    _leave(lambda: run_check(here()))


@app.command(
    "test", help=text("help_test"), context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def run_tests(
    context: typer.Context, everything: Annotated[bool, typer.Option("--all", help=text("opt_all"))] = False
) -> None:
    from launcher.suite import test

    _leave(lambda: test(here(), everything, context.args))


@app.command(help=text("help_doctor"))
def doctor() -> None:
    from launcher.doctor import doctor as run_doctor

    _leave(lambda: run_doctor(here()))


@app.command("audit", help=text("help_audit"))
def audit_packages() -> None:
    from launcher.advisories import audit

    _leave(lambda: audit(here()))


@app.command(help=text("help_sbom"))
def sbom(folder: Annotated[Path, typer.Argument(help=text("opt_sbom_folder"))] = Path("var/sbom")) -> None:
    from launcher.advisories import sbom as write

    _leave(lambda: write(here(), folder))


@app.command(help=text("help_backup"))
def backup(
    file: Annotated[Path | None, typer.Argument(help=text("opt_backup_file"))] = None,
    readings: Annotated[bool, typer.Option("--readings/--no-readings", help=text("opt_backup_readings"))] = True,
) -> None:
    from launcher.backup import backup as make

    _leave(lambda: make(here(), file, readings))


@app.command(help=text("help_restore"))
def restore(
    file: Annotated[Path, typer.Argument(help=text("opt_restore_file"))],
    verify: Annotated[bool, typer.Option("--verify", help=text("opt_verify"))] = False,
    replace: Annotated[bool, typer.Option("--replace", help=text("opt_replace"))] = False,
) -> None:
    from launcher.backup import restore as put_back

    _leave(lambda: put_back(here(), file, verify, replace))


@app.command(help=text("help_settings"))
def settings() -> None:
    def show() -> Exit:
        print(json.dumps(LauncherSettings().model_dump(), indent=2))
        return Exit.OK

    _leave(show)


@app.command(help=text("help_console"))
def console() -> None:
    from launcher.console import ensure_console

    def build() -> Exit:
        here().make()
        ensure_console(here())
        return Exit.OK

    _leave(build)


@app.command(help=text("help_init"))
def init(
    broker_address: Annotated[str, typer.Option(help=text("opt_init_address"))] = "",
    broker_data: Annotated[str, typer.Option(help=text("opt_init_data"))] = "/mosquitto/data",
    broker_accounts: Annotated[str, typer.Option(help=text("opt_init_passwd"))] = "/mosquitto/data/passwd",
    broker_acl: Annotated[str, typer.Option(help=text("opt_init_acl"))] = "/mosquitto/config/acl",
    broker_plugin: Annotated[str, typer.Option(help=text("opt_init_plugin"))] = "",
    database_host: Annotated[str, typer.Option(help=text("opt_init_database"))] = "",
    monitoring: Annotated[bool, typer.Option("--monitoring", help=text("opt_init_monitoring"))] = False,
) -> None:
    from launcher.broker import BrokerLayout, write_config
    from launcher.credentials import ensure_credentials, ensure_database_password, ensure_monitoring

    def make() -> Exit:
        ensure_credentials(here())
        if broker_address:
            address, _, port = broker_address.rpartition(":")
            layout = BrokerLayout(
                int(port), address, broker_data, broker_accounts, broker_acl, user="mosquitto", plugin=broker_plugin
            )
            write_config(here(), layout)
        if database_host:
            ensure_database_password(here(), database_host)
        if monitoring:
            ensure_monitoring(here())
        return Exit.OK

    _leave(make)


@app.command(help=text("help_completion"))
def completion(shell: Annotated[str, typer.Argument(help="bash | zsh | fish")]) -> None:
    if shell not in ("bash", "zsh", "fish"):
        raise typer.BadParameter("bash | zsh | fish")
    print(get_completion_script(prog_name="care", complete_var=COMPLETE, shell=shell))


def _become(program: str, arguments: list[str]) -> None:
    """Replace ourselves by the program, so that its signals and exit code are its own."""
    command = [sys.executable, "-m", program, *arguments]
    os.execv(command[0], command)  # noqa: S606  no shell is wanted


def _demo(words: list[str]) -> None:
    from launcher.demo import become_demo

    _leave(lambda: become_demo(here(), words))


def _leave(command: Callable[[], Exit]) -> None:
    """Run a command and end with its exit code; what stopped it is said in words, without a trace of the program."""
    try:
        code = command()
    except Stop as stop:
        print(stop.words, file=sys.stderr)
        code = stop.code
    except ValidationError as error:
        for problem in error.errors():
            print(text("bad_setting", key=".".join(map(str, problem["loc"])), why=problem["msg"]), file=sys.stderr)
        code = Exit.USAGE
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    raise SystemExit(int(code))


if __name__ == "__main__":
    if COMPLETE in os.environ:
        completion_init()
    app(prog_name="care")
