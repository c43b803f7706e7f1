"""AMBER: what captions invent, cover and take for granted, and what questions are answered wrongly (Wang et al. 2023).

**Generative.** Of a caption only the nouns count that AMBER's list of related words has. With A the objects annotated
as there ("truth") and H those that a model may well imagine ("hallu"), each with its related words:

    CHAIR = nouns that are not in A / nouns             Hal = captions with such a noun / captions
    Cover = objects of A that a noun names / |A|        Cog = objects of H that a noun names / |H|

all of them sums over the captions, as AMBER's inference.py adds them up (the paper divides Cog by the nouns). Also from
there: a noun names one object only, the first that has it among its related words before one that is called so; an
object that is annotated twice is found once; the safe words count as nouns but never as false.

Two steps of the reference need models and are replaced. It tags parts of speech (NLTK) and takes nouns; here every word
of the list counts unless it stands where a verb does. It then forgives a noun whose vector (spaCy, en_core_web_lg) is
nearer than .8 to a word of A; here `similar` may do so, and nothing is forgiven unless it is given. Words are matched
in lower case (the reference misses a noun that opens a sentence). So compare figures with each other: beside
published ones CHAIR and Hal are, as a rule, higher and Cover is lower.

**Discriminative.** Positive is "no": what is to be found is that something is *not* there. An answer that is neither
"Yes" nor "No" to the letter is wrong, as in the reference. Its small constants and its rounding of precision and recall
before F1 are not kept; they change a figure by .1 at most.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from prefdata.metrics.answers import Answered, Figures, figures
from prefdata.metrics.chair import percent
from prefdata.metrics.plurals import singular

GENERATIVE = "generative"
TYPES = {
    "discriminative-hallucination": "existence",
    "discriminative-attribute-state": "attribute",
    "discriminative-attribute-number": "attribute",
    "discriminative-attribute-action": "attribute",
    "discriminative-relation": "relation",
    "relation": "relation",
}
"""The annotations' types of questions, by the names the paper gives them."""

WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
BEFORE_VERBS = frozenset(
    {"to", "can", "could", "will", "would", "may", "might", "must", "should", "i", "you", "we", "they", "who"}
)
BEFORE_CANS = frozenset(
    {"a", "the", "trash", "garbage", "soda", "beer", "tin", "metal", "aluminum", "watering", "spray"}
)

Similar = Callable[[str, str], bool]


class Annotation(NamedTuple):
    """A picture's objects, there and imaginable, or a question's type and label."""

    type: str
    truth: list[str]
    hallu: list[str]
    label: str | None = None


class Lexicon(NamedTuple):
    """AMBER's relation.json (object → related words) and safe_words.txt."""

    related: Mapping[str, list[str]]
    safe: frozenset[str]


class Generative(NamedTuple):
    """Percent, None where undefined; length and counts beside them."""

    chair: float | None
    cover: float | None
    hal: float | None
    cog: float | None
    mean_words: float | None
    captions: int
    nouns: int


class Discriminative(NamedTuple):
    """Figures over all questions and for existence, attribute and relation, as far as there are answers."""

    overall: Figures
    types: dict[str, Figures]
    unreadable: int


class Amber(NamedTuple):
    """Either part is None where no answer belongs to it."""

    generative: Generative | None
    discriminative: Discriminative | None


class _Judged(NamedTuple):
    nouns: int
    false: int
    covered: set[int]
    imagined: set[int]


def never(noun: str, word: str) -> bool:
    """No two words are similar."""
    return False


def amber(
    answers: Mapping[int, str], annotations: Mapping[int, Annotation], lexicon: Lexicon, similar: Similar = never
) -> Amber:
    """AMBER's figures of captions and answers, both by the ids of the annotations."""
    captions = [(text, annotations[i]) for i, text in answers.items() if annotations[i].type == GENERATIVE]
    answered = [(text, annotations[i]) for i, text in answers.items() if annotations[i].type != GENERATIVE]
    return Amber(
        generative(captions, lexicon, similar) if captions else None, discriminative(answered) if answered else None
    )


