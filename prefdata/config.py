"""YAML → frozen config. The only reader of YAML and of the environment."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from prefdata import casting, contracts, faults
from prefdata.casting.inputs import Input
from prefdata.dedup.settings import Dedup
from prefdata.errors import InputError, PrefdataError
from prefdata.judges.claims import PASSED
from prefdata.labels.settings import Labels
from prefdata.models import (
    ClaimsJudge,
    ImageRules,
    Judge,
    Model,
    ModelJudge,
    Sampling,
    Source,
    Spending,
    Styles,
    VerifierConfig,
)
from prefdata.objectives.settings import Objectives
from prefdata.selection.settings import Selection
from prefdata.strata.settings import Stratum

LEDGER = ".prefdata/ledger.sqlite"  # beside the config


@dataclass(frozen=True)
class Config:
    """A checked config; schemas/config.schema.json says what each value means."""

    path: Path
    name: str
    seed: int
    shards: int | None
    inputs: tuple[Input, ...]
    on_bad_row: str
    selection: Selection
    labels: Labels
    strata: tuple[Stratum, ...]
    objectives: Objectives
    dedup: Dedup | None
    splits: dict[str, float]
    policies: tuple[Model, ...]
    sampling: Sampling
    sources: tuple[Source, ...]
    styles: Styles | None
    judges: tuple[Judge, ...]
    budget: Spending
    ledger: Path
    images: ImageRules

    @property
    def live(self) -> bool:
        """Whether candidates are generated or judged."""
        return bool(self.policies or self.sources or self.judges or any(stratum.model for stratum in self.strata))

    @property
    def asked(self) -> list[Model]:
        """Every model that may be called."""
        judging = [judge for judge in self.judges if isinstance(judge, ModelJudge)]
        reading = [judge.extractor for judge in self.judges if isinstance(judge, ClaimsJudge) and judge.extractor]
        seeing = [verifier.model for verifier in self.verifiers if verifier.model]
        sorting = [stratum.model for stratum in self.strata if stratum.model]
        return [*self.policies, *judging, *reading, *seeing, *sorting]

    @property
    def verifiers(self) -> list[VerifierConfig]:
        """Every verifier that judges or sources ask."""
        judging = [judge.verifiers for judge in self.judges if isinstance(judge, ClaimsJudge)]
        confirming = [source.confirm for source in self.sources]
        return list(dict.fromkeys(verifier for asked in (*judging, *confirming) for verifier in asked))

    @property
    def run_dir(self) -> Path:
        """Where the run lies unless the user names another place."""
        return self.path.parent / "runs" / self.name


def load(path: Path, on_bad_row: str | None = None) -> Config:
    """Read and check a config. Raises InputError naming the field and, for unknown keys, the likely one.

    `on_bad_row`, if given, stands above the config's.
    """
    raw = _read(path)
    if isinstance(raw.get("inputs"), list):  # a path alone is short for {path: …}
        raw["inputs"] = [{"path": given} if isinstance(given, str) else given for given in raw["inputs"]]
    _check(path, raw)
    _check_budget(path, raw)
    run, writers, verifiers = raw.get("run", {}), casting.policies(path, raw), casting.verifiers(path, raw)
    judges, selection = casting.judges(path, raw, verifiers), casting.selection(path, raw)
    sources = casting.sources(path, raw, writers, verifiers)
    _check_must_pass(path, selection.must_pass, judges, "inputs" in raw)
    return Config(
        path=path,
        name=run.get("name", path.stem),
        seed=run.get("seed", _default("run", "seed")),
        shards=run.get("shards"),
        inputs=casting.inputs(path, raw),
        on_bad_row=on_bad_row
        or raw.get("on_bad_row", contracts.schema("config")["properties"]["on_bad_row"]["default"]),
        selection=selection,
        labels=casting.labels(path, raw),
        strata=casting.strata(path, raw),
        objectives=casting.objectives(path, raw, judges),
        dedup=casting.dedup(path, raw),
        splits=casting.splits(path, raw),
        policies=writers,
        sampling=casting.sampling(path, raw, writers, sources),
        sources=sources,
        styles=casting.styles(path, raw),
        judges=judges,
        budget=Spending(**raw.get("budget", {})),
        ledger=path.parent / raw.get("ledger", LEDGER),
        images=_image_rules(raw.get("prompts", {})),
    )


def _check_must_pass(path: Path, names: tuple[str, ...], judges: tuple[Judge, ...], imports: bool) -> None:
    """A dimension that nobody scores guards against nothing; imported ratings may have any that is not a slip."""
    from prefdata.judges.rules import CHECKS

    scored = {d.name for judge in judges if isinstance(judge, ModelJudge) for d in judge.dimensions}
    known = sorted({*CHECKS, PASSED, *scored})
    for name in names:
        close = difflib.get_close_matches(name, known, 1, 0.85)
        if name not in known and (close or not imports):
            remedy = f'write "{close[0]}"' if close else f"use {', '.join(known)}"
            raise InputError(str(path), f'nobody scores "{name}"', remedy, None, "selection.must_pass", "unknown_value")


def _image_rules(given: dict[str, Any]) -> ImageRules:
    limit, default = ("max_image_mb", "max_image_megapixels"), ImageRules()
    most = [int(given[name] * 1e6) if name in given else None for name in limit]
    return ImageRules(tuple(given.get("image_hosts", ())), most[0] or default.max_bytes, most[1] or default.max_pixels)


def _check_budget(path: Path, raw: dict[str, Any]) -> None:
    """A limit in money means nothing where nothing has a price."""
    judges = raw.get("judges", [])
    read_by = [judge["extractor"] for judge in judges if "extractor" in judge]
    asked = [*raw.get("policies", []), *judges, *read_by, *raw.get("verifiers", []), *raw.get("strata", [])]
    if "max_cost_usd" in raw.get("budget", {}) and not any("price" in model for model in asked):
        remedy = "give models a price: {prompt, completion} in US dollars per million tokens"
        raise InputError(str(path), "no model has a price", remedy, None, "budget.max_cost_usd")


class _OnceLoader(yaml.SafeLoader):
    """YAML in which a key may stand once: PyYAML would silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if again := next((key for n, key in enumerate(keys) if key in keys[:n]), None):
            raise yaml.constructor.ConstructorError(None, None, f'the key "{again}" stands twice', node.start_mark)
        return super().construct_mapping(node, deep)


