"""The command line: `python -m command_center up` and everything an administrator does beside the screens.

Every command either does its work or says in one sentence on stderr why not, and exits with 1.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from command_center.center import Center
    from command_center.domain.rights import Role
    from command_center.services.drill_worlds import LiveCentre
    from config import Settings

ROOT = Path(__file__).parents[1]
ISLANDS_TOLD = 0.02
"""A map file of which a larger share cannot be driven to is told about: the odd car park always is."""

ROLES = "duty_officer, duty_leader, deputy_commander, commander, crew, display, admin"

app = typer.Typer(help="The street's emergency command centre.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
token = typer.Typer(help="Bearer tokens for programs and devices.", no_args_is_help=True)
account = typer.Typer(help="Accounts of people, crews and screens.", no_args_is_help=True)
imports = typer.Typer(help="Replace what ships with the centre by the street's own.", no_args_is_help=True)
unit = typer.Typer(help="Crews of units and how they are reached.", no_args_is_help=True)
app.add_typer(token, name="token")
app.add_typer(account, name="account")
app.add_typer(imports, name="import")
app.add_typer(unit, name="unit")

RoleOption = Annotated[str, typer.Option("--role", help=f"One of {ROLES}.")]
NameArgument = Annotated[str, typer.Argument(help="Name of the account.", show_default=False)]
UnitOption = Annotated[str | None, typer.Option("--unit", help="The unit it speaks for, as patrol-01; crews need one.", show_default=False)]


# ---- running -------------------------------------------------------------------------------------------------------------------


@app.command()
def up() -> None:
    """Start the centre: database, Valkey, web, relay, workers and the drill; Ctrl-C stops all of it."""
    from config import load_settings

    settings = load_settings()
    become_supervisor(settings, own_valkey=not settings.redis_url)


@app.command()
def drill(
    scenario: Annotated[str, typer.Argument(help="Letter or name of a scenario, such as D, or a file of your own.", show_default=False)],
    *,
    speed: Annotated[float, typer.Option("--speed", help="Seconds of the drill in one second, 1 to 60.")] = 1.0,
    port: Annotated[int, typer.Option("--port", help="Where the drill's screens listen.", min=1, max=65535)] = 8051,
    from_live: Annotated[
        bool | None,
        typer.Option("--from-live/--fresh", help="Begin with all that stands in the centre in service, or with a quiet street."),
    ] = None,
) -> None:
    """Hold a drill: the same screens on a copy of the world, a scenario, a faster clock, and a score sheet at the end; Ctrl-C ends it."""
    from datetime import UTC, datetime

    from sqlalchemy.exc import SQLAlchemyError

    from command_center.catalogue import FOLDER, CatalogueError, load_catalogue
    from command_center.catalogue.scenarios import find_scenario, load_scenario, scenario_files
    from command_center.db.copying import NothingToCopy
    from command_center.domain.drill_clock import FASTEST, SLOWEST
    from command_center.services import drill_worlds
    from command_center.supervisor.rounds import CannotStart, check_port
    from config import load_settings

    live = load_settings()
    if live.drill is not None:
        fail("This is a drill already; a drill starts from the centre in service.")
    if not SLOWEST <= speed <= FASTEST:
        fail(f"A drill's clock runs at 1 to 60 times the speed of the one on the wall, not {speed:g}.")
    file = find_scenario(scenario, live.catalogue_dir)
    if file is None:
        fail(f"There is no scenario {scenario!r}; there are {', '.join(sorted(scenario_files(live.catalogue_dir)))}.")
    started_at = datetime.now(UTC)
    source = drill_worlds.LiveCentre(data_dir=live.data_dir, database_url=live.database, tracks_url=live.tracks)
    try:
        check_port(live.host, port)
        catalogue = load_catalogue(live.catalogue_dir or FOLDER)
        played = load_scenario(file, catalogue)
        folder = drill_worlds.drill_folder(source, played, started_at)
        copies = drill_worlds.begins_as_copy(source, played, wanted=from_live)
        clock = drill_worlds.make_world(source, folder, file, catalogue, from_live=copies, speed=speed, started_at=started_at)
    except CannotStart as problem:
        fail(str(problem).replace("CENTER_PORT", "--port"))
    except CatalogueError as problem:
        fail(f"The scenario cannot be played: {problem}")
    except drill_worlds.PlaysAtItsHour as problem:
        fail(str(problem))
    except NothingToCopy as problem:
        fail(f"The centre in service cannot be copied: {problem}. `--fresh` begins with a quiet street.")
    except SQLAlchemyError as problem:
        fail(f"The centre in service cannot be copied: {str(getattr(problem, 'orig', None) or problem).strip().splitlines()[0]}")
    except OSError as problem:
        fail(f"{problem.filename or live.data_dir} cannot be used: {problem.strerror or problem}.")
    become_supervisor(load_settings(**live.drill_settings(folder, clock, port=port)), own_valkey=True)


def become_supervisor(settings: Settings, *, own_valkey: bool) -> NoReturn:
    """Turn this process into the supervisor of these settings; it needs none of what this process has loaded."""
    from command_center.wire.embedded import find_binary

    os.environ.update(settings.as_environment(), CENTER_HANDED_DOWN=settings.handed_down())
    if own_valkey:
        os.environ["CENTER_VALKEY_BINARY"] = str(find_binary())
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    os.execv(sys.executable, [sys.executable, "-m", "command_center.supervisor"])  # noqa: S606 - the supervisor is ours


@app.command()
def web() -> None:
    """Run the web process alone; the supervisor does this for `up`."""
    import uvicorn

    from command_center.logs import configure_logging
    from command_center.web import create_app
    from config import load_settings

    settings = load_settings()
    configure_logging()
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,  # open streams would hold up the stop for ever
    )


@app.command(hidden=True)
def prepare() -> None:
    """Bring the database to the newest version, put the street in, and print whose sign-in links there are: a line each, path and name."""
    from command_center.services import access, seeding

    with opened_center(prepared=False) as center:
        if not center.wire.ping():
            print("Redis does not answer yet; the centre starts without it and catches up.", file=sys.stderr)
        seeding.prepare(center)
        first = access.first_run_link(center) if not center.is_drill else None
        links = access.trainee_links(center, center.scenario.people) if center.is_drill else [("", first)] if first else []
        for name, path in links:
            print(f"{path} {name}".rstrip())


@app.command(hidden=True)
def keep_score() -> None:
    """End the drill of these settings, write its score sheet, and say where it lies; its supervisor does this last."""
    from command_center.domain.rights import SYSTEM
    from command_center.services import drill_sheets, drills

    with opened_center() as center:
        drills.end_drill(center, SYSTEM)
        print(f"演练成绩单 · The drill's score sheet: {drill_sheets.keep_score(center)}")


@app.command()
def version() -> None:
    """Print the version."""
    import tomllib

    print(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


# ---- who may come in -----------------------------------------------------------------------------------------------------------


@token.command("create")
def create_token(
    role: RoleOption, name: Annotated[str, typer.Option("--name", help="Whose token it is.")], unit: UnitOption = None
) -> None:
    """Make a bearer token; the last line is the token, shown this once."""
    from command_center.services import access

    with opened_center() as center:
        print(access.issue_token(center, name, role_named(role), unit_id=unit))


@app.command()
def link(
    name: Annotated[str | None, typer.Argument(help="The account that signs in with it.", show_default=False)] = None,
    *,
    display: Annotated[bool, typer.Option("--display", help="A lasting, read-only link for a wall display.")] = False,
    unit: Annotated[str | None, typer.Option("--unit", help="A one-time link for this unit's crew.", show_default=False)] = None,
) -> None:
    """Make a sign-in link: one-time for an account or a crew, lasting for a display. The last line is the link."""
    from command_center.domain.rights import SYSTEM
    from command_center.services import access

    if [display, unit is not None, name is not None and not display].count(True) != 1:
        fail("Say for whom: an account's name, --unit UNIT, or --display.")
    with opened_center() as center:
        if display:
            path = access.issue_display_link(center, SYSTEM, **({"name": name} if name else {}))
        elif unit is not None:
            path = access.issue_crew_link(center, unit, SYSTEM)
        else:
            path = access.issue_link(center, str(name), SYSTEM)
        print(f"{address()}{path}")


@account.command("add")
def add_account(
    name: NameArgument,
    role: RoleOption,
    unit: UnitOption = None,
    *,
    passphrase: Annotated[bool, typer.Option("--passphrase", help="Ask for a pass-phrase now (or read it from stdin).")] = False,
) -> None:
    """Add an account. Without --passphrase the person chooses one with the first link (`link NAME`)."""
    from command_center.domain.rights import SYSTEM
    from command_center.services import access

    with opened_center() as center:
        chosen = ask_passphrase() if passphrase else None
        access.create_account(center, name, role_named(role), SYSTEM, passphrase=chosen, unit_id=unit)
        print(f"{name} ({role}) can sign in." if chosen else f"{name} ({role}) is added: `link {name}` makes the first sign-in link.")


@account.command("passphrase")
def change_passphrase(name: NameArgument) -> None:
    """Give an account a new pass-phrase, asked for or read from stdin; its sessions end."""
    from command_center.domain.rights import SYSTEM
    from command_center.services import access

    with opened_center() as center:
        access.set_passphrase(center, name, ask_passphrase(), SYSTEM)
        print(f"{name} has a new pass-phrase and must sign in again.")


@account.command("disable")
def disable_account(name: NameArgument) -> None:
    """Shut an account: its sessions, links and tokens end at once."""
    from command_center.domain.rights import SYSTEM
    from command_center.services import access

    with opened_center() as center:
        access.disable_account(center, name, SYSTEM)
        print(f"{name} can no longer sign in.")


@account.command("list")
def list_accounts() -> None:
    """List all accounts."""
    from rich.console import Console
    from rich.table import Table

    from command_center.services import access

    with opened_center() as center:
        table = Table("Name", "Role", "Unit", "Signs in with")
        for row in access.accounts(center):
            way = "nothing, disabled" if row.disabled_at else "pass-phrase" if row.passphrase_hash else "link or token"
            table.add_row(row.name, row.role.value, row.unit_id or "", way)
    Console().print(table)


# ---- the records, and the street's own data ------------------------------------------------------------------------------------


@app.command("verify-log")
def verify_log() -> None:
    """Recompute the chain of the operations log; exits with 1 and names the first line that was changed, removed or put in."""
    from command_center.db import log

    with opened_center() as center, center.read() as session:
        verdict = log.verify(session)
    if verdict.broken_at is not None:
        fail(f"The log is broken at line {verdict.broken_at}: it was changed, removed or put in.")
    print(f"{verdict.lines} lines, unbroken; head {verdict.head_hash}")


@app.command()
def backup(
    file: Annotated[
        Path | None, typer.Argument(help="Where to; by default a dated file in backups/ of the data folder.", show_default=False)
    ] = None,
) -> None:
    """Write the whole centre into one file, while it runs: database, tracks, streets and photos."""
    from datetime import UTC, datetime

    from command_center.services import backups
    from config import load_settings

    settings = load_settings()
    now = datetime.now(UTC)
    target = (file or settings.data_dir / "backups" / f"center-{now:%Y%m%d-%H%M%S}.tar.gz").absolute()
    with told_in_a_sentence(settings):
        made = backups.back_up(home_of(settings), target, now)
        print(f"{made.lines} lines of the log (head {made.head}), {made.photos} photos, {target.stat().st_size / 1e6:.1f} MB")
        print(target)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.", show_default=False)],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Put the centre that is here aside first; nothing of it is deleted.")] = False,
) -> None:
    """Put a backup back; the centre must not run. Into PostgreSQL: name an empty database in CENTER_DATABASE_URL."""
    from datetime import UTC, datetime

    from command_center.services import backups
    from command_center.wire.embedded import lock_folder
    from config import load_settings

    settings = load_settings()
    if not file.is_file():
        fail(f"There is no file {file}.")
    aside = settings.data_dir / f"replaced-{datetime.now(UTC):%Y%m%d-%H%M%S}" if replace else None
    with told_in_a_sentence(settings), lock_folder(settings.data_dir, "center.lock"):
        put_back = backups.restore(home_of(settings), file.absolute(), aside=aside)
        print(f"Restored the centre of {put_back.made_at}: {put_back.lines} lines of the log, unbroken; head {put_back.head}")
        if aside is not None and aside.exists():
            print(f"What was here before is in {aside}.")


@imports.command("roads")
def import_roads(
    file: Annotated[Path, typer.Argument(help="A .osm.pbf extract of the street and its surroundings.", show_default=False)],
    *,
    bbox: Annotated[
        str | None, typer.Option("--bbox", help="Take only this part: south,west,north,east in degrees.", show_default=False)
    ] = None,
) -> None:
    """Replace the street network and the base map by your own; restart the centre afterwards."""
    from command_center.roads import Box, RoadFileRefused
    from command_center.services import seeding

    if not file.is_file():
        fail(f"There is no file {file}.")
    try:
        box = None if bbox is None else Box.of(bbox)
    except ValueError as problem:
        fail(f"--bbox {bbox}: {problem}.")
    with opened_center() as center, reading_bar(file) as progress:
        try:
            network = seeding.import_roads(center, file, box=box, progress=progress)
        except RoadFileRefused as refused:
            fail(str(refused))
        low, high = network.bounds
        if network.left_out_share > ISLANDS_TOLD:
            print(
                f"{network.left_out_share:.0%} of the roads in {file.name} cannot be reached from the rest and are left out; "
                "whoever stands there is told to be off the road.",
                file=sys.stderr,
            )
        print(f"Imported {len(network.streets)} named streets, {low.lat:.4f},{low.lon:.4f} to {high.lat:.4f},{high.lon:.4f}.")


@app.command("handover-templates")
def handover_templates(
    folder: Annotated[Path | None, typer.Option("--into", help="Another folder than handover/ of the data folder.")] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace templates that lie there already.")] = False,
) -> None:
    """Put the Word templates of the handover report where the office can edit them; its own go before those of the centre."""
    from command_center.catalogue import FOLDER, load_catalogue
    from command_center.services import handover_template
    from command_center.words import LANGUAGES
    from config import load_settings

    settings = load_settings()
    target = folder or settings.data_dir / "handover"
    held = [name for language in LANGUAGES if (target / (name := handover_template.template_name(language))).exists()]
    if held and not force:
        fail(f"{target} has {', '.join(held)} already; --force replaces them.")
    for file in handover_template.write_templates(load_catalogue(settings.catalogue_dir or FOLDER), target):
        print(file)


@app.command("paper-fonts", hidden=True)
def paper_fonts() -> None:
    """Pack the screens' fonts for papers anew, after they were replaced; a developer's command."""
    from command_center.services.paper_fonts import pack_fonts

    for file in pack_fonts():
        print(file)


@contextmanager
def reading_bar(file: Path) -> Iterator[Callable[[float], None]]:
    """A bar that fills while a map file is worked through, in bytes of the file and percent; nothing where nobody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        size = file.stat().st_size
        task = bar.add_task(f"Reading {file.name}", total=size)
        yield lambda share: bar.update(task, completed=share * size)


