"""`no_boilerplate`: does the answer speak of itself as a machine ("As an AI language model, I …")?

A phrase in quotation marks is talked about, not said. Where the prompt says it, or asks who is speaking, it is the
topic, and the check does not apply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from prefdata.judges.rules.phrases import one_of
from prefdata.judges.rules.prose import quoted
from prefdata.judges.rules.text import GOOD, Finding, Text, bad, shown

MACHINE = (
    r"(?:AI|A\.I\.|artificial intelligence|language model|LLM|chat ?bot|(?:virtual|digital) assistant)"
    r"(?: (?:language|large|chat|virtual|digital|text|model|assistant|chatbot|bot|system|program|entity|LLM|AI)){0,3}"
    r"(?:,? (?:created|developed|trained|designed|made) by [A-Z]\w+(?: AI)?)?"
)
MANNER = r"(?:[\w-]+(?:,| and|,? but)? ){0,5}?"
""" "a responsible and ethical", "just a helpful" …"""
BEGIN = r"(?<!\w)(?<![\w,;] )(?<!\w  )"
WITHIN = r"(?:(?<=[,;—] )|(?<=but )|(?<=and )|(?<=that )|(?<=because )|(?<=since ))"
WITHOUT = r"(?: without [^,.\n]{1,60})?"
CANNOT = r"(?:do not|don't|cannot|can't)\b"
ENGLISH = re.compile(
    one_of(rf"""
        (?:{BEGIN}As|{WITHIN}as) (?:an? |your ){MANNER}{MACHINE}{WITHOUT}(?=\s*[,;]|\s+(?:I|it is|it's|my)\b)
        \b(?:I'm|I am) (?:just|only|merely|simply) (?:an? )?{MANNER}{MACHINE}\b
        \b(?:I'm|I am) an? {MANNER}{MACHINE}(?=,? (?:and|so|but)\b[^.!?\n]{{0,20}}(?:not|n't|unable|cannot|no)\b)
        \b(?:I'm|I am) an? {MANNER}{MACHINE}(?=, I {CANNOT})
        \b(?:I'm|I am) an? {MANNER}(?:AI|language model)\b[\w ]{{0,20}} (?:created|developed|trained|made) by [A-Z]
        \b[Ss]ince (?:I'm|I am) an? {MANNER}{MACHINE}\b
    """)
)
MACHINE_ZH = (
    r"(?:AI|人工智能|大型语言模型|大语言模型|语言模型|智能助手|聊天机器人|虚拟助手|机器人)"
    r"(?:大?语言模型|模型|助手|助理|程序|系统|聊天机器人|机器人|技术|语言)*"
)
ONE_ZH = r"(?:一[个名位款种台]|[您你]的)?(?:[^，。！？\s]{0,8}的|基于[^，。！？\s]{0,12}|大型|虚拟)?\s*"
CHINESE = re.compile(
    one_of(rf"""
        作为{ONE_ZH}{MACHINE_ZH}\s*[，,]?\s*(?:我|本助手|本模型|无法|不能)
        我(?:只|仅仅?|仅仅只)是{ONE_ZH}{MACHINE_ZH}
        我作为{ONE_ZH}{MACHINE_ZH}
        我是{ONE_ZH}{MACHINE_ZH}[，,](?:所以|因此)?我?(?:无法|不能|没有|不会|并不|不具)
    """)
)
YOU = r"\b(?:are|is|r) (?:you|u|this)\b[^.?!\n]{0,40}\b"
ASKS_WHO = re.compile(
    one_of(rf"""
        \b(?:who|what) (?:are|made|created|built|trained) you\b / \b(?:your|ur) name\b / \bwhat(?:'s| is) you\b
        {YOU}(?:AI|robot|bot|machine|human|chat ?bot|person|real|conscious|sentient|alive)\b
        \bcan you (?:\w+ ){{0,2}}?(?:feel|think|dream)\b
        \bdo you (?:feel|dream|have (?:\w+ ){{0,2}}?(?:emotions?|feelings|consciousness))\b
        你是谁 / 你叫什么 / 介绍一下你自己 / 你有[^。？\n]{{0,6}}(?:感情|情感|意识)
        你是不?是?[^。？\n]{{0,10}}(?:AI|人工智能|机器人|人类|真人|模型)
    """),
    re.I,
)


def no_boilerplate(given: Text) -> Finding | None:
    """0 for an answer that presents itself as a machine."""
    if not given.text.strip() or ASKS_WHO.search(given.prompt) or any(_phrases(given.prompt)):
        return None
    said = next((found[0] for found in _phrases(given.text) if not quoted(given.text, found.start())), None)
    return bad(f"says {shown(said)}") if said else GOOD


def _phrases(text: str) -> Iterator[re.Match[str]]:
    """Such phrases, said or quoted."""
    text = text.replace("’", "'")
    yield from ENGLISH.finditer(text)
    yield from CHINESE.finditer(text)
