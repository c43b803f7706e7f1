"""Inputs that are folders: a Hugging Face data set, or images."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prefdata.errors import InputError
from prefdata.sources.imports import hf_folder, image_folder
from prefdata.sources.imports.reading import Row, open_binary


def is_folder(path: Path, kind: str) -> bool:
    """Whether an input is read as a folder: only prompts are."""
    return kind == "prompt" and path.is_dir()


def image_root(path: Path, kind: str) -> Path:
    """Where the image paths of an input start: in the folder that it is, or that it lies in."""
    return path if is_folder(path, kind) else path.parent


def files(path: Path, kind: str) -> list[Path]:
    """The files that an input consists of, at least one. Raises InputError if it cannot be read."""
    if not is_folder(path, kind):
        open_binary(path).close()
        return [path]
    tables = hf_folder.tables(path)
    for table in tables:
        open_binary(table).close()
    if found := tables or image_folder.images(path):
        return found
    remedy = "name a file of prompts, a data set saved by `datasets`, a folder of Parquet files, or one of images"
    problem = "the folder holds neither a data set nor images"
    raise InputError(str(path), problem, remedy, reason="empty_file")


def rows(path: Path, question: str | None) -> Iterator[Row]:
    """Every row of a folder of prompts, in order."""
    files(path, "prompt")
    return hf_folder.rows(path) if hf_folder.tables(path) else image_folder.rows(path, question)
