"""The handover report on the screen: its sections with their sources, what officers write in it, what holds it up, who signs."""

import re
from collections.abc import Mapping, Sequence

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from command_center.domain.handover import (
    LONG_FIELDS,
    SEALED,
    Blocker,
    Cell,
    Editable,
    HandoverReport,
    HandoverStatus,
    Line,
    Section,
    editable,
)
from command_center.domain.rights import Right
from command_center.domain.text import Text
from command_center.services.handover_layout import with_countersignature
from command_center.ui.console_parts import key
from command_center.ui.desk_page import At
from command_center.ui.desk_parts import address_of, asks, day_and_minute, goes, orders, section
from command_center.ui.duty_links import on_screen
from command_center.ui.shell import Screen
from command_center.ui.widgets import empty_state, icon
from command_center.words import N_, phrases

PATH = "/duty"
EMPTY_LINES = 2
"""Blank lines of an officer's own that a form offers."""


def place(at: At, **changed: object) -> str:
    """The address with something else chosen; what is None goes."""
    kept = {name: at.get(name) for name in ("tab", "handover", "section")}
    return address_of(PATH, **(kept | changed))


def allows(screen: Screen, right: Right) -> bool:
    """Whether whoever looks may do this."""
    return screen.caller is not None and screen.caller.may(right)


# ---- how far it is ------------------------------------------------------------------------------------------------


def title(report: HandoverReport | None, at: At, screen: Screen) -> list[Component]:
    """Whose watch, from when to when, how far; and the ways out of the house."""
    if report is None:
        return [empty_state(screen.say(N_("Nobody is rostered: fill in the roster first.")), symbol="calendar")]
    span = f"{day_and_minute(report.from_at, screen)} – {day_and_minute(report.to_at, screen)}"
    state = screen.say(phrases.HANDOVER_STATUS[report.status.value])
    about = html.Div(
        [html.H2(screen.say(N_("Handover of watch %(number)s"), number=report.number)), html.Small(f"{span} · {state}")], className="what"
    )
    back = (
        [key(screen.say(N_("The watch now")), symbol="arrow-back-up", **goes(place(at, handover=None, section=None)))]
        if at.get("handover")
        else []
    )
    return [html.Div([about, *back, *_papers(report, screen)], className="title")]


def _papers(report: HandoverReport, screen: Screen) -> list[Component]:
    ref = "current" if report.id is None else str(report.id)
    kinds = (("docx", "Word"), ("pdf", "PDF"), ("xlsx", "Excel"))
    return [
        html.A(
            [icon("file-download"), html.Span(name, className="word")],
            href=f"/api/v1/handover/{ref}.{ending}?lang={'en' if screen.lang == 'en' else 'zh_CN'}",
            className="key",
            download="",
        )
        for ending, name in kinds
    ]


def steps(report: HandoverReport | None, screen: Screen) -> list[Component]:
    """The three signatures with their keys; the next one is the primary."""
    if report is None:
        return []
    signed = report.section("signatures").lines[0].cells if report.section("signatures").lines else {}
    rows = [
        _step("outgoing", signed, report.status is not HandoverStatus.DRAFT, screen),
        _step("incoming", signed, report.status in SEALED, screen),
        _step("leader", {"leader": Cell(Text(report.leader_by or "", report.leader_by or ""))}, report.leader_by is not None, screen),
    ]
    seal = []
    if report.sha256 is not None:
        seal = [html.P([icon("lock"), " ", screen.say(N_("Sealed: %(hash)s"), hash=report.sha256)], className="final hash")]
    head = html.P(
        screen.say(N_("Log up to line %(line)s: %(hash)s"), line=report.log_id, hash=report.log_hash[:16]), className="muted hash"
    )
    return [html.Ul(rows, className="lines signing"), html.Div(_keys(report, screen), className="acts signing-keys"), *seal, head]


def _step(side: str, signed: Mapping[str, Cell], done: bool, screen: Screen) -> html.Li:  # noqa: FBT001 - drawn, not decided on
    names = {
        "outgoing": ("outgoing_officer", "outgoing_at"),
        "incoming": ("incoming_officer", "incoming_at"),
        "leader": ("leader", "leader_at"),
    }
    who, when = (screen.read(signed[name].text) if name in signed else "" for name in names[side])
    return html.Li(
        [
            html.Span(icon("circle-check" if done else "user"), className="sign"),
            html.Div([html.B(screen.say(phrases.SIDE[side])), html.Small(who if done else "")], className="what"),
            html.Div(html.Small(when if done else screen.say(N_("not signed"))), className="when"),
        ],
        className="line over" if done else "line",
    )


