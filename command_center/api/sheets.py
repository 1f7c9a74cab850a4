"""How sheets go through a door: .xlsx out as a download, .xlsx in as an uploaded file."""

from typing import Annotated
from urllib.parse import quote

from fastapi import File, Query, Response, UploadFile

from command_center.domain.text import Language

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Sheet = Annotated[UploadFile, File(description="An .xlsx workbook as this door's GET gives it, edited.")]
InLanguage = Annotated[Language | None, Query(description="Language of titles and names; the centre's own by default.")]


def download(content: bytes, name: str, media_type: str = XLSX) -> Response:
    """A file to be saved under `name`, a workbook unless something else is said."""
    return Response(content, media_type=media_type, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"})
