"""Floor 3: one function per verb, one transaction per call. `open_center` is how a process starts."""

from typing import Any

from command_center.center import Center
from command_center.services.reactions import reactions_to


def open_center(**options: Any) -> Center:  # noqa: ANN401 - the keywords of Center.open, which says their types
    """Open the centre with its verbs' consequences attached. options : those of Settings.center_options(), and `now` in tests."""
    center = Center.open(**options)
    center.reactions = reactions_to
    return center
