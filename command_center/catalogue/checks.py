"""What no single file can tell: that files agree with each other and that the numbers add up.

Every check yields complaints: the loader raises the first one, an editor may list them all.
"""

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import time
from itertools import pairwise

from command_center.catalogue.checking import UPWARDS, Complaints, ids, unknown
from command_center.catalogue.plan_checks import plan_complaints
from command_center.catalogue.reading import CatalogueError
from command_center.domain.catalogue import Catalogue, Depot, IncidentType
from command_center.domain.vocabulary import OrderPatterns, ShiftPattern, WarningPatterns
from command_center.domain.watches import STATION_ROLES

CREW = "crew"
"""The key of `first_units` that counts people and not vehicles."""


def complaints(catalogue: Catalogue) -> Iterator[CatalogueError]:
    """Everything that is wrong between the files."""
    yield from _in_file("vocabulary.yaml", _vocabulary(catalogue))
    yield from _in_file("incident_types.yaml", _incident_types(catalogue))
    yield from _in_file("warning_signals.yaml", _warning_signals(catalogue))
    yield from _in_file("handover_template.yaml", _handover(catalogue))
    yield from _in_file("materials.csv", _materials(catalogue))
    yield from _in_file("street.yaml", _street(catalogue))
    yield from _in_file("places", _places(catalogue))
    yield from _in_file("people and vehicles", _people_and_vehicles(catalogue))
    yield from _in_file("duty_people.csv", _duty_people(catalogue))
    yield from _in_file("responsibilities.csv", _responsibilities(catalogue))
    for plan in catalogue.plans.values():
        yield from _in_file(f"{plan.id[1:]}-{plan.slug}.yaml", plan_complaints(plan, catalogue))


def _in_file(file: str, found: Complaints) -> Iterator[CatalogueError]:
    return (CatalogueError(file, where, what) for where, what in found)


# ---- incident types, warnings, vocabulary, handover ----------------------------------------------


def _incident_types(catalogue: Catalogue) -> Complaints:
    for profile in catalogue.sla_profiles.values():
        seconds = (profile.dispatch_s, profile.unit_ack_s, profile.arrive_target_s, profile.arrive_limit_s)
        if profile.stream == "emergency" and (None in seconds or profile.stages):
            yield f"sla_profiles.{profile.code}", "an emergency profile needs its four times in seconds and no stages"
        if profile.stream == "governance" and not profile.stages:
            yield f"sla_profiles.{profile.code}", "a governance profile needs stages"
    for incident_type in catalogue.incident_types.values():
        yield from _incident_type(incident_type, catalogue)


def _incident_type(kind: IncidentType, catalogue: Catalogue) -> Complaints:
    if kind.sla.stream != kind.stream:
        yield kind.code, f"is of the {kind.stream} stream but {kind.sla.code} is not"
    yield from unknown(kind.code, [kind.category], catalogue.common.categories, "category")
    yield from unknown(kind.code, sorted(kind.capabilities), catalogue.capabilities, "capability")
    yield from unknown(kind.code, sorted(kind.stock), catalogue.materials, "material")
    if any(quantity < 1 for quantity in kind.stock.values()):
        yield kind.code, "loads nothing of a material: leave it out"
    yield from unknown(kind.code, kind.forward, catalogue.common.external, "agency")
    yield from unknown(kind.code, kind.first_units, [*catalogue.vehicle_kinds, CREW], "unit kind")
    if not 2 <= len(kind.questions) <= 5:
        yield kind.code, f"needs 2 to 5 questions, not {len(kind.questions)}"
    yield from _plan_of(kind, catalogue)
    target = catalogue.incident_types.get(kind.promote_to or "")
    if kind.promote_to and (target is None or target.stream != "emergency" or kind.stream != "governance"):
        yield kind.code, f"cannot be promoted to {kind.promote_to}: only a report can become an emergency"


def _plan_of(kind: IncidentType, catalogue: Catalogue) -> Complaints:
    plan = catalogue.plans.get(kind.plan or "")
    if kind.plan and plan is None:
        yield kind.code, f"there is no plan {kind.plan!r}"
    if plan and kind.code not in plan.incident_types:
        yield kind.code, f"names {plan.id}, but that plan does not list it"
    if kind.variant and (plan is None or kind.variant not in plan.variants):
        yield kind.code, f"there is no variant {kind.variant!r} in its plan"


