"""All drafts of a prompt: its samples, then every other source in the order of the config."""

from __future__ import annotations

from collections.abc import Callable

from prefdata.models import Source
from prefdata.questions import Prompt
from prefdata.sources import adversarial, degrade, edit, reference, revise
from prefdata.sources.draft import Draft

Drafts = Callable[[Source, Prompt, list[str]], list[Draft]]
KINDS: dict[str, Drafts] = {
    "reference": reference.drafts,
    "adversarial": adversarial.drafts,
    "edit": edit.drafts,
    "degrade": degrade.drafts,
    "revise": revise.drafts,
}


def drafts(sources: tuple[Source, ...], prompt: Prompt, samples: list[Draft]) -> list[Draft]:
    """The samples and what the sources make of them; a draft stands behind the one it is made from."""
    made: dict[str, list[Draft]] = {"sample": samples}
    for source in sources:
        bases = list(prompt.candidates) if source.of == "import" else [d.candidate_id for d in made[source.of]]
        made[source.name] = KINDS[source.kind](source, prompt, bases[: source.count])
    return [draft for found in made.values() for draft in found]
