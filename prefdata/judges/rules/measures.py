"""Measures: what a text is like, without saying that it is good. They are reported and compared, never voted on."""

from __future__ import annotations

import re

from prefdata.judges.rules.phrases import one_of
from prefdata.judges.rules.prose import han_share, prose, sentences, words
from prefdata.judges.rules.text import Finding, Text

CERTAIN = re.compile(
    one_of(r"""
        \b(?:certainly|definitely|undoubtedly|unquestionably|clearly|obviously|absolutely|surely|of course|indeed)\b
        \b(?:in fact|without (?:a )?doubt|no doubt|always|never|must be|guaranteed?|proves?|proven|everyone knows)\b
        \b(?:I am|I'm) (?:sure|certain)\b / \bit is (?:clear|certain|obvious|well known)\b
        肯定 / (?<!不)一定 / 必然 / 必定 / 毫无疑问 / 无疑 / 显然 / 当然 / 绝对 / 毋庸置疑 / 事实上 / 的确
        确实 / 众所周知
    """),
    re.I,
)
HEDGED = re.compile(
    one_of(r"""
        \b(?:may|might|could|perhaps|maybe|possibly|probably|likely|unlikely|seems?|seemed|appears? to|suggests?)\b
        \b(?:unclear|generally|usually|typically|often|sometimes|approximately|roughly|around|tends? to)\b
        \b(?:it depends|not sure)\b / \bI (?:think|believe|guess|suppose)\b
        \b(?:in my opinion|it is possible|as far as I know)\b
        可能 / 也许 / 或许 / 大概 / 似乎 / 好像 / 看起来 / 应该是 / 通常 / 一般来说
        往往 / 有时 / 大约 / 左右 / 据说
        据我所知 / 不确定 / 我认为 / 我觉得 / 不一定 / 未必 / 倾向于
    """),
    re.I,
)


def length(given: Text) -> Finding | None:
    """Characters, without white space around the text."""
    return Finding(float(len(given.text.strip())))


def word_count(given: Text) -> Finding | None:
    """Words; a Chinese character counts as one."""
    return Finding(float(len(words(given.text))))


def sentence_length(given: Text) -> Finding | None:
    """Mean words a sentence (Chinese characters in Chinese), of the prose alone."""
    found = sentences(given.text)
    if not found:
        return None
    unit = "characters" if han_share(prose(given.text)) > 0.5 else "words"
    return Finding(sum(len(words(sentence)) for sentence in found) / len(found), f"{unit} in {len(found)} sentences")


def confident_tone(given: Text) -> Finding | None:
    """How sure a text sounds: 1 if every sentence is certain, 0 if every one hedges, .5 if neither or as many.

    (1 + (certain − hedging) / sentences) / 2; a sentence that does both counts as neither.
    """
    found = [sentence.replace("’", "'") for sentence in sentences(given.text)]
    if not found:
        return None
    certain = sum(bool(CERTAIN.search(sentence)) for sentence in found)
    hedging = sum(bool(HEDGED.search(sentence)) for sentence in found)
    return Finding(
        (1 + (certain - hedging) / len(found)) / 2, f"{certain} certain and {hedging} hedging of {len(found)} sentences"
    )
