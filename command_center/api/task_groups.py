"""The page behind a task group's link: its own open tasks, to begin, tick off or leave out, without an account and without a script."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from command_center.api.entrance import AtEntrance, Entrance
from command_center.api.plain_pages import language_of, page
from command_center.api.shapes import RowId
from command_center.center import Center
from command_center.domain.errors import Invalid, Refusal, UnknownLink
from command_center.domain.text import Language
from command_center.services import group_pages, photos, plan_tasks
from command_center.services.group_pages import GroupPage, GroupTask
from command_center.services.plan_tasks import DoTask, Evidence
from command_center.words import N_, Translate, phrases, translator

router = APIRouter(include_in_schema=False)

TaskLink = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{10,32}$")]
Act = Literal["begin", "done", "skip"]

TEXTS: Mapping[str, str] = {"t_title": N_("Tasks of your group")}
GONE: Mapping[str, str] = {
    "t_title": N_("This link is not valid any more."),
    "t_lead": N_("Phone the command center if you are not sure."),
    "t_button": N_("Sign in"),
}
WHOSE = N_("%(plan)s, level %(level)s: %(group)s")
NONE_OPEN = N_("Nothing to do now. The page shows new tasks when you open it again.")
IS_OVER = N_("This plan has ended. Thank you; nothing more is asked of you.")
DUE, OVERDUE, NO_DEADLINE = N_("Due %(at)s"), N_("Overdue since %(at)s"), N_("The deadline is not known yet")
BEGIN, IN_HAND, DONE = N_("We are at it"), N_("Being done"), N_("Done: report it")
REPORT = N_("Report it")
SKIP, WHY = N_("Leave it out"), N_("Why it is left out")
WHAT_WAS_DONE, WHAT_WAS_DONE_NEEDED = N_("What was done"), N_("What was done (needed)")
NUMBER, PHOTO = N_("Number"), N_("Photo, or say what you saw")

MOST_FIELDS = 8


@router.get("/t/{link}")
def show_tasks(request: Request, link: TaskLink, entrance: AtEntrance) -> Response:
    """The group's open tasks; looking at them changes nothing."""
    return _page(request, entrance, link)


@router.post("/t/{link}/{task_id}/{act}")
async def act_on_task(request: Request, link: TaskLink, task_id: RowId, act: Act, entrance: AtEntrance) -> Response:
    """The press of a button. What is refused is said on the page itself."""
    async with request.form(max_files=1, max_fields=MOST_FIELDS) as form:
        photo = form.get("photo")
        sent = await photo.read() if isinstance(photo, UploadFile) else b""
        return await run_in_threadpool(_act, request, entrance, link, task_id, act, form, sent)


def _act(request: Request, entrance: Entrance, link: str, task_id: int, act: Act, form: FormData, photo: bytes) -> Response:
    try:
        seen = group_pages.group_page(entrance.center, link)
        _do(entrance.center, seen, task_id, act, form, photo)
    except UnknownLink:
        return page(request, "notice", GONE, status=404)
    except Refusal as no:
        return _page(request, entrance, link, no)
    return RedirectResponse(f"/t/{link}", 303)


def _do(center: Center, seen: GroupPage, task_id: int, act: Act, form: FormData, photo: bytes) -> None:
    """Raises whatever the verbs refuse; a photo is kept only for a task that is the group's and open."""
    if act == "begin":
        plan_tasks.begin_task(center, task_id, seen.actor)
    elif act == "skip":
        plan_tasks.skip_task(center, task_id, seen.actor, _words(form, "reason"))
    else:
        is_mine = not seen.is_over and any(task.id == task_id for task in seen.tasks)
        name = photos.store_photo(center, photo, seen.actor) if photo and is_mine else None
        evidence = Evidence(text=_words(form, "text"), number=_number(form), photo=name)
        plan_tasks.do_task(center, DoTask(task_id=task_id, evidence=evidence), seen.actor)


def _words(form: FormData, field: str) -> str:
    value = form.get(field, "")
    text = value if isinstance(value, str) else ""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\u3000").strip()[: plan_tasks.LONGEST_TEXT]


