"""The Chinese profile: what a CAP message says as a weather signal, and the identifiers of GB/T 35965.1.

Feeds carry the type (01-14) and the colour (01-04) in event codes or parameters, alone or together ("0203"); others only say so in the
headline, in the colour of the severity, or in the severity of the standard.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from command_center.cap.alert import Alert, Info
from command_center.domain.errors import Refusal
from command_center.domain.vocabulary import WarningSignals
from command_center.domain.warning_text import hazard_of, read_text

CHINA = timezone(timedelta(hours=8))

_TYPE_AND_COLOR = re.compile(r"(\d\d)(\d\d)", re.ASCII)
_CODE = re.compile(r"\d\d", re.ASCII)
_TYPE_NAMES = re.compile(r"type|event|类型|种类", re.IGNORECASE)
_COLOR_NAMES = re.compile(r"colou?r|level|severity|颜色|级别|等级", re.IGNORECASE)
_SEVERITIES = {"minor": "blue", "moderate": "yellow", "severe": "orange", "extreme": "red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A message as a weather signal. hazard, color : None where the message does not say; word : as people read it.

    color_by_severity : the colour is only the usual one for the standard's severity.
    """

    hazard: str | None
    word: str
    color: str | None
    color_by_severity: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageId:
    """An identifier of GB/T 35965.1. area : six-digit division; org, unit : three digits each (416 = weather); at : when issued."""

    area: str
    org: str
    unit: str
    at: datetime


def message_id(identifier: str, signals: WarningSignals) -> MessageId | None:
    """The parts of an identifier; None for one of another kind, or with a time that does not exist."""
    match = re.match(signals.parse.id_regex, identifier)
    if match is None:
        return None
    try:
        at = datetime.strptime(match["ts"], "%Y%m%d%H%M%S").replace(tzinfo=CHINA)
    except ValueError:
        return None
    return MessageId(area=match["area"], org=match["org"], unit=match["unit"], at=at)


def chosen_info(alert: Alert) -> Info | None:
    """The Chinese text where there are several languages, else the first."""
    return next((info for info in alert.infos if info.language.lower().startswith("zh")), alert.infos[0] if alert.infos else None)


def signal_of(alert: Alert, signals: WarningSignals) -> Signal:
    """What weather signal the message is. Codes first, then its words, then its severity."""
    info = chosen_info(alert)
    if info is None:
        return Signal(hazard=None, word="", color=None)
    word, color = _by_codes(info, signals)
    told_word, told_color = _by_words(info, alert.sent, signals)
    word = word or told_word or info.event
    color = color or told_color or _color_named(info.severity, signals)
    usual = None if color else _SEVERITIES.get(info.severity.lower())
    return Signal(hazard=hazard_of(word, signals), word=word[:80], color=color or usual, color_by_severity=usual is not None)


def _by_codes(info: Info, signals: WarningSignals) -> tuple[str | None, str | None]:
    words = {hazard.code_type: hazard.name.zh for hazard in signals.hazards.values()} | dict(signals.parse.feed_types)
    colors = {color.code: name for name, color in signals.colors.items()}
    word = color = None
    for name, value in _codes(info):
        both = _TYPE_AND_COLOR.fullmatch(value)
        if both is not None and both[1] in words and both[2] in colors:
            return words[both[1]], colors[both[2]]
        if _CODE.fullmatch(value):
            if _COLOR_NAMES.search(name):
                color = color or colors.get(value)
            elif _TYPE_NAMES.search(name):
                word = word or words.get(value)
        elif _COLOR_NAMES.search(name):
            color = color or _color_named(value, signals)
    return word, color


def _codes(info: Info) -> Iterator[tuple[str, str]]:
    for code in (*info.event_codes, *info.parameters):
        yield code.name, code.value.strip()


def _color_named(text: str, signals: WarningSignals) -> str | None:
    wanted = text.strip().lower()
    return next((name for name, color in signals.colors.items() if wanted in (name, color.name.zh, color.name.zh[:1], color.code)), None)


def _by_words(info: Info, sent: datetime, signals: WarningSignals) -> tuple[str | None, str | None]:
    for text in (info.headline, info.event, info.description[:500]):
        try:
            read = read_text(text, signals, now=sent.astimezone(CHINA))
        except Refusal:
            continue
        if read.warnings:
            return read.warnings[0].word, read.warnings[0].color
    return None, None
