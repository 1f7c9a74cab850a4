"""Doors of duty: who is on watch, the roster and its sheet, swaps, the stations' roll call, the directory."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from command_center.api.entrance import AtCenter, AtDesk, MayRead, SignedIn
from command_center.api.shapes import (
    Code,
    Moment,
    PathCode,
    PersonIn,
    ReasonIn,
    RollCallAnswerIn,
    RowId,
    SeatsIn,
    SwapIn,
    WatchIn,
    WeeksIn,
)
from command_center.api.sheets import XLSX, InLanguage, Sheet, download
from command_center.center import Center
from command_center.db.board_rows import moment
from command_center.domain.errors import Invalid, UnknownRollCall
from command_center.domain.watches import Duty, Hint, PersonRole
from command_center.services import people, roll_calls, roster, roster_sheet, swaps, watches
from command_center.services.people import ChainLink, DirectoryEntry, PersonFacts
from command_center.services.roll_calls import RollCallView, StationAnswer
from command_center.services.swaps import AskSwap, SwapView
from command_center.services.watches import WatchView

router = APIRouter(prefix="/api/v1/duty", tags=["duty"])

BY_DEFAULT = timedelta(days=14)
MOST = timedelta(days=366)

From = Annotated[Moment | None, Query(alias="from", description="By default now.")]
To = Annotated[Moment | None, Query(description="By default two weeks later.")]


def _days(center: Center, from_at: datetime | None, to: datetime | None) -> tuple[datetime, datetime]:
    begin = from_at or center.now()
    end = to or begin + BY_DEFAULT
    if not timedelta(0) < end - begin <= MOST:
        raise Invalid(field="to", value=end.isoformat())
    return begin, end


def watch_row(watch: WatchView) -> dict[str, Any]:
    """A watch with the names on it; numbers are in the directory, for the desk."""
    return {
        "id": str(watch.id),
        "number": watch.number,
        "post": watch.post,
        "from_at": moment(watch.from_at),
        "to_at": moment(watch.to_at),
        "status": watch.status.value,
        "begun_at": moment(watch.begun_at),
        "ended_at": moment(watch.ended_at),
        "basis": watch.basis,
        "people": [{"id": it.person_id, "duty": it.duty.value, "name": it.name.as_row()} for it in watch.people],
    }


# ---- watches ------------------------------------------------------------------------------------------------------------------------


@router.get("/now")
def now_on_watch(center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    """Who is on watch at every post now; null where nobody is rostered."""
    on_watch = {post: watches.on_duty_now(center, post=post) for post in watches.posts(center)}
    return {"posts": {post: None if watch is None else watch_row(watch) for post, watch in on_watch.items()}}


@router.get("/call-chain")
def call_chain(center: AtCenter, _actor: AtDesk) -> dict[str, Any]:
    """Who is called in turn when nobody answers; a step that nobody fills or can be phoned says so in `gap`."""
    step_min = center.catalogue.common.activation_rules.call_chain_step_min
    return {"step_min": step_min, "chain": [_link_row(link) for link in people.call_chain(center)]}


def _link_row(link: ChainLink) -> dict[str, Any]:
    name = None if link.name is None else link.name.as_row()
    return {"role": link.role, "person_id": link.person_id, "name": name, "phone": link.phone, "gap": link.gap}


@router.get("/watches")
def list_watches(
    center: AtCenter, _actor: MayRead, from_at: From = None, to: To = None, post: Annotated[Code | None, Query()] = None
) -> dict[str, Any]:
    """The watches of some days, by post, then in order of time."""
    begin, end = _days(center, from_at, to)
    return {"watches": [watch_row(watch) for watch in watches.find_watches(center, begin, end, post)]}


@router.post("/watches", status_code=201)
def add_watch(body: WatchIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Put one watch on the roster, of whatever length up to three days."""
    return {"id": str(roster.add_watch(center, body.post, body.from_at, body.to_at, _seats(body.people), actor))}