def _keys(report: HandoverReport, screen: Screen) -> list[Component]:
    if report.id is None:
        if not allows(screen, Right.HAND_OVER):
            return []
        begin = screen.say(N_("Begin the handover report"))
        return [key(begin, symbol="edit", look="primary order", **orders("begin"), **{"data-main": ""})]
    keys: list[Component] = []
    word = screen.say(N_("Your pass-phrase"))
    if report.status is HandoverStatus.DRAFT and allows(screen, Right.HAND_OVER):
        ask = screen.say(N_("Sign as outgoing officer; you stay responsible until the next one signs"))
        sign = screen.say(N_("Sign"))
        keys.append(
            key(
                screen.say(N_("Sign as outgoing officer…")),
                symbol="edit",
                look="primary",
                **asks("sign_outgoing", ask, word, sign, secret=True, handover=report.id),
            )
        )
    if report.status is HandoverStatus.OUTGOING_SIGNED and allows(screen, Right.HAND_OVER):
        ask = screen.say(N_("Take over the watch; the report is sealed and never changed again"))
        sign = screen.say(N_("Take over"))
        keys.append(
            key(
                screen.say(N_("Take over the watch…")),
                symbol="check",
                look="primary",
                **asks("sign_incoming", ask, word, sign, secret=True, handover=report.id),
            )
        )
        keys.append(
            key(screen.say(N_("Withdraw the signature")), symbol="arrow-back-up", look="order", **orders("withdraw", handover=report.id))
        )
    if report.status is HandoverStatus.HANDED_OVER and allows(screen, Right.COUNTERSIGN):
        ask = screen.say(N_("Countersign the sealed report"))
        keys.append(
            key(
                screen.say(N_("Countersign…")),
                symbol="checks",
                look="primary",
                **asks("countersign", ask, word, screen.say(N_("Countersign")), secret=True, handover=report.id),
            )
        )
    return keys


def blockers(report: HandoverReport | None, screen: Screen) -> list[Component]:
    """What must not pass on without a word; silent ones first."""
    if report is None or not report.blockers:
        return []
    waiting = sum(not it.note for it in report.blockers)
    note = screen.say(N_("%(n)s still need a word"), n=waiting) if waiting else screen.say(N_("each has its word"))
    rows = [_blocker(it, report, screen) for it in sorted(report.blockers, key=lambda it: bool(it.note))]
    return [section(screen.say(N_("Holds the signature up")), html.Ul(rows, className="lines"), note=note, folded=False)]


def _blocker(it: Blocker, report: HandoverReport, screen: Screen) -> html.Li:
    what = screen.read(it.what)
    said = [html.P([it.note, html.Small(f" {it.noted_by or ''}")], className="final")] if it.note else []
    keys: list[Component] = []
    if report.id is not None and report.status not in SEALED and allows(screen, Right.HAND_OVER):
        ask = asks(
            "note",
            what,
            screen.say(N_("What the next officer has to know")),
            screen.say(N_("Save")),
            value=it.note or "",
            handover=report.id,
            blocker=it.key,
        )
        keys = [key(screen.say(N_("Say a word…")), symbol="note", look="" if it.note else "primary", **ask)]
    return html.Li(
        [
            html.Span(icon("check" if it.note else "alert-triangle"), className="sign" if it.note else "sign bad"),
            html.Div([html.B(_linked(what, it.link)), html.Small(screen.read(it.name)), *said], className="what"),
            html.Div(keys, className="acts"),
        ],
        className="line",
        **{"data-blocker": it.key},
    )


def _linked(text: str, link: str | None) -> Component | str:
    """A figure with the way to the rows behind it on the screen; a row that no screen shows is read at its door."""
    if not link:
        return text
    href = on_screen(link)
    return html.A(text, href=link, target="_blank") if href is None else html.A(text, href=href, **goes(href))


# ---- the sections -------------------------------------------------------------------------------------------------


def sections(report: HandoverReport | None, at: At, screen: Screen) -> list[Component]:
    """All eighteen, each with its figures; the one being written is a form elsewhere."""
    if report is None:
        return []
    described = {it.key: it for it in screen.center.catalogue.handover.sections}
    rows: list[Component] = []
    for number, it in enumerate(with_countersignature(report), 1):
        may = editable(described[it.key]) if it.key in described else Editable()
        rows.append(_section(number, it, report, at, screen, may=may))
    return rows


def _section(number: int, it: Section, report: HandoverReport, at: At, screen: Screen, *, may: Editable) -> Component:
    name = f"{number}. {screen.read(it.title)}"
    body: list[Component] = [html.P(screen.read(it.note), className="muted")] if it.note is not None else []
    body += [_form_view(it, screen) if it.is_form else _table(it, screen)]
    by = screen.say(N_("written by %(name)s"), name=it.edited_by) if it.edited_by else ""
    if may != Editable() and _may_write(it.key, report, screen):
        chosen = {"aria-current": "true"} if at.get("section") == it.key else {}
        body.append(html.Div(key(screen.say(N_("Write")), symbol="edit", **goes(place(at, section=it.key)), **chosen), className="acts"))
    count = str(len(it.lines)) if not it.is_form else ""
    part = section(name, *body, note=" · ".join(word for word in (count, by) if word), folded=not it.lines and not it.is_form)
    return html.Div(part, **{"data-section": it.key})


def _may_write(section_key: str, report: HandoverReport, screen: Screen) -> bool:
    """Once the outgoing officer signed, the incoming one may still object, and nothing else."""
    if report.id is None or not allows(screen, Right.HAND_OVER):
        return False
    return report.status is HandoverStatus.DRAFT or (report.status is HandoverStatus.OUTGOING_SIGNED and section_key == "signatures")


