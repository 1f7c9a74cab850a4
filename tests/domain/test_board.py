"""The board: newer rows win, in whatever order they come and however often."""

from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.board import Board, Row

rows = st.builds(
    lambda kind, row_id, version, gone: {"kind": kind, "id": row_id, "version": version, "gone": gone, "seen": f"{row_id}@{version}"},
    st.sampled_from(["unit", "incident"]),
    st.sampled_from(["1", "2", "3"]),
    st.integers(1, 6),
    st.booleans(),
)


def _one_truth(patches: Sequence[Row]) -> list[Row]:
    """Versions decide: of two patches with the same version only the first can have been written."""
    seen: dict[tuple[str, str, int], Row] = {}
    for patch in patches:
        seen.setdefault((patch["kind"], patch["id"], patch["version"]), patch)
    return list(seen.values())


@given(st.lists(rows).map(_one_truth), st.randoms())
def test_patches_lead_to_the_same_board_in_any_order_and_any_number(patches: list[Row], random: Random) -> None:
    shuffled = [*patches, *patches]
    random.shuffle(shuffled)

    assert Board.of(shuffled).all_rows() == Board.of(patches).all_rows()


def test_a_row_that_left_the_board_is_not_brought_back_by_a_late_patch() -> None:
    board = Board.of([{"kind": "incident", "id": "1", "version": 3, "gone": True}])

    board.apply([{"kind": "incident", "id": "1", "version": 2, "gone": False}])

    assert board.get("incident", "1") is None


def test_applying_nothing_new_changes_nothing() -> None:
    row = {"kind": "unit", "id": "patrol-01", "version": 1, "gone": False}
    board = Board.of([row])
    revision = board.revision

    assert not board.apply([row])
    assert board.revision == revision
