"""`inject`: a candidate that names one thing more, which is not there: first what usually comes with what is.

What real models hallucinate is what they have often seen beside it (Rohrbach et al. 2018; POVID, Zhou et al. 2024). It
is said in the text's own manner: as one more thing in a list, or as a sentence before the last.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from itertools import islice

from prefdata.claims import lexicon
from prefdata.claims.extract import extract
from prefdata.keys import key
from prefdata.models import Source
from prefdata.sources import corrupting
from prefdata.sources.alternatives import a
from prefdata.sources.corrupting import Change, Edit, Reading, leaves_the_rest
from prefdata.sources.partners import COCO, Partners, read
from prefdata.sources.passages import Item, items, listing, sentences

SENTENCES = ("There is also {}.", "{} is also visible.", "{} can also be seen.")
OF_A_KIND = ("such as", "include", "includes", "including", "contains", "contain")  # "vegetables, including …"
MOST = 12  # things, and places for each, that are tried: a long text has very many
SHORT = 6  # words of an item that names a thing and does not tell about it


def changes(source: Source, base: Reading) -> Iterator[Change]:
    """What names one thing more and leaves the rest, the likeliest thing first."""
    partners = read(source.partners or COCO, source.hashes.get("partners", ""))
    pick = random.Random(key([base.text, source.kind]))
    for name in islice(_absent(partners, base, pick), MOST):
        change = _said_of(name, partners, base, pick)
        if change:
            yield change


def _said_of(name: str, partners: Partners, base: Reading, pick: random.Random) -> Change | None:
    """The first place with which the text says that a thing is there, and the rest as before."""
    for edit in islice(_edits(base, a(name), pick), MOST):
        after = extract("", edit.of(base.text))
        said = [claim for claim in after if edit.makes(claim) and claim["type"] == "object"]
        outright = [claim["subject"] for claim in said if not claim["negated"] and not claim["hedged"]]
        subject = next((each for each in outright if partners.object_of(each) == name), None)
        if subject and leaves_the_rest(edit, base.claims, after):
            return Change(edit, "object", subject)
    return None


def _absent(partners: Partners, base: Reading, pick: random.Random) -> Iterator[str]:
    """What usually comes with the things that are there, of what the text does not name."""
    sound = [claim["subject"] for claim in base.claims if claim["type"] == "object" and base.is_sound(claim)]
    there = list(dict.fromkeys(filter(None, map(partners.object_of, sound))))
    pick.shuffle(there)
    likely: dict[str, float] = defaultdict(float)
    for known in there:
        for rank, name in enumerate(partners.of.get(known, ())):
            likely[name] += partners.says_much(known) / (1 + rank)
    ranked = sorted(likely, key=lambda name: -likely[name])
    return (name for name in ranked if not _is_named(partners, name, base))


def _is_named(partners: Partners, name: str, base: Reading) -> bool:
    """Whether the text speaks of it, in whatever words and sense, or of what it is a kind of."""
    words = "|".join(re.escape(word) for word, known in partners.words.items() if known == name)
    subjects = {claim["subject"] for claim in base.claims}
    return (
        re.search(rf"\b(?:{words})(?:s|es)?\b", base.text, re.IGNORECASE) is not None
        or any(partners.object_of(subject) == name for subject in subjects)
        or any(lexicon.is_hypernym(subject, name) for subject in subjects)
    )


def _edits(base: Reading, thing: str, pick: random.Random) -> Iterator[Edit]:
    """The places where a thing can be named, the likeliest first."""
    text = base.text
    if lines := items(text):
        yield _line(lines, thing)
    told = sentences(text)
    for sentence in told:
        found = listing(text, sentence, base.claims)
        if found and found.head not in OF_A_KIND:
            end = found.items[-2][1]
            yield Edit(end, end, f", {thing}")
    also = pick.choice(SENTENCES).format(thing)
    for _, end in told[-2:]:
        yield _after(text, end, also[0].upper() + also[1:])


def _line(lines: list[Item], thing: str) -> Edit:
    """One more line before the last; after it where lines are numbered."""
    last = lines[-1]
    words = thing if len(last.words.split()) <= SHORT else f"There is also {thing}"
    words = words[0].upper() + words[1:] if last.words[0].isupper() else words
    words += "." * last.words.endswith(".")
    if last.number is None:
        return Edit(last.start, last.start, f"{last.marker}{words}\n")
    marker = last.marker.replace(str(last.number), str(last.number + 1))
    return Edit(last.end, last.end, f"\n{marker}{words}")


def _after(text: str, end: int, sentence: str) -> Edit:
    """A sentence behind another; where that one ends without a mark, so does this."""
    marked = text[end - 1] in ".!?…\"'”’)"
    return Edit(end, end, f" {sentence}" if marked else f". {sentence.rstrip('.')}")


drafts = partial(corrupting.drafts, changes)
