"""A folder of images: each is a prompt that asks the same question, named by its path."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from prefdata.errors import InputError
from prefdata.images import SUFFIXES
from prefdata.sources.imports.prompt_columns import fill
from prefdata.sources.imports.reading import Row


def images(folder: Path) -> list[Path]:
    """The images in a folder at any depth, sorted by their path below it."""
    return [path for path in walk(folder) if path.suffix.lower() in SUFFIXES]


def walk(folder: Path) -> list[Path]:
    """All files below a folder but hidden ones, sorted; linked folders are not entered."""
    found = []
    for place, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(place) / name for name in files if not name.startswith(".")]
    return sorted(found, key=lambda path: path.relative_to(folder).parts)


def _refuse(error: OSError) -> None:
    """A part of a folder that cannot be read would be missing without a word."""
    remedy = "check that it is a folder you may read"
    raise InputError(str(error.filename), f"cannot be read ({error.strerror})", remedy) from None


def rows(folder: Path, question: str | None) -> Iterator[Row]:
    """A row for each image: its id is its path without the suffix, with it where two would have the same."""
    if question is None:
        problem, remedy = "is a folder of images, and there is no question about them", "set prompts.question"
        raise InputError(str(folder), problem, remedy, None, "prompts.question", "missing_field")
    paths = [path.relative_to(folder).as_posix() for path in images(folder)]
    stems = Counter(_stem(path) for path in paths)
    for line, path in enumerate(paths, start=1):
        yield Row(line, _prompt(path, path if stems[_stem(path)] > 1 else _stem(path), question), path)


def _stem(path: str) -> str:
    return PurePosixPath(path).with_suffix("").as_posix()


def _prompt(path: str, name: str, question: str) -> dict[str, object]:
    parts = PurePosixPath(path).parts
    tags = {"tags": {"folder": parts[0]}} if len(parts) > 1 else {}
    return {"prompt_id": name, "messages": [{"role": "user", "content": fill(question, path)}], "image": path, **tags}
