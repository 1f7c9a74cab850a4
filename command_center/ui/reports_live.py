"""What the page of reports draws: the clocks, the text that stands open, and what was told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash.development.base_component import Component

from command_center.domain.errors import Refusal
from command_center.services import reports
from command_center.services.reports import ReportView
from command_center.ui import reports_view
from command_center.ui.console_parts import signed_in
from command_center.ui.desk_page import At, DeskPage, Filled, Look, Part, demonstration, unseen
from command_center.ui.memo import fingerprint
from command_center.ui.reports_orders import ACTS
from command_center.ui.shell import Desk, Screen
from command_center.ui.speech import spoken_names
from command_center.ui.widgets import empty_state
from command_center.words import N_, phrases

TOLD_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Everything a part is drawn from. report : the one that stands open, a refusal where there is none, None when none is named."""

    screen: Screen
    at: At
    filled: Filled
    running: Sequence[ReportView]
    told: Sequence[ReportView]
    report: ReportView | Refusal | None

    @property
    def opened(self) -> ReportView | None:
        return self.report if isinstance(self.report, ReportView) else None


def _title(sight: Sight) -> list[Component]:
    if isinstance(sight.report, Refusal):
        said = phrases.refusal(sight.screen.lang, sight.report, spoken_names(sight.screen))
        return [empty_state(said, symbol="alert-triangle")]
    if sight.report is None:
        return [empty_state(sight.screen.say(N_("Choose a report to read and send its text.")), symbol="report")]
    return reports_view.title(sight.report, sight.screen)


def _fields(sight: Sight) -> list[Component]:
    if sight.opened is None:
        return []
    return reports_view.fields(sight.opened, _fields_mark(sight), sight.at.get("token") or "", sight.screen)


def _fields_mark(sight: Sight) -> str:
    """While somebody types nothing is drawn anew; before that the text follows the facts and what others save."""
    report = sight.opened
    if report is None:
        return ""
    if "text_zh" in sight.filled:
        return sight.filled.get("mark", "")
    text = fingerprint([report.text.zh, report.text.en])
    return f"{report.id} {sight.at.get('token')} {sight.screen.lang} {report.state.value} {report.text_version} {text}"


def _other(sight: Sight) -> list[Component]:
    return [] if sight.opened is None else reports_view.other(sight.opened, sight.filled, sight.screen)


def _keys(sight: Sight) -> list[Component]:
    return [] if sight.opened is None else reports_view.keys(sight.opened, sight.filled, sight.screen)


PARTS: Mapping[str, Part[Sight]] = {
    "reporting-demo": (lambda sight: demonstration(sight.screen), None),
    "reporting-unseen": (lambda sight: unseen(sight.screen), None),
    "reporting-clocks": (
        lambda sight: reports_view.clocks(sight.running, None if sight.opened is None else sight.opened.id, sight.screen),
        None,
    ),
    "reporting-title": (_title, None),
    "reporting-fields": (_fields, _fields_mark),
    "reporting-other": (_other, None),
    "reporting-keys": (_keys, None),
    "reporting-told": (lambda sight: reports_view.told(sight.told, sight.screen), None),
}


def see(desk: Desk, screen: Screen, look: Look) -> Sight:
    """Fetch what the parts need."""
    actor, named = signed_in(desk), look.at.get("report") or ""
    opened: ReportView | Refusal | None = None
    if named:
        try:
            opened = reports.read_report(desk.center, int(named) if named.isdecimal() else 0, actor)
        except Refusal as refusal:
            opened = refusal
    return Sight(
        screen=screen,
        at=look.at,
        filled=look.filled,
        running=reports.list_reports(desk.center, actor),
        told=reports.list_reports(desk.center, actor, state="closed", limit=TOLD_SHOWN),
        report=opened,
    )


DESK_PAGE: DeskPage[Sight] = DeskPage(name="reporting", path=reports_view.PATH, see=see, parts=PARTS, acts=ACTS, formed_by=("report",))
