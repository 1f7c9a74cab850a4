"""What a measurement says: an absolute figure, its goal, and how it compares with a peer measured in the same run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table.

    goal : upper limit of `value` in the same unit; None where the figure is for information.
    ratio, against : `value` divided by what `against` names; a peer measured in this run, else the goal.
    """

    name: str
    value: float
    unit: str
    goal: float | None = None
    ratio: float | None = None
    against: str = ""

    @property
    def is_missed(self) -> bool:
        return self.goal is not None and self.value > self.goal


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Something simpler that does the heart of the same work, measured in the same run, in the same unit."""

    name: str
    value: float


def figure(name: str, value: float, unit: str, *, goal: float | None = None, peer: Peer | None = None) -> Figure:
    """A figure with its ratio against the peer, or against the goal where there is no peer."""
    base, against = (peer.value, f"{peer.name} ({_number(peer.value)})") if peer else (goal, "the goal" if goal else "")
    return Figure(name=name, value=round(value, 3), unit=unit, goal=goal, ratio=round(value / base, 3) if base else None, against=against)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of `values` do not exceed; raises ValueError when nothing was measured."""
    if not values:
        raise ValueError("nothing was measured")
    return float(np.quantile(np.asarray(values, dtype=float), share))


def p50(values: Sequence[float]) -> float:
    return quantile(values, 0.50)


def p95(values: Sequence[float]) -> float:
    return quantile(values, 0.95)


def save(figures: Iterable[Figure], path: Path) -> None:
    """Write the figures as JSON: a list of {"name", "value", "unit", "goal", "ratio", "against"}."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(one) for one in figures], ensure_ascii=False, indent=1) + "\n", "utf-8")


def load(path: Path) -> list[Figure]:
    """The figures that `save` wrote."""
    return [Figure(**row) for row in json.loads(path.read_text("utf-8"))]


def as_markdown(figures: Iterable[Figure]) -> str:
    """The table for a document; a missed goal stands in bold."""
    lines = ["| figure | value | goal | ratio | against |", "|---|---:|---:|---:|---|"]
    for one in figures:
        value = f"{_number(one.value)} {one.unit}"
        cells = (one.name, f"**{value}**" if one.is_missed else value, _limit(one), _times(one), one.against)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _limit(one: Figure) -> str:
    return "" if one.goal is None else f"<= {_number(one.goal)}"


def _times(one: Figure) -> str:
    return "" if one.ratio is None else f"{_number(one.ratio)} x"


def show(figures: Sequence[Figure]) -> None:
    """Print the table; a missed goal is marked in words, not by colour alone."""
    table = Table("figure", "value", "unit", "goal", "ratio", "against", "")
    for column in (1, 3, 4):
        table.columns[column].justify = "right"
    for one in figures:
        mark = "[bold red]MISSED[/]" if one.is_missed else "" if one.goal is None else "[green]kept[/]"
        table.add_row(one.name, _number(one.value), one.unit, _limit(one), _times(one), one.against, mark)
    console = Console()
    console.print(table) if console.is_terminal else Console(width=190).print(table)
    missed = [one.name for one in figures if one.is_missed]
    print(f"Missed goals: {len(missed)}{': ' + '; '.join(missed) if missed else ''}")


def _number(value: float) -> str:
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
