"""Reports to the district on the screen: the clocks that run, the text being written, and what was told when."""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from command_center.domain.activations import UNFILLED
from command_center.domain.board import Row
from command_center.domain.reports import ReportKind, ReportState
from command_center.services.reports import ReportView
from command_center.ui.console_parts import key
from command_center.ui.desk_page import Filled
from command_center.ui.desk_parts import address_of, asks, goes, hour_minute, orders, section
from command_center.ui.shell import Screen
from command_center.ui.widgets import clock, empty_state, icon
from command_center.words import N_, phrases

PATH = "/reporting"
SHOWN_ON_CONSOLE = 3


def address(report_id: object = None, version: object = None) -> str:
    return address_of(PATH, report=report_id, v=version)


def matter(report: ReportView, screen: Screen) -> str:
    """What people call it: the incident's number, or the plan's name."""
    plan = screen.center.catalogue.plans.get(report.about)
    return screen.read(plan.short) if plan else report.about


def name_of(kind: str, number: int, screen: Screen) -> str:
    """The kind, with its number where there may be several."""
    word = screen.say(phrases.REPORT_KIND[kind])
    return screen.say(N_("%(report)s no. %(n)s"), report=word, n=number) if kind == ReportKind.FOLLOW_UP or number > 1 else word


def receiver_at_first(screen: Screen) -> str:
    return (
        screen.read(screen.center.catalogue.common.audiences["district"]) if "district" in screen.center.catalogue.common.audiences else ""
    )


# ---- lines ---------------------------------------------------------------------------------------------------------


def panel(reports: Sequence[ReportView], screen: Screen) -> list[Component]:
    """Those of one matter, for a panel beside other things: open ones with their clocks and keys, then what was told."""
    if not reports:
        return []
    open_ones = sorted((it for it in reports if it.state is ReportState.OPEN), key=lambda it: (it.due_at, it.id))
    closed = [it for it in reports if it.state is not ReportState.OPEN]
    lines = html.Ul([*(open_line(it, screen) for it in open_ones), *(closed_line(it, screen) for it in closed)], className="lines")
    late = sum(it.due_at <= screen.center.now() for it in open_ones)
    note = screen.say(N_("overdue %(n)s"), n=late) if late else screen.say(N_("due %(n)s"), n=len(open_ones)) if open_ones else ""
    return [section(screen.say(N_("Reports to the district")), lines, note=note, folded=False)]


def open_line(report: ReportView, screen: Screen, *, chosen: bool = False, with_matter: bool = False) -> html.Li:
    """One running clock: what, until when, and its keys."""
    name = name_of(report.kind, report.number, screen)
    title = f"{matter(report, screen)} · {name}" if with_matter else name
    late = report.due_at <= screen.center.now()
    by = screen.say(N_("by %(time)s"), time=hour_minute(report.due_at, screen))
    told = [] if report.edited_by is None else [screen.say(N_("edited by %(name)s"), name=report.edited_by)]
    facts = [screen.say(N_("overdue")), *told] if late else told
    return html.Li(
        [
            html.Span(icon("clock-exclamation" if late else "report"), className="sign bad" if late else "sign"),
            html.Div([html.B(title), html.Small(" · ".join(facts))], className="what"),
            html.Div([clock(until=report.due_at.isoformat()), html.Small(by)], className="when"),
            html.Div(_line_keys(report, title, screen), className="acts"),
        ],
        className="line late" if late else "line",
        **{"data-report": str(report.id)},
        **({"aria-current": "true"} if chosen else {}),
    )


def _line_keys(report: ReportView, title: str, screen: Screen) -> list[Component]:
    write = N_("What to say") if report.kind is ReportKind.PHONE else N_("Write and send")
    return [
        key(screen.say(write), symbol="edit", **goes(address(report.id))),
        told_key(report, title, screen),
        drop_key(report, title, screen),
    ]


def told_key(report: ReportView, title: str, screen: Screen, *, look: str = "") -> Component:
    """A tick: somebody of the district was told by phone, or the text was read out to them."""
    label = screen.say(N_("Told by phone"))
    asked = asks(
        "report_told", f"{label}: {title}", screen.say(N_("Who was told")), label, value=receiver_at_first(screen), report=report.id
    )
    return key(screen.say(N_("Told by phone…")), symbol="phone", look=look, **asked)


def drop_key(report: ReportView, title: str, screen: Screen) -> Component:
    """Not needed, and why; what follows from it is said before anybody says yes."""
    asked = f"{screen.say(N_('Not needed'))}: {title}. {_consequence(report, screen)}"
    return key(
        screen.say(N_("Drop…")),
        symbol="x",
        **asks("report_drop", asked, screen.say(N_("Why")), screen.say(N_("Drop it")), report=report.id),
    )


