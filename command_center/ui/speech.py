"""What the log and the refusals call things: ids and codes as people say them, in a screen's language."""

from command_center.ui.shell import Screen
<<<<<<< HEAD
from command_center.words.names import catalogue_names
=======
from command_center.words import phrases
>>>>>>> plans-page


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
<<<<<<< HEAD
    """Unit ids as call signs; codes of the catalogue as names."""
    return catalogue_names(screen.center.catalogue, screen.lang) | call_signs(screen)
=======
    """Unit ids as call signs; codes of incident types, plans, their steps and audiences as names."""
    catalogue = screen.center.catalogue
    types = {code: screen.read(kind.name) for code, kind in catalogue.incident_types.items()}
    plans = {plan.id: screen.read(plan.short) for plan in catalogue.plans.values()}
    steps = {step.id: screen.read(step.title) for plan in catalogue.plans.values() for step in plan.steps}
    audiences = {code: audience_name(code, screen) for code in (*catalogue.common.audiences, *phrases.AUDIENCE)}
    stations = {code: screen.read(station.name) for code, station in catalogue.stations.items()}
    return call_signs(screen) | types | stations | plans | steps | audiences
>>>>>>> plans-page
