"""Paper mode: the situation as one page that opens without a server, for the night when the line is down.

The web process writes it every five minutes into the data folder (`paper/situation-zh.html`, `-en.html`); what is entered afterwards keeps
the times that stood on paper. The page names callers and telephone numbers: the files are readable by the centre's own account only.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Activation, Call, Incident, Person, PlanTask, Unit
from command_center.domain.geo import Point
from command_center.domain.rights import SYSTEM, Actor, Right
from command_center.domain.text import Language, Text
from command_center.domain.watches import Duty
from command_center.services import watches
from command_center.services.handover_drawing import SIMULATED
from command_center.services.live import read_snapshot
from command_center.services.places import name_at
from command_center.services.responsibilities import CadreTelephone, cadre_telephones, responsible_in
from command_center.words import N_, phrases, translator

EVERY_S = 300.0
FOLDER = "paper"
FILES: Mapping[Language, str] = {"zh_CN": "situation-zh.html", "en": "situation-en.html"}
BLANK_LINES = 14
TOLD_APART = 6
"""Places of one cadre that are named; what is more is counted."""

_STYLE = """
body{font:11pt/1.35 "Noto Sans SC","Source Han Sans SC","Microsoft YaHei",SimSun,sans-serif;color:#000;background:#fff;margin:12mm}
h1{font-size:17pt;margin:0}h2{font-size:12.5pt;margin:5mm 0 1.5mm}table{border-collapse:collapse;width:100%}
th,td{border:1px solid #555;padding:1mm 1.6mm;text-align:left;vertical-align:top}th{background:#eee;font-weight:700}
tr{break-inside:avoid}.blank td{height:8mm}.bad{font-weight:700;text-decoration:underline}p{margin:1mm 0}
@page{size:A4 landscape;margin:10mm}@media print{body{margin:0}}
"""


def draw(center: Center, language: Language, actor: Actor) -> str:
    """The page as HTML without a script and without an address. It says what callers said: Right.READ_WORDS."""
    actor.require(Right.READ_WORDS)
    page = _Page(center, language)
    parts = [
        page.head(),
        page.incidents(),
        page.units(),
        page.plans(),
        page.warnings(),
        page.closures(),
        page.shelters(),
        page.telephones(),
        page.sheet(),
    ]
    title = escape(f"{page.say(N_('Situation on paper'))} · {center.catalogue.street.name.in_(language)}")
    lang = "en" if language == "en" else "zh-CN"
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def write(center: Center) -> list[Path]:
    """Write both pages, each there whole or as it was before."""
    folder = center.folder / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    written = []
    for language, name in FILES.items():
        page = draw(center, language, SYSTEM)
        beside = folder / f".{name}.{os.getpid()}"
        beside.touch(mode=0o600)
        beside.write_text(page, "utf-8")
        beside.replace(folder / name)
        written.append(folder / name)
    return written


async def keep_writing(center: Center, every_s: float = EVERY_S) -> None:
    """Write them now and every five minutes; what fails is the caller's to log."""
    while True:
        await asyncio.to_thread(write, center)
        await asyncio.sleep(every_s)


class _Page:
    """The parts of one page in one language."""

    def __init__(self, center: Center, language: Language) -> None:
        self._center, self._language = center, language
        self._board: dict[str, list[Mapping[str, Any]]] = {}
        for row in read_snapshot(center).rows:
            if not row["gone"]:
                self._board.setdefault(row["kind"], []).append(row)

    def say(self, msgid: str, **names: object) -> str:
        sentence = translator(self._language)(msgid)
        return sentence % names if names else sentence

    def _read(self, text: Text | Mapping[str, str]) -> str:
        return text.in_(self._language) if isinstance(text, Text) else text["en" if self._language == "en" else "zh"]

    def _time(self, at: Any) -> str:  # noqa: ANN401 - a moment, or nothing
        return "" if at is None else f"{at.astimezone(self._center.zone):%m-%d %H:%M}"

    def _moment(self, at: str | None) -> str:
        """A moment as a board row has it, by the clock on the wall."""
        return self._time(None if at is None else datetime.fromisoformat(at))

    def _rows(self, kind: str) -> list[Mapping[str, Any]]:
        return self._board.get(kind, [])

    def _table(self, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], nothing: str) -> str:
        lines = ["<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows]
        heading = f"<h2>{escape(self.say(title))} ({len(lines)})</h2>"
        if not lines:
            return f"{heading}<p>{escape(self.say(nothing))}</p>"
        return f"{heading}<table><tr>{''.join(f'<th>{escape(self.say(head))}</th>' for head in heads)}</tr>{''.join(lines)}</table>"

    # ---- parts ----

    def head(self) -> str:
        center = self._center
        watch = watches.on_duty_now(center)
        seats = [] if watch is None else [(duty, watch.on(duty)) for duty in (Duty.LEADER, Duty.OFFICER, Duty.ASSISTANT)]
        names = [
            f"{self.say(phrases.DUTY[duty.value])} {', '.join(self._read(it.name) for it in seated)}" for duty, seated in seats if seated
        ]
        asof = self.say(N_("As of %(at)s"), at=f"{center.now().astimezone(center.zone):%Y-%m-%d %H:%M}")
        mark = f' <span class="bad">{escape(self.say(N_("DRILL")))}</span>' if center.is_drill else ""
        told = self.say(N_("The line is down? Work by telephone and radio, write on the last sheet, enter it later with its real times."))
        street = escape(self._read(center.catalogue.street.name))
        title = escape(self.say(N_("Situation on paper")))
        return f"<h1>{street} · {title}{mark}</h1><p><b>{escape(asof)}</b> · {escape(' · '.join(names))}</p><p>{escape(told)}</p>"

    def incidents(self) -> str:
        calls: dict[str, list[str]] = defaultdict(list)
        for unit in self._rows("unit"):
            if unit["incident_id"]:
                calls[unit["incident_id"]].append(f"{self._read(unit['call_sign'])} ({phrases.status(self._language, unit['status'])})")
        with self._center.read() as session:
            found = session.scalars(
                select(Incident).where(Incident.ended_at.is_(None)).order_by(Incident.severity, Incident.reported_at)
            ).all()
            callers: dict[int, list[str]] = defaultdict(list)
            own = Call.incident_id.in_([it.id for it in found])
            for call in session.scalars(select(Call).where(own).order_by(Call.incident_id, Call.id)):
                callers[call.incident_id].append(_joined(call.caller_name, call.caller_phone))
            first = {it.id: self._phone_first(session, it) for it in found}
        rows = [
            (
                it.number,
                it.severity.value,
                self._kind(it),
                it.place_en if self._language == "en" else it.place_zh,
                phrases.status(self._language, it.status.value),
                self._time(it.reported_at),
                ", ".join(calls.get(str(it.id), [])),
                it.note,
                ", ".join(dict.fromkeys(who for who in callers[it.id] if who)),
                first[it.id],
            )
            for it in found
        ]
        heads = [N_("No."), N_("Level"), N_("Type"), N_("Place"), N_("Status"), N_("Called at"), N_("Units"), N_("Said")]
        heads += [N_("Caller"), N_("Phone first")]
        return self._table(N_("Open incidents"), heads, rows, N_("No incident is open."))

    def _kind(self, incident: Incident) -> str:
        kind = self._center.catalogue.incident_types.get(incident.type)
        name = incident.type if kind is None else self._read(kind.name)
        return self.say(SIMULATED, text=name) if incident.is_simulated else name

    def _phone_first(self, session: Session, incident: Incident) -> str:
        """Who answers for the place, in order, those first who can be phoned; who has no number is named too."""
        found = responsible_in(self._center, session, incident.place_id, Point(incident.lat, incident.lon))
        named = sorted(found, key=lambda it: it.phone is None)
        return ", ".join(_joined(self._read(it.name), it.phone or self.say(N_("no number on file"))) for it in named[:2])

    def units(self) -> str:
        with self._center.read() as session:
            found = session.scalars(select(Unit).order_by(Unit.id)).all()
        fixes = self._center.tracks.latest()
        rows = [
            (
                it.call_sign_en if self._language == "en" else it.call_sign_zh,
                phrases.status(self._language, it.status.value),
                self._read(self._center.catalogue.stations[it.station_code].name),
                ", ".join(it.crew),
                "" if it.id not in fixes else self._read(name_at(self._center, fixes[it.id].point)),
                "" if it.id not in fixes else self._time(fixes[it.id].at),
                it.fault,
            )
            for it in found
        ]
        heads = [N_("Unit"), N_("Status"), N_("Station"), N_("Crew"), N_("Where"), N_("Last position"), N_("Fault")]
        return self._table(N_("Vehicles"), heads, rows, N_("No vehicle is known."))

    def plans(self) -> str:
        plans, rows = self._center.catalogue.plans, []
        for it in self._rows("activation"):
            name = f"{self._read(plans[it['plan_id']].short) if it['plan_id'] in plans else it['plan_id']} {it['level']}"
            with self._center.read() as session:
                own = PlanTask.activation_id == int(it["id"])
                tasks = session.scalars(select(PlanTask).where(own, PlanTask.closed_at.is_(None)).order_by(PlanTask.due_at)).all()
                steps = session.get_one(Activation, int(it["id"])).plan["steps"]
            titles = {step["id"]: self._read(step["title"]) for step in steps}
            told = [(name, titles[task.step_id], self._group(task.group), self._time(task.due_at)) for task in tasks]
            rows += told or [(name, "", "", "")]
        heads = [N_("Plan"), N_("Task"), N_("Task group"), N_("Due")]
        return self._table(N_("Plans in force and what is open of them"), heads, rows, N_("No plan is in force."))

    def _group(self, group: str) -> str:
        groups = self._center.catalogue.common.groups
        return self._read(groups[group].name) if group in groups else group

    def warnings(self) -> str:
        hazards, colors = self._center.catalogue.warning_signals.hazards, self._center.catalogue.warning_signals.colors
        rows = []
        for it in self._rows("warning"):
            named = [part for part in (hazards.get(it["hazard"] or ""), colors.get(it["color"] or "")) if part is not None]
            words = " ".join(self._read(part.name) for part in named)
            rows.append((words, it["issuer"] or "", self._moment(it["issued_at"]), self._moment(it["expires_at"])))
        for it in self._rows("standing_order"):
            words = self.say(N_("order of the district: %(plan)s %(level)s"), plan=self._read(it["plan_name"]), level=it["level"] or "")
            rows.append((words.rstrip(), it["issuer"] or "", self._moment(it["issued_at"]), ""))
        heads = [N_("Warning"), N_("Issued by"), N_("Issued at"), N_("Until")]
        return self._table(N_("Warnings in force"), heads, rows, N_("None"))

    def closures(self) -> str:
        units = {it["id"]: self._read(it["call_sign"]) for it in self._rows("unit")}
        rows = [
            (
                self._read(it["name"]),
                self.say(phrases.CLOSURE_STATE[it["state"]]),
                "" if it["depth_cm"] is None else f"{it['depth_cm']:g} cm",
                it["reason"],
                units.get(it["guard_unit_id"] or "", ""),
            )
            for it in self._rows("closure")
        ]
        heads = [N_("Road"), N_("Status"), N_("Water"), N_("Reason"), N_("Guard")]
        return self._table(N_("Closed roads"), heads, rows, N_("None"))

    def shelters(self) -> str:
        rows = [
            (self._read(it["name"]), f"{it['occupied']} / {it['capacity']}", str(it["special_needs"] or "")) for it in self._rows("shelter")
        ]
        return self._table(N_("Open shelters"), [N_("Shelter"), N_("People / places"), N_("Special needs")], rows, N_("None"))

    def telephones(self) -> str:
        with self._center.read() as session:
            directory = session.scalars(select(Person).where(Person.left_at.is_(None)).order_by(Person.role, Person.id)).all()
        en = self._language == "en"
        on_watch = {it.person_id for post in watches.posts(self._center) for it in self._seated(post)}
        rows = [
            (self._read(it.name), self.say(N_("agency")), it.phone) for it in self._center.catalogue.common.external.values() if it.phone
        ]
        persons = [it for it in directory if it.phone or it.id in on_watch]
        for it in sorted(persons, key=lambda it: it.id not in on_watch):
            what = [self.say(phrases.PERSON_ROLE[it.role.value]), self._station(it.station_code)]
            what += [self.say(N_("on watch now"))] if it.id in on_watch else []
            rows.append(
                (it.name_en if en else it.name_zh, " · ".join(word for word in what if word), it.phone or self.say(N_("no number on file")))
            )
        rows += [(self._read(it.name), self._answers_for(it), it.phone) for it in cadre_telephones(self._center)]
        return self._table(N_("Telephones"), [N_("Who"), N_("What"), N_("Telephone")], rows, N_("No number is on file."))

    def _seated(self, post: str) -> Sequence[watches.OnWatch]:
        watch = watches.on_duty_now(self._center, post=post)
        return () if watch is None else watch.people

    def _station(self, code: str | None) -> str:
        station = self._center.catalogue.stations.get(code or "")
        return "" if station is None else self._read(station.name)

    def _answers_for(self, cadre: CadreTelephone) -> str:
        """What sort of cadre, and for which places; shops are many and only counted."""
        named = [self._read(it.name) for it in cadre.places]
        more = len(named) - TOLD_APART
        parts = [*named[:TOLD_APART], *([self.say(N_("%(n)s more"), n=more)] if more > 0 else [])]
        parts += [self.say(N_("shops: %(n)s"), n=cadre.shops)] if cadre.shops else []
        return " · ".join([self.say(phrases.CADRE_KIND[cadre.kind]), *([", ".join(parts)] if parts else [])])

    def sheet(self) -> str:
        heads = [N_("Time"), N_("From whom"), N_("Where"), N_("What happened"), N_("Who was sent, when"), N_("Arrived"), N_("Entered")]
        head = "".join(f"<th>{escape(self.say(it))}</th>" for it in heads)
        line = f'<tr class="blank">{"<td></td>" * len(heads)}</tr>'
        return f"<h2>{escape(self.say(N_('To be written by hand')))}</h2><table><tr>{head}</tr>{line * BLANK_LINES}</table>"


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
