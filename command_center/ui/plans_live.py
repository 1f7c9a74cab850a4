"""What the plans page draws again when something happened: one callback for the whole page, and only the parts that changed.

To add a part: one entry in PARTS. `mark` says what a part depends on when it must not be drawn again for what people type into it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from command_center.db.tables import Recipient
from command_center.domain.errors import Refusal
from command_center.services.notices import recipients_of
from command_center.services.plan_figures import PlanFigures, plan_figures
from command_center.services.plan_preview import Preview, preview
from command_center.services.plan_story import PlanStory, plan_story
from command_center.ui import plans_board, plans_cards, plans_form, plans_messages, plans_preview, plans_tasks
from command_center.ui.console_parts import FACTS, door, signed_in
from command_center.ui.memo import fingerprint
from command_center.ui.plans_form import order_from
from command_center.ui.plans_parts import ANSWERED, AT, FORM, GROUP, NOTICE, ORDER, SEEN, section
from command_center.ui.shell import Desk, Screen, shows_simulated
from command_center.ui.speech import spoken_names
from command_center.ui.widgets import demo_mark, empty_state
from command_center.words import N_, phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Everything a part is drawn from.

    seen : what the plan would do, in the preview and for an activation that waits. story : of the activation that stands open.
    refusal : why there is neither.
    """

    screen: Screen
    at: Mapping[str, str | None]
    figures: Sequence[PlanFigures]
    filled: Mapping[str, str] = field(default_factory=dict)
    group: str = ""
    opened: str | None = None
    seen: Preview | None = None
    story: PlanStory | None = None
    recipients: Sequence[Recipient] = ()
    refusal: Refusal | None = None

    @property
    def previewed(self) -> Preview | None:
        return self.seen if self.at["view"] == "preview" else None


# ---- parts --------------------------------------------------------------------------------------------------------


def _cards(sight: Sight) -> list[Component]:
    return plans_cards.cards(sight.screen, sight.figures, sight.at)


def _overview(sight: Sight) -> list[Component]:
    return plans_cards.overview(sight.screen, sight.figures) if sight.at["view"] == "cards" else []


def _unseen(sight: Sight) -> list[Component]:
    """Emergencies that nobody at the desk has seen: whoever looks at plans must not miss them."""
    waiting = sum(row["acknowledged_at"] is None for row in sight.screen.live.board.rows("incident"))
    return [html.Span(sight.screen.say(N_("Incidents not seen yet: %(n)s"), n=waiting), className="bad")] if waiting else []


def _refused(sight: Sight) -> list[Component]:
    assert sight.refusal is not None  # noqa: S101 - callers look first
    text = phrases.refusal(sight.screen.lang, sight.refusal, spoken_names(sight.screen))
    return [empty_state(text, sight.screen.say(N_("Choose a plan.")), symbol="alert-triangle")]


def _form(sight: Sight) -> list[Component]:
    return [] if sight.previewed is None else plans_form.fields(sight.previewed.plan, sight.at, sight.screen)


def _form_mark(sight: Sight) -> str:
    return f"{sight.previewed is not None} {sight.at['token']} {sight.screen.lang}"


def _incidents(sight: Sight) -> list[Component]:
    return [] if sight.previewed is None else plans_form.incident_choice(sight.previewed.plan, sight.at, sight.filled, sight.screen)


def _incidents_mark(sight: Sight) -> str:
    """Drawn again for another address or another list of incidents, not for a choice made in it."""
    if sight.previewed is None:
        return ""
    chosen = sight.filled.get("incident", "")
    rows = plans_form.offered_incidents(sight.previewed.plan, chosen, sight.screen)
    return " ".join([_form_mark(sight), *(row["id"] for row in rows)])


def _title(sight: Sight) -> list[Component]:
    if sight.refusal is not None:
        return _refused(sight)
    return [] if sight.previewed is None else plans_preview.title(sight.previewed, sight.screen)


def _would(sight: Sight) -> list[Component]:
    return [] if sight.previewed is None else plans_preview.would(sight.previewed, sight.screen)


def _confirm(sight: Sight) -> list[Component]:
    if sight.previewed is None:
        return []
    return plans_preview.confirm(sight.previewed, life=bool(sight.filled.get("life")), screen=sight.screen)


def _head(sight: Sight) -> list[Component]:
    if sight.refusal is not None:
        return _refused(sight)
    return [] if sight.story is None else plans_board.head(sight.story, _own_figures(sight), sight.screen)


def _own_figures(sight: Sight) -> PlanFigures | None:
    return next((it for it in sight.figures if it.activation["id"] == sight.at["activation"]), None)


def _groups(sight: Sight) -> list[Component]:
    """Which group's tasks to show; the browser remembers it."""
    if sight.story is None or not sight.story.tasks:
        return []
    return [
        html.Button(
            name,
            type="button",
            className="key",
            **{"data-group-choice": code, "aria-pressed": "true" if code == sight.group else "false"},
        )
        for code, name in plans_board.group_choice(sight.story, sight.screen)
    ]


def _tasks(sight: Sight) -> list[Component]:
    """The checklist; before the plan is in force what it would do, for whoever decides."""
    if sight.story is None:
        return []
    if sight.seen is not None:
        return plans_preview.would(sight.seen, sight.screen, own=int(sight.story.activation["id"]))
    return plans_tasks.tasks_view(sight.story, sight.group, sight.screen)