@app.command("demo-district")
def demo_district() -> None:
    """Write the demo district anew: the places, the map file and the base map of the catalogue in use."""
    from command_center.catalogue import FOLDER
    from command_center.services.demo_district import write_demo_catalogue
    from config import load_settings

    folder = load_settings().catalogue_dir or FOLDER
    write_demo_catalogue(folder)
    print(f"Wrote the demo district into {folder}.")


@unit.command("crew")
def unit_crew(
    name: Annotated[str, typer.Argument(help="Id or call sign, such as patrol-01 or 巡01.", show_default=False)],
    crew: Annotated[list[str] | None, typer.Argument(help="Who is aboard; nobody empties it.", show_default=False)] = None,
) -> None:
    """Say who is aboard a unit."""
    from command_center.domain.rights import SYSTEM
    from command_center.services import dispatching, units

    with opened_center() as center:
        units.set_unit_crew(center, dispatching.unit_named(center, name), crew or [], SYSTEM)


@unit.command("channel")
def unit_channel(
    name: Annotated[str, typer.Argument(help="Id or call sign, such as patrol-01 or 巡01.", show_default=False)],
    address: Annotated[str | None, typer.Argument(help="An Apprise address; without one the message service is taken away.")] = None,
) -> None:
    """Send a unit's orders to a message service as well (DingTalk, WeCom, Feishu, e-mail, webhook); its card always has them."""
    from command_center.domain.rights import SYSTEM
    from command_center.services import dispatching, units

    with opened_center() as center:
        units.set_unit_channel(center, dispatching.unit_named(center, name), address, SYSTEM)


