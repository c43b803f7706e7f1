"""Slips in Chinese prose that hardly any reading excuses: doubled marks and particles, spaces before marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prefdata.judges.rules.phrases import one_of
from prefdata.judges.rules.prose import HAN
from prefdata.judges.rules.punctuation import unbalanced

SLIP = re.compile(
    one_of(rf"""
        ，[，。、；] / (?<!。)。[，、；。](?!。) / 、[、，。；] / ；[；，。]
        (?<=[{HAN}])[ \t]+[，。、；！？](?=[{HAN}])
        (?<![目标靶的有])的的(?![确士话的]) / (?:正在|存在)在(?!线|场|职|校|乎)
        (?<=[我你他她它们])的得(?![到意分失力])
    """)
)
"""。。。 is an ellipsis in letters; 目的的 and 的的确确 are words."""


def chinese_errors(text: str) -> Iterator[str]:
    """Slips in a text's prose."""
    yield from unbalanced(text)
    for found in SLIP.finditer(text):
        yield text[max(0, found.start() - 4) : found.end() + 4].strip()
