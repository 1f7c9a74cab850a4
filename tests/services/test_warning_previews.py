"""A pasted text before and after a person has confirmed it: what was understood, what is corrected, until when it stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from command_center.center import Center
from command_center.domain.errors import Invalid, NotPermitted, NoWarningInText, UnknownWarning, WarningEndedAlready
from command_center.domain.levels import Level
from command_center.domain.notices import Act
from command_center.domain.rights import Actor
from command_center.services import warning_previews, warnings
from command_center.services.live import read_snapshot
from command_center.services.warnings import Correction, PastedText
from tests.builders import OFFICER
from tests.conftest import Clock
from tests.working import entries, rows, work_off
from workers import jobs as workers_jobs

BLUE = "奎文区气象台3月2日8时发布暴雨蓝色预警"
ORANGE = "奎文区气象台3月2日8时30分发布暴雨橙色预警"
BOTH = "奎文区气象台3月2日8时发布暴雨蓝色预警，8时10分发布大风黄色预警"
ORDER = "区防指启动Ⅲ级响应"


@pytest.fixture(autouse=True)
def worker(center: Center) -> Iterator[None]:
    with workers_jobs.working_at(center):
        yield


def paste(center: Center, text: str, *corrections: Correction) -> warnings.Taken:
    return warnings.take_warning(center, PastedText(text=text, corrections=corrections), OFFICER)


def test_a_text_is_understood_and_nothing_is_kept(center: Center) -> None:
    before = read_snapshot(center).log_id

    (read,) = warning_previews.understand(center, BLUE, OFFICER).warnings

    assert (read.draft.hazard, read.draft.color, read.draft.issuer, read.is_known) == ("rainstorm", "blue", "奎文区气象台", False)
    assert read_snapshot(center).log_id == before
    with pytest.raises(NoWarningInText):
        warning_previews.understand(center, "今晚有雨", OFFICER)


def test_what_it_would_end_and_that_it_is_known_already_is_said_before(center: Center) -> None:
    paste(center, BLUE)

    (again,) = warning_previews.understand(center, BLUE, OFFICER).warnings
    (orange,) = warning_previews.understand(center, ORANGE, OFFICER).warnings

    assert again.is_known
    assert [row["color"] for row in orange.ends] == ["blue"]


def test_an_order_whose_plan_no_word_tells_is_understood_and_the_plan_is_asked_for(center: Center) -> None:
    (read,) = warning_previews.understand(center, "区指挥部启动Ⅲ级响应", OFFICER).orders
    assert (read.plan_id, read.level, read.act) == (None, Level.III, Act.ISSUE)

    taken = paste(center, "区指挥部启动Ⅲ级响应", Correction(plan_id="P02"))

    (order,) = rows(center, "standing_order")
    assert (order["id"], order["plan_id"], order["level"]) == (str(taken.orders[0].id), "P02", "III")


def test_what_a_person_corrects_is_kept_and_said_in_the_remarks_and_it_stays_the_same_message(center: Center) -> None:
    said = Correction(color="yellow", area="梨园街道", expires_at=center.now() + timedelta(hours=12))

    (taken,) = paste(center, BLUE, said).warnings

    story = warnings.read_warning(center, taken.id, OFFICER)
    assert (story.row["color"], story.row["area"], story.row["hazard"]) == ("yellow", "梨园街道", "rainstorm")
    assert story.remarks == ["area: corrected by hand", "color: corrected by hand"]
    assert story.text == BLUE
    assert paste(center, BLUE).warnings[0].repeated


def test_a_correction_that_agrees_changes_nothing(center: Center) -> None:
    (read,) = warning_previews.understand(center, BLUE, OFFICER).warnings
    agrees = Correction(act=Act.ISSUE, hazard="rainstorm", color="blue", area=read.draft.area, issued_at=read.draft.issued_at)

    (taken,) = paste(center, BLUE, agrees).warnings

    assert warnings.read_warning(center, taken.id, OFFICER).remarks == []


def test_one_of_two_is_left_out(center: Center) -> None:
    assert len(warning_previews.understand(center, BOTH, OFFICER).warnings) == 2

    paste(center, BOTH, Correction(is_left_out=True))

    assert [row["hazard"] for row in rows(center, "warning")] == ["gale"]


@pytest.mark.parametrize("said", [Correction(hazard="plague"), Correction(color=""), Correction(hazard="heat", color="blue")])
def test_a_correction_that_cannot_be_meant_is_refused(center: Center, said: Correction) -> None:
    with pytest.raises(Invalid):
        paste(center, BLUE, said)

    assert rows(center, "warning") == []


def test_a_warning_that_is_given_an_end_ends_by_itself_and_a_later_end_holds(center: Center, clock: Clock) -> None:
    (taken,) = paste(center, BLUE).warnings
    warnings.time_warning(center, taken.id, center.now() + timedelta(hours=1), OFFICER)
    warnings.time_warning(center, taken.id, center.now() + timedelta(hours=3), OFFICER)

    work_off(center, clock, 3700)
    assert len(rows(center, "warning")) == 1
    work_off(center, clock, 7300)

    assert rows(center, "warning") == []
    assert entries(center, "WarningEnded")[-1]["how"] == "expired"
    assert entries(center, "WarningTimed")[0]["until"] == "03-02 10:00"


def test_who_may_not_and_what_cannot_be_is_refused(center: Center, display: Actor) -> None:
    (taken,) = paste(center, BLUE).warnings
    later = center.now() + timedelta(hours=1)

    with pytest.raises(NotPermitted):
        warnings.time_warning(center, taken.id, later, display)
    with pytest.raises(NotPermitted):
        warning_previews.understand(center, BLUE, display)
    with pytest.raises(Invalid):
        warnings.time_warning(center, taken.id, center.now(), OFFICER)
    with pytest.raises(UnknownWarning):
        warnings.time_warning(center, 999, later, OFFICER)
    warnings.end_warning(center, taken.id, OFFICER, "over")
    with pytest.raises(WarningEndedAlready):
        warnings.time_warning(center, taken.id, later, OFFICER)
