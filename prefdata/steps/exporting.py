"""export: the pairs of one shard → its data set files, one a split."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from prefdata.evidence import IDENTITY, gather, joined
from prefdata.export.triplets import triplet, triplet_schema
from prefdata.objectives.dominance import Dominance
from prefdata.objectives.views import views
from prefdata.plan import Job, Step, splits_of, verified_of
from prefdata.report.claim_examples import examples
from prefdata.report.claims import counts
from prefdata.report.strata import strata
from prefdata.shards import Manifest, drop_table, read_table, table_writer
from prefdata.steps.labelling import record_chunks
from prefdata.testimony import COUNTED

ROWS_AT_ONCE = 2048
BINS = 20


def run(job: Job, step: Step) -> Manifest:
    job.run.manifest.unlink(missing_ok=True)  # from here to its new manifest the data set is not complete
    pairs = read_table(job.folder("select") / f"pairs-{step.part:04d}.parquet")
    texts = Texts(job, step.part)
    schema = triplet_schema(_with_images(job))
    outputs = []
    for split in splits_of(job.config):
        outputs.append(job.run.dataset / f"{split}-{step.part:05d}-of-{step.of:05d}.parquet")
        _write(outputs[-1], schema, pairs.filter(pc.equal(pairs["split"], split)), texts)
    rows = sum(pq.read_metadata(output).num_rows for output in outputs)
    facts = {**_facts(pairs, texts), "verified": _verified(job, step.part, pairs, texts)}
    return job.run.finish(step.name, step.key, (len(pairs), rows), drop_table([]), outputs, facts)


def _with_images(job: Job) -> bool:
    labels = (job.finished("label", shard) for shard in range(job.shards))
    return any(manifest.facts["with_images"] for manifest in labels if manifest)


def _write(path: Path, schema: pa.Schema, pairs: pa.Table, texts: Texts) -> None:
    with table_writer(path, schema) as writer:
        for start in range(0, len(pairs), ROWS_AT_ONCE):
            rows = list(texts.triplets(pairs.slice(start, ROWS_AT_ONCE)))
            writer.write_table(pa.Table.from_pylist(rows, schema=schema), row_group_size=ROWS_AT_ONCE)


class Texts:
    """The prompts and candidates of a shard, found by id; of doubles the first, as in `evidence.link`."""

    def __init__(self, job: Job, shard: int) -> None:
        records = gather(record_chunks(job, shard))
        self.images, self.prompt, self.candidate = job.images, records.prompt, records.candidate
        self.claims = _claims(records.rating)
        self.dominance = Dominance(records.rating, records.candidate, job.config.objectives.dimensions)
        self.instructions = {view.name: view.instruction for view in views(job.config.objectives)}
        self.prompt_names = joined(self.prompt, IDENTITY["prompt"])
        self.candidate_names = joined(self.candidate, IDENTITY["candidate"])

    def prompt_rows(self, pairs: pa.Table) -> pa.ChunkedArray:
        """The row of each pair's prompt."""
        return pc.index_in(pairs["prompt_id"], self.prompt_names)

    def candidate_rows(self, pairs: pa.Table, side: str) -> pa.Array:
        """The row of each pair's chosen or rejected candidate."""
        return pc.index_in(joined(pairs, ("prompt_id", f"{side}_id")), self.candidate_names)

    def dominances(self, pairs: pa.Table) -> list[str | None]:
        """What each chosen candidate does to the rejected one in the dimensions that have weights."""
        return self.dominance.of(*(self.candidate_rows(pairs, side) for side in ("chosen", "rejected")))

    def triplets(self, pairs: pa.Table) -> Iterator[dict[str, Any]]:
        best, worst = (self.candidate.take(self.candidate_rows(pairs, side)) for side in ("chosen", "rejected"))
        sides = (self.prompt.take(self.prompt_rows(pairs)), best, worst)
        rows = pairs.append_column("dominance", pa.array(self.dominances(pairs), pa.string()))
        for pair, prompt, chosen, rejected in zip(rows.to_pylist(), *(side.to_pylist() for side in sides), strict=True):
            claims = {side: self.claims.get((pair["prompt_id"], pair[f"{side}_id"])) for side in ("chosen", "rejected")}
            image, instruction = partial(self._image, prompt["file"]), self.instructions[pair["view"]]
            yield triplet(pair, prompt, chosen, rejected, claims, image, instruction)

    def image_bytes(self, pairs: pa.Table) -> dict[str, int]:
        """Bytes of images in the rows, and of distinct images among them."""
        used = Counter(
            (row["file"], name)
            for row in self.prompt.select(["file", "images"]).take(self.prompt_rows(pairs)).to_pylist()
            for name in row["images"] or []
        )
        sizes = {image: self.images.path(*image).stat().st_size for image in used}
        return {"stored": sum(sizes[image] * rows for image, rows in used.items()), "unique": sum(sizes.values())}

    def origins(self, pairs: pa.Table, side: str) -> dict[str, int]:
        """Source → how many chosen or rejected responses come from it."""
        found = self.candidate["origin"].take(self.candidate_rows(pairs, side)).value_counts().to_pylist()
        sources = Counter[str]()
        for origin in found:
            sources[json.loads(origin["values"] or "{}").get("source", "import")] += origin["counts"]
        return dict(sources)

    def picture(self, prompt_id: str) -> Path | None:
        """The file of a prompt's first image, if it has any."""
        row = pc.index(self.prompt["prompt_id"], prompt_id).as_py()
        names = self.prompt["images"][row].as_py() or []
        return self.images.path(self.prompt["file"][row].as_py(), names[0]) if names else None

    def _image(self, file: str, name: str) -> bytes:
        return self.images.path(file, name).read_bytes()


