"""Config and finished steps → the next steps. Nothing is run here.

  import-NNNN   one input file → records, cut into shards by prompt
  generate-NNNN one shard's prompts → candidates, ratings and votes of live models
  label-NNNN    one shard's records → comparisons
  select        all comparisons → pairs
  export-NNNN   one shard's pairs → data set files
  publish       drops, card, report and the run's manifest

With `selection.target_pairs`, generate, label and select are repeated with more samples for some prompts
(attempt 1, 2 …) until so many pairs pass or no prompt may get more; what was asked before is in the ledger.

A step's key is the sha256 of its settings and of what it reads; a step is finished when a manifest
with this key exists. So a restart goes on where it stopped, and a changed input or setting
repeats exactly the steps that depend on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from prefdata import __version__
from prefdata.config import Config
from prefdata.image_places import ImagePlaces, Place
from prefdata.images import named
from prefdata.keys import key
from prefdata.records import KINDS
from prefdata.shards import Manifest, RunDir, read_table
from prefdata.sources.imports.folders import files, image_root

SHARD_BYTES = 128 * 2**20
REPEATED = ("generate", "label", "select")  # what every attempt does


class Step(NamedTuple):
    """`part` is the input's or the shard's number; `of` how many shards there are; `attempt` what it builds on."""

    kind: str
    part: int
    of: int
    key: str
    attempt: int = 0

    @property
    def name(self) -> str:
        return step_name(self.kind, self.part, self.attempt)


def step_name(kind: str, part: int = 0, attempt: int = 0) -> str:
    """The folder of a step; further attempts stand beside the first."""
    name = kind if kind in ("select", "publish") else f"{kind}-{part:04d}"
    return f"{name}+{attempt}" if attempt and kind in REPEATED else name


@dataclass(frozen=True)
class Job:
    """A config with its inputs looked at: their sha256 and how many shards they make.

    attempt: the one that is worked on, or the last; most_attempts: how many may be made, None for as many
    as samples allow.
    """

    config: Config
    run: RunDir
    inputs: tuple[str, ...]
    shards: int
    attempt: int = 0
    most_attempts: int | None = None

    def folder(self, kind: str, part: int = 0) -> Path:
        """Where a step of this attempt puts its outputs."""
        return self.run.step(step_name(kind, part, self.attempt))

    def finished(self, kind: str, part: int = 0) -> Manifest | None:
        """The manifest of such a step, if it is done."""
        return self.run.finished(step_name(kind, part, self.attempt))

    @cached_property
    def images(self) -> ImagePlaces:
        """Where the images lie that the prompts name."""
        places = {
            given.name: Place(image_root(given.path, given.format), self.folder("import", part))
            for part, given in enumerate(self.config.inputs)
        }
        return ImagePlaces(places, self.config.images)


def job(config: Config, run: RunDir) -> Job:
    """Look at every input once; a missing or empty file is an InputError here."""
    parts = [files(given.path, given.format) for given in config.inputs]
    sizes = (_size(path) for paths in parts for path in paths)
    shards = config.shards or max(1, math.ceil(sum(sizes) / SHARD_BYTES))
    digests = (_digest(run, given.path, paths) for given, paths in zip(config.inputs, parts, strict=True))
    return Job(config, run, tuple(digests), shards)


def _digest(run: RunDir, path: Path, files: list[Path]) -> str:
    """The sha256 of a file, or of the names and digests of a folder's files."""
    if files == [path]:
        return run.digest(path)
    digests = (run.digest(file) if file.is_file() else "" for file in files)  # a link may lead nowhere
    return key([[file.relative_to(path).as_posix(), digest] for file, digest in zip(files, digests, strict=True)])


def _size(path: Path) -> int:
    """Bytes of a file when it is read."""
    return path.stat().st_size * (4 if path.suffix == ".gz" else 1) if path.is_file() else 0


