"""The metrics a second time, by other means: regular expressions over whole texts, and confusion tables.

Nothing here uses prefdata. Where prefdata makes the text's words singular, this lists the plurals of the words that are
looked for; where prefdata walks over tokens, this is one search.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

IRREGULAR = {"man": "men", "person": "people", "child": "children", "goose": "geese", "ox": "oxen", "mouse": "mice"}
NEVER = {"bus", "minibus", "airbus", "people", "children", "oxen", "skis", "iPhone"}
NO_PLURAL = {"tie", "magpie", "canoe", "scissors", "knive"}
"""Of "ties", "magpies", "canoes" and "bus" the reference makes other words; "knives" are of "knife", not "knive"."""

DOUBLES = {
    "motor bike|home plate|train track": None,
    "motor cycle|air plane|traffic light|street light|traffic signal|stop light|fire hydrant|stop sign": "",
    "parking meter|suit case|baseball bat|baseball glove|hot dog|cell phone|mobile phone|teddy bear": "",
    "hair drier|potted plant|laptop computer": "",
    "bow tie": "tie",
    "toilet seat": "toilet",
    "passenger jet": "jet",
    "passenger train": "train",
}
ANIMALS = ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "animal", "cub")
LEFT, RIGHT, GAP = r"(?<![^\W_])(?<![^\W_]['-])", r"(?![^\W_])(?!['-][^\W_])", r"[\s_]+"


def forms(word: str) -> set[str]:
    """The word and its plurals, as far as the reference takes them for this word."""
    found = set() if word in NEVER else {word}
    if word in NO_PLURAL or word in NEVER - {"bus", "minibus", "airbus"}:
        return found
    found.add(word + "s")
    for one, many in IRREGULAR.items():
        if word.endswith(one):
            found.add(word.removesuffix(one) + many)
    if re.search("(x|ch|sh|us|o)$", word):
        found.add(word + "es")
    if re.search("[^aeiouy]y$", word) and word != "doggy":
        found.add(word[:-1] + "ies")
    if word in {"calf", "knife"}:
        found.add({"calf": "calves", "knife": "knives"}[word])
    return found


def patterns(synonyms: str) -> tuple[re.Pattern, dict[str, tuple[str, str] | None]]:
    """One pattern for all words and double words, and for each form the word and object it stands for."""
    objects = {word: line.strip().split(", ")[0] for line in synonyms.splitlines() for word in line.strip().split(", ")}
    meaning: dict[str, tuple[str, str] | None] = {
        form: (word, name) for word, name in objects.items() if " " not in word for form in forms(word)
    }
    for pair, word in doubles():
        for first in forms(pair.split()[0]):
            for second in forms(pair.split()[1]):
                meaning[f"{first} {second}"] = (word, objects[word]) if word in objects else None
    meaning["wine glass"] = meaning["wine glasses"] = meaning["wines glasses"] = ("wine glass", objects["wine glass"])
    longest = sorted(meaning, key=lambda form: (-len(form.split()), -len(form)))
    either = "|".join(re.escape(form).replace(r"\ ", GAP) for form in longest)
    return re.compile(f"{LEFT}(?:{either}){RIGHT}"), meaning


def doubles() -> Iterable[tuple[str, str | None]]:
    for names, word in DOUBLES.items():
        yield from ((name, name if word == "" else word) for name in names.split("|"))
    yield from ((f"{age} {animal}", animal) for age in ("baby", "adult") for animal in ANIMALS)


def mentions(caption: str, synonyms: str) -> list[tuple[str, str]]:
    """(word, object) of each mention, in order."""
    pattern, meaning = patterns(synonyms)
    said = (meaning[re.sub(GAP, " ", match[0])] for match in pattern.finditer(caption.lower()))
    found = [mention for mention in said if mention]
    toilet = any(word == "toilet" for word, _ in found)
    return [mention for mention in found if not (toilet and mention[0] == "seat")]


def chair(captions: Mapping[int, str], objects: Mapping[str, list[str]], synonyms: str) -> dict[str, float]:
    """CHAIR from one table of (image, object) counts."""
    said = Counter((image, name) for image, text in captions.items() for _, name in mentions(text, synonyms))
    truth = {(image, name) for image in captions for name in objects[str(image)]}
    false = Counter({pair: times for pair, times in said.items() if pair not in truth})
    return {
        "chair_s": 100 * len({image for image, _ in false}) / len(captions),
        "chair_i": 100 * false.total() / said.total(),
        "recall": 100 * len(truth & set(said)) / len(truth),
        "mean_words": sum(len(re.findall(r"\S+", text)) for text in captions.values()) / len(captions),
    }


def says_no(answer: str) -> bool:
    """POPE's reading of an answer."""
    first = re.match(r"[^.]*", answer)[0].replace(",", "")
    return re.search(r"(?:^| )(?:No|no|not)(?: |$)", first) is not None


