"""Reading what offices receive by WeChat or SMS: weather warnings and orders of the district, in the words of the street's catalogue."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from command_center.domain.errors import NoWarningInText, TextTooLong, UnreadableText
from command_center.domain.levels import Level
from command_center.domain.notices import Act
from command_center.domain.vocabulary import OrderPatterns, WarningSignals

MOST_LETTERS = 20_000
"""A pasted warning has some hundreds; a whole chat history is not one."""

AHEAD = timedelta(hours=1)
"""A stated time this far ahead of the clock belongs to the day, month or year before."""

_ENDS = {"解除": Act.LIFT, "取消": Act.CANCEL, "撤销": Act.CANCEL}
_COLORS = {"蓝": "blue", "黄": "yellow", "橙": "orange", "红": "red"}
_LEVELS = {"一": Level.I, "二": Level.II, "三": Level.III, "四": Level.IV, "1": Level.I, "2": Level.II, "3": Level.III, "4": Level.IV}
_TIME = re.compile(
    r"(?:(?:(?P<year>20\d\d)[年/.-])?(?P<month>\d{1,2})[月/.-])?(?:(?P<day>\d{1,2})[日号 T])?"
    r"(?P<hour>[01]?\d|2[0-4])[时点:](?:(?P<minute>[0-5]?\d)(?!\d)|(?P<half>半))?"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_BETWEEN_WORDS = re.compile(r"(?<!\d)\s+|\s+(?!\d)")
_CLAUSE = 60
"""A time or an issuer belongs to an act when it stands at most so many letters before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningText:
    """A warning read from a text.

    hazard : code of warning_signals.yaml, None for a word that proposes no plan; word : as written. color : None for a lifting without one.
    issued_at : aware; None when the text states no time. area : as written, else the issuer's.
    """

    hazard: str | None
    word: str
    color: str | None
    act: Act
    issuer: str | None
    issued_at: datetime | None
    area: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderText:
    """An order of the district read from a text. plan_id : None when no word tells the plan; level : None for an end without one."""

    plan_id: str | None
    variant: str | None
    level: Level | None
    act: Act
    issuer: str | None
    issued_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRead:
    """What one pasted text says; never both empty. A text that gives an order and quotes a warning is an order."""

    warnings: tuple[WarningText, ...] = ()
    orders: tuple[OrderText, ...] = ()
    is_exercise: bool = False


def decoded(raw: bytes, charset: str | None = None) -> str:
    """Text from bytes: the charset that was told, else UTF-16 by its mark, UTF-8, and last GB18030. Raises UnreadableText."""
    by_mark = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else None
    told = "gb18030" if (charset or "").lower() in ("gbk", "gb2312", "gb18030") else charset
    for name in filter(None, (told, by_mark, "utf-8-sig", "gb18030")):
        try:
            return raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    raise UnreadableText


def plain(text: str) -> str:
    """One width for letters and digits, no blanks between words: what texts are compared and searched by."""
    return re.sub(r"\s+", " ", _BETWEEN_WORDS.sub("", unicodedata.normalize("NFKC", text))).strip()


def read_text(text: str, signals: WarningSignals, *, now: datetime) -> TextRead:
    """Read a pasted text. now : the street's local time, to complete a stated time and to tell last year from this.

    Raises NoWarningInText with what was looked for, TextTooLong, UnreadableText for control characters.
    """
    if len(text) > MOST_LETTERS:
        raise TextTooLong(most=MOST_LETTERS)
    if _CONTROL.search(text):
        raise UnreadableText
    words = plain(text)
    is_exercise = re.search(signals.parse.drill_regex, words) is not None
    orders = {order.plan_id: order for order in _orders(words, signals.orders, now)}
    if orders:
        return TextRead(orders=tuple(orders.values()), is_exercise=is_exercise)
    warnings = _warnings(words, signals, now)
    if not warnings:
        raise NoWarningInText(hazards=list(signals.parse.hazards_zh), colors=[color.name.zh for color in signals.colors.values()])
    return TextRead(warnings=warnings, is_exercise=is_exercise)


# ---- warnings ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    """A place in the text that names a warning."""

    hazards: tuple[str, ...]
    color: str | None
    act: Act
    start: int


def _warnings(words: str, signals: WarningSignals, now: datetime) -> tuple[WarningText, ...]:
    """One reading per hazard: what puts a signal in force outweighs what ends one (an upgrade lifts the old colour in the same breath)."""
    by_word: dict[str, WarningText] = {}
    for found in _found(words, signals):
        for word in found.hazards:
            held = by_word.get(word)
            if held is None or (found.act.starts and not held.act.starts):
                by_word[word] = _warning(word, found, words, signals, now)
    return tuple(by_word.values())


def _found(words: str, signals: WarningSignals) -> list[_Found]:
    parse = signals.parse
    hazards = "|".join(map(re.escape, parse.hazards_zh))
    found: list[_Found] = []
    for pattern in (parse.update_regex, parse.end_regex, parse.ended_regex, parse.issue_regex):
        found += _matches(pattern.replace("{H}", f"(?:{hazards})"), words, hazards, is_update=pattern is parse.update_regex)
    return found or _matches(parse.title_regex.replace("{H}", f"(?:{hazards})"), words, hazards)


