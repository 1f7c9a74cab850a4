"""The line to the centre: HTTP only. The board and its stream come in, positions and orders go out.

The board is read once, then kept true by the stream, as on every screen. One thread listens and puts what it hears into a queue; the
drill's own loop takes it out, so that nothing here needs a lock. Whatever breaks, the line is opened anew: read the board, listen.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

import httpx

from command_center.domain.board import Board
from command_center.domain.positions import Fix
from workers.drill.orders import Order, Request, SendProposed, chosen_units, request_of

log = logging.getLogger(__name__)

ANSWER_S = 4.0
SILENCE_S = 5.0
"""The stream beats every second; after so long without a beat it is dead, whatever the socket says."""

STALE = frozenset({"redis", "relay", "database"})
"""What the centre may say is broken that makes the board show the past."""


class LineDown(Exception):
    """The centre does not answer."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One event of the stream; event "gone" when it ended. ear: which listening it belongs to."""

    ear: int
    event: str
    data: str


@dataclass(slots=True)
class Line:
    """One client of the centre.

    new_token : gets a bearer token; asked at the first use and whenever the centre no longer takes the old one. Raises LineDown.
    """

    address: str
    new_token: Callable[[], str]
    board: Board = field(default_factory=Board)
    last_known: dict[str, Sequence[Any]] = field(default_factory=dict)
    is_open: bool = False
    is_stale: bool = False
    _client: httpx.Client = field(init=False)
    _ear: int = 0
    _heard: SimpleQueue[Heard] = field(default_factory=SimpleQueue)

    def __post_init__(self) -> None:
        self._client = httpx.Client(base_url=self.address, timeout=ANSWER_S, trust_env=False)

    # ---- in --------------------------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Read the board and listen from there. Raises LineDown."""
        self._exchange("GET", "/healthz")  # no token is made for a centre that is not there
        snapshot = self._read_board()
        self._ear += 1
        threading.Thread(target=self._listen, args=(self._ear, snapshot["stream"]), name="drill-ear", daemon=True).start()
        self.is_open = True

    def _read_board(self) -> Mapping[str, Any]:
        answer = self._ask("GET", "/api/v1/board")
        if answer.is_error:
            raise self._broken(f"the board answers {answer.status_code}")
        snapshot = answer.json()
        self.board = Board.of(snapshot["rows"])
        self.last_known = {row[0]: row for row in snapshot["positions"]["v"]}
        self.is_stale = not STALE.isdisjoint(snapshot["degraded"])
        return dict(snapshot)

    def _listen(self, ear: int, stream_id: str) -> None:
        """Put every event into the queue until the stream ends, by whatever reason."""
        headers = {**self._client.headers, "Accept": "text/event-stream"}
        try:
            with httpx.stream(
                "GET", f"{self.address}/api/v1/stream", params={"last": stream_id}, headers=headers, timeout=SILENCE_S, trust_env=False
            ) as response:
                response.raise_for_status()
                for event, data in events(response.iter_lines()):
                    if ear != self._ear:
                        return
                    self._heard.put(Heard(ear, event, data))
        except (httpx.HTTPError, httpx.StreamError) as problem:
            log.info("the stream broke off", extra={"problem": str(problem) or type(problem).__name__})
        self._heard.put(Heard(ear, "gone", ""))

    def take_in(self) -> dict[str, Sequence[Any]]:
        """Bring the board up to what was heard; returns the newest positions among it. Raises LineDown when the stream ended."""
        positions: dict[str, Sequence[Any]] = {}
        while (heard := self._next()) is not None:
            match heard.event:
                case "facts":
                    self.board.apply(json.loads(heard.data)["rows"])
                case "positions":
                    positions.update((row[0], row) for row in json.loads(heard.data)["v"])
                case "beat":
                    self.is_stale = not STALE.isdisjoint(json.loads(heard.data)["degraded"])
                case "reset":
                    self._read_board()
                case "gone":
                    raise self._broken("the stream ended")
        return positions

    def _next(self) -> Heard | None:
        """The next event of the present listening; what an earlier one left behind is dropped."""
        while True:
            try:
                heard = self._heard.get_nowait()
            except Empty:
                return None
            if heard.ear == self._ear:
                return heard

    # ---- out -------------------------------------------------------------------------------------------------------------------

    def send_positions(self, fixes: Iterable[Fix]) -> None:
        """Hand all positions in at once. Raises LineDown."""
        batch = [position_row(fix) for fix in fixes]
        if not batch:
            return
        answer = self._ask("POST", "/api/v1/positions", json=batch)
        if answer.is_error or answer.json()["rejected"]:
            log.info("positions were not believed", extra={"status": answer.status_code, "answer": answer.text[:300]})

    def give(self, order: Order) -> None:
        """Carry one order out; a refusal is logged, the board will tell how things stand. Raises LineDown."""
        if isinstance(order, SendProposed):
            self._send_proposed(order)
        else:
            self._post(request_of(order))

    def post(self, request: Request) -> httpx.Response:
        """Make one request and return its answer, be it a refusal. Raises LineDown."""
        headers = {"Idempotency-Key": request.key} if request.key else {}
        return self._ask("POST", request.path, json=request.body, headers=headers)

    def post_bytes(self, path: str, body: bytes, media_type: str) -> httpx.Response:
        """The same for what is no JSON. Raises LineDown."""
        return self._ask("POST", path, content=body, headers={"Content-Type": media_type})

    def get(self, path: str) -> httpx.Response:
        """Raises LineDown."""
        return self._ask("GET", path)

    def _post(self, request: Request) -> None:
        answer = self.post(request)
        if answer.is_error:
            log.info("refused", extra={"path": request.path, "status": answer.status_code, "answer": answer.text[:300]})

    def _send_proposed(self, order: SendProposed) -> None:
        """Look whether it is still so, ask who should go, send them."""
        path = f"/api/v1/incidents/{order.incident_id}"
        story = self._ask("GET", path)
        if story.is_error or (order.untouched and story.json()["incident"]["acknowledged_at"] is not None):
            return
        proposal = self._ask("GET", f"{path}/proposal")
        if proposal.is_error:
            return
        units = chosen_units(proposal.json())
        if units:
            self._post(Request(path=f"{path}/dispatch", body={"units": units}))

    # ---- both ------------------------------------------------------------------------------------------------------------------

    def _ask(self, method: str, path: str, **what: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own keywords
        """One exchange; a token that is not taken (any more) is replaced once. Raises LineDown."""
        if "Authorization" not in self._client.headers:
            self._sign_in()
        answer = self._exchange(method, path, **what)
        if answer.status_code == 401:
            self._sign_in()
            answer = self._exchange(method, path, **what)
        if answer.status_code == 401 or answer.status_code >= 500:
            raise self._broken(f"{path} answers {answer.status_code}")
        return answer

    def _exchange(self, method: str, path: str, **what: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own keywords
        try:
            return self._client.request(method, path, **what)
        except httpx.HTTPError as problem:
            raise self._broken(str(problem) or type(problem).__name__) from problem

    def _sign_in(self) -> None:
        self._client.headers["Authorization"] = f"Bearer {self.new_token()}"

    def _broken(self, why: str) -> LineDown:
        """Count the line as broken."""
        self.is_open = False
        self._ear += 1
        return LineDown(why)

    def close(self) -> None:
        self._ear += 1
        self._client.close()


def events(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Name and data of each event of a Server-Sent Events stream, as its lines come in."""
    event, data = "message", ""
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield event, data
            event, data = "message", ""
        elif name == "event":
            event = value
        elif name == "data":
            data += value


def position_row(fix: Fix) -> dict[str, Any]:
    """A fix as the batch door takes it."""
    return {
        "unit": fix.unit_id,
        "at": fix.at.isoformat(),
        "lat": round(fix.point.lat, 6),
        "lon": round(fix.point.lon, 6),
        "speed_kmh": fix.speed_kmh,
        "heading_deg": fix.heading_deg,
        "accuracy_m": fix.accuracy_m,
        "battery_pct": fix.battery_pct,
    }
