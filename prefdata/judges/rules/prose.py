"""The prose in a text: what is left without code, formulae, tables, addresses and marks; its sentences and words."""

from __future__ import annotations

import re
from functools import lru_cache

HAN = "㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"
KANA = "぀-ヿ"
HELD = "\ufffc"
"""Stands where code, a formula or an address was: no letter, no mark, so that no rule sees anything in it."""

FENCE = re.compile(r"^[ \t>]*(?:`{3,}|~{3,}).*?(?:^[ \t>]*(?:`{3,}|~{3,})[ \t]*$|\Z)", re.M | re.S)
INLINE = re.compile(
    r"`[^`\n]+`"  # code
    r"|\$\$[^$]{1,2000}\$\$|\$[^$\s](?:[^$\n]{0,200}[^$\s])?\$(?!\d)"  # formulae; "$5 and $6" is none
    r"|\\\([^\n]{1,500}?\\\)|\\\[.{1,2000}?\\\]"
    r"|!?\[[^\]\n]{0,200}\]\((?:[^()\s]|\([^()\s]{0,100}\)){1,500}\)"  # links and images
    r"|(?:https?://|www\.)(?:[^\s<>\"()）】」，。]|\([^()\s]{0,100}\))+"
    r"|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+"
    r"|</?[a-zA-Z][^<>\n]{0,200}>"  # HTML
    r"|(?:(?<=[.!?\"”] )|^)\*(?![*\s])[^*\n]{2,200}\*(?!\*)",  # what an actor does: *bows*
    re.S | re.M,
)
TABLE = re.compile(r"^[^\n|]*\|[^\n]*\|[^\n]*$", re.M)
MARKER = re.compile(
    r"^[ \t]*(?:[-*+•·●○▪◦–—#>]+"
    r"|\(?(?:\d{1,3}[.)、:](?!\d)|(?:[A-Za-z]|[ivx]{1,4})[.)、:](?=\s))|[一二三四五六七八九十]{1,3}、)[ \t]*",
    re.M,
)
EMPHASIS = re.compile(r"\*{1,3}|(?<!\w)_{1,3}|_{1,3}(?!\w)|~~")
WORD = re.compile(rf"[{HAN}{KANA}]|[^\W_{HAN}{KANA}]+(?:['’\-][^\W_{HAN}{KANA}]+)*")
SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？…]+[”’」』）]*")
ABBREVIATION = re.compile(r"\b(?:Mrs?|Ms|Dr|St|vs|e\.g|i\.e|No|[JS]r|Prof|vol|pp|[Ff]ig|approx|al|[A-Z])$")


@lru_cache(maxsize=8)  # several checks look at the same text, one after the other
def prose(text: str) -> str:
    """The text without what is not prose. Lines stay lines; markers of lists and headings go."""
    text = FENCE.sub(HELD, text)
    text = INLINE.sub(HELD, text)
    text = TABLE.sub("", text)
    return EMPHASIS.sub("", MARKER.sub("", text))


@lru_cache(maxsize=8)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text's prose; a line that ends without a mark is one too."""
    found = []
    for line in prose(text).split("\n"):
        start = 0
        for end in SENTENCE_END.finditer(line):
            if end[0] == "." and ABBREVIATION.search(line, max(0, end.start() - 8), end.start()):
                continue
            found.append(line[start : end.end()].strip())
            start = end.end()
        found.append(line[start:].strip())
    return tuple(sentence for sentence in found if WORD.search(sentence))


def words(text: str) -> list[str]:
    """Words; each Chinese character or Japanese kana counts as one."""
    return WORD.findall(text)


def han_share(text: str) -> float:
    """The share of Chinese characters and kana among a text's words."""
    found = words(text)
    return sum(is_han(word) for word in found) / len(found) if found else 0.0


def is_han(word: str) -> bool:
    """Whether a word (as `words` gives it) is a Chinese character or kana."""
    first = word[0]
    return "㐀" <= first <= "鿿" or "぀" <= first <= "ヿ" or "豈" <= first <= "﫿" or first >= "\U00020000"


def quoted(text: str, at: int) -> bool:
    """Whether a position lies in quotation marks (looked for in its paragraph)."""
    before = text[text.rfind("\n", 0, at) + 1 : at]
    if before.count('"') % 2:
        return True
    return any(before.count(mark) > before.count(end) for mark, end in ("“”", "「」", "『』", "《》"))
