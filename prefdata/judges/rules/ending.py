"""`not_empty` and `complete`: is there an answer, and does it end where its writer meant to end?"""

from __future__ import annotations

import re

from prefdata.judges.rules.prose import is_han, words
from prefdata.judges.rules.text import GOOD, Finding, Text, bad, shown

CUT = {"length", "max_tokens", "model_length", "content_filter"}
ENDED = {"stop", "end_turn", "eos", "eos_token", "stop_sequence", "tool_calls", "function_call"}
LONG = 30
"""Words from which a text without an end mark can be called cut: shorter ones are often bare answers."""
RUNNING, RUNNING_ZH = 6, 16
"""Words (Chinese characters) from which a last line is a running sentence, not an item, a signature or a title."""

FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})[ \t]*(\S*)", re.M)
MARKED = re.compile(r"[.!?。！？…;；:：][\"'”’)）\]*_]*$")
ITEM = re.compile(r"^[ \t]*(?:[-*+•·●#>|]|\(?(?:\d{1,3}|[A-Za-z])[.)、:])\s*")
TAG_OR_ADDRESS = re.compile(r"(?:^|\s)(?:#|https?://|www\.)\S+$")
HANGING = re.compile(
    r"(?:^|\s)(?:the|a|an|and|or|of|because|than|which|whose|who|their|your|our|my|into|is|are|was|were|am|be|such|as|from"
    r"|to|for|in|on|at|by|with|I|we|they|he|she|has|have)$"
)
"""Words a sentence hardly ever ends with."""
HANGING_ZH = re.compile(r"(?:(?<![目是好真])的|[和与及或但而被把])$")
SMILEY = re.compile(r"[:;=]['-]?[(\[]")
WIDE = str.maketrans("（）【】", "()[]")
BRACKETS = {"(": ")", "[": "]", "“": "”", "「": "」", "《": "》"}


def not_empty(given: Text) -> Finding | None:
    """0 for a text without a single letter, digit or sign."""
    return GOOD if given.text.strip() else bad("is empty")


def complete(given: Text) -> Finding | None:
    """0 for a text that was cut off: the server says so, or (where nothing is known) its ending does.

    .5 for a long text whose last sentence merely lacks its end mark: most are cut, some writers forget it.
    """
    text = given.text.rstrip()
    if not text:
        return None
    if given.finish in CUT:
        return bad(f"was cut off ({given.finish})")
    return GOOD if given.finish in ENDED else _by_ending(text)


def _by_ending(text: str) -> Finding:
    last = text[text.rfind("\n") + 1 :]
    end = shown(last[-40:])
    if _open_code(text):
        return bad("ends in an open code block")
    if _open_bracket(last):
        return bad(f"ends in an open bracket or quotation: {end}")
    told = words(text)
    if len(told) < LONG or TAG_OR_ADDRESS.search(last):
        return GOOD
    if last[-1] in ",，、":
        return bad(f"ends with a comma: {end}") if len(words(last)) >= RUNNING else GOOD
    if not last[-1].isalpha():  # an end mark, a closed bracket, a number, a smiley
        return GOOD
    return _without_mark(text, last, told[-1], end)


def _without_mark(text: str, last: str, word: str, end: str) -> Finding:
    """A long text that ends with a letter. Poems, lists and drafts without end marks are whole."""
    han = is_han(word)
    if len(words(ITEM.sub("", last))) < (RUNNING_ZH if han else RUNNING) or not _lines_end_in_marks(text, last):
        return GOOD
    if (HANGING_ZH if han else HANGING).search(last):
        return bad(f"ends in the middle of a sentence: {end}")
    return Finding(0.5, f"ends without an end mark: {end}")


def _open_code(text: str) -> bool:
    """Whether a code block is open at the end. A sentence or a bare fence at the end says that the writer was done."""
    opened = ""
    for fence, info in FENCE.findall(text):
        if not opened:
            opened = fence
        elif not info and fence.startswith(opened):
            opened = ""
    return bool(opened) and not re.search(r"[.!?。！？][^\w`~]*\Z|^[ \t>]*[`~]{3,}\Z", text[-200:], re.M)


def _open_bracket(line: str) -> bool:
    """Whether the line's last bracket or curly quote is never closed."""
    line = SMILEY.sub("", line.translate(WIDE))
    at = max(line.rfind(mark) for mark in BRACKETS)
    return at >= 0 and BRACKETS[line[at]] not in line[at:] and not line.endswith((".", "!", "?", "。"))


def _lines_end_in_marks(text: str, last: str) -> bool:
    """Whether the writer ends lines of the last one's kind (items, paragraphs) with a mark."""
    item = bool(ITEM.match(last))
    alike = [line for line in text.split("\n")[:-1] if line.strip() and bool(ITEM.match(line)) == item]
    alike = [line for line in alike if len(words(line)) >= RUNNING]
    if not alike:
        return not item and bool(re.search(r"[.!?。！？]\s*\S", last))
    return sum(bool(MARKED.search(line.rstrip())) for line in alike) > len(alike) / 2
