"""A prompt's messages → the text by which it is compared, and the frame in which that is asked.

Folding takes away what does not change a question, in this order:
  superscripts and subscripts become ^ and _ with the plain sign (5² is not 52)
  Unicode's NFKC, and curly apostrophes become straight ones
  case (`str.casefold`)
  characters that are not seen: soft hyphens, zero-width and direction marks, variation selectors
  sentence punctuation . , ; : ! ? 。 、 · and quotation marks become white space. What stands inside a word or a number
  stays (3.5, e.g, don't, .5, 5!), and so does every other sign, because code and formulas mean something by it
  runs of white space become one space, and none beside a Chinese or Japanese character
A text of nothing else but punctuation keeps it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

from prefdata.keys import canonical_json

TURN = "\n"  # between the turns of a folded text, which has no other line breaks
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
WORD = f"[^\\W_{CJK}]"  # a letter or digit of a script that parts its words by spaces
SUPERSCRIPT = re.compile("[\u00b2\u00b3\u00b9\u2070-\u207f]")
SUBSCRIPT = re.compile("[\u2080-\u209c]")
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
PUNCTUATION = re.compile(
    rf"(?<![0-9])!(?!{WORD})|[.,;:?](?!{WORD})|(?<!{WORD})[.,;:!?](?![0-9])|[\0。、·\"“”„«»‹›「」『』《》〈〉]"
)
NUMBER = re.compile(r"\d+(?:\.\d+)?")
SPACES_OF_CJK = re.compile(f"(?<=[{CJK}]) | (?=[{CJK}])")


class Compared(NamedTuple):
    """text: the folded turns, one a line. frame: what surrounds them, such as a system message; two prompts that differ
    in it ask different things by the same words."""

    text: str
    frame: str

    @property
    def turns(self) -> int:
        return self.text.count(TURN) + 1

    @property
    def numbers(self) -> str:
        """Those in the text, in their order: another number is another question, however like the words are."""
        return " ".join(NUMBER.findall(self.text))


def compared(messages: Sequence[dict[str, Any]], style: tuple[str, str] | None = None) -> Compared:
    """style: its name and the instruction that was added to the last message; neither makes prompts alike or unlike."""
    said = [message["content"] for message in messages if message["role"] != "system"]
    system = [folded(message["content"]) for message in messages if message["role"] == "system"]
    if style and said:
        said[-1] = said[-1].removesuffix(f"\n\n{style[1]}")
    if not said:  # nobody asks anything; the frame is all there is
        return Compared(TURN.join(system), "")
    frame = canonical_json([system, style and style[0]]) if system or style else ""
    return Compared(TURN.join(map(folded, said)), frame)


def folded(text: str) -> str:
    """Equal for two texts that say the same in the same words."""
    plain = text if text.isascii() else _plain(text)
    plain = plain.casefold()
    words = _spaced(PUNCTUATION.sub(" ", plain))
    return words or _spaced(plain)


def _plain(text: str) -> str:
    text = SUPERSCRIPT.sub(r"^\g<0>", SUBSCRIPT.sub(r"_\g<0>", text))
    text = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'")
    return UNSEEN.sub("", text)


def _spaced(text: str) -> str:
    words = " ".join(text.split())
    return words if words.isascii() else SPACES_OF_CJK.sub("", words)
