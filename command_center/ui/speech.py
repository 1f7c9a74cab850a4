"""What the log and the refusals call things: ids and codes as people say them, in a screen's language."""

from command_center.ui.shell import Screen


def call_signs(screen: Screen) -> dict[str, str]:
    """Unit id -> call sign."""
    return {row["id"]: screen.read(row["call_sign"]) for row in screen.live.board.rows("unit")}


def spoken_names(screen: Screen) -> dict[str, str]:
    """Unit ids as call signs; codes of incident types, plans, their steps, audiences, task groups and shelters as names."""
    catalogue = screen.center.catalogue
    types = {code: screen.read(kind.name) for code, kind in catalogue.incident_types.items()}
    plans = {plan.id: screen.read(plan.short) for plan in catalogue.plans.values()}
    steps = {step.id: screen.read(step.title) for plan in catalogue.plans.values() for step in plan.steps}
    audiences = {code: screen.read(name) for code, name in catalogue.common.audiences.items()}
    groups = {code: screen.read(group.name) for code, group in catalogue.common.groups.items()}
    shelters = {shelter.id: screen.read(shelter.name) for shelter in catalogue.shelters.values()}
    stations = {code: screen.read(station.name) for code, station in catalogue.stations.items()}
    return call_signs(screen) | types | stations | plans | steps | audiences | groups | shelters
