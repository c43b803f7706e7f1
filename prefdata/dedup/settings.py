"""When two prompts are the same, and what they must not overlap with: the settings, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Dedup:
    """text: least Jaccard similarity of shingles, None for equal texts alone. image: most bits in which perceptual
    hashes differ, None for equal files alone. embedding: a model's folder or its name on the hub, of which `revision`
    names the weights; cosine: least cosine of two embeddings. against: benchmark files, `names` as the config gives
    them and `hashes` their sha256; overlap: the share of a prompt's 8-grams above which it is left out.
    """

    text: float | None = 0.8
    image: int | None = 4
    embedding: str | None = None
    revision: str | None = None
    cosine: float = 0.95
    against: tuple[Path, ...] = ()
    names: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    overlap: float = 0.5

    @property
    def identity(self) -> list[object]:
        """What signatures depend on, and what is made of them; not where the files lie."""
        return [self.text, self.image, self.revision, self.cosine, self.names, self.hashes, self.overlap]