@app.command()
def vehicles(
    calls_per_hour: Annotated[
        float | None, typer.Option(help="How often someone calls; by default CENTER_CALLS_PER_HOUR.", min=0, max=3600)
    ] = None,
) -> None:
    """Drive simulated vehicles and callers against the running centre until Ctrl-C; for one started with CENTER_SIMULATOR=off."""
    from command_center.logs import configure_logging
    from config import load_settings
    from workers.__main__ import stop_on_signal
    from workers.drill import run

    configure_logging()
    run(load_settings(**({} if calls_per_hour is None else {"calls_per_hour": calls_per_hour})), stop_on_signal())


@app.command()
def simulate(
    *,
    days: Annotated[float, typer.Option("--days", help="How many days of calls.", min=0.01, max=3660)] = 30.0,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same calls.", min=0)] = 1,
    policy: Annotated[
        list[str] | None, typer.Option("--policy", help="Only this one (may be repeated): a name, or module:Class of your own.")
    ] = None,
    calls_per_day: Annotated[float, typer.Option("--calls-per-day", min=0.1, max=100_000)] = 60.0,
    units: Annotated[int | None, typer.Option("--units", help="Vehicles; as many as the street has, if left out.", min=1, max=1000)] = None,
    cloudburst: Annotated[int | None, typer.Option("--cloudburst", help="So many calls within ten minutes, instead.", min=1)] = None,
    weather: Annotated[str, typer.Option("--weather", help="dry, rain or snow.")] = "dry",
) -> None:
    """Let policies answer the same made-up calls over the street's own roads, and compare how soon help was there."""
    from time import process_time

    from rich.console import Console
    from rich.table import Table

    from command_center.domain.road_weather import RoadWeather
    from command_center.domain.simulation import ImpossibleChoice
    from command_center.services import policies, simulating

    try:
        chosen = {name: policies.policy_named(name) for name in policy or policies.policy_names()}
    except policies.NoSuchPolicy as problem:
        fail(str(problem))
    if weather not in set(RoadWeather):
        fail(f"The weather is dry, rain or snow, not {weather!r}.")
    with opened_center() as center:
        on = simulating.stage(center, units=units, weather=RoadWeather(weather))
        if cloudburst is None:
            calls = simulating.day_calls(center.catalogue, on, days=days, per_day=calls_per_day, seed=seed)
        else:
            calls = simulating.cloudburst_calls(center.catalogue, on, count=cloudburst, within_s=600, seed=seed)
    table = Table("Policy", "Calls", "Weighted response", "Within 5 min", "90 % within", "Calls/s")
    for name, choice in chosen.items():
        began = process_time()
        try:
            outcome = simulating.run(on, calls, choice())
        except ImpossibleChoice as problem:
            fail(f"The policy {name!r} does what cannot be done: {problem}.")
        rate = len(calls.at_s) / max(process_time() - began, 1e-9)
        table.add_row(
            name,
            f"{len(calls.at_s):,}",
            f"{outcome.weighted_s:,.0f} s",
            f"{outcome.promise_share:.1%}",
            f"{outcome.p90_s:,.0f} s",
            f"{rate:,.0f}",
        )
    Console(width=100).print(table)


