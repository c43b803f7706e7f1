"""How often people choose the longer response, from a file of their labels with the texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.audit import Audit, audit
from prefdata.errors import InputError
from prefdata.labels.coding import block, spans
from prefdata.labels.comparisons import Comparisons, compare
from prefdata.selection.length import FEW
from prefdata.strata.rules import MAKERS, Shown
from prefdata.strata.rules.question import last_asked


class Rates(NamedTuple):
    """Of all pairs that were decided and have texts of different length; by_value: of prompts with a value of a tag."""

    rate: float
    by_value: dict[str, float]


class _Pairs(NamedTuple):
    """Decided pairs with texts of different length: of which prompt, and whether the longer one wins."""

    prompt: np.ndarray
    wins: np.ndarray


def longer_wins(path: Path, by: str | None = None, by_rules: bool = False) -> Rates:
    """Read a file in any format of the inputs. Raises InputError where it has no such pairs, or no prompt has the tag.

    by_rules: rules give the tag to prompts that do not have it. Values with fewer than FEW pairs have no rate of their
    own.
    """
    known = audit([path])
    parts = [_pairs(known, compare(block(known.votes, *span))) for span in spans(known.votes)]
    prompt = np.concatenate([np.empty(0, object), *(part.prompt for part in parts)])
    wins = np.concatenate([np.empty(0, bool), *(part.wins for part in parts)])
    if not len(wins):
        remedy = "name a file of labels with their responses"
        raise InputError(str(path), "no label is on two responses of different length", remedy)
    by_value = _by_value(_values(path, known.evidence.prompt, by, by_rules), prompt, wins) if by else {}
    return Rates(float(np.mean(wins)), by_value)


def _pairs(known: Audit, found: Comparisons) -> _Pairs:
    length = known.locator.lengths(found.votes)
    if length is None:
        return _Pairs(np.empty(0, object), np.empty(0, bool))
    pairs, first = found.pairs, found.votes.first[found.pairs.prompt]
    gap = length[first + pairs.low] - length[first + pairs.high]
    counts = ~np.isnan(gap) & (gap != 0) & (found.label != 0)
    names = np.array(found.votes.prompt_ids.to_pylist(), object)
    return _Pairs(names[pairs.prompt[counts]], np.sign(gap[counts]) == found.label[counts])


def _by_value(values: dict[str, str | None], prompt: np.ndarray, wins: np.ndarray) -> dict[str, float]:
    own = np.array([values.get(name) for name in prompt], object)
    counts = {value: int((own == value).sum()) for value in sorted(filter(None, set(own)))}
    return {value: float(wins[own == value].mean()) for value, count in counts.items() if count >= FEW}


def _values(path: Path, prompts: pa.Table, by: str, by_rules: bool) -> dict[str, str | None]:
    """The value of the tag, by prompt_id."""
    found = [json.loads(text or "{}").get(by) for text in prompts["tags"].to_pylist()]
    if by_rules:
        found = [given or made for given, made in zip(found, _made(prompts, by), strict=True)]
    if not any(found):
        problem, remedy = f'no prompt of it has the tag "{by}"', "tag them, or leave `by` out"
        raise InputError(str(path), problem, remedy, None, "selection.length.by")
    return dict(zip(prompts["prompt_id"].to_pylist(), found, strict=True))


def _made(prompts: pa.Table, tag: str) -> list[str | None]:
    """What rules make of the prompts' words; pictures are not looked at."""
    messages, count = prompts["messages"].combine_chunks(), len(prompts)
    with_image = pc.fill_null(pc.greater(pc.list_value_length(prompts["images"]), 0), False)
    shown = Shown(last_asked(messages), with_image.to_numpy(), pa.nulls(count, pa.string()), lambda: [None] * count)
    return MAKERS[tag](shown).to_pylist()
