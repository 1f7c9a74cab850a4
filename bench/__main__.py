"""`python -m bench`: run the stories, print the table, write var/bench.json."""

from __future__ import annotations

import os
import platform
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated

import typer

from bench import (
    chaos,
    first_load,
    handover,
    jobs,
    log_check,
    many_screens,
    memory,
    orders,
    plans,
    proposals,
    roads,
    screens,
    searching,
    starting,
    stock,
    vehicles,
    warnings,
)
from bench.figures import Figure, as_markdown, load, save, show
from bench.ground import VAR, Ground

FILE = VAR / "bench.json"

STORIES: Mapping[str, Callable[[Ground], Iterator[Figure]]] = {
    "starting": starting.measure,
    "memory": memory.measure,
    "orders": orders.measure,
    "jobs": jobs.measure,
    "screens": screens.measure,
    "vehicles": vehicles.measure,
    "many-screens": many_screens.measure,
    "proposals": proposals.measure,
    "roads": roads.measure,
    "plans": plans.measure,
    "warnings": warnings.measure,
    "stock": stock.measure,
    "handover": handover.measure,
    "first-load": first_load.measure,
    "log-check": log_check.measure,
    "searching": searching.measure,
    "chaos": chaos.measure,
}

Only = Annotated[list[str] | None, typer.Option("--only", help=f"Run this story alone (may be repeated): {', '.join(STORIES)}.")]
Quick = Annotated[bool, typer.Option("--quick", help="Few samples, for a look while working.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="Measure nothing; print var/bench.json as a table for docs/benchmarks.md.")]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(only: Only = None, *, quick: Quick = False, markdown: Markdown = False) -> None:
    """Measure a whole running centre. Missed goals are marked in the table; only a story that could not be measured is an error."""
    if unknown := set(only or ()) - set(STORIES):
        raise typer.BadParameter(f"no story is called {', '.join(sorted(unknown))}")
    if markdown:
        print(as_markdown(load(FILE)))
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # as Ctrl-C: centres and folders are taken away
    print(surroundings(), flush=True)
    figures: list[Figure] = []
    broken: list[str] = []
    with Ground(quick=quick) as ground:
        for name in only or STORIES:
            began = time.monotonic()
            try:
                figures += STORIES[name](ground)
            except Exception:  # noqa: BLE001 - the other stories' figures must not be lost with this one
                traceback.print_exc()
                broken.append(name)
            print(f"{name}: {time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f}", flush=True)
            save(figures, FILE)
    show(figures)
    if broken:
        print(f"Could not be measured: {', '.join(broken)}")
        raise typer.Exit(1)


def surroundings() -> str:
    """The machine in one line: without it no figure means anything."""
    load_before = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}; load before {load_before}"
    )


if __name__ == "__main__":
    app()
