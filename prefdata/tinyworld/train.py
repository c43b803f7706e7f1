"""Training the tiny world's models: one loop for both, which goes on where a stopped one was.

A batch depends on the seed and the step alone, so a run that was killed and started again sees the same scenes. Every
two minutes what has been learned is written down, all of it: the file is replaced whole, or not at all.
"""

from __future__ import annotations

import json
import math
import os
import platform
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from prefdata.errors import PrefdataError
from prefdata.tinyworld import provenance

if TYPE_CHECKING:
    import torch

PAUSE = 120.0  # seconds between two checkpoints
WARM = 0.05  # the share of the steps in which the learning rate rises
NAMES = ("detector", "policy")
Say = Callable[[str], None]
Batch = dict[str, Any]


class Lessons(Protocol):
    """What is learned, and from what."""

    name: str
    model: torch.nn.Module
    rate: float  # the highest learning rate
    decay: float  # of the weights, a step and unit of learning rate
    half: bool  # whether 16-bit arithmetic is good enough
    steps: int  # as many as the model needs, by default

    def batch(self, step: int, steps: int) -> Batch: ...

    def loss(self, batch: Batch) -> torch.Tensor: ...

    def save(self, folder: Path) -> None: ...


class Settings(NamedTuple):
    """What makes two runs the same."""

    name: str
    steps: int
    seed: int


def lessons(name: str, seed: int) -> Lessons:
    """The lessons of that name, on the GPU if there is one."""
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "detector":
        from prefdata.tinyworld import detector

        return detector.Lessons(seed, device)
    from prefdata.tinyworld.lessons import Lessons as PolicyLessons

    return PolicyLessons(seed, device)


def use_threads(number: int) -> None:
    """How many of the CPU's cores to use. One is a good choice for models as small as these: a second saves little,
    and on a busy machine each waits for the other."""
    import torch

    torch.set_num_threads(number)


def train(taught: Lessons, out: Path, steps: int | None = None, seed: int = 0, say: Say = print) -> Path:
    """Train to the end, going on from a checkpoint if there is one → the folder with the model.

    The last state is the one that is kept: nothing is chosen by looking at a split.
    """
    settings = Settings(taught.name, steps or taught.steps, seed)
    folder = out / settings.name
    if _is_done(out, settings):
        say(f"{settings.name}: done before, in {folder}")
        return folder
    run = _Run(taught, settings, out / f"{settings.name}.checkpoint")
    run.go(say)
    folder.mkdir(parents=True, exist_ok=True)
    taught.save(folder)
    provenance.record(out, settings.name, run.facts())  # after the model, so that what is recorded is whole
    run.checkpoint.unlink(missing_ok=True)
    return folder


class _Run:
    """A model on its way through its steps."""

    def __init__(self, taught: Lessons, settings: Settings, checkpoint: Path) -> None:
        import torch

        self.taught, self.settings, self.checkpoint = taught, settings, checkpoint
        self.step, self.seconds, self.recent = 0, 0.0, 0.0
        self.device = next(taught.model.parameters()).device
        groups = _groups(taught.model, taught.decay)
        self.optimizer: Any = torch.optim.AdamW(groups, lr=taught.rate, betas=(0.9, 0.98))
        self._resume()

    def go(self, say: Say) -> None:
        """The steps that are left."""
        started, saved, told = time.monotonic(), time.monotonic(), 0.0
        before, first = self.seconds, self.step
        self.taught.model.train()
        for batch in self._batches():
            self._learn(batch)
            now = time.monotonic()
            self.seconds = before + now - started
            if now - saved > PAUSE:
                self._save()
                saved = now
            if now - told > 10 or self.step == self.settings.steps:
                left = (self.settings.steps - self.step) * (now - started) / (self.step - first)
                say(_progress(self.settings, self.step, self.recent, left))
                told = now

    def facts(self) -> dict[str, Any]:
        """How the model came about."""
        import torch

        return {
            **self.settings._asdict(),
            "loss": round(self.recent, 4),
            "seconds": round(self.seconds),
            "device": str(self.device),
            "python": platform.python_version(),
            "torch": torch.__version__,
        }

    def _batches(self) -> Iterator[Batch]:
        """The batches that are left, each made while the one before it is learned."""
        steps = self.settings.steps
        with ThreadPoolExecutor(1) as pool:
            coming = pool.submit(self.taught.batch, self.step, steps)
            for after in range(self.step + 1, steps + 1):
                batch = coming.result()
                if after < steps:
                    coming = pool.submit(self.taught.batch, after, steps)
                yield batch

    def _learn(self, batch: Batch) -> None:
        import torch

        for group in self.optimizer.param_groups:
            group["lr"] = self.taught.rate * schedule(self.step / self.settings.steps)
        there = {name: value.to(self.device) for name, value in batch.items()}
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.taught.half):
            loss = self.taught.loss(there)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.taught.model.parameters(), 1.0 if self.taught.half else 10.0)
        self.optimizer.step()
        self.step += 1
        weight = max(0.02, 1 / self.step)
        self.recent += weight * (float(loss.detach()) - self.recent)

    def _save(self) -> None:
        import io

        import torch

        kept = io.BytesIO()
        state = {"model": self.taught.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        torch.save({**state, "run": [*self.settings], "at": [self.step, self.seconds, self.recent]}, kept)
        _write(self.checkpoint, kept.getvalue())

    def _resume(self) -> None:
        import torch

        if not self.checkpoint.exists():
            return
        kept = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        if tuple(kept["run"]) != self.settings:
            raise PrefdataError(
                f"{self.checkpoint} is of another training ({Settings(*kept['run'])}). To mend it: use its steps and "
                "seed, another --out, or remove it."
            )
        self.taught.model.load_state_dict(kept["model"])
        self.optimizer.load_state_dict(kept["optimizer"])
        self.step, self.seconds, self.recent = kept["at"]


def schedule(done: float) -> float:
    """The learning rate as a share of the highest, after a share `done` of the steps: up a line, down a cosine."""
    if done < WARM:
        return (done + 1e-3) / (WARM + 1e-3)
    return 0.01 + 0.99 * (1 + math.cos(math.pi * (done - WARM) / (1 - WARM))) / 2


def _groups(model: torch.nn.Module, decay: float) -> list[dict[str, Any]]:
    """Matrices shrink a little each step; vectors (biases, norms) do not."""
    weights = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in weights if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in weights if p.ndim <= 1], "weight_decay": 0.0},
    ]


def _progress(settings: Settings, step: int, loss: float, left: float) -> str:
    return f"{settings.name}: step {step:,} of {settings.steps:,}, loss {loss:.3f}, {left / 60:.1f} min left"


def _is_done(out: Path, settings: Settings) -> bool:
    path = out / provenance.FILE
    if not path.exists():
        return False
    known = json.loads(path.read_text(encoding="utf-8")).get(settings.name, {}).get("training", {})
    return all(known.get(name) == value for name, value in settings._asdict().items())


def _write(path: Path, content: bytes) -> None:
    """The whole file or nothing, also when the power fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
