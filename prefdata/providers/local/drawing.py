"""Drawing tokens: each row of a batch by its own parameters, with its own noise."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from prefdata.providers.local.rows import Drawing, Row

if TYPE_CHECKING:
    import torch

Closed = Callable[[], bool]


class Writing:
    """What each row writes, and when it has ended: at an end token, at its limit, or when nobody waits for it.

    `generate` takes it as a logits processor, and `ended` as a stopping criterion. A token is drawn as
    argmax(logits / T + g) with Gumbel noise g, an exact sample of softmax(logits / T) (Gumbel 1954;
    Maddison, Tarlow and Minka 2014), so that a row needs no random numbers but its own.
    """

    def __init__(self, rows: list[Row], limits: list[int], ends: list[int], device: Any, closed: Closed) -> None:
        import torch

        self.rows, self.closed = rows, closed
        self.noise = [torch.Generator(device).manual_seed(int(row.request.key[:16], 16)) for row in rows]
        self.limits, self.ends = torch.tensor(limits, device=device), torch.tensor(ends, device=device)
        self.count = torch.zeros(len(rows), dtype=torch.long, device=device)
        self.open = torch.ones(len(rows), dtype=torch.bool, device=device)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Logits [rows, vocabulary] → zero at each row's token, -inf elsewhere."""
        import torch

        still = self.open.tolist()
        chosen = torch.stack(
            [self._token(n, logits) if still[n] else logits.argmax() for n, logits in enumerate(scores)]
        )
        self.count += self.open
        self.open &= ~torch.isin(chosen, self.ends) & (self.count < self.limits)
        return torch.full_like(scores, -torch.inf).scatter_(1, chosen[:, None], 0.0)

    def ended(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
        """[rows]: which rows write no more, for whatever reason."""
        for n, row in enumerate(self.rows):
            if row.given_up or self.closed():
                self.open[n] = False
        return ~self.open

    def _token(self, n: int, logits: torch.Tensor) -> torch.Tensor:
        """The next token of row n from its logits [vocabulary]."""
        import torch

        drawing = self.rows[n].drawing
        if drawing.temperature == 0:
            return logits.argmax()
        # In 32 bits, noise has no values for the rarest tokens of a large vocabulary.
        waits = torch.empty_like(logits, dtype=torch.float64).exponential_(generator=self.noise[n])
        kept = _kept(logits.double() / drawing.temperature, drawing)
        return (kept - waits.clamp_min(torch.finfo(torch.float64).tiny).log()).argmax()


def _kept(scores: torch.Tensor, drawing: Drawing) -> torch.Tensor:
    """Scores [vocabulary] with -inf outside the top_k likeliest, and then outside the nucleus of mass top_p."""
    if 0 < drawing.top_k < len(scores):
        scores = scores.masked_fill(scores < scores.topk(drawing.top_k).values[-1], -math.inf)
    if drawing.top_p < 1:
        ordered, order = scores.softmax(-1).sort(descending=True)
        outside = ordered.cumsum(-1) - ordered >= drawing.top_p
        scores = scores.masked_fill(outside.scatter(0, order, outside), -math.inf)
    return scores
