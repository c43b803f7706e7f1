"""How votes become labels: the settings, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Labels:
    """conflicts, cycles: see `labels.handling`; merge_repeats: a judge's equal votes on a pair count once.

    trust: what judges are worth, a file of which `trust_hash` is the sha256; without it all count alike.
    """

    conflicts: str = "majority"
    cycles: str = "repair"
    merge_repeats: bool = False
    trust: Path | None = None
    trust_hash: str = ""

    @property
    def identity(self) -> list[object]:
        """What labels depend on, wherever the file lies."""
        return [self.conflicts, self.cycles, self.merge_repeats, self.trust_hash]
