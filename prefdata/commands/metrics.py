"""`prefdata metrics`: how much captions and answers hallucinate, by published metrics."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefdata.commands import Commands, command
from prefdata.commands.showing import put_out
from prefdata.errors import InputError, PrefdataError

if TYPE_CHECKING:
    from prefdata.metrics.answers import Figures

SUMMARY = "Measure hallucination in captions and answers: CHAIR, AMBER, POPE."

CHAIR = """
files:
  --captions   one caption a picture: {"image_id": 7, "caption": "A man …"}, JSONL, JSON or Parquet
  --objects    what is in the pictures: one JSON object {"7": ["person", "dog"], …}; it may hold more pictures
  --synonyms   a line an object: "person, man, woman, …"; the first word is the object's name

CHAIR_i is the share of mentions, CHAIR_s the share of captions, that name an object that is not in the picture
(Rohrbach et al. 2018). Who says less scores better on both: read them beside recall and length. The reference's ways of
finding mentions are kept, its errors included (a single "bus" is none); prefdata/metrics/mentions.py lists them.

--per-caption writes a line a caption: {"image_id", "words", "mentions": [{"word", "object", "hallucinated", "start",
"end"}], "missed": [objects not mentioned]}; start and end are characters of the caption.
"""

AMBER = """
files:
  --answers      AMBER's own form: [{"id": 1, "response": "A lake …"}, {"id": 1005, "response": "Yes"}, …], or JSONL
  --annotations  AMBER's annotations.json; relation.json and safe_words.txt lie beside it unless they are named

Captions get CHAIR, Cover, Hal and Cog; answers ("Yes" or "No", to the letter) accuracy, precision, recall and F1 with
"no" as positive, for existence, attribute and relation (Wang et al. 2023). Only ids that are in --answers count.
Nouns are found without a tagger and no similar words are forgiven: compare figures with each other; beside published
ones CHAIR and Hal are, as a rule, higher and Cover is lower. prefdata/metrics/amber.py tells all differences.
"""

POPE = """
files:
  --answers    POPE's answer file: {"question": "Is there …?", "answer": "Yes, …"} a line; "question_id" may be there
  --questions  POPE's question file: {"question_id": 1, "image": "…", "text": "Is there …?", "label": "yes"} a line,
               with "category" for figures by category; not needed if the answers have "label" themselves