def _consequence(report: ReportView, screen: Screen) -> str:
    if report.ends_duty:
        return screen.say(N_("This ends the duty to report on it: no follow-ups and no final report will be asked for."))
    if report.kind is ReportKind.PHONE:
        return screen.say(N_("The written report stays due."))
    if report.kind is ReportKind.FINAL:
        return screen.say(N_("No further report will be asked for."))
    return screen.say(N_("The next follow-up takes its place."))


def closed_line(report: ReportView, screen: Screen, *, with_matter: bool = False) -> html.Li:
    """What was told when and to whom, or why it was not."""
    name = name_of(report.kind, report.number, screen)
    title = f"{matter(report, screen)} · {name}" if with_matter else name
    how = [screen.say(phrases.REPORT_STATE[report.state])]
    if report.state is ReportState.SENT:
        how += [report.receiver, *([screen.say(N_("by phone"))] if report.by_phone else [])]
    elif report.state is ReportState.WITHDRAWN:
        how.append(screen.say(phrases.BECAUSE[report.close_reason]) if report.close_reason in phrases.BECAUSE else "")
    else:
        how += [report.close_reason, report.closed_by or ""]
    sent = report.state is ReportState.SENT
    read = [key(screen.say(N_("Text")), symbol="notes", **goes(address(report.id)))] if sent else []
    return html.Li(
        [
            html.Span(icon("check" if sent else "ban"), className="sign"),
            html.Div([html.B(title), html.Small(" · ".join(part for part in how if part))], className="what"),
            html.Div([html.Small(hour_minute(report.closed_at, screen)), *read], className="when"),
        ],
        className="line over",
        **{"data-report": str(report.id)},
    )


# ---- on the console ------------------------------------------------------------------------------------------------


def board_name(row: Row, screen: Screen) -> str:
    """A report of the board: its matter and its kind."""
    plan = screen.center.catalogue.plans.get(row["plan_id"] or "")
    about = row["incident_number"] or (screen.read(plan.short) if plan else row["plan_id"])
    return f"{about} · {name_of(row['report_kind'], row['number'], screen)}"


def waiting(screen: Screen) -> list[tuple[str, list[Component | str], Component]]:
    """The clocks that run, soonest due first, as (symbol, words, key); the rest is counted."""
    rows = sorted(screen.live.board.rows("report"), key=lambda row: (row["due_at"], row["id"]))
    found = [
        (
            "clock-exclamation" if row["overdue_at"] else "report",
            [board_name(row, screen), " ", clock(until=row["due_at"], class_name="late" if row["overdue_at"] else "")],
            key(screen.say(N_("Open")), **goes(address(row["id"]))),
        )
        for row in rows[:SHOWN_ON_CONSOLE]
    ]
    if len(rows) > SHOWN_ON_CONSOLE:
        more = screen.say(N_("and %(n)s more reports to the district"), n=len(rows) - SHOWN_ON_CONSOLE)
        found.append(("report", [more], key(screen.say(N_("Open")), **goes(PATH))))
    return found


def of_incident(row: Row, screen: Screen) -> list[Component]:
    """The clocks that run for an incident, beside it."""
    rows = sorted((it for it in screen.live.board.rows("report") if it["incident_id"] == row["id"]), key=lambda it: it["due_at"])
    return [
        html.Li(
            [
                html.Span(
                    [
                        name_of(it["report_kind"], it["number"], screen),
                        " ",
                        clock(until=it["due_at"], class_name="late" if it["overdue_at"] else ""),
                    ]
                ),
                key(screen.say(N_("Open")), symbol="report", **goes(address(it["id"]))),
            ]
        )
        for it in rows
    ]


# ---- the page ------------------------------------------------------------------------------------------------------


def clocks(reports: Sequence[ReportView], chosen: int | None, screen: Screen) -> list[Component]:
    if not reports:
        said = screen.say(N_("Clocks start with an emergency of level III or graver, and with a plan."))
        return [empty_state(screen.say(N_("Nothing is to be reported.")), said)]
    return [html.Ul([open_line(it, screen, chosen=it.id == chosen, with_matter=True) for it in reports], className="lines")]


def told(reports: Sequence[ReportView], screen: Screen) -> list[Component]:
    if not reports:
        return [empty_state(screen.say(N_("Nothing has been reported yet.")), symbol="history")]
    return [html.Ul([closed_line(it, screen, with_matter=True) for it in reports], className="lines")]


