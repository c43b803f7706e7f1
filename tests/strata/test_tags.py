"""Tags from several hands: what is given stands, what is made says by whom."""

from __future__ import annotations

import json

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.strata.tags import Given, Made, combined

VALUES = st.one_of(st.none(), st.sampled_from(["count", "read", "數"]))
GIVEN = st.one_of(st.none(), st.dictionaries(st.sampled_from(["topic", "type", "scene"]), st.sampled_from("abc")))


def array(values: list[str | None]) -> pa.Array:
    return pa.array(values, pa.string())


@settings(deadline=None)
@given(st.lists(st.tuples(GIVEN, VALUES, VALUES), max_size=12))
def test_given_tags_stand_above_made_ones_and_all_say_who_gave_them(rows):
    texts = array([None if own is None else json.dumps(own, indent=1) for own, _, _ in rows])
    names = array([f"p{n}" for n in range(len(rows))])
    made = [Made("type", array([one for _, one, _ in rows]), "a-model"),
            Made("task", array([other for _, _, other in rows]), "rules")]  # fmt: skip
    tags = combined(names, Given(texts), made)
    assert tags.prompt_id.equals(names)
    for (own, one, other), text, origin in zip(rows, tags.text.to_pylist(), tags.origin.to_pylist(), strict=True):
        wanted = {tag: (value, "given") for tag, value in (own or {}).items()}
        for tag, value, by in (("type", one, "a-model"), ("task", other, "rules")):
            if value is not None and tag not in wanted:
                wanted[tag] = (value, by)
        assert json.loads(text) == {tag: value for tag, (value, _) in wanted.items()}
        assert json.loads(origin) == {tag: by for tag, (_, by) in wanted.items()}


def test_a_prompt_that_is_not_there_has_no_tags_and_of_doubles_the_first_counts():
    tags = combined(array(["p", "q", "p"]), Given(array(['{"t":"1"}', None, '{"t":"2"}'])), [])
    assert [column.to_pylist() for column in tags.of(array(["q", "x", "p"]))] == [
        ["{}", "{}", '{"t":"1"}'],
        ["{}", "{}", '{"t":"given"}'],
    ]
