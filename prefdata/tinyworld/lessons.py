"""How the policy of the tiny world learns: first to see, then to speak, from scenes that it sees once each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from prefdata.tinyworld.drawing import Picture, draw
from prefdata.tinyworld.policy import ACROSS, PATCH, SPECIAL, WIDE, processor, untrained
from prefdata.tinyworld.scene import COLOURS, SHAPES, SIZES, Scene, lots, scene
from prefdata.tinyworld.wording import KINDS, exchange

if TYPE_CHECKING:
    import torch

# How else people ask for a description, so that the policy does not stumble over words of theirs.
FREE = (
    "Describe this image in detail.",
    "Describe the image.",
    "Please describe what you can see here.",
    "What can you see?",
    "Write a caption for this image.",
    "What objects are in the image, and what do they look like?",
    "Give a short and truthful description of this picture.",
    "Look at the picture carefully and list everything in it.",
)
OTHERWISE = 0.15  # the share of descriptions that are asked for in such words
# What is to be told of a patch. Where it lies is easy to tell, but only features that hold it let words sort things.
PLACES = tuple(range(ACROSS))
SEEN = {"shape": SHAPES, "colour": COLOURS, "centre": tuple(SIZES), "row": PLACES, "column": PLACES}
Exchanged = tuple[str, str]  # a question and its answer


class Lessons:
    """What the policy learns from: batches of fresh scenes, and of each of them several exchanges.

    First the eyes learn alone what is under each patch of a picture, through linear maps that are thrown away in
    the end: shapes are what takes longest, and without words a step costs a quarter. Then words and eyes learn
    together. An image costs more than a text, so the exchanges about it share it: they stand behind it in one row,
    and each sees the image and itself, as if it were alone (positions included).
    """

    name = "policy"
    rate, decay, steps, half = 1.5e-3, 0.05, 10_000, True
    alone, pictures_alone, pictures = 0.45, 64, 32  # the share of the steps without words; scenes of a step

    def __init__(self, seed: int, device: str) -> None:
        import torch

        torch.manual_seed(seed)
        self.seed, self.device = seed, device
        self.processor = processor()
        self.tokenizer: Any = self.processor.tokenizer
        self.model: Any = untrained(self.tokenizer).to(device)
        width = WIDE["hidden_size"]
        for name, classes in SEEN.items():
            self.model.add_module(f"sees_{name}", torch.nn.Linear(width, 1 + len(classes), device=device))
        self.texts: dict[str, list[int]] = {}

    def batch(self, step: int, steps: int) -> dict[str, torch.Tensor]:
        """The scenes of one step; see `rows` for the texts; patches: [scenes, patches, 5], as SEEN names them."""
        import torch

        with_words = step >= self.alone * steps
        first = step * self.pictures_alone
        numbers = range(first, first + (self.pictures if with_words else self.pictures_alone))
        scenes = [scene("train", number, self.seed) for number in numbers]
        pictures = [draw(each) for each in scenes]
        seen = {
            "pixel_values": pixels([picture.image for picture in pictures]),
            "patches": torch.from_numpy(np.stack([patches(*each) for each in zip(scenes, pictures, strict=True)])),
        }
        if not with_words:
            return seen
        told = [exchanges(each, lots("train", n, self.seed, "words")) for each, n in zip(scenes, numbers, strict=True)]
        return seen | rows([[(self.ids(q), self.ids(a)) for q, a in each] for each in told])

    def loss(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """Cross-entropy of the answers' tokens, if there are any, plus that of what the patches show; in nats."""
        import torch
        from torch.nn import functional

        body = self.model.model
        if "labels" not in batch:
            features = body.get_image_features(batch["pixel_values"]).pooler_output
            return self._eyes(torch.stack(tuple(features)), batch["patches"])
        texts = {name: batch[name] for name in ("input_ids", "attention_mask", "position_ids", "pixel_values")}
        seen = body(**texts, use_cache=False)
        asked = batch["labels"] >= 0
        logits = self.model.lm_head(seen.last_hidden_state[asked])
        words: torch.Tensor = functional.cross_entropy(logits.float(), batch["labels"][asked])
        return words + 0.5 * self._eyes(seen.image_hidden_states, batch["patches"])

    def _eyes(self, features: torch.Tensor, shown: torch.Tensor) -> torch.Tensor:
        """The cross-entropy of what a patch shows, summed over SEEN; a patch with nothing counts a fifth."""
        import torch
        from torch.nn import functional

        features = features.reshape(len(shown), ACROSS**2, -1)
        found = []
        for n, (name, classes) in enumerate(SEEN.items()):
            told = getattr(self.model, f"sees_{name}")(features).flatten(0, 1).float()
            weight = told.new_tensor([0.2] + [1.0] * len(classes))
            found.append(functional.cross_entropy(told, shown[..., n].flatten(), weight))
        return torch.stack(found).sum()

    def ids(self, text: str) -> list[int]:
        """The tokens of a question or an answer; most come again and again."""
        if len(self.texts) > 100_000:
            self.texts.clear()
        if text not in self.texts:
            self.texts[text] = self.tokenizer.encode(text)
        return self.texts[text]

    def save(self, folder: Path) -> None:
        """The model in 16 bits and its processor."""
        import copy

        import torch

        kept = copy.deepcopy(self.model).to("cpu", torch.float16)
        for name in SEEN:
            delattr(kept, f"sees_{name}")
        kept.save_pretrained(folder)
        self.processor.save_pretrained(folder)


