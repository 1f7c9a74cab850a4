"""Typing Chinese without an input method: every reading counts, whole or by its initial."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.words.readings import TABLE, Known, Match, NameIndex, PlainNames, Spellings, readings, spelled, typed
from command_center.words.write_readings import table

ROOT = Path(__file__).parents[2]
NAMES = ("奎文区银行大厦", "行政楼", "樱南花园", "东风东街200号 手机店", "重庆路早餐", "绿源女装", "A座便利店", "宏𬭎文具")


@pytest.fixture(scope="module")
def names() -> Spellings:
    return Spellings(NAMES)


def spelt(names: Spellings, query: str) -> list[str]:
    return [NAMES[number] for number in names.find(query)]


def test_the_table_is_what_the_tool_writes() -> None:
    assert TABLE.read_text("utf-8") == table()


@pytest.mark.parametrize(
    ("character", "some"),
    [("行", {"xing", "hang"}), ("重", {"zhong", "chong"}), ("绿", {"lv"}), ("𬭎", {"hong"}), ("a", set()), ("，", set())],
)
def test_a_character_has_all_its_readings_the_commonest_first(character: str, some: set[str]) -> None:
    assert some <= set(readings(character))
    assert readings("行")[0] == "xing"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("yinhang", "奎文区银行大厦"),
        ("yinxing", "奎文区银行大厦"),
        ("yhds", "奎文区银行大厦"),
        ("kwqyx", "奎文区银行大厦"),
        ("xz", "行政楼"),
        ("hzl", "行政楼"),
        ("ynhy", "樱南花园"),
        ("yingnanh", "樱南花园"),
        ("yingnhuay", "樱南花园"),
        ("樱nhua", "樱南花园"),
        ("YING nan", "樱南花园"),
        ("dfdj200", "东风东街200号 手机店"),
        ("200hao", "东风东街200号 手机店"),
        ("chongqing", "重庆路早餐"),
        ("zhq", "重庆路早餐"),
        ("lvyuan", "绿源女装"),
        ("nvzh", "绿源女装"),
        ("azuo", "A座便利店"),
        ("Ａ座", "A座便利店"),
        ("honghongw", "宏𬭎文具"),
    ],
)
def test_a_name_answers_to_every_spelling(names: Spellings, query: str, name: str) -> None:
    assert name in spelt(names, query)


@pytest.mark.parametrize("query", ["", "  ", "yinghuayuan", "ngnan", "hynan", "\n", "店重", "200号重", "zzz", "\0", "😀"])
def test_what_no_name_spells_finds_nothing(names: Spellings, query: str) -> None:
    assert spelt(names, query) == []


def test_a_match_tells_where_in_the_name_it_lies(names: Spellings) -> None:
    assert names.find("xzl")[1] is Match.WHOLE
    assert names.find("xz")[1] is Match.FROM_THE_START
    assert names.find("lou")[1] is Match.WITHIN
    assert PlainNames(["Rain boots", "boots", "xboots"]).find("boots") == {0: Match.WITHIN, 1: Match.WHOLE, 2: Match.WITHIN}


def test_every_word_of_a_query_must_lead_to_the_thing() -> None:
    index = NameIndex(
        [
            Known(names=("樱园花园", "Yingyuan Garden", "XQ001"), beside=("胜利东街",)),
            Known(names=("樱园家园", "Yingyuan Homes", "XQ002"), beside=("四平路",)),
        ]
    )

    assert index.find("yingyuan") == {0: Match.FROM_THE_START, 1: Match.FROM_THE_START}
    assert list(index.find("garden 樱")) == [0]
    assert index.find("yy sipinglu") == {1: Match.BESIDE}
    assert index.find("xq002") == {1: Match.WHOLE}
    assert index.find("xq002 garden") == {}


han = st.sampled_from("行重樱南花园东风银乐长朝曾参单解")


@given(st.text(han, min_size=1, max_size=8), st.data())
def test_whichever_reading_and_however_much_of_each_syllable_is_typed_the_name_is_found(name: str, data: st.DataObject) -> None:
    parts = []
    for character in name:
        reading = data.draw(st.sampled_from(readings(character)))
        parts.append(data.draw(st.sampled_from([reading, reading[0], character])))
    query = "".join(parts)

    assert Spellings(["店", name, "园"]).find(query).get(1) in (Match.WHOLE, Match.FROM_THE_START)


@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=4))
def test_no_text_makes_the_index_fail(query: str, names: list[str]) -> None:
    found = NameIndex(Known(names=(name,)) for name in names).find(query)

    assert set(found) <= set(range(len(names)))


@given(
    st.text(st.characters(categories=["L", "N", "S"]), min_size=1, max_size=12).filter(
        lambda name: len(name.split()) == 1 == len(typed(name).split())
    )
)
def test_a_name_is_found_by_itself(name: str) -> None:
    assert NameIndex([Known(names=(name,))]).find(name) == {0: Match.WHOLE}


def test_the_browser_is_told_the_readings_of_each_character() -> None:
    assert spelled("银行 A") == f"yin {','.join(readings('行'))} a"


def test_the_web_process_and_the_workers_do_without_the_dictionary() -> None:
    program = "import sys, command_center.web, workers.relay, workers.jobs; sys.exit('pypinyin' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
