"""When two prompts are the same, and what they must not overlap with: the settings, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Dedup:
    """text: least Jaccard similarity of shingles, None for equal texts alone. image: most bits in which perceptual
    hashes differ, None: pictures are not compared. embedding: a model's folder or name. against: benchmark files, of
    which `hashes` has the sha256. overlap: the share of a prompt's 8-grams from which it is left out.
    """

    text: float | None = 0.8
    image: int | None = 4
    embedding: str | None = None
    cosine: float = 0.95
    against: tuple[Path, ...] = ()
    overlap: float = 0.5
    hashes: tuple[str, ...] = field(default=())

    @property
    def identity(self) -> list[object]:
        return [self.text, self.image, self.embedding, self.cosine, self.overlap, self.hashes]
