"""Training on a toy: it goes on where it was killed, to the same weights, and refuses another run's checkpoint."""

from __future__ import annotations

import json

import pytest
import torch

from prefdata.errors import PrefdataError
from prefdata.tinyworld import detector, provenance, train
from prefdata.tinyworld.drawing import draw
from prefdata.tinyworld.lessons import Lessons
from prefdata.tinyworld.scene import scene


class Toy:
    """A line through points."""

    name = "toy"
    rate, decay, half, steps = 0.3, 0.0, False, 40

    def __init__(self, stop_at: int | None = None) -> None:
        torch.manual_seed(0)
        self.model = torch.nn.Linear(2, 1)
        self.stop_at = stop_at

    def batch(self, step, steps):
        if step == self.stop_at:
            raise KeyboardInterrupt
        points = torch.randn(16, 2, generator=torch.Generator().manual_seed(step))
        return {"x": points, "y": points @ torch.tensor([[2.0], [-1.0]])}

    def loss(self, batch):
        return ((self.model(batch["x"]) - batch["y"]) ** 2).mean()

    def save(self, folder):
        torch.save(self.model.state_dict(), folder / "toy.pt")


@pytest.fixture(autouse=True)
def toy(monkeypatch):
    monkeypatch.setitem(provenance.PACKAGES, "toy", ("torch",))
    monkeypatch.setattr(provenance, "measured", lambda folder, split, scenes: {})
    monkeypatch.setattr(train, "PAUSE", 0.0)


def test_a_run_that_was_stopped_ends_like_one_that_was_not(tmp_path):
    train.train(Toy(), tmp_path / "whole", say=lambda line: None)
    with pytest.raises(KeyboardInterrupt):
        train.train(Toy(stop_at=25), tmp_path / "parts", say=lambda line: None)
    assert (tmp_path / "parts" / "toy.checkpoint").exists()
    again = Toy()
    train.train(again, tmp_path / "parts", say=lambda line: None)
    assert not (tmp_path / "parts" / "toy.checkpoint").exists()
    whole, parts = (torch.load(tmp_path / each / "toy" / "toy.pt") for each in ("whole", "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    assert torch.allclose(parts["weight"], torch.tensor([[2.0, -1.0]]), atol=0.1)


def test_a_model_that_is_done_is_not_trained_again(tmp_path):
    said: list[str] = []
    train.train(Toy(), tmp_path, say=said.append)
    assert "step 40 of 40" in said[-1]
    train.train(Toy(stop_at=0), tmp_path, say=said.append)
    assert "done before" in said[-1]


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train.train(Toy(stop_at=5), tmp_path, say=lambda line: None)
    with pytest.raises(PrefdataError, match="of another training"):
        train.train(Toy(), tmp_path, steps=99, say=lambda line: None)


def test_where_a_model_comes_from_is_written_down(tmp_path):
    train.train(Toy(), tmp_path, say=lambda line: None)
    known = json.loads((tmp_path / provenance.FILE).read_text())["toy"]
    assert known["command"] == "prefdata tinyworld train --only toy --steps 40 --seed 0"
    assert known["files"]["toy.pt"]["bytes"] == (tmp_path / "toy" / "toy.pt").stat().st_size


def test_the_learning_rate_rises_and_falls():
    rates = [train.schedule(n / 100) for n in range(101)]
    assert rates[0] < 0.1
    assert max(rates) == pytest.approx(1, abs=0.01)
    assert rates[100] == pytest.approx(0.01)
    assert rates[6:] == sorted(rates[6:], reverse=True)


def test_the_policy_learns_to_see_and_then_to_speak():
    lessons = Lessons(0, "cpu")
    seen, told = lessons.batch(0, 2), lessons.batch(1, 2)
    assert seen["pixel_values"].shape == (64, 3, 96, 96)
    assert seen["patches"].shape == (64, 64, 5)
    assert set(told) - set(seen) == {"input_ids", "position_ids", "labels", "attention_mask"}
    for batch in (seen, told):
        loss = lessons.loss({name: value[:4] for name, value in batch.items()})
        loss.backward()
        assert 3 < loss.item() < 15
    answers = lessons.tokenizer.decode(told["labels"][0][told["labels"][0] >= 0])
    assert answers.count("<end>") == 5


def test_a_detector_is_saved_as_ultralytics_loads_it(tmp_path):
    lessons = detector.Lessons(0, "cpu")
    loss = lessons.loss(lessons.batch(0, 1))
    assert torch.isfinite(loss)
    lessons.save(tmp_path)
    image = draw(scene("test", 0)).image
    assert detector.Detector(tmp_path).detect([image, image[:60]]) == [[], []]
