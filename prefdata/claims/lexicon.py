"""What words mean for a claim: classes, synonyms, more general words, what no detector finds; from words/*.txt.

The lists and their licences are described in words/README.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

WORDS = Path(__file__).parent / "words"
# Categories of WordNet's nouns that one can see.
SEEN = frozenset(["animal", "artifact", "body", "food", "object", "person", "plant", "substance", "location", "tops"])
UNSEEN_ENDINGS = ("ness", "ity", "tion", "sion", "ism", "ship", "ment", "ance", "ence", "hood", "ology", "dom")


def lines(name: str) -> Iterator[str]:
    """The lines of a word list without comments and empty ones."""
    for line in (WORDS / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def _closed() -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    entries: list[str] = []
    for line in lines("closed"):
        if line.startswith("["):
            entries = sections.setdefault(line.strip("[]"), [])
        else:
            entries.extend(filter(None, (entry.strip() for entry in line.split(","))))
    return sections


def _keyed(name: str) -> dict[str, list[str]]:
    return {key: rest.split() for key, _, rest in (line.partition(":") for line in lines(name))}


def _coco() -> tuple[dict[str, str], dict[str, str]]:
    """Synonym → class, and any name (class, synonym or kind) → class."""
    same: dict[str, str] = {}
    of: dict[str, str] = {}
    for line in lines("coco"):
        name, _, rest = line.partition(":")
        synonyms, _, kinds = (part.strip() for part in rest.partition("|"))
        same |= {word.strip(): name for word in synonyms.split(",") if word.strip()}
        of |= {word.strip(): name for word in (name, *synonyms.split(","), *kinds.split(",")) if word.strip()}
    return same, of


CLOSED = _closed()


def section(name: str) -> frozenset[str]:
    """The words of a section of words/closed.txt."""
    return frozenset(CLOSED[name])


def valued(name: str) -> dict[str, str]:
    """The entries of a section that has values ("two=2"); a word without one is its own."""
    pairs = (entry.partition("=") for entry in CLOSED[name])
    return {word: value or word for word, _, value in pairs}


SYNONYMS, COCO_OF = _coco()
NOUNS: dict[str, str] = {word: category for category, words in _keyed("nouns").items() for word in words}
_verbs = _keyed("verbs")
VERB_LEMMAS = frozenset(_verbs.pop("lemmas")) | section("verbs")
IRREGULAR_VERBS = {form: lemma for lemma, forms in _verbs.items() for form in forms}
COMMON_VERBS = section("verbs") | section("presentational")
WORDNET_ADJECTIVES = frozenset(word for line in lines("adjectives") for word in line.split())
_PLURALS = [(plural, one) for plural, one in (line.split() for line in lines("plurals"))]
# Of two singulars the one that is met more often ("leaves" are of a tree): the first in the alphabet but for these.
IRREGULAR_PLURALS = dict(reversed(_PLURALS)) | valued("odd plurals")
INVARIANT = section("plurals")
PLURAL_AS_THEY_ARE = frozenset(
    ["people", "sheep", "deer", "fish", "cattle", "aircraft", "clothes", "scissors", "pants", "skis", "shrimp", "bison"]
)
FRAME, ABSTRACT, PRIOR = section("frame"), section("abstract") - section("uncounted"), section("prior")
UNDETECTABLE = section("undetectable") | PRIOR
APART = section("apart")
CONCRETE = section("concrete") | section("uncounted")
COLOURS, SIZES, MATERIALS = section("colours"), section("sizes"), section("materials")


def canonical(name: str) -> str:
    """The one name of things that have several: "bike" is "bicycle"; a kind keeps its own ("kitten")."""
    return SYNONYMS.get(name, name)


def head(name: str) -> str:
    """The noun that a compound is a kind of: of "street sign" it is "sign"; what is one thing in COCO stays whole."""
    return name if name in COCO_OF or name in APART else name.rsplit(" ", 1)[-1]


def coco_class(name: str) -> str | None:
    """The COCO class of a thing ("woman" is a person), by its head noun if need be; "fire truck" is no fire."""
    return COCO_OF.get(name) or COCO_OF.get(head(name))


@cache
def _under() -> dict[str, set[str]]:
    above: dict[str, set[str]] = {}
    for line in lines("hypernyms"):
        name, _, rest = line.partition(":")
        for word in rest.split():
            above.setdefault(word.replace("_", " "), set()).add(name)
    return above


def hypernyms(name: str) -> set[str]:
    """The more general words for a thing. They can support a claim about it and never contradict one."""
    own, under = coco_class(name), _under()
    category = "@" + NOUNS.get(head(name), "")
    found = under.get(name, set()) | under.get(own or "", set()) | under.get(category, set())
    return (found | ({own} if own else set())) - {name}


def is_hypernym(general: str, name: str) -> bool:
    """Whether what is called `name` is a `general`: a dog is an animal."""
    return general in hypernyms(name)


@lru_cache(maxsize=50_000)
def is_concrete(noun: str) -> bool:
    """Whether a noun names something that can be seen. Words nobody knows do, unless their ending says otherwise."""
    if noun in CONCRETE or noun in COCO_OF:
        return True
    if noun in ABSTRACT:
        return False
    category = NOUNS.get(noun)
    return category in SEEN if category else not noun.endswith(UNSEEN_ENDINGS)


def is_person(name: str) -> bool:
    """Whether a thing is somebody."""
    return coco_class(name) == "person" or NOUNS.get(head(name)) == "person"


def is_animate(name: str) -> bool:
    """Whether a thing can act: somebody or an animal."""
    return is_person(name) or "animal" in hypernyms(name)


def is_detectable(name: str) -> bool:
    """Whether a detector could find it: not the sky, a reflection, a text or a mood."""
    return name not in UNDETECTABLE and head(name) not in UNDETECTABLE
