"""Doors of the figures: of any time, a watch, a day, a month, two times beside each other, and as a workbook."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from command_center.api.entrance import AtCenter, MayRead
from command_center.api.shapes import Moment, RowId
from command_center.api.sheets import XLSX, InLanguage, download
from command_center.center import Center
from command_center.db.board_rows import moment
from command_center.domain.errors import Invalid
from command_center.domain.period_figures import Change, WatchFigures, headline
from command_center.services import report_figures

router = APIRouter(prefix="/api/v1/figures", tags=["figures"])

From = Annotated[Moment, Query(alias="from")]
To = Annotated[Moment, Query(description="The first moment that does not count any more.")]
WithFrom = Annotated[Moment, Query(description="The time to compare with.")]
WithTo = Annotated[Moment, Query()]
Day = Annotated[date, Path(ge=date(2000, 1, 1), le=date(2200, 1, 1), description="A day by the street's own clock: 2026-03-02.")]
Month = Annotated[str, Path(pattern=r"^2[01]\d\d-(0[1-9]|1[0-2])$", description="A month by the street's own clock: 2026-03.")]


def figures_row(figures: WatchFigures) -> dict[str, Any]:
    """Figures as JSON: times as texts, shares from 0 to 1, `headline` what two times are compared by."""
    times = {"from_at": moment(figures.from_at), "to_at": moment(figures.to_at)}
    return asdict(figures) | times | {"headline": headline(figures)}


def _row(center: Center, span: tuple[datetime, datetime]) -> dict[str, Any]:
    return figures_row(report_figures.figures(center, *span))


@router.get("")
def figures_of_a_time(center: AtCenter, _actor: MayRead, from_at: From, to: To) -> dict[str, Any]:
    """Incidents, arrivals cut as NFPA 1710 does, types by hour, areas, positions for a heat map, alarms, plans and stock used."""
    return _row(center, (from_at, to))


@router.get("/watches/{watch_id}")
def figures_of_a_watch(watch_id: RowId, center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    """From taking over until being relieved; while it lasts, up to now."""
    return _row(center, report_figures.watch_span(center, watch_id))


@router.get("/days/{day}")
def figures_of_a_day(day: Day, center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    return _row(center, report_figures.span_of_day(center, day))


@router.get("/months/{month}")
def figures_of_a_month(month: Month, center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    year, _, number = month.partition("-")
    return _row(center, report_figures.span_of_month(center, int(year), int(number)))


@router.get("/comparison")
def compare(center: AtCenter, _actor: MayRead, *, from_at: From, to: To, with_from: WithFrom, with_to: WithTo) -> dict[str, Any]:
    """Two times beside each other, and how each headline figure changed from the one compared with."""
    found = report_figures.compare(center, (from_at, to), (with_from, with_to))
    return {
        "figures": figures_row(found.figures),
        "before": figures_row(found.before),
        "changes": [_change_row(change) for change in found.changes],
    }


def _change_row(change: Change) -> dict[str, Any]:
    return asdict(change) | {"difference": change.difference}


@router.get("/book.xlsx", response_class=Response, responses={200: {"content": {XLSX: {}}}})
def export(
    center: AtCenter,
    _actor: MayRead,
    *,
    from_at: From,
    to: To,
    with_from: WithFrom | None = None,
    with_to: WithTo | None = None,
    lang: InLanguage = None,
) -> Response:
    """The figures as a workbook; with `with_from` and `with_to`, an earlier time beside them."""
    if (with_from is None) != (with_to is None):
        raise Invalid(field="with_to", value=None)
    before = None if with_from is None or with_to is None else (with_from, with_to)
    name = f"figures-{from_at.astimezone(center.zone):%Y%m%d}.xlsx"
    return download(report_figures.figures_book(center, (from_at, to), before, lang or center.language), name)
