"""Who is on duty in the demo district, and who answers for which of its places: shared out evenly, made up, and marked so.

The street's own numbers say how many cadres and places there are; how many people stand watch is a working value.
"""

from collections.abc import Iterator, Sequence

from command_center.domain.catalogue import Area, Cadre, DutyPerson, Place, Responsibility
from command_center.domain.text import Text
from command_center.domain.watches import PersonRole

CREW_PER_STATION = 12
"""Two teams of six, one team a day: with four stations the 48 of the vocabulary's station_crew."""

AT_THE_CENTRE: Sequence[tuple[PersonRole, str, int, Text]] = (
    (PersonRole.COMMANDER, "CM", 1, Text("示例总指挥", "Demo commander")),
    (PersonRole.DEPUTY_COMMANDER, "DC", 1, Text("示例副总指挥", "Demo deputy commander")),
    (PersonRole.DUTY_LEADER, "DL", 7, Text("示例带班", "Demo leader")),
    (PersonRole.DUTY_OFFICER, "DO", 8, Text("示例值班员", "Demo officer")),
    (PersonRole.DUTY_ASSISTANT, "DA", 8, Text("示例副班", "Demo assistant")),
)
"""Role, letters of the id, how many, and what they are called; seven leaders have a day of the week each."""


def people_on_duty(areas: Sequence[Area]) -> Iterator[DutyPerson]:
    """Everybody of the demo directory: the centre's people, then each station's chief and crew."""
    for role, letters, count, name in AT_THE_CENTRE:
        for number in range(1, count + 1):
            yield _person(f"{letters}{number:02d}", role, name if count == 1 else _numbered(name, number), None)
    for area in areas:
        short = Text(area.name.zh.removesuffix("片区"), area.name.en.removesuffix(" area"))
        chief = Text(f"示例{short.zh}站长", f"Demo {short.en} chief")
        yield _person(f"{area.station}-CH", PersonRole.STATION_CHIEF, chief, area.station)
        crew = Text(f"示例{short.zh}队员", f"Demo {short.en} crew")
        for number in range(1, CREW_PER_STATION + 1):
            yield _person(f"{area.station}-{number:02d}", PersonRole.STATION_CREW, _numbered(crew, number), area.station)


def _numbered(name: Text, number: int) -> Text:
    return Text(f"{name.zh}{number:02d}", f"{name.en} {number:02d}")


def _person(person_id: str, role: PersonRole, name: Text, station: str | None) -> DutyPerson:
    return DutyPerson(id=person_id, role=role, name=name, station=station, basis="demo")


def shared_out(targets: Sequence[Place], cadres: Sequence[Cadre]) -> Iterator[Responsibility]:
    """Every target with its street lead and a cadre of its community, in the order of the targets.

    Within an area (for the leads) and a community (for its cadres) each kind of target is shared out so that nobody has two more
    than anybody else, and neighbours in the list go to the same cadre.
    """
    leads = _by_target(targets, cadres, "street_cadre", "area")
    community = _by_target(targets, cadres, "community_cadre", "community")
    for target in targets:
        yield Responsibility(target=target.id, lead=leads[target.id], community=frozenset({community[target.id]}), basis="demo")


def _by_target(targets: Sequence[Place], cadres: Sequence[Cadre], kind: str, ground: str) -> dict[str, str]:
    """Target -> cadre. ground : the field in which a target and its cadre agree."""
    found: dict[str, str] = {}
    for where in dict.fromkeys(getattr(target, ground) for target in targets):
        own = [cadre.id for cadre in cadres if cadre.kind == kind and getattr(cadre, ground) == where]
        for turn, sort in enumerate(("compound", "business_building", "shop")):
            share = [target.id for target in targets if target.kind == sort and getattr(target, ground) == where]
            asked = own[::-1] if turn == 1 else own  # whoever has the odd compound does not get the odd building as well
            found.update((target, asked[number * len(asked) // len(share)]) for number, target in enumerate(share))
    return found
