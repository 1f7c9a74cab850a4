"""The doors of stock: what a program reads, orders and gets wrong; the sheet as a file."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import Workbook, load_workbook

from command_center.domain.rights import Role
from tests.api.conftest import Web
from tests.api.test_incident_doors import refused, taken

HERE, THERE, SANDBAGS = "YY-S01", "LY-S01", "FL01"
WHAT = {"depot": HERE, "material": SANDBAGS, "quantity": 5}
XLSX = {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def post(desk: httpx.Client, door: str, body: object, **headers: str) -> dict[str, Any]:
    """The answer of a door that does not refuse."""
    answer = desk.post(f"/api/v1/stock/{door}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def get(desk: httpx.Client, door: str, **query: object) -> Any:  # noqa: ANN401 - JSON
    answer = desk.get(f"/api/v1/stock/{door}", params={name: str(value) for name, value in query.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


def sandbags(desk: httpx.Client, depot: str = HERE) -> dict[str, Any]:
    lines: list[dict[str, Any]] = get(desk, f"depots/{depot}")["stock"]
    return next(line for line in lines if line["material"] == SANDBAGS)


def test_stock_is_received_moved_counted_and_written_off(desk: httpx.Client) -> None:
    post(desk, "receive", WHAT | {"lot": "2026-03", "expires_on": "2027-03-31", "reason": "区级调拨"})
    assert post(desk, "issue", WHAT | {"lot": "2026-03"})["lots"] == ["2026-03"]
    post(desk, "return", WHAT)
    post(desk, "consume", WHAT)
    post(desk, "write-off", WHAT | {"reason": "破损"})
    post(desk, "transfer", WHAT | {"to_depot": THERE})
    counted = post(desk, "count", {"depot": HERE, "material": SANDBAGS, "counted": 180, "reason": "盘点"})
    post(desk, "minimum", {"depot": HERE, "material": SANDBAGS, "minimum": 190})

    line = sandbags(desk)
    kinds = [it["kind"] for it in get(desk, "movements", depot=HERE, material=SANDBAGS, limit=8)["movements"]]
    assert counted["quantity"] == -10
    assert (line["on_hand"], line["minimum"], line["minimum_basis"], sandbags(desk, THERE)["on_hand"]) == (180, 190, "fact", 205)
    assert kinds[0] == "count"
    assert {"transfer_out", "write_off", "consume", "return", "issue"} <= set(kinds)
    assert [it["depot"] for it in get(desk, "below-minimum")["stock"]] == [HERE]


def test_stock_is_reserved_issued_and_released_for_an_incident(desk: httpx.Client) -> None:
    incident = int(taken(desk))
    order = {"wants": {SANDBAGS: 20, "FL05": 1}, "for_kind": "incident", "for_id": incident}

    reserved = post(desk, "reserve", order)
    assert post(desk, "reserve", order) == reserved
    reservation = next(it["reservation_id"] for it in reserved["holdings"] if it["material"] == SANDBAGS)
    for door, quantity in (("issue", 10), ("return", 3), ("consume", 7)):
        post(desk, door, {"reservation_id": reservation, "quantity": quantity})
    post(desk, "release", {"reservation_id": reservation, "quantity": 4})
    post(desk, "release", {"for_kind": "incident", "for_id": incident})

    lines = get(desk, "reservations", for_kind="incident", for_id=incident)["reservations"]
    (line,) = [it for it in lines if it["material"] == SANDBAGS]
    assert (line["issued"], line["returned"], line["consumed"], line["released"], line["status"]) == (10, 3, 7, 10, "closed")
    assert line["at"].endswith("Z")
    assert len(get(desk, "movements", **{"for": f"incident:{incident}"})["movements"]) == 8


def test_a_refusal_tells_what_there_is_by_name(desk: httpx.Client) -> None:
    answer = desk.post("/api/v1/stock/issue", json=WHAT | {"quantity": 201}, headers={"Accept-Language": "zh"})

    assert refused(answer, 409, "stock_short") == {"depot": HERE, "material": SANDBAGS, "lot": None, "available": 200, "wanted": 201}
    assert answer.json()["title"] == "樱园应急救援站中心库的沙袋（已装填）不足：可用 200，需要 201。"
    wants = {"wants": {SANDBAGS: 9_999}, "for_kind": "activation", "for_id": 1}
    assert refused(desk.post("/api/v1/stock/reserve", json=wants), 409, "street_short")["materials"] == [SANDBAGS]
    assert post(desk, "reserve", wants | {"allow_short": True})["shortages"] == [{"material": SANDBAGS, "wanted": 9_999, "got": 2_000}]


def test_expired_goods_go_out_by_a_plain_yes_only(desk: httpx.Client) -> None:
    post(desk, "receive", WHAT | {"lot": "OLD", "expires_on": "2026-03-01"})

    refusal = desk.post("/api/v1/stock/issue", json=WHAT | {"lot": "OLD"}, headers={"Accept-Language": "zh"})
    facts = refused(refusal, 409, "goods_expired")
    refused(desk.post("/api/v1/stock/issue", json=WHAT | {"lot": "OLD", "expired_too": "yes"}), 422, "invalid_fields")
    issued = post(desk, "issue", WHAT | {"lot": "OLD", "expired_too": True})

    assert facts == {"depot": HERE, "material": SANDBAGS, "lot": "OLD", "available": 0, "expired": 5, "wanted": 5}
    assert "过期" in refusal.json()["title"]
    assert issued["lots"] == ["OLD"]


def test_one_key_moves_stock_once(desk: httpx.Client) -> None:
    answers = [post(desk, "issue", WHAT, **{"Idempotency-Key": "i-1"}) for _ in range(3)]

    assert answers[0] == answers[1] == answers[2]
    assert sandbags(desk)["on_hand"] == 195
    again = desk.post("/api/v1/stock/issue", json=WHAT | {"quantity": 6}, headers={"Idempotency-Key": "i-1"})
    assert refused(again, 409, "key_reused") == {"key": "i-1"}


def test_questions_have_answers(desk: httpx.Client) -> None:
    depots = get(desk, "where", material=SANDBAGS, lat=36.7, lon=119.13, quantity=30)["depots"]
    needs = desk.get("/api/v1/stock/needs", params={"plan": ["P01:II", "P09:III"], "held_for": "activation:1"}).json()["needs"]

    assert len(depots) == 20
    assert [it["travel_s"] for it in depots] == sorted(it["travel_s"] for it in depots)
    assert {"material", "wanted", "held", "available", "short"} == set(needs[0])
    assert all("DEMO" in lot["lot"] for lot in get(desk, "expiring", within_days=60)["lots"])
    assert len(get(desk, "expiring", within_days=36_500)["lots"]) > 3_000


BAD_BODIES: list[tuple[str, object, int, str]] = [
    ("receive", {}, 422, "invalid_fields"),
    ("receive", WHAT | {"quantity": 0}, 422, "invalid_fields"),
    ("receive", WHAT | {"quantity": 1.5}, 422, "invalid_fields"),
    ("receive", WHAT | {"quantity": "5"}, 422, "invalid_fields"),
    ("receive", WHAT | {"quantity": True}, 422, "invalid_fields"),
    ("receive", WHAT | {"quantity": 10**30}, 422, "invalid_fields"),
    ("receive", WHAT | {"lot": ""}, 422, "invalid_fields"),
    ("receive", WHAT | {"lot": "x" * 41}, 422, "invalid_fields"),
    ("receive", WHAT | {"lot": "a\0b"}, 422, "invalid_fields"),
    ("receive", WHAT | {"lot": "a\nb"}, 422, "invalid"),
    ("receive", WHAT | {"expires_on": "2027-02-30"}, 422, "invalid_fields"),
    ("receive", WHAT | {"expires_on": "9999-01-01"}, 422, "invalid_fields"),
    ("receive", WHAT | {"reason": "x" * 201}, 422, "invalid_fields"),
    ("issue", WHAT | {"depot": "XX-S01"}, 404, "unknown_depot"),
    ("issue", WHAT | {"material": "XX01"}, 404, "unknown_material"),
    ("issue", WHAT | {"lot": "never seen"}, 404, "unknown_lot"),
    ("issue", WHAT | {"reservation_id": 1}, 422, "invalid_fields"),
    ("issue", {"quantity": 1}, 422, "invalid_fields"),
    ("issue", {"reservation_id": 99, "quantity": 1}, 404, "unknown_reservation"),
    ("issue", WHAT | {"for_kind": "incident"}, 422, "invalid_fields"),
    ("issue", WHAT | {"for_kind": "incident", "for_id": 99}, 404, "unknown_incident"),
    ("issue", WHAT | {"for_kind": "party", "for_id": 1}, 422, "invalid_fields"),
    ("return", WHAT, 409, "more_than_issued"),
    ("write-off", WHAT, 422, "invalid_fields"),
    ("write-off", WHAT | {"reason": "  "}, 422, "invalid_fields"),
    ("transfer", WHAT | {"to_depot": HERE}, 422, "invalid"),
    ("transfer", WHAT | {"to_depot": "XX"}, 404, "unknown_depot"),
    ("count", WHAT | {"counted": -1}, 422, "invalid_fields"),
    ("count", {"depot": HERE, "material": SANDBAGS, "counted": 1}, 422, "count_unexplained"),
    ("minimum", WHAT | {"minimum": 1_000_001}, 422, "invalid_fields"),
    ("reserve", {"wants": {}, "for_kind": "incident", "for_id": 1}, 422, "invalid_fields"),
    ("reserve", {"wants": {SANDBAGS: 0}, "for_kind": "incident", "for_id": 1}, 422, "invalid_fields"),
    ("reserve", {"wants": {"XX01": 1}, "for_kind": "activation", "for_id": 1}, 404, "unknown_material"),
    ("reserve", {"wants": {SANDBAGS: 1}, "for_kind": "incident", "for_id": 99}, 404, "unknown_incident"),
    ("reserve", {"wants": {SANDBAGS: 1}, "for_kind": "activation", "for_id": 1, "depot": "XX"}, 404, "unknown_depot"),
    ("release", {"for_kind": "incident"}, 422, "invalid_fields"),
    ("release", {"reservation_id": 1, "quantity": 1, "for_kind": "incident", "for_id": 1}, 422, "invalid_fields"),
    ("release", {"reservation_id": 99, "quantity": 1}, 404, "unknown_reservation"),
]


def test_orders_that_cannot_be_right_are_refused_and_nothing_moves(desk: httpx.Client) -> None:
    newest = get(desk, "movements", limit=1)

    for door, body, status, code in BAD_BODIES:
        refused(desk.post(f"/api/v1/stock/{door}", json=body), status, code)

    assert get(desk, "movements", limit=1) == newest


def test_questions_that_cannot_be_meant_are_refused(desk: httpx.Client) -> None:
    for question, status in (
        ("where?material=FL01&lat=NaN&lon=1", 422),
        ("where?material=XX01&lat=36.7&lon=119.1", 404),
        ("where?material=FL01", 422),
        ("needs", 422),
        ("needs?plan=P01", 422),
        ("needs?plan=P99:II", 404),
        ("needs?plan=P01:II&held_for=party:1", 422),
        ("expiring?within_days=-1", 422),
        ("movements?limit=0", 422),
        ("movements?for=incident:0", 422),
        ("reservations?for_kind=incident", 422),
        ("depots/XX", 404),
        ("sheet?depot=XX", 404),
    ):
        answer = desk.get(f"/api/v1/stock/{question}")
        assert answer.status_code == status, question
        assert answer.json()["title"]


def test_a_crew_moves_the_stock_of_its_own_station_only(web: Web) -> None:
    areas = {it.id: it.area for it in web.center.catalogue.vehicles.values()}
    own_area = web.center.catalogue.depots[HERE].area
    phone = web.client(Role.CREW, next(unit for unit, area in areas.items() if area == own_area))

    post(phone, "issue", WHAT)
    post(phone, "return", WHAT)
    post(phone, "count", {"depot": HERE, "material": SANDBAGS, "counted": 200})
    refused(phone.post("/api/v1/stock/issue", json=WHAT | {"depot": THERE}), 403, "not_permitted")
    refused(phone.post("/api/v1/stock/receive", json=WHAT), 403, "not_permitted")
    refused(phone.post("/api/v1/stock/sheet", content=b"x"), 403, "not_permitted")
    refused(phone.post("/api/v1/stock/reserve", json={"wants": {SANDBAGS: 1}, "for_kind": "activation", "for_id": 1}), 403, "not_permitted")


def test_strangers_and_displays_see_no_stock(web: Web, stranger: httpx.Client) -> None:
    refused(stranger.get("/api/v1/stock/below-minimum"), 401, "not_signed_in")
    refused(web.client(Role.DISPLAY).get("/api/v1/stock/movements"), 403, "display_only_reads")


# ---- the sheet -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("accepted", "heading"), [("zh", "储备库编码"), ("en", "Depot code")])
def test_the_sheet_is_fetched_filled_in_and_sent_back(desk: httpx.Client, accepted: str, heading: str) -> None:
    fetched = desk.get("/api/v1/stock/sheet", params={"depot": HERE}, headers={"Accept-Language": accepted})
    book = load_workbook(BytesIO(fetched.content))
    sheet: Any = book.active
    counted = next(row for row in sheet.iter_rows(min_row=2) if row[2].value == SANDBAGS)
    counted[8].value = counted[7].value + 1
    filled = BytesIO()
    book.save(filled)

    answer = desk.post("/api/v1/stock/sheet", content=filled.getvalue(), headers=XLSX, params={"reason": "盘点"})

    assert sheet["A1"].value == heading
    assert fetched.headers["content-disposition"] == f'attachment; filename="stock-{HERE}.xlsx"'
    assert answer.json() | {"rows": 0} == {"rows": 0, "counted": 1, "difference": 1, "minimums": 0}
    assert sandbags(desk)["on_hand"] == 201


def test_a_wrong_sheet_is_told_cell_by_cell_in_the_asker_s_language(desk: httpx.Client) -> None:
    book = Workbook()
    sheet: Any = book.active
    sheet.append(["储备库编码", "物资编码", "批号", "实盘数量", "最低库存"])
    sheet.append([HERE, SANDBAGS, "N1", "很多", None])
    sheet.append(["XX", SANDBAGS, "N1", 1, None])
    data = BytesIO()
    book.save(data)

    for accepted, sentence in (("zh", "A3 没有储备库“XX”"), ("en", "A3 there is no depot “XX”")):
        answer = desk.post("/api/v1/stock/sheet", content=data.getvalue(), headers=XLSX | {"Accept-Language": accepted})

        facts = refused(answer, 422, "sheet_refused")
        assert [(cell["cell"], cell["code"]) for cell in facts["cells"]] == [("D2", "not_a_number"), ("A3", "unknown_depot")]
        assert facts["cells"][1]["text"] == sentence


def test_a_body_that_is_no_sheet_or_too_large_is_refused(desk: httpx.Client) -> None:
    for body in (b"", b"{}", b"PK\x03\x04 and nothing more"):
        assert refused(desk.post("/api/v1/stock/sheet", content=body), 422, "sheet_unreadable") == {"why": "not_a_workbook"}
    refused(desk.post("/api/v1/stock/sheet", content=b"x" * (1024 * 1024 + 1)), 413, "body_too_large")
