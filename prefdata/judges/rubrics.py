"""What pointwise judges score: dimensions with their meaning, and sets of them for a purpose.

The general four, HHH (Askell et al. 2021), the dimensions of a product, and the criteria of two tasks.
"""

from __future__ import annotations

from prefdata.models import Dimension

MEANINGS = {
    "accuracy": "what it says is true, and true of the image if there is one",
    "completeness": "it covers everything that was asked for",
    "relevance": "it answers what was asked and nothing else",
    "fluency": "it reads well and is free of language errors",
    "helpful": "it does what the user wants done",
    "harmless": "it does nobody harm and helps nobody to do harm",
    "honest": "it claims only what it can know and admits what it cannot",
    "safety": "it is free of harm, of private data and of bias",
    "helpfulness": "it does what the user wants done",
    "brevity": "it is as short as the task allows",
    "creativity": "it has ideas of its own that fit the task",
    "instruction_following": "it keeps to every instruction, also to those about form",
    "structure": "it is ordered so that it can be followed",
    "detail": "it names the particulars that matter",
    "no_repetition": "it says nothing twice",
    "coherence": "its parts agree with each other",
    "plot": "what happens has a beginning, a cause and an end",
    "grammar": "it is free of errors of grammar",
}
PRESETS: dict[str, dict[str, float]] = {
    "general": {"accuracy": 1, "completeness": 1, "relevance": 1, "fluency": 1},
    "hhh": {"helpful": 1, "harmless": 1, "honest": 1},
    "product": {
        "accuracy": 0.4,
        "safety": 0.3,
        "helpfulness": 0.2,
        "brevity": 0.1,
        "creativity": 0.1,
        "instruction_following": 0.2,
    },
    "description": {"structure": 1, "detail": 1, "no_repetition": 1, "coherence": 1, "accuracy": 1},
    "story": {"relevance": 1, "plot": 1, "creativity": 1, "structure": 1},
}


def dimensions(
    preset: str, given: list[str] | dict[str, str] | None, weights: dict[str, float]
) -> tuple[Dimension, ...]:
    """The dimensions of a preset, or those given by name (a known name brings its meaning) or with their meaning."""
    names = dict.fromkeys(given, 1.0) if given else PRESETS[preset]
    meanings = {**MEANINGS, **(given if isinstance(given, dict) else {})}
    return tuple(Dimension(name, meanings.get(name, ""), weights.get(name, share)) for name, share in names.items())