# ---- what the commands share ---------------------------------------------------------------------------------------------------


def home_of(settings: Settings) -> LiveCentre:
    """Where the centre of these settings keeps everything."""
    from command_center.services.drill_worlds import LiveCentre

    return LiveCentre(data_dir=settings.data_dir, database_url=settings.database, tracks_url=settings.tracks)


@contextmanager
def told_in_a_sentence(settings: Settings) -> Iterator[None]:
    """What keeps a backup from being written or put back becomes one sentence."""
    from sqlalchemy.exc import SQLAlchemyError

    from command_center.db.copying import NothingToCopy
    from command_center.services.backups import BackupRefused
    from command_center.wire.embedded import DataDirInUse

    try:
        yield
    except BackupRefused as problem:
        fail(f"{problem}.")
    except NothingToCopy as problem:
        fail(f"The centre cannot be copied: {problem}.")
    except DataDirInUse:
        fail(f"A centre is running on {settings.data_dir}: stop it first (Ctrl-C in its window).")
    except SQLAlchemyError as problem:
        fail(f"The database cannot be used: {str(getattr(problem, 'orig', None) or problem).strip().splitlines()[0]}")
    except OSError as problem:
        fail(f"{problem.filename or settings.data_dir} cannot be used: {problem.strerror or problem}.")


