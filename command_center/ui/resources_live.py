"""What the page of depots and vehicles is drawn from, and which part of it shows what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash.development.base_component import Component

from command_center.domain.board import Row
from command_center.services import stock_questions as questions
from command_center.services.stock_questions import DepotTotal, LotLine, MovementLine, NearbyStock, Need, StockLine
from command_center.ui import resources_view as view
from command_center.ui.desk_page import At, DeskPage, Look, Part, demonstration, unseen
from command_center.ui.resources_orders import ACTS
from command_center.ui.shell import Desk, Screen

LEDGER_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Everything a part is drawn from. lines : of the chosen depot. found : where the chosen material is."""

    screen: Screen
    at: At
    totals: Sequence[DepotTotal]
    lots: Sequence[LotLine]
    low: Sequence[StockLine]
    plans: Sequence[Row]
    wanted: Sequence[Need]
    lines: Sequence[StockLine] = ()
    found: Sequence[NearbyStock] = ()
    ledger: Sequence[MovementLine] = ()

    @property
    def line(self) -> StockLine | None:
        return next((it for it in self.lines if it.material == self.at.get("material")), None)

    def rows(self, kind: str) -> list[Row]:
        return self.screen.live.board.rows(kind)


def _list(sight: Sight) -> list[Component]:
    match view.tab_of(sight.at):
        case "low":
            return view.low(sight.low, sight.at, sight.screen)
        case "expiring":
            return view.expiring(sight.lots, sight.at, sight.screen)
        case "needs":
            return view.needs(sight.wanted, view.in_force(sight.plans), sight.at, sight.screen)
        case "units":
            return view.units(sight.rows("unit"), sight.at, sight.screen)
        case _:
            return view.depots(sight.totals, sight.at, sight.screen)


def _tabs(sight: Sight) -> list[Component]:
    return view.tabs(sight.at, view.counts(sight.totals, sight.lots, sight.wanted, sight.rows("unit")), sight.screen)


def _fields(sight: Sight) -> list[Component]:
    incidents = [row for row in sight.rows("incident") if not row["gone"]]
    return view.fields(sight.at, sight.line, incidents, sight.screen)


FORMED_BY = ("depot", "material", "do", "lot")
"""What of an address the form belongs to: who turns to another list keeps what stands in it."""


def _fields_mark(sight: Sight) -> str:
    """Drawn again for another form and after an order, not for what somebody else books meanwhile."""
    return f"{sight.line is not None} {[sight.at.get(name) for name in (*FORMED_BY, 'booked')]} {sight.screen.lang}"


PARTS: Mapping[str, Part[Sight]] = {
    "resources-demo": (lambda sight: demonstration(sight.screen), None),
    "resources-unseen": (lambda sight: unseen(sight.screen), None),
    "resources-tabs": (_tabs, None),
    "resources-list": (_list, None),
    "resources-depot": (lambda sight: view.depot_title(sight.at.get("depot"), sight.screen), None),
    "resources-stock": (lambda sight: view.stock_table(sight.lines, sight.at, sight.screen), None),
    "resources-material": (lambda sight: view.move_title(sight.at, sight.line, sight.screen), None),
    "resources-doings": (lambda sight: view.doings(sight.at, sight.line, sight.screen), None),
    "resources-fields": (_fields, _fields_mark),
    "resources-elsewhere": (lambda sight: view.elsewhere(sight.found, sight.line, sight.screen), None),
    "resources-ledger": (lambda sight: view.movements(sight.ledger, sight.screen), None),
}


def see(desk: Desk, screen: Screen, look: Look) -> Sight:
    """Fetch what the parts need."""
    center, at = desk.center, look.at
    plans = [row for row in screen.live.board.rows("activation") if row["started_at"] is not None and not row["gone"]]
    depot, material = center.catalogue.depots.get(at.get("depot") or ""), at.get("material") or ""
    known = depot is not None and material in center.catalogue.materials
    return Sight(
        screen=screen,
        at=at,
        totals=questions.depot_totals(center),
        lots=questions.expiring(center),
        low=questions.below_minimum(center),
        plans=plans,
        wanted=_wanted(screen, plans, at),
        lines=() if depot is None else questions.stock_of(center, depot.code),
        found=questions.where_is(center, material, depot.point) if depot is not None and known else (),
        ledger=questions.movements(center, depot=depot.code, material=material, limit=LEDGER_SHOWN) if depot is not None and known else (),
    )


def _wanted(screen: Screen, plans: Sequence[Row], at: At) -> Sequence[Need]:
    """Of all plans in force and all that are ticked together; what is ticked of a plan in force counts instead of its level."""
    levels = {**view.in_force(plans), **view.ticked(at, screen)}
    return questions.needs_of_plans(screen.center, levels, [("activation", int(row["id"])) for row in plans]) if levels else ()


DESK_PAGE: DeskPage[Sight] = DeskPage(name="resources", path=view.PATH, see=see, parts=PARTS, acts=ACTS, formed_by=FORMED_BY)