def _form_view(it: Section, screen: Screen) -> Component:
    cells: Mapping[str, Cell] = it.lines[0].cells if it.lines else {}
    rows: list[Component] = []
    for name, label in it.fields.items():
        cell = cells.get(name)
        value = "—" if cell is None else screen.read(cell.text)
        if len(it.fields) == 1:
            return html.P(_linked(value, None if cell is None else cell.link), className="final")
        rows += [html.Dt(screen.read(label)), html.Dd(_linked(value, None if cell is None else cell.link))]
    return html.Dl(rows, className="facts")


def _table(it: Section, screen: Screen) -> Component:
    if not it.lines:
        return html.P(screen.say(N_("None")), className="muted")
    heads = html.Tr([html.Th(screen.read(label)) for label in it.fields.values()])
    return html.Div(
        html.Table([html.Thead(heads), html.Tbody([_row(line, it, screen) for line in it.lines])], className="listing"), className="wide"
    )


def _row(line: Line, it: Section, screen: Screen) -> html.Tr:
    cells = [line.cells.get(name) for name in it.fields]
    return html.Tr([html.Td("" if cell is None else _linked(screen.read(cell.text), cell.link)) for cell in cells])


# ---- writing one --------------------------------------------------------------------------------------------------


def writing(report: HandoverReport | None, at: At, screen: Screen) -> list[Component]:
    """The form of the section being written."""
    wanted = at.get("section")
    described = {it.key: it for it in screen.center.catalogue.handover.sections}
    if report is None or wanted not in described or not _may_write(wanted, report, screen):
        return []
    it, may = report.section(wanted), editable(described[wanted])
    if may == Editable():
        return []
    fields = _form_fields(it, may, screen) if it.is_form else [*_line_fields(it, may, screen), *_own_fields(it, may, screen)]
    save = key(
        screen.say(N_("Save")),
        symbol="check",
        keys="Ctrl+Enter",
        look="primary big order",
        **orders("write", handover=report.id, section=wanted, based_on=it.version),
        **{"data-main": "", "data-saves": ""},
    )
    cancel = key(screen.say(N_("Cancel")), keys="Esc", **goes(place(at, section=None)))
    head = html.Div(html.Div(html.H2(screen.read(it.title)), className="what"), className="title")
    return [
        head,
        html.Div([*fields, html.Div([cancel, save], className="foot")], className="fields", **{"data-token": at.get("token") or ""}),
    ]


def _field(name: str, label: str, value: str, *, long: bool, first: bool) -> Component:
    marks = {"data-first": ""} if first else {}
    field_id = "duty-" + re.sub(r"[^a-z0-9]+", "-", name.lower())
    if long:
        return dmc.Textarea(name=name, label=label, value=value, id=field_id, autosize=True, minRows=3, maxRows=12, **marks)
    return dmc.TextInput(name=name, label=label, value=value, id=field_id, autoComplete="off", **marks)


def _form_fields(it: Section, may: Editable, screen: Screen) -> list[Component]:
    cells = it.lines[0].cells if it.lines else {}
    names = [name for name in it.fields if name in may.fields]
    return [
        _field(f"field|{name}", screen.read(it.fields[name]), _said(cells.get(name), screen), long=name in LONG_FIELDS, first=number == 0)
        for number, name in enumerate(names)
    ]


def _said(cell: Cell | None, screen: Screen) -> str:
    text = "" if cell is None else screen.read(cell.text)
    return "" if text == "—" else text


def _line_fields(it: Section, may: Editable, screen: Screen) -> list[Component]:
    """What may be written to lines that the system drafted."""
    rows: list[Component] = []
    for line in it.lines:
        if line.key.startswith("own:") or not may.lines:
            continue
        known = next((screen.read(line.cells[name].text) for name in it.fields if name not in may.lines and name in line.cells), "")
        fields = [
            _field(f"line|{line.key}|{name}", screen.read(it.fields[name]), _said(line.cells.get(name), screen), long=False, first=not rows)
            for name in it.fields
            if name in may.lines
        ]
        rows.append(
            html.Fieldset([html.Legend(known), html.Div(fields, className="pair")] if known else html.Div(fields, className="pair"))
        )
    return rows


def _own_fields(it: Section, may: Editable, screen: Screen) -> list[Component]:
    """Lines of the officer's own, and blank ones for more."""
    if not may.added:
        return []
    own: Sequence[Line | None] = [*(line for line in it.lines if line.key.startswith("own:")), *[None] * EMPTY_LINES]
    rows: list[Component] = []
    for number, line in enumerate(own):
        cells = {} if line is None else line.cells
        fields = [
            _field(
                f"own|{number}|{name}",
                screen.read(it.fields[name]),
                _said(cells.get(name), screen),
                long=name in LONG_FIELDS,
                first=number == 0 and name == next(iter(it.fields)),
            )
            for name in it.fields
            if name in may.added
        ]
        legend = screen.say(N_("Line %(n)s of your own"), n=number + 1)
        rows.append(html.Fieldset([html.Legend(legend), html.Div(fields, className="pair")]))
    return rows
