"""A thousand spoiled and hostile CAP files at the door of warnings: taken, or refused by name, within the limits."""

from __future__ import annotations

from collections import Counter

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from command_center.cap.elements import MOST_BYTES, MOST_ELEMENTS, MOST_LEVELS, Element, read_elements
from tests.cap.test_reading import LAUGHS, RAIN, ROOT, changed, mutated

FILES = 1_000


@st.composite
def bombs(draw: st.DrawFn) -> bytes:
    """Nests, floods and long texts around what is allowed, and document types that would grow."""
    deep = draw(st.integers(0, 2 * MOST_LEVELS) | st.sampled_from((MOST_LEVELS - 1, MOST_LEVELS, 50_000)))
    many = draw(st.integers(0, 50) | st.sampled_from((MOST_ELEMENTS - 100, MOST_ELEMENTS, MOST_ELEMENTS + 1)))
    long = draw(st.integers(0, 5_000) | st.sampled_from((MOST_BYTES - len(RAIN) - 2_000, MOST_BYTES)))
    fillings = ("<a>" * deep + "</a>" * deep, "<a/>" * many, f"<note>{'x' * long}</note>", "<a>" * deep, "&a;" * many)
    filling = fillings[draw(st.integers(0, len(fillings) - 1))]
    raw = changed("<scope>", f"{filling}<scope>")
    return raw.replace(ROOT.encode(), (LAUGHS + ROOT).encode(), 1) if draw(st.integers(0, 9)) == 0 else raw


def levels_and_elements(element: Element) -> tuple[int, int]:
    below = [levels_and_elements(child) for child in element.children]
    return 1 + max((levels for levels, _ in below), default=0), 1 + sum(elements for _, elements in below)


def test_a_thousand_spoiled_files_are_taken_or_refused_within_the_limits(desk: httpx.Client) -> None:
    answers = Counter[str]()

    @settings(max_examples=FILES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(raw=mutated() | bombs())
    def never_fails(raw: bytes) -> None:
        answer = desk.post("/api/v1/warnings", content=raw, headers={"Content-Type": "application/cap+xml"})
        assert answer.status_code < 500, answer.text
        if answer.is_success:
            answers["taken"] += 1
            levels, elements = levels_and_elements(read_elements(raw))
            assert len(raw) <= MOST_BYTES
            assert levels <= MOST_LEVELS
            assert elements <= MOST_ELEMENTS
        else:
            answers[answer.json()["code"]] += 1

    never_fails()

    assert answers.total() >= FILES
    assert answers.keys() >= {"taken", "alert_not_xml", "alert_has_doctype", "alert_too_deep", "alert_too_many_parts", "body_too_large"}