def _number(form: FormData) -> float | None:
    told = _words(form, "number")
    if not told:
        return None
    try:
        return float(told)
    except ValueError:
        raise Invalid(field="number", value=told[:20]) from None


# ---- the page ------------------------------------------------------------------------------------------------------------------


def _page(request: Request, entrance: Entrance, link: str, no: Refusal | None = None) -> Response:
    try:
        seen = group_pages.group_page(entrance.center, link)
    except UnknownLink:
        return page(request, "notice", GONE, status=404)
    language = language_of(request)
    say = translator(language)
    center = entrance.center
    whose = {"plan": seen.plan.in_(language), "level": seen.level.value, "group": seen.group.in_(language)}
    shown = {
        "whose": say(WHOSE) % whose,
        "duty": "" if seen.duty is None else seen.duty.in_(language),
        "no": "" if no is None else phrases.refusal(language, no, _names(center, language)),
    }
    if seen.is_over or not seen.tasks:
        tasks = f"<p>{escape(say(IS_OVER if seen.is_over else NONE_OPEN))}</p>"
    else:
        tasks = "".join(_task(center, link, task, language) for task in seen.tasks)
    return page(request, "group_tasks", TEXTS, shown, parts={"tasks": tasks}, status=200 if no is None else no.status)


def _names(center: Center, language: Language) -> dict[str, str]:
    """What a refusal calls kinds of evidence and steps."""
    return {code: kind.in_(language) for code, kind in center.catalogue.common.evidence.items()}


def _task(center: Center, link: str, task: GroupTask, language: Language) -> str:
    say = translator(language)
    action = f'method="post" action="/t/{link}/{task.id}'
    begin = (
        f'<form {action}/begin"><button>{escape(say(BEGIN))}</button></form>'
        if task.status == "pending"
        else f'<p class="hint">{escape(say(IN_HAND))}</p>'
    )
    done = f'<form {action}/done" enctype="multipart/form-data">{_evidence(task, language)}<button>{escape(say(REPORT))}</button></form>'
    why = f'<label for="why-{task.id}">{escape(say(WHY))}</label><input id="why-{task.id}" name="reason" required maxlength="200">'
    skip = f'<form {action}/skip">{why}<button>{escape(say(SKIP))}</button></form>'
    return (
        f'<section class="task" id="task-{task.id}"><h2>{escape(task.step.title.in_(language))}</h2>{_deadline(center, task, say)}{begin}'
        f"{_folded(say(DONE), done, is_open=task.status == 'doing')}{_folded(say(SKIP), skip)}</section>"
    )


def _folded(title: str, form: str, *, is_open: bool = False) -> str:
    return f"<details{' open' if is_open else ''}><summary>{escape(title)}</summary>{form}</details>"


def _deadline(center: Center, task: GroupTask, say: Translate) -> str:
    if task.due_at is None:
        return f"<p>{escape(say(NO_DEADLINE))}</p>"
    at = {"at": _local(center, task.due_at)}
    is_late = task.due_at < center.now()
    return f'<p class="no">{escape(say(OVERDUE) % at)}</p>' if is_late else f"<p>{escape(say(DUE) % at)}</p>"


def _local(center: Center, at: datetime) -> str:
    return f"{at.astimezone(center.zone):%m-%d %H:%M}"


def _evidence(task: GroupTask, language: Language) -> str:
    """The fields for what the step asks for, and always room for a word."""
    say, kind = translator(language), task.step.evidence
    fields = ""
    if kind == "number":
        fields += _field(task, "number", NUMBER, say, 'inputmode="decimal" required maxlength="12"')
    if kind == "photo":
        fields += _field(task, "photo", PHOTO, say, 'type="file" accept="image/jpeg,image/png,image/webp" capture="environment"')
    needed = kind == "text"
    return fields + _field(
        task, "text", WHAT_WAS_DONE_NEEDED if needed else WHAT_WAS_DONE, say, f'maxlength="2000"{" required" if needed else ""}'
    )


def _field(task: GroupTask, name: str, label: str, say: Translate, attributes: str) -> str:
    row = f"{name}-{task.id}"
    return f'<label for="{row}">{escape(say(label))}</label><input id="{row}" name="{name}" {attributes}>'
