"""The verifier `open_vocabulary` on a real YOLOE, built small and untrained, with saved prompt embeddings."""

from __future__ import annotations

import asyncio
import dataclasses
import json

import numpy as np
import pytest
from PIL import Image

from prefdata.claims import yolo
from prefdata.claims.extract import extract
from prefdata.claims.verifiers import detector, open_vocabulary
from prefdata.claims.verifying import Asked
from prefdata.cli import main
from prefdata.errors import InputError
from prefdata.models import VerifierConfig

from ..conftest import write_jsonl
from .scenes import prompt

NAMES = ("traffic cone", "dog", "moon")


@pytest.fixture(scope="module", params=["yoloe-11n", "yoloe-11n-seg"])
def weights(request, tmp_path_factory):
    """YOLOE from its YAML, to detect or to segment, with a head that is not silent."""
    import torch

    yolo.quiet()
    from ultralytics import YOLOE

    torch.manual_seed(0)
    model = YOLOE(f"{request.param}.yaml")
    model.model.args["imgsz"] = 64
    with torch.no_grad():
        for head in model.model.model[-1].cv4:
            head.bias.fill_(0)
            head.logit_scale.fill_(2)
        for masks in getattr(model.model.model[-1], "cv5", []):
            masks[-1].bias.fill_(5)  # a mask's numbers must not be taken for scores
    path = tmp_path_factory.mktemp("weights") / f"{request.param}.pt"
    model.save(path)
    return path


def embedded(weights, path, names, seed=0):
    """A file as `save_prompt_embeddings` writes it, each name with numbers of its own."""
    import torch
    from ultralytics import YOLOE

    model = YOLOE(weights)
    numbers = [torch.randn(512, generator=torch.Generator().manual_seed(seed + NAMES.index(name))) for name in names]
    model.set_classes(list(names), torch.nn.functional.normalize(torch.stack(numbers), dim=-1)[None])
    return model.save_prompt_embeddings(path)


def config(weights, embeddings, **changes):
    return VerifierConfig("open", "open_vocabulary", weights=weights, embeddings=embeddings, **changes)


def evidences(of, picture, text):
    """On each claim of a text."""

    async def work():
        verifier = open_vocabulary.make(of, None)
        try:
            return await verifier.verify(Asked(prompt(picture), text, extract("c", text)))
        finally:
            await verifier.close()

    return list(asyncio.run(work()).values())


def evidence(of, picture):
    return evidences(of, picture, "There is a dog.")[0]


@pytest.fixture
def picture(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "noise.png")
    return tmp_path / "noise.png"


def test_its_classes_are_those_of_the_embeddings(weights, tmp_path):
    known = open_vocabulary.loaded(config(weights, embedded(weights, tmp_path / "a.npz", NAMES)))
    assert known.vocabulary.names == yolo.Detector(known.model).names == NAMES
    assert known.vocabulary.class_of("puppy") == "dog"


def test_boxes_lie_in_the_picture_and_have_scores_and_names(weights, tmp_path):
    known = open_vocabulary.loaded(config(weights, embedded(weights, tmp_path / "a.npz", NAMES)))
    pixels = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    (seen,) = yolo.Detector(known.model).look([pixels])
    assert {each.name for each in seen} <= set(NAMES)
    assert len({each.name for each in seen}) > 1
    boxes = np.array([each.box for each in seen])
    assert boxes.min() >= 0
    assert (boxes[:, 2:].max(0) <= (80, 60)).all()
    assert all(0 < each.score <= 1 for each in seen)


def test_the_order_of_the_names_is_pinned_in_the_evidence(weights, tmp_path, picture):
    one = evidence(config(weights, embedded(weights, tmp_path / "a.npz", NAMES)), picture)
    same = evidence(config(weights, embedded(weights, tmp_path / "a.npz", NAMES)), picture)
    other = evidence(config(weights, embedded(weights, tmp_path / "b.npz", NAMES[::-1])), picture)
    assert one["source"] == "open"
    assert one == same
    assert one["vocabulary_hash"] != other["vocabulary_hash"]


def test_other_embeddings_of_the_same_names_are_another_model(weights, tmp_path, picture):
    one = evidence(config(weights, embedded(weights, tmp_path / "a.npz", NAMES)), picture)
    other = evidence(config(weights, embedded(weights, tmp_path / "b.npz", NAMES, seed=9)), picture)
    assert one["vocabulary_hash"] == other["vocabulary_hash"]
    assert one["model_hash"] != other["model_hash"]


def test_unmeasured_it_contradicts_nothing(weights, tmp_path, picture):
    of = config(weights, embedded(weights, tmp_path / "a.npz", NAMES))
    found = evidences(of, picture, "There is a dog. There is no moon. There are nine moons. There is a helicopter.")
    assert len(found) > 4
    assert "contradicted" not in {each["verdict"] for each in found}


def test_it_is_calibrated_with_its_embeddings(weights, tmp_path, picture):
    path, out = embedded(weights, tmp_path / "a.npz", NAMES), tmp_path / "calibration.json"
    row = {"prompt_id": "p", "messages": [{"role": "user", "content": "?"}], "image": picture.name}
    boxes = [[x, y, x + 9, y + 9] for x in range(0, 70, 9) for y in range(0, 50, 9)]
    objects = [{"name": "dog", "box": box} for box in boxes] * 2
    labels = write_jsonl(tmp_path / "labels.jsonl", [{**row, "objects": objects}])
    files = ["--weights", str(weights), "--embeddings", str(path), "--images", str(labels), "--out", str(out)]
    assert main(["calibrate-detector", *files]) == 0
    assert json.loads(out.read_text(encoding="utf-8"))["names"] == list(NAMES)
    of = config(weights, path, calibration=out)
    assert evidence(of, picture)["thresholds"]["recall"] is not None
    with pytest.raises(InputError, match="other weights"):
        evidence(dataclasses.replace(of, embeddings=embedded(weights, tmp_path / "b.npz", NAMES, seed=9)), picture)


def test_missing_and_broken_embeddings_are_named(weights, tmp_path):
    (tmp_path / "text.npz").write_text("no numbers")
    np.savez(tmp_path / "others.npz", embeddings=np.zeros((1, 3, 512), np.float32))
    good = dict(np.load(embedded(weights, tmp_path / "good.npz", NAMES)))
    np.savez(tmp_path / "narrow.npz", **{**good, "embeddings": good["embeddings"][..., :100]})
    np.savez(tmp_path / "alien.npz", **{**good, "model": np.asarray("yoloe-26x")})
    for name in ("gone", "text", "others", "narrow", "alien"):
        with pytest.raises(InputError, match="save_prompt_embeddings") as caught:
            open_vocabulary.loaded(config(weights, tmp_path / f"{name}.npz"))
        assert str(tmp_path / f"{name}.npz") in str(caught.value)


def test_a_yolo_world_has_its_words_in_its_weights(tmp_path):
    import torch
    from ultralytics import YOLOWorld

    model = YOLOWorld("yolov8n-worldv2.yaml")
    model.model.args["imgsz"] = 64
    model.model.txt_feats, model.model.names = torch.randn(1, 3, 512), list(NAMES)
    model.model.model[-1].nc = 3
    model.save(tmp_path / "world.pt")
    assert detector.loaded(config(tmp_path / "world.pt", None)).vocabulary.names == NAMES
    with pytest.raises(InputError, match="use the verifier `detector`"):
        open_vocabulary.loaded(config(tmp_path / "world.pt", tmp_path / "a.npz"))
