"""English nouns to their singular, by rules: enough for words that stand for things in a picture."""

from __future__ import annotations

import re

IRREGULAR = {
    "men": "man",
    "people": "person",
    "children": "child",
    "geese": "goose",
    "feet": "foot",
    "teeth": "tooth",
    "oxen": "ox",
    "leaves": "leaf",
    "loaves": "loaf",
}
"""By their ending, so that they hold for compounds: policemen, grandchildren."""

UNCHANGED = frozenset({"chassis", "news", "pliers", "scissors", "series", "shears", "species", "tennis"})

RULES = [
    (re.compile(pattern), singular)
    for pattern, singular in (
        (r"([ml])ice$", r"\1ouse"),
        (r"((?:coll|dogg|cook|mov|zomb|vegg|hood|bean|magp|^t|^p|neckt|bowt)ie)s$", r"\1"),
        (r"([^aeiouy]|qu)ies$", r"\1y"),
        (r"((?:sh|can|^t|^h)oe)s$", r"\1"),
        (r"(o|x|ch|ss|sh|[^ao]us)es$", r"\1"),
        (r"(ar|[aeo]l|[^d]ea)ves$", r"\1f"),
        (r"([nlw]i)ves$", r"\1fe"),
        (r"([^su])s$", r"\1"),
    )
]
"""The first that fits is taken; -ss and -us are no plurals (glass, bus)."""


def singular(word: str) -> str:
    """The singular of a lower-case word; a word that no rule knows is returned as it is."""
    if word in UNCHANGED:
        return word
    for plural, one in IRREGULAR.items():
        if word.endswith(plural):
            return word.removesuffix(plural) + one
    rule = next((rule for rule in RULES if rule[0].search(word)), None)
    return rule[0].sub(rule[1], word) if rule else word
