"""Reading CAP: three versions and lists, four encodings; attacks are refused, carelessness is remarked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command_center.cap import AlertFile, MessageType, Named, Status, read_alerts
from command_center.cap.elements import MOST_LEVELS
from command_center.domain import errors
from command_center.domain.errors import UnreadableAlert
from command_center.domain.geo import Point
from command_center.domain.notices import Reference
from tests.effort import effort

SAMPLES = {path.stem: path.read_bytes() for path in sorted((Path(__file__).parent / "samples").glob("*.xml"))}
RAIN = SAMPLES["china-rainstorm-orange"]
A_SECOND = 1_500_000
"""Calls of functions that any machine of ours makes in less than a second; bench/warnings.py takes the time itself."""


def changed(old: str, new: str, sample: bytes = RAIN) -> bytes:
    text = sample.decode("utf-8")
    assert old in text
    return text.replace(old, new, 1).encode("utf-8")


def nested(levels: int) -> bytes:
    """A message whose deepest element is at this level; the alert itself is at the first."""
    deeper = levels - 1
    return changed("<scope>", "<a>" * deeper + "</a>" * deeper + "<scope>")


# ---- what is read ------------------------------------------------------------------------------------------------------------------


def test_a_message_is_read_whole() -> None:
    (alert,) = read_alerts(RAIN).alerts

    (info,) = alert.infos
    assert (alert.identifier, alert.status, alert.msg_type) == ("37070041600000_20260712154200", Status.ACTUAL, MessageType.ALERT)
    assert alert.sent == datetime(2026, 7, 12, 7, 42, tzinfo=UTC)
    assert info.expires == datetime(2026, 7, 12, 13, 42, tzinfo=UTC)
    assert info.event_codes == (Named("eventType", "02"),)
    assert info.areas[0].polygons[0][:2] == (Point(36.66, 119.08), Point(36.66, 119.22))
    assert info.areas[0].geocodes == (Named("adcode", "370705"),)
    assert alert.remarks == ()


def test_version_1_1_is_read_with_its_prefix_and_references() -> None:
    (alert,) = read_alerts(SAMPLES["wind-1.1"]).alerts

    assert alert.references == (Reference("weather@example.org", "TRI13970876.0"),)
    assert alert.infos[0].areas[0].circles[0].radius_km == 12.5


def test_version_1_0_is_read_with_its_codes_in_one_text() -> None:
    (alert,) = read_alerts(SAMPLES["spill-1.0"]).alerts

    assert alert.infos[0].event_codes == (Named("SAME", "CEM"),)
    assert alert.infos[0].areas[0].geocodes == (Named("FIPS6", "006109"),)
    assert alert.scope == "Public"


def test_a_list_gives_its_messages_and_counts_the_links_it_does_not_follow() -> None:
    file = read_alerts(SAMPLES["list.atom"])

    assert [alert.identifier for alert in file.alerts] == ["37070041600000_20260712154200", "drill-2026-3"]
    assert file.links == 1


def test_a_bad_message_of_a_list_does_not_spoil_the_others() -> None:
    file = read_alerts(changed("2026-03-02T08:30:00+08:00", "2026-03-02T08:30:00", SAMPLES["list.atom"]))

    assert [alert.identifier for alert in file.alerts] == ["37070041600000_20260712154200"]
    assert [refusal.code for refusal in file.refused] == ["alert_time_without_zone"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "gb2312"])
def test_the_encodings_of_chinese_offices_are_read(encoding: str) -> None:
    declared = {"utf-8-sig": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}.get(encoding, encoding)
    raw = RAIN.decode("utf-8").replace('encoding="UTF-8"', f'encoding="{declared}"').encode(encoding)

    assert read_alerts(raw).alerts[0].infos[0].sender_name == "潍坊市气象台"


def test_carelessness_is_remarked_and_read() -> None:
    (alert,) = read_alerts(SAMPLES["sloppy"]).alerts

    assert (alert.identifier, alert.status, alert.msg_type) == ("fog 13", Status.ACTUAL, MessageType.ALERT)
    assert len(alert.infos[0].areas[0].polygons) == 1
    assert alert.infos[0].event == "大雾"
    for what in ("status: written", "msgType: written", "sent: not written", "x-vendor", "identifier: letters", "not closed", "triangle"):
        assert [remark for remark in alert.remarks if what in remark], (what, alert.remarks)
    for what in ("areaDesc: empty", "expires: empty", "scope: missing", "urgency: missing"):
        assert what in alert.remarks


@pytest.mark.parametrize(
    ("was", "written", "remark"),
    [
        ("<effective>2026-07-12T15:42:00+08:00", "<effective>2026-07-12T15:42:00", "effective: no time zone, not used"),
        ("<expires>2026-07-12T21:42:00+08:00", "<expires>2026-07-12T21:42:00", "expires: no time zone, not used"),
        ("<expires>2026-07-12T21:42:00+08:00", "<expires>今晚", "expires: no such time, not used"),
        ("<expires>2026", "<expires>9999", "expires: no such time, not used"),
    ],
)
def test_a_time_inside_that_cannot_be_read_is_none_and_remarked(was: str, written: str, remark: str) -> None:
    (alert,) = read_alerts(changed(was, written)).alerts

    field = remark.partition(":")[0]
    assert getattr(alert.infos[0], field) is None
    assert alert.remarks == (remark,)


def test_a_message_may_be_as_deep_as_the_limit() -> None:
    assert read_alerts(nested(MOST_LEVELS)).alerts


def test_markup_inside_a_text_is_text() -> None:
    (alert,) = read_alerts(changed("可能出现城市内涝。", "&lt;script&gt;<![CDATA[<b>]]>")).alerts

    assert alert.infos[0].description.endswith("<script><b>")


# ---- what is refused ---------------------------------------------------------------------------------------------------------------

ROOT = '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
LAUGHS = (
    '<!DOCTYPE alert [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)

REFUSED: dict[str, tuple[Callable[[], bytes], type[UnreadableAlert]]] = {
    "a billion laughs": (lambda: changed(ROOT, LAUGHS + ROOT), errors.AlertHasDoctype),
    "an external entity": (
        lambda: changed(ROOT, '<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + ROOT),
        errors.AlertHasDoctype,
    ),
    "an empty doctype": (lambda: changed(ROOT, "<!DOCTYPE alert>" + ROOT), errors.AlertHasDoctype),
    "more than a mebibyte": (lambda: changed("可能", "雨" * 400_000), errors.AlertTooLarge),
    "one level too many": (lambda: nested(MOST_LEVELS + 1), errors.AlertTooDeep),
    "a very deep nest": (lambda: b"<a>" * 300_000, errors.AlertTooDeep),
    "a flood of elements": (lambda: changed("<scope>", "<a/>" * 200_000 + "<scope>"), errors.AlertTooManyParts),
    "an unknown version": (lambda: changed("cap:1.2", "cap:1.3"), errors.AlertWrongNamespace),
    "no namespace": (lambda: changed(' xmlns="urn:oasis:names:tc:emergency:cap:1.2"', ""), errors.AlertWrongNamespace),
    "another root": (lambda: b"<html><body>404</body></html>", errors.AlertWrongRoot),
    "a feed of another kind": (lambda: b"<feed><entry/></feed>", errors.AlertWrongNamespace),
    "a list of links": (lambda: b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="x"/></entry></feed>', errors.AlertListEmpty),
    "no xml at all": ("潍坊市气象台发布暴雨橙色预警".encode, errors.AlertNotXml),
    "nothing": (lambda: b"", errors.AlertNotXml),
    "half a message": (lambda: RAIN[: len(RAIN) // 2].decode("utf-8", "ignore").encode(), errors.AlertNotXml),
    "an undeclared entity": (lambda: changed("可能", "&nbsp;"), errors.AlertNotXml),
    "an unknown prefix": (lambda: changed("<scope>", "<x:scope/><scope>"), errors.AlertNotXml),
    "an encoding nobody reads": (lambda: changed('encoding="UTF-8"', 'encoding="EBCDIC-CP-US"'), errors.AlertEncoding),
    "bytes that are not UTF-8": (lambda: RAIN.replace("暴雨".encode(), b"\xb1\xa9\xd3\xea"), errors.AlertEncoding),
    "sent without a zone": (lambda: changed("<sent>2026-07-12T15:42:00+08:00", "<sent>2026-07-12T15:42:00"), errors.AlertTimeWithoutZone),
    "a time that does not exist": (lambda: changed("<sent>2026-07-12T15", "<sent>2026-02-30T15"), errors.AlertTimeWrong),
    "a time in words": (lambda: changed("<sent>2026-07-12T15:42:00+08:00", "<sent>yesterday"), errors.AlertTimeWrong),
    "the year nought": (lambda: changed("<sent>2026", "<sent>0001"), errors.AlertTimeWrong),
    "a polygon of nan": (lambda: changed("36.66,119.08 36.66", "nan,119.08 36.66"), errors.AlertGeometryWrong),
    "a polygon of infinity": (lambda: changed("36.66,119.08 36.66", "1e999,119.08 36.66"), errors.AlertGeometryWrong),
    "a polygon off the earth": (lambda: changed("36.66,119.08 36.66", "119.08,36.66 36.66"), errors.AlertGeometryWrong),
    "a polygon in words": (lambda: changed("36.66,119.08 36.66", "north,east 36.66"), errors.AlertGeometryWrong),
    "a circle of minus one": (lambda: changed("12.5", "-1", SAMPLES["wind-1.1"]), errors.AlertGeometryWrong),
    "a circle without a radius": (lambda: changed(" 12.5", "", SAMPLES["wind-1.1"]), errors.AlertGeometryWrong),
    "no identifier": (lambda: changed("<identifier>37070041600000_20260712154200</identifier>", ""), errors.AlertIncomplete),
    "an empty sender": (lambda: changed("<sender>37070041600000</sender>", "<sender> </sender>"), errors.AlertIncomplete),
    "no status": (lambda: changed("<status>Actual</status>", ""), errors.AlertIncomplete),
    "a status nobody knows": (lambda: changed("<status>Actual", "<status>Maybe"), errors.AlertFieldWrong),
    "an endless identifier": (lambda: changed("37070041600000_20260712154200", "9" * 5_000), errors.AlertFieldTooLong),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_trusted_is_refused_by_name_within_a_second(what: str) -> None:
    make, refusal = REFUSED[what]
    raw = make()

    with effort() as made, pytest.raises(UnreadableAlert) as caught:
        read_alerts(raw)

    assert type(caught.value) is refusal
    assert made.calls < A_SECOND


def test_an_outline_as_long_as_a_message_may_be_is_read_within_a_second() -> None:
    raw = changed("36.66,119.08 36.66,119.22", "36.66,119.08 " * 75_000 + "36.66,119.22")

    with effort() as made:
        (alert,) = read_alerts(raw).alerts

    assert made.calls < A_SECOND
    assert len(alert.infos[0].areas[0].polygons[0]) > 75_000


@pytest.mark.parametrize(
    "filling", ["<a/>" * 19_000, "x<!---->" * 120_000, "&amp;" * 200_000, "<?pi?>" * 150_000, '<a b="' + "c" * 900_000 + '"/>']
)
def test_the_worst_that_is_allowed_is_read_within_a_second(filling: str) -> None:
    raw = changed("<scope>", f"<note>{filling}</note><scope>")

    with effort() as made:
        read_alerts(raw)

    assert made.calls < A_SECOND


# ---- mutations ---------------------------------------------------------------------------------------------------------------------


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A sample with pieces cut out, doubled, moved, or overwritten: by bytes, and by what parsers stumble over."""
    raw = bytearray(draw(st.sampled_from(list(SAMPLES.values()))))
    bits = st.binary(max_size=8) | st.sampled_from(
        [
            b"<",
            b">",
            b"&",
            b"]]>",
            b"<!DOCTYPE x>",
            b"<![CDATA[",
            b"\0",
            b"\xff\xfe",
            b"nan",
            b"1e999",
            b"<info>",
            b"</info>",
            b"&#0;",
            b"+",
            b"T",
        ]
    )
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.integers(0, 40)))
        raw[start:end] = draw(bits) * draw(st.integers(1, 3))
    return bytes(raw)


@given(mutated())
@settings(max_examples=400, deadline=1_000)
def test_no_mutation_does_more_than_be_refused(raw: bytes) -> None:
    try:
        file = read_alerts(raw)
    except UnreadableAlert:
        return

    assert isinstance(file, AlertFile)
    assert file.alerts
    assert all(alert.sent.tzinfo is not None for alert in file.alerts)
    assert all(
        point.is_on_earth()
        for alert in file.alerts
        for info in alert.infos
        for area in info.areas
        for ring in area.polygons
        for point in ring
    )


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_no_bytes_do_more_than_be_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableAlert):
        read_alerts(raw)
