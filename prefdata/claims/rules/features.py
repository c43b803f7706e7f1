"""Whether a thing that is seen has an attribute: by what is known of it, or by its pixels and its box."""

from __future__ import annotations

from collections.abc import Iterable

from prefdata.claims import lexicon
from prefdata.claims.rules import colour, size
from prefdata.claims.rules.answers import NO_RULE, Answer
from prefdata.claims.sight import Box, Seen, View

# Words for the same, of which the second is the one that is looked up.
SCALE = {
    **dict.fromkeys(("small", "little", "tiny", "miniature", "minuscule", "diminutive"), "small"),
    **dict.fromkeys(("medium", "medium-sized"), "medium"),
    **dict.fromkeys(("large", "big", "huge", "giant", "massive", "enormous"), "large"),
}
SAME = {"gray": "grey", "wooden": "wood", **SCALE}
# Words that exclude one another; what is bright or tall may be anything else besides.
KINDS = {
    "colour": frozenset(colour.TERMS),
    "size": frozenset(SCALE.values()),
    "material": frozenset(SAME.get(word, word) for word in lexicon.MATERIALS),
}
KIND_OF = {word: name for name, words in KINDS.items() for word in words}


def kind(word: str) -> str | None:
    """The kind of an attribute whose words exclude one another: colour, size or material."""
    return KIND_OF.get(SAME.get(word, word))


class Features:
    """The attributes of things in one view; each is looked for once."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._found: dict[tuple[int, str], Answer] = {}
        self._colours: dict[Box, colour.Shares | None] = {}

    def has(self, seen: Seen, word: str) -> Answer:
        """Whether a thing has an attribute."""
        key = id(seen), word
        if key not in self._found:
            self._found[key] = self._has(seen, word) if seen.attributes is None else _is_known(word, seen.attributes)
        return self._found[key]

    def _has(self, seen: Seen, word: str) -> Answer:
        name, of = SAME.get(word, word), kind(word)
        if of == "size":
            return size.has(self.view, seen, name)
        if of != "colour" or lexicon.is_person(seen.name):  # of people it tells their clothes, or their skin
            return NO_RULE
        if seen.box is None or self.view.image is None:
            return "no_boxes" if seen.box is None else "no_image"
        if seen.box not in self._colours:
            self._colours[seen.box] = colour.shares(self.view, seen.box)
        return colour.has(self._colours[seen.box], name)


def _is_known(word: str, attributes: Iterable[str]) -> Answer:
    """Whether a word is among the attributes: no, if another of its kind is."""
    known = {SAME.get(each, each) for each in attributes}
    if SAME.get(word, word) in known:
        return True
    of = kind(word)
    return False if of and known & KINDS[of] else "unknown"
