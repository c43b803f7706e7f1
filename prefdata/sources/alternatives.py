"""What a word can be changed into so that a claim becomes false, in the form and with the article that fit its place.

The words are those of prefdata/claims/words/alternatives.txt.
"""

from __future__ import annotations

import re
from functools import cache

from prefdata.claims import inflection, lexicon
from prefdata.sources.corrupting import Edit

ARTICLE_BEFORE = re.compile(r"\b(an?)\s+$", re.IGNORECASE)


@cache
def _sections() -> dict[str, dict[str, tuple[str, ...]]]:
    sections: dict[str, dict[str, tuple[str, ...]]] = {}
    for line in lexicon.lines("alternatives"):
        if line.startswith("["):
            entries = sections.setdefault(line.strip("[]"), {})
        else:
            word, _, rest = line.partition(":")
            entries[word] = tuple(other.strip() for other in rest.split(","))
    return sections


def section(name: str) -> dict[str, tuple[str, ...]]:
    """Word → alternatives, of one kind."""
    return _sections()[name]


def verb_alternatives(kind: str, word: str) -> tuple[str, ...]:
    """The alternatives of a verb in the form in which it stands."""
    for base, rest in section("forms").items():
        forms = (base, *rest)
        if word in forms:
            others = section(kind).get(base, ())
            return tuple((other, *section("forms")[other])[forms.index(word)] for other in others)
    return ()


def a(name: str) -> str:
    """A thing as it is introduced: "an orange", "a pair of scissors", "some broccoli"."""
    called = section("written").get(name, (name,))[0]
    if name in inflection.PLURAL_ONLY:
        return f"a pair of {called}"
    return f"some {called}" if name in inflection.MASS else f"{article(called)} {called}"


def article(words: str) -> str:
    """ "a" or "an"."""
    return inflection.an(words.lower()).partition(" ")[0]


def fitted(text: str, start: int, end: int, new: str) -> Edit:
    """The edit that puts a word in another's place: with a capital where that has one, and with the article right."""
    new = new[0].upper() + new[1:] if text[start].isupper() else new
    before = ARTICLE_BEFORE.search(text, max(0, start - 8), start)
    if before is None or before[1].lower() == article(new):
        return Edit(start, end, new)
    own = article(new).capitalize() if before[1][0].isupper() else article(new)
    return Edit(before.start(), end, own + text[before.end(1) : start] + new)