def secret(model: Model) -> str:
    """The key of a model's endpoint, from the environment; many local endpoints want none."""
    if model.api_key_env is None:
        return "none"
    if not model.api_key_env.isidentifier():  # perhaps the key itself: it is not repeated
        remedy = "put the key into an environment variable, and the variable's name here"
        raise PrefdataError(f"api_key_env of {model.name} is not the name of a variable. To mend it: {remedy}.")
    found = os.environ.get(model.api_key_env, "")
    if not found.strip():
        remedy = f"set it to the key of {model.base_url}"
        raise PrefdataError(f"the variable {model.api_key_env} is not set. To mend it: {remedy}.")
    return found


def _default(section: str, name: str) -> Any:
    return contracts.schema("config")["properties"][section]["properties"][name]["default"]


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), _OnceLoader)
    except FileNotFoundError:
        raise InputError(str(path), "no such file", "name a config; `prefdata init` writes one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"cannot be read ({error})", "check that it is a UTF-8 file you may read") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise InputError(
            str(path),
            f"broken YAML ({getattr(error, 'problem', error)})",
            "correct the YAML",
            mark and f"line {mark.line + 1}",
        ) from None
    if not isinstance(raw, dict):
        raise InputError(str(path), "the config is not a mapping of keys to values", "start from `prefdata init`")
    return raw


def _check(path: Path, raw: dict[str, Any]) -> None:
    for where, section, spec in _sections(raw):
        unknown = sorted(str(key) for key in section if key not in spec["properties"])
        if unknown:
            close = difflib.get_close_matches(unknown[0], spec["properties"], 1)
            remedy = f'write "{close[0]}"' if close else f"use {', '.join(spec['properties'])}"
            raise InputError(str(path), "there is no such key", remedy, None, f"{where}{unknown[0]}", "unknown_key")
    if fault := faults.row_fault("config", raw):
        raise InputError(str(path), fault.problem, fault.remedy, None, fault.field, fault.reason)


def _sections(value: Any, spec: dict[str, Any] | None = None, where: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(prefix, mapping, its schema) of the config and of every section in it."""
    spec = contracts.schema("config") if spec is None else contracts.resolved("config", spec)
    if isinstance(value, dict) and "properties" in spec:
        yield where, value, spec
        for name, inner in spec["properties"].items():
            if name in value:
                yield from _sections(value[name], inner, f"{where}{name}.")
    elif isinstance(value, list) and "items" in spec:
        for at, item in enumerate(value):
            yield from _sections(item, spec["items"], f"{where}{at}.")
