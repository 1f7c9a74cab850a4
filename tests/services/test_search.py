"""One box: whatever people type of a thing leads to it, and to nothing they may not know."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from command_center.center import Center
from command_center.db.tables import Unit
from command_center.domain.errors import NotPermitted, Unknown
from command_center.domain.rights import Actor, Role
from command_center.domain.watches import PersonRole
from command_center.services import incidents, log_search, people, responsibilities, search
from command_center.services.people import PersonFacts
from command_center.services.search import KINDS, Hit
from tests.builders import given, take_test_call
from tests.query_plans import listening, whole_tables


def find(center: Center, text: str, actor: Actor, limit: int = 8) -> list[Hit]:
    return search.find(center, text, actor, limit)


def ids(hits: list[Hit], kind: str) -> list[str]:
    return [hit.id for hit in hits if hit.kind == kind]


def file_all(center: Center) -> None:
    while log_search.file_log(center):
        pass


@pytest.mark.parametrize(
    ("typed", "kind", "found"),
    [
        ("巡01", "unit", "patrol-01"),
        ("patrol 01", "unit", "patrol-01"),
        ("x01", "unit", "patrol-01"),
        ("樱南花园", "place", "XQ001"),
        ("ynhy", "place", "XQ001"),
        ("yingnan garden", "place", "XQ001"),
        ("沙袋", "material", "FL01"),
        ("shadai", "material", "FL01"),
        ("sd", "material", "FL01"),
        ("fl01", "material", "FL01"),
        ("YY-S01", "depot", "YY-S01"),
        ("yyyjjyzzxk", "depot", "YY-S01"),
        ("rescue station depot", "depot", "YY-S01"),
        ("防汛", "plan", "P01"),
        ("fxkh", "plan", "P01"),
        ("P01", "plan", "P01"),
        ("街道干部01", "person", "cadre:SC01"),
        ("jdgb01", "person", "cadre:SC01"),
        ("street cadre 01", "person", "cadre:SC01"),
        ("示例总指挥", "person", "person:CM01"),
        ("slzzh", "person", "person:CM01"),
    ],
)
def test_a_thing_is_found_by_its_name_its_spelling_and_its_code(center: Center, officer: Actor, typed: str, kind: str, found: str) -> None:
    assert found in ids(find(center, typed, officer), kind)


def test_incidents_are_found_by_number_type_place_and_words(center: Center, officer: Actor) -> None:
    taken = take_test_call(center, officer, said="地下室积水", place_id="XQ001")
    incidents.add_note(center, taken.incident_id, "燃气公司已到", officer)
    file_all(center)

    for typed in (taken.number, taken.number[-3:], "ddzxc", "电动自行车", "E-bike", "樱南花园", "ynhy", "积水", "燃气公司"):
        assert ids(find(center, typed, officer), "incident") == [str(taken.incident_id)], typed


def test_old_incidents_are_still_found_by_their_words(center: Center, officer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "RECENT", 1)
    old = take_test_call(center, officer, said="墙体开裂").incident_id
    incidents.close_incident(center, old, officer)
    take_test_call(center, officer)
    file_all(center)

    (hit,) = [hit for hit in find(center, "开裂", officer) if hit.kind == "incident"]

    assert (hit.id, hit.score, hit.link) == (str(old), search.BY_WORDS, f"/console?incident={old}")


def test_open_incidents_come_first_and_no_kind_takes_all_the_room(center: Center, officer: Actor) -> None:
    closed, open_one = (take_test_call(center, officer, place_id="XQ001").incident_id for _ in range(2))
    incidents.close_incident(center, closed, officer)
    file_all(center)

    hits = find(center, "樱", officer, limit=3)

    assert ids(hits, "incident") == [str(open_one), str(closed)]
    assert [KINDS.index(hit.kind) for hit in hits] == sorted(KINDS.index(hit.kind) for hit in hits)
    assert max(len(ids(hits, kind)) for kind in KINDS) == 3


def test_better_matches_come_first(center: Center, officer: Actor) -> None:
    given(center, Unit, id="patrol-201", call_sign_zh="樱南花园巡", call_sign_en="Garden patrol")

    assert [hit.score for hit in find(center, "樱南花园", officer) if hit.kind == "unit"] == [1]
    assert next(hit for hit in find(center, "樱南花园", officer) if hit.kind == "place").score == 0


def test_a_new_name_is_found_at_once(center: Center, admin: Actor, officer: Actor) -> None:
    facts = PersonFacts(role=PersonRole.DUTY_OFFICER, name_zh="曾行", name_en="Zeng Xing", phone="13612345678")
    person_id = people.add_person(center, facts, admin)

    for typed in ("曾行", "zengxing", "cenghang", "zx", "ch", "Zeng", "5678"):
        assert f"person:{person_id}" in ids(find(center, typed, officer), "person"), typed
    assert "13612345678" in search.person(center, f"person:{person_id}", officer).detail.zh


def test_a_cadre_in_the_directory_stands_there_once(center: Center, admin: Actor, officer: Actor) -> None:
    facts = PersonFacts(role=PersonRole.DUTY_LEADER, name_zh="街道干部01", name_en="Street cadre 01", cadre_id="SC01")
    person_id = people.add_person(center, facts, admin)

    assert ids(find(center, "街道干部01", officer), "person") == [f"person:{person_id}"]


def test_who_may_not_know_is_told_nothing(center: Center, officer: Actor, display: Actor, crew: Callable[[str], Actor]) -> None:
    responsibilities.set_cadre_phone(center, "SC01", "13800001111", officer)
    take_test_call(center, officer, said="水管爆裂", caller_phone="13805361234", place_id="XQ001")
    file_all(center)

    def kinds(text: str, actor: Actor) -> set[str]:
        return {hit.kind for hit in find(center, text, actor)}

    assert kinds("爆裂", display) == set()
    assert kinds("樱南花园", display) == {"incident", "place", "depot"}
    assert kinds("街道干部01", display) == set()
    assert kinds("13800001111", crew("patrol-01")) == set()
    assert kinds("13805361234", crew("patrol-01")) == set()
    assert kinds("爆裂", crew("patrol-01")) == {"incident", "log"}
    assert kinds("13805361234", officer) == {"incident", "log"}
    assert kinds("00001111", officer) == {"person"}
    with pytest.raises(NotPermitted):
        search.person(center, "cadre:SC01", crew("patrol-01"))
    with pytest.raises(NotPermitted):
        find(center, "樱南花园", Actor(name="group", role=Role.TASK_GROUP))


def test_somebody_who_is_not_there_is_refused(center: Center, officer: Actor) -> None:
    with pytest.raises(Unknown):
        search.person(center, "person:nobody", officer)


@pytest.mark.parametrize("typed", ["", "  ", "，。！", "\x00", "%", "'; drop table unit;--", "a" * 5000, "樱" * 300, "\n\n", "😀"])
def test_odd_text_finds_nothing_and_harms_nothing(center: Center, officer: Actor, typed: str) -> None:
    assert find(center, typed, officer) == []


def test_one_search_asks_the_database_a_bounded_number_of_times(center: Center, officer: Actor) -> None:
    for _ in range(12):
        take_test_call(center, officer, said="水管爆裂", place_id="XQ001")
    file_all(center)

    with listening(center) as asked:
        find(center, "爆裂", officer)

    assert len(asked) <= 24
    assert [step for one in asked for step in whole_tables(center, one)] == []
