"""Tags by rules, one a file: nobody is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.strata.rules.image_type import image_type
from prefdata.strata.rules.language import languages
from prefdata.strata.rules.question_type import question_types
from prefdata.strata.rules.task import OF_TYPE, tasks

__all__ = ["MAKERS", "Shown"]


@dataclass(frozen=True)
class Shown:
    """Of P prompts, what rules look at.

    text [P]: what the user says last; with_image: bool [P]; question_type [P]: as others have it, or null;
    pictures: gives the file of each one's first picture that can be used, or None.
    """

    text: pa.Array
    with_image: np.ndarray
    question_type: pa.Array
    pictures: Callable[[], Sequence[Path | None]]


def _question_types(shown: Shown) -> pa.Array:
    return question_types(shown.text, shown.with_image)


def _tasks(shown: Shown) -> pa.Array:
    """By the question types that are known, where they are ours."""
    ours = pc.is_in(shown.question_type, pa.array(list(OF_TYPE))).to_numpy(zero_copy_only=False)
    types = np.array(shown.question_type.to_pylist(), object)
    row = pa.array(np.flatnonzero(~ours))
    types[~ours] = question_types(shown.text.take(row), shown.with_image[~ours]).to_pylist()
    return tasks(pa.array(types, pa.string()))


def _languages(shown: Shown) -> pa.Array:
    return languages(shown.text)


def _image_types(shown: Shown) -> pa.Array:
    """Null where there is no picture."""
    return pa.array([image_type(picture) if picture else None for picture in shown.pictures()], pa.string())


# Tag → its values of P prompts, null where there is none; the names are settings.BY_RULES.
MAKERS: dict[str, Callable[[Shown], pa.Array]] = {
    "question_type": _question_types,
    "task": _tasks,
    "language": _languages,
    "image_type": _image_types,
}
