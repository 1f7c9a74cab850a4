"""Doors of photos: one comes in as evidence, and those who may read what people said can look at it."""

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse

from command_center.api.entrance import AtCenter, SignedIn
from command_center.api.shapes import PhotoPath
from command_center.domain.rights import Right
from command_center.services import photos

router = APIRouter(prefix="/api/v1/photos", tags=["photos"])


@router.post(
    "",
    status_code=201,
    openapi_extra={"requestBody": {"content": {f"image/{kind}": {} for kind in ("jpeg", "png", "webp")}, "required": True}},
)
async def store_photo(request: Request, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """The photo itself as the body: JPEG, PNG or WebP, 5 MiB at most. What the camera told about place and time is not kept.

    `photo` is the name that the evidence of a task refers to.
    """
    actor.require(Right.SEND_PHOTOS)
    photo = await request.body()
    return {"photo": await run_in_threadpool(photos.store_photo, center, photo, actor)}


@router.get("/{name}")
def read_photo(name: PhotoPath, center: AtCenter, actor: SignedIn) -> FileResponse:
    """The photo. Its name is its content, so a browser that has it need not ask again within the hour."""
    path, media_type = photos.photo_file(center, name, actor)
    return FileResponse(path, media_type=media_type, headers={"Cache-Control": "private, max-age=3600"})
