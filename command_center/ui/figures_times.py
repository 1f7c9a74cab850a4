"""Which time the page of figures looks at, and which it lays beside it: the address says it; keys and a small form write the address.

`?span=watch&watch=12`, `?span=day&day=2026-03-02`, `?span=month&day=2026-03-01`, and
`?span=free&from=2026-03-02T08:00&to=...&with_from=...&with_to=...`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from command_center.center import Center
from command_center.domain.errors import Invalid, Refusal, UnknownWatch
from command_center.services import report_figures, watches
from command_center.services.watches import WatchView
from command_center.ui.console_parts import key
from command_center.ui.desk_page import Act, At, Order, Outcome, unreadable
from command_center.ui.desk_parts import address_of, choice, goes, orders, text_field
from command_center.ui.shell import Desk, Screen
from command_center.ui.widgets import icon
from command_center.words import N_, phrases

PATH = "/reports"
Span = tuple[datetime, datetime]

KINDS: Mapping[str, str] = {"watch": N_("Watch"), "day": N_("Day"), "month": N_("Month"), "free": N_("Two times")}
OFFERED_EACH_WAY = 31
"""Watches before the one that is looked at, and after it, to choose from."""

WEEK = timedelta(days=7)
FREE = ("from", "to", "with_from", "with_to")
"""The four moments of two freely chosen times, as the address and the form name them."""

FORMS = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M")
DAY_FORMS = ("%Y-%m-%d", "%Y/%m/%d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """span : the time looked at; before : the one beside it. watch : the one chosen, among those offered, the latest first.

    refusal : why the address could not be followed; then it is today.
    """

    kind: str
    span: Span
    before: Span
    watch: WatchView | None = None
    offered: Sequence[WatchView] = ()
    refusal: Refusal | None = None

    @property
    def form_mark(self) -> str:
        """What the choice depends on, for marks: the form is not drawn anew for every figure."""
        return f"{self.kind} {self.watch.id if self.watch else ''} {' '.join(str(it.id) for it in self.offered)}"


def asked(at: At) -> dict[str, str]:
    """The address without what the page adds to it."""
    return {name: value for name, value in at.items() if name != "token" and value}


def kind_of(at: At) -> str:
    kind = at.get("span") or ""
    return kind if kind in KINDS else "day"


# ---- reading the address ------------------------------------------------------------------------------------------


def times_of(at: At, center: Center) -> Times:
    """The two times an address names; today, and why, where it cannot be followed. Blocking."""
    try:
        return _TIMES[kind_of(at)](at, center)
    except Refusal as refusal:
        return replace(_day_times({}, center), refusal=refusal)


def _watch_times(at: At, center: Center) -> Times:
    """The watch that the address names, else the one on duty, beside the one before it. Raises UnknownWatch."""
    watch = _watch(at.get("watch") or "", center)
    offered = watches.watches_around(center, watch.from_at, OFFERED_EACH_WAY)
    span = report_figures.watch_span(center, watch.id)
    before = _watch_before(watch, offered)
    beside = report_figures.watch_span(center, before.id) if before else (span[0] - (watch.to_at - watch.from_at), span[0])
    return Times(kind="watch", span=span, before=beside, watch=watch, offered=offered)


def _watch(named: str, center: Center) -> WatchView:
    if named:
        return watches.watch_named(center, int(named) if named.isdecimal() else 0)
    return watches.on_duty_now(center) or _last(center)


def _last(center: Center) -> WatchView:
    found = watches.watches_around(center, center.now(), 1)
    if not found:
        raise UnknownWatch(watch=None)
    return found[0]


def _watch_before(watch: WatchView, offered: Sequence[WatchView]) -> WatchView | None:
    return next((it for it in offered if it.from_at < watch.from_at), None)


def _day_times(at: At, center: Center) -> Times:
    day = _day(at, center)
    before = report_figures.span_of_day(center, day - timedelta(days=1))
    return Times(kind="day", span=report_figures.span_of_day(center, day), before=before)


def _month_times(at: At, center: Center) -> Times:
    day = _day(at, center)
    before = _month_before(day)
    span = report_figures.span_of_month(center, day.year, day.month)
    return Times(kind="month", span=span, before=report_figures.span_of_month(center, before.year, before.month))


def _free_times(at: At, center: Center) -> Times:
    """Two times of the officer's own choice; the last two weeks where the address names none. Raises Invalid."""
    if not any(at.get(name) for name in FREE):
        midnight = report_figures.span_of_day(center, _today(center))[1]
        return Times(kind="free", span=(midnight - WEEK, midnight), before=(midnight - 2 * WEEK, midnight - WEEK))
    from_at, to_at, with_from, with_to = (_moment(at, name, center.zone) for name in FREE)
    for name, (begin, end) in (("to", (from_at, to_at)), ("with_to", (with_from, with_to))):
        if not timedelta(0) < end - begin <= report_figures.LONGEST:
            raise Invalid(field=name, value=at.get(name))
    return Times(kind="free", span=(from_at, to_at), before=(with_from, with_to))


