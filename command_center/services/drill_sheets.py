"""The score sheet on paper and for programs: one drawing for the page, the printable file in the drill's folder, and the JSON beside it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from command_center.center import Center
from command_center.db.board_rows import moment
from command_center.domain.drill_score import CallTimes, Decision, State, Verdict
from command_center.domain.text import Language
from command_center.services.drills import DrillState, ScoreSheet, UnansweredMessage, score_sheet
from command_center.words import LANGUAGES, N_, phrases, translator

HTML_FILE, JSON_FILE = "score.html", "score.json"

STATES: Mapping[State, str] = {"met": N_("Met in time"), "late": N_("Too late"), "missed": N_("Missed"), "open": N_("Still open")}
MARKS: Mapping[State, str] = {"met": "✓", "late": "△", "missed": "✗", "open": "…"}

DECISIONS: Mapping[str, str] = {
    "PlanActivated": N_("put into force"),
    "ActivationDeclined": N_("activation declined"),
    "ActivationConfirmed": N_("activation confirmed"),
    "LevelChanged": N_("level changed"),
    "PlanRolledBack": N_("plan rolled back"),
    "PlanTerminated": N_("plan ended"),
    "ProposalDeclined": N_("proposal declined"),
}

DRILL = N_("Drill")
LONGEST_MESSAGE = 120
"""Characters of a message on the sheet."""

LATER = N_("The other expectations are shown when the drill is over.")
NOTHING = N_("nothing of that kind")

PAPER = """<!doctype html>
<html lang="%(lang)s">
<head>
<meta charset="utf-8">
<title>%(title)s</title>
<style>
body { font: 15px/1.5 "Noto Sans SC", "Microsoft YaHei", sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #15181c; }
table { border-collapse: collapse; width: 100%%; margin: 0.4rem 0 1.4rem; }
th, td { text-align: left; padding: 0.25rem 0.6rem; border-bottom: 1px solid #b8bec5; vertical-align: top; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.missed, .late { color: #b3151b; font-weight: 700; }
.drill-figures { display: flex; flex-wrap: wrap; gap: 0.3rem 2rem; padding: 0; list-style: none; }
.drill-figures b { font-size: 1.3rem; }
body::after { content: "演练 DRILL"; position: fixed; inset: 0; display: grid; place-items: center; font-size: 18vmin; font-weight: 700;
  opacity: 0.08; transform: rotate(-24deg); pointer-events: none; }
@media print { body { margin: 0; } tr { break-inside: avoid; } }
</style>
</head>
<body>
%(body)s
</body>
</html>
"""


def keep_score(center: Center) -> Path:
    """Write the sheet into the drill's folder, in the centre's language, with the JSON beside it; returns the file to print."""
    sheet = score_sheet(center)
    language: Language = "en" if center.language == "en" else "zh_CN"
    drawn = Sheet(center, sheet, language)
    paper = PAPER % {"lang": "en" if language == "en" else "zh-CN", "title": escape(drawn.title), "body": drawn.html()}
    _replace(center.folder / HTML_FILE, paper)
    _replace(center.folder / JSON_FILE, json.dumps(sheet_json(sheet), ensure_ascii=False, indent=1) + "\n")
    return center.folder / HTML_FILE


def _replace(target: Path, text: str) -> None:
    """Two that write at once leave one whole file."""
    fresh = target.with_suffix(f"{target.suffix}.new")
    fresh.write_text(text, "utf-8")
    fresh.replace(target)


def state_json(state: DrillState) -> dict[str, Any]:
    """How the drill stands, for programs."""
    return {
        "scenario": state.scenario.name,
        "title": state.scenario.title.as_row(),
        "summary": state.scenario.summary.as_row(),
        "speed": state.speed,
        "now": moment(state.now),
        "started_at": None if state.started_at is None else moment(state.started_at),
        "ended_at": None if state.ended_at is None else moment(state.ended_at),
        "elapsed_s": round(state.elapsed_s, 1),
        "ends_s": state.scenario.ends_s,
        "notes": [{"at": moment(at), "text": text.as_row()} for at, text in state.notes],
        "played": list(state.played),
    }


def sheet_json(sheet: ScoreSheet) -> dict[str, Any]:
    """The score for programs; lengths in seconds of the drill's time."""
    score = sheet.score
    return state_json(sheet.state) | {
        "met": score.met,
        "judged": score.judged,
        "expectations": [_rounded(asdict(verdict)) | {"says": verdict.says.as_row()} for verdict in score.verdicts],
        "calls": [_rounded(asdict(call)) for call in score.calls],
        "five_minute_share": score.five_minute_share,
        "decisions": [_rounded(asdict(decision)) for decision in score.decisions],
        "unanswered_messages": [asdict(it) | {"at": moment(it.at), "text": it.text.as_row()} for it in sheet.unanswered],
        "overdue_tasks": list(score.overdue),
        "unanswered_orders": score.unanswered_orders,
        "parked_jobs": score.parked_jobs,
        "problems": list(score.problems),
    }


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    """Lengths to a tenth of a second."""
    return {name: round(value, 1) if isinstance(value, float) else value for name, value in row.items()}


def length(seconds: float | None) -> str:
    """Minutes:seconds, as drills count; "–" for what did not happen."""
    if seconds is None:
        return "–"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class Sheet:
    """The sheet as HTML in one language."""

    def __init__(self, center: Center, sheet: ScoreSheet, language: Language) -> None:
        self.center = center
        self.sheet = sheet
        self.language = language if language in LANGUAGES else "zh_CN"
        self.say = translator(self.language)
        self.zone = ZoneInfo(center.catalogue.street.timezone)

    @property
    def title(self) -> str:
        scenario = self.sheet.state.scenario
        colon = ": " if self.language == "en" else "："
        return f"{self.say(DRILL)} {scenario.id}{colon}{scenario.title.in_(self.language)}"

    def html(self) -> str:
        """Everything from the title down, without a frame."""
        parts = [self._head(), self._notes(), self._verdicts(), self._calls(), self._decisions(), self._rest()]
        return "\n".join(part for part in parts if part)

    def _head(self) -> str:
        state, score = self.sheet.state, self.sheet.score
        share = "–" if score.five_minute_share is None else f"{score.five_minute_share:.0%}"
        figures = [
            (f"{score.met}/{score.judged}", self.say(N_("expectations met"))),
            (share, self.say(N_("on scene within five minutes"))),
            (f"{length(state.elapsed_s)} / {state.scenario.ends}", self.say(N_("of the scenario"))),
            (f"×{state.speed:g}", self.say(N_("speed of the clock"))),
        ]
        shown = "".join(f"<li><b>{escape(value)}</b> {escape(label)}</li>" for value, label in figures)
        summary = escape(state.scenario.summary.in_(self.language))
        return f'<h1>{escape(self.title)}</h1><p>{escape(self._stands())}</p><p>{summary}</p><ul class="drill-figures">{shown}</ul>'

    def _stands(self) -> str:
        state = self.sheet.state
        if state.started_at is not None and state.ended_at is not None:
            return self.say(N_("The drill is over. It went from %(start)s to %(end)s.")) % {
                "start": self._local(state.started_at),
                "end": self._local(state.ended_at),
            }
        if state.started_at is not None:
            return self.say(N_("The drill is running since %(start)s.")) % {"start": self._local(state.started_at)}
        if state.begins_at is not None and state.now < state.begins_at:
            return self.say(N_("The drill begins at %(start)s: sign in everybody who trains.")) % {"start": self._local(state.begins_at)}
        return self.say(N_("waiting for the director"))

    def _notes(self) -> str:
        notes = [f"<li><b>{self._local(at)}</b> {escape(text.in_(self.language))}</li>" for at, text in self.sheet.state.notes]
        return self._section(N_("Notes to those who train"), f"<ul>{''.join(notes)}</ul>") if notes else ""

    def _verdicts(self) -> str:
        heads = (N_("What was expected"), N_("counted from"), N_("time allowed"), N_("time taken"), N_("outcome"))
        shown, hint = self.sheet.score.verdicts, ""
        if self.sheet.state.ended_at is None:  # what is still to come would tell those who train what to do
            shown = [verdict for verdict in shown if verdict.state != "open"]
            hint = f"<p>{escape(self.say(LATER))}</p>"
        return self._section(N_("Expectations"), self._table(heads, map(self._verdict, shown)) + hint)

    def _verdict(self, one: Verdict) -> Sequence[str]:
        state = f'<span class="{one.state}">{MARKS[one.state]} {escape(self.say(STATES[one.state]))}</span>'
        return escape(one.says.in_(self.language)), length(one.asked_s), length(one.within_s), length(one.took_s), state

    def _calls(self) -> str:
        heads = (
            N_("Incident and type"),
            N_("call came at"),
            N_("number of calls"),
            N_("seen after"),
            N_("unit sent after"),
            N_("on scene after"),
        )
        return self._section(N_("Response times"), self._table(heads, map(self._call, self.sheet.score.calls)))

    def _call(self, one: CallTimes) -> Sequence[str]:
        kind = self.center.catalogue.incident_types.get(one.type)
        name = one.type if kind is None else kind.name.in_(self.language)
        what = escape(f"{one.number} {name} ({one.severity})")
        return what, length(one.reported_s), str(one.calls), length(one.seen_s), length(one.sent_s), length(one.there_s)

    def _decisions(self) -> str:
        heads = (N_("Contingency plan"), N_("at minute"), N_("what was decided"), N_("at level"), N_("after waiting"))
        return self._section(N_("Decisions about plans"), self._table(heads, map(self._decision, self.sheet.score.decisions)))

    def _decision(self, one: Decision) -> Sequence[str]:
        what = escape(self.say(DECISIONS[one.what]))
        return self._plan(one.plan_id), length(one.at_s), what, escape(one.level), length(one.delay_s)

    def _plan(self, plan_id: str) -> str:
        plan = self.center.catalogue.plans.get(plan_id)
        return escape(plan_id if plan is None else f"{plan_id} {plan.short.in_(self.language)}")

    def _rest(self) -> str:
        score = self.sheet.score
        messages = self._table(
            (N_("Message text"), N_("at minute"), N_("sent to"), N_("answered")), map(self._message, self.sheet.unanswered)
        )
        overdue = "".join(f"<li>{escape(self._step(step_id))}</li>" for step_id in score.overdue)
        counted = [
            (N_("orders that a crew did not answer in time"), score.unanswered_orders),
            (N_("background jobs given up"), score.parked_jobs),
        ]
        counts = "".join(f"<li>{escape(self.say(label))}: {number}</li>" for label, number in counted)
        problems = "".join(f"<li>{escape(problem)}</li>" for problem in score.problems)
        return "".join(
            [
                self._section(N_("Messages without an answer"), messages),
                self._section(N_("Tasks past their deadline"), f"<ul>{overdue}</ul>" if overdue else ""),
                self._section(N_("Also counted"), f"<ul>{counts}</ul>"),
                self._section(N_("Could not be brought about"), f"<ul>{problems}</ul>") if problems else "",
            ]
        )

    def _message(self, one: UnansweredMessage) -> Sequence[str]:
        first_line = one.text.in_(self.language).split("\n", 1)[0]
        at_s = (one.at - (self.sheet.state.started_at or one.at)).total_seconds()
        return escape(_cut(first_line)), length(at_s), escape(self._audience(one.audience)), f"{one.answered}/{one.recipients}"

    def _audience(self, code: str) -> str:
        if code in phrases.AUDIENCE:
            return self.say(phrases.AUDIENCE[code])
        audience = self.center.catalogue.common.audiences.get(code)
        return code if audience is None else audience.in_(self.language)

    def _step(self, step_id: str) -> str:
        plan = self.center.catalogue.plans.get(step_id.partition("-")[0])
        step = next((step for step in plan.steps if step.id == step_id), None) if plan else None
        return step_id if step is None else f"{step_id} {step.title.in_(self.language)}"

    # ---- pieces ----

    def _section(self, msgid: str, body: str) -> str:
        return f"<h2>{escape(self.say(msgid))}</h2>{body or escape(self.say(NOTHING))}"

    def _table(self, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        """Draw a table, "" for no rows. rows : ready HTML; the first column is words, the others stand to the right."""
        drawn = ["<tr>" + "".join(f"<td{_right(place)}>{cell}</td>" for place, cell in enumerate(row)) + "</tr>" for row in rows]
        if not drawn:
            return ""
        head = "".join(f"<th{_right(place)}>{escape(self.say(msgid))}</th>" for place, msgid in enumerate(heads))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(drawn)}</tbody></table>"

    def _local(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%H:%M:%S}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + "…"


def _right(place: int) -> str:
    return ' class="n"' if place else ""
