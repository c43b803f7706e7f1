"""`task`: the broad class of what is asked, which follows from `question_type`.

The classes are those of LLaVA's data (Liu et al. 2023, "Visual instruction tuning", section 3: conversation, detailed
description, complex reasoning), where questions about kinds of objects, numbers, places and what is done belong to
conversation; and one more for writing.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

OTHER = "other"
TASKS = {
    "description": ("describe",),
    "reasoning": ("reason", "compare", "math", "code"),
    "dialogue": (
        "identify", "count", "attribute", "locate", "read", "yes_no", "factual", "advice", "dialogue",
    ),
    "creative": ("creative",),
    OTHER: ("summarise", "translate", "rewrite", "classify", "other"),
}  # fmt: skip
OF_TYPE = {question_type: task for task, types in TASKS.items() for question_type in types}


def tasks(question_types: pa.Array) -> pa.Array:
    """The task of each question type [P]; `other` for a type that is not one of ours."""
    coded = question_types.dictionary_encode()
    names = [OF_TYPE.get(name, OTHER) for name in coded.dictionary.to_pylist()]
    return pc.fill_null(pa.array(names, pa.string()).take(coded.indices), OTHER)