The two files belong together by "question_id" where all answers have one, else row by row. An answer is a "no" if its
first sentence has the word No, no or not, else a "yes"; positive is "yes" (Li et al. 2023).
"""


def add(commands: Commands) -> None:
    parser = commands.add_parser("metrics", help=SUMMARY, description=SUMMARY)
    metrics: Commands = parser.add_subparsers(title="metrics", metavar="METRIC", required=True)
    _chair(command(metrics, "chair", run_chair, "Objects in captions that are not in the picture.", CHAIR))
    _amber(command(metrics, "amber", run_amber, "AMBER: captions, and yes/no questions with many a no.", AMBER))
    _pope(command(metrics, "pope", run_pope, "POPE: yes/no questions about objects.", POPE))


def _chair(parser: argparse.ArgumentParser) -> None:
    _inputs(parser, captions="the captions", objects="the pictures' true objects", synonyms="the words for objects")
    parser.add_argument("--per-caption", type=Path, metavar="OUT", help="write each caption's mentions as JSONL")


def _amber(parser: argparse.ArgumentParser) -> None:
    _inputs(parser, answers="captions and answers", annotations="AMBER's annotations.json")
    for name, what in (("relation", "related words"), ("safe-words", "safe words")):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"{what} (default: beside the annotations)")


def _pope(parser: argparse.ArgumentParser) -> None:
    _inputs(parser, answers="the answers")
    parser.add_argument("--questions", type=Path, metavar="FILE", help="the questions with their labels")


def _inputs(parser: argparse.ArgumentParser, **files: str) -> None:
    for name, what in files.items():
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="FILE", help=what)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures as JSON (- for standard output)")


def run_chair(options: argparse.Namespace) -> int:
    from prefdata.metrics import files
    from prefdata.metrics.chair import chair

    _keep((options.captions, options.objects, options.synonyms), (options.json, options.per_caption))
    words = files.word_list(options.synonyms)
    objects = files.true_objects(options.objects, set(words.values()))
    found = chair(files.captions(options.captions, objects), objects, words)
    if not found.mentions:
        problem = f"no caption mentions anything of {options.synonyms}, and CHAIR_i is not defined"
        raise InputError(str(options.captions), problem, "see that both are about the same things, in English")
    if options.per_caption:
        rows = (json.dumps(caption.row(), ensure_ascii=False) + "\n" for caption in found.per_caption)
        put_out(options.per_caption, "".join(rows))
    _put_out(options, found.figures(), _chair_table(found.figures()))
    return 0


def run_amber(options: argparse.Namespace) -> int:
    from prefdata.metrics import amber_files
    from prefdata.metrics.amber import amber

    relation = options.relation or options.annotations.parent / "relation.json"
    safe_words = options.safe_words or options.annotations.parent / "safe_words.txt"
    _keep((options.answers, options.annotations, relation, safe_words), (options.json,))
    lexicon = amber_files.read_lexicon(relation, safe_words)
    known = amber_files.read_annotations(options.annotations, lexicon.related)
    found = amber(amber_files.read_answers(options.answers, known), known, lexicon)
    facts: dict[str, Any] = {}
    lines: list[str] = []
    if captions := found.generative:
        facts["generative"] = captions._asdict()
        lines += _amber_table(facts["generative"])
    if asked := found.discriminative:
        groups = {"overall": asked.overall, **asked.types}
        facts["discriminative"] = {**_by_name(groups), "unreadable": asked.unreadable}
        lines += _answer_table(groups)
        if asked.unreadable:
            note = f'{asked.unreadable:,} answers are neither "Yes" nor "No" to the letter, and count as wrong'
            print(f"note: {options.answers}: {note}", file=sys.stderr)
    _put_out(options, facts, lines)
    return 0


def run_pope(options: argparse.Namespace) -> int:
    from prefdata.metrics.pope import pope, read

    _keep(filter(None, (options.answers, options.questions)), (options.json,))
    found = pope(read(options.answers, options.questions))
    facts = {**found.overall._asdict(), "categories": _by_name(found.categories)}
    _put_out(options, facts, _answer_table({"overall": found.overall, **found.categories}))
    return 0


def _by_name(groups: Mapping[str, Figures]) -> dict[str, dict[str, float | int | None]]:
    return {name: group._asdict() for name, group in groups.items()}


def _chair_table(facts: Mapping[str, Any]) -> list[str]:
    return [
        _line("captions", f"{facts['captions']:,}  "),
        _line("mentions", f"{facts['mentions']:,}  ", f"of objects; {facts['hallucinated']:,} are not in the picture"),
        _line("CHAIR_s", _percent(facts["chair_s"]), "captions that mention an object that is not there"),
        _line("CHAIR_i", _percent(facts["chair_i"]), "mentions of objects that are not there"),
        _line(
            "recall", _percent(facts["recall"]), f"of the {facts['objects']:,} objects of the pictures are mentioned"
        ),
        _line("mean length", f"{facts['mean_words']:.1f}  ", "words"),
    ]


def _amber_table(facts: Mapping[str, Any]) -> list[str]:
    return [
        _line("captions", f"{facts['captions']:,}  "),
        _line("nouns", f"{facts['nouns']:,}  ", "of AMBER's list"),
        _line("CHAIR", _percent(facts["chair"]), "nouns that are not in the picture"),
        _line("Hal", _percent(facts["hal"]), "captions with such a noun"),
        _line("Cog", _percent(facts["cog"]), "objects easily imagined that are named"),
        _line("Cover", _percent(facts["cover"]), "objects of the pictures that are named"),
        _line("mean length", f"{facts['mean_words']:.1f}  ", "words"),
    ]


def _answer_table(groups: Mapping[str, Figures]) -> list[str]:
    """A row a group, a column a figure, in percent."""
    width = max(len(name) for name in groups) + 2
    heads = ("accuracy", "precision", "recall", "F1", "yes", "answers")
    lines = [" " * width + "".join(f"{head:>11}" for head in heads)]
    for name, group in groups.items():
        shares = "".join(f"{_share(value):>11}" for value in group[:-1])
        lines.append(f"{name:<{width}}{shares}{group.answers:>11,}")
    return lines


def _line(name: str, value: str, meaning: str = "") -> str:
    return f"{name:<14}{value:>9}  {meaning}".rstrip()


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f} %"


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"


def _keep(inputs: Iterable[Path], outputs: Iterable[Path | None]) -> None:
    """See that no input would be written over."""
    read = {path.resolve() for path in inputs}
    for out in outputs:
        if out is not None and out.resolve() in read:
            raise PrefdataError(f"{out} is one of the files to measure. To mend it: write to another file.")


def _put_out(options: argparse.Namespace, facts: dict[str, Any], table: list[str]) -> None:
    """The figures as JSON where that is wanted, and as a table unless standard output is taken."""
    if options.json:
        put_out(options.json, json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    if "-" not in (str(options.json), str(getattr(options, "per_caption", None))):
        print("\n".join(table))
