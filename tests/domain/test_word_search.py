"""What a text is filed under, and what a query asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.word_search import LONGEST_WORD, filed_words, squeezed, terms


@given(st.text(st.sampled_from("暴雨积水深地下车库"), min_size=1, max_size=20), st.data())
def test_any_stretch_of_han_leads_to_the_text(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(begin + 1, len(text)))

    (term,) = terms(text[begin:end])

    assert set(term.words) <= filed_words(f"到场，{text}。")
    assert term.squeezed in squeezed(text)


@given(st.text(st.sampled_from("0123456789"), min_size=4, max_size=20), st.data())
def test_any_four_digits_or_more_lead_to_the_number(number: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(number) - 4))
    end = data.draw(st.integers(begin + 4, len(number)))

    (term,) = terms(number[begin:end])

    assert set(term.words) <= filed_words(f"Tel. {number}")
    assert term.squeezed in number


@pytest.mark.parametrize(
    ("query", "words", "beginnings", "proof"),
    [
        ("雨", ("雨",), (), ""),
        ("暴雨", ("暴雨",), (), ""),
        ("大暴雨", ("大暴", "暴雨"), (), "大暴雨"),
        ("119", ("119",), (), ""),
        ("1234", ("1234",), (), ""),
        ("13800", ("1380", "3800"), (), "13800"),
        ("patrol-01", ("01",), ("patrol",), "patrol01"),
        ("Ａmbul", (), ("ambul",), ""),
        ("P01", ("p", "01"), (), "p01"),
    ],
)
def test_a_query_asks_for_words_and_for_proof_where_they_are_not_enough(
    query: str, words: tuple[str, ...], beginnings: tuple[str, ...], proof: str
) -> None:
    (term,) = terms(query)

    assert (term.words, term.beginnings, term.squeezed) == (words, beginnings, proof)


@given(st.text(max_size=300))
def test_no_text_makes_filing_or_asking_fail(text: str) -> None:
    assert all(0 < len(word) <= LONGEST_WORD for word in filed_words(text))
    assert all(term.words or term.beginnings for term in terms(text))
