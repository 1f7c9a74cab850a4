"""The shapes of what programs send: typed, bounded, finite. A value that does not fit is a 422 that names the field."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Header, Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from command_center.domain.geo import Point, to_wgs84
from command_center.domain.levels import Level

MOST_ID = 2**53 - 1
"""Ids stay numbers that every JSON reader keeps exact."""


def _no_control_characters(text: str) -> str:
    if any((ord(letter) < 32 and letter not in "\n\t") or ord(letter) == 127 for letter in text):
        raise ValueError("control characters are not text")
    return text


Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80), AfterValidator(_no_control_characters)]
UnitName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), AfterValidator(_no_control_characters)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), AfterValidator(_no_control_characters)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(_no_control_characters)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_no_control_characters)]

LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=8000), AfterValidator(_no_control_characters)]
PHOTO_NAME = r"^[0-9a-f]{64}\.(jpg|png|webp)$"
PhotoName = Annotated[str, StringConstraints(pattern=PHOTO_NAME)]
PhotoPath = Annotated[str, Path(pattern=PHOTO_NAME)]
"""As POST /api/v1/photos answers it."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,24}$")]
"""A unit's, place's, plan's or incident type's id."""

RowId = Annotated[int, Path(ge=1, le=MOST_ID)]
PathCode = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.:-]{1,24}$")]

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,120}$",
        description="The same key with the same order gives the same answer and has one effect.",
    ),
]

Moment = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC))]
"""A time with its zone; centuries away it is a mistake."""


class Body(BaseModel):
    """A command's body: unknown fields are left alone, so that a newer client can speak to an older center."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False, str_max_length=4000)


class PointIn(Body):
    """A place on earth in degrees; `datum` gcj02 (Chinese phones and maps) is converted."""

    lat: Annotated[float, Field(ge=-90, le=90, strict=True)]
    lon: Annotated[float, Field(ge=-180, le=180, strict=True)]
    datum: Literal["wgs84", "gcj02"] = "wgs84"

    def point(self) -> Point:
        """The point in WGS-84."""
        point = Point(self.lat, self.lon)
        return to_wgs84(point) if self.datum == "gcj02" else point


class CallIn(Body):
    """A call. Where: `at` (a point) or `place_id`; `place_text` adds the caller's words."""

    kind: Annotated[Code, Field(description="Code of an incident type, for example E103.")]
    at: PointIn | None = None
    place_id: Code | None = None
    place_text: Line = ""
    caller_name: Name = ""
    caller_phone: Phone = ""
    said: Words = ""
    answers: Annotated[dict[Line, Words], Field(max_length=20)] = {}
    severity: Level | None = None
    join: Annotated[int, Field(ge=1, le=MOST_ID, strict=True)] | Literal["auto", "new"] = "auto"
    reported_at: Moment | None = None

    @model_validator(mode="before")
    @classmethod
    def _place_without_braces(cls, body: object) -> object:
        """Take `lat` and `lon` beside the other fields for `at`: simple programs write them so."""
        if isinstance(body, dict) and body.get("at") is None and "lat" in body and "lon" in body:
            return {**body, "at": {name: body[name] for name in ("lat", "lon", "datum") if name in body}}
        return body

    is_simulated: Annotated[bool, Field(strict=True, description="A drill's call: marked as such everywhere, for good.")] = False


Share = Annotated[float, Field(ge=0, le=1)]
"""Of the street's demand."""


class ShownIn(Body):
    """The proposal that the units were chosen from, as it was shown: the log keeps it beside the choice.

    `proposed`: units ticked beforehand, best first. `arrival_s`: unit id to seconds. `cover_before`, `cover_proposed`, `cover_sent`: what
    was inside the five-minute circle, what would be left of it without those proposed, and without those sent.
    """

    proposed: Annotated[list[UnitName], Field(max_length=64)]
    arrival_s: Annotated[dict[Code, Annotated[float, Field(ge=0, le=86_400)]], Field(max_length=1000)] = {}
    cover_before: Share | None = None
    cover_proposed: Share | None = None
    cover_sent: Share | None = None


class UnitsIn(Body):
    """The units to send, by id or call sign: all of them, or none if one of them cannot go."""

    units: Annotated[list[UnitName], Field(max_length=64)]
    shown: ShownIn | None = None


class OrderIn(Body):
    """Units for one incident."""

    incident_id: Annotated[int, Field(ge=1, le=MOST_ID, strict=True)]
    units: Annotated[list[UnitName], Field(max_length=64)]


class SendTogetherIn(Body):
    """Units for several incidents."""

    orders: Annotated[list[OrderIn], Field(max_length=500)]


