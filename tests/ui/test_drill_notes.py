"""What a drill's director tells those who train stands on the console while it is news."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import cast

from plotly.utils import PlotlyJSONEncoder

from command_center.center import Center
from command_center.domain.board import Board
from command_center.domain.rights import Actor, Role
from command_center.domain.text import Language
from command_center.services import drills
from command_center.services.live import LiveBoard, read_snapshot
from command_center.ui.console_incidents import next_steps
from command_center.ui.shell import Desk, Screen
from tests.builders import as_drill
from tests.conftest import Clock

OFFICER = Actor(name="officer", role=Role.DUTY_OFFICER)


def first_line(center: Center, language: Language) -> str:
    """What stands first under "What to do next"."""
    snapshot = read_snapshot(center)
    live = SimpleNamespace(board=Board.of(snapshot.rows), entries=snapshot.entries)
    screen = Screen(desk=Desk(center=center, live=cast("LiveBoard", live), caller=lambda: OFFICER), lang=language, caller=OFFICER)
    return json.dumps(next_steps(screen, {})[0], cls=PlotlyJSONEncoder, ensure_ascii=False)


def test_the_newest_note_of_the_director_stands_first_while_it_is_fresh(center: Center, clock: Clock) -> None:
    drill = as_drill(center, clock.moment, 1.0, "C")
    drills.begin_drill(drill, OFFICER)
    drills.note_played(drill, "step-1", OFFICER)

    told = {language: first_line(drill, language) for language in ("zh_CN", "en")}
    clock.advance(601)
    later = first_line(drill, "en")

    assert "今晚统一用巡05" in told["zh_CN"]
    assert "tonight that is patrol 05" in told["en"]
    assert "/drill" in told["en"]
    assert "patrol 05" not in later
