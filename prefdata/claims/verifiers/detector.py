"""`detector`: a detector with classes of its own: YOLO weights, looked through with ultralytics.

What it can be trusted with is in `config.calibration`, which `prefdata calibrate-detector` makes. Classes that were
never measured, all of them without such a file, contradict nothing, and support nothing below a score of .5. Others
take less for presence (GenEval, Ghosh et al. 2023, .3; Woodpecker, Yin et al. 2023, .35) or more (ALOHa, Petryk et al.
2024, .9); their detectors are not yours, so measure.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from prefdata.claims import lexicon, trust_file, yolo
from prefdata.claims.looking import Looker, Opened
from prefdata.claims.rules.sighting import UNMEASURED
from prefdata.claims.sight import Trust, Vocabulary, Witness
from prefdata.claims.verdict import CONTRADICTED, NOT_CHECKABLE, Evidence
from prefdata.claims.verifiers.seeing import Seeing
from prefdata.claims.verifying import Asked, Verifier
from prefdata.errors import InputError
from prefdata.keys import file_key
from prefdata.metrics.files import word_list
from prefdata.models import VerifierConfig

if TYPE_CHECKING:
    from prefdata.verification import Call

PLAIN = Trust(0.5, 0.25, {})  # below .25 ultralytics itself shows nothing


class Detecting(Seeing):
    """Sees with a detector, which is opened when the first picture comes. is_measured: whether there is a calibration;
    without one, counts and colours would still be contradicted by scores of which nothing is known."""

    def __init__(self, name: str, opening: Callable[[], Opened], is_measured: bool) -> None:
        self.looker, self.is_measured = Looker(name, opening), is_measured
        super().__init__(name, self.looker.look)

    async def verify(self, asked: Asked) -> dict[str, Evidence]:
        """claim_id → evidence. Raises InputError and PrefdataError where the detector cannot be had."""
        found = await super().verify(asked)
        return {name: each if self._may_say(each) else _untold(each) for name, each in found.items()}

    async def close(self) -> None:
        await self.looker.close()

    def _may_say(self, found: Evidence) -> bool:
        thresholds = found["thresholds"]
        measured = self.is_measured and thresholds is not None and thresholds["recall"] is not None
        return measured or found["verdict"] != CONTRADICTED


def _untold(found: Evidence) -> Evidence:
    return {**found, "verdict": NOT_CHECKABLE, "confidence": None, "reason": UNMEASURED}


class Loaded(NamedTuple):
    """A model of ultralytics, the words for its classes, and the hash that names it."""

    model: Any
    vocabulary: Vocabulary
    hash: str


def make(config: VerifierConfig, call: Call) -> Verifier:
    """What is wrong with the files that the config names is said as InputError when the first picture comes."""
    return Detecting(config.name, lambda: trusted(config, loaded(config)), config.calibration is not None)


def loaded(config: VerifierConfig) -> Loaded:
    """The weights, whose sha256 names them. Raises InputError and PrefdataError."""
    assert config.weights is not None
    model = yolo.load(config.weights)
    name = config.hashes.get("weights") or file_key(config.weights)
    return Loaded(model, vocabulary(yolo.names(model), config.synonyms), name)


def trusted(config: VerifierConfig, known: Loaded) -> Opened:
    """The model as a witness that looks as deep as its calibration has use for, if the config names one."""
    words = known.vocabulary
    trust, edges, recall = dict.fromkeys(words.names, PLAIN), Witness.edges, Witness.min_recall
    if config.calibration:
        measured = trust_file.read(config.calibration, config.weights or Path(), known.hash, words)
        trust, edges, recall = trust | measured.trust, measured.edges, measured.min_recall
    least = max(yolo.LEAST, min(each.lo for each in trust.values()))
    return Opened(yolo.Detector(known.model, least), Witness(config.name, words, trust, known.hash, edges, recall))


def vocabulary(names: tuple[str, ...], synonyms: Path | None) -> Vocabulary:
    """The classes, and in which words claims may name them: those of a file of lines "class, synonym, synonym", or else
    the lexicon's. Claims are in lower case and may call a class by its most common name."""
    lower = [(name.lower(), name) for name in reversed(names)]
    known = {lexicon.canonical(word): name for word, name in lower} | dict(lower)
    if synonyms is None:
        return Vocabulary(names, known)
    words = {word: known[name.lower()] for word, name in word_list(synonyms).items() if name.lower() in known}
    if not words:
        remedy = f"begin each line with one of {', '.join(names[:5])} …"
        raise InputError(str(synonyms), "no line begins with a class of the detector", remedy)
    return Vocabulary(names, known | words)
