"""What the log and the refusals call things: ids and codes as people say them, in a screen's language."""

from command_center.ui.shell import Screen
from command_center.words import phrases
from command_center.words.names import catalogue_names


def call_signs(screen: Screen) -> dict[str, str]:
    """Unit id -> call sign."""
    return {row["id"]: screen.read(row["call_sign"]) for row in screen.live.board.rows("unit")}


def audience_name(code: str, screen: Screen) -> str:
    """Whom a message goes to; the code alone when nobody knows it any more."""
    if code in phrases.AUDIENCE:
        return screen.say(phrases.AUDIENCE[code])
    audiences = screen.center.catalogue.common.audiences
    return screen.read(audiences[code]) if code in audiences else code


def spoken_names(screen: Screen) -> dict[str, str]:
    """Unit ids as call signs; codes of the catalogue and of audiences as names."""
    others = {code: audience_name(code, screen) for code in phrases.AUDIENCE}
    return catalogue_names(screen.center.catalogue, screen.lang) | others | call_signs(screen)
