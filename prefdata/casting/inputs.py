"""A config's inputs: the files that it names, told apart, and the splits of what is made of them."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from prefdata import contracts
from prefdata.errors import InputError
from prefdata.sources.imports import NAMES

SPLITS = ("train", "validation", "test")


class Input(NamedTuple):
    """`name` is the path as the config gives it (without folders if absolute): what drops show.

    question: what is asked of images that come without one.
    """

    path: Path
    name: str
    format: str
    question: str | None = None


def inputs(path: Path, raw: dict[str, Any]) -> tuple[Input, ...]:
    """Every file that the config names, each once."""
    return _told_apart(found for given in _files(raw) for found in _expand(path, given))


def _files(raw: dict[str, Any]) -> list[dict[str, str]]:
    """The inputs, the prompts to answer first."""
    prompts = [{**raw["prompts"], "format": "prompt"}] if "prompts" in raw else []
    return [*prompts, *raw.get("inputs", [])]


def splits(path: Path, raw: dict[str, Any]) -> dict[str, float]:
    given = (
        raw.get("export", {}).get("splits")
        or contracts.schema("config")["properties"]["export"]["properties"]["splits"]["default"]
    )
    splits = {name: float(given.get(name, 0.0)) for name in SPLITS}
    if abs(sum(splits.values()) - 1) > 1e-6:
        raise InputError(
            str(path),
            f"the shares add up to {sum(splits.values()):g}, not 1",
            "name shares that add up to 1; splits not named are 0",
            None,
            "export.splits",
            "bad_value",
        )
    return splits


def _expand(path: Path, given: dict[str, str]) -> list[Input]:
    """The files an input names, sorted; relative paths start at the config."""
    kind = given.get("format", "auto")
    if kind != "auto" and kind not in NAMES:
        raise InputError(
            str(path),
            f'the format "{kind}" is not known',
            f"use auto or one of {', '.join(NAMES)}",
            None,
            "inputs.format",
            "unknown_value",
        )
    if not glob.has_magic(given["path"]) or (path.parent / given["path"]).exists():
        return [_input(path, given["path"], kind, given.get("question"))]
    found = sorted(glob.glob(given["path"], root_dir=path.parent, recursive=True))
    if not found:
        problem, remedy = f"no file matches {given['path']}", "correct the pattern; it starts at the config's folder"
        raise InputError(str(path), problem, remedy, None, "inputs.path", "missing_file")
    return [_input(path, name, kind, given.get("question")) for name in found]


def _input(config: Path, given: str, kind: str, question: str | None) -> Input:
    return Input(config.parent / given, Path(given).name if Path(given).is_absolute() else given, kind, question)


def _told_apart(inputs: Iterable[Input]) -> tuple[Input, ...]:
    """Each file once, with a number behind a name that another file has too."""
    seen: Counter[str] = Counter()
    found: list[Input] = []
    for given in inputs:
        if given.path.resolve() in {other.path.resolve() for other in found}:
            continue  # patterns may overlap; a file's votes count once
        seen[given.name] += 1
        again = seen[given.name]
        found.append(given if again == 1 else given._replace(name=f"{given.name} ({again})"))
    return tuple(found)
