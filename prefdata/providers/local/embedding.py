"""A text encoder in this process: texts → vectors of length 1, the mean over their tokens (Reimers and Gurevych 2019).

A text's vector must not depend on the texts beside it, or pairs at the edge would be alike in one run and not in the
next. So every batch has one of a few shapes: always as many rows, padded to a power of two.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from prefdata.errors import PrefdataError
from prefdata.providers.local.weights import REMEDY, folder_of

ROWS, SHORTEST = 32, 16
LONGEST = 512  # tokens, for models that do not say how many they take


class Encoder:
    """A model and its tokenizer; raises what transformers raises if there is none in the folder."""

    def __init__(self, folder: Path) -> None:
        import torch
        from transformers import AutoModel, AutoTokenizer

        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        self.tokenizer.pad_token = self.tokenizer.pad_token or self.tokenizer.eos_token
        self.tokenizer.padding_side = "right"
        model: Any = AutoModel.from_pretrained(folder, dtype=torch.float32)
        self.model = model.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        most = getattr(model.config, "max_position_embeddings", None) or LONGEST
        self.longest = min(most, self.tokenizer.model_max_length)

    def embed(self, texts: Sequence[str]) -> list[bytes | None]:
        """A vector of half floats for each text; None for one that the model cannot read to its end, because of two
        that begin alike it would say that they are alike."""
        tokens = self.tokenizer(list(texts), add_special_tokens=True)["input_ids"] if texts else []
        shapes: dict[int, list[int]] = {}
        for row, ids in enumerate(tokens):
            if 0 < len(ids) <= self.longest:
                shapes.setdefault(self._padded(len(ids)), []).append(row)
        found: list[bytes | None] = [None] * len(texts)
        for width, rows in sorted(shapes.items()):
            for start in range(0, len(rows), ROWS):
                part = rows[start : start + ROWS]
                for row, vector in zip(part, self._batch([tokens[row] for row in part], width), strict=False):
                    found[row] = vector.tobytes()
        return found

    def _padded(self, length: int) -> int:
        return min(max(SHORTEST, 1 << (length - 1).bit_length()), self.longest)

    def _batch(self, tokens: list[list[int]], width: int) -> np.ndarray:
        """float16 [ROWS, hidden size]; rows beyond the tokens are copies of the first."""
        import torch

        filled = tokens + tokens[:1] * (ROWS - len(tokens))
        ids = torch.full((ROWS, width), self.tokenizer.pad_token_id or 0)
        mask = torch.zeros((ROWS, width), dtype=torch.long)
        for row, own in enumerate(filled):
            ids[row, : len(own)], mask[row, : len(own)] = torch.tensor(own), 1
        device = self.model.device
        with torch.inference_mode():
            states = self.model(input_ids=ids.to(device), attention_mask=mask.to(device)).last_hidden_state
            weight = mask.to(device)[..., None].to(states.dtype)
            mean = (states * weight).sum(1) / weight.sum(1)
            return torch.nn.functional.normalize(mean, dim=1).half().cpu().numpy()


@lru_cache(1)
def encoder(model: str, revision: str | None) -> Encoder:
    """Loaded once. model: a folder or a name on the model hub. Raises PrefdataError."""
    try:
        return Encoder(folder_of(model, revision))
    except ImportError as error:
        raise PrefdataError(f"{error}. To mend it: pip install 'prefdata[local]'.") from None
    except Exception as error:  # transformers raises nearly anything
        raise PrefdataError(f"{model}: {str(error).rstrip('.')}. To mend it: {_lower(REMEDY)}.") from None


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
