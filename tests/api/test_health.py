"""What /healthz says of each part."""

import httpx


def test_health_names_the_part_that_is_missing(stranger: httpx.Client) -> None:
    answer = stranger.get("/healthz")

    assert answer.status_code == 503
    told = answer.json()
    assert told["status"] == "degraded"
    assert (told["db"], told["redis"], told["workers"]) == (True, True, 0)