def exchanges(scene: Scene, draw: np.random.Generator) -> list[Exchanged]:
    """An exchange of each kind about a scene."""
    told = [exchange(scene, kind, draw) for kind in KINDS]
    return [(_asked(each.kind, each.question, draw), each.answer) for each in told]


def _asked(kind: str, question: str, draw: np.random.Generator) -> str:
    """A description is sometimes asked for in words from outside the tiny world, or in none that make sense."""
    if kind != "describe" or draw.random() > OTHERWISE:
        return question
    if draw.random() < 0.5:
        return str(draw.choice(FREE))
    words = ["".join(chr(n) for n in draw.integers(97, 123, draw.integers(2, 7))) for _ in range(draw.integers(1, 6))]
    return f"{' '.join(words).capitalize()}."


def rows(told: Sequence[Sequence[tuple[list[int], list[int]]]]) -> dict[str, torch.Tensor]:
    """Exchanges, as tokens of question and answer, of several images → one row an image.

    input_ids, position_ids and labels (the next token, -1 where it is not learned) are [images, longest], and
    attention_mask is [images, 1, longest, longest]: 0 where a token (third axis) sees another (fourth), else -10000.
    """
    import torch

    pad, end, image, _, user, assistant = range(len(SPECIAL))
    shared = [user] + [image] * ACROSS**2
    blocks = [[([*q, end, assistant], [*a, end]) for q, a in each] for each in told]
    longest = len(shared) + max(sum(len(q) + len(a) for q, a in each) for each in blocks)
    ids, positions = np.full((len(told), longest), pad), np.zeros((len(told), longest), int)
    labels, owner = np.full((len(told), longest), -1), np.full((len(told), longest), -1)
    for n, each in enumerate(blocks):
        ids[n, : len(shared)], positions[n, : len(shared)], owner[n, : len(shared)] = shared, range(len(shared)), 0
        start = len(shared)
        for number, (question, answer) in enumerate(each, 1):
            stop = start + len(question) + len(answer)
            ids[n, start:stop], owner[n, start:stop] = question + answer, number
            positions[n, start:stop] = np.arange(stop - start) + len(shared)
            labels[n, start + len(question) - 1 : stop - 1] = answer
            start = stop
    mine = torch.from_numpy(owner)
    sees = (mine[:, :, None] == mine[:, None, :]) | (mine[:, None, :] == 0)
    return {
        "input_ids": torch.from_numpy(ids),
        "position_ids": torch.from_numpy(positions),
        "labels": torch.from_numpy(labels),
        "attention_mask": torch.where(sees & torch.ones_like(sees).tril(), 0.0, -1e4)[:, None],
    }


def patches(scene: Scene, picture: Picture) -> np.ndarray:
    """What each patch shows [patches, 5]: the shape and colour of the thing that covers most of it, the size of the one
    whose middle lies in it, its own row and column; 0 for nothing, else 1 + the place in SEEN."""
    shown = picture.masks.reshape(-1, ACROSS, PATCH, ACROSS, PATCH).sum((2, 4)).reshape(-1, ACROSS**2)
    shape, colour, centre = np.zeros((3, ACROSS**2), np.int64)
    most, where = shown.argmax(0), shown.max(0) >= 6
    shape[where] = np.array([1 + SHAPES.index(thing.shape) for thing in scene.things])[most[where]]
    colour[where] = np.array([1 + COLOURS.index(thing.colour) for thing in scene.things])[most[where]]
    for thing in scene.things:
        across, down = (min(ACROSS - 1, max(0, int(value // PATCH))) for value in (thing.x, thing.y))
        centre[down * ACROSS + across] = 1 + list(SIZES).index(thing.size)
    row, column = np.divmod(np.arange(ACROSS**2), ACROSS)
    return np.stack([shape, colour, centre, 1 + row, 1 + column], 1)


def pixels(images: list[np.ndarray]) -> torch.Tensor:
    """uint8 pictures [SIDE, SIDE, 3] as the processor gives them to the model: [images, 3, SIDE, SIDE] in [-1, 1]."""
    import torch

    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 127.5 - 1
