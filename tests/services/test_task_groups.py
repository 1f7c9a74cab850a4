"""Task groups: each sees and does its own tasks by its link, in its own name, as long as the plan runs."""

from typing import Any

import pytest

from command_center.center import Center
from command_center.domain.errors import (
    EvidenceNeeded,
    NotAPhoto,
    NotPermitted,
    PlanNotRunning,
    Unknown,
    UnknownActivation,
    UnknownLink,
)
from command_center.domain.levels import Level
from command_center.domain.rights import SIGN_IN_ROLES, Actor, Role
from command_center.services import activations, group_pages, history, incidents, notices, photos, plan_tasks
from command_center.services.activations import ActivatePlan
from command_center.services.audiences import Addressee
from command_center.services.group_pages import GroupPage
from command_center.services.plan_tasks import DoTask, Evidence
from tests.builders import take_test_call
from tests.photos import PLACE, exif, jpeg, segment
from tests.working import entries, rows

FLOOD, SNOW = "P01", "P02"


@pytest.fixture
def commander() -> Actor:
    return Actor(name="commander", role=Role.COMMANDER)


@pytest.fixture
def activation_id(center: Center, commander: Actor) -> int:
    return activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.III), commander).activation_id


def page_of(center: Center, activation_id: int, officer: Actor, group: str) -> GroupPage:
    links = {it.group: it.path for it in group_pages.group_links(center, activation_id, officer)}
    return group_pages.group_page(center, links[group].removeprefix("/t/"))


def task_of(center: Center, step_id: str) -> dict[str, Any]:
    return max((row for row in rows(center, "task") if row["step_id"] == step_id), key=lambda row: row["occurrence"])


def test_every_group_of_the_level_has_a_link_that_shows_its_own_open_tasks(center: Center, officer: Actor, activation_id: int) -> None:
    links = {it.group: it for it in group_pages.group_links(center, activation_id, officer)}

    assert set(links) == set(center.catalogue.plans[FLOOD].levels[Level.III].groups)
    assert len({it.path for it in links.values()}) == len(links)
    rescue = page_of(center, activation_id, officer, "rescue")
    assert {task.step.id for task in rescue.tasks} == {row["step_id"] for row in rows(center, "task") if row["group"] == "rescue"}
    assert links["rescue"].open_tasks == len(rescue.tasks) > 0
    due = [task.due_at for task in rescue.tasks if task.due_at is not None]
    assert due == sorted(due)


def test_a_higher_level_links_the_groups_that_join_and_leaves_the_others_theirs(
    center: Center, officer: Actor, commander: Actor, activation_id: int
) -> None:
    before = {it.group: it.path for it in group_pages.group_links(center, activation_id, officer)}

    activations.change_level(center, activation_id, Level.II, commander, reason="orange")

    after = {it.group: it.path for it in group_pages.group_links(center, activation_id, officer)}
    assert set(after) - set(before) == {"medical"}
    assert {group: after[group] for group in before} == before
    assert [facts["groups"] for facts in entries(center, "GroupLinked")][1] == ["medical"]


def test_a_group_begins_and_does_its_task_in_its_own_name(center: Center, officer: Actor, activation_id: int) -> None:
    me = page_of(center, activation_id, officer, "coordination").actor
    task = task_of(center, "P01-S01")

    plan_tasks.begin_task(center, int(task["id"]), me)
    with pytest.raises(EvidenceNeeded):
        plan_tasks.do_task(center, DoTask(task_id=int(task["id"])), me)
    plan_tasks.do_task(center, DoTask(task_id=int(task["id"]), evidence=Evidence(text="18:21 已回复")), me)

    row = task_of(center, "P01-S01")
    assert (row["status"], row["done_by"]) == ("done", "综合协调组")
    line = next(entry for entry in history.recent_entries(center) if entry["event"] == "TaskDone")
    assert line["actor"] == "综合协调组"
    assert "P01-S01" not in {task.step.id for task in page_of(center, activation_id, officer, "coordination").tasks}


def test_a_group_touches_no_other_groups_task_and_nothing_else(center: Center, officer: Actor, activation_id: int) -> None:
    me = page_of(center, activation_id, officer, "rescue").actor
    foreign = int(task_of(center, "P01-S01")["id"])
    incident = take_test_call(center, officer).incident_id

    for attempt in (
        lambda: plan_tasks.begin_task(center, foreign, me),
        lambda: plan_tasks.do_task(center, DoTask(task_id=foreign, evidence=Evidence(text="x")), me),
        lambda: plan_tasks.skip_task(center, foreign, me, "not ours"),
        lambda: plan_tasks.take_up_again(center, foreign, me),
        lambda: activations.undo(center, activation_id, me),
        lambda: incidents.close_incident(center, incident, me),
        lambda: group_pages.group_links(center, activation_id, me),
        lambda: photos.photo_file(center, "a" * 64 + ".jpg", me),
    ):
        with pytest.raises(NotPermitted):
            attempt()

    assert task_of(center, "P01-S01")["status"] == "pending"


