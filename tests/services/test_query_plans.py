"""Nothing a person waits for reads a table that grows from end to end: every reading function of the house, on both engines."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from command_center.api import reference
from command_center.center import Center
from command_center.db.tables import Incident, RollCallAnswer
from command_center.domain.levels import Level
from command_center.domain.positions import Fix
from command_center.domain.rights import Actor, Role
from command_center.services import (
    access,
    assigning,
    calls,
    channels,
    closure_questions,
    closures,
    coverage,
    duty_log,
    figures,
    group_pages,
    handover,
    handover_clock,
    hindsight,
    history,
    jobs,
    live,
    log_search,
    measurements,
    notices,
    people,
    plan_books,
    plan_endings,
    plan_proposals,
    plan_reviews,
    plan_story,
    plan_texts,
    proposing,
    report_figures,
    reports,
    responsibilities,
    responsibility_sheet,
    roll_calls,
    roster,
    roster_sheet,
    search,
    shelters,
    standby,
    stock_questions,
    stock_sheet,
    swaps,
    timers,
    warning_previews,
    warnings,
    watches,
)
from command_center.services.activations import ActivatePlan
from command_center.services.closures import CloseRoad
from command_center.services.log_search import LogQuery
from command_center.services.plan_preview import preview, preview_change
from tests.builders import OFFICER, somewhere
from tests.conftest import Clock
from tests.flood_night import FloodNight, flood_night
from tests.query_plans import growing_tables, listening, whole_tables

ROOT = Path(__file__).parents[2]
COMMANDER = Actor(name="commander", role=Role.COMMANDER)
ADMIN = Actor(name="admin", role=Role.ADMIN)


def timers_of_row(center: Center, incident_id: int) -> list[timers.Timer]:
    with center.read() as session:
        return timers.timers_of(center.catalogue, session.get_one(Incident, incident_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """The centre after a flood, and ids of what there is to look at."""

    ids: FloodNight
    token: str
    display_link: str
    group_link: str
    warning: int
    report: int
    notice: int
    roll_call_link: str


READS: Mapping[str, Callable[[Center, Night], object]] = {
    # wall, console, crew card
    "live.read_snapshot": lambda center, _: live.read_snapshot(center),
    "figures.response_figures": lambda center, _: figures.response_figures(center),
    "history.recent_entries": lambda center, _: history.recent_entries(center, before_id=9),
    "history.incident_story": lambda center, night: history.incident_story(center, night.ids.working, OFFICER),
    "history.find_incidents": lambda center, _: [history.find_incidents(center, open_only=it) for it in (True, False)],
    "timers.timers_of": lambda center, night: timers_of_row(center, night.ids.silent),
    "calls.joinable": lambda center, _: calls.joinable(center, "E103", somewhere(center)),
    "proposing.propose_units": lambda center, night: proposing.propose_units(center, night.ids.unowned, with_cover=True),
    "proposing.propose_for": lambda center, _: proposing.propose_for(center, center.catalogue.incident_types["E102"], somewhere(center)),
    "proposing.next_unit": lambda center, night: proposing.next_unit(center, night.ids.silent, "patrol-03"),
    "assigning.propose_together": lambda center, _: assigning.propose_together(center),
    "jobs.parked": lambda center, _: jobs.parked(center),
    "search.find": lambda center, _: [search.find(center, it, OFFICER) for it in ("积水", "patrol", "YY-S01", "0001")],
    "search.person": lambda center, _: search.person(center, "person:DL01", OFFICER),
    "log_search.search_log": lambda center, _: [
        log_search.search_log(center, LogQuery(text="积水", incident_id=2), OFFICER),
        log_search.search_log(center, LogQuery(groups=("units",), actor="officer"), OFFICER),
        log_search.search_log(center, LogQuery(from_at=center.now() - timedelta(days=1), to_at=center.now()), OFFICER),
    ],
    "log_search.read_line": lambda center, night: log_search.read_line(center, night.ids.promise, OFFICER),
    # roads and the circle
    "closures.closures": lambda center, _: [closures.closures(center, standing_only=it) for it in (True, False)],
    "coverage.see": lambda center, _: coverage.see(center),
    "coverage.history": lambda center, _: coverage.history(center, center.now() - timedelta(days=1)),
    "coverage.cover_without": lambda center, _: coverage.cover_without(center, ["patrol-01"]),
    "standby.plan_standby": lambda center, _: standby.plan_standby(center, OFFICER),
    "standby.newest_standby": lambda center, _: standby.newest_standby(center),
    "hindsight.hindsight": lambda center, _: hindsight.hindsight(center, center.now() - timedelta(days=1), center.now()),
    "closure_questions.effect_of": lambda center, night: closure_questions.effect_of(center, night.ids.closure),
    "closure_questions.ended_closures": lambda center, _: closure_questions.ended_closures(center, timedelta(days=1)),
    "closure_questions.guard_sights": lambda center, _: closure_questions.guard_sights(center),
    "closure_questions.preview_closure": lambda center, _: closure_questions.preview_closure(center, CloseRoad(place_id="XQ002")),
    # plans
    "plan_preview.preview": lambda center, _: preview(center, ActivatePlan(plan_id="P02", level=Level.II), COMMANDER),
    "plan_story.plan_story": lambda center, night: plan_story.plan_story(center, night.ids.activation, OFFICER),
    "plan_reviews.review": lambda center, night: plan_reviews.review(center, night.ids.activation, OFFICER),
    "plan_reviews.ended_plans": lambda center, _: plan_reviews.ended_plans(center, OFFICER),
    "plan_endings.ending": lambda center, night: plan_endings.ending(center, night.ids.activation, OFFICER),
    "plan_endings.plans_to_end": lambda center, _: plan_endings.plans_to_end(center, OFFICER),
    "plan_books.present_plans": lambda center, _: plan_books.present_plans(center),
    "plan_texts.wordings": lambda center, _: plan_texts.wordings(center, "P01", ADMIN),
    "plan_texts.waiting": lambda center, _: plan_texts.waiting(center, ADMIN),
    "plan_proposals.assess": lambda center, _: plan_proposals.assess(center),
    "plan_proposals.rises": lambda center, _: plan_proposals.rises(center),
    "plan_preview.preview_change": lambda center, night: preview_change(center, night.ids.activation, Level.I, COMMANDER),
    "plan_proposals.proposals": lambda center, _: plan_proposals.proposals(center),
    "notices.recipients_of": lambda center, night: notices.recipients_of(center, night.notice),
    "notices.is_settled": lambda center, night: notices.is_settled(center, night.notice),
    "shelters.openings_of": lambda center, night: shelters.openings_of(center, night.ids.activation),
    "shelters.open_now": lambda center, _: shelters.open_now(center),
    "group_pages.group_links": lambda center, night: group_pages.group_links(center, night.ids.activation, OFFICER),
    "group_pages.group_page": lambda center, night: group_pages.group_page(center, night.group_link),
    # warnings, measurements, reports
    "warnings.list_warnings": lambda center, _: [warnings.list_warnings(center, in_force_only=it) for it in (True, False)],
    "warnings.read_warning": lambda center, night: warnings.read_warning(center, night.warning, OFFICER),
    "warnings.warning_stories": lambda center, _: warnings.warning_stories(center, OFFICER),
    "warnings.warning_as_cap": lambda center, night: warnings.warning_as_cap(center, night.warning, OFFICER),
    "warning_previews.understand": lambda center, _: warning_previews.understand(
        center, "奎文区气象台3月2日9时30分发布暴雨红色预警", OFFICER
    ),
    "measurements.list_measurements": lambda center, _: measurements.list_measurements(center),
    "reports.list_reports": lambda center, night: [
        *(reports.list_reports(center, OFFICER, state=it) for it in ("open", "closed", "all")),
        reports.list_reports(center, OFFICER, state="all", incident_id=night.ids.working),
    ],
    "reports.read_report": lambda center, night: reports.read_report(center, night.report, OFFICER),
    "reports.draft": lambda center, night: reports.draft(center, night.report, OFFICER),
    # the duty page
    "handover.handover_context": lambda center, _: handover.handover_context(center, OFFICER),
    "handover.find_handovers": lambda center, _: [handover.find_handovers(center, OFFICER, before=it) for it in (None, 9)],
    "watches.on_duty_now": lambda center, _: [watches.on_duty_now(center, post=it) for it in ("centre", "YY")],
    "watches.watches_around": lambda center, _: watches.watches_around(center, center.now(), 5),
    "handover_clock.late_watch": lambda center, _: handover_clock.late_watch(center),
    "watches.find_watches": lambda center, _: watches.find_watches(center, center.now(), center.now() + timedelta(days=7), "YY"),
    "watches.watch_named": lambda center, _: watches.watch_named(center, roster.roster(center, center.now(), center.now()).watches[0].id),
    "roster.roster": lambda center, _: roster.roster(center, center.now(), center.now() + timedelta(days=14)),
    "roster_sheet.roster_sheet": lambda center, _: roster_sheet.roster_sheet(center, center.now(), center.now() + timedelta(days=14), "en"),
    "swaps.swaps": lambda center, _: [swaps.swaps(center, open_only=it) for it in (True, False)],
    "roll_calls.roll_call": lambda center, _: roll_calls.roll_call(center),
    "roll_calls.page_by_link": lambda center, night: roll_calls.page_by_link(center, night.roll_call_link),
    "duty_log.read_entry": lambda center, night: duty_log.read_entry(center, night.ids.promise, OFFICER),
    "people.people": lambda center, _: people.people(center),
    "people.call_chain": lambda center, _: people.call_chain(center),
    "report_figures.watch_span": lambda center, _: report_figures.watch_span(
        center, watches.find_watches(center, center.now(), center.now() + timedelta(days=1))[0].id
    ),
    "report_figures.figures": lambda center, _: report_figures.figures(center, center.now() - timedelta(days=1), center.now()),
    # stock
    "stock_questions.stock_of": lambda center, _: stock_questions.stock_of(center, "YY-S01"),
    "stock_questions.depot_totals": lambda center, _: stock_questions.depot_totals(center),
    "stock_questions.holders_of": lambda center, _: stock_questions.holders_of(center, "FL01"),
    "stock_questions.where_is": lambda center, _: stock_questions.where_is(center, "FL01", somewhere(center)),
    "stock_questions.below_minimum": lambda center, _: stock_questions.below_minimum(center),
    "stock_questions.expiring": lambda center, _: stock_questions.expiring(center),
    "stock_questions.needs_of_plans": lambda center, night: stock_questions.needs_of_plans(
        center, {"P01": Level.II, "P02": Level.I}, [("activation", night.ids.activation)]
    ),
    "stock_questions.reservations": lambda center, night: stock_questions.reservations(center, "activation", night.ids.activation),
    "stock_questions.movements": lambda center, night: [
        stock_questions.movements(center, before=99),
        stock_questions.movements(center, depot="YY-S01"),
        stock_questions.movements(center, material="FL01", limit=12),
        stock_questions.movements(center, depot="YY-S01", material="FL01", limit=12),
        stock_questions.movements(center, for_=("activation", night.ids.activation)),
    ],
    "stock_sheet._exported": lambda center, _: [stock_sheet.export_sheet(center, "zh_CN", it) for it in (None, "YY-S01")],
    # who is asking, whom to call
    "access.caller_of": lambda center, night: access.caller_of(center, night.token),
    "access.link_owner": lambda center, night: access.link_owner(center, night.display_link),
    "access.needs_setup": lambda center, night: access.needs_setup(center, access.link_owner(center, night.display_link)),
    "access.accounts": lambda center, _: access.accounts(center),
    "access.first_run_link": lambda center, _: access.first_run_link(center),
    "channels.known_channels": lambda center, _: channels.known_channels(center, ADMIN),
    "channels.audience_views": lambda center, _: channels.audience_views(center, ADMIN),
    "channels.cadres": lambda center, _: channels.cadres(center, ADMIN),
    "responsibilities.responsible_for": lambda center, _: responsibilities.responsible_for(center, "XQ001"),
    "responsibilities.responsible_near": lambda center, _: responsibilities.responsible_near(center, somewhere(center)),
    "responsibilities.responsible_at": lambda center, night: responsibilities.responsible_at(center, night.ids.working),
    "responsibilities.check_responsibilities": lambda center, _: responsibilities.check_responsibilities(center),
    "responsibility_sheet.responsibility_sheet": lambda center, _: responsibility_sheet.responsibility_sheet(center, "en"),
    "responsibility_sheet.preview_responsibilities": lambda center, _: responsibility_sheet.preview_responsibilities(
        center, responsibility_sheet.responsibility_sheet(center, "en"), ADMIN
    ),
    "reference._stock": lambda center, _: reference.list_depots(center, OFFICER),
    "reference.list_plans": lambda center, _: reference.list_plans(center, OFFICER),
    "reference.read_plan": lambda center, _: reference.read_plan("P01", center, OFFICER),
}
"""Everything that somebody at a screen, a phone or a program waits for: module.function -> one look by it."""

NOBODY_WAITS = {
    "access._start_session": "writes",
    "access.confirm_passphrase": "one account by its name",
    "access.sign_in": "one account by its name",
    "access.sign_out": "one credential by its hash",
    "assignments.waits_for_word": "a worker's",
    "channels.try_channel": "one channel by its key",
    "coverage.keep_reading": "the circle's watch",
    "drills.drill_state": "an exercise's log is as long as an exercise",
    "drills.score_sheet": "an exercise's log is as long as an exercise",
    "guarding.look": "the guards' watch",
    "hindsight._past": "a part of hindsight.hindsight",
    "health._database_answers": "no table",
    "history.verify_log": "the whole chain is what it checks",
    "jobs.has_due": "a worker's, by the due ones",
    "jobs.job_order": "a worker's, one job by its key",
    "log_search.file_log": "the relay's",
    "messages.dispatch_notice": "a worker's",
    "messages.recall_notice": "a worker's",
    "notices._carry_together": "a worker's",
    "notices._was_called_off": "a worker's",
    "notices.answer_by_link": "writes",
    "notices.notice_by_link": "one recipient by the link",
    "notices.outgoing": "a worker's",
    "paper.incidents": "written in the background",
    "paper.plans": "written in the background",
    "paper.telephones": "written in the background",
    "paper.units": "written in the background",
    "plan_work.send_duty": "a worker's",
    "plan_work.send_off_duty": "a worker's",
    "responsibilities.cadre_telephones": "for the paper, written in the background",
    "roll_calls._questions": "a worker's",
    "seeding.seed_street": "at the start",
    "stock_questions.ledger_gaps": "the whole ledger is what it checks",
}
"""What reads as well, and why it is not looked at here."""


@pytest.fixture
def night(center: Center, clock: Clock, officer: Actor) -> Night:
    ids = flood_night(center, clock, officer)
    while log_search.file_log(center):
        pass
    roll = live.read_snapshot(center).rows
    first = {kind: next(int(row["id"]) for row in roll if row["kind"] == kind) for kind in ("warning", "report", "notice")}
    with center.read() as session:
        roll_call_link = session.scalars(select(RollCallAnswer.link).where(RollCallAnswer.link.is_not(None))).first()
    assert roll_call_link is not None
    return Night(
        ids=ids,
        token=access.issue_token(center, "reader", Role.DUTY_OFFICER),
        display_link=access.issue_display_link(center, ADMIN).rpartition("/")[2],
        group_link=group_pages.group_links(center, ids.activation, officer)[0].path.rpartition("/")[2],
        roll_call_link=roll_call_link,
        **first,
    )


@pytest.mark.both_engines
def test_nothing_that_somebody_waits_for_reads_a_growing_table_from_end_to_end(center: Center, night: Night) -> None:
    silent, whole = [], dict[str, list[str]]()
    known = dict[str, list[str]]()
    for name, look in READS.items():
        with listening(center) as asked:
            look(center, night)
        if not asked:
            silent.append(name)
        for one in asked:
            if one[0] not in known:
                known[one[0]] = [f"{step} <- {one[0]}" for step in whole_tables(center, one)]
            whole.setdefault(name, []).extend(known[one[0]])

    assert silent == []
    assert {name: steps for name, steps in whole.items() if steps} == {}


def test_every_function_that_reads_is_in_the_table_or_says_why_not() -> None:
    found = set()
    for folder in ("services", "api"):
        for path in (ROOT / "command_center" / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef) and any(_reads(step) for step in ast.walk(node)):
                    found.add(f"{path.stem}.{node.name}")

    assert found - READS.keys() - NOBODY_WAITS.keys() == set()
    assert NOBODY_WAITS.keys() - found == set()
    assert READS.keys() & NOBODY_WAITS.keys() == set()


def _reads(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith("center.read")


@pytest.mark.parametrize(
    ("statement", "is_whole"),
    [
        ("SELECT id FROM log_entry", True),
        ("SELECT count(*) FROM log_entry", True),
        ("SELECT id FROM log_entry WHERE actor = 'x' ORDER BY id", True),
        ("SELECT id FROM log_entry AS one WHERE substr(one.facts, 1, 1) = 'x'", True),
        ("SELECT id FROM incident ORDER BY note LIMIT 5", True),
        ("SELECT depot_code, max(id) FROM stock_movement GROUP BY depot_code", True),
        ("SELECT id FROM watch WHERE status <> 'dropped' ORDER BY post, number", True),
        ("SELECT id FROM log_entry ORDER BY id DESC LIMIT 5", False),
        ("SELECT id FROM log_entry WHERE incident_id = 7 ORDER BY id", False),
        ("SELECT id FROM incident WHERE ended_at IS NULL ORDER BY last_call_at", False),
        ("SELECT max(id) FROM log_entry", False),
        ("SELECT * FROM unit ORDER BY call_sign_zh", False),
    ],
)
def test_a_plan_that_reads_all_is_told_from_one_that_does_not(center: Center, statement: str, is_whole: bool) -> None:
    assert bool(whole_tables(center, (statement, ()))) == is_whole


def test_the_last_fix_of_every_unit_is_found_without_reading_all_tracks(center: Center) -> None:
    now = center.now()
    for seconds in (0, 5, 10):
        center.tracks.store(Fix(unit_id=unit, at=now - timedelta(seconds=seconds), point=somewhere(center)) for unit in ("a", "b", "c"))

    with listening(center, center.tracks.engine) as asked:
        latest = center.tracks.latest()

    assert {unit: fix.at for unit, fix in latest.items()} == dict.fromkeys("abc", now)
    assert [step for one in asked for step in whole_tables(center, one, center.tracks.engine)] == []


def test_what_does_not_grow_is_named() -> None:
    assert {
        "log_entry",
        "call",
        "incident",
        "assignment",
        "stock_movement",
        "stock_lot",
        "reservation",
        "notice",
        "recipient",
        "job",
    } <= growing_tables()
