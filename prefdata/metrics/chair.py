"""CHAIR: how many of the objects that captions mention are not in the picture (Rohrbach et al. 2018, section 3).

    CHAIR_i = mentions of objects that are not there / mentions of objects      (repeats counted)
    CHAIR_s = captions with at least one such mention / captions

Both are over all captions together, not means of captions' own values. A model that says less scores better on both,
so two figures stand beside them always: recall (objects of the pictures that their captions mention, each counted once,
over all objects of the pictures; the reference's later ports define it so) and the mean length in words.

The truth is a set of objects a picture; the reference takes COCO's segmentations together with what COCO's own
captions mention. What is kept of the reference's ways of finding mentions is told in `mentions`. Three things differ:
no mention at all gives None where the reference divides by zero, length counts words between blanks rather than tokens,
and a caption of a picture without truth is an error (KeyError) where the reference takes every mention for false.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from prefdata.metrics import mentions as finding

ImageId = int | str


class Mention(NamedTuple):
    """A mention and whether its object is missing from the picture; `start` and `end` are characters of the caption."""

    word: str
    object: str
    hallucinated: bool
    start: int
    end: int


class Caption(NamedTuple):
    """What one caption mentions, and which of the picture's objects it leaves out."""

    image_id: ImageId
    words: int
    mentions: list[Mention]
    missed: list[str]

    def hallucinates(self) -> bool:
        return any(mention.hallucinated for mention in self.mentions)

    def found(self) -> set[str]:
        """The picture's objects that the caption mentions."""
        return {mention.object for mention in self.mentions if not mention.hallucinated}

    def row(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {**self._asdict(), "mentions": [mention._asdict() for mention in self.mentions]}


class Chair(NamedTuple):
    """CHAIR_s, CHAIR_i and recall in percent, None where undefined, and the counts they come from."""

    chair_s: float | None
    chair_i: float | None
    recall: float | None
    mean_words: float | None
    captions: int
    mentions: int
    hallucinated: int
    objects: int
    per_caption: list[Caption]

    def figures(self) -> dict[str, float | int | None]:
        """All but the captions."""
        return {name: value for name, value in self._asdict().items() if name != "per_caption"}


def chair(
    captions: Mapping[ImageId, str], objects: Mapping[str, Collection[str]], synonyms: Mapping[str, str]
) -> Chair:
    """CHAIR of one caption a picture.

    `captions` maps image ids to texts, `objects` image ids (as text) to the objects that are in the picture, and
    `synonyms` words to objects. A picture that `objects` does not have raises KeyError.
    """
    judged = [_judge(image, text, set(objects[str(image)]), synonyms) for image, text in captions.items()]
    said = [mention for caption in judged for mention in caption.mentions]
    false = sum(mention.hallucinated for mention in said)
    found, there = sum(len(caption.found()) for caption in judged), sum(len(set(objects[str(i)])) for i in captions)
    return Chair(
        chair_s=percent(sum(caption.hallucinates() for caption in judged), len(judged)),
        chair_i=percent(false, len(said)),
        recall=percent(found, there),
        mean_words=sum(caption.words for caption in judged) / len(judged) if judged else None,
        captions=len(judged),
        mentions=len(said),
        hallucinated=false,
        objects=there,
        per_caption=judged,
    )


def percent(part: int, whole: int) -> float | None:
    """100 · part / whole; None where there is nothing to take a part of."""
    return 100 * part / whole if whole else None


def _judge(image: ImageId, text: str, objects: set[str], synonyms: Mapping[str, str]) -> Caption:
    found = [
        Mention(mention.word, mention.object, mention.object not in objects, mention.start, mention.end)
        for mention in finding.mentions(text, synonyms)
    ]
    return Caption(image, len(text.split()), found, sorted(objects - {mention.object for mention in found}))
