"""The door of the processes beside the web: `python -m workers relay | work | drill`."""

# ruff: noqa: PLC0415 - each process loads only what it runs

from __future__ import annotations

import signal
import threading
from contextlib import closing
from types import FrameType

import typer

from config import configure_logging, load_settings

app = typer.Typer(
    help="The processes that run beside the web. The supervisor starts them; by hand they are for looking closer.", no_args_is_help=True
)


@app.command()
def relay() -> None:
    """Carry log entries to the screens and due jobs to the workers."""
    from command_center.services import open_center
    from workers.relay import Relay

    configure_logging()
    stopping = stop_on_signal()
    with closing(open_center(**load_settings().center_options())) as center:
        Relay(center).run(stopping)


@app.command()
def work() -> None:
    """Run the jobs that the relay and the web process hand over."""
    from command_center.wire import work_until_stopped
    from workers import jobs

    configure_logging()
    settings = load_settings()
    with closing(jobs.open_center(settings.center_options())):
        work_until_stopped(settings.redis)


@app.command()
def drill() -> None:
    """Drive the simulated vehicles and take simulated calls."""
    from workers import drill as virtual

    configure_logging()
    virtual.run(load_settings(), stop_on_signal())


def stop_on_signal() -> threading.Event:
    """An event that SIGTERM and SIGINT set; whoever waits on it stops within a turn."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return stopping


if __name__ == "__main__":
    app()
