"""What the log and the refusals call things: ids and codes as people say them, in a screen's language."""

from command_center.ui.shell import Screen
from command_center.words.names import catalogue_names


def call_signs(screen: Screen) -> dict[str, str]:
    """Unit id -> call sign."""
    return {row["id"]: screen.read(row["call_sign"]) for row in screen.live.board.rows("unit")}


def spoken_names(screen: Screen) -> dict[str, str]:
    """Unit ids as call signs; codes of the catalogue as names."""
    return catalogue_names(screen.center.catalogue, screen.lang) | call_signs(screen)
