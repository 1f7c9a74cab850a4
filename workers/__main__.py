"""The door of the processes beside the web: `python -m workers relay | work | drill | direct`."""

# ruff: noqa: PLC0415 - each process loads only what it runs

from __future__ import annotations

import argparse
import os
import signal
import threading
from contextlib import closing
from types import FrameType
from typing import TYPE_CHECKING

from command_center.logs import configure_logging
from workers.handed_down import VARIABLE, HandedDown

if TYPE_CHECKING:
    from config import Settings


def relay() -> None:
    """Carry log entries to the screens and due jobs to the workers."""
    from command_center.services import open_center
    from workers.relay import Relay

    stopping = stop_on_signal()
    with closing(open_center(**settings().center_options())) as center:
        Relay(center).run(stopping)


def work() -> None:
    """Run the jobs that the relay and the web process hand over."""
    from command_center.wire import work_until_stopped
    from workers import jobs

    known = settings()
    with closing(jobs.open_center(known.center_options())):
        work_until_stopped(known.redis)


def drill() -> None:
    """Drive the simulated vehicles and take simulated calls."""
    from workers.drill import run

    run(settings(), stop_on_signal())


def direct() -> None:
    """Play a drill's scenario and drive its vehicles."""
    from workers.director import run

    run(settings(), stop_on_signal())


def settings() -> Settings | HandedDown:
    """As `up` handed them down; read from the environment when this process was started by hand."""
    if text := os.environ.get(VARIABLE):
        return HandedDown.read(text)
    from config import load_settings

    return load_settings()


def stop_on_signal() -> threading.Event:
    """An event that SIGTERM and SIGINT set; whoever waits on it stops within a turn."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return stopping


def main() -> None:
    """Run one duty until told to stop. argparse, because typer costs 7 MB in each of four processes."""
    duties = {duty.__name__: duty for duty in (relay, work, drill, direct)}
    parser = argparse.ArgumentParser(prog="python -m workers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("duty", choices=duties, help="; ".join(f"{name}: {duty.__doc__}" for name, duty in duties.items()))
    duty = duties[parser.parse_args().duty]
    configure_logging()
    duty()


if __name__ == "__main__":
    main()