def waves(job: Job) -> list[list[Step]]:
    """The plan as far as it can be known: waves up to and including the first unfinished one."""
    found: list[list[Step]] = []
    for at, wave in _ways(job):
        found.append(wave(at))
        if any(not is_finished(job.run, step) for step in found[-1]):
            break
    return found


def _ways(job: Job) -> Iterator[tuple[Job, Callable[[Job], list[Step]]]]:
    """The waves in order; each is made only when those before it are finished."""
    yield job, _imports
    job = replace(job, attempt=0)
    while True:
        yield from ((job, wave) for wave in (_generates, _labels, _select))
        if not _goes_on(job):
            break
        job = replace(job, attempt=job.attempt + 1)
    yield from ((job, wave) for wave in (_exports, _publish))


def _goes_on(job: Job) -> bool:
    """Whether the attempt that has ended fell short and another may be made."""
    selected = job.finished("select")
    allowed = job.most_attempts is None or job.attempt + 1 < job.most_attempts
    return bool(allowed and selected and selected.facts["growing"])


def plan(job: Job) -> list[Step]:
    """The steps that can run now; empty when the run is complete."""
    return [step for step in waves(job)[-1] if not is_finished(job.run, step)]


def is_finished(run: RunDir, step: Step) -> bool:
    manifest = run.finished(step.name)
    return manifest is not None and manifest.key == step.key


def _step(job: Job, kind: str, part: int, reads: Any) -> Step:
    return Step(kind, part, job.shards, key([__version__, kind, part, job.shards, reads]), job.attempt)


def _outputs(job: Job, kind: str, part: int = 0) -> dict[str, str]:
    manifest = job.finished(kind, part)
    return manifest.outputs if manifest else {}


def records_of(job: Job, shard: int) -> dict[str, str]:
    """The record files of a shard and their sha256."""
    return {**imported_of(job, shard), **generated_of(job, shard)}


def generated_of(job: Job, shard: int) -> dict[str, str]:
    """The record files that live models gave a shard."""
    return {name: digest for name, digest in _made(job, shard).items() if _kind(name) in KINDS}


def verified_of(job: Job, shard: int) -> dict[str, str]:
    """The files with the claims of a shard's candidates and the verdicts on them, by kind: "claim" and "verdict"."""
    return {_kind(name): name for name in _made(job, shard) if _kind(name) in ("claim", "verdict")}


def strata_of(job: Job, shard: int) -> list[str]:
    """The files with the tags that models chose for a shard's prompts."""
    return [name for name in _made(job, shard) if _kind(name) == "stratum"]


def _made(job: Job, shard: int) -> dict[str, str]:
    """All that live models gave a shard."""
    return _outputs(job, "generate", shard) if job.config.live else {}


def _kind(name: str) -> str:
    """What a step's output holds, by its name."""
    return name.rsplit("/", 1)[-1].partition("-")[0]


def imported_of(job: Job, shard: int) -> dict[str, str]:
    """The record files of a shard that the inputs gave, in their order."""
    outputs = (item for part in range(len(job.inputs)) for item in _outputs(job, "import", part).items())
    return {name: digest for name, digest in outputs if name.endswith(f"-{shard:04d}.parquet")}


def _imports(job: Job) -> list[Step]:
    config = job.config
    common = [config.on_bad_row, config.styles, config.images, config.live]  # live: images are looked at now
    settings = [[given.name, given.format, given.question, *common] for given in job.config.inputs]
    return [
        _step(job, "import", part, [digest, setting])
        for part, (digest, setting) in enumerate(zip(job.inputs, settings, strict=True))
    ]


def _generates(job: Job) -> list[Step]:
    """One step a shard where there are policies or judges. Speed and prices change no answer."""
    config = job.config
    sorting = [stratum for stratum in config.strata if stratum.model]
    asked = [one.identity for one in (*config.policies, *config.sources, *config.judges, *sorting)]
    reads = [asked, _sampling(config), config.styles, growing_of(job)]
    shards = range(job.shards) if config.live else ()
    return [_step(job, "generate", shard, [imported_of(job, shard), _images(job, shard), reads]) for shard in shards]


