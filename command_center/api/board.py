"""Doors of the screens: the board to start from, and the stream that keeps it true."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from command_center.api.entrance import AtEntrance, MayRead
from command_center.api.gate import presented_token, session_cookies
from command_center.api.problems import plain_json
from command_center.api.shapes import Code
from command_center.api.stream import EventStream, sse
from command_center.domain.rights import Right

router = APIRouter(prefix="/api/v1", tags=["screens"])

StreamId = Annotated[str, Query(max_length=64, description="Stream id of the newest fact you have; the Last-Event-ID header goes first.")]


@router.get("/board", response_model=None)
async def read_board(entrance: AtEntrance, actor: MayRead) -> Response:
    """Everything a screen starts from: rows with versions, the last log lines, positions, and the stream id they belong to."""
    return Response(plain_json(entrance.live.snapshot(with_words=actor.may(Right.READ_WORDS))), media_type="application/json")


@router.get("/stream", response_class=StreamingResponse, response_model=None)
async def follow(
    request: Request,
    entrance: AtEntrance,
    actor: MayRead,
    last: StreamId = "",
    unit: Annotated[Code | None, Query(description="Only what concerns this unit: for a crew's phone.")] = None,
    last_event_id: Annotated[str, Header(alias="Last-Event-ID", max_length=64)] = "",
) -> EventStream:
    """Server-Sent Events: `facts` (id = stream id), `positions` (the newest wins), `beat` every second, `reset` (read the board anew)."""
    if actor.may(Right.DISPATCH):
        entrance.center.read_roads_ahead()
    token = presented_token(request.headers, session_cookies(entrance.center))

    async def still_welcome() -> bool:
        return await entrance.callers.of(token) == actor

    with_words = actor.may(Right.READ_WORDS)
    return EventStream(sse(entrance.live, last_event_id or last, still_welcome=still_welcome, unit_id=unit, with_words=with_words))
