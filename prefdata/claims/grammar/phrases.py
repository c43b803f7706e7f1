"""Words and phrases of the closed lists, matched longest first: "in front of", "appears to be", "dining table"."""

from __future__ import annotations

from collections.abc import Iterator

from prefdata.claims import lexicon
from prefdata.claims.grammar.parts import Token

Piece = tuple[int, int, str]
Entry = tuple[tuple[str, ...], str, str]

# Part → section of words/closed.txt; of equal phrases the part that comes first counts.
SECTIONS = (
    ("M", "no"),
    ("H", "hedges"),
    ("P", "of side"),
    ("P", "prepositions"),
    ("O", "other prepositions"),
    ("O", "comparisons"),
    ("Q=", "exact"),
    ("Q>=", "vague"),
    ("U!", "nobody"),
    ("U", "pronouns"),
    ("Z", "negations"),
    ("D", "determiners"),
    ("X", "relatives"),
    ("S", "subordinators"),
    ("C", "conjunctions"),
    ("Y", "but"),
    ("B", "be"),
    ("A", "auxiliaries"),
    ("J", "joined adjectives"),
    ("W", "adverbs"),
)


def _compounds() -> Iterator[tuple[tuple[str, ...], str]]:
    """Nouns of several words that no rule would join, with their plurals."""
    listed = (lexicon.section("ing compounds"), lexicon.section("adjective compounds"), lexicon.APART, lexicon.COCO_OF)
    for compound in [*(name for names in listed for name in names), *lexicon.lines("compounds")]:
        *first, last = compound.split()
        for form in (last, last + "s", last + "es", last[:-1] + "ies") if first else ():
            yield (*first, form), compound


def _phrases() -> dict[tuple[str, ...], tuple[str, str]]:
    """Words → part and value."""
    found: dict[tuple[str, ...], tuple[str, str]] = {}
    for part, name in SECTIONS:
        for listed, value in lexicon.valued(name).items():
            found.setdefault(tuple(listed.split()), (part, value))
    for words, compound in _compounds():
        found.setdefault(words, ("N", compound))
    return found


def _by_start(found: dict[tuple[str, ...], tuple[str, str]]) -> dict[tuple[str, str], list[Entry]]:
    """First two words → the phrases that begin with them, longest first: most words begin no phrase."""
    starts: dict[tuple[str, str], list[Entry]] = {}
    for words, (part, value) in sorted(found.items(), key=lambda entry: -len(entry[0])):
        if len(words) > 1:
            starts.setdefault((words[0], words[1]), []).append((words, part, value))
    return starts


PHRASES = _phrases()
SINGLE = {words[0]: entry for words, entry in PHRASES.items() if len(words) == 1}
STARTS = _by_start(PHRASES)


def phrase(pieces: list[Piece], at: int) -> Token | None:
    """The longest phrase of the lists that begins at a piece."""
    start, end, first = pieces[at]
    second = pieces[at + 1][2] if at + 1 < len(pieces) else ""
    for words, part, value in STARTS.get((first, second), ()):
        last = at + len(words) - 1
        if last < len(pieces) and all(pieces[at + step][2] == word for step, word in enumerate(words)):
            return _token(start, pieces[last][1], words, part, value)
    return _token(start, end, (first,), *SINGLE[first]) if first in SINGLE else None


def _token(start: int, end: int, words: tuple[str, ...], part: str, value: str) -> Token:
    if part[0] == "Q":
        return Token(start, end, " ".join(words), "Q", part[1:] + value, "of" if words[-1] == "of" else "")
    return Token(start, end, " ".join(words), part[0], value, part[1:])
