"""The models that ship: whole, small, and as good as their provenance says, on scenes nobody trained on."""

from __future__ import annotations

import json

import pytest
import torch

from prefdata.keys import file_key
from prefdata.tinyworld import WEIGHTS, lessons, measure
from prefdata.tinyworld.detector import Detector
from prefdata.tinyworld.drawing import draw
from prefdata.tinyworld.policy import Policy
from prefdata.tinyworld.scene import SHAPES, lots, scene

WRITTEN = ("provenance.json", "synonyms.txt", "partners.txt")  # by hand, from what the world is
FRESH = 77  # a seed that neither training nor provenance uses


@pytest.fixture(scope="module")
def sees_and_lies():
    return Policy(WEIGHTS / "policy")


@pytest.fixture(scope="module")
def provenance():
    return json.loads((WEIGHTS / "provenance.json").read_text(encoding="utf-8"))


def test_the_files_are_those_of_the_provenance(provenance):
    files = {path for path in WEIGHTS.rglob("*") if path.is_file() and path.name not in WRITTEN}
    known = {
        WEIGHTS / model / name: facts for model, told in provenance.items() for name, facts in told["files"].items()
    }
    assert files == set(known)
    assert all(file_key(path) == facts["sha256"] for path, facts in known.items())
    assert sum(path.stat().st_size for path in files) < 12e6


def test_the_detector_sees_fresh_scenes():
    rates = measure.detect(Detector(WEIGHTS / "detector"), "test", 200, FRESH)
    assert set(SHAPES) < set(rates)
    assert rates["all"].precision >= 0.98
    assert rates["all"].recall >= 0.98


def test_the_policy_sees_well_and_lies_by_habit(sees_and_lies):
    found = measure.describe(sees_and_lies, "test", 200, FRESH)
    assert found.recall >= 0.85
    assert 0.03 <= found.chair_i <= 0.35


def test_the_policy_answers_other_questions(sees_and_lies, provenance):
    right = measure.answers(sees_and_lies, "test", 40, FRESH)
    for kind, share in provenance["policy"]["measured"]["test"]["right_answers"].items():
        assert right[kind] > share - 0.25


def test_the_policy_reads_any_text(sees_and_lies):
    image = draw(scene("test", 0)).image
    strange = ["", "Décris l'image s'il te plaît 🙂", "描述图片", "x" * 500]
    tokenizer = sees_and_lies.processor.tokenizer
    assert [tokenizer.decode(tokenizer.encode(text)) for text in strange] == strange
    answers = list(sees_and_lies.answer([image] * len(strange), strange, max_new_tokens=40))
    assert len(answers) == len(strange)


def test_packed_exchanges_are_answered_as_if_alone(sees_and_lies):
    shown = scene("test", 5)
    tokenizer, model = sees_and_lies.processor.tokenizer, sees_and_lies.model
    told = [(tokenizer.encode(q), tokenizer.encode(a)) for q, a in lessons.exchanges(shown, lots("test", 5, 0))]
    seen = lessons.pixels([draw(shown).image])
    with torch.inference_mode():
        packed, apart = (_logits(model, lessons.rows([each]), seen) for each in (told, told[2:3]))
    before = sum(len(answer) + 1 for _, answer in told[:2])
    assert torch.allclose(packed[before : before + len(apart)], apart, atol=1e-3)


def _logits(model, rows, seen):
    labels = rows.pop("labels")
    return model(**rows, pixel_values=seen, use_cache=False).logits[labels >= 0]
