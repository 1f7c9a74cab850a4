"""The door where a supervisor or a load balancer asks whether the center is whole."""

import logging
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from command_center.api.entrance import AtCenter
from command_center.center import Center

log = logging.getLogger(__name__)
router = APIRouter(tags=["health"])

MOST_LAG_S = 5.0
"""The relay publishes within milliseconds; seconds mean that screens show the past."""


@router.get("/healthz")
def healthz(center: AtCenter, response: Response) -> dict[str, Any]:
    """200 when every part works, 503 with the same body when one does not."""
    redis = center.wire.ping()
    parts: dict[str, Any] = {
        "db": _database_answers(center),
        "redis": redis,
        "workers": center.wire.worker_count() if redis else 0,
        "relay_lag_s": center.wire.relay_lag_s() if redis else None,
    }
    lag_s = parts["relay_lag_s"]
    well = parts["db"] and redis and parts["workers"] > 0 and lag_s is not None and lag_s <= MOST_LAG_S
    response.status_code = 200 if well else 503
    return {"status": "ok" if well else "degraded", **parts}


def _database_answers(center: Center) -> bool:
    try:
        with center.read() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        log.exception("database away")
        return False
    return True
