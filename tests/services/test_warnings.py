"""Warnings as they are kept: once each, ended by what ends them, whatever order they arrive in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from command_center.cap import Alert, Area, Circle, Info, MessageType, Named, Status, read_alerts, write_alert
from command_center.center import Center
from command_center.db.tables import HazardWarning, Job, StandingOrder
from command_center.domain.errors import (
    Invalid,
    NotPermitted,
    NoWarningInText,
    OrderNeedsPlan,
    ReasonNeeded,
    UnknownPlan,
    UnknownStandingOrder,
    UnknownWarning,
    UnreadableAlert,
    WarningEndedAlready,
)
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.notices import NoticeState, Reference
from command_center.domain.rights import Actor
from command_center.services import history, jobs, warnings
from command_center.services.live import read_snapshot
from command_center.services.warnings import CapMessage, PastedText, StatedOrder, StatedWarning, Taken, TakeWarning
from tests.builders import MORNING, OFFICER
from tests.cap.test_reading import SAMPLES
from tests.conftest import Clock
from workers import jobs as workers_jobs

BLUE = "奎文区气象台3月2日8时发布暴雨蓝色预警"
ORANGE = "奎文区气象台3月2日8时30分发布暴雨橙色预警"
LIFT = "奎文区气象台3月2日8时45分解除暴雨橙色预警"


@pytest.fixture(autouse=True)
def worker(center: Center) -> Iterator[None]:
    with workers_jobs.working_at(center):
        yield


def paste(center: Center, text: str, plan_id: str | None = None) -> Taken:
    return warnings.take_warning(center, PastedText(text=text, plan_id=plan_id), OFFICER)


def in_force(center: Center) -> list[tuple[str | None, str | None]]:
    rows, _ = warnings.list_warnings(center)
    return sorted((row["hazard"], row["color"]) for row in rows)


def on_board(center: Center, kind: str) -> list[str]:
    return [row["id"] for row in read_snapshot(center).rows if row["kind"] == kind and not row["gone"]]


def states(center: Center) -> dict[str, NoticeState]:
    with center.read() as session:
        return {row.identifier: row.state for row in session.scalars(select(HazardWarning))}


def alert(
    identifier: str, kind: MessageType = MessageType.ALERT, *, after_min: float = 0, ends: Sequence[str] = (), **info: object
) -> Alert:
    stated = {"language": "zh-CN", "sender_name": "潍坊市气象台", "headline": "潍坊市气象台发布暴雨橙色预警"} | info
    return Alert(
        identifier=identifier,
        sender="met@example.org",
        sent=MORNING - timedelta(hours=1) + timedelta(minutes=after_min),
        status=Status.ACTUAL,
        msg_type=kind,
        references=tuple(Reference("met@example.org", name) for name in ends),
        infos=(Info(**stated),),  # type: ignore[arg-type]  # any field
    )


def take(center: Center, *alerts: Alert) -> list[Taken]:
    return [warnings.take_warning(center, CapMessage(raw=write_alert(one)), OFFICER) for one in alerts]


# ---- one message -------------------------------------------------------------------------------------------------------------------


def test_a_pasted_warning_stands_on_the_board_until_it_ends(center: Center) -> None:
    (taken,) = paste(center, BLUE).warnings

    (row,) = [row for row in read_snapshot(center).rows if row["kind"] == "warning"]
    assert (row["id"], row["hazard"], row["color"], row["issuer"]) == (str(taken.id), "rainstorm", "blue", "奎文区气象台")
    assert row["color_name"] == {"zh": "蓝色", "en": "Blue"}
    assert row["issued_at"] == "2026-03-02T00:00:00Z"
    assert "text" not in row
    assert warnings.read_warning(center, taken.id, OFFICER).text == BLUE


@pytest.mark.parametrize("text", [BLUE, "奎文区气象台发布暴雨蓝色预警"])
def test_the_same_message_twice_is_one(center: Center, clock: Clock, text: str) -> None:
    first = paste(center, text)
    clock.advance(600)
    again = paste(center, f"  {text}\n")

    assert again.warnings[0].id == first.warnings[0].id
    assert again.warnings[0].repeated
    assert len(on_board(center, "warning")) == 1


def test_a_text_without_a_time_is_a_new_message_once_the_old_one_has_ended(center: Center, clock: Clock) -> None:
    texts = ["奎文区气象台发布暴雨蓝色预警", "奎文区气象台解除暴雨蓝色预警", "奎文区气象台解除暴雨蓝色预警", "奎文区气象台发布暴雨蓝色预警"]
    repeated = []
    for text in texts:
        clock.advance(60)
        repeated.append(paste(center, text).warnings[0].repeated)

    assert repeated == [False, False, True, False]
    assert in_force(center) == [("rainstorm", "blue")]


def test_an_upgrade_replaces_and_a_lifting_ends_what_the_office_said(center: Center) -> None:
    paste(center, BLUE)
    paste(center, "潍坊市气象台3月2日8时发布大风蓝色预警")

    paste(center, ORANGE)
    assert in_force(center) == [("gale", "blue"), ("rainstorm", "orange")]

    paste(center, LIFT)
    assert in_force(center) == [("gale", "blue")]
    told = [entry["event"] for entry in history.recent_entries(center, limit=10)]
    assert told.count("WarningEnded") == 2


def test_a_word_without_a_plan_is_shown_all_the_same(center: Center) -> None:
    paste(center, "奎文区气象台发布霾黄色预警")

    (row,) = warnings.list_warnings(center)[0]
    assert (row["hazard"], row["hazard_name"]["zh"]) == (None, "霾")


def test_the_same_identifier_with_another_text_is_kept_and_flagged(center: Center) -> None:
    first, again = take(center, alert("w1"), alert("w1", headline="潍坊市气象台发布暴雨红色预警"))

    assert (first.warnings[0].flag, again.warnings[0].flag) == (None, "differs")
    assert in_force(center) == [("rainstorm", "orange"), ("rainstorm", "red")]
    take(center, alert("c", MessageType.CANCEL, after_min=5, ends=["w1"]))
    assert in_force(center) == []


def test_a_number_of_the_standard_in_a_pasted_text_is_its_identifier(center: Center) -> None:
    number = "37070541600000_20260302080000"

    first = paste(center, f"{BLUE}（{number}）")
    other = paste(center, f"{ORANGE}（{number}）")

    assert warnings.read_warning(center, first.warnings[0].id, OFFICER).identifier == number
    assert other.warnings[0].flag == "differs"


def test_a_list_is_taken_whole_with_what_it_leaves_out(center: Center) -> None:
    taken = warnings.take_warning(center, CapMessage(raw=SAMPLES["list.atom"]), OFFICER)

    assert len(taken.warnings) == 2
    assert any("links" in remark for remark in taken.remarks)
    rows, _ = warnings.list_warnings(center)
    assert {row["status"] for row in rows} == {"actual", "exercise"}


@pytest.mark.parametrize("status", [Status.TEST, Status.SYSTEM, Status.DRAFT])
def test_a_technical_test_is_noted_and_shown_to_nobody(center: Center, status: Status) -> None:
    (alert_in,) = read_alerts(write_alert(alert("t"))).alerts
    raw = write_alert(alert_in).replace(b"Actual", status.value.encode())

    (taken,) = warnings.take_warning(center, CapMessage(raw=raw), OFFICER).warnings

    assert taken.state is NoticeState.NOTED
    assert on_board(center, "warning") == []


def test_an_acknowledgement_is_not_kept(center: Center) -> None:
    (taken,) = take(center, alert("a", MessageType.ACK))

    assert (taken.warnings, taken.remarks) == ((), ("Ack: not kept",))


def test_an_outline_with_thousands_of_corners_is_thinned_for_the_screens(center: Center) -> None:
    ring = " ".join(f"{36 + number / 10_000:.4f},{119 + (number % 7) / 100:.2f}" for number in range(5_000))
    raw = write_alert(alert("coast")).replace(b"</info>", f"<area><areaDesc>x</areaDesc><polygon>{ring}</polygon></area></info>".encode())

    warnings.take_warning(center, CapMessage(raw=raw), OFFICER)

    (row,) = warnings.list_warnings(center)[0]
    assert 3 < sum(map(len, row["polygons"])) <= 210


def test_a_circle_of_the_area_is_on_the_board_and_goes_out_again_as_a_circle(center: Center) -> None:
    areas = (Area(description="奎文区", circles=(Circle(centre=Point(36.7, 119.1234567), radius_km=12.5),)),)
    sent = alert("round")
    raw = write_alert(replace(sent, infos=(replace(sent.infos[0], areas=areas),)))

    taken = warnings.take_warning(center, CapMessage(raw=raw), OFFICER)

    (row,) = warnings.list_warnings(center)[0]
    assert (row["polygons"], row["circles"]) == ([], [[36.7, 119.12346, 12_500]])
    assert not any("circle" in remark for remark in taken.remarks)
    (area,) = read_alerts(warnings.warning_as_cap(center, taken.warnings[0].id, OFFICER)).alerts[0].infos[0].areas
    assert area.circles == (Circle(centre=Point(36.7, 119.12346), radius_km=12.5),)


def test_what_a_message_says_beyond_what_is_kept_is_told(center: Center) -> None:
    chinese, english = alert("w").infos[0], Info(language="en-US", headline="Rainstorm warning")
    circle = Circle(centre=Point(36.7, 119.1), radius_km=12.5)
    areas = (Area(description="奎文区", circles=(circle,) * 21), Area(geocodes=(Named("adcode", "370705"),)))

    raw = write_alert(replace(alert("w"), infos=(english, replace(chinese, areas=areas))))

    taken = warnings.take_warning(center, CapMessage(raw=raw.replace(b"Unknown</areaDesc>", b"</areaDesc>")), OFFICER)

    assert set(taken.remarks) >= {"info: kept zh-CN, not kept en-US", "circle: 1 not kept"}
    story = warnings.read_warning(center, taken.warnings[0].id, OFFICER)
    assert set(story.remarks) >= {"info: kept zh-CN, not kept en-US", "circle: 1 not kept"}
    assert warnings.list_warnings(center)[0][0]["area"] == "奎文区、adcode 370705"


# ---- any order ---------------------------------------------------------------------------------------------------------------------

ALERT, UPDATE, CANCEL = (
    alert("a"),
    alert("u", MessageType.UPDATE, after_min=10, ends=["a"]),
    alert("c", MessageType.CANCEL, after_min=20, ends=["u"]),
)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_alert_update_and_cancel_end_the_same_in_any_order(center: Center, order: tuple[int, ...]) -> None:
    take(center, *([ALERT, UPDATE, CANCEL][place] for place in order))

    assert states(center) == {"a": NoticeState.SUPERSEDED, "u": NoticeState.CANCELLED, "c": NoticeState.NOTED}
    assert on_board(center, "warning") == []


def test_a_cancel_before_its_alert_cancels_the_alert_when_it_comes(center: Center) -> None:
    (early,) = take(center, alert("c", MessageType.CANCEL, after_min=20, ends=["a"]))
    (late,) = take(center, ALERT)

    assert early.warnings[0].state is NoticeState.NOTED
    assert late.warnings[0].state is NoticeState.CANCELLED


_numbers = count()


def story(place: str) -> list[TakeWarning]:
    """A day of one office, by text and by CAP; nothing of another story touches it."""
    office = f"{place}区气象台"

    def cap(name: str, kind: MessageType, after_min: float, ends: Sequence[str] = (), headline: str = "发布暴雨橙色预警") -> CapMessage:
        ends = [f"{place}-{one}" for one in ends]
        return CapMessage(
            raw=write_alert(alert(f"{place}-{name}", kind, after_min=after_min, ends=ends, sender_name=office, headline=office + headline))
        )

    return [
        PastedText(text=f"{office}3月2日6时发布暴雨蓝色预警"),
        PastedText(text=f"{office}3月2日7时将暴雨蓝色预警升级为暴雨黄色预警"),
        cap("a", MessageType.ALERT, 0),
        cap("u", MessageType.UPDATE, 10, ["a"], "发布暴雨红色预警"),
        cap("c", MessageType.CANCEL, 20, ["u"]),
        PastedText(text=f"{office}3月2日8时30分发布暴雨蓝色预警"),
        PastedText(text=f"{office}3月2日8时40分解除暴雨蓝色预警"),
        PastedText(text=f"{office}3月2日8时50分发布暴雨橙色预警"),
    ]


def end_of(center: Center, place: str) -> list[tuple[datetime, str, str | None, str, int]]:
    """How the story of a place ended: every message by its own words, with its state and how many messages it ended."""
    with center.read() as session:
        rows = list(session.scalars(select(HazardWarning).where(HazardWarning.issuer == f"{place}区气象台")))
        return sorted(
            (row.issued_at, row.act.value, row.color, row.state.value, sum(one.ended_by_id == row.id for one in rows)) for row in rows
        )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_messages_in_any_order_end_the_same(center: Center, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.integers(0, 7), min_size=2, max_size=6, unique=True))
    ends = []
    for order in (sorted(chosen), chosen, sorted(chosen, reverse=True)):
        place = f"新{chr(0x5C71 + next(_numbers))}"
        for number in order:
            warnings.take_warning(center, story(place)[number], OFFICER)
        ends.append(end_of(center, place))

    assert ends[0] == ends[1] == ends[2]
    assert len(ends[0]) == len(chosen)


# ---- by the clock and by hand ------------------------------------------------------------------------------------------------------


def test_a_warning_ends_when_its_time_is_over(center: Center, clock: Clock) -> None:
    take(center, alert("a", expires=MORNING + timedelta(hours=3)))

    run_due(center, clock, 3 * 3600 - 5)
    assert in_force(center) == [("rainstorm", "orange")]
    run_due(center, clock, 10)

    assert states(center) == {"a": NoticeState.EXPIRED}
    assert on_board(center, "warning") == []


def run_due(center: Center, clock: Clock, after_s: float) -> None:
    clock.advance(after_s)
    for job in jobs.claim_due(center):
        assert workers_jobs.run(job.job_id) == "done"


def test_a_warning_whose_time_was_over_when_it_came_is_never_in_force(center: Center) -> None:
    (taken,) = take(center, alert("a", expires=MORNING - timedelta(minutes=1)))

    assert taken.warnings[0].state is NoticeState.EXPIRED
    with center.read() as session:
        assert "expire_warning" not in set(session.scalars(select(Job.name)))


def test_the_clock_leaves_a_warning_alone_that_ended_before(center: Center, clock: Clock) -> None:
    take(center, alert("a", expires=MORNING + timedelta(hours=1)), alert("c", MessageType.CANCEL, after_min=5, ends=["a"]))

    run_due(center, clock, 4000)

    assert states(center)["a"] is NoticeState.CANCELLED


def test_a_person_ends_a_warning_with_a_reason_and_once(center: Center) -> None:
    (taken,) = paste(center, BLUE).warnings

    with pytest.raises(ReasonNeeded):
        warnings.end_warning(center, taken.id, OFFICER, " ")
    warnings.end_warning(center, taken.id, OFFICER, "told by phone")

    story_now = warnings.read_warning(center, taken.id, OFFICER)
    assert (story_now.row["state"], story_now.end_reason) == ("ended", "told by phone")
    with pytest.raises(WarningEndedAlready):
        warnings.end_warning(center, taken.id, OFFICER, "again")
    with pytest.raises(UnknownWarning):
        warnings.end_warning(center, 999, OFFICER, "which?")


def test_what_a_person_ended_stays_so(center: Center) -> None:
    (taken,) = paste(center, BLUE).warnings
    warnings.end_warning(center, taken.id, OFFICER, "told by phone")

    paste(center, ORANGE)

    assert warnings.read_warning(center, taken.id, OFFICER).row["state"] == "ended"


def test_a_warning_told_by_phone_is_taken_with_the_colours_its_hazard_has(center: Center) -> None:
    told = StatedWarning(hazard="heat", color="orange", issuer="奎文区气象台", expires_at=MORNING + timedelta(hours=12))

    warnings.take_warning(center, told, OFFICER)

    assert in_force(center) == [("heat", "orange")]
    for wrong in (
        StatedWarning(hazard="heat", color="blue"),
        StatedWarning(hazard="hea", color="red"),
        StatedWarning(hazard="heat", color=None),
    ):
        with pytest.raises(Invalid):
            warnings.take_warning(center, wrong, OFFICER)


# ---- orders of the district --------------------------------------------------------------------------------------------------------


def standing(center: Center) -> list[tuple[str, str]]:
    return [(row["plan_id"], row["level"]) for row in warnings.list_warnings(center)[1]]


def test_an_order_stands_until_another_text_ends_it(center: Center, clock: Clock) -> None:
    expected = {
        "区防指启动防汛Ⅳ级应急响应": [("P01", "IV")],
        "奎文区防汛抗旱指挥部决定将防汛应急响应由Ⅳ级提升至Ⅲ级": [("P01", "III")],
        "区减灾委启动低温雨雪冰冻灾害Ⅳ级应急响应": [("P02", "IV"), ("P01", "III")],
        "潍坊市防指启动防汛Ⅱ级应急响应": [("P01", "II"), ("P02", "IV"), ("P01", "III")],
        "区防指终止防汛Ⅲ级应急响应": [("P01", "II"), ("P02", "IV")],
    }
    for text, orders in expected.items():
        clock.advance(60)
        paste(center, text)
        assert standing(center) == orders, text
    assert len(on_board(center, "standing_order")) == 2


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_orders_with_a_time_end_the_same_in_any_order(center: Center, order: tuple[int, ...]) -> None:
    texts = ["区防指3月2日6时启动防汛Ⅳ级应急响应", "区防指3月2日7时启动防汛Ⅲ级应急响应", "区防指3月2日8时终止防汛Ⅲ级应急响应"]

    for place in order:
        paste(center, texts[place])

    with center.read() as session:
        rows = session.scalars(select(StandingOrder).order_by(StandingOrder.issued_at))
        assert [row.state for row in rows] == [NoticeState.SUPERSEDED, NoticeState.LIFTED, NoticeState.NOTED]


def test_an_order_that_names_no_plan_asks_for_it(center: Center) -> None:
    with pytest.raises(OrderNeedsPlan):
        paste(center, "区应急局启动Ⅱ级应急响应")
    with pytest.raises(UnknownPlan):
        paste(center, "区应急局启动Ⅱ级应急响应", plan_id="P99")

    paste(center, "区应急局启动Ⅱ级应急响应", plan_id="P07")

    assert standing(center) == [("P07", "II")]


def test_an_order_told_by_phone_is_ended_by_phone(center: Center) -> None:
    (taken,) = warnings.take_warning(center, StatedOrder(plan_id="P01", level=Level.II, issuer="区防指"), OFFICER).orders
    with pytest.raises(Invalid):
        warnings.take_warning(center, StatedOrder(plan_id="P01", level=None), OFFICER)

    warnings.end_standing_order(center, taken.id, OFFICER, "区防指来电")

    assert standing(center) == []
    with pytest.raises(UnknownStandingOrder):
        warnings.end_standing_order(center, 999, OFFICER, "which?")


# ---- who may, what is refused, what goes out ---------------------------------------------------------------------------------------


def test_what_cannot_be_read_leaves_nothing_behind(center: Center) -> None:
    before = history.recent_entries(center, limit=1)

    with pytest.raises(NoWarningInText):
        paste(center, "今天天气很好")
    with pytest.raises(UnreadableAlert):
        warnings.take_warning(center, CapMessage(raw=b"<alert/>"), OFFICER)

    assert history.recent_entries(center, limit=1) == before


def test_a_display_reads_what_is_in_force_and_takes_nothing(center: Center, display: Actor) -> None:
    with pytest.raises(NotPermitted):
        warnings.take_warning(center, PastedText(text=BLUE), display)
    (taken,) = paste(center, BLUE).warnings
    with pytest.raises(NotPermitted):
        warnings.end_warning(center, taken.id, display, "no")
    with pytest.raises(NotPermitted):
        warnings.read_warning(center, taken.id, display)


@pytest.mark.parametrize(("text", "status"), [(BLUE, Status.ACTUAL), (f"【演练】{BLUE}", Status.EXERCISE)])
def test_a_warning_goes_out_as_cap_and_an_exercise_says_so(center: Center, text: str, status: Status) -> None:
    (taken,) = paste(center, text).warnings

    (sent,) = read_alerts(warnings.warning_as_cap(center, taken.id, OFFICER)).alerts

    assert (sent.status, sent.msg_type, sent.infos[0].sender_name) == (status, MessageType.ALERT, "奎文区气象台")
    assert [(code.name, code.value) for code in sent.infos[0].event_codes] == [("type", "02"), ("level", "01")]


def test_an_exercise_ends_no_real_warning(center: Center) -> None:
    paste(center, ORANGE)

    paste(center, f"【演练】{LIFT}")

    assert in_force(center) == [("rainstorm", "orange")]