def test_the_same_group_of_another_plan_is_another_group(center: Center, officer: Actor, commander: Actor, activation_id: int) -> None:
    snow = activations.activate_plan(center, ActivatePlan(plan_id=SNOW, level=Level.III), commander).activation_id
    me = page_of(center, snow, officer, "coordination").actor

    with pytest.raises(NotPermitted):
        plan_tasks.begin_task(center, int(task_of(center, "P01-S01")["id"]), me)


def test_after_the_plan_has_ended_the_link_says_so_and_does_nothing(
    center: Center, officer: Actor, commander: Actor, activation_id: int
) -> None:
    me = page_of(center, activation_id, officer, "coordination").actor
    task = int(task_of(center, "P01-S01")["id"])
    activations.undo(center, activation_id, commander)

    seen = page_of(center, activation_id, officer, "coordination")
    assert (seen.is_over, seen.tasks) == (True, ())
    with pytest.raises(PlanNotRunning):
        plan_tasks.begin_task(center, task, me)


def test_the_message_to_a_group_brings_its_link_along(center: Center, officer: Actor, activation_id: int) -> None:
    links = {it.group: it.path for it in group_pages.group_links(center, activation_id, officer)}
    with center.work(officer) as work:
        text = center.catalogue.common.audiences["groups"]
        to = [Addressee(kind="group", ref="rescue", name=center.catalogue.common.groups["rescue"].name)]
        draft = notices.Draft(key="test", audience="groups", channels=("wechat",), text=text, to=to)
        notice_id = notices.queue_notice(work, draft, activation_id).id

    (one,) = notices.outgoing(center, notice_id)

    assert f"/t/{one.tasks}" == links["rescue"]


def test_nobody_signs_in_as_a_task_group() -> None:
    assert Role.TASK_GROUP not in SIGN_IN_ROLES


def test_unknown_links_and_plans_are_refused(center: Center, officer: Actor) -> None:
    with pytest.raises(UnknownLink):
        group_pages.group_page(center, "no-such-link-at-all")
    with pytest.raises(UnknownActivation):
        group_pages.group_links(center, 999, officer)


# ---- photos ----------------------------------------------------------------------------------------------------------------------------


def test_a_photo_proves_a_task_and_its_place_is_not_kept(center: Center, officer: Actor, activation_id: int) -> None:
    me = page_of(center, activation_id, officer, "rescue").actor
    task = int(task_of(center, "P01-S03")["id"])

    name = photos.store_photo(center, jpeg(segment(0xE1, exif())), me)
    plan_tasks.do_task(center, DoTask(task_id=task, evidence=Evidence(photo=name)), me)

    path, media_type = photos.photo_file(center, name, officer)
    assert (path.read_bytes(), media_type) == (jpeg(), "image/jpeg")
    assert PLACE not in path.read_bytes()
    assert task_of(center, "P01-S03")["status"] == "done"


def test_the_same_photo_twice_is_one_file_and_one_line_of_the_log(center: Center, officer: Actor) -> None:
    first, second = photos.store_photo(center, jpeg(), officer), photos.store_photo(center, jpeg(segment(0xE1, exif())), officer)

    assert first == second
    assert [facts["photo"] for facts in entries(center, "PhotoStored")] == [first]
    assert [it.name for it in center.photos_dir.iterdir()] == [first]


def test_a_photo_that_was_never_stored_proves_nothing(center: Center, officer: Actor, display: Actor, activation_id: int) -> None:
    task = int(task_of(center, "P01-S03")["id"])
    name = photos.store_photo(center, jpeg(), officer)

    for photo in ("0" * 64 + ".jpg", "../../etc/passwd", "x" * 300):
        with pytest.raises(Unknown):
            plan_tasks.do_task(center, DoTask(task_id=task, evidence=Evidence(photo=photo)), officer)
    for attempt, refusal in (
        (lambda: photos.store_photo(center, b"no photo", officer), NotAPhoto),
        (lambda: photos.store_photo(center, jpeg(), display), NotPermitted),
        (lambda: photos.photo_file(center, name, display), NotPermitted),
    ):
        with pytest.raises(refusal):
            attempt()

    assert task_of(center, "P01-S03")["status"] == "pending"
