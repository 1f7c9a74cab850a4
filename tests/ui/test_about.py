"""The about panel against the catalogue itself: whatever says there where it comes from is counted here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from types import SimpleNamespace
from typing import cast

import pytest
from plotly.utils import PlotlyJSONEncoder

from command_center.catalogue.scenarios import scenario_bases, scenario_files
from command_center.center import Center
from command_center.domain.catalogue import Catalogue
from command_center.domain.text import Language
from command_center.services.live import LiveBoard
from command_center.ui import console_about
from command_center.ui.shell import Desk, Screen


def marks(value: object, seen: set[int] | None = None) -> Iterator[str]:
    """Every basis that stands anywhere within, each entry once however many ways lead to it."""
    seen = set() if seen is None else seen
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from marks(inner, seen)
    elif isinstance(value, tuple | frozenset):
        for inner in value:
            yield from marks(inner, seen)
    elif is_dataclass(value) and id(value) not in seen:
        seen.add(id(value))
        for one in fields(value):
            inside = getattr(value, one.name)
            if one.name == "basis" or one.name.endswith("_basis"):
                yield "published" if inside in console_about.RULES_OF_OTHERS else inside
            else:
                yield from marks(inside, seen)


def counted(catalogue: Catalogue) -> Counter[str]:
    """What the panel counts of a catalogue, over all its parts."""
    return Counter(
        "published" if basis in console_about.RULES_OF_OTHERS else basis for part in console_about.PARTS for basis in part.bases(catalogue)
    )


def screen_of(center: Center, language: Language = "zh_CN") -> Screen:
    return Screen(desk=Desk(center=center, live=cast("LiveBoard", SimpleNamespace()), caller=lambda: None), lang=language)


def test_every_mark_of_the_catalogue_is_counted_in_the_panel(center: Center) -> None:
    in_the_files = Counter(marks(center.catalogue))

    assert in_the_files["demo"] > 4_000
    assert counted(center.catalogue) == in_the_files
    assert in_the_files.keys() <= console_about.BASIS.keys()


def test_a_part_counts_what_the_street_has_confirmed(center: Center) -> None:
    catalogue = center.catalogue
    confirmed = replace(catalogue, handover=replace(catalogue.handover, basis="fact"))

    before, after = counted(catalogue), counted(confirmed)

    assert after["fact"] - before["fact"] == 1
    assert before["working"] - after["working"] == 1


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_each_part_stands_in_the_panel_with_its_numbers_and_where_it_is_edited(center: Center, language: Language) -> None:
    screen = screen_of(center, language)

    rows = console_about.groups(screen)

    drawn = json.dumps(console_about.about_view(screen), cls=PlotlyJSONEncoder, ensure_ascii=False)
    assert len({row.name for row in rows}) == len(rows) == len(console_about.PARTS) + 2
    assert all(sum(row.by_basis.values()) for row in rows), [row.name for row in rows if not row.by_basis]
    for row in rows:
        assert json.dumps(row.name, ensure_ascii=False) in drawn
        assert row.file in drawn
        assert row.page in drawn


def test_the_drills_and_the_streets_are_named_as_demonstration(center: Center) -> None:
    rows = {row.file: row.by_basis for row in console_about.groups(screen_of(center))}

    assert rows["drills/"] == {"demo": len(scenario_files())}
    assert rows["roads/demo.osm.pbf"] == {"demo": 1}
    assert len(scenario_bases()) == len(scenario_files())
