"""What the plans page draws again when something happened, from one look at the board and the database.

To add a part: one entry in PARTS. `mark` says what a part depends on when it must not be drawn again for what people type into it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dash import html
from dash.development.base_component import Component

from command_center.db.tables import Recipient
from command_center.domain.errors import Refusal
from command_center.domain.levels import Level
from command_center.domain.plan_book import Plan
from command_center.domain.text import Text
from command_center.domain.triggers import EscalationDue
from command_center.services.notices import recipients_of
from command_center.services.plan_books import present_plans
from command_center.services.plan_endings import Ending, ending
from command_center.services.plan_figures import PlanFigures, plan_figures
from command_center.services.plan_preview import Preview, preview, preview_change
from command_center.services.plan_proposals import rises
from command_center.services.plan_reviews import EndedPlan, ended_plans, review
from command_center.services.plan_story import PlanStory, plan_story
from command_center.services.plan_work import forbidden
from command_center.services.reports import ReportView, list_reports
from command_center.services.responsibilities import Responsible, responsible_at
from command_center.ui import (
    plans_board,
    plans_cards,
    plans_form,
    plans_messages,
    plans_preview,
    plans_review,
    plans_tasks,
    reports_view,
    shelters_view,
)
from command_center.ui.console_parts import signed_in
from command_center.ui.desk_page import At, DeskPage, Filled, Look, Part, demonstration, unseen
from command_center.ui.desk_parts import section
from command_center.ui.plans_form import order_from
from command_center.ui.plans_orders import ACTS
from command_center.ui.plans_parts import GROUP
from command_center.ui.plans_review import Review
from command_center.ui.shell import Desk, Screen
from command_center.ui.speech import spoken_names
from command_center.ui.widgets import empty_state
from command_center.words import N_, phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Everything a part is drawn from.

    seen : what the plan would do, in the preview and for an activation that waits. story : of the activation that stands open;
    ending : of one that runs; rises : the rule that asks for a graver level of it; change : what another level would add.
    looked_back : of one that ran and is over; ended : those of late, beside the cards.
    responsible : whom to phone first about the place of the story's incident. refusal : why there is neither.
    """

    screen: Screen
    at: At
    figures: Sequence[PlanFigures]
    plans: Sequence[Plan]
    filled: Filled = field(default_factory=dict)
    group: str = ""
    opened: str | None = None
    seen: Preview | None = None
    story: PlanStory | None = None
    ending: Ending | None = None
    rises: EscalationDue | None = None
    change: Preview | None = None
    looked_back: Review | None = None
    ended: Sequence[EndedPlan] = ()
    recipients: Sequence[Recipient] = ()
    reports: Sequence[ReportView] = ()
    responsible: Sequence[Responsible] = ()
    refusal: Refusal | None = None

    @property
    def previewed(self) -> Preview | None:
        return self.seen if self.at["view"] == "preview" else None


# ---- parts --------------------------------------------------------------------------------------------------------


def _cards(sight: Sight) -> list[Component]:
    return plans_cards.cards(sight.plans, sight.screen, sight.figures, sight.at)


def _overview(sight: Sight) -> list[Component]:
    if sight.at["view"] != "cards":
        return []
    ended = plans_review.waiting_for_review(sight.ended, sight.screen)
    return [
        *plans_cards.overview(sight.screen, sight.figures),
        html.Div([*ended, *shelters_view.panel(sight.screen, nowhere=_nowhere(sight))], className="inset"),
    ]


def _nowhere(sight: Sight) -> list[Text]:
    """Where the plans that run let nobody be sheltered, each once."""
    running = {it.activation["plan_id"] for it in sight.figures if it.runs}
    return list(dict.fromkeys(text for plan in sight.plans if plan.id in running if (text := forbidden(plan)) is not None))


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


def _vehicles(sight: Sight) -> list[Component]:
    return [] if sight.previewed is None else plans_form.vehicle_choice(sight.previewed.units, sight.filled, sight.screen)


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
    return [] if sight.story is None else plans_board.head(sight.story, _own_figures(sight), sight.ending, sight.screen, sight.rises)


def _own_figures(sight: Sight) -> PlanFigures | None:
    return next((it for it in sight.figures if it.activation["id"] == sight.at["activation"]), None)


def _groups(sight: Sight) -> list[Component]:
    """Which group's tasks to show; the browser remembers it."""
    if sight.story is None or not sight.story.tasks or sight.change is not None:
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
    if sight.change is not None:
        head = plans_board.change_head(sight.story, sight.change, sight.rises, sight.screen)
        return [head, *plans_preview.would(sight.change, sight.screen)]
    return plans_tasks.tasks_view(sight.story, sight.group, sight.screen, sight.responsible)


def _review(sight: Sight) -> list[Component]:
    return [] if sight.looked_back is None else plans_review.review_view(sight.looked_back, sight.screen)


