"""Photos that prove something: kept as files by their content, without what the camera told about where they were taken."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from command_center.center import Center
from command_center.domain import events
from command_center.domain.errors import Unknown
from command_center.domain.photos import MEDIA_TYPES, cleaned
from command_center.domain.rights import Actor, Right

NAME = re.compile(rf"[0-9a-f]{{64}}\.({'|'.join(MEDIA_TYPES)})")
"""SHA-256 of what is kept, and the kind: the same photo twice is one file."""


def store_photo(center: Center, photo: bytes, actor: Actor) -> str:
    """Keep a photo; returns the name by which evidence refers to it. Raises NotAPhoto."""
    actor.require(Right.SEND_PHOTOS)
    kept, kind = cleaned(photo)
    name = f"{hashlib.sha256(kept).hexdigest()}.{kind}"
    path = center.photos_dir / name
    if not path.exists():
        _write(path, kept)
        with center.work(actor) as work:
            work.record(events.PhotoStored(photo=name, size=len(kept)))
    return name


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: the name appears when every byte is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix="arriving-", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def photo_file(center: Center, name: str, actor: Actor) -> tuple[Path, str]:
    """Where a photo lies, and its media type. Raises Unknown; NotPermitted for who may not read what people said."""
    actor.require(Right.READ_WORDS)
    return require_photo(center, name), MEDIA_TYPES[name.rpartition(".")[2]]


def require_photo(center: Center, name: str) -> Path:
    """The file of a photo. Raises Unknown."""
    path = center.photos_dir / name
    if NAME.fullmatch(name) is None or not path.is_file():
        raise Unknown(kind="photo", id=name[:80])
    return path
