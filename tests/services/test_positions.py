"""The intake: believed fixes move markers and make tracks, the others are counted by reason."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from command_center.center import Center
from command_center.domain.positions import FixRejected
from command_center.domain.rights import Actor
from command_center.services.positions import MOST_STRANGERS, Intake, Reading, fix_of, latest_fixes, rejections
from command_center.words import phrases, translator
from tests.builders import somewhere
from tests.conftest import Clock


@pytest.fixture
def intake(center: Center) -> Intake:
    desk = Intake(center)
    desk.load()
    return desk


def reading(center: Center, **stated: object) -> Reading:
    at = somewhere(center)
    usual = {"unit": "patrol-01", "at": center.now(), "lat": at.lat, "lon": at.lon, "battery_pct": 77.0}
    return Reading(**(usual | stated))  # type: ignore[arg-type]  # a case states any field


def test_a_believed_fix_is_shown_and_stored(center: Center, intake: Intake) -> None:
    received = intake.receive([reading(center, speed_kmh=25.0)])
    intake.flush()
    intake.store()

    assert (received.accepted, received.rejected) == (1, {})
    assert latest_fixes(center)["patrol-01"].battery_pct == 77
    assert center.tracks.latest()["patrol-01"].speed_kmh == 25


def test_the_call_sign_is_as_good_as_the_id(center: Center, intake: Intake) -> None:
    assert intake.receive([reading(center, unit="巡07"), reading(center, unit="Patrol 08")]).accepted == 2


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ({"lat": float("nan")}, "not_finite"),
        ({"lat": 0.0, "lon": 0.0}, "null_island"),
        ({"lat": 95.0}, "out_of_range"),
        ({"lat": 60.0, "lon": 24.9}, "outside_district"),
        ({"at": datetime(2031, 1, 1, tzinfo=UTC)}, "future"),
        ({"at": datetime(2020, 1, 1, tzinfo=UTC)}, "too_old"),
        ({"at": None}, "no_time"),
        ({"lat": None}, "malformed"),
        ({"unreadable": True}, "malformed"),
        ({"unit": "ghost"}, "unknown_unit"),
    ],
)
def test_garbage_never_moves_a_marker_and_is_counted_by_reason(
    center: Center, intake: Intake, stated: dict[str, object], reason: str
) -> None:
    received = intake.receive([reading(center, **stated)])
    intake.flush()
    intake.store()

    assert (received.accepted, received.rejected) == (0, {reason: 1})
    assert latest_fixes(center) == {}
    assert center.wire.rejected() == {reason: 1}


def test_old_duplicate_and_impossible_fixes_do_not_replace_a_believed_one(center: Center, intake: Intake, clock: Clock) -> None:
    intake.receive([reading(center)])
    clock.advance(5)
    late = center.now() - timedelta(seconds=10)

    received = intake.receive(
        [
            reading(center, at=late),
            reading(center, at=center.now() - timedelta(seconds=5)),
            reading(center, lat=somewhere(center).lat + 0.05),
        ]
    )

    assert received.rejected == {"out_of_order": 1, "duplicate": 1, "jump": 1}


def test_rejected_fixes_stand_at_their_unit_and_devices_that_are_no_units_by_name(center: Center, intake: Intake, admin: Actor) -> None:
    intake.receive([reading(center), reading(center), reading(center, unit="巡02", at=None), reading(center, unit="truck-9")])
    intake.receive([reading(center, unit=f"made-up-{number}") for number in range(100)])
    intake.store()

    found = rejections(center, admin)

    assert found.by_reason == {"duplicate": 1, "no_time": 1, "unknown_unit": 101}
    assert found.by_unit == {"patrol-01": {"duplicate": 1}, "patrol-02": {"no_time": 1}}
    assert found.strangers["truck-9"] == center.now()
    assert len(found.strangers) == MOST_STRANGERS


def test_every_reason_has_its_words_in_both_languages() -> None:
    assert phrases.FIX_REJECTED.keys() == {reason.value for reason in FixRejected}
    chinese = [translator("zh_CN")(words) for words in phrases.FIX_REJECTED.values()]
    assert len(set(chinese)) == len(phrases.FIX_REJECTED)
    assert not set(chinese) & set(phrases.FIX_REJECTED.values())


def test_a_restarted_process_judges_against_what_the_last_one_believed(center: Center, intake: Intake) -> None:
    intake.receive([reading(center)])
    intake.flush()
    again = Intake(center)
    again.load()

    assert again.receive([reading(center)]).rejected == {"duplicate": 1}


def test_positions_survive_a_wipe_of_redis(center: Center, intake: Intake, redis_url: str) -> None:
    intake.receive([reading(center)])
    intake.flush()
    intake.store()

    with Redis.from_url(redis_url) as redis:
        redis.flushall()

    assert latest_fixes(center)["patrol-01"].point == somewhere(center)


numbers = st.one_of(st.none(), st.floats(), st.integers(-(10**20), 10**20).map(float))


@given(
    st.builds(
        Reading,
        unit=st.text(max_size=8) | st.just("patrol-01"),
        at=st.datetimes(timezones=st.just(UTC)) | st.none(),
        lat=numbers,
        lon=numbers,
        speed_kmh=numbers,
        heading_deg=numbers,
        accuracy_m=numbers,
        battery_pct=numbers,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_a_device_can_say_breaks_the_intake(intake: Intake, said: Reading) -> None:
    received = intake.receive([said])

    assert received.accepted + sum(received.rejected.values()) == 1


def test_a_frame_row_is_read_back_as_it_was(center: Center, intake: Intake) -> None:
    intake.receive([reading(center, speed_kmh=12.5, heading_deg=270.0, accuracy_m=8.0)])
    intake.flush()

    fix = latest_fixes(center)["patrol-01"]

    assert fix_of(json.loads(json.dumps(fix.frame_row()))) == fix


def test_a_track_is_kept_in_order_and_the_same_fix_once(center: Center, intake: Intake, clock: Clock) -> None:
    start = center.now()
    for _ in range(5):
        clock.advance(10)
        intake.receive([reading(center)])
        intake.store()
    center.tracks.store(center.tracks.track("patrol-01", start, center.now()))

    track = center.tracks.track("patrol-01", start, center.now())

    assert [(fix.at - start).total_seconds() for fix in track] == [10, 20, 30, 40, 50]
    assert center.tracks.forget_before(start + timedelta(seconds=25)) == 2
