"""POPE: whether a model says of objects that they are there when they are not (Li et al. 2023).

An answer is read as POPE's evaluate.py reads it: of the text before the first full stop, commas taken out, a word "No",
"no" or "not" makes it a "no", and everything else is a "yes". So "NO", "Nope", "isn't" and "No!" are yes, and a "no"
after the first sentence does not count. Positive is "yes". The share of "yes" belongs to the figures: a model that
always agrees has full recall.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from prefdata.errors import InputError
from prefdata.metrics.answers import Answered, Figures, figures
from prefdata.metrics.files import Record, once, records

NO = {"No", "no", "not"}


class Question(NamedTuple):
    """A question's true answer ("yes" or "no"), the model's whole answer, and the kind of question if it has one."""

    label: str
    answer: str
    category: str | None = None


def said(answer: str) -> str:
    """ "yes" or "no", read out of an answer as the reference does."""
    words = answer.split(".")[0].replace(",", "").split(" ")
    return "no" if NO & set(words) else "yes"


class Pope(NamedTuple):
    """Figures over all questions, and for each category in the order in which they first occur."""

    overall: Figures
    categories: dict[str, Figures]


def pope(questions: Iterable[Question]) -> Pope:
    """POPE's figures; positive is "yes"."""
    asked = list(questions)
    names = dict.fromkeys(question.category for question in asked if question.category is not None)
    return Pope(_figures(asked), {name: _figures(q for q in asked if q.category == name) for name in names})


def _figures(questions: Iterable[Question]) -> Figures:
    return figures((Answered(question.label, said(question.answer)) for question in questions), "yes")


def read(answers: Path, questions: Path | None) -> list[Question]:
    """Answers and the questions they belong to: of one file, or of two as POPE has them.

    Two files are joined by "question_id" where every answer has one, else row by row, as POPE's script does it.
    """
    found = records(answers, {"answer": "text"}, {"question_id": "id", "question": "text"})
    asked = found if questions is None else _asked(questions, found)
    return [
        Question(_label(question), answer.values["answer"], _category(question))
        for question, answer in zip(asked, found, strict=True)
    ]


def _asked(path: Path, answers: list[Record]) -> list[Record]:
    """For each answer its question."""
    questions = records(path, {"label": "text"}, {"question_id": "id", "text": "text"})
    if all(answer.values.get("question_id") is not None for answer in answers):
        return _by_id(path, questions, answers)
    if len(questions) != len(answers):
        problem = f"{len(answers):,} answers to {len(questions):,} questions"
        remedy = f'answer every question of {path} in its order, or give both files a "question_id"'
        raise InputError(str(answers[0].path), problem, remedy)
    for question, answer in zip(questions, answers, strict=True):
        _same(question, answer)
    return questions


def _by_id(path: Path, questions: list[Record], answers: list[Record]) -> list[Record]:
    without = next((question for question in questions if question.values.get("question_id") is None), None)
    if without:
        raise without.error("question_id", "the field is missing", "add it, for the answers have one")
    once(questions, "question_id")
    once(answers, "question_id")
    by_id = {str(question.values["question_id"]): question for question in questions}
    for answer in answers:
        if str(answer.values["question_id"]) not in by_id:
            problem = f"{path} has no question {answer.values['question_id']}"
            raise answer.error("question_id", problem, "name the file these questions came from")
    found = [by_id.pop(str(answer.values["question_id"])) for answer in answers]
    for left in by_id.values():
        problem = f"{len(by_id):,} questions have no answer in {answers[0].path}, this one first"
        raise left.error("question_id", problem, "answer all of them, or leave them out here")
    for question, answer in zip(found, answers, strict=True):
        _same(question, answer)
    return found


def _same(question: Record, answer: Record) -> None:
    """See that an answer that repeats its question repeats the right one."""
    asked, repeated = question.values.get("text"), answer.values.get("question")
    if asked is not None and repeated is not None and repeated.strip() != asked.strip():
        problem = f'"{repeated}" is not the question asked there, "{asked}"'
        raise answer.error("question", problem, f"put the answers into the order of {question.path}")


def _label(question: Record) -> str:
    label = question.values.get("label")
    if label not in ("yes", "no"):
        problem = "the field is missing" if label is None else f'"{label}" is neither "yes" nor "no"'
        raise question.error("label", problem, 'write "yes" or "no", or name the file of questions (--questions)')
    return str(label)


def _category(question: Record) -> str | None:
    category = question.values.get("category")
    if category is None or isinstance(category, str):
        return category
    raise question.error("category", f"{category} is not a text", "write the category's name in quotes")
