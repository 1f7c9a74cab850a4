"""Writing CAP 1.2: what we write we read back, and without a remark."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from command_center.cap import Alert, Area, Circle, Info, MessageType, Named, Status, read_alerts, write_alert
from command_center.domain.geo import Point
from command_center.domain.notices import Reference

TRIANGLE = (Point(36.66, 119.08), Point(36.66, 119.22), Point(36.76, 119.22), Point(36.66, 119.08))
names = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=",<&"), min_size=1, max_size=30)
texts = st.text(max_size=60).map(lambda text: " ".join("".join(filter(str.isprintable, text)).split()))
moments = st.integers(1_000_000_000, 7_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@st.composite
def alerts(draw: st.DrawFn) -> Alert:
    named = st.lists(st.builds(Named, names, names), max_size=2).map(tuple)
    area = Area(
        description=draw(texts) or "x",
        polygons=draw(st.sampled_from([(), (TRIANGLE,)])),
        circles=draw(st.sampled_from([(), (Circle(Point(36.7, 119.1), 2.5),)])),
        geocodes=draw(named),
    )
    info = Info(
        language="zh-CN",
        categories=("Met",),
        event=draw(texts) or "x",
        urgency="Expected",
        severity="Severe",
        certainty="Likely",
        event_codes=draw(named),
        effective=draw(st.none() | moments),
        expires=draw(st.none() | moments),
        sender_name=draw(texts),
        headline=draw(texts),
        description=draw(texts),
        instruction=draw(texts),
        parameters=draw(named),
        areas=(area,),
    )
    return Alert(
        identifier=draw(names),
        sender=draw(names),
        sent=draw(moments),
        status=draw(st.sampled_from(list(Status))),
        msg_type=draw(st.sampled_from(list(MessageType))),
        references=tuple({Reference(*pair) for pair in draw(st.lists(st.tuples(names, names), max_size=2))}),
        infos=(info,),
    )


@given(alerts())
@settings(max_examples=150)
def test_what_is_written_is_read_back_without_a_remark(alert: Alert) -> None:
    (read,) = read_alerts(write_alert(alert)).alerts

    assert read == alert


def test_letters_that_xml_cannot_carry_are_left_out() -> None:
    alert = Alert(
        identifier="1",
        sender="s",
        sent=datetime(2026, 1, 1, tzinfo=UTC),
        status=Status.EXERCISE,
        msg_type=MessageType.ALERT,
        note="a\x0bb\ufffe",
    )

    raw = write_alert(alert)

    assert read_alerts(raw).alerts[0] == replace(alert, note="ab", remarks=("info: missing",))
    assert b"<status>Exercise</status>" in raw
