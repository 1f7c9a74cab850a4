"""Events: read back from the log as they were written, and each with a decision about what follows."""

from dataclasses import MISSING, fields
from typing import Any

import pytest

from command_center.domain.errors import Refusal
from command_center.domain.events import EVENTS, Event
from command_center.services.log_search import event_group
from command_center.services.reactions import REACTIONS, reactions_to
from command_center.words import phrases, translator
from workers.jobs import JOBS

SAMPLES: dict[Any, Any] = {
    "int": 7,
    "str": "x",
    "float": 1.5,
    "bool": True,
    int: 7,
    str: "x",
    float: 1.5,
    bool: True,
    list[str]: ["a"],
    list[int | None]: [7, None],
}


def sample(kind: type[Event], *, full: bool = False) -> Event:
    """An event of this kind. full : with every fact that may be missing."""
    wanted = [field for field in fields(kind) if full or field.default is MISSING]
    grave = {"severity": "I", "after": "I", "metric": "ponding_depth_cm"} if full else {}
    return kind(
        **{
            field.name: grave.get(field.name) or SAMPLES.get(field.type, SAMPLES.get(str(field.type).partition(" ")[0], "x"))
            for field in wanted
        }
    )


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS.keys())
def test_an_event_survives_the_log(kind: type[Event]) -> None:
    event = sample(kind)

    assert Event.from_log(event.name, event.facts()) == event


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS.keys())
def test_every_event_belongs_to_a_part_that_a_search_can_name(kind: type[Event]) -> None:
    assert event_group(kind.__name__) in phrases.EVENT_GROUP


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS.keys())
def test_every_event_has_a_decision_about_what_follows(kind: type[Event]) -> None:
    assert kind in REACTIONS


def test_every_reaction_names_a_job_that_may_run_and_has_a_name_people_read() -> None:
    named = {reaction.job for kind in EVENTS.values() for full in (True, False) for reaction in reactions_to(sample(kind, full=full))}

    assert named == set(JOBS) == set(phrases.JOB)


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS.keys())
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_event_is_a_sentence_in_both_languages(kind: type[Event], language: str) -> None:
    sentence = phrases.event(language, kind.__name__, sample(kind).facts())

    assert sentence
    assert "%(" not in sentence
    assert sentence != kind.__name__


def _refusals(root: type[Refusal] = Refusal) -> list[type[Refusal]]:
    return [root, *(found for child in root.__subclasses__() for found in _refusals(child))]


@pytest.mark.parametrize("kind", _refusals(), ids=lambda kind: kind.__name__)
def test_every_refusal_has_its_own_code_and_a_chinese_and_an_english_text(kind: type[Refusal]) -> None:
    same_code = [other for other in _refusals() if other.code == kind.code]

    assert same_code == [kind]
    assert 400 <= kind.status < 500
    assert phrases.refusal("zh_CN", kind()) != phrases.refusal("en", kind())


def test_words_for_codes_are_translated() -> None:
    say = translator("zh_CN")
    tables = [
        table
        for name, table in vars(phrases).items()
        if name.isupper() and isinstance(table, dict) and all(isinstance(text, str) for text in table.values())
    ]

    assert tables
    assert [text for table in tables for text in table.values() if say(text) == text] == []