def _verified(job: Job, shard: int, pairs: pa.Table, texts: Texts) -> dict[str, Any] | None:
    """How the shard's claims fared, and pairs to show; None where nothing was verified."""
    files = verified_of(job, shard)
    if not files:
        return None
    claims, verdicts = (read_table(job.run.path / files[kind]) for kind in ("claim", "verdict"))
    shown = examples(pairs, claims, verdicts, texts.candidate, texts.picture)
    return {"counts": counts(claims, verdicts), "examples": shown}


def _claims(ratings: pa.Table) -> dict[tuple[str, str], dict[str, dict[str, int]]]:
    """(prompt, candidate) → judge → how many of its claims were supported, contradicted, not checkable."""
    counted = pc.is_in(ratings["dimension"].cast(pa.string()), pa.array(COUNTED)).fill_null(False)
    found: dict[tuple[str, str], dict[str, dict[str, int]]] = {}
    columns = ["prompt_id", "candidate_id", "judge", "dimension", "score"]
    for row in ratings.filter(counted).select(columns).to_pylist():
        by = found.setdefault((row["prompt_id"], row["candidate_id"]), {}).setdefault(row["judge"], {})
        by[row["dimension"].removeprefix("claims_")] = int(row["score"] or 0)
    return found


def _facts(pairs: pa.Table, texts: Texts) -> dict[str, Any]:
    """What the card and the report say about the pairs; everything adds up over shards."""
    length = pc.utf8_length(texts.candidate["text"])
    chosen, rejected = (length.take(texts.candidate_rows(pairs, side)).to_numpy() for side in ("chosen", "rejected"))
    strength = pairs["strength"].drop_null().to_numpy()
    return {
        "splits": dict(Counter(pairs["split"].to_pylist())),
        "strength": np.histogram(strength, BINS, (0, 1))[0].tolist(),
        "without_evidence": pairs["strength"].null_count,
        "characters": {"chosen": int(chosen.sum()), "rejected": int(rejected.sum())},
        "chosen_longer": int((chosen > rejected).sum()),
        "chosen_shorter": int((chosen < rejected).sum()),
        "origins": {side: texts.origins(pairs, side) for side in ("chosen", "rejected")},
        "strata": strata(pairs["tags"]),
        "image_bytes": texts.image_bytes(pairs),
        "dominance": dict(Counter(said or "unknown" for said in texts.dominances(pairs))),
        "prompts": len(pc.unique(pairs["prompt_id"])),
    }