_TIMES = {"watch": _watch_times, "day": _day_times, "month": _month_times, "free": _free_times}


def _today(center: Center) -> date:
    return center.now().astimezone(center.zone).date()


def _day(at: At, center: Center) -> date:
    named = at.get("day")
    try:
        return date.fromisoformat(named) if named else _today(center)
    except ValueError as error:
        raise Invalid(field="day", value=named) from error


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _moment(at: At, name: str, zone: tzinfo) -> datetime:
    found = moment_typed(at.get(name) or "", zone, ends=name.endswith("to"))
    if found is None:
        raise Invalid(field=name, value=at.get(name))
    return found


def moment_typed(text: str, zone: tzinfo, *, ends: bool) -> datetime | None:
    """A date, or a date with a time, as people type it, by the clocks of the zone; None for another text.

    ends : a date without a time means all of that day, so its end.
    """
    typed = " ".join(text.replace("T", " ").split())
    for form in (*FORMS, *DAY_FORMS):
        try:
            read = datetime.strptime(typed, form)  # noqa: DTZ007 - clock time of the street; the zone follows
        except ValueError:
            continue
        whole_day = ends and form in DAY_FORMS
        return (read + timedelta(days=whole_day)).replace(tzinfo=zone)
    return None


# ---- keys and form ------------------------------------------------------------------------------------------------


def minute(at: datetime, screen: Screen) -> str:
    """YYYY-MM-DD HH:MM where the street is, as `moment_typed` reads it back."""
    return f"{at.astimezone(screen.center.zone):%Y-%m-%d %H:%M}"


def chosen(at: At, times: Times, screen: Screen) -> list[Component]:
    """Which kind of time, one earlier, one later, what is looked at, and the way out as a workbook."""
    kinds = [
        key(screen.say(label), **({"aria-current": "true"} if name == times.kind else {}), **goes(address_of(PATH, span=name)))
        for name, label in KINDS.items()
    ]
    steps = [
        key(screen.say(label), symbol=symbol, **goes(href))
        for label, symbol, href in (
            (N_("Earlier"), "arrow-back-up", _earlier(at, times, screen)),
            (N_("Later"), "", _later(at, times, screen)),
        )
        if href
    ]
    spans = dict(zip(FREE, (*times.span, *times.before), strict=True))
    book = f"/api/v1/figures/book.xlsx?{urlencode({name: it.isoformat() for name, it in spans.items()} | {'lang': screen.lang})}"
    sheet = html.A([icon("file-download"), html.Span("Excel", className="word")], href=book, className="key", download="")
    told = screen.say(
        N_("%(from)s to %(to)s, beside %(with_from)s to %(with_to)s"), **{name: minute(it, screen) for name, it in spans.items()}
    )
    refused = [html.P(phrases.refusal(screen.lang, times.refusal), className="bad", role="alert")] if times.refusal else []
    nav = html.Nav([*kinds, *steps], className="tabs", **{"aria-label": screen.say(N_("Which time"))})
    return [nav, *refused, html.P(told, className="said"), sheet]


def _earlier(at: At, times: Times, screen: Screen) -> str:
    if times.kind == "watch" and times.watch:
        before = _watch_before(times.watch, times.offered)
        return address_of(PATH, span="watch", watch=before.id) if before else ""
    return _stepped(at, times, screen, -1)


