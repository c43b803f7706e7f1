"""`open_vocabulary`: a detector of anything that has a name: YOLOE with saved prompt embeddings, so that it needs no
text encoder and nothing is fetched.

Scores depend on which names stand beside each other, and in which order; both are pinned in the evidence. The
embeddings are made once, on a machine with a network (ultralytics fetches YOLOE and its text encoder):

    from ultralytics import YOLOE
    model = YOLOE("yoloe-11s-seg.pt")
    names = ["person", "dog", "traffic cone"]
    model.set_classes(names, model.get_text_pe(names))
    model.save_prompt_embeddings("names.npz")   # weights: yoloe-11s-seg.pt, embeddings: names.npz

A YOLO-World keeps its vocabulary in its weights: `model = YOLOWorld("yolov8s-worldv2.pt"); model.set_classes(names);
model.save("names.pt")` makes a file for the verifier `detector`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefdata.claims import yolo
from prefdata.claims.verifiers.detector import Detecting, Loaded, trusted, vocabulary
from prefdata.claims.verifying import Verifier
from prefdata.errors import InputError
from prefdata.keys import file_key, key
from prefdata.models import VerifierConfig

if TYPE_CHECKING:
    from prefdata.verification import Call

REMEDY = "save them with `YOLOE(weights).save_prompt_embeddings`, of the same weights under the same name"


def make(config: VerifierConfig, call: Call) -> Verifier:
    """What is wrong with the files that the config names is said as InputError when the first picture comes."""
    return Detecting(config.name, lambda: trusted(config, loaded(config)), config.calibration is not None)


def loaded(config: VerifierConfig) -> Loaded:
    """The weights with the classes of the embeddings; the hash is of both. Raises InputError and PrefdataError."""
    assert config.weights is not None
    assert config.embeddings is not None
    model = yolo.load(config.weights)
    if not hasattr(model, "load_prompt_embeddings"):
        problem = f"it is no YOLOE, of which ultralytics could load embeddings, but a {type(model).__name__}"
        remedy = "give a YOLOE and ultralytics from 8.4.190 on, or use the verifier `detector`"
        raise InputError(str(config.weights), problem, remedy)
    try:
        model.load_prompt_embeddings(config.embeddings)
    except Exception as error:  # numpy, zipfile and ultralytics raise whatever comes to hand
        raise InputError(str(config.embeddings), f"cannot be used ({error})", REMEDY) from None
    files = {"weights": config.weights, "embeddings": config.embeddings}
    hashes = [config.hashes.get(name) or file_key(file) for name, file in files.items()]
    return Loaded(model, vocabulary(yolo.names(model), config.synonyms), key(hashes))
