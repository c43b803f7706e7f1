"""Pairs with their texts → triplets, the rows users train on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from prefdata import contracts
from prefdata.keys import canonical_json

IMAGES_FEATURE = {"feature": {"_type": "Image"}, "_type": "List"}


def triplet_schema(with_images: bool) -> pa.Schema:
    """The Arrow schema of triplets. A text-only set has no images column: TRL takes one for a vision set.

    With images the schema's metadata tells `datasets` to decode them.
    """
    schema = contracts.arrow_schema("triplet")
    if not with_images:
        return schema.remove(schema.get_field_index("images"))
    return schema.with_metadata({"huggingface": json.dumps(_features(schema))})


def _features(schema: pa.Schema) -> dict[str, Any]:
    features = {field.name: _feature(field.type) for field in schema}
    return {"info": {"features": {**features, "images": IMAGES_FEATURE}}}


def _feature(kind: pa.DataType) -> Any:
    """An Arrow type in the words of `datasets`."""
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    return {"dtype": {"double": "float64"}.get(str(kind), str(kind)), "_type": "Value"}


def triplet(
    pair: dict[str, Any],
    prompt: dict[str, Any],
    chosen: dict[str, Any],
    rejected: dict[str, Any],
    claims: dict[str, dict[str, dict[str, int]] | None],
    image: Callable[[str], bytes],
    instruction: str | None = None,
) -> dict[str, Any]:
    """One row. `claims`: side → judge → how its claims fared; `image` gives the bytes of an image that the prompt
    names; `instruction`: what a system message says before all others."""
    return {
        "prompt": _asked(prompt["messages"], instruction),
        "chosen": _completion(chosen),
        "rejected": _completion(rejected),
        "images": [{"bytes": image(name), "path": name} for name in prompt["images"] or []],
        **{
            name: pair[name]
            for name in ("prompt_id", "chosen_id", "rejected_id", "probability", "strength", "margin", "weight")
        },
        **{
            name: pair[name]
            for name in ("curriculum_rank", "implicit_margin", "difficulty", "pair_type", "dimensions", "tags", "split")
        },
        "provenance": canonical_json(_provenance(pair, chosen, rejected, claims)),
        **{f"{side}_token_ids": row["token_ids"] for side, row in (("chosen", chosen), ("rejected", rejected))},
        **{f"{side}_ref_logp": row["logp"] for side, row in (("chosen", chosen), ("rejected", rejected))},
    }


def _asked(messages: list[dict[str, str]], instruction: str | None) -> list[dict[str, str]]:
    return [{"role": "system", "content": instruction}, *messages] if instruction else messages


def _completion(candidate: dict[str, Any]) -> list[dict[str, str]]:
    return [*(candidate["context"] or []), {"role": "assistant", "content": candidate["text"]}]


def _provenance(
    pair: dict[str, Any], chosen: dict[str, Any], rejected: dict[str, Any], claims: dict[str, Any]
) -> dict[str, Any]:
    """The evidence behind the label: votes, who gave them, where both responses come from, how their claims fared."""
    chosen_side, rejected_side = ("a", "b") if pair["chosen_is_a"] else ("b", "a")
    sides = {"chosen": chosen_side, "rejected": rejected_side, "tie": "tie"}
    judges = {by["judge"]: {name: by[side] for name, side in sides.items() if by[side]} for by in pair["judges"]}
    return {
        "votes": {"chosen": pair["wins_chosen"], "rejected": pair["wins_rejected"], "tie": pair["ties"]},
        "judges": judges,
        **({"tags": origin} if (origin := json.loads(pair["tag_origin"])) else {}),
        "chosen": json.loads(chosen["origin"] or "{}"),
        "rejected": json.loads(rejected["origin"] or "{}"),
        **({"claims": claims} if any(claims.values()) else {}),
        **({"dominance": pair["dominance"]} if pair["dominance"] else {}),
    }
