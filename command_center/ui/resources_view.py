"""Depots, stock and vehicles on the screen: what there is and where, what is low or expires, what plans want, which vehicle is fit."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isinf

from dash import html
from dash.development.base_component import Component

from command_center.domain.board import Row
from command_center.domain.catalogue import Depot, Material
from command_center.domain.levels import Level
from command_center.domain.rights import Right
from command_center.domain.status import UNIT_CHART, UnitStatus, may_advance
from command_center.services.stock_questions import DepotTotal, LotLine, MovementLine, NearbyStock, Need, StockLine
from command_center.ui import console_search
from command_center.ui.console_parts import ago, key, listed, maintenance, minutes_seconds, moment
from command_center.ui.desk_parts import address_of, asks, choice, goes, hour_minute, orders, section, text_field
from command_center.ui.map_layers import unit_symbol
from command_center.ui.shell import Screen
from command_center.ui.widgets import empty_state, icon, level_name, severity
from command_center.words import N_, phrases

PATH = "/resources"

TABS: Mapping[str, tuple[str, str]] = {
    "depots": (N_("Depots"), "package"),
    "low": (N_("Below minimum"), "alert-triangle"),
    "expiring": (N_("Expiring"), "clock"),
    "needs": (N_("Wanted by plans"), "list-check"),
    "units": (N_("Vehicles"), "truck"),
}

DOINGS: Mapping[str, tuple[str, str]] = {
    "issue": (N_("Issue"), "send"),
    "return": (N_("Take back"), "arrow-back-up"),
    "receive": (N_("Receive"), "plus"),
    "count": (N_("Count"), "checks"),
    "transfer": (N_("Transfer"), "route"),
    "write_off": (N_("Write off"), "trash"),
    "minimum": (N_("Minimum"), "adjustments"),
}
"""What is done at a depot, with its key."""

WHICH_LOT: Mapping[str, str] = {
    "count": N_("all lots together"),
    "return": N_("the one left last"),
    "write_off": N_("what expired first"),
}
"""What happens when no lot is named, where that is not the soonest to expire."""

KEPT = ("tab", "depot", "material", "do", "plans")
"""What of an address stays when something else is chosen."""

LABELS = "/labels"
LOW_BATTERY_PCT = 20.0
OTHERS_SHOWN = 8


def tab_of(at: Mapping[str, str | None]) -> str:
    return at.get("tab") if at.get("tab") in TABS else "depots"  # type: ignore[return-value]  # a key of TABS by then


def doing_of(at: Mapping[str, str | None]) -> str:
    return at.get("do") if at.get("do") in DOINGS else "issue"  # type: ignore[return-value]  # a key of DOINGS by then


def place(at: Mapping[str, str | None], **changed: object) -> str:
    """The address with something else chosen; what is None goes."""
    kept = {name: at.get(name) for name in KEPT}
    return address_of(PATH, **(kept | changed))


def depot_name(code: str, screen: Screen) -> str:
    depot = screen.center.catalogue.depots.get(code)
    return screen.read(depot.name) if depot else code


def material_name(code: str, screen: Screen) -> str:
    material = screen.center.catalogue.materials.get(code)
    return screen.read(material.name) if material else code


def counted(quantity: int, material: str, screen: Screen) -> str:
    """So many with their unit of count."""
    known = screen.center.catalogue.materials.get(material)
    return f"{quantity:,} {screen.read(known.unit)}" if known else f"{quantity:,}"


def may_move(screen: Screen) -> bool:
    return screen.caller is not None and (screen.caller.may(Right.MOVE_STOCK) or screen.caller.unit_id is not None)


# ---- the left: what to look at ------------------------------------------------------------------------------------


def tabs(at: Mapping[str, str | None], counts: Mapping[str, int], screen: Screen) -> list[Component]:
    chosen = tab_of(at)
    keys = [
        key(
            screen.say(label) + (f" {counts[name]}" if counts.get(name) else ""),
            symbol=symbol,
            **({"aria-current": "true"} if name == chosen else {}),
            **goes(place(at, tab=name)),
        )
        for name, (label, symbol) in TABS.items()
    ]
    return [html.Nav(keys, className="tabs", **{"aria-label": screen.say(N_("Lists"))})]


def depots(totals: Sequence[DepotTotal], at: Mapping[str, str | None], screen: Screen) -> list[Component]:
    """Every depot by tier, the larger first."""
    catalogue = screen.center.catalogue
    parts: list[Component] = []
    for tier, described in catalogue.depot_tiers.items():
        own = [it for it in totals if catalogue.depots[it.depot].tier == tier]
        lines = html.Ul([_depot_line(it, catalogue.depots[it.depot], at, screen) for it in own], className="lines")
        note = screen.say(N_("%(n)s depots, %(items)s items"), n=len(own), items=f"{sum(it.items for it in own):,}")
        parts.append(section(screen.read(described.name), lines, note=note, folded=False))
    return parts


def _depot_line(total: DepotTotal, depot: Depot, at: Mapping[str, str | None], screen: Screen) -> html.Li:
    low = [html.Span(screen.say(N_("%(n)s below minimum"), n=total.below), className="bad")] if total.below else []
    reserved = [html.Small(screen.say(N_("%(n)s put by"), n=f"{total.reserved:,}"))] if total.reserved else []
    found_by = console_search.narrowing(depot.name.zh, depot.name.en, depot.code)
    return _choosable(
        [
            html.Span(icon("package"), className="sign"),
            html.Div([html.B(screen.read(depot.name)), html.Small(f"{depot.code} · {depot.street}")], className="what"),
            html.Div(
                [html.Span(screen.say(N_("%(items)s items of %(n)s kinds"), items=f"{total.items:,}", n=total.materials)), *reserved, *low],
                className="when",
            ),
        ],
        place(at, depot=depot.code, material=None, do=None),
        chosen=at.get("depot") == depot.code,
        found_by=found_by,
    )


def _choosable(children: list[Component], href: str, *, chosen: bool, found_by: Mapping[str, str] | None = None) -> html.Li:
    """A line that is a link as a whole."""
    marks = {"aria-current": "true"} if chosen else {}
    return html.Li(html.A(children, href=href, className="line", **goes(href), **marks), **(found_by or {}))


def low(lines: Sequence[StockLine], at: Mapping[str, str | None], screen: Screen) -> list[Component]:
    """Where less is on hand than the minimum, the emptiest first."""
    if not lines:
        return [empty_state(screen.say(N_("Nothing is below its minimum.")), symbol="check")]
    return [html.Ul([_low_line(it, at, screen) for it in lines], className="lines")]


def _low_line(line: StockLine, at: Mapping[str, str | None], screen: Screen) -> html.Li:
    in_date, minimum = line.on_hand - line.expired, counted(line.minimum, line.material, screen)
    there = screen.say(N_("%(there)s of at least %(minimum)s"), there=in_date, minimum=minimum)
    return _choosable(
        [
            html.Span(icon("alert-triangle"), className="sign bad"),
            html.Div([html.B(material_name(line.material, screen)), html.Small(depot_name(line.depot, screen))], className="what"),
            html.Div([html.Span(there, className="bad" if in_date == 0 else ""), *_expired(line, screen)], className="when"),
        ],
        place(at, depot=line.depot, material=line.material, do="receive"),
        chosen=(at.get("depot"), at.get("material")) == (line.depot, line.material),
    )


def expiring(lots: Sequence[LotLine], at: Mapping[str, str | None], screen: Screen) -> list[Component]:
    """Lots that are over, then those that will be within 90 days."""
    if not lots:
        return [empty_state(screen.say(N_("Nothing expires within 90 days.")), symbol="check")]
    parts: list[Component] = []
    for title, own in (
        (N_("Expired"), [it for it in lots if it.is_expired]),
        (N_("Within 90 days"), [it for it in lots if not it.is_expired]),
    ):
        if own:
            lines = html.Ul([_lot_line(it, at, screen) for it in own], className="lines")
            parts.append(section(screen.say(title), lines, note=str(len(own)), folded=False))
    return parts


def _lot_line(lot: LotLine, at: Mapping[str, str | None], screen: Screen) -> html.Li:
    day = "—" if lot.expires_on is None else lot.expires_on.isoformat()
    where, there = f"{depot_name(lot.depot, screen)} · {lot.lot}", counted(lot.on_hand, lot.material, screen)
    return _choosable(
        [
            html.Span(icon("clock"), className="sign bad" if lot.is_expired else "sign"),
            html.Div([html.B(material_name(lot.material, screen)), html.Small(where)], className="what"),
            html.Div([html.Span(day, className="bad" if lot.is_expired else ""), html.Small(there)], className="when"),
        ],
        _write_off(at, lot) if lot.is_expired else place(at, depot=lot.depot, material=lot.material, do="issue"),
        chosen=(at.get("depot"), at.get("material")) == (lot.depot, lot.material),
    )


def _write_off(at: Mapping[str, str | None], lot: LotLine) -> str:
    """Where this lot is taken off the books: all of it is filled in."""
    return place(at, depot=lot.depot, material=lot.material, do="write_off", lot=lot.lot)


def _expired(line: StockLine, screen: Screen) -> list[Component]:
    return [html.Small(screen.say(N_("%(n)s expired"), n=f"{line.expired:,}"), className="bad")] if line.expired else []


def in_force(plans: Sequence[Row]) -> dict[str, Level]:
    """Plan -> its level; of one that runs twice the graver."""
    levels: dict[str, Level] = {}
    for row in plans:
        level = Level(row["level"])
        levels[row["plan_id"]] = max(level, levels.get(row["plan_id"], level), key=lambda it: it.rank)
    return levels


def ticked(at: Mapping[str, str | None], screen: Screen) -> dict[str, Level]:
    """The plans that the address asks about (?plans=P01:II,P03:III), each at its level; what cannot be meant is left out."""
    pairs = (it.partition(":") for it in (at.get("plans") or "").split(","))
    return {plan: Level(level) for plan, _, level in pairs if plan in screen.center.catalogue.plans and level in Level.__members__}


def needs(wanted: Sequence[Need], running: Mapping[str, Level], at: Mapping[str, str | None], screen: Screen) -> list[Component]:
    """What the plans in force and those that are ticked want forward together, against what there is; what is short comes first."""
    catalogue, asked = screen.center.catalogue, {**running, **ticked(at, screen)}
    lines = html.Ul([_plan_line(plan_id, running, at, screen) for plan_id in catalogue.plans], className="lines")
    choose = section(
        screen.say(N_("Plans and levels")), lines, note=screen.say(N_("%(n)s taken together"), n=len(asked)), folded=bool(running)
    )
    if not asked:
        hint = screen.say(N_("Tick the plans that might be put into force, each at its level."))
        return [empty_state(screen.say(N_("No plan is in force.")), hint, symbol="list-check"), choose]
    names = listed((f"{screen.read(catalogue.plans[plan_id].short)} {level}" for plan_id, level in asked.items()), screen)
    rows = [
        html.Tr(
            [
                html.Td(material_name(it.material, screen)),
                html.Td(counted(it.wanted, it.material, screen), className="number"),
                html.Td(f"{it.held:,}", className="number"),
                html.Td(f"{it.available:,}", className="number"),
                html.Td(html.Span(f"{it.short:,}", className="bad") if it.short else "0", className="number"),
            ]
        )
        for it in sorted(wanted, key=lambda need: (-need.short, need.material))
    ]
    heads = [N_("Material"), N_("Wanted"), N_("Put by"), N_("Free"), N_("Short")]
    return [choose, html.P(names, className="said"), _table(heads, rows, screen)]


def _plan_line(plan_id: str, running: Mapping[str, Level], at: Mapping[str, str | None], screen: Screen) -> html.Li:
    """A plan with its four levels: a press takes it in at that level, a second one leaves it out again."""
    name, own = screen.read(screen.center.catalogue.plans[plan_id].short), running.get(plan_id)
    state = [] if own is None else [html.Small(screen.say(N_("in force at level %(level)s"), level=own))]
    keys = [_level_key(plan_id, name, level, own, at, screen) for level in reversed(Level)]
    what = html.Div([html.B(name), *state], className="what")
    return html.Li(
        [html.Span(icon("list-check"), className="sign"), what, html.Div(keys, className="acts")],
        className="line",
        **{"data-plan-asked": plan_id},
    )


def _level_key(plan_id: str, name: str, level: Level, own: Level | None, at: Mapping[str, str | None], screen: Screen) -> html.Button:
    chosen = ticked(at, screen)
    is_asked = chosen.get(plan_id, own) is level
    after = {other: value for other, value in chosen.items() if other != plan_id}
    if not is_asked and level is not own:
        after[plan_id] = level
    href = place(at, plans=",".join(f"{other}:{value}" for other, value in after.items()))
    return html.Button(
        severity(level, screen),
        type="button",
        id=f"resources-{plan_id}-{level}",
        className="key",
        **goes(href),
        **{"aria-pressed": "true" if is_asked else "false", "aria-label": f"{name} {level_name(level, screen)}"},
    )


def _table(heads: Sequence[str], rows: list[html.Tr], screen: Screen) -> html.Table:
    return html.Table([html.Thead(html.Tr([html.Th(screen.say(head)) for head in heads])), html.Tbody(rows)], className="listing")


def units(rows: Sequence[Row], at: Mapping[str, str | None], screen: Screen) -> list[Component]:
    """Every vehicle with what keeps it from duty."""
    return [html.Ul([_unit_line(row, screen) for row in sorted(rows, key=lambda it: it["id"])], className="lines")]


def _unit_line(row: Row, screen: Screen) -> html.Li:
    fix = screen.live.positions.get(row["id"])
    battery = None if fix is None else fix[5]
    seen = None if fix is None else moment(fix[6])
    floor = row["low_battery_pct"] or LOW_BATTERY_PCT
    charge = [] if battery is None else [html.Span(f"{round(battery)} %", className="bad" if battery < floor else "")]
    age = [] if seen is None else [html.Small(ago((screen.center.now() - seen).total_seconds(), screen))]
    crew = listed(row["crew"], screen) if row["crew"] else screen.say(N_("crew not named"))
    facts = [phrases.status(screen.lang, row["status"]), crew]
    faults = [html.Small(row["fault"], className="bad")] if row["fault"] else []
    due = [html.Small(maintenance(row["service_due_on"], screen))] if row["service_due_on"] else []
    return html.Li(
        [
            html.Span(unit_symbol(row["status"], row["unit_kind"]), className="sign"),
            html.Div([html.B(screen.read(row["call_sign"])), html.Small(" · ".join(facts)), *faults, *due], className="what"),
            html.Div([*charge, *age], className="when"),
            html.Div(_unit_keys(row, screen), className="acts"),
        ],
        className="line",
        **{"data-unit": row["id"]},
    )


def _unit_keys(row: Row, screen: Screen) -> list[Component]:
    if screen.caller is None or not screen.caller.may(Right.SET_UNIT_STATUS):
        return []
    status, name = UnitStatus(row["status"]), screen.read(row["call_sign"])
    keys: list[Component] = []
    if row["assignment_id"] is None:
        if may_advance(UNIT_CHART, status, UnitStatus.AVAILABLE):
            keys.append(_set_key(row, UnitStatus.AVAILABLE, N_("Fit for duty"), "check", screen))
        if may_advance(UNIT_CHART, status, UnitStatus.CHARGING):
            keys.append(_set_key(row, UnitStatus.CHARGING, N_("Charging"), "battery-charging", screen))
        if may_advance(UNIT_CHART, status, UnitStatus.OUT_OF_SERVICE):
            title = screen.say(N_("Take %(unit)s out of service"), unit=name)
            ask = asks("unit_fault", title, screen.say(N_("What is wrong with it")), screen.say(N_("Out of service")), unit=row["id"])
            keys.append(key(screen.say(N_("Fault…")), symbol="tool", **ask))
    crew = asks(
        "unit_crew",
        screen.say(N_("Crew of %(unit)s"), unit=name),
        screen.say(N_("Names, parted by commas")),
        screen.say(N_("Save")),
        value=listed(row["crew"], screen),
        unit=row["id"],
    )
    service = asks(
        "unit_service",
        screen.say(N_("Next maintenance of %(unit)s"), unit=name),
        screen.say(N_("Day as YYYY-MM-DD; empty: none")),
        screen.say(N_("Save")),
        value=row["service_due_on"] or "",
        unit=row["id"],
    )
    return [*keys, key(screen.say(N_("Crew…")), symbol="users", **crew), key(screen.say(N_("Maintenance…")), symbol="calendar", **service)]


def _set_key(row: Row, to: UnitStatus, label: str, symbol: str, screen: Screen) -> Component:
    return key(screen.say(label), symbol=symbol, look="order", **orders("unit_status", unit=row["id"], status=to.value))


# ---- the middle: one depot ----------------------------------------------------------------------------------------


def depot_title(code: str | None, screen: Screen) -> list[Component]:
    depot = screen.center.catalogue.depots.get(code or "")
    if depot is None:
        missing = screen.say(N_("No depot is chosen.") if code is None else N_("There is no such depot."))
        return [empty_state(missing, screen.say(N_("Choose one from the list.")), symbol="package")]
    keys = [
        html.A(
            [icon("file-download"), html.Span(screen.say(N_("Counting sheet (Excel)")), className="word")],
            href=f"/api/v1/stock/sheet?depot={depot.code}",
            className="key",
            download="",
        ),
        key(screen.say(N_("QR label")), symbol="qrcode", **goes(f"{LABELS}?depot={depot.code}")),
    ]
    where = screen.read(screen.center.catalogue.depot_tiers[depot.tier].name)
    about = html.Div([html.H2(screen.read(depot.name)), html.Small(f"{depot.code} · {where} · {depot.street}")], className="what")
    return [html.Div([about, *keys], className="title")]


def stock_table(lines: Sequence[StockLine], at: Mapping[str, str | None], screen: Screen) -> list[Component]:
    """What a depot holds; a line chooses the material."""
    if not lines:
        return []
    rows = [_stock_row(it, at, screen) for it in lines]
    heads = [N_("Material"), N_("On hand"), N_("Put by"), N_("Free"), N_("Minimum"), N_("Next to expire")]
    return [_table(heads, rows, screen)]


def _stock_row(line: StockLine, at: Mapping[str, str | None], screen: Screen) -> html.Tr:
    href = place(at, material=line.material)
    first = next((lot for lot in line.lots if lot.expires_on is not None), None)
    expires = "" if first is None or first.expires_on is None else first.expires_on.isoformat()
    return html.Tr(
        [
            html.Td(html.A(material_name(line.material, screen), href=href, **goes(href))),
            html.Td(counted(line.on_hand, line.material, screen), className="number bad" if line.lacks else "number"),
            html.Td(f"{line.reserved:,}" if line.reserved else "", className="number"),
            html.Td([f"{line.available:,}", *_expired(line, screen)], className="number"),
            html.Td([f"{line.minimum:,}", *_working(line, screen)], className="number"),
            html.Td(html.Span(expires, className="bad") if first is not None and first.is_expired else expires, className="number"),
        ],
        **({"aria-current": "true"} if at.get("material") == line.material else {}),
        **{"data-material": line.material},
    )


def _working(line: StockLine, screen: Screen) -> list[Component]:
    return [html.Small(screen.say(N_("default")), className="muted")] if line.minimum and line.minimum_basis != "fact" else []


# ---- the right: one material in it --------------------------------------------------------------------------------


def move_title(at: Mapping[str, str | None], line: StockLine | None, screen: Screen) -> list[Component]:
    if line is None:
        return [empty_state(screen.say(N_("Choose a material to issue, receive, count or transfer it.")), symbol="route")]
    basis = [" ", html.Span(screen.say(N_("demo")), className="tag")] if any(lot.basis == "demo" for lot in line.lots) else []
    under = screen.say(
        N_("%(free)s free of %(there)s in %(depot)s"),
        free=line.available,
        there=counted(line.on_hand, line.material, screen),
        depot=depot_name(line.depot, screen),
    )
    heading = html.H2([material_name(line.material, screen), *basis])
    title = html.Div(html.Div([heading, html.Small(under)], className="what"), className="title")
    return [title, *_offer_to_write_off(at, line, screen)]


def _offer_to_write_off(at: Mapping[str, str | None], line: StockLine, screen: Screen) -> list[Component]:
    """One key for every lot past its last day, for those who may."""
    if screen.caller is None or not screen.caller.may(Right.MOVE_STOCK):
        return []
    keys = []
    for lot in line.lots:
        if lot.is_expired:
            label = screen.say(N_("Write off lot %(lot)s: %(n)s expired"), lot=lot.lot, n=counted(lot.on_hand, lot.material, screen))
            keys.append(key(label, symbol="trash", **goes(_write_off(at, lot))))
    return [html.Div(keys, className="tools")] if keys else []


def doings(at: Mapping[str, str | None], line: StockLine | None, screen: Screen) -> list[Component]:
    if line is None or not may_move(screen):
        return []
    chosen = doing_of(at)
    keys = [
        key(screen.say(label), symbol=symbol, **({"aria-current": "true"} if name == chosen else {}), **goes(place(at, do=name)))
        for name, (label, symbol) in DOINGS.items()
        if name in ("issue", "return", "count") or (screen.caller is not None and screen.caller.may(Right.MOVE_STOCK))
    ]
    return [html.Nav(keys, className="tabs", **{"aria-label": screen.say(N_("What is done"))})]


def fields(at: Mapping[str, str | None], line: StockLine | None, incidents: Sequence[Row], screen: Screen) -> list[Component]:
    """The form of what is done; its key is the last thing in it."""
    if line is None or not may_move(screen):
        return []
    doing, token = doing_of(at), at.get("token") or ""
    material = screen.center.catalogue.materials[line.material]
    gone_by = next((lot for lot in line.lots if lot.lot == at.get("lot") and lot.is_expired), None) if doing == "write_off" else None
    shown: list[Component] = [_quantity(doing, line, material, gone_by, screen)]
    if doing in ("issue", "return", "count", "transfer", "write_off", "receive"):
        shown.append(_lot(doing, line, gone_by, token, screen))
    if doing == "issue" and line.expired:
        options = [("", screen.say(N_("no"))), ("yes", screen.say(N_("yes, I have seen that they are expired")))]
        shown.append(choice("expired_too", screen.say(N_("Expired goods too")), options, "", token))
    if doing in ("receive", "count"):
        label = screen.say(N_("Expires on (YYYY-MM-DD; empty: never)"))
        shown.append(text_field("expires", label, field_id="resources-expires"))
    if doing == "transfer":
        others = sorted((it for it in screen.center.catalogue.depots if it != line.depot), key=lambda code: depot_name(code, screen))
        shown.append(choice("to", screen.say(N_("To depot")), [(code, depot_name(code, screen)) for code in others], others[0], token))
    if doing in ("issue", "return"):
        options = [(str(it["id"]), f"{it['number']} {screen.read(it['place'])}") for it in incidents]
        shown.append(choice("incident", screen.say(N_("For")), [("", screen.say(N_("no incident"))), *options], "", token))
    if doing != "minimum":
        asked = {"write_off": N_("Why (needed)"), "count": N_("Why, if it differs from the books (needed then)")}.get(doing, N_("Remark"))
        reason = "" if gone_by is None else screen.say(N_("Expired on %(day)s"), day=gone_by.expires_on)
        shown.append(text_field("reason", screen.say(asked), reason, field_id="resources-reason"))
    label, symbol = DOINGS[doing]
    book = key(
        screen.say(label),
        symbol=symbol,
        keys="Ctrl+Enter",
        look="primary big order",
        **orders("move", depot=line.depot, material=line.material, do=doing),
        **{"data-main": ""},
    )
    return [html.Div([html.Div(shown, className="pair"), html.Div(book, className="foot")], className="fields", **{"data-token": token})]


def _quantity(doing: str, line: StockLine, material: Material, gone_by: LotLine | None, screen: Screen) -> Component:
    labels = {"count": N_("Counted (%(unit)s)"), "minimum": N_("Not fewer than (%(unit)s)")}
    label = screen.say(labels.get(doing, N_("How many (%(unit)s)")), unit=screen.read(material.unit))
    value = str(line.minimum) if doing == "minimum" else "" if gone_by is None else str(gone_by.on_hand)
    return text_field(
        "quantity", label, value, field_id="resources-quantity", attributes={"input": {"inputMode": "numeric"}}, **{"data-first": ""}
    )


def _lot(doing: str, line: StockLine, gone_by: LotLine | None, token: str, screen: Screen) -> Component:
    if doing == "receive":
        return text_field("lot", screen.say(N_("Lot number (empty: none)")), field_id="resources-lot")
    options = [("", screen.say(WHICH_LOT.get(doing, N_("soonest to expire first"))))]
    for lot in line.lots:
        until = "" if lot.expires_on is None else f" · {lot.expires_on.isoformat()}"
        options.append((lot.lot, f"{lot.lot} · {lot.on_hand:,}{until}"))
    return choice("lot", screen.say(N_("Lot")), options, "" if gone_by is None else gone_by.lot, token)


def elsewhere(found: Sequence[NearbyStock], line: StockLine | None, screen: Screen) -> list[Component]:
    """Other depots that hold the material, nearest by road from this one."""
    if line is None:
        return []
    rows = [_other(it, line.material, screen) for it in found if it.depot != line.depot][:OTHERS_SHOWN]
    heads = [N_("Depot"), N_("Free"), N_("By road")]
    content = _table(heads, rows, screen) if rows else html.P(screen.say(N_("No other depot holds any.")))
    return [section(screen.say(N_("Also in")), content, folded=False)]


def _other(there: NearbyStock, material: str, screen: Screen) -> html.Tr:
    href = address_of(PATH, depot=there.depot, material=material)
    return html.Tr(
        [
            html.Td(html.A(depot_name(there.depot, screen), href=href, **goes(href))),
            html.Td(counted(there.available, material, screen), className="number"),
            html.Td("—" if isinf(there.travel_s) else minutes_seconds(there.travel_s), className="number"),
        ]
    )


def movements(lines: Sequence[MovementLine], screen: Screen) -> list[Component]:
    """The last lines of the ledger."""
    if not lines:
        return []
    rows = [
        html.Tr(
            [
                html.Td(hour_minute(it.at, screen), className="when"),
                html.Td([screen.say(phrases.STOCK_MOVE[it.kind]), *([html.Small(f" {it.reason}")] if it.reason else [])]),
                html.Td(f"{it.on_hand_change or it.reserved_change:+,}", className="number"),
                html.Td(f"{it.on_hand_after:,}", className="number"),
                html.Td(it.actor),
            ]
        )
        for it in lines
    ]
    heads = [N_("When"), N_("What"), N_("Movement"), N_("On hand"), N_("By")]
    return [section(screen.say(N_("Ledger")), _table(heads, rows, screen), folded=False)]


def counts(totals: Sequence[DepotTotal], lots: Sequence[LotLine], wanted: Sequence[Need], rows: Sequence[Row]) -> Counter[str]:
    """How much stands behind each tab; nothing where all is well."""
    return Counter(
        low=sum(it.below for it in totals),
        expiring=len(lots),
        needs=sum(it.short > 0 for it in wanted),
        units=sum(row["status"] == UnitStatus.OUT_OF_SERVICE.value for row in rows),
    )