def title(report: ReportView, screen: Screen) -> list[Component]:
    """What is being written, for what, until when, and in which state."""
    due = [clock(until=report.due_at.isoformat()), html.Small(screen.say(N_("by %(time)s"), time=hour_minute(report.due_at, screen)))]
    if report.state is not ReportState.OPEN:
        due = [html.Small(f"{screen.say(phrases.REPORT_STATE[report.state])} {hour_minute(report.closed_at, screen)}")]
    draft = screen.say(N_("draft from the facts; it follows them until somebody edits it"))
    edited = screen.say(
        N_("version %(n)s, edited by %(name)s %(time)s"),
        n=report.text_version,
        name=report.edited_by,
        time=hour_minute(report.edited_at, screen),
    )
    state = draft if report.is_draft else edited if report.edited_by else ""
    return [
        html.Div(
            [
                html.Div(
                    [
                        html.H2(f"{matter(report, screen)} · {name_of(report.kind, report.number, screen)}"),
                        html.Small(state, className="muted"),
                    ],
                    className="what",
                ),
                html.Div(due, className="due"),
                key("", symbol="x", title=screen.say(N_("Back to all reports")), keys="Esc", **goes(PATH)),
            ],
            className="title",
        )
    ]


def fields(report: ReportView, mark: str, token: str, screen: Screen) -> list[Component]:
    """Both languages side by side; once it is sent as it was sent."""
    if report.state is not ReportState.OPEN:
        return [html.Div([html.P(report.text.zh, className="final"), html.P(report.text.en, className="final")], className="both")]
    texts = [
        dmc.Textarea(
            name=name,
            id=f"reporting-{name}",
            label=label,
            value=text,
            autosize=True,
            minRows=12,
            **({"data-first": ""} if first else {}),
        )
        for name, label, text, first in (
            ("text_zh", screen.say(N_("In Chinese")), report.text.zh, screen.lang != "en"),
            ("text_en", screen.say(N_("In English")), report.text.en, screen.lang == "en"),
        )
    ]
    return [html.Div(texts, className="both", **{"data-token": token, "data-version": str(report.text_version), "data-mark": mark})]


def other(report: ReportView, filled: Filled, screen: Screen) -> list[Component]:
    """Somebody else saved or closed it while this person was typing: their text, and the two ways on. Nothing typed is lost."""
    if "text_zh" not in filled:
        return []
    if report.state is not ReportState.OPEN:
        said = screen.say(
            N_("%(name)s has closed this report meanwhile: %(state)s. Your text was not sent."),
            name=report.closed_by,
            state=screen.say(phrases.REPORT_STATE[report.state]),
        )
        return [html.Div([icon("alert-triangle"), html.Span(said)], className="obstacle", role="alert")]
    if filled.get("version") == str(report.text_version):
        return []
    said = screen.say(
        N_("%(name)s has saved another text meanwhile (version %(n)s). Yours still stands here."),
        name=report.edited_by,
        n=report.text_version,
    )
    return [
        html.Div(
            [
                html.Div([icon("alert-triangle"), html.Span(said)]),
                html.P(screen.read(report.text), className="final"),
                html.Div(
                    [
                        key(screen.say(N_("Take theirs")), **goes(address(report.id, report.text_version))),
                        key(
                            screen.say(N_("Save mine over it")),
                            look="order",
                            **orders("report_save", report=report.id, over=report.text_version),
                        ),
                    ],
                    className="acts",
                ),
            ],
            className="obstacle meanwhile",
            role="alert",
        )
    ]


def keys(report: ReportView, filled: Filled, screen: Screen) -> list[Component]:
    """Save, send, told by phone, not needed; with how many blanks are left."""
    if report.state is not ReportState.OPEN:
        return []
    name = f"{matter(report, screen)} · {name_of(report.kind, report.number, screen)}"
    left = max(filled.get("text_zh", report.text.zh).count(UNFILLED), filled.get("text_en", report.text.en).count(UNFILLED))
    blank = [html.Span(screen.say(N_("blanks left: %(n)s"), n=left), className="short")] if left else []
    save = key(screen.say(N_("Save")), symbol="check", look="order", **orders("report_save", report=report.id))
    words = (f"{screen.say(N_('Send the report'))}: {name}", screen.say(N_("Who gets it")), screen.say(N_("Send the report")))
    send = key(
        screen.say(N_("Send…")),
        symbol="send",
        keys="Ctrl+Enter",
        look="primary",
        **{"data-main": "1"},
        **asks("report_send", *words, value=receiver_at_first(screen), report=report.id),
    )
    if report.kind is ReportKind.PHONE:
        return [html.Div([*blank, drop_key(report, name, screen), save, told_key(report, name, screen, look="primary")], className="foot")]
    return [html.Div([*blank, drop_key(report, name, screen), save, told_key(report, name, screen), send], className="foot")]
