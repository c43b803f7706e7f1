"""A bar that counts the rows of a file while they are read, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from prefdata.sources.imports.intake import Chunk, Intake


def watched(intake: Intake) -> Iterator[Chunk]:
    """The chunks of an intake, as they come."""
    if not sys.stderr.isatty():
        yield from intake.chunks()
        return
    from tqdm import tqdm

    with tqdm(desc=f"reading {intake.name}", unit=" rows", unit_scale=True, leave=False) as bar:
        for chunk in intake.chunks():
            bar.update(intake.rows - bar.n)
            yield chunk
