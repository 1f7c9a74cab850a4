"""The handover as outside programs see it: read in four forms, written, signed by two officers, countersigned, and found again."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any

import httpx
import pypdfium2
import pytest
from docx import Document
from openpyxl import load_workbook

from command_center.api.handover import PAPERS
from command_center.db.types import canonical_json
from command_center.domain.rights import Actor, Role
from command_center.services import access
from tests.api.conftest import Web
from tests.api.test_incident_doors import refused, taken

HANDOVER = "/api/v1/handover"
PASSPHRASE = "correct horse battery"


def person(web: Web, name: str, role: Role = Role.DUTY_OFFICER) -> httpx.Client:
    """Somebody signed in with a pass-phrase of their own."""
    access.create_account(web.center, name, role, Actor(name="admin", role=Role.ADMIN), passphrase=PASSPHRASE)
    client = web.client()
    client.headers["Authorization"] = f"Bearer {access.sign_in(web.center, name, PASSPHRASE)}"
    return client


@pytest.fixture
def outgoing(web: Web) -> httpx.Client:
    return person(web, "王交班")


@pytest.fixture
def incoming(web: Web) -> httpx.Client:
    return person(web, "李接班")


def begun(client: httpx.Client) -> str:
    """A report with everything written that has to be."""
    answer = client.post(HANDOVER)
    assert answer.status_code == 201
    report = f"{HANDOVER}/{answer.json()['id']}"
    written = client.put(f"{report}/sections/equipment", json={"fields": {"phones": "正常"}, "based_on": 0})
    assert (written.status_code, written.json()["version"]) == (200, 1)
    for blocker in client.get(f"{report}.json").json()["blockers"]:
        assert client.post(f"{report}/notes", json={"blocker": blocker["key"], "note": "已告知"}).status_code == 200
    return report


def sign(client: httpx.Client, report: str, verb: str, passphrase: str = PASSPHRASE) -> httpx.Response:
    return client.post(f"{report}/{verb}", json={"passphrase": passphrase})


def links(value: object) -> set[str]:
    """Every link in a report."""
    if isinstance(value, dict):
        return {it for key, inner in value.items() for it in ({inner} if key == "link" and inner else links(inner))}
    return {it for inner in value for it in links(inner)} if isinstance(value, list) else set()


def test_the_report_is_there_before_anybody_began_it_and_every_figure_leads_somewhere(web: Web, desk: httpx.Client) -> None:
    incident = taken(desk)
    for path, body in (
        (f"incidents/{incident}/dispatch", {"units": ["patrol-01"]}),
        ("duty/roll-calls", {}),
        ("shelters/SH01/open", {}),
        ("stock/issue", {"depot": "YY-S01", "material": "FL01", "quantity": 5}),
        ("warnings", {"text": "奎文区气象台3月2日8时30分发布暴雨橙色预警"}),
        ("plans/P01/activate", {"level": "II", "life_risk": True, "reason": "a person in a car in the water"}),
        ("log/entries", {"act": "follow_up", "note": "七点前送水泵"}),
    ):
        assert desk.post(f"/api/v1/{path}", json=body).is_success, path

    report = desk.get(f"{HANDOVER}/current.json").json()

    assert (report["id"], report["number"], report["status"], report["sha256"]) == (None, "20260302-1", "draft", None)
    assert len(report["sections"]) == 18
    found = links(report)
    assert len(found) >= 14
    for link in found:
        assert desk.get(link).status_code == 200, link


def test_a_night_is_handed_over_by_two_officers_and_a_leader(
    web: Web, desk: httpx.Client, outgoing: httpx.Client, incoming: httpx.Client
) -> None:
    incident = taken(desk)
    report = begun(outgoing)
    leader = person(web, "张带班", Role.DUTY_LEADER)

    refused(sign(incoming, report, "sign-incoming"), 409, "not_signed_yet")
    assert sign(outgoing, report, "sign-outgoing").status_code == 200
    told = incoming.put(f"{report}/sections/signatures", json={"fields": {"objections": "少一台水泵"}, "based_on": 0})
    assert told.status_code == 200
    sha256 = sign(incoming, report, "sign-incoming").json()["sha256"]
    assert sign(leader, report, "countersign").status_code == 200

    read = desk.get(f"{report}.json").json()
    assert (read["status"], read["sha256"], read["intact"], read["leader_by"]) == ("countersigned", sha256, True, "张带班")
    assert hashlib.sha256(canonical_json(read["content"]).encode()).hexdigest() == sha256
    assert desk.get("/api/v1/duty/now").json()["posts"]["centre"]["number"] == "20260303-1"
    (line,) = desk.get(HANDOVER).json()["handovers"]
    assert (line["number"], line["outgoing_by"], line["incoming_by"], line["leader_by"]) == ("20260302-1", "王交班", "李接班", "张带班")
    assert f"/api/v1/incidents/{incident}" in links(read)
    assert desk.get(f"{HANDOVER}/current.json").json()["number"] == "20260303-1"


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_report_is_downloaded_in_every_form(desk: httpx.Client, paper: str, language: str) -> None:
    answer = desk.get(f"{HANDOVER}/current.{paper}", params={"lang": language})

    assert (answer.status_code, answer.headers["content-type"]) == (200, PAPERS[paper][0])
    assert f"handover-20260302-1.{paper}" in answer.headers["content-disposition"]
    title = "Handover report" if language == "en" else "值班交接班记录"
    assert title in _read(answer.content, paper)


def _read(content: bytes, paper: str) -> str:
    if paper == "pdf":
        with pypdfium2.PdfDocument(content) as pdf:
            return str(pdf[0].get_textpage().get_text_range())
    if paper == "docx":
        return "".join(it.text for it in Document(BytesIO(content)).paragraphs)
    return str([row[0] for row in load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True)])


def test_what_holds_the_signature_up_is_told_in_the_readers_language(desk: httpx.Client, outgoing: httpx.Client) -> None:
    taken(desk)
    report = f"{HANDOVER}/{outgoing.post(HANDOVER).json()['id']}"
    outgoing.put(f"{report}/sections/equipment", json={"fields": {"phones": "ok"}, "based_on": 0})

    answer = outgoing.post(f"{report}/sign-outgoing", json={"passphrase": PASSPHRASE}, headers={"Accept-Language": "en"})

    facts = refused(answer, 409, "blockers_open")
    assert facts["count"] == 1
    assert "has no owner" in answer.json()["title"]
    refused(outgoing.post(f"{report}/notes", json={"blocker": "emergency_without_owner:99", "note": "x"}), 404, "unknown_blocker")


def test_what_somebody_else_wrote_meanwhile_is_a_conflict_that_names_them(outgoing: httpx.Client, incoming: httpx.Client) -> None:
    report = begun(outgoing)
    written = {"fields": {"text": "一句"}, "based_on": 0}
    assert incoming.put(f"{report}/sections/remarks", json=written).status_code == 200

    assert refused(outgoing.put(f"{report}/sections/remarks", json=written), 409, "edited_meanwhile")["by"] == "李接班"
    refused(outgoing.put(f"{report}/sections/units", json=written), 422, "section_not_editable")
    refused(outgoing.put(f"{report}/sections/nothing", json=written), 422, "invalid")


def test_a_wrong_passphrase_signs_nothing_and_guessing_is_slowed_down(outgoing: httpx.Client) -> None:
    report = begun(outgoing)

    for _ in range(5):
        refused(sign(outgoing, report, "sign-outgoing", "wrong horse"), 403, "signature_refused")
    answer = sign(outgoing, report, "sign-outgoing")

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many")
    assert int(answer.headers["Retry-After"]) > 0
    assert outgoing.get(f"{report}.json").json()["status"] == "draft"


def test_a_program_with_a_token_alone_cannot_sign(web: Web, desk: httpx.Client, outgoing: httpx.Client) -> None:
    report = begun(outgoing)

    refused(sign(desk, report, "sign-outgoing", ""), 403, "signature_refused")
    refused(sign(desk, report, "countersign"), 403, "not_permitted")


def test_a_signature_is_taken_back(outgoing: httpx.Client) -> None:
    report = begun(outgoing)
    sign(outgoing, report, "sign-outgoing")

    assert outgoing.post(f"{report}/withdraw").status_code == 200
    assert outgoing.get(f"{report}.json").json()["status"] == "draft"


@pytest.mark.parametrize(("role", "unit"), [(Role.CREW, "patrol-01"), (Role.DISPLAY, None), (Role.ADMIN, None)])
def test_nobody_but_the_desk_reads_or_writes_it(web: Web, role: Role, unit: str | None) -> None:
    client = web.client(role, unit)

    assert client.get(f"{HANDOVER}/current.json").status_code == 403
    assert client.get(f"{HANDOVER}/current.pdf").status_code == 403
    assert client.get(HANDOVER).status_code == 403
    assert client.post(HANDOVER).status_code == 403
    assert client.post("/api/v1/log/entries", json={"act": "take", "note": "x"}).status_code == 403


def test_an_entry_is_written_found_and_corrected(desk: httpx.Client) -> None:
    first = desk.post("/api/v1/log/entries", json={"act": "follow_up", "note": "七点前送水泵"})
    second = desk.post("/api/v1/log/entries", json={"act": "follow_up", "note": "八点前送水泵", "corrects": first.json()["id"]})

    assert (first.status_code, second.status_code) == (201, 201)
    line = desk.get(f"/api/v1/log/entries/{second.json()['id']}").json()
    assert (line["facts"]["corrects"], line["facts"]["note"]) == (first.json()["id"], "八点前送水泵")
    assert len(line["hash"]) == 64
    todo = next(it for it in desk.get(f"{HANDOVER}/current.json").json()["sections"] if it["key"] == "todo")
    assert [it["key"] for it in todo["lines"]] == [f"entry:{second.json()['id']}"]


def test_a_report_or_line_that_is_not_there_is_not_found(desk: httpx.Client) -> None:
    refused(desk.get(f"{HANDOVER}/999.json"), 404, "unknown_handover")
    refused(desk.get(f"{HANDOVER}/999.pdf"), 404, "unknown_handover")
    refused(desk.get("/api/v1/log/entries/999999"), 404, "unknown_entry")
    refused(desk.get(f"{HANDOVER}/current.odt"), 404, "no_such_address")
    refused(desk.get(f"{HANDOVER}/0.json"), 404, "no_such_address")


IMPOSSIBLE: list[tuple[str, str, Any]] = [
    ("PUT", f"{HANDOVER}/1/sections/remarks", {"fields": {"text": "x"}}),
    ("PUT", f"{HANDOVER}/1/sections/remarks", {"fields": {"TEXT!": "x"}, "based_on": 0}),
    ("PUT", f"{HANDOVER}/1/sections/remarks", {"fields": {"text": 3}, "based_on": 0}),
    ("PUT", f"{HANDOVER}/1/sections/todo", {"added": [{}] * 61, "based_on": 0}),
    ("POST", f"{HANDOVER}/1/notes", {"blocker": "a b", "note": "x"}),
    ("POST", f"{HANDOVER}/1/sign-outgoing", {}),
    ("POST", "/api/v1/log/entries", {"act": "shout", "note": "x"}),
    ("POST", "/api/v1/log/entries", {"act": "take", "note": "x", "corrects": "1"}),
    ("GET", f"{HANDOVER}?limit=0", None),
]


@pytest.mark.parametrize(("method", "path", "body"), IMPOSSIBLE, ids=lambda it: str(it)[:60])
def test_what_cannot_be_right_is_refused_by_its_field(desk: httpx.Client, method: str, path: str, body: object) -> None:
    refused(desk.request(method, path, json=body), 422, "invalid_fields")