@contextmanager
def opened_center(*, prepared: bool = True) -> Iterator[Center]:
    """The centre of these settings; whatever it refuses or cannot do becomes one sentence.

    prepared : False for the command that prepares the database; all others need it done.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from command_center.catalogue import CatalogueError
    from command_center.domain.errors import Refusal
    from command_center.services import open_center
    from command_center.words import phrases
    from config import load_settings

    settings = load_settings()
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with closing(open_center(**settings.center_options())) as center:
            if prepared and not is_prepared(center):
                fail("This centre has not been started yet: run `python -m command_center up` first.")
            yield center
    except Refusal as no:
        fail(phrases.refusal(settings.language, no))
    except CatalogueError as problem:
        fail(f"The catalogue cannot be used: {problem}")
    except SQLAlchemyError as problem:
        fail(f"The database cannot be used: {str(getattr(problem, 'orig', None) or problem).strip().splitlines()[0]}")
    except OSError as problem:
        fail(f"{problem.filename or settings.data_dir} cannot be used: {problem.strerror or problem}.")


def is_prepared(center: Center) -> bool:
    """True when the database has its tables. Raises SQLAlchemyError when it cannot be asked."""
    from sqlalchemy import inspect

    return inspect(center.engine).has_table("account")


def role_named(name: str) -> Role:
    """The role by its name, or a sentence that lists them."""
    from command_center.domain.rights import SIGN_IN_ROLES, Role

    if name not in SIGN_IN_ROLES:
        fail(f"There is no role {name!r}; it is one of {ROLES}.")
    return Role(name)


def ask_passphrase() -> str:
    """From a person twice, hidden; from a pipe its first line."""
    if sys.stdin.isatty():
        return str(typer.prompt("Pass-phrase", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def address() -> str:
    """Where browsers find this centre."""
    from command_center.supervisor.rounds import browser_address
    from config import load_settings

    settings = load_settings()
    return browser_address(settings.host, settings.port)


def fail(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
