"""What became of one prompt: records, and drops with their reasons; every unit of work ends as one or the other."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from prefdata.calls.request import CallError, StopError
from prefdata.records import Drop, Recorded

STAGE = "generate"
GENERATED: tuple[Recorded, ...] = ("candidate", "rating", "vote", "claim", "verdict", "stratum")
Row = dict[str, Any]
Made = TypeVar("Made")


@dataclass
class Outcome:
    """begun = done + len(drops): no unit is lost."""

    prompt_id: str
    rows: dict[Recorded, list[Row]] = field(default_factory=lambda: {kind: [] for kind in GENERATED})
    drops: list[Drop] = field(default_factory=list)
    begun: int = 0
    done: int = 0

    async def unit(self, kind: Recorded, names: tuple[str, ...], who: str, work: Awaitable[Made]) -> Made | None:
        """Do a unit of work that will be kept or dropped; one that fails is a drop with its reason."""
        self.begun += 1
        try:
            return await work
        except StopError:
            raise
        except CallError as error:
            self.drop(error.reason, kind, names, f"{who}: {error.detail}")
            return None

    def keep(self, kind: Recorded, rows: list[Row]) -> None:
        """Note the records of one unit."""
        self.done += 1
        self.rows[kind] += [{"prompt_id": self.prompt_id, **row} for row in rows]

    def keep_unasked(self, kind: Recorded, rows: list[Row]) -> None:
        """The same for a unit that needed nobody and could not fail."""
        self.begun += 1
        self.keep(kind, rows)

    def note(self, kind: Recorded, rows: Iterable[Row]) -> None:
        """Records of why units ended as they did."""
        self.rows[kind] += [{"prompt_id": self.prompt_id, **row} for row in rows]

    def refuse(self, reason: str, kind: Recorded, name: str | None, detail: str) -> None:
        """A unit that is not begun at all."""
        self.begun += 1
        self.drop(reason, kind, (name,) if name else (), detail)

    def refuse_pair(self, reason: str, pair: tuple[str, str], detail: str) -> None:
        """A vote that is not given."""
        self.begun += 1
        self.drop(reason, "vote", pair, detail)

    def retract(self, reason: str, name: str, detail: str) -> None:
        """A candidate that was kept becomes a drop."""
        self.rows["candidate"] = [row for row in self.rows["candidate"] if row["candidate_id"] != name]
        self.done -= 1
        self.drop(reason, "candidate", (name,), detail)

    def rename(self, old: str, new: str) -> None:
        """What was rated as one candidate was rated as another that says the same."""
        for row in self.rows["rating"]:
            row["candidate_id"] = new if row["candidate_id"] == old else row["candidate_id"]
        self.drops = [drop._replace(a=new) if (drop.kind, drop.a) == ("rating", old) else drop for drop in self.drops]

    def drop(self, reason: str, kind: Recorded, names: tuple[str, ...], detail: str) -> None:
        a, b = names if len(names) == 2 else (names[0] if names else None, None)
        self.drops.append(Drop(STAGE, reason, kind, self.prompt_id, a, b, detail=detail))