class StatusIn(Body):
    """How far a unit has come. `at`: when the crew pressed the button, if the phone had no network then."""

    status: Literal["acknowledged", "en_route", "on_scene", "cleared", "declined", "recalled"]
    reason: Line = ""
    at: Moment | None = None


class UnitStatusIn(Body):
    status: Literal["available", "charging", "out_of_service"]
    reason: Line = ""


class CloseIn(Body):
    outcome: Literal["closed", "false_alarm", "transferred"] = "closed"
    note: Words = ""


class ReasonIn(Body):
    reason: Line = ""


class WarningTextIn(Body):
    """A warning or an order of the district as received by WeChat or SMS. `plan_id`: the plan an order means, if its words do not say."""

    model_config = ConfigDict(frozen=True, str_max_length=20_000)
    text: Annotated[str, StringConstraints(min_length=1)]
    plan_id: Code | None = None


class UntilIn(Body):
    """`until`: when a warning ends by itself."""

    until: Moment


class ReasonNeededIn(Body):
    reason: Line


class MeasurementIn(Body):
    """A value of a metric of the vocabulary: a number, or a word for metrics in words. `window_h`: hours it adds up over."""

    metric: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
    value: Annotated[float, Field(strict=True)] | Annotated[str, StringConstraints(max_length=40)]
    window_h: Annotated[float, Field(gt=0, le=168, strict=True)] | None = None
    place_id: Code | None = None
    at: PointIn | None = None
    incident_id: Annotated[int, Field(ge=1, le=MOST_ID, strict=True)] | None = None
    measured_at: Moment | None = None
    note: Line = ""
    is_simulated: Annotated[bool, Field(strict=True)] = False


class CorrectionIn(Body):
    """`value` takes the place of the one that was wrong."""

    value: Annotated[float, Field(strict=True)] | Annotated[str, StringConstraints(max_length=40)]
    reason: Line


class PhotoIn(Body):
    """`photo`: as POST /api/v1/photos answers it. `note`: what it shows."""

    photo: PhotoName
    note: Line = ""


class MergeIn(Body):
    """`into`: the incident that lives on."""

    into: Annotated[int, Field(ge=1, le=MOST_ID, strict=True)]


class ActivationIn(Body):
    """A plan at a level. `life_risk`: act now, a leader confirms afterwards. `fields`: what belongs into the messages' blanks.

    `is_exercise`: for an exercise in service; its messages stay in the building.
    """

    level: Level
    variant: Code | None = None
    incident_id: Annotated[int, Field(ge=1, le=MOST_ID, strict=True)] | None = None
    reason: Words = ""
    life_risk: Annotated[bool, Field(strict=True)] = False
    is_exercise: Annotated[bool, Field(strict=True)] = False
    fields: Annotated[dict[Code, Line], Field(max_length=40)] = {}
    units: Annotated[list[UnitName], Field(max_length=64)] | None = None


class LevelIn(Body):
    level: Level
    reason: Words
    life_risk: Annotated[bool, Field(strict=True)] = False


class AnchorIn(Body):
    """`anchor`: for example snow_stop. `at`: when it happened; now, if left out."""

    anchor: Code
    at: Moment | None = None


class ConditionIn(Body):
    """`number`: of the condition, from 0."""

    number: Annotated[int, Field(ge=0, le=99, strict=True)]
    met: Annotated[bool, Field(strict=True)] = True


class PlayedIn(Body):
    """`step`: its name. `incident_id`: where a call went. `problem`: why it could not be brought about."""

    step: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,60}$")]
    incident_id: Annotated[int, Field(ge=1, le=MOST_ID, strict=True)] | None = None
    problem: Words = ""


class EvidenceIn(Body):
    """What the step asks for: a number, a text, the name of an uploaded photo."""

    text: Words = ""
    number: Annotated[float, Field(ge=0, le=1e9, strict=True)] | None = None
    photo: PhotoName | None = None


