"""What came in, as it is to be kept: from a pasted text, a CAP file, or an officer's own words."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from command_center.cap import Alert, AlertFile, Area, Info, MessageType, message_id, read_alerts, signal_of
from command_center.cap.china import chosen_info
from command_center.domain.catalogue import Catalogue
from command_center.domain.errors import Invalid, OrderNeedsPlan, Refusal, UnknownPlan
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.notices import Act, NoticeSource, Reference
from command_center.domain.vocabulary import Hazard
from command_center.domain.warning_text import OrderText, WarningText, plain, read_text

MOST_CORNERS = 200
"""Corners of an outline that screens get; a coast line with thousands is thinned."""
MOST_CIRCLES = 20
"""Circles of a warning that screens get."""

A_MINUTE = timedelta(minutes=1)
"""People write times to the minute; a smaller difference is none."""

LONGEST_KEPT = 8_000
"""Letters of a message's text that are kept."""

_LONGEST_REMARK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person says of one thing that was read from a text; None leaves what was read. color : "" for none.

    is_left_out : it is not taken at all. plan_id, level : of an order of the district; hazard, color, area, expires_at : of a warning.
    """

    is_left_out: bool = False
    act: Act | None = None
    hazard: str | None = None
    color: str | None = None
    area: str | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    plan_id: str | None = None
    level: Level | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedText:
    """A text as received by WeChat or SMS. plan_id : the plan that an order of the district means, when its words do not say.

    corrections : by place in what was read, whoever confirmed it says otherwise.
    """

    text: str
    plan_id: str | None = None
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CapMessage:
    """A CAP message or an Atom list of them, as bytes."""

    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedWarning:
    """A warning told by phone. color : None only for the end of one."""

    hazard: str
    color: str | None
    act: Act = Act.ISSUE
    issuer: str = ""
    area: str = ""
    text: str = ""
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    is_exercise: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedOrder:
    """An order of the district told by phone. level : None only for the end of one."""

    plan_id: str
    level: Level | None
    act: Act = Act.ISSUE
    issuer: str = ""
    text: str = ""
    issued_at: datetime | None = None
    is_exercise: bool = False


TakeWarning = PastedText | CapMessage | StatedWarning | StatedOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningDraft:
    """A warning as it is to be kept. is_timed : it says itself when it was issued."""

    identifier: str
    sender: str
    fingerprint: str
    source: NoticeSource
    act: Act
    status: str
    hazard: str | None
    word: str
    color: str | None
    issuer: str
    text: str
    issued_at: datetime
    is_timed: bool = True
    area: str = ""
    polygons: Sequence[Sequence[Sequence[float]]] = ()
    circles: Sequence[Sequence[float]] = ()
    effective_at: datetime | None = None
    expires_at: datetime | None = None
    remarks: tuple[str, ...] = ()
    references: frozenset[Reference] = frozenset()

    @property
    def topic(self) -> str | None:
        """What messages about the same thing share."""
        return self.hazard or (f"word:{self.word}" if self.word else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """An order of the district as it is to be kept."""

    identifier: str
    fingerprint: str
    source: NoticeSource
    act: Act
    plan_id: str
    variant: str | None
    level: Level | None
    issuer: str
    text: str
    issued_at: datetime
    is_timed: bool
    is_exercise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """Everything one message holds. remarks : what to tell whoever brought it. refused : parts of a list that cannot be taken."""

    warnings: tuple[WarningDraft, ...] = ()
    orders: tuple[OrderDraft, ...] = ()
    remarks: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()


def drafts_of(order: TakeWarning, catalogue: Catalogue, now: datetime) -> Drafts:
    """Read what came in. Raises the refusals of warning_text and of cap, OrderNeedsPlan, UnknownPlan, Invalid."""
    match order:
        case PastedText():
            return _from_text(order, catalogue, now)
        case CapMessage():
            return _from_cap(read_alerts(order.raw), catalogue)
        case StatedWarning():
            return Drafts(warnings=(_from_statement(order, catalogue, now),))
        case StatedOrder():
            return Drafts(orders=(_order_from_statement(order, catalogue, now),))


def _hashed(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode("utf-8", "backslashreplace")).hexdigest()


# ---- pasted texts --------------------------------------------------------------------------------


def _from_text(order: PastedText, catalogue: Catalogue, now: datetime) -> Drafts:
    read = read_text(order.text, catalogue.warning_signals, now=now.astimezone(ZoneInfo(catalogue.street.timezone)))
    told = plain(order.text)
    status = "exercise" if read.is_exercise else "actual"
    says = dict(enumerate(order.corrections))
    warnings = [(one, says.get(place, Correction())) for place, one in enumerate(read.warnings)]
    orders = [(one, says.get(place, Correction())) for place, one in enumerate(read.orders)]
    return Drafts(
        warnings=tuple(
            _corrected(_text_warning(one, order.text, told, status, catalogue, now), said, catalogue)
            for one, said in warnings
            if not said.is_left_out
        ),
        orders=tuple(
            _text_order(_corrected_order(one, said), order, told, catalogue, now, is_exercise=read.is_exercise)
            for one, said in orders
            if not said.is_left_out
        ),
    )


def _corrected(draft: WarningDraft, said: Correction, catalogue: Catalogue) -> WarningDraft:
    """The draft as the person who confirms it sees it; it stays the same message, and its remarks tell what a person changed.

    Raises Invalid for a hazard or colour that there is none of.
    """
    told: dict[str, Any] = {"act": said.act, "hazard": said.hazard, "area": said.area}
    changed = {name: value for name, value in told.items() if value is not None and value != getattr(draft, name)}
    if said.color is not None and (said.color or None) != draft.color:
        changed["color"] = said.color or None
    if said.issued_at is not None and abs(said.issued_at - draft.issued_at) >= A_MINUTE:
        changed["issued_at"] = said.issued_at
    remarks = (*draft.remarks, *(f"{name}: corrected by hand" for name in changed))
    if "hazard" in changed:
        changed["word"] = _known_hazard(said.hazard or "", catalogue).name.zh
    corrected = replace(draft, **changed, expires_at=said.expires_at or draft.expires_at, remarks=remarks)
    if {"hazard", "color", "act"} & changed.keys() and corrected.hazard is not None:
        _check_color(corrected.hazard, corrected.color, corrected.act, catalogue)
    return corrected


def _corrected_order(read: OrderText, said: Correction) -> OrderText:
    told: dict[str, Any] = {"act": said.act, "plan_id": said.plan_id, "level": said.level, "issued_at": said.issued_at}
    changed = {name: value for name, value in told.items() if value is not None}
    return replace(read, **changed, variant=read.variant if changed.get("plan_id", read.plan_id) == read.plan_id else None)


def _text_warning(read: WarningText, text: str, told: str, status: str, catalogue: Catalogue, now: datetime) -> WarningDraft:
    stated = _identifier_in(told, catalogue)
    fingerprint = _hashed(told, read.word)
    issued_at = read.issued_at or (stated[1] if stated else None)
    return WarningDraft(
        identifier=stated[0] if stated else _text_identifier(fingerprint, issued_at, now),
        sender=stated[0].partition("_")[0] if stated else read.issuer or "",
        fingerprint=fingerprint,
        source=NoticeSource.PASTE,
        act=read.act,
        status=status,
        hazard=read.hazard,
        word=read.word,
        color=read.color,
        issuer=read.issuer or "",
        area=read.area,
        text=text[:LONGEST_KEPT],
        issued_at=issued_at or now,
        is_timed=issued_at is not None or stated is not None,
    )


def _identifier_in(told: str, catalogue: Catalogue) -> tuple[str, datetime] | None:
    """An identifier of GB/T 35965.1 in the text, with its time."""
    for match in re.finditer(r"(?<!\d)\d{14}_\d{14}(?:_\d)?(?!\d)", told):
        parts = message_id(match.group(), catalogue.warning_signals)
        if parts is not None:
            return match.group(), parts.at
    return None


def _text_identifier(fingerprint: str, issued_at: datetime | None, now: datetime) -> str:
    """A text with a time is the same whenever it comes; without one it is a new message each time (see `warnings`)."""
    return f"text-{fingerprint[:24]}" if issued_at else f"text-{fingerprint[:24]}-{now:%Y%m%dT%H%M%S.%f}"


def _text_order(read: OrderText, order: PastedText, told: str, catalogue: Catalogue, now: datetime, *, is_exercise: bool) -> OrderDraft:
    plan_id = order.plan_id or read.plan_id
    if plan_id is None:
        raise OrderNeedsPlan
    _known_plan(plan_id, catalogue)
    if read.act.starts and read.level is None:
        raise Invalid(field="level", value=None)
    fingerprint = _hashed(told, plan_id)
    return OrderDraft(
        identifier=_text_identifier(fingerprint, read.issued_at, now),
        fingerprint=fingerprint,
        source=NoticeSource.PASTE,
        act=read.act,
        plan_id=plan_id,
        variant=read.variant if plan_id == read.plan_id else None,
        level=read.level,
        issuer=read.issuer or "",
        text=order.text[:LONGEST_KEPT],
        issued_at=read.issued_at or now,
        is_timed=read.issued_at is not None,
        is_exercise=is_exercise,
    )


def _known_plan(plan_id: str, catalogue: Catalogue) -> None:
    if plan_id not in catalogue.plans:
        raise UnknownPlan(plan=plan_id)


# ---- CAP -----------------------------------------------------------------------------------------

_ACTS = {MessageType.ALERT: Act.ISSUE, MessageType.UPDATE: Act.UPDATE, MessageType.CANCEL: Act.CANCEL}


def _from_cap(file: AlertFile, catalogue: Catalogue) -> Drafts:
    warnings = tuple(_cap_warning(alert, catalogue) for alert in file.alerts if alert.msg_type in _ACTS)
    remarks = [remark for draft in warnings for remark in draft.remarks]
    for alert in file.alerts:
        if alert.msg_type not in _ACTS:
            remarks += [*alert.remarks, f"{alert.msg_type.value}: not kept"]
    if file.links:
        remarks.append(f"links: {file.links} entries carry no alert and were left out")
    return Drafts(
        warnings=warnings,
        remarks=tuple(dict.fromkeys(remarks)),
        refused=file.refused,
    )


def _cap_warning(alert: Alert, catalogue: Catalogue) -> WarningDraft:
    info, signal = chosen_info(alert), signal_of(alert, catalogue.warning_signals)
    issuer = info.sender_name if info and info.sender_name else alert.sender
    areas = info.areas if info else ()
    rings, thinned = _rings([ring for area in areas for ring in area.polygons])
    remarks = [*alert.remarks, *_not_kept(alert, info)]
    if signal.color_by_severity:
        remarks.append("severity: the colour was taken from it")
    if thinned:
        remarks.append("polygon: thinned")
    return WarningDraft(
        identifier=alert.identifier,
        sender=alert.sender,
        fingerprint=_hashed(replace(alert, remarks=())),
        source=NoticeSource.CAP,
        act=_ACTS[alert.msg_type],
        status=alert.status.value.lower(),
        hazard=signal.hazard,
        word=signal.word,
        color=signal.color,
        issuer=issuer,
        area="、".join(filter(None, map(_area_named, areas)))[:1_000],
        polygons=rings,
        circles=_circles(areas),
        text=_cap_text(alert)[:LONGEST_KEPT],
        issued_at=alert.sent,
        effective_at=info.effective if info else None,
        expires_at=info.expires if info else None,
        remarks=tuple(remarks),
        references=frozenset(alert.references),
    )


def _not_kept(alert: Alert, info: Info | None) -> Iterator[str]:
    """What the message says beyond what is kept of it: the text in one language, and so many circles."""
    others = [it.language for it in alert.infos if it is not info]
    if info is not None and others:
        yield f"info: kept {info.language}, not kept {', '.join(others)}"[:_LONGEST_REMARK]
    circles = sum(len(area.circles) for area in (info.areas if info else ()))
    if circles > MOST_CIRCLES:
        yield f"circle: {circles - MOST_CIRCLES} not kept"


def _area_named(area: Area) -> str:
    """As the sender describes it, else by its codes."""
    return area.description or " ".join(f"{code.name} {code.value}".strip() for code in area.geocodes)


def _cap_text(alert: Alert) -> str:
    info = chosen_info(alert)
    parts = (info.headline, info.description, info.instruction) if info else (alert.note,)
    return "\n".join(part for part in parts if part)


def _rings(polygons: list[tuple[Point, ...]]) -> tuple[list[list[list[float]]], bool]:
    """Rings of [lat, lon], thinned to MOST_CORNERS altogether; and whether they had to be."""
    corners = sum(map(len, polygons))
    step = max(1, -(-corners // MOST_CORNERS))
    kept = [[*ring[:-1:step], ring[-1]] for ring in polygons if len(ring[:-1:step]) >= 3]
    return [[[round(point.lat, 5), round(point.lon, 5)] for point in ring] for ring in kept[:MOST_CORNERS]], step > 1


def _circles(areas: Sequence[Area]) -> list[list[float]]:
    """[lat, lon, radius in metres], MOST_CIRCLES at the most."""
    circles = [circle for area in areas for circle in area.circles][:MOST_CIRCLES]
    return [[round(it.centre.lat, 5), round(it.centre.lon, 5), round(it.radius_km * 1000)] for it in circles]


# ---- by phone ------------------------------------------------------------------------------------


def _from_statement(order: StatedWarning, catalogue: Catalogue, now: datetime) -> WarningDraft:
    hazard = _known_hazard(order.hazard, catalogue)
    _check_color(order.hazard, order.color, order.act, catalogue)
    issued_at = order.issued_at or now
    fingerprint = _hashed(order.hazard, order.color, order.act, order.issuer, order.text, issued_at.isoformat())
    return WarningDraft(
        identifier=f"told-{fingerprint[:24]}",
        sender=order.issuer,
        fingerprint=fingerprint,
        source=NoticeSource.MANUAL,
        act=order.act,
        status="exercise" if order.is_exercise else "actual",
        hazard=order.hazard,
        word=hazard.name.zh,
        color=order.color,
        issuer=order.issuer,
        area=order.area,
        text=order.text[:LONGEST_KEPT],
        issued_at=issued_at,
        expires_at=order.expires_at,
    )


def _known_hazard(code: str, catalogue: Catalogue) -> Hazard:
    hazard = catalogue.warning_signals.hazards.get(code)
    if hazard is None:
        raise Invalid(field="hazard", value=code)
    return hazard


def _check_color(hazard: str, color: str | None, act: Act, catalogue: Catalogue) -> None:
    """Raises Invalid: a hazard has its own colours, and only the end of a warning needs none."""
    if color not in _known_hazard(hazard, catalogue).signals and (act.starts or color is not None):
        raise Invalid(field="color", value=color)


def _order_from_statement(order: StatedOrder, catalogue: Catalogue, now: datetime) -> OrderDraft:
    _known_plan(order.plan_id, catalogue)
    if order.act.starts and order.level is None:
        raise Invalid(field="level", value=None)
    issued_at = order.issued_at or now
    fingerprint = _hashed(order.plan_id, order.level, order.act, order.issuer, order.text, issued_at.isoformat())
    return OrderDraft(
        identifier=f"told-{fingerprint[:24]}",
        fingerprint=fingerprint,
        source=NoticeSource.MANUAL,
        act=order.act,
        plan_id=order.plan_id,
        variant=None,
        level=order.level,
        issuer=order.issuer,
        text=order.text[:LONGEST_KEPT],
        issued_at=issued_at,
        is_timed=True,
        is_exercise=order.is_exercise,
    )