def binary(labels: Iterable[str], answers: Iterable[str | None], positive: str) -> dict[str, float | None]:
    """The textbook's figures from true and false positives and negatives."""
    table = Counter(
        (label == positive, answer == positive, label == answer) for label, answer in zip(labels, answers, strict=True)
    )
    tp, fn = table[True, True, True], table[True, False, False]
    fp, right = table[False, True, False], tp + table[False, False, True]
    precision = tp / (tp + fp) if tp + fp else None
    recall = tp / (tp + fn) if tp + fn else None
    f1 = None
    if precision is not None or recall is not None:
        f1 = 1 / ((1 / precision + 1 / recall) / 2) if precision and recall else 0.0
    return {
        name: None if value is None else 100 * value
        for name, value in (
            ("accuracy", right / table.total()),
            ("precision", precision),
            ("recall", recall),
            ("f1", f1),
        )
    }


def amber_nouns(text: str, related: Mapping[str, list[str]]) -> list[str]:
    """The nouns of AMBER's list by one search for all their forms."""
    listed = {word for name, others in related.items() for word in [name, *others]}
    meaning = {form: word for word in listed for form in amber_forms(word)} | {word.lower(): word for word in listed}
    either = "|".join(sorted(map(re.escape, meaning), key=len, reverse=True))
    pattern = re.compile(rf"(?<![^\W_])(?<![^\W_]-)(?:{either})(?![^\W_])(?!-[^\W_])", re.I)
    return [
        meaning[match[0].lower()]
        for match in pattern.finditer(text)
        if is_noun(match[0].lower(), text[: match.start()].lower())
    ]


def is_noun(word: str, before: str) -> bool:
    last = re.search(r"([^\W_]+(?:-[^\W_]+)*)[\W_]*$", before)
    if word == "can":
        return bool(last) and bool(
            re.fullmatch("a|the|trash|garbage|soda|beer|tin|metal|aluminum|watering|spray", last[1])
        )
    verbs = "to|can|could|will|would|may|might|must|should|i|you|we|they|who"
    return word != "hot" and not (last and re.fullmatch(verbs, last[1]))


def amber_forms(word: str) -> set[str]:
    word = word.lower()
    odd = {"rpoe", "leave"}  # AMBER's misspelling of rope, and what it takes leaves for
    found = {word} if word in odd or word.endswith(("s", "sh", "ch", "x")) else {word, word + "s"}
    if re.search("(x|ch|sh|ss|us|o)$", word):
        found |= {word + "es"}
    if re.search("[^aeiouy]y$", word):
        found |= {word[:-1] + "ies"}
    found |= {word.removesuffix(one) + many for one, many in IRREGULAR.items() if word.endswith(one)}
    return found | {"knife": {"knives"}, "shelf": {"shelves"}, "scarf": {"scarves"}}.get(word, set())


def amber_generative(
    rows: list[tuple[str, dict]], related: Mapping[str, list[str]], safe: set[str]
) -> dict[str, float]:
    """CHAIR, Cover, Hal and Cog from sets; rows are (caption, annotation)."""
    count = Counter()
    for text, picture in rows:
        said = amber_nouns(text, related)
        there, imagined = owners(picture["truth"], related), owners(picture["hallu"], related)
        false = [noun for noun in said if noun not in there and noun not in safe]
        count += Counter(nouns=len(said), false=len(false), hal=bool(false))
        count += Counter(covered=len({there[noun] for noun in said if noun in there and noun not in safe}))
        count += Counter(cog=len({imagined[noun] for noun in false if noun in imagined}))
        count += Counter(truth=len(picture["truth"]), hallu=len(picture["hallu"]))
    return {
        "chair": 100 * count["false"] / count["nouns"],
        "cover": 100 * count["covered"] / count["truth"],
        "hal": 100 * count["hal"] / len(rows),
        "cog": 100 * count["cog"] / count["hallu"],
    }


def owners(names: list[str], related: Mapping[str, list[str]]) -> dict[str, int]:
    """Word → the object it names: backwards, so that the first has the last word."""
    pairs = [(word, i) for i, name in enumerate(names) for word in related[name]] + [
        (n, i) for i, n in enumerate(names)
    ]
    return dict(reversed(pairs))
