"""Doors of searching: one box for everything, and the operations log by words, time, incident, unit and person."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AfterValidator, StringConstraints

from command_center.api.entrance import AtCenter, MayRead
from command_center.api.shapes import MOST_ID, Code, Moment
from command_center.services import log_search, search
from command_center.services.log_search import LogLine, LogQuery
from command_center.services.search import Hit

router = APIRouter(prefix="/api/v1", tags=["search"])

MOST_LINES = 200


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("control characters are not text")
    return text


Asked = Annotated[str, StringConstraints(strip_whitespace=True, max_length=search.LONGEST), AfterValidator(_no_nul)]
Group = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,24}$")]


@router.get("/search")
def find(
    center: AtCenter,
    actor: MayRead,
    *,
    q: Annotated[Asked, Query(description="Han, pinyin, initials, English, a code, a number; several words must all fit.")] = "",
    limit: Annotated[int, Query(ge=1, le=50, description="Most of one kind.")] = 8,
) -> dict[str, Any]:
    """Incidents, units, plans, places, people, depots, materials and log lines, kind by kind, best first; `link` is its screen.

    People are found by the duty desk only; what was said and written, by those who may read words.
    """
    return {"hits": [_hit_row(hit) for hit in search.find(center, q, actor, limit)]}


def _hit_row(hit: Hit) -> dict[str, Any]:
    shown = {"title": hit.title.as_row(), "detail": hit.detail.as_row()}
    return {"kind": hit.kind, "id": hit.id, **shown, "link": hit.link, "score": hit.score}


@router.get("/log")
def read_log(  # noqa: PLR0913 - one query parameter each
    center: AtCenter,
    actor: MayRead,
    *,
    q: Annotated[Asked, Query(description="Words that a line must have, all of them; two Chinese characters will do, or one.")] = "",
    from_at: Annotated[Moment | None, Query(alias="from")] = None,
    to_at: Annotated[Moment | None, Query(alias="to")] = None,
    group: Annotated[list[Group], Query(max_length=24, description="Parts of the house: incidents, units, plans, stock, duty ...")] = [],  # noqa: B006 - FastAPI copies it
    incident: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
    unit: Annotated[Code | None, Query()] = None,
    by: Annotated[Asked | None, Query(description="Name of who did it.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LINES)] = 50,
    before: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
) -> dict[str, Any]:
    """Lines of the operations log, newest first; `older` is `before` of the next page, null at the end. Displays may not search words."""
    query = LogQuery(
        text=q, from_at=from_at, to_at=to_at, groups=group, incident_id=incident, unit_id=unit, actor=by, limit=limit, before=before
    )
    page = log_search.search_log(center, query, actor)
    return {"entries": [_line_row(line) for line in page.lines], "older": page.older}


def _line_row(line: LogLine) -> dict[str, Any]:
    return {**line.row, "text": line.text.as_row(), "group": log_search.event_group(str(line.row["event"]))}