@router.put("/watches/{watch_id}/people")
def seat_people(watch_id: RowId, body: SeatsIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Say who is on a watch: person id and duty."""
    roster.seat_people(center, watch_id, _seats(body.people), actor)
    return {"id": str(watch_id)}


@router.delete("/watches/{watch_id}")
def drop_watch(watch_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Take a watch off the roster that has not begun."""
    roster.drop_watch(center, watch_id, actor)
    return {"id": str(watch_id)}


def _seats(named: Mapping[str, str]) -> dict[str, Duty]:
    return {person_id: Duty(duty) for person_id, duty in named.items()}


# ---- the roster ---------------------------------------------------------------------------------------------------------------------


@router.get("/roster")
def read_roster(center: AtCenter, _actor: MayRead, from_at: From = None, to: To = None) -> dict[str, Any]:
    """The roster of some days as it is printed, and what is wrong with it: gaps, empty seats, tired people."""
    found = roster.roster(center, *_days(center, from_at, to))
    return {
        "from_at": moment(found.from_at),
        "to_at": moment(found.to_at),
        "pattern": found.pattern.as_row(),
        "watches": [watch_row(watch) for watch in found.watches],
        "hints": [_hint_row(hint) for hint in found.hints],
    }


def _hint_row(hint: Hint) -> dict[str, Any]:
    return asdict(hint) | {"from_at": moment(hint.from_at), "to_at": moment(hint.to_at)}


@router.post("/roster", status_code=201)
def fill_roster(body: WeeksIn, center: AtCenter, actor: SignedIn) -> dict[str, int]:
    """Make the missing watches of the coming weeks by the pattern, and seat the directory in turn."""
    return {"made": roster.fill_roster(center, body.weeks, actor)}


@router.get("/roster.xlsx", response_class=Response, responses={200: {"content": {XLSX: {}}}})
def export_roster(center: AtCenter, _actor: MayRead, from_at: From = None, to: To = None, lang: InLanguage = None) -> Response:
    """The roster of some days as a workbook, to edit and send back."""
    begin, end = _days(center, from_at, to)
    name = f"roster-{begin.astimezone(center.zone):%Y%m%d}.xlsx"
    return download(roster_sheet.roster_sheet(center, begin, end, lang or center.language), name)


@router.post("/roster.xlsx")
def import_roster(file: Sheet, center: AtCenter, actor: SignedIn) -> dict[str, int]:
    """Take an edited workbook over, whole or not at all; wrong cells are named by their address."""
    return asdict(roster_sheet.import_roster(center, file.file.read(), actor))


# ---- swaps --------------------------------------------------------------------------------------------------------------------------


@router.get("/swaps")
def list_swaps(center: AtCenter, _actor: MayRead, *, decided: Annotated[bool, Query()] = False) -> dict[str, Any]:
    """Swaps that wait for a decision, oldest first; with `decided` all of them, newest first."""
    return {"swaps": [_swap_row(swap) for swap in swaps.swaps(center, open_only=not decided)]}


def _swap_row(swap: SwapView) -> dict[str, Any]:
    times = {name: moment(getattr(swap, name)) for name in ("from_at", "to_at", "asked_at", "decided_at")}
    ids = {"id": str(swap.id), "watch_id": str(swap.watch_id), "status": swap.status.value}
    return asdict(swap) | times | ids


@router.post("/swaps", status_code=201)
def ask_swap(body: SwapIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Ask that somebody else takes a seat on a watch, alone or for a seat of theirs; a duty leader decides."""
    return {"id": str(swaps.ask_swap(center, AskSwap(**body.model_dump()), actor))}


@router.post("/swaps/{swap_id}/approve")
def approve_swap(swap_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    swaps.approve_swap(center, swap_id, actor)
    return {"id": str(swap_id)}


@router.post("/swaps/{swap_id}/refuse")
def refuse_swap(swap_id: RowId, center: AtCenter, actor: SignedIn, body: ReasonIn | None = None) -> dict[str, str]:
    swaps.refuse_swap(center, swap_id, actor, (body or ReasonIn()).reason)
    return {"id": str(swap_id)}


# ---- the stations' roll call --------------------------------------------------------------------------------------------------------


@router.post("/roll-calls", status_code=201)
def start_roll_call(center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """Ask every station who is there; while one runs, that one is answered with."""
    return _roll_call_row(roll_calls.roll_call(center, roll_calls.start_roll_call(center, actor)))


@router.get("/roll-calls/latest")
def latest_roll_call(center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    """The newest roll call; `silent` are the stations to phone."""
    return _roll_call_row(roll_calls.roll_call(center))


@router.get("/roll-calls/{roll_call_id}")
def read_roll_call(roll_call_id: RowId, center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    return _roll_call_row(roll_calls.roll_call(center, roll_call_id))


@router.post("/roll-calls/{roll_call_id}/answers")
def answer_roll_call(roll_call_id: RowId, body: RollCallAnswerIn, center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """Say how many people a station has on duty: its crew for itself, the desk for who answered by phone."""
    roll_calls.answer_roll_call(center, roll_call_id, body.station, body.on_duty, actor, body.note)
    return _roll_call_row(roll_calls.roll_call(center, roll_call_id))


def _roll_call_row(call: RollCallView | None) -> dict[str, Any]:
    if call is None:
        raise UnknownRollCall(roll_call="latest")
    return {
        "id": str(call.id),
        "started_at": moment(call.started_at),
        "started_by": call.started_by,
        "due_at": moment(call.due_at),
        "stations": [_answer_row(it) for it in call.stations],
        "silent": [it.station for it in call.silent],
    }


def _answer_row(answer: StationAnswer) -> dict[str, Any]:
    """The link is for the station alone."""
    told = {name: value for name, value in asdict(answer).items() if name != "link"}
    return told | {"answered_at": moment(answer.answered_at), "asked_at": moment(answer.asked_at)}


# ---- the directory ------------------------------------------------------------------------------------------------------------------


@router.get("/people")
def list_people(center: AtCenter, _actor: AtDesk, role: Annotated[PersonRole | None, Query()] = None) -> dict[str, Any]:
    """Everybody who can be on watch or be called; phone null: no number on file."""
    return {"people": [_person_row(entry) for entry in people.people(center, role)]}


def _person_row(entry: DirectoryEntry) -> dict[str, Any]:
    return asdict(entry) | {"role": entry.role.value, "name": entry.name.as_row()}


@router.post("/people", status_code=201)
def add_person(body: PersonIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    return {"id": people.add_person(center, _facts(body), actor)}


@router.put("/people/{person_id}")
def change_person(person_id: PathCode, body: PersonIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Write somebody's entry anew; without the field `channel` the message address stays as it is."""
    people.change_person(center, person_id, _facts(body), actor, keep_channel="channel" not in body.model_fields_set)
    return {"id": person_id}


@router.delete("/people/{person_id}")
def person_left(person_id: PathCode, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Somebody left; the record keeps them."""
    people.person_left(center, person_id, actor)
    return {"id": person_id}


def _facts(body: PersonIn) -> PersonFacts:
    return PersonFacts(**body.model_dump() | {"role": PersonRole(body.role)})