def _sampling(config: Config) -> list[Any]:
    """What candidates depend on; how many there may be at most decides only whether another attempt is made."""
    own = config.sampling
    return [own.per_prompt, own.temperatures, own.max_tokens, own.plan_hash]


def growing_of(job: Job) -> dict[str, str]:
    """The files in which the attempt before this one says how many more candidates prompts get now."""
    if not job.attempt:
        return {}
    before = replace(job, attempt=job.attempt - 1)
    return {name: digest for name, digest in _outputs(before, "select").items() if "/growing-" in name}


def _labels(job: Job) -> list[Step]:
    config = job.config
    own = [config.labels.identity, [one.identity for one in config.strata], asdict(config.objectives)]
    settings = [config.on_bad_row, config.selection.must_pass, own, config.dedup and config.dedup.identity]
    return [
        _step(job, "label", shard, [records_of(job, shard), _made(job, shard), _images(job, shard), settings])
        for shard in range(job.shards)
    ]


def _images(job: Job, shard: int) -> dict[str, str]:
    """The images that a shard's prompts name and their sha256; they are inputs as much as the files are."""
    manifests = (job.finished("import", part) for part in range(len(job.inputs)))
    if not any(manifest.facts["with_images"] for manifest in manifests if manifest):
        return {}
    tables = (
        read_table(job.run.path / name, ["images", "file"]) for name in imported_of(job, shard) if "/prompt-" in name
    )
    images = {(file, name) for table in tables for _, file, names in named(table) for name in names}
    paths = {f"{file}: {name}": job.images.found(file, name) for file, name in sorted(images)}
    digests = {name: job.run.digest(path) if path else "" for name, path in paths.items()}
    return {"rules": key(job.config.images[1:]), **digests}  # the hosts mattered when they were fetched


def _select(job: Job) -> list[Step]:
    config = job.config
    reads = [_outputs(job, "label", shard) for shard in range(job.shards)]
    own = [asdict(config.selection), config.splits, config.seed, bool(config.styles), asdict(config.objectives)]
    alike = config.dedup and config.dedup.identity  # signatures may be the same, and what counts as alike another
    return [_step(job, "select", 0, [reads, own, alike, _growth(job)])]


def _growth(job: Job) -> list[Any]:
    """What decides which prompts get more candidates, where there is a target or a quota."""
    config = job.config
    if not (config.selection.target_pairs or config.selection.quotas):
        return []
    prompts = [imported_of(job, shard) for shard in range(job.shards)]
    own = [config.sampling.per_prompt, config.sampling.max_per_prompt, config.sampling.plan_hash]
    sources = [[source.name, source.kind, source.of, source.count] for source in config.sources]
    return [prompts, own, bool(config.policies), sources, [judge.name for judge in config.judges]]


def _exports(job: Job) -> list[Step]:
    pairs = [_outputs(job, "select"), splits_of(job.config), job.config.objectives.dimensions]
    shards = range(job.shards)
    reads = [[pairs, records_of(job, shard), _outputs(job, "generate", shard), _images(job, shard)] for shard in shards]
    return [_step(job, "export", shard, reads[shard]) for shard in shards]


def _publish(job: Job) -> list[Step]:
    done = [(step, job.finished(step.kind, step.part)) for step in published(job)]
    reads = [[step.name, found and found.outputs, found and found.facts] for step, found in done]
    return [_step(job, "publish", 0, [reads, job.config.name, splits_of(job.config)])]


def splits_of(config: Config) -> list[str]:
    """The splits that the data set has."""
    return [split for split, share in config.splits.items() if share > 0]


def published(job: Job) -> list[Step]:
    """The steps that a data set is made of: those of the last attempt alone."""
    return [step for wave in (_imports, _generates, _labels, _select, _exports) for step in wave(job)]
