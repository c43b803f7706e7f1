"""The errors a user can mend, worded so that they can: where, what, and what to do."""

from __future__ import annotations

from dataclasses import dataclass


class PrefdataError(Exception):
    """Anything a user can put right; the CLI prints it and exits with 2."""


@dataclass
class InputError(PrefdataError):
    """A fault in the input, named by file, place and field, with its remedy.

    `place` is "line 3" for text files and "row 3" (counted from 1) for tables.
    `reason` is the short name under which a dropped row is counted.
    """

    file: str
    problem: str
    remedy: str
    place: str | None = None
    field: str | None = None
    reason: str = "bad_row"

    def __str__(self) -> str:
        where = ", ".join(filter(None, [self.file, self.place, self.field and f'field "{self.field}"']))
        return f"{where}: {self.problem}. To mend it: {self.remedy}."
