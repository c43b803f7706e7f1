"""Weights that follow complaints for a while."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.errors import InputError
from prefdata.objectives.complaint_words import about
from prefdata.objectives.complaints import FADED, HALF_LIFE, USER_CAP, Complaint, felt, raised, read, shifted

from .records import write

WEIGHTS = {"accuracy": 0.4, "safety": 0.3, "helpfulness": 0.2, "brevity": 0.1}


def complaints(count: int, dimension: str = "brevity", age: float = 0.0) -> list[Complaint]:
    """So many, each by a user of its own."""
    return [Complaint(f"u{n}", age, (dimension,)) for n in range(count)]


SAID = {
    "This is way too long.": ["brevity"],
    "It's not too long, but it is wrong": ["accuracy"],
    "The answer isn’t wrong": [],
    "not only wrong but also wordy": ["accuracy", "brevity"],
    "It made things up": ["accuracy"],
    "He drinks harmless tea": [],
    "Dangerous advice!": ["safety"],
    "It was not safe to say": ["safety"],
    "it didn't answer my question": ["helpfulness"],
    "Useless": ["helpfulness"],
    "I liked it": [],
    "回答太长了": ["brevity"],
    "一点也不危险，但是太啰嗦": ["brevity"],
    "这是编造的，而且有害": ["accuracy", "safety"],
    "没有用": ["helpfulness"],
    "不是错误": [],
}


@pytest.mark.parametrize("text", SAID)
def test_words_say_what_a_complaint_is_about(text):
    assert list(about(text)) == SAID[text]


def test_many_complaints_double_a_weight_and_never_more():
    assert shifted(WEIGHTS, complaints(1))["brevity"] > 0.1
    assert shifted(WEIGHTS, complaints(1000))["brevity"] == pytest.approx(0.2, abs=1e-5)
    assert sum(shifted(WEIGHTS, complaints(1000)).values()) == pytest.approx(1, abs=1e-5)


def test_a_complaint_fades_by_half_and_then_altogether():
    assert felt(complaints(1, age=HALF_LIFE)) == {"brevity": 0.5}
    assert felt(complaints(1, age=FADED * HALF_LIFE)) == {}
    assert shifted(WEIGHTS, complaints(50, age=FADED * HALF_LIFE)) == pytest.approx(WEIGHTS, abs=1e-5)


def test_one_user_counts_no_more_than_the_cap_however_often():
    loud = [Complaint("u", 0.0, ("brevity",))] * 500
    assert felt(loud) == pytest.approx({"brevity": USER_CAP})
    assert felt([*loud, *complaints(1)]) == pytest.approx({"brevity": USER_CAP + 1})


def test_a_complaint_about_two_things_is_split_between_them():
    assert felt([Complaint("u", 0.0, ("accuracy", "brevity"))]) == {"accuracy": 0.5, "brevity": 0.5}


def test_other_names_of_a_dimension_are_meant_too():
    found = shifted({"honest": 0.5, "helpful": 0.5}, complaints(5, "accuracy"))
    assert found["honest"] > 0.5


def test_few_complaints_raise_no_floor_and_many_raise_it_within_bounds():
    assert raised({"safety": 0.5}, WEIGHTS, complaints(10, "safety")) == {"safety": 0.5}
    assert raised({"safety": 0.5}, WEIGHTS, complaints(15, "safety")) == {"safety": 0.6}
    assert raised({"safety": 0.5}, WEIGHTS, complaints(999, "safety")) == {"safety": 0.7}
    assert raised({"safety": 0.9}, WEIGHTS, complaints(999, "safety")) == {"safety": 0.9}
    assert raised({}, WEIGHTS, complaints(15)) == {"brevity": 0.1}


@given(
    st.lists(st.builds(Complaint, st.sampled_from("uvw"), st.floats(0, 40), st.just(("brevity",))), max_size=20),
    st.randoms(),
)
def test_the_order_of_complaints_changes_nothing_and_more_never_weigh_less(found, random):
    assert shifted(WEIGHTS, random.sample(found, len(found))) == pytest.approx(shifted(WEIGHTS, found), abs=2e-6)
    more = [*found, Complaint("new", 0.0, ("brevity",))]
    assert shifted(WEIGHTS, more)["brevity"] >= shifted(WEIGHTS, found)["brevity"]


def event(at: str | None, number: int = 0, kind: str = "complaint", **more) -> dict:
    return {"event_id": f"e{number}", "kind": kind, "user": "u", "prompt_id": "p", "at": at, **more}


def test_ages_are_counted_back_from_the_newest_event_of_any_kind(tmp_path):
    rows = [
        event("2026-01-01T00:00:00Z", 1, text="too long"),
        event("2026-01-03T02:00:00+02:00", 2, dimension="safety", text="too long"),
        event("2026-01-08", 3, "thumb", value="up"),
        event("2026-01-01T00:00:00Z", 1, text="too long"),
    ]
    found = read(write(tmp_path / "f.jsonl", rows), WEIGHTS)
    assert found == [Complaint("u", 7.0, ("brevity",)), Complaint("u", 5.0, ("safety",))]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (event(None), "at"),
        (event("soon"), "at"),
        ({"kind": "complaint"}, "event_id"),
        (event("2026-01-01", kind="shout"), "kind"),
    ],
)
def test_rows_that_are_no_feedback_or_have_no_time_are_refused(tmp_path, row, field):
    with pytest.raises(InputError) as caught:
        read(write(tmp_path / "f.jsonl", [row]), WEIGHTS)
    assert (caught.value.place, caught.value.field) == ("line 1", field)


def test_a_misspelt_dimension_is_refused_and_one_that_has_no_weight_is_not(tmp_path):
    rows = [event("2026-01-01", 1, dimension="creativity"), event("2026-01-01", 2, "thumb", dimension="safty")]
    assert len(read(write(tmp_path / "f.jsonl", rows), WEIGHTS)) == 1
    rows.append(event("2026-01-01", 3, dimension="safty"))
    with pytest.raises(InputError, match='write "safety"') as caught:
        read(write(tmp_path / "f.jsonl", rows), WEIGHTS)
    assert (caught.value.place, caught.value.field) == ("line 3", "dimension")
