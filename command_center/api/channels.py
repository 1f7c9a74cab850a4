"""Doors of message channels: whom each audience means, where messages go (written, never read back), and a test message."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path

from command_center.api.entrance import AtCenter, SignedIn
from command_center.api.shapes import ChannelIn
from command_center.services import channels, notices

router = APIRouter(prefix="/api/v1/channels", tags=["duty"])

Kind = Annotated[Literal["person", "cadre", "station", "group", "audience"], Path()]
Ref = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.:-]{1,40}$")]


@router.get("/audiences")
def list_audiences(center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """Every audience with everyone in it; has_channel: a message reaches them by itself."""
    return {
        "audiences": [
            {
                "code": view.code,
                "members": [
                    {"kind": it.kind, "ref": it.ref, "name": it.name.as_row(), "phone": it.phone, "has_channel": it.has_channel}
                    for it in view.members
                ],
            }
            for view in channels.audience_views(center, actor)
        ]
    }


@router.put("/{kind}/{ref}")
def set_channel(kind: Kind, ref: Ref, body: ChannelIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Say where messages for somebody go; null takes it away. No answer ever shows the address."""
    notices.set_channel(center, kind, ref, body.address, actor)
    return {"kind": kind, "ref": ref}


@router.post("/{kind}/{ref}/test")
def try_channel(kind: Kind, ref: Ref, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Send a test message; a service that does not take it is a 409 with its answer."""
    return {"kind": kind, "ref": ref, "service": channels.try_channel(center, kind, ref, actor)}
