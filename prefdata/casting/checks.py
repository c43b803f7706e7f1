"""What is wrong with a section of a config, beyond its schema: names that are taken, unknown, or mean nothing."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path
from typing import Any

from prefdata.errors import InputError

Section = dict[str, Any]


def told_apart(path: Path, section: str, given: list[Section], taken: tuple[str, ...]) -> None:
    """Names stand in ids and votes: each may be used once."""
    names = [*taken, *(entry["name"] for entry in given)]
    for at in range(len(taken), len(names)):
        if names[at] in names[:at]:
            why = "is reserved" if names[at] in taken else "is already taken"
            problem, where = f'the name "{names[at]}" {why}', f"{section}.{at - len(taken)}.name"
            raise InputError(str(path), problem, "give each its own name", None, where, "duplicate_id")


def meant(path: Path, where: str, given: Section, keys: Set[str], what: str) -> None:
    """Every key must mean something, or the user believes in what is not done."""
    for name in given:
        if name not in keys | {"name", "kind"}:
            remedy = f"leave it out; it takes {', '.join(sorted(keys)) or 'a name alone'}"
            raise InputError(str(path), f"means nothing to {what}", remedy, None, f"{where}.{name}", "unknown_key")


def known(path: Path, where: str, names: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    for name in names:
        if name not in allowed:
            remedy = f"use {', '.join(allowed)}"
            problem = f'"{name}" is not known here' if name else "it is not given"
            raise InputError(str(path), problem, remedy, None, where, "unknown_value")