def _matches(pattern: str, words: str, hazards: str, *, is_update: bool = False) -> list[_Found]:
    found = []
    for match in re.finditer(pattern, words):
        told = match.groupdict()
        named = re.findall(hazards, told.get("hazard") or "") or re.findall(hazards, words[: match.start()])[-1:]
        if named:
            act = Act.UPDATE if is_update else _ENDS.get(told.get("act") or "", Act.ISSUE)
            found.append(_Found(tuple(named), _COLORS.get(told["color"] or ""), act, match.start()))
    return found


def _warning(word: str, found: _Found, words: str, signals: WarningSignals, now: datetime) -> WarningText:
    issuer = _issuer(words, found.start, signals)
    return WarningText(
        hazard=hazard_of(word, signals),
        word=word,
        color=found.color,
        act=found.act,
        issuer=issuer,
        issued_at=_stated_time(words, found.start, now),
        area=_area(words, found.start, issuer, signals),
    )


def hazard_of(word: str, signals: WarningSignals) -> str | None:
    """The catalogue's code for a hazard word; None when it is unknown or proposes no plan."""
    if word in signals.parse.alias:
        return signals.parse.alias[word]
    return next((code for code, hazard in signals.hazards.items() if word in (hazard.name.zh, hazard.name.en)), None)


def _issuer(words: str, before: int, signals: WarningSignals) -> str | None:
    """The last weather office named before the act, else the first one in the text."""
    named = list(re.finditer(signals.parse.issuer_regex, words))
    ahead = [match for match in named if match.end() <= before + 2]
    chosen = ahead[-1] if ahead else named[0] if named else None
    return None if chosen is None else re.sub(signals.parse.issuer_cut, "", chosen.group())


def _area(words: str, after: int, issuer: str | None, signals: WarningSignals) -> str:
    stated = re.search(signals.parse.area_regex, words[after:])
    if stated is not None:
        return stated.group("area")
    return "" if issuer is None else re.sub(r"(?:气象|预警).*$", "", issuer)


# ---- times ---------------------------------------------------------------------------------------


def _stated_time(words: str, before: int, now: datetime) -> datetime | None:
    """The last time that stands shortly before the act; missing parts are those of `now`."""
    times = [match for match in _TIME.finditer(words) if before - _CLAUSE <= match.start() and match.end() <= before + 1]
    return None if not times else _moment(times[-1], now)


def _moment(match: re.Match[str], now: datetime) -> datetime | None:
    told = {name: int(value) for name, value in match.groupdict().items() if value and name != "half"}
    minute = 30 if match["half"] else told.get("minute", 0)
    days, hour = divmod(told["hour"], 24)
    for year, month, back in _candidates(told, now):
        try:
            day = told.get("day", now.day)
            moment = datetime(year, month, day, hour, minute, tzinfo=now.tzinfo) + timedelta(days=days) - back
        except ValueError:
            continue
        if moment <= now + AHEAD:
            return moment
    return None


def _candidates(told: dict[str, int], now: datetime) -> Iterator[tuple[int, int, timedelta]]:
    """Years and months that a time without them can mean, the nearest first; yesterday for a bare hour."""
    none = timedelta()
    if "month" in told:
        years = (told["year"],) if "year" in told else (now.year, now.year - 1)
        yield from ((year, told["month"], none) for year in years)
    elif "day" in told:
        last = now.replace(day=1) - timedelta(days=1)
        yield from ((now.year, now.month, none), (last.year, last.month, none))
    else:
        yield from ((now.year, now.month, none), (now.year, now.month, timedelta(days=1)))


# ---- orders of the district ----------------------------------------------------------------------


def _orders(words: str, patterns: OrderPatterns, now: datetime) -> list[OrderText]:
    found = [(match, Act.ISSUE) for match in re.finditer(patterns.start_regex, words)]
    found += [(match, Act.LIFT) for match in re.finditer(patterns.end_regex, words)]
    found.sort(key=lambda pair: (pair[1].starts, pair[0].start()))  # of several about one plan the last in force is meant
    return [_order(match, act, words, patterns, now) for match, act in found]


def _order(match: re.Match[str], act: Act, words: str, patterns: OrderPatterns, now: datetime) -> OrderText:
    issuers = [issuer for issuer in re.finditer(patterns.issuer_regex, words) if issuer.end() <= match.start() + 1]
    after_issuer = words[issuers[-1].end() if issuers else 0 : match.start()]
    plan_id, variant = _plan_of((match["about"], after_issuer, words), patterns)
    return OrderText(
        plan_id=plan_id,
        variant=variant,
        level=_level(match["level"]),
        act=act,
        issuer=issuers[-1].group() if issuers else None,
        issued_at=_stated_time(words, match.start(), now),
    )


def _plan_of(texts: tuple[str, ...], patterns: OrderPatterns) -> tuple[str | None, str | None]:
    """The plan whose word stands nearest to the act."""
    for text in texts:
        for entry in patterns.plans:
            if any(word in text for word in entry.words):
                return entry.plan, entry.variant
    return None, None


def _level(told: str | None) -> Level | None:
    return None if told is None else _LEVELS.get(told) or Level(told)
