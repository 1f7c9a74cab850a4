"""What sentences call things that the catalogue names: units, types, plans and their steps, depots, materials, stations."""

from functools import lru_cache

from command_center.domain.catalogue import Catalogue


def catalogue_names(catalogue: Catalogue, language: str) -> dict[str, str]:
    """Codes of the catalogue as names in a language; see `phrases.event` for how a fact's own codes are written."""
    return _names(SameCatalogue(catalogue), language)


class SameCatalogue:
    """A catalogue as a key of what is made from it once: the same object, not an equal one."""

    __slots__ = ("catalogue",)

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def __hash__(self) -> int:
        return id(self.catalogue)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameCatalogue) and other.catalogue is self.catalogue


@lru_cache(maxsize=8)
def _names(of: SameCatalogue, language: str) -> dict[str, str]:
    catalogue = of.catalogue
    names = {unit_id: vehicle.call_sign for unit_id, vehicle in catalogue.vehicles.items()}
    for table in (catalogue.incident_types, catalogue.depots, catalogue.materials):
        names |= {code: it.name for code, it in table.items()}
    names |= {code: station.name for code, station in catalogue.stations.items()}
    names |= {plan.id: plan.short for plan in catalogue.plans.values()}
    names |= {step.id: step.title for plan in catalogue.plans.values() for step in plan.steps}
    names |= dict(catalogue.common.audiences)
    names |= {code: group.name for code, group in catalogue.common.groups.items()}
    names |= {shelter.id: shelter.name for shelter in catalogue.shelters.values()}
    names |= {f"hazard:{code}": hazard.name for code, hazard in catalogue.warning_signals.hazards.items()}
    names |= {f"plan_id:{code}": plan.short for code, plan in catalogue.plans.items()}
    names |= {f"metric:{code}": metric.name for code, metric in catalogue.common.metrics.items()}
    names |= {f"section:{section.key}": section.title for section in catalogue.handover.sections}
    names |= {f"blocker:{key}": name for key, name in catalogue.handover.blocker_names.items()}
    return {code: text.in_(language) for code, text in names.items()}