class ReportTextIn(Body):
    """`based_on`: the text_version that was edited, 0 for the draft."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False, str_max_length=8000)

    text_zh: LongText = ""
    text_en: LongText = ""
    based_on: Annotated[int, Field(ge=0, le=MOST_ID, strict=True)]


class SendReportIn(Body):
    """`receiver`: who was told. `told_by_phone`: a written report was read out instead of sent."""

    receiver: Line
    told_by_phone: Annotated[bool, Field(strict=True)] = False


class OpenShelterIn(Body):
    """`activation_id`: the running plan it is opened for."""

    activation_id: Annotated[int, Field(ge=1, le=MOST_ID, strict=True)] | None = None


class CountIn(Body):
    """People in a shelter; `special_needs` are among them. `reason`: why more are there than there are places."""

    occupied: Annotated[int, Field(ge=0, le=100_000, strict=True)]
    special_needs: Annotated[int, Field(ge=0, le=100_000, strict=True)] = 0
    reason: Line = ""


class CloseRoadIn(Body):
    """One of `street` (its name), `line` (drawn on the map), `at` or `place_id`. `guard`: the unit that keeps it closed."""

    street: Line | None = None
    line: Annotated[list[PointIn], Field(max_length=100)] | None = None
    at: PointIn | None = None
    place_id: Code | None = None
    guard: UnitName | None = None
    reason: Line = ""


class ConfirmClosureIn(Body):
    guard: UnitName | None = None
    reason: Line = ""


class GuardIn(Body):
    """`unit`: id or call sign; null when nobody guards it any more."""

    unit: UnitName | None


class MessageTextIn(Body):
    """A message without blanks, in both languages."""

    text_zh: Words
    text_en: Words


class ReviewIn(Body):
    """What was learnt."""

    note: Words


class PlanTextIn(Body):
    """`text`: the whole plan with the keys of its file. `based_on`: the version it was edited from."""

    text: dict[str, Any]
    note: Line = ""
    based_on: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{1,64}$")]


class ApproveTextIn(Body):
    """`version`: of the wording that was read and is approved."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{1,64}$")]


# ---- duty -------------------------------------------------------------------------------------------------------------------------

DutyName = Literal["leader", "officer", "assistant", "crew"]


class SeatsIn(Body):
    """Who is on a watch: person id -> duty."""

    people: Annotated[dict[Code, DutyName], Field(max_length=64)] = {}


class WatchIn(SeatsIn):
    """One watch of a post: "centre" or a station's code."""

    post: Code
    from_at: Moment
    to_at: Moment


class WeeksIn(Body):
    weeks: Annotated[int, Field(ge=1, le=26, strict=True)]


class SwapIn(Body):
    """`person_id` gives the seat to `other_person_id`; with `other_watch_id` takes over theirs on that watch in return."""

    watch_id: Annotated[int, Field(ge=1, le=MOST_ID)]
    person_id: Code
    other_person_id: Code
    other_watch_id: Annotated[int, Field(ge=1, le=MOST_ID)] | None = None
    reason: Line = ""


class RollCallAnswerIn(Body):
    """How many people a station has on duty."""

    station: Code
    on_duty: Annotated[int, Field(ge=0, le=200, strict=True)]
    note: Line = ""


class PersonIn(Body):
    """Somebody's entry in the directory. channel: an Apprise address, which is never shown again; account: the name of theirs."""

    role: Literal["commander", "deputy_commander", "duty_leader", "duty_officer", "duty_assistant", "station_chief", "station_crew"]
    name_zh: Name
    name_en: Name
    station: Code | None = None
    phone: Phone | None = None
    channel: Annotated[str, StringConstraints(max_length=400), AfterValidator(_no_control_characters)] | None = None
    account: Name | None = None
    cadre_id: Code | None = None


class ChannelIn(Body):
    """`address`: an Apprise address, a secret; null takes it away."""

    address: Annotated[str, StringConstraints(min_length=1, max_length=400), AfterValidator(_no_control_characters)] | None


class PhoneIn(Body):
    """null takes the number away."""

    phone: Phone | None


# ---- handover and duty log --------------------------------------------------------------------------------------------------------

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
LineKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,80}$")]
PathField = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$")]
WrittenFields = Annotated[dict[FieldName, Words], Field(max_length=40)]


class SectionIn(Body):
    """What an officer writes in one section, whole: `fields` of a form, `lines` by the key of a drafted line, `added` lines.

    `based_on`: the section's version it was written from, 0 for the draft.
    """

    fields: WrittenFields = {}
    lines: Annotated[dict[LineKey, WrittenFields], Field(max_length=60)] = {}
    added: Annotated[list[WrittenFields], Field(max_length=60)] = []
    based_on: Annotated[int, Field(ge=0, le=MOST_ID, strict=True)]


class BlockerNoteIn(Body):
    """`blocker`: its key, as the report tells it."""

    blocker: LineKey
    note: Words


class SignatureIn(Body):
    """The signer's own pass-phrase, once more: it makes sure that it is the person and not the browser they left."""

    passphrase: Annotated[str, StringConstraints(max_length=200)]


class EntryIn(Body):
    """A line of the duty log by hand. `corrects`: number of the line that was wrong; it stays as it is.

    `happened_at`: when it was, for what stood on paper first.
    """

    act: Literal["take", "report", "pass_on", "follow_up"]
    note: Words
    incident_id: Annotated[int, Field(ge=1, le=MOST_ID, strict=True)] | None = None
    corrects: Annotated[int, Field(ge=1, le=MOST_ID, strict=True)] | None = None
    happened_at: Moment | None = None