def _later(at: At, times: Times, screen: Screen) -> str:
    if times.kind == "watch" and times.watch:
        after = [it for it in times.offered if it.from_at > times.watch.from_at]
        return address_of(PATH, span="watch", watch=after[-1].id) if after else ""
    return _stepped(at, times, screen, 1)


def _stepped(at: At, times: Times, screen: Screen, step: int) -> str:
    """The day or month beside the one looked at; nothing that is still to come."""
    if times.kind not in ("day", "month") or times.refusal:
        return ""
    day, today = _day(at, screen.center), _today(screen.center)
    to = day + timedelta(days=step) if times.kind == "day" else _month_after(day) if step > 0 else _month_before(day)
    return address_of(PATH, span=times.kind, day=to.isoformat()) if to <= today else ""


def fields(at: At, times: Times, screen: Screen) -> list[Component]:
    """The form that goes to any watch, day, month, or two times of one's own."""
    token = at.get("token") or ""
    inputs = _FIELDS[times.kind](at, times, token, screen)
    label = screen.say(N_("Compare") if times.kind == "free" else N_("Show"))
    go = key(label, symbol="report-analytics", keys="Ctrl+Enter", look="order", **{"data-main": ""}, **orders("show", span=times.kind))
    return [html.Div([*inputs, go], className=f"times {times.kind}", **{"data-token": token})]


def _watch_fields(_at: At, times: Times, token: str, screen: Screen) -> list[Component]:
    options = [(str(it.id), _watch_option(it, screen)) for it in times.offered]
    now = str(times.watch.id) if times.watch else ""
    if now and now not in dict(options) and times.watch:
        options.insert(0, (now, _watch_option(times.watch, screen)))
    return [choice("watch", screen.say(N_("Watches of the centre")), options, now, token)]


def _watch_option(watch: WatchView, screen: Screen) -> str:
    people = phrases.listed(screen.lang, (screen.read(it.name) for it in watch.people[:2]))
    return f"{minute(watch.from_at, screen)} · {people}" if people else minute(watch.from_at, screen)


def _day_fields(at: At, times: Times, _token: str, screen: Screen) -> list[Component]:
    day = times.span[0].astimezone(screen.center.zone)
    return [text_field("day", screen.say(N_("Day")), f"{day:%Y-%m-%d}", field_id="reports-day", hint="2026-03-02")]


def _month_fields(at: At, times: Times, _token: str, screen: Screen) -> list[Component]:
    day = times.span[0].astimezone(screen.center.zone)
    return [text_field("day", screen.say(N_("Month")), f"{day:%Y-%m}", field_id="reports-month", hint="2026-03")]


FREE_LABELS = (N_("From"), N_("Until"), N_("Beside, from"), N_("Beside, until"))


def _free_fields(_at: At, times: Times, _token: str, screen: Screen) -> list[Component]:
    spans = (*times.span, *times.before)
    return [
        text_field(name, screen.say(label), minute(at, screen), field_id=f"reports-{name.replace('_', '-')}", hint="2026-03-02 08:00")
        for name, label, at in zip(FREE, FREE_LABELS, spans, strict=True)
    ]


_FIELDS = {"watch": _watch_fields, "day": _day_fields, "month": _month_fields, "free": _free_fields}


# ---- the form's order ---------------------------------------------------------------------------------------------


async def _show(desk: Desk, wanted: Order, at: At) -> Outcome:
    """Go to the time that stands in the form; what cannot be read is told and stays."""
    form, kind, zone = wanted["form"], str(wanted["span"]), desk.center.zone
    if kind == "watch":
        return address_of(PATH, span="watch", watch=form.get("watch"))
    if kind in ("day", "month"):
        text = str(form.get("day", "")).strip()
        day = moment_typed(text if kind == "day" else f"{text}-01", zone, ends=False)
        return unreadable(desk, "day", text) if day is None else address_of(PATH, span=kind, day=day.date().isoformat())
    typed = {name: str(form.get(name, "")).strip() for name in FREE}
    found = {name: moment_typed(text, zone, ends=name.endswith("to")) for name, text in typed.items()}
    for name, end in found.items():
        if end is None:
            return unreadable(desk, name, typed[name])
    return address_of(PATH, span="free", **{name: f"{end:%Y-%m-%dT%H:%M}" for name, end in found.items() if end})


ACTS: Mapping[str, Act] = {"show": _show}
