"""`truth`: what is in the image, as the prompt says (`objects`) or a file of objects by image."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from prefdata.claims import lexicon
from prefdata.claims.pixels import size
from prefdata.claims.sight import Seen, Trust, View, Vocabulary, Witness
from prefdata.claims.verifiers.seeing import SEVERAL, Seeing, only_image
from prefdata.claims.verifying import Verifier
from prefdata.errors import InputError
from prefdata.metrics.files import is_names, json_object, no_names, word_list
from prefdata.models import VerifierConfig
from prefdata.questions import Prompt

if TYPE_CHECKING:
    from prefdata.verification import Call

CERTAIN = Trust(0.5, 0.5, {"all": 1.0, "small": 1.0, "medium": 1.0, "large": 1.0})


def make(config: VerifierConfig, call: Call) -> Verifier:
    """Raises InputError where a file that the config names is missing or broken."""
    return Seeing(config.name, Truth(config).look)


class Truth:
    """Sees all that is there. Its words are those of `config.synonyms` (CHAIR's form: "object, synonym, synonym"), or
    COCO's classes; things by other names are seen besides."""

    def __init__(self, config: VerifierConfig) -> None:
        words = _words(config.synonyms)
        self.by_image = _objects(config.objects)
        self.witness = _knowing(Witness(config.name, words, {}), words.names)

    async def look(self, prompt: Prompt) -> View | str:
        """All that is in the prompt's image, or "no_truth"."""
        things, image = self._things(prompt), only_image(prompt)
        if things is None:
            return "no_truth"
        if image == SEVERAL:
            return SEVERAL
        seen = tuple(thing._replace(name=self._name(thing.name)) for thing in things)
        witness = _knowing(self.witness, (thing.name for thing in seen))
        return View(witness, seen, image, *size(image)) if isinstance(image, Path) else View(witness, seen)

    def _name(self, word: str) -> str:
        return self.witness.vocabulary.class_of(word) or word

    def _things(self, prompt: Prompt) -> tuple[Seen, ...] | None:
        if self.by_image is None:
            return prompt.objects
        names = self.by_image.get(prompt.prompt_id)
        return None if names is None else tuple(Seen(name) for name in names)


def _knowing(witness: Witness, names: Iterable[str]) -> Witness:
    """The witness, sure of these classes as well."""
    more = [name for name in dict.fromkeys(names) if name not in witness.trust]
    if not more:
        return witness
    known = witness.vocabulary.names
    vocabulary = Vocabulary((*known, *(name for name in more if name not in known)), witness.vocabulary.words)
    return replace(witness, vocabulary=vocabulary, trust={**witness.trust, **dict.fromkeys(more, CERTAIN)})


def _words(synonyms: Path | None) -> Vocabulary:
    if synonyms is None:
        return Vocabulary(tuple(dict.fromkeys(lexicon.COCO_OF.values())))
    words = word_list(synonyms)
    if not words:
        raise InputError(str(synonyms), "the file holds no words", 'write a line "object, synonym, synonym" an object')
    return Vocabulary(tuple(dict.fromkeys(words.values())), words)


def _objects(path: Path | None) -> dict[str, list[str]] | None:
    """prompt_id → names of what is in its image, from one JSON object."""
    if path is None:
        return None
    found = json_object(path)
    for image, names in found.items():
        if not is_names(names):
            raise no_names(path, image, names)
    return found
