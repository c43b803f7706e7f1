"""`noisy`: the truth, but with things overlooked and made up at known rates: a detector of which all is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prefdata.claims.sight import Box, Seen, Trust, View
from prefdata.claims.verifiers.seeing import Seeing
from prefdata.claims.verifiers.truth import Truth
from prefdata.claims.verifying import Verifier
from prefdata.keys import fraction
from prefdata.models import VerifierConfig
from prefdata.questions import Prompt

if TYPE_CHECKING:
    from prefdata.verification import Call

SURE = 0.95  # what is there with this probability counts as there


def make(config: VerifierConfig, call: Call) -> Verifier:
    """Raises InputError where a file that the config names is missing or broken."""
    return Seeing(config.name, Noisy(config).look)


class Noisy:
    """Overlooks each thing with probability `miss`, and with probability `extra` sees one too many in a picture.

    A thing's score is the probability that it is there: of n that are seen each is the one too many with extra / n.
    The same prompt is seen in the same way always.
    """

    def __init__(self, config: VerifierConfig) -> None:
        self.config, self.truth = config, Truth(config)
        recall = dict.fromkeys(("all", "small", "medium", "large"), 1 - config.miss)
        self.trust = Trust(SURE, 0.0, recall)

    async def look(self, prompt: Prompt) -> View | str:
        """What is in the prompt's image but for the noise, or why that is not known."""
        view = await self.truth.look(prompt)
        if isinstance(view, str):
            return view
        seen = [each for n, each in enumerate(view.seen) if self._lot(prompt, f"miss {n}") >= self.config.miss]
        if self._lot(prompt, "extra") < self.config.extra:
            seen.append(self._made_up(prompt, view))
        score = 1 - self.config.extra / max(1, len(seen))
        witness = replace(view.witness, trust=dict.fromkeys(view.witness.trust, self.trust))
        return replace(view, witness=witness, seen=tuple(each._replace(score=score) for each in seen))

    def _made_up(self, prompt: Prompt, view: View) -> Seen:
        """Something of any class, anywhere; nothing is known of it where attributes are known of others."""
        names = view.witness.vocabulary.names
        known = any(each.attributes is not None for each in view.seen)
        name = names[int(self._lot(prompt, "class") * len(names))]
        return Seen(name, box=self._box(prompt, view), attributes=frozenset() if known else None)

    def _box(self, prompt: Prompt, view: View) -> Box | None:
        """A square of a tenth to four tenths of the shorter side; None where the picture is not at hand."""
        if view.width is None or view.height is None:
            return None
        side = min(view.width, view.height) * (0.1 + 0.3 * self._lot(prompt, "side"))
        x, y = (self._lot(prompt, axis) * (long - side) for axis, long in (("x", view.width), ("y", view.height)))
        return x, y, x + side, y + side

    def _lot(self, prompt: Prompt, of: str) -> float:
        """A number in [0, 1) for one purpose."""
        return fraction(f"{prompt.prompt_id}\x1f{of}", self.config.seed)
