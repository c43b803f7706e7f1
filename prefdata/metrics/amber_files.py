"""Reading AMBER's own files: annotations.json, relation.json, safe_words.txt and a model's answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from prefdata.errors import InputError
from prefdata.metrics.amber import GENERATIVE, TYPES, Annotation, Lexicon
from prefdata.metrics.files import NAMES_REMEDY, Record, is_names, json_object, no_names, once, records, short, text


def read_answers(path: Path, known: Mapping[int, Annotation]) -> dict[int, str]:
    """Id → caption or answer, from rows {"id", "response"}."""
    found = records(path, {"id": "id", "response": "text"})
    once(found, "id")
    for record in found:
        if record.values["id"] not in known:
            remedy = "use the numbers of AMBER's annotations and queries, without quotes"
            raise record.error("id", f"the annotations have no {record.values['id']!r}", remedy)
    return {record.values["id"]: record.values["response"] for record in found}


def read_annotations(path: Path, related: Mapping[str, list[str]]) -> dict[int, Annotation]:
    """Id → annotation, from rows {"id", "type", "truth", "hallu"}; every object must be in `related`."""
    found = records(path, {"id": "id", "type": "text"})
    once(found, "id")
    return {record.values["id"]: _annotation(record, related) for record in found}


def _annotation(record: Record, related: Mapping[str, list[str]]) -> Annotation:
    kind, truth = record.values["type"], record.values.get("truth")
    if kind == GENERATIVE:
        return Annotation(kind, _objects(record, "truth", related), _objects(record, "hallu", related))
    if kind not in TYPES:
        known = ", ".join((GENERATIVE, *TYPES))
        raise record.error("type", f'"{kind}" is no type that AMBER has', f"use one of {known}")
    if truth not in ("yes", "no"):
        raise record.error("truth", f'{truth!r} is neither "yes" nor "no"', 'write "yes" or "no"')
    return Annotation(kind, [], [], truth)


def _objects(record: Record, field: str, related: Mapping[str, list[str]]) -> list[str]:
    names = record.values.get(field)
    if not isinstance(names, list) or not is_names(names):
        raise record.error(field, f"{short(names)} is not a list of names", NAMES_REMEDY)
    unknown = next((name for name in names if name not in related), None)
    if unknown is not None:
        problem = f'the list of related words has no entry for "{unknown}"'
        raise record.error(field, problem, f'add "{unknown}": [] to it, or its related words')
    return names


def read_lexicon(relation: Path, safe_words: Path) -> Lexicon:
    """The related words, one JSON object {"object": ["word", …]}, and the safe words, one a line."""
    related = json_object(relation)
    for name, words in related.items():
        if not is_names(words):
            raise no_names(relation, name, words)
    safe = frozenset(line.strip() for line in text(safe_words).splitlines() if line.strip())
    if not safe:
        raise InputError(str(safe_words), "the file has no words", "name AMBER's safe_words.txt, one word a line")
    return Lexicon(related, safe)
