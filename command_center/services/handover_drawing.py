"""What all sections of a handover report are drawn with: words in both languages, moments, figures, and the rows by what they belong to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from command_center.center import Center
from command_center.db.board_rows import moment
from command_center.db.tables import Activation, Assignment, Incident, PlanTask, Report, Unit
from command_center.domain.activations import OPEN_TASK
from command_center.domain.handover import NOTHING, Cell, Line
from command_center.domain.text import Text
from command_center.domain.watches import Duty
from command_center.services.handover_facts import WatchFacts
from command_center.services.watches import WatchView
from command_center.words import N_, phrases, translator

SIMULATED = N_("%(text)s (simulated)")


def both(sentence: str, **words: Text | str | float) -> Text:
    """A marked sentence in both languages."""
    zh, en = (
        translator(language)(sentence) % {name: word.in_(language) if isinstance(word, Text) else word for name, word in words.items()}
        for language in ("zh_CN", "en")
    )
    return Text(zh, en)


def same(word: str) -> Text:
    """A word that is written alike in both languages: a name somebody typed, a number."""
    return Text(word, word)


def listed(words: Iterable[Text]) -> Text:
    told = list(words)
    return Text("、".join(it.zh for it in told), ", ".join(it.en for it in told))


def moment_text(local: datetime, *, with_year: bool = False) -> Text:
    """A moment as papers of each language write it. local : on the street's clock."""
    zh, en = f"{local.month}月{local.day}日{local:%H:%M}", f"{local.day} {local:%b}"
    year = f" {local.year}" if with_year else ""
    return Text(f"{local.year}年{zh}" if with_year else zh, f"{en}{year} {local:%H:%M}")


def status_word(code: str) -> Text:
    return Text(phrases.status("zh_CN", code), phrases.status("en", code))


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """One report in the making."""

    center: Center
    facts: WatchFacts

    # ---- words ----

    def at(self, when: datetime, *, with_year: bool = False) -> Text:
        """A moment on the street's clock, as papers of the language write it."""
        return moment_text(when.astimezone(self.center.zone), with_year=with_year)

    def moment(self, when: datetime | None, link: str | None = None) -> Cell:
        return NOTHING if when is None else Cell(self.at(when), moment(when), link)

    def number(self, count: float, link: str | None = None) -> Cell:
        return Cell(same(f"{count:,}"), count, link)

    def words(self, text: Text | str, link: str | None = None, value: str | None = None) -> Cell:
        told = same(text) if isinstance(text, str) else text
        return NOTHING if not told.zh else Cell(told, value or told.zh, link)

    def plan_name(self, plan_id: str) -> Text:
        plan = self.center.catalogue.plans.get(plan_id)
        return same(plan_id) if plan is None else plan.short

    def type_name(self, incident: Incident) -> Text:
        name = self.center.catalogue.incident_types[incident.type].name
        return both(SIMULATED, text=name) if incident.is_simulated else name

    # ---- what belongs together ----

    @cached_property
    def units_by_id(self) -> Mapping[str, Unit]:
        return {it.id: it for it in self.facts.units}

    @cached_property
    def incidents_by_id(self) -> Mapping[int, Incident]:
        return {it.id: it for it in (*self.facts.open_incidents, *self.facts.closed)}

    @cached_property
    def activations_by_id(self) -> Mapping[int, Activation]:
        return {it.id: it for it in self.facts.activations}

    @cached_property
    def assignments_of(self) -> Mapping[int, list[Assignment]]:
        found: dict[int, list[Assignment]] = {}
        for it in self.facts.assignments:
            found.setdefault(it.incident_id, []).append(it)
        return found

    @cached_property
    def open_tasks_of(self) -> Mapping[int, list[PlanTask]]:
        """Activation -> what is still to be done, soonest due first."""
        found: dict[int, list[PlanTask]] = {}
        for it in self.facts.tasks:
            if it.status in OPEN_TASK:
                found.setdefault(it.activation_id, []).append(it)
        return found

    @cached_property
    def running_reports(self) -> list[Report]:
        return [it for it in self.facts.reports if it.closed_at is None]

    def call_sign(self, unit_id: str) -> Text:
        unit = self.units_by_id.get(unit_id)
        return same(unit_id) if unit is None else Text(unit.call_sign_zh, unit.call_sign_en)

    def step_title(self, task: PlanTask) -> Text:
        step = next(it for it in self.activations_by_id[task.activation_id].plan["steps"] if it["id"] == task.step_id)
        return Text(**step["title"])

    def is_overdue(self, task: PlanTask) -> bool:
        return task.status in OPEN_TASK and task.due_at is not None and task.due_at <= self.facts.now

    def about(self, report: Report) -> Text:
        """What a report is about: an incident by its number, else a plan."""
        if report.incident_id is not None:
            incident = self.incidents_by_id.get(report.incident_id)
            return same(f"#{report.incident_id}" if incident is None else incident.number)
        activation = self.activations_by_id.get(report.activation_id or 0)
        return same(f"#{report.activation_id}") if activation is None else Text(**activation.plan["short"])


Lines = Iterator[Line]
"""A section as it is drawn; fields that are left out stay empty."""


def names_on(watch: WatchView | None, duty: Duty) -> Text:
    """Who has a seat on a watch."""
    return listed(() if watch is None else (seat.name for seat in watch.on(duty)))