def _messages(sight: Sight) -> list[Component]:
    if sight.story is None:
        return []
    rows = plans_messages.messages_view(sight.story.notices, sight.opened, sight.recipients, sight.screen)
    return [section(sight.screen.say(N_("Messages")), *rows, note=str(len(rows)), folded=False)] if rows else []


def _end(sight: Sight) -> list[Component]:
    """The level's history, units on duty and the conditions for ending it."""
    if sight.story is None or sight.story.activation["started_at"] is None:
        return []
    story, screen = sight.story, sight.screen
    return [plans_board.levels(story, screen), plans_board.duties(story, screen), plans_board.conditions(story, sight.ending, screen)]


def _reports(sight: Sight) -> list[Component]:
    return reports_view.panel(sight.reports, sight.screen)


def _shelters(sight: Sight) -> list[Component]:
    """Those opened for this plan, and others of the kinds it prefers."""
    if sight.story is None or sight.story.activation["started_at"] is None or sight.story.ended_at is not None:
        return []
    plan = sight.story.plan
    nowhere = [text for text in (forbidden(plan),) if text is not None]
    return shelters_view.panel(sight.screen, sight.story.activation["id"], plan.shelters.kinds, nowhere)


def _text(sight: Sight) -> list[Component]:
    if sight.story is None:
        return []
    return plans_board.text_of_plan(sight.story, sight.screen)


PARTS: Mapping[str, Part[Sight]] = {
    "plans-demo": (lambda sight: demonstration(sight.screen), None),
    "plans-unseen": (lambda sight: unseen(sight.screen), None),
    "plans-cards": (_cards, None),
    "plans-overview": (_overview, None),
    "plans-preview-title": (_title, None),
    "plans-fields": (_form, _form_mark),
    "plans-incident": (_incidents, _incidents_mark),
    "plans-vehicles": (_vehicles, None),
    "plans-confirming": (_confirm, None),
    "plans-would": (_would, None),
    "plans-board-head": (_head, None),
    "plans-review": (_review, None),
    "plans-groups": (_groups, None),
    "plans-tasks": (_tasks, None),
    "plans-end": (_end, None),
    "plans-reports": (_reports, None),
    "plans-shelters": (_shelters, None),
    "plans-messages": (_messages, None),
    "plans-text": (_text, None),
}
"""Component id -> how its children are drawn, and what they depend on where that is less than everything drawn."""


# ---- drawing ------------------------------------------------------------------------------------------------------


def see(desk: Desk, screen: Screen, look: Look) -> Sight:
    """Fetch what the parts need."""
    figures = plan_figures(screen.live.board, screen.center.now())
    group = str(look.choices[0] or "") if look.choices else ""
    plans = tuple(present_plans(desk.center).values())
    sight = Sight(screen=screen, at=look.at, figures=figures, plans=plans, filled=look.filled, group=group, opened=look.opened)
    try:
        if look.at["view"] == "preview":
            return replace(sight, seen=preview(desk.center, order_from(look.at, look.filled, screen), signed_in(desk)))
        if look.at["view"] == "board":
            return _board(desk, sight, look.at["activation"] or "")
        return replace(sight, ended=ended_plans(desk.center, signed_in(desk)))
    except Refusal as refusal:
        return replace(sight, refusal=refusal)


def _board(desk: Desk, sight: Sight, activation: str) -> Sight:
    """The activation that stands open; while it waits, also what it would do; the recipients of the message that is unfolded."""
    story = plan_story(desk.center, int(activation) if activation.isdecimal() else 0, signed_in(desk))
    waits = story.activation["started_at"] is None and story.ended_at is None
    seen = preview(desk.center, plans_board.order_of(story), signed_in(desk)) if waits else None
    opened = sight.opened if sight.opened in {notice["id"] for notice in story.notices} else None
    recipients = recipients_of(desk.center, int(opened)) if opened else ()
    told = list_reports(desk.center, signed_in(desk), state="all", activation_id=int(activation))
    incident = story.activation["incident_id"]
    responsible = () if incident is None else responsible_at(desk.center, int(incident))
    runs = story.activation["status"] in plans_board.RUNS and story.ended_at is None
    end = ending(desk.center, int(activation), signed_in(desk)) if runs else None
    due = rises(desk.center).get(int(activation)) if runs else None
    to = sight.at.get("to")
    moves = runs and to in set(Level) and to != story.activation["level"]
    change = preview_change(desk.center, int(activation), Level(to or ""), signed_in(desk)) if moves else None
    has_run = story.activation["started_at"] is not None and story.ended_at is not None
    looked_back = review(desk.center, int(activation), signed_in(desk)) if has_run else None
    return replace(
        sight,
        story=story,
        seen=seen,
        recipients=recipients,
        reports=told,
        responsible=responsible,
        ending=end,
        rises=due,
        change=change,
        looked_back=looked_back,
    )


DESK_PAGE: DeskPage[Sight] = DeskPage(name="plans", path="/plans", see=see, parts=PARTS, acts=ACTS, choices=(GROUP,))
