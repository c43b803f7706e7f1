"""A model that is loaded: batches of rows in, settled rows out."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefdata.calls.request import Answer, CallError, EndpointError, RetryableError, TerminalError
from prefdata.providers.local.drawing import Closed, Writing
from prefdata.providers.local.messages import message
from prefdata.providers.local.rows import Row, fail

if TYPE_CHECKING:
    import torch


class Loaded:
    """A model with its tokenizer, or its processor if it sees images."""

    def __init__(self, folder: Path) -> None:
        import torch
        from transformers import (
            AutoConfig,
            AutoModelForCausalLM,
            AutoModelForImageTextToText,
            AutoProcessor,
            AutoTokenizer,
            GenerationConfig,
        )

        config = AutoConfig.from_pretrained(folder)
        self.sees = hasattr(config, "vision_config")
        self.processor: Any = (AutoProcessor if self.sees else AutoTokenizer).from_pretrained(folder)
        self.tokenizer: Any = self.processor.tokenizer if self.sees else self.processor
        if not (self.processor.chat_template or self.tokenizer.chat_template):
            raise ValueError("it has no chat template")
        self.tokenizer.padding_side = "left"
        self.tokenizer.pad_token = self.tokenizer.pad_token or self.tokenizer.eos_token
        on_gpu = torch.cuda.is_available()
        kind = AutoModelForImageTextToText if self.sees else AutoModelForCausalLM
        model: Any = kind.from_pretrained(folder, dtype="auto" if on_gpu else torch.float32)
        self.model = model.to("cuda" if on_gpu else "cpu").eval()
        self.ends = _ends(self.model.generation_config.eos_token_id, self.tokenizer.eos_token_id)
        # The model's own defaults would change answers behind the request's back.
        self.model.generation_config = GenerationConfig()
        self.context = getattr(config.get_text_config(), "max_position_embeddings", None) or 1 << 30

    def answer(self, rows: list[Row], closed: Closed = lambda: False) -> None:
        """Settle every row."""
        rows = [row for row in rows if self._readable(row)]
        trouble = self._try(rows, closed) if rows else None
        if trouble is None:
            return
        if len(rows) == 1:
            fail(rows, trouble)
        else:
            for row in rows:
                self.answer([row], closed)

    def _readable(self, row: Row) -> bool:
        """Whether its messages can be shown to the model; if not, the row is settled with the reason."""
        try:
            row.messages = row.messages or [message(m, row.request, self.sees) for m in row.request.messages]
        except Exception as error:
            fail([row], _trouble(error))
            return False
        return True

    def _try(self, rows: list[Row], closed: Closed) -> CallError | None:
        """Settle the rows, or none of those that fit and say why not."""
        try:
            inputs = self._inputs(rows)
            lengths = inputs["attention_mask"].sum(1).tolist()
            long = [row for row, length in zip(rows, lengths, strict=True) if length >= self.context]
            if not long:
                self._settle(rows, lengths, inputs, closed)
                return None
        except Exception as error:  # anything: the rows must be answered
            return _trouble(error)
        fail(long, TerminalError("context_length", f"the prompt does not fit into {self.context} tokens"))
        rest = [row for row in rows if row not in long]
        return self._try(rest, closed) if rest else None

    def _inputs(self, rows: list[Row]) -> dict[str, torch.Tensor]:
        """input_ids and attention_mask [rows, longest prompt], padded left, and what the images become.

        A text that spells a control token, such as the end of a turn, is read as the letters it is made of.
        """
        padding: dict[str, Any] = {"padding": True}
        more = {"processor_kwargs": padding} if self.sees else padding
        inputs = self.processor.apply_chat_template(
            [row.messages for row in rows],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            sanitize_control_tokens=True,
            **more,
        )
        if self.sees:
            return dict(inputs.to(self.model.device, self.model.dtype))
        return {name: inputs[name].to(self.model.device) for name in ("input_ids", "attention_mask")}

    def _settle(self, rows: list[Row], lengths: list[int], inputs: dict[str, torch.Tensor], closed: Closed) -> None:
        limits = [min(row.request.max_tokens, self.context - n) for row, n in zip(rows, lengths, strict=True)]
        written = self._write(rows, limits, inputs, closed)
        if closed():
            raise EndpointError("closed", "the provider was closed while the model wrote")
        answers = [self._answer(*told) for told in zip(rows, lengths, written, strict=True)]
        for row, answer in zip(rows, answers, strict=True):
            row.future.set_result(answer)

    def _write(
        self, rows: list[Row], limits: list[int], inputs: dict[str, torch.Tensor], closed: Closed
    ) -> list[list[int]]:
        """The tokens of each row."""
        import torch
        from transformers import GenerationConfig

        writing = Writing(rows, limits, self.ends, self.model.device, closed)
        ends = {"eos_token_id": self.ends, "pad_token_id": self.tokenizer.pad_token_id}
        settings = GenerationConfig(max_new_tokens=max(limits), do_sample=False, **ends)
        with torch.inference_mode():
            whole = self.model.generate(
                **inputs, generation_config=settings, logits_processor=[writing], stopping_criteria=[writing.ended]
            )
        tokens = whole[:, inputs["input_ids"].shape[1] :].tolist()
        return [ids[:count] for ids, count in zip(tokens, writing.count.tolist(), strict=True)]

    def _answer(self, row: Row, prompt: int, ids: list[int]) -> Answer:
        finish = "stop" if ids[-1] in self.ends else "length"
        text = self.tokenizer.decode(ids, skip_special_tokens=True)
        logp = self._logp(row, ids) if row.request.parameters.get("logprobs") else None
        return Answer(text, finish, prompt, len(ids), ids, logp)

    def _logp(self, row: Row, ids: list[int]) -> float:
        """The sum of the tokens' log-probabilities at temperature 1, in nats.

        From a pass of the row alone: in a batch the last digits would depend on its neighbours.
        """
        import torch

        inputs = self._inputs([row])
        prompt, written = inputs["input_ids"], torch.tensor(ids, device=self.model.device)
        along = {name: value for name, value in inputs.items() if value.shape == prompt.shape}
        longer = {
            name: torch.cat([v, v.new_full((1, len(ids)), name == "attention_mask")], 1) for name, v in along.items()
        }
        longer["input_ids"] = torch.cat([prompt, written[None]], 1)
        with torch.inference_mode():
            logits = self.model(**{**inputs, **longer}, use_cache=False, logits_to_keep=len(ids) + 1).logits[0, :-1]
        # A part at a time: as 32-bit numbers the whole can be larger than the model's own 16 bits were.
        parts = zip(logits.split(64), written.split(64), strict=True)
        logp = sum(float(part.float().log_softmax(-1).gather(1, took[:, None]).double().sum()) for part, took in parts)
        if not math.isfinite(logp):
            raise TerminalError("not_finite", "the model's log-probabilities are not numbers")
        return logp


def _ends(generation: int | list[int] | None, tokenizer: int | None) -> list[int]:
    """The tokens that end a text. Many models name more of them for generation than their tokenizer has."""
    named = generation if generation is not None else tokenizer
    return named if isinstance(named, list) else [-1 if named is None else named]


def _trouble(error: Exception) -> CallError:
    import torch
    from jinja2 import TemplateError

    if isinstance(error, CallError):
        return error
    if isinstance(error, TemplateError):
        return TerminalError("chat_template", str(error))
    if isinstance(error, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in str(error):
        return RetryableError("out_of_memory", str(error))
    return RetryableError("model_failed", f"{type(error).__name__}: {error}")
