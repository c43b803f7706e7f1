"""Config and finished steps → the next steps. Nothing is run here.

  import-NNNN   one input file → records, cut into shards by prompt
  generate-NNNN one shard's prompts → candidates, ratings and votes of live models
  label-NNNN    one shard's records → comparisons
  select        all comparisons → pairs
  export-NNNN   one shard's pairs → data set files
  publish       drops, card, report and the run's manifest

A step's key is the sha256 of its settings and of what it reads; a step is finished when a manifest
with this key exists. So a restart goes on where it stopped, and a changed input or setting
repeats exactly the steps that depend on it.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from prefdata import __version__
from prefdata.config import Config
from prefdata.images import named
from prefdata.keys import key
from prefdata.shards import Manifest, RunDir, read_table
from prefdata.sources.imports.reading import open_binary

SHARD_BYTES = 128 * 2**20


class Step(NamedTuple):
    """`part` is the input's or the shard's number; `of` how many shards there are."""

    kind: str
    part: int
    of: int
    key: str

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.part:04d}" if self.kind in ("import", "generate", "label", "export") else self.kind


@dataclass(frozen=True)
class Job:
    """A config with its inputs looked at: their sha256 and how many shards they make."""

    config: Config
    run: RunDir
    inputs: tuple[str, ...]
    shards: int

    @property
    def image_folders(self) -> dict[str, Path]:
        """Where the image paths of each input file start."""
        return {given.name: given.path.parent for given in self.config.inputs}


def job(config: Config, run: RunDir) -> Job:
    """Look at every input once; a missing or empty file is an InputError here."""
    for given in config.inputs:
        open_binary(given.path).close()
    sizes = (given.path.stat().st_size * (4 if given.path.suffix == ".gz" else 1) for given in config.inputs)
    shards = config.shards or max(1, math.ceil(sum(sizes) / SHARD_BYTES))
    return Job(config, run, tuple(run.digest(given.path) for given in config.inputs), shards)


def waves(job: Job) -> list[list[Step]]:
    """The plan as far as it can be known: waves up to and including the first unfinished one."""
    found: list[list[Step]] = []
    for wave in (_imports, _generates, _labels, _select, _exports, _publish):
        steps = wave(job)
        found.append(steps)
        if any(not is_finished(job.run, step) for step in steps):
            break
    return found


def plan(job: Job) -> list[Step]:
    """The steps that can run now; empty when the run is complete."""
    return [step for step in waves(job)[-1] if not is_finished(job.run, step)]


def is_finished(run: RunDir, step: Step) -> bool:
    manifest = run.finished(step.name)
    return manifest is not None and manifest.key == step.key


def _step(job: Job, kind: str, part: int, reads: Any) -> Step:
    return Step(kind, part, job.shards, key([__version__, kind, part, job.shards, reads]))


def _outputs(job: Job, name: str) -> dict[str, str]:
    manifest: Manifest | None = job.run.finished(name)
    return manifest.outputs if manifest else {}


def records_of(job: Job, shard: int) -> dict[str, str]:
    """The record files of a shard and their sha256."""
    return {**imported_of(job, shard), **generated_of(job, shard)}


def generated_of(job: Job, shard: int) -> dict[str, str]:
    """The record files that live models gave a shard."""
    outputs = _outputs(job, f"generate-{shard:04d}") if job.config.live else {}
    return {name: digest for name, digest in outputs.items() if not name.endswith("/drops.parquet")}


def imported_of(job: Job, shard: int) -> dict[str, str]:
    """The record files of a shard that the inputs gave, in their order."""
    outputs = (item for part in range(len(job.inputs)) for item in _outputs(job, f"import-{part:04d}").items())
    return {name: digest for name, digest in outputs if name.endswith(f"-{shard:04d}.parquet")}


def _imports(job: Job) -> list[Step]:
    settings = [[given.name, given.format, job.config.on_bad_row] for given in job.config.inputs]
    return [
        _step(job, "import", part, [digest, setting])
        for part, (digest, setting) in enumerate(zip(job.inputs, settings, strict=True))
    ]


def _generates(job: Job) -> list[Step]:
    """One step a shard where there are policies or judges. Speed and prices change no answer."""
    config = job.config
    asked = [model.identity for model in (*config.policies, *config.judges)]
    reads = [asked, asdict(config.sampling)]
    shards = range(job.shards) if config.live else ()
    return [_step(job, "generate", shard, [imported_of(job, shard), _images(job, shard), reads]) for shard in shards]


def _labels(job: Job) -> list[Step]:
    settings = job.config.on_bad_row
    return [
        _step(job, "label", shard, [records_of(job, shard), _images(job, shard), settings])
        for shard in range(job.shards)
    ]


def _images(job: Job, shard: int) -> dict[str, str]:
    """The images that a shard's prompts name and their sha256; they are inputs as much as the files are."""
    manifests = (job.run.finished(f"import-{part:04d}") for part in range(len(job.inputs)))
    if not any(manifest.facts["with_images"] for manifest in manifests if manifest):
        return {}
    tables = (
        read_table(job.run.path / name, ["images", "file"]) for name in imported_of(job, shard) if "/prompt-" in name
    )
    images = {(file, name) for table in tables for _, file, names in named(table) for name in names}
    paths = {f"{file}: {name}": job.image_folders[file] / name for file, name in sorted(images)}
    return {name: job.run.digest(path) if path.is_file() else "" for name, path in paths.items()}


def _select(job: Job) -> list[Step]:
    config = job.config
    reads = [_outputs(job, f"label-{shard:04d}") for shard in range(job.shards)]
    return [_step(job, "select", 0, [reads, asdict(config.selection), config.splits, config.seed])]


def _exports(job: Job) -> list[Step]:
    pairs = _outputs(job, "select")
    return [
        _step(job, "export", shard, [pairs, records_of(job, shard), _images(job, shard)]) for shard in range(job.shards)
    ]


def _publish(job: Job) -> list[Step]:
    names = [step.name for wave in (_imports, _generates, _labels, _select, _exports) for step in wave(job)]
    return [_step(job, "publish", 0, [[name, _outputs(job, name)] for name in names])]
