"""Which shelters a plan opens: by kind, nearest first, until there are places enough."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from command_center.catalogue import load_catalogue
from command_center.domain.geo import distance_m
from command_center.domain.shelters import to_open

SHELTERS = list(load_catalogue().shelters.values())
KINDS = ("community_hall", "school", "gym")


def test_the_preferred_kind_comes_first_and_of_one_kind_the_nearest() -> None:
    scene = next(it for it in SHELTERS if it.id == "SH05").point

    chosen = to_open(SHELTERS, KINDS, places=230, near=scene)

    assert [it.shelter_kind for it in chosen] == ["community_hall"] * 4 + ["school"]
    assert chosen[0].id == "SH05"
    reach = [distance_m(scene, it.point) for it in chosen[:4]]
    assert reach == sorted(reach)


def test_without_an_incident_the_one_with_most_places_is_opened_first() -> None:
    halls = [replace(it, capacity=capacity) for it, capacity in zip(SHELTERS, (10, 90, 30), strict=False)]
    halls = [replace(it, shelter_kind="community_hall") for it in halls]

    assert [it.capacity for it in to_open(halls, KINDS, places=100, near=None)] == [90, 30]


@given(
    places=st.integers(-10, 5000),
    kinds=st.permutations(["community_hall", "school", "gym", "park", "hotel"]).map(tuple),
    count=st.integers(0, 8),
)
def test_no_shelter_more_than_needed_and_none_of_a_kind_the_plan_does_not_name(places: int, kinds: tuple[str, ...], count: int) -> None:
    named = kinds[:3]

    chosen = to_open(SHELTERS[:count], named, places=places, near=None)

    there = sum(it.capacity for it in chosen)
    assert all(it.shelter_kind in named for it in chosen)
    assert there >= places or {it.id for it in chosen} == {it.id for it in SHELTERS[:count] if it.shelter_kind in named}
    assert not chosen or there - chosen[-1].capacity < places