def _warning_signals(catalogue: Catalogue) -> Complaints:
    signals = catalogue.warning_signals
    for code, hazard in signals.hazards.items():
        yield from unknown(f"hazards.{code}", [hazard.plan], catalogue.plans, "plan")
        yield from unknown(f"hazards.{code}", hazard.signals, signals.colors, "colour")
    yield from unknown("parse.alias", signals.parse.alias.values(), signals.hazards, "hazard")
    names = {hazard.name.zh for hazard in signals.hazards.values()} | set(signals.parse.alias)
    yield from unknown("parse.hazards_zh", signals.parse.hazards_zh, names, "hazard or alias")
    yield from unknown("parse.feed_types", signals.parse.feed_types.values(), signals.parse.hazards_zh, "hazard word")
    for order in signals.orders.plans:
        plan = catalogue.plans.get(order.plan)
        yield from unknown("orders.plans", [order.plan], catalogue.plans, "plan")
        yield from unknown(f"orders.plans {order.plan}", [order.variant], plan.variants if plan else (), "variant")
    yield from _patterns("parse", signals.parse)
    yield from _patterns("orders", signals.orders)


def _patterns(where: str, patterns: WarningPatterns | OrderPatterns) -> Complaints:
    for field in fields(patterns):
        if field.name.endswith(("_regex", "_cut")):
            try:
                re.compile(getattr(patterns, field.name).replace("{H}", "x"))
            except re.error as error:
                yield f"{where}.{field.name}", f"is no regular expression: {error}"


def _vocabulary(catalogue: Catalogue) -> Complaints:
    common = catalogue.common
    if tuple(common.levels) != UPWARDS:
        yield "levels", "must be IV, III, II and I, in this order"
    for name, metric in common.metrics.items():
        yield from unknown(f"metrics.{name}", metric.runs_for, catalogue.incident_types, "incident type")
        if metric.most is not None and metric.most <= metric.least:
            yield f"metrics.{name}", "most must be above least"
        if not metric.values and metric.most is None:
            yield f"metrics.{name}", "needs most"
        if metric.valid_h <= 0:
            yield f"metrics.{name}", "valid_h must be above 0"
    for level, rule in common.levels.items():
        yield from unknown(f"levels.{level}", [rule.approve_by, rule.command_by], common.roles, "role")
    rules = common.activation_rules
    yield from unknown("activation_rules", rules.call_chain, common.roles, "role")


def _handover(catalogue: Catalogue) -> Complaints:
    if sum(pattern.default for pattern in catalogue.handover.patterns.values()) != 1:
        yield "patterns", "exactly one must be the default"
    yield from unknown("rules.blockers", catalogue.handover.rules.blockers, catalogue.handover.blocker_names, "name for the blocker")
    for section in catalogue.handover.sections:
        yield from unknown(f"sections {section.key}", section.fields, catalogue.handover.field_names, "name for the field")
    for code, pattern in catalogue.handover.patterns.items():
        yield from _pattern(f"patterns.{code}", pattern)
    keys = [section.key for section in catalogue.handover.sections]
    yield from ids("sections", keys, "")


def _pattern(where: str, pattern: ShiftPattern) -> Complaints:
    """One watch follows the other through the whole day."""
    try:
        starts = [time.fromisoformat(start) for start in pattern.starts]
    except ValueError:
        yield f"{where}.starts", 'must be clock times such as "08:00"'
        return
    if not starts or starts != sorted(set(starts)):
        yield f"{where}.starts", "must be clock times in rising order"
    minutes = [start.hour * 60 + start.minute for start in starts]
    if any(later - earlier != pattern.hours * 60 for earlier, later in pairwise([*minutes, *(it + 24 * 60 for it in minutes[:1])])):
        yield f"{where}.hours", "must be the time from each start to the next"


# ---- stock, street, places -----------------------------------------------------------------------


def _materials(catalogue: Catalogue) -> Complaints:
    depots = {tier: rule.per_area * len(catalogue.areas) for tier, rule in catalogue.depot_tiers.items()}
    total = 0
    for code, material in catalogue.materials.items():
        quantity = sum(material.quantity(tier) * number for tier, number in depots.items())
        total += quantity
        if quantity != material.total_qty:
            yield code, f"total_qty is {material.total_qty}, the depots add up to {quantity}"
        yield from unknown(code, sorted(material.plans), catalogue.plans, "plan")
        yield from unknown(code, [material.category], catalogue.common.material_categories, "category")
    least = catalogue.street.counts.stock_items_min
    if total < least:
        yield "total_qty", f"adds up to {total}, the street states more than {least}"