def generative(captions: Iterable[tuple[str, Annotation]], lexicon: Lexicon, similar: Similar = never) -> Generative:
    """CHAIR, Cover, Hal and Cog of captions and their pictures."""
    pairs = list(captions)
    words = vocabulary(lexicon)
    judged = [_judge(nouns(text, words), picture, lexicon, similar) for text, picture in pairs]
    total = sum(one.nouns for one in judged)
    return Generative(
        chair=percent(sum(one.false for one in judged), total),
        cover=percent(sum(len(one.covered) for one in judged), sum(len(picture.truth) for _, picture in pairs)),
        hal=percent(sum(one.false > 0 for one in judged), len(judged)),
        cog=percent(sum(len(one.imagined) for one in judged), sum(len(picture.hallu) for _, picture in pairs)),
        mean_words=sum(len(text.split()) for text, _ in pairs) / len(pairs) if pairs else None,
        captions=len(pairs),
        nouns=total,
    )


def vocabulary(lexicon: Lexicon) -> dict[str, str]:
    """Every word of the lexicon, by its lower-case form."""
    return {word.lower(): word for name, others in lexicon.related.items() for word in (name, *others)}


def nouns(text: str, words: Mapping[str, str]) -> list[str]:
    """The words of the list that a caption uses as nouns, with repeats."""
    said = [match[0].lower() for match in WORD.finditer(text)]
    found = []
    for before, word in zip(["", *said], said, strict=False):
        name = words.get(word) or words.get(singular(word))
        if name and _may_be_noun(word, before):
            found.append(name)
    return found


def _may_be_noun(word: str, before: str) -> bool:
    """By the word in front: "to watch" and "can be seen" have no nouns, "a watch" and "a can" have."""
    if word == "can":
        return before in BEFORE_CANS
    return word != "hot" and before not in BEFORE_VERBS


def _judge(said: list[str], picture: Annotation, lexicon: Lexicon, similar: Similar) -> _Judged:
    """One caption's nouns beside its picture, in the order of the reference's tests."""
    there, imaginable = _entries(picture.truth, lexicon), _entries(picture.hallu, lexicon)
    false, covered, imagined = 0, set[int](), set[int]()
    for noun in said:
        if noun in lexicon.safe:
            continue
        if (named := _first(there, noun)) is not None:
            covered.add(named)
            continue
        guesses = (_first(imaginable, noun), _first(imaginable, noun, similar))
        imagined |= {guess for guess in guesses if guess is not None}
        if (near := _first(there, noun, similar)) is not None:
            covered.add(near)
        else:
            false += 1
    return _Judged(len(said), false, covered, imagined)


def _entries(objects: list[str], lexicon: Lexicon) -> list[tuple[str, int]]:
    """Words and the number of the object they name: all related words first, then the objects' own names."""
    related = [(word, number) for number, name in enumerate(objects) for word in lexicon.related[name]]
    return related + [(name, number) for number, name in enumerate(objects)]


def _first(entries: list[tuple[str, int]], noun: str, same: Similar = str.__eq__) -> int | None:
    return next((number for word, number in entries if same(noun, word)), None)


def discriminative(answered: Iterable[tuple[str, Annotation]]) -> Discriminative:
    """Figures of answers to yes/no questions; positive is "no"."""
    read = [(TYPES[question.type], Answered(question.label or "", _said(text))) for text, question in answered]
    present = [name for name in dict.fromkeys(TYPES.values()) if any(kind == name for kind, _ in read)]
    return Discriminative(
        overall=figures((pair for _, pair in read), "no"),
        types={name: figures((pair for kind, pair in read if kind == name), "no") for name in present},
        unreadable=sum(pair.answer is None for _, pair in read),
    )


def _said(answer: str) -> str | None:
    return answer.lower() if answer in ("Yes", "No") else None
