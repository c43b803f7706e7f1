"""Which tags are made, and by whom: the settings, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

from prefdata.models import ModelJudge

BY_RULES = ("question_type", "task", "language", "image_type")
# What selection measures of pairs and calls so: no tag of a prompt may have such a name.
OF_PAIRS = ("source", "rejected_source", "error_type", "length", "evidence")
IMAGE_TYPE = "image_type"


@dataclass(frozen=True, eq=False)
class Stratum:
    """A tag that prompts get where they have none of its name.

    by: "rules", or "model": then `model` is asked which of `values` (value → meaning) fits.
    """

    tag: str
    by: str = "rules"
    values: dict[str, str] = field(default_factory=dict)
    model: ModelJudge | None = None

    @property
    def identity(self) -> list[object]:
        return [self.tag, self.by, self.values, self.model and self.model.identity]