def _messages(sight: Sight) -> list[Component]:
    if sight.story is None:
        return []
    rows = plans_messages.messages_view(sight.story.notices, sight.opened, sight.recipients, sight.screen)
    return [section(sight.screen.say(N_("Messages")), *rows, note=str(len(rows)), folded=False)] if rows else []


def _end(sight: Sight) -> list[Component]:
    """Units on duty and the conditions for ending it: one line each until somebody unfolds them."""
    if sight.story is None or sight.story.activation["started_at"] is None:
        return []
    return [plans_board.duties(sight.story, sight.screen), plans_board.conditions(sight.story, sight.screen)]


def _text(sight: Sight) -> list[Component]:
    if sight.story is None:
        return []
    return plans_board.text_of_plan(sight.story, sight.screen)


Part: TypeAlias = tuple[Callable[[Sight], list[Component]], Callable[[Sight], str] | None]

PARTS: Mapping[str, Part] = {
    "plans-demo": (lambda sight: [demo_mark(sight.screen)] if shows_simulated(sight.screen.live) else [], None),
    "plans-unseen": (_unseen, None),
    "plans-cards": (_cards, None),
    "plans-overview": (_overview, None),
    "plans-preview-title": (_title, None),
    "plans-fields": (_form, _form_mark),
    "plans-incident": (_incidents, _incidents_mark),
    "plans-confirming": (_confirm, None),
    "plans-would": (_would, None),
    "plans-board-head": (_head, None),
    "plans-groups": (_groups, None),
    "plans-tasks": (_tasks, None),
    "plans-end": (_end, None),
    "plans-messages": (_messages, None),
    "plans-text": (_text, None),
}
"""Component id -> how its children are drawn, and what they depend on where that is less than everything drawn."""


# ---- drawing ------------------------------------------------------------------------------------------------------


def look(desk: Desk, screen: Screen, at: Mapping[str, str | None], filled: Mapping[str, str], group: str, opened: str | None) -> Sight:
    """Fetch what the parts need; runs off the event loop."""
    figures = plan_figures(screen.live.board, screen.center.now())
    own = dict(filled) if filled.get("token") == at["token"] else {}
    sight = Sight(screen=screen, at=at, figures=figures, filled=own, group=group, opened=opened)
    try:
        if at["view"] == "preview":
            return replace(sight, seen=preview(desk.center, order_from(at, own, screen), signed_in(desk)))
        if at["view"] == "board":
            return _board(desk, sight, at["activation"] or "")
    except Refusal as refusal:
        return replace(sight, refusal=refusal)
    return sight


def _board(desk: Desk, sight: Sight, activation: str) -> Sight:
    """The activation that stands open; while it waits, also what it would do; the recipients of the message that is unfolded."""
    story = plan_story(desk.center, int(activation) if activation.isdecimal() else 0, signed_in(desk))
    waits = story.activation["started_at"] is None and story.ended_at is None
    seen = preview(desk.center, plans_board.order_of(story), signed_in(desk)) if waits else None
    opened = sight.opened if sight.opened in {notice["id"] for notice in story.notices} else None
    recipients = recipients_of(desk.center, int(opened)) if opened else ()
    return replace(sight, story=story, seen=seen, recipients=recipients)


def redrawn(sight: Sight, seen: Mapping[str, str]) -> tuple[list[Any], dict[str, str]]:
    """The children of every part in order, `no_update` where the screen shows them already; and the marks of what it shows then."""
    drawn: list[Any] = []
    shown: dict[str, str] = {}
    for part, (draw, mark) in PARTS.items():
        if mark is not None and (shown_now := mark(sight)) == seen.get(part):
            shown[part] = shown_now
            drawn.append(no_update)
            continue
        children = draw(sight)
        shown[part] = fingerprint(children) if mark is None else mark(sight)
        drawn.append(no_update if shown[part] == seen.get(part) else children)
    return drawn, shown


def stores(at: Mapping[str, str | None]) -> list[Component]:
    return [
        dcc.Store(id=AT, data=dict(at)),
        dcc.Store(id=FORM, data={}),
        dcc.Store(id=ORDER),
        dcc.Store(id=ANSWERED),
        dcc.Store(id=NOTICE),
        dcc.Store(id=GROUP, data="", storage_type="local"),
        dcc.Store(id=SEEN, data={}),
    ]


def register(app: Dash, desk: Desk) -> None:
    app.clientside_callback(
        ClientsideFunction("plans", "at"),
        Output(AT, "data"),
        Output("plans", "data-view"),
        Input("url", "search"),
        State("url", "pathname"),
        State(AT, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("plans", "drawn"),
        Output("plans", "data-drawn"),
        Input(SEEN, "data"),
        State(AT, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("plans", "answered"), Output("plans", "data-answered"), Input(ANSWERED, "data"), prevent_initial_call=True
    )

    @door(
        app,
        desk,
        [*(Output(part, "children") for part in PARTS), Output(SEEN, "data")],
        Input(FACTS, "data"),
        Input(AT, "data"),
        Input(FORM, "data"),
        Input(NOTICE, "data"),
        Input(GROUP, "data"),
        State(SEEN, "data"),
    )
    async def redraw(
        _facts: object,
        at: dict[str, str | None],
        filled: dict[str, str] | None,
        opened: str | None,
        group: str | None,
        seen: dict[str, str] | None,
    ) -> list[Any]:
        screen = desk.screen("/plans")
        sight = await asyncio.to_thread(look, desk, screen, at, filled or {}, group or "", opened)
        drawn, shown = redrawn(sight, seen or {})
        return [*drawn, shown]
