"""Which message ends which: a matter of what they say, never of when they came."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.notices import Act, Notice, NoticeSource, Reference, applies, ended_by
from tests.builders import MORNING


def notice(key: str, act: Act = Act.ISSUE, *, after_min: float = 0, **stated: object) -> Notice:
    base = Notice(
        key=key,
        act=act,
        source=NoticeSource.PASTE,
        sender="台",
        identifier=key,
        issuer="奎文区",
        topic="rainstorm",
        grade="blue",
        issued_at=MORNING + timedelta(minutes=after_min),
    )
    return replace(base, **stated)  # type: ignore[arg-type]  # any field


BLUE = notice("blue")
ORANGE = notice("orange", after_min=60, grade="orange")


def test_a_later_signal_of_the_same_office_replaces_the_earlier_one_and_not_the_other_way_round() -> None:
    assert applies(ORANGE, BLUE)
    assert not applies(BLUE, ORANGE)


def test_another_office_another_hazard_and_an_exercise_stand_beside_it() -> None:
    for beside in (
        replace(ORANGE, issuer="潍坊市"),
        replace(ORANGE, topic="gale"),
        replace(ORANGE, topic=None),
        replace(ORANGE, is_exercise=True),
        replace(ORANGE, source=NoticeSource.CAP),
    ):
        assert not applies(beside, BLUE)


def test_a_lifting_ends_its_own_colour_or_all_when_it_names_none() -> None:
    assert not applies(notice("lift", Act.LIFT, after_min=90, grade="blue"), ORANGE)
    assert applies(notice("lift", Act.LIFT, after_min=90, grade="orange"), ORANGE)
    assert applies(notice("lift", Act.LIFT, after_min=90, grade=None), ORANGE)
    assert applies(notice("lift", Act.LIFT, after_min=90, grade="orange", issuer=None), ORANGE)
    assert not applies(notice("lift", Act.LIFT, after_min=30, grade="orange"), ORANGE)


def test_references_end_exactly_what_they_name() -> None:
    cancel = notice("cancel", Act.CANCEL, after_min=90, references=frozenset({Reference("台", "blue")}))

    assert applies(cancel, BLUE)
    assert not applies(cancel, ORANGE)


notices = st.builds(
    notice,
    key=st.uuids().map(str),
    act=st.sampled_from(list(Act)),
    after_min=st.integers(0, 5),
    source=st.sampled_from(list(NoticeSource)),
    issuer=st.sampled_from([None, "奎文区", "潍坊市"]),
    topic=st.sampled_from([None, "rainstorm", "gale"]),
    grade=st.sampled_from([None, "blue", "orange"]),
)


@given(st.lists(notices, max_size=4, unique_by=lambda one: one.key))
def test_the_fate_of_a_message_does_not_depend_on_the_order_of_the_others(messages: list[Notice]) -> None:
    for message in messages:
        others = [other for other in messages if other is not message]
        assert len({ended_by(message, list(order)) for order in permutations(others)}) <= 1


@given(notices, notices)
def test_no_message_ends_itself_or_is_ended_in_turn(first: Notice, second: Notice) -> None:
    assert not applies(first, first)
    assert not (applies(first, second) and applies(second, first))
