"""A claim → the two yes/no questions about it: whether it is so, and whether it is not.

Both are asked because models like to say yes (POPE; Li et al. 2023): one that does, or that does not listen, answers
them alike and is found out. They ask whether there is such a thing as the claim speaks of ("Is there a person in the
picture that is holding a phone?"). Of several persons any will do, for a claim does not say which one it means; whoever
knows that asks about their part of the picture.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from prefdata.claims import lexicon
from prefdata.claims.claim import IMAGE, Claim
from prefdata.claims.inflection import MASS, PLURAL_ONLY, UNIQUE, an, gerund, last, plural
from prefdata.claims.rules.mentions import Mentions

BEFORE_NOUNS = lexicon.COLOURS | lexicon.SIZES | lexicon.MATERIALS
NUMBERS = {"1": "one"} | {value: word for word, value in lexicon.valued("numbers").items() if word != "dozen"}
COUNTS = {  # sign → how it is said, and how the opposite is
    "=": ("exactly", "not exactly"),
    ">=": ("at least", "fewer than"),
    "<=": ("at most", "more than"),
    "~": ("about", "not about"),
}
NUMBER = re.compile(r"\d+")
RANGE = re.compile(r"(\d+)-(\d+)")
# A place in the picture or in a thing, or the last word of one → what stands before it.
PLACES = {
    **dict.fromkeys(("background", "foreground", "distance", "center", "corner"), "in the"),
    **dict.fromkeys(("left", "right", "side"), "on the"),
    **dict.fromkeys(("top", "bottom", "edge", "end", "front", "back"), "at the"),
    **dict.fromkeys(("top left", "top right", "bottom left", "bottom right"), "at the"),
}
BESIDE = {"left of": "to the left of", "right of": "to the right of"}
# What is said of several things only, and relations to several.
TOGETHER = frozenset(["arranged", "assorted", "distributed", "gathered", "piled", "scattered", "spread", "stacked"])
TO_SEVERAL = frozenset(["among", "surrounded by", "filled with", "lined with", "dotted with"])
# What the object follows of a verb that has none otherwise.
PREPOSITIONS = {
    **dict.fromkeys(("look", "gaze", "stare", "glance", "smile", "point"), "at"),
    **dict.fromkeys(("wait", "search", "reach", "pose", "care"), "for"),
    **dict.fromkeys(("graze", "focus", "work", "concentrate", "snack", "munch", "nibble", "chew"), "on"),
    **dict.fromkeys(("interact", "engage"), "with"),
    **dict.fromkeys(("talk", "listen"), "to"),
    **{"participate": "in", "partake": "in", "pick": "up"},
}
STATES = {"have": "has", "contain": "contains", "own": "owns", "love": "loves", "like": "likes", "need": "needs"}


class Questions(NamedTuple):
    """asks: whether it is so, a negation of the claim left aside; denies: whether it is not. One of them has the answer
    "yes"."""

    asks: str
    denies: str


def can_be_asked(claim: Claim, mentions: Mentions) -> bool:
    """Whether the questions about a claim are about all that it says. "No dog on the bench" denies no dog elsewhere,
    "no small red car" no other red car, and "two dogs stand" does not say that there are no more."""
    if claim["type"] == "count":
        return mentions.are_alone(claim) and not mentions.is_repeated(claim)
    if not claim["negated"]:
        return True
    mention, other = mentions.of(claim), mentions.other(claim)
    narrowed = not mentions.are_alone(claim) if mention.denied else bool(mention.narrowing)
    return not (narrowed or other.narrowing or other.qualified)


def questions(claim: Claim) -> Questions | None:
    """The questions about a claim; None where it cannot be put to somebody who does not know the text."""
    ask = {
        "object": _of_object,
        "attribute": _of_attribute,
        "relation": _of_relation,
        "action": _of_action,
        "count": _of_count,
    }.get(claim["type"])
    return ask(claim) if ask else None


def _there_is(noun: str, clause: str = "", several: bool = False) -> Questions:
    """Whether there is such a thing; clause: what is said of it, from its verb on; several: the noun is a plural."""
    several = several or last(noun) in PLURAL_ONLY
    some = f"any {noun}" if several or last(noun) in MASS else an(noun)
    be = "are" if several else "is"
    where = "in the picture" + (f" that {re.sub('^is ', f'{be} ', clause)}" if clause else "")
    return Questions(f"{be.title()} there {some} {where}?", f"Is it true that there {be} no {noun} {where}?")


def _of_object(claim: Claim) -> Questions | None:
    """ "No other people" is about those that the text has named, which the question does not know."""
    return None if claim["predicate"] else _there_is(claim["subject"])


def _of_attribute(claim: Claim) -> Questions | None:
    noun, word = claim["subject"], claim["predicate"]
    if not word:
        return None
    if word in BEFORE_NOUNS:
        return _there_is(f"{word} {noun}")
    together = word in TOGETHER and last(noun) not in MASS
    return _there_is(plural(noun) if together else noun, f"is {word}", together)


def _of_relation(claim: Claim) -> Questions | None:
    where, target = claim["predicate"], claim["object"]
    if not where or not target or where == "between":  # a claim names but one of the two
        return None
    if last(where) in PLACES:
        of = "" if target == IMAGE else f" of {_other(target, claim)}"
        return _there_is(claim["subject"], f"is {PLACES.get(where) or PLACES[last(where)]} {where}{of}")
    named = plural(target) if where in TO_SEVERAL and last(target) not in MASS else _other(target, claim)
    return _there_is(claim["subject"], f"is {BESIDE.get(where, where)} {named}")


def _of_action(claim: Claim) -> Questions | None:
    verb, target = claim["predicate"], claim["object"]
    if not verb:
        return None
    done = STATES.get(verb) or f"is {gerund(verb)}"
    object_ = [PREPOSITIONS.get(verb, ""), _other(target, claim)] if target else []
    return _there_is(claim["subject"], " ".join(filter(None, [done, *object_])))


def _other(target: str, claim: Claim) -> str:
    """The other thing of a claim, with its article."""
    noun = last(target)
    if target == IMAGE or noun in UNIQUE:
        return "the picture" if target == IMAGE else f"the {target}"
    if noun in MASS or noun in PLURAL_ONLY:
        return target
    return f"another {target}" if target == claim["subject"] else an(target)


def _of_count(claim: Claim) -> Questions | None:
    sign, number, noun = claim["predicate"] or "", claim["object"] or "", claim["subject"]
    things = f"pieces of {noun}" if last(noun) in MASS else plural(noun)
    between = RANGE.fullmatch(number)
    if between and sign in ("=", "~"):
        some = f"between {_number(between[1])} and {_number(between[2])} {things} in the picture"
        return Questions(f"Are there {some}?", f"Is it true that there are not {some}?")
    if sign not in COUNTS or not NUMBER.fullmatch(number):
        return None
    is_there, some = ("is there", noun) if number == "1" else ("are there", things)
    so, not_so = (f"{said} {_number(number)} {some} in the picture" for said in COUNTS[sign])
    be = is_there.split()[0]
    return Questions(f"{is_there.capitalize()} {so}?", f"Is it true that there {be} {not_so}?")


def _number(digits: str) -> str:
    """Small numbers in words."""
    return NUMBERS.get(digits, digits)
