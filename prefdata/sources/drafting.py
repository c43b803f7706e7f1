"""All drafts of a prompt: its samples, then every other source in the order of the config."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from prefdata.models import Source
from prefdata.questions import Prompt
from prefdata.sources import adversarial, alter, degrade, distort, edit, inject, omit, reference, revise
from prefdata.sources.draft import Draft, Verify

Drafts = Callable[[Source, Prompt, list[str]], list[Draft]]
Verified = Callable[[Source, Prompt, list[str], Verify], list[Draft]]
STARTS_AFRESH = ("reference", "adversarial")  # kinds that need no candidate to start from
KINDS: dict[str, Drafts] = {
    "reference": reference.drafts,
    "edit": edit.drafts,
    "degrade": degrade.drafts,
    "revise": revise.drafts,
}
# Kinds that can have what they make verified.
VERIFIED: dict[str, Verified] = {
    "adversarial": adversarial.drafts,
    "inject": inject.drafts,
    "alter": alter.drafts,
    "omit": omit.drafts,
    "distort": distort.drafts,
}


def drafts(sources: tuple[Source, ...], prompt: Prompt, samples: list[Draft], verify: Verify) -> list[Draft]:
    """The samples and what the sources make of them; a draft stands behind the one it is made from."""
    made: dict[str, list[Draft]] = {"sample": samples}
    for source in sources:
        made[source.name] = [
            draft
            for style, bases in _bases(source, prompt, made).items()
            for draft in _in_style(style, _drafts(source, prompt, bases[: source.count], verify))
        ]
    return [draft for found in made.values() for draft in found]


def _drafts(source: Source, prompt: Prompt, bases: list[str], verify: Verify) -> list[Draft]:
    if source.kind in VERIFIED:
        return VERIFIED[source.kind](source, prompt, bases, verify)
    return KINDS[source.kind](source, prompt, bases)


def _bases(source: Source, prompt: Prompt, made: dict[str, list[Draft]]) -> dict[str | None, list[str]]:
    """What a source works on, by style: `count` is meant for each. A source that needs nothing has one entry."""
    if source.kind in STARTS_AFRESH:
        return {None: []}
    if source.of == "import":
        styles = {name: given.style for name, given in prompt.candidates.items()}
    else:
        styles = {draft.candidate_id: draft.origin.get("style") for draft in made[source.of]}
    found: dict[str | None, list[str]] = {}
    for name, style in styles.items():
        found.setdefault(style, []).append(name)
    return found


def _in_style(style: str | None, drafts: list[Draft]) -> list[Draft]:
    """What is made from a candidate keeps its style, unless it has its own."""
    return [replace(draft, origin={"style": style, **draft.origin}) for draft in drafts] if style else drafts
