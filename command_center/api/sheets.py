"""How sheets go through a door: .xlsx out as a download, .xlsx in as an uploaded file."""

from typing import Annotated
from urllib.parse import quote

from fastapi import File, Query, Response, UploadFile

from command_center.domain.text import Language

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Sheet = Annotated[UploadFile, File(description="An .xlsx workbook as this door's GET gives it, edited.")]
InLanguage = Annotated[Language | None, Query(description="Language of titles and names; the centre's own by default.")]


def download(content: bytes, name: str) -> Response:
    """A workbook to be saved under `name`."""
    return Response(content, media_type=XLSX, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"})