ADDED_UP = (
    "compounds",
    "business_buildings",
    "shops",
    "depots",
    "patrol_vehicles",
    "guarantee_vehicles",
    "street_cadres",
    "community_cadres",
)
"""The numbers that the areas share out."""


def _street(catalogue: Catalogue) -> Complaints:
    counts, areas = catalogue.street.counts, catalogue.areas.values()
    for key in ADDED_UP:
        total = sum(getattr(area, key) for area in areas)
        if total != getattr(counts, key):
            yield f"areas.{key}", f"add up to {total}, the street has {getattr(counts, key)}"
    yield from _numbers("stations", len(catalogue.stations), counts.stations)
    yield from _numbers("plans", len(catalogue.plans), counts.plans)
    yield from _numbers("depot_tiers", sum(tier.per_area for tier in catalogue.depot_tiers.values()) * len(areas), counts.depots)
    for code, kind in catalogue.vehicle_kinds.items():
        yield from unknown(f"vehicle_kinds.{code}", sorted(kind.capabilities), catalogue.capabilities, "capability")


def _numbers(where: str, found: int, stated: int) -> Complaints:
    if found != stated:
        yield where, f"there are {found}, the street states {stated}"


def _places(catalogue: Catalogue) -> Complaints:
    areas = catalogue.areas
    for community in catalogue.communities.values():
        yield from unknown(community.code, [community.area], areas, "area")
    for place in catalogue.places.values():
        yield from _placed(place.id, place.area, place.community, catalogue)
    for shelter in catalogue.shelters.values():
        yield from unknown(shelter.id, [shelter.shelter_kind], catalogue.common.shelter_kinds, "shelter kind")
    for depot in catalogue.depots.values():
        yield from _depot(depot, catalogue)
    for area in areas.values():
        if len(area.outline) < 3:
            yield f"outlines.csv {area.code}", "an outline needs at least three corners"


def _people_and_vehicles(catalogue: Catalogue) -> Complaints:
    for cadre in catalogue.cadres.values():
        if (cadre.community is None) != (cadre.kind == "street_cadre"):
            yield cadre.id, "a community cadre needs a community, a street cadre has none"
        yield from _placed(cadre.id, cadre.area, cadre.community, catalogue)
    for vehicle in catalogue.vehicles.values():
        area = catalogue.areas.get(vehicle.area)
        if area is None or area.station != vehicle.station:
            yield vehicle.id, f"the station of its area {vehicle.area} is not {vehicle.station}"


def _duty_people(catalogue: Catalogue) -> Complaints:
    for person in catalogue.duty_people.values():
        if (person.station is None) == (person.role in STATION_ROLES):
            yield person.id, "a station's chief and crew need a station, people at the centre have none"
        yield from unknown(person.id, [person.station], catalogue.stations, "station")


def _responsibilities(catalogue: Catalogue) -> Complaints:
    for it in catalogue.responsibilities.values():
        place = catalogue.places.get(it.target)
        if place is None or place.kind == "shelter":
            yield it.target, "is no compound, business building or shop"
            continue
        lead = catalogue.cadres.get(it.lead)
        if lead is None or lead.kind != "street_cadre":
            yield it.target, f"its lead {it.lead!r} is no street cadre"
        for cadre_id in sorted(it.community):
            cadre = catalogue.cadres.get(cadre_id)
            if cadre is None or cadre.community != place.community:
                yield it.target, f"{cadre_id!r} is no cadre of its community {place.community}"
        if not it.community:
            yield it.target, "needs a cadre of its community"


def _placed(where: str, area: str, community: str | None, catalogue: Catalogue) -> Complaints:
    yield from unknown(where, [area], catalogue.areas, "area")
    known = catalogue.communities.get(community or "")
    if community and (known is None or known.area != area):
        yield where, f"the area {area} has no community {community!r}"


def _depot(depot: Depot, catalogue: Catalogue) -> Complaints:
    area = catalogue.areas.get(depot.area)
    if area is None:
        yield depot.code, f"there is no area {depot.area!r}"
    elif not depot.code.startswith(prefix := f"{area.station}-{catalogue.depot_tiers[depot.tier].letter}"):
        yield depot.code, f"must start with {prefix}"
